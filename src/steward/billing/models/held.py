"""What weakens the scrub and waits for a second person: an edition that ends many codes, a shipped rule made silent."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from steward.billing.states import HeldKind
from steward.core.base import Record


class HeldChange(Record):
    """A change as it was asked for. ``body`` says all that doing it needs; ``key`` names it, so that it waits once."""

    kind = models.CharField(max_length=8, choices=HeldKind)
    key = models.CharField(max_length=64, help_text="fingerprint of what is asked")
    title = models.CharField(max_length=200)
    body = models.JSONField()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="refused or withdrawn")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=Q(done_at=None, ended_at=None), name="billing_held_once"),
            models.CheckConstraint(condition=Q(kind__in=HeldKind.values) & ~Q(title=""), name="billing_held_said"),
            models.CheckConstraint(condition=Q(done_at=None) | Q(ended_at=None), name="billing_held_one_end"),
        ]

    def __str__(self) -> str:
        return self.title
