"""From a stored user to the subject a decision is made about, anew at every request: nothing of it is cached."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Q

from steward.core.access.decide import Subject
from steward.core.access.models import RoleGrant, User
from steward.core.sql import day, query


def subject_of(user: User, today: date, now: datetime) -> Subject:
    """The subject as of now: roles whose grant holds today; nothing at all once the person's end has come."""
    held = query(  # plain SQL: asked before every page
        "SELECT role, site_id FROM core_rolegrant"
        " WHERE user_id = %s AND starts_on <= %s AND (ends_on IS NULL OR ends_on >= %s)",
        user.pk, day(today), day(today),
    )  # fmt: skip
    return Subject(
        user_id=user.pk,
        name=user.name,
        roles=frozenset(role for role, _ in held),
        party_id=_party(user),
        sites=frozenset(site for _, site in held if site),
        active=user.is_active and (user.ended_at is None or user.ended_at > now),
    )


def holders(roles: Iterable[str], today: date) -> list[int]:
    """User ids that hold any of the roles today and have not ended."""
    rows = RoleGrant.objects.filter(
        role__in=list(roles), starts_on__lte=today, user__is_active=True, user__ended_at=None
    )
    return sorted(set(rows.filter(Q(ends_on=None) | Q(ends_on__gte=today)).values_list("user_id", flat=True)))


def _party(user: User) -> int | None:
    # registry.Party points down to the user with related_name "party"; asked by name so that the ground imports no room
    party = getattr(user, "party", None) if hasattr(type(user), "party") else None
    return party.pk if party else None
