"""Saved views, asked for."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from steward.core.listing.models import SavedView


def views_of(user_id: int | None, listing: str) -> QuerySet[SavedView]:
    """A person's own views of a list and those that are shared, by name."""
    return SavedView.objects.filter(Q(owner_id=user_id) | Q(shared=True), listing=listing).order_by("name", "id")
