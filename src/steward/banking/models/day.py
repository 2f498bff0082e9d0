"""The day: its mail and its close."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from steward.banking.models.fields import down, user
from steward.banking.states import CloseState
from steward.core.base import Record


class MailLog(Record):
    """The day's mail, opened by one person while another watched, with the checks that were in it."""

    day = models.DateField()
    site = down("registry.Site")
    opened_by = user()
    witness = user()
    checks = models.PositiveIntegerField(default=0)
    checks_cents = models.BigIntegerField(default=0)
    note = models.CharField(max_length=300, blank=True)
    logged_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["day", "site"], name="banking_mail_day")]
        constraints = [
            models.CheckConstraint(condition=~Q(opened_by=F("witness")), name="banking_mail_two_people"),
            models.CheckConstraint(condition=Q(checks_cents__gte=0), name="banking_mail_cents"),
        ]

    def __str__(self) -> str:
        return f"Mail of {self.day}"


class DayClose(Record):
    """The day as one person prepared it and another signed it. `sheet` holds every figure as it stood."""

    day = models.DateField(unique=True)
    state = models.CharField(max_length=8, choices=CloseState, default=CloseState.PREPARED)
    sheet = models.JSONField(default=dict)
    sheet_sha256 = models.CharField(max_length=64)
    reasons = models.JSONField(default=dict)
    prepared_at = models.DateTimeField()
    prepared_by = user()
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = user(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="prepared", signed_by=None, signed_at=None)
                | Q(state="signed", signed_by__isnull=False, signed_at__isnull=False),
                name="banking_close_state",
            ),
        ]

    def __str__(self) -> str:
        return f"Close of {self.day}"
