"""What a patient was told a visit would cost. An estimate that was handed over is never edited: a new one replaces it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from steward.core.base import Record
from steward.insurance.models.coverage import Coverage
from steward.insurance.models.eligibility import EligibilityCheck
from steward.insurance.states import EstimateKind


class Estimate(Record):
    """One estimate for one day of service: from contract and benefits, or a good-faith estimate for who pays alone.

    Its legal due day is computed from ``scheduled_on``, ``requested_on`` and ``service_day``, never stored.
    """

    number = models.PositiveIntegerField(unique=True)
    kind = models.CharField(max_length=8, choices=EstimateKind)
    patient = models.ForeignKey("registry.Party", on_delete=models.PROTECT, related_name="+")
    coverage = models.ForeignKey(Coverage, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    check_used = models.ForeignKey(EligibilityCheck, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    appointment = models.UUIDField(null=True, blank=True, help_text="uid at the front desk")
    service_day = models.DateField()
    scheduled_on = models.DateField(null=True, blank=True)
    requested_on = models.DateField(null=True, blank=True)
    provider_name = models.CharField(max_length=200, blank=True)
    provider_npi = models.CharField(max_length=10, blank=True)
    diagnosis = models.CharField(max_length=80, blank=True)
    total_cents = models.BigIntegerField()
    patient_cents = models.BigIntegerField()
    unknown = models.CharField(max_length=300, blank=True, help_text="what could not be known, in words")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    given_on = models.DateField(null=True, blank=True)
    given_how = models.CharField(max_length=80, blank=True)
    replaces = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by")

    class Meta:
        indexes = [
            models.Index(fields=["patient", "service_day"], name="insurance_estimate_patient"),
            models.Index(fields=["service_day", "id"], name="insurance_estimate_day"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(patient_cents__gte=0, patient_cents__lte=F("total_cents")), name="insurance_estimate_share"
            ),
            models.CheckConstraint(condition=Q(kind__in=EstimateKind.values), name="insurance_estimate_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.number}"


class EstimateLine(Record):
    """One service of an estimate: what it costs, what of it is the patient's, and how that came about."""

    estimate = models.ForeignKey(Estimate, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=12)
    modifiers = models.CharField(max_length=11, blank=True)
    label = models.CharField(max_length=120, blank=True)
    units = models.PositiveIntegerField(default=1)
    charge_cents = models.BigIntegerField()
    allowed_cents = models.BigIntegerField(null=True, blank=True)
    patient_cents = models.BigIntegerField()
    how = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["estimate", "position"], name="insurance_estimate_line_once"),
            models.CheckConstraint(condition=Q(charge_cents__gte=0), name="insurance_estimate_charge"),
        ]

    def __str__(self) -> str:
        return self.code
