"""What was asked of payers about coverage on the day of a visit, and what they answered."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from steward.core.base import Record
from steward.insurance.models.coverage import Coverage
from steward.insurance.states import Standing, Way


class EligibilityBatch(Record):
    """One 270 file. Its bytes are a stored file; its control number is never used again."""

    control = models.PositiveIntegerField(unique=True)
    written_at = models.DateTimeField()
    placed_at = models.DateTimeField(null=True, blank=True, help_text="when the clearinghouse's folder held it")
    file_name = models.CharField(max_length=120)
    check_count = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.file_name


class EligibilityCheck(Record):
    """One question about one coverage and one day of service. ``answer`` empty: none yet. What the payer says never
    changes the coverage; a failed question leaves it as it stands.
    """

    patient = models.ForeignKey("registry.Party", on_delete=models.PROTECT, related_name="+")
    coverage = models.ForeignKey(Coverage, on_delete=models.PROTECT, related_name="checks")
    service_day = models.DateField(help_text="the day of the visit, never the day of asking")
    appointment = models.UUIDField(null=True, blank=True, help_text="uid at the front desk")
    way = models.CharField(max_length=8, choices=Way)
    trace = models.CharField(max_length=50, blank=True, help_text="TRN02 of the question")
    batch = models.ForeignKey(EligibilityBatch, null=True, blank=True, on_delete=models.PROTECT, related_name="checks")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=12, choices=Standing, blank=True)
    benefits = models.JSONField(default=dict, blank=True, help_text="costs in cents and ppm, lines as people read them")
    failure = models.CharField(max_length=500, blank=True, help_text="why the payer would not answer")
    reference = models.CharField(max_length=80, blank=True, help_text="number of the call or of the portal's page")
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["patient", "service_day"], name="insurance_check_patient"),
            models.Index(fields=["service_day", "id"], name="insurance_check_day"),
            models.Index(fields=["coverage", "service_day"], name="insurance_check_coverage"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["trace"], condition=~Q(trace=""), name="insurance_check_trace"),
            models.CheckConstraint(
                condition=Q(answer="") | Q(answered_at__isnull=False), name="insurance_check_answered"
            ),
            models.CheckConstraint(condition=Q(way__in=Way.values), name="insurance_check_way"),
        ]

    def __str__(self) -> str:
        return f"{self.service_day} {self.answer or 'asked'}"
