"""What was found, and each run of the checks."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from steward.core.base import Record
from steward.core.findings import Severity, Status

SEVERITIES = [one.value for one in Severity]
STATUSES = [one.value for one in Status]


class Found(Record):
    """One thing found, for ever one row. ``cents`` are those at stake; ``accepted_print`` is what was called right, and
    ``voucher`` the draft of the journal entry that is to cure it."""

    key = models.CharField(max_length=16, unique=True)  # Finding.id
    check_name = models.CharField(max_length=60)
    severity = models.CharField(max_length=6)
    rank = models.PositiveSmallIntegerField()  # 0 high, 1 medium, 2 low: lists sort by it
    title = models.CharField(max_length=300)
    fix = models.CharField(max_length=300, blank=True, default="")
    evidence = models.JSONField(default=list)
    proposal = models.JSONField(null=True)
    confidence_ppm = models.PositiveIntegerField()
    cents = models.BigIntegerField(default=0)
    fingerprint = models.CharField(max_length=16)
    status = models.CharField(max_length=8, default=Status.OPEN.value)
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)  # how often it was told: 1, and once more each time it came back
    ended_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True, default="")
    accepted_print = models.CharField(max_length=16, blank=True, default="")
    voucher = models.UUIDField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(name="findings_found_board", fields=["status", "rank", "cents", "id"]),
            models.Index(name="findings_found_check", fields=["check_name", "status"]),
            models.Index(name="findings_found_seen", fields=["first_seen", "id"]),
            models.Index(name="findings_found_cents", fields=["cents", "id"]),
        ]
        constraints = [
            models.CheckConstraint(name="findings_found_severity", condition=Q(severity__in=SEVERITIES)),
            models.CheckConstraint(name="findings_found_status", condition=Q(status__in=STATUSES)),
            models.CheckConstraint(
                name="findings_found_sure", condition=Q(confidence_ppm__gte=1, confidence_ppm__lte=1_000_000)
            ),
            models.CheckConstraint(name="findings_found_stake", condition=Q(cents__gte=0)),
            models.CheckConstraint(
                name="findings_found_ended",
                condition=Q(status="open", ended_at=None) | ~Q(status="open") & Q(ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="findings_found_accepted",
                condition=~Q(status="accepted")
                | ~Q(reason="") & ~Q(accepted_print="") & Q(decided_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.check_name}: {self.title}"


class Run(Record):
    """One run of the checks: when, by whom (none: by the clock), and what it gave. ``broken`` names rooms that failed."""

    at = models.DateTimeField(db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    found = models.PositiveIntegerField()
    told = models.PositiveIntegerField()
    gone = models.PositiveIntegerField()
    broken = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}: {self.found}"
