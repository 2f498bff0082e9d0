"""What a payer has agreed to pay. That contracts of one payer and plan never overlap is kept by guards/*.sql too.

Units are in the names: ``_e2`` hundredths, ``_e3`` thousandths, ``_e4`` ten-thousandths, ``_ppm`` parts a million.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from steward.core.base import Record
from steward.insurance.models.payers import Payer, Plan
from steward.insurance.states import Place, ScheduleKind


class FeeSchedule(Record):
    """A named list of prices or of relative values, in editions by date: next year's list is its next edition."""

    name = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=8, choices=ScheduleKind, default=ScheduleKind.LIST)
    payer = models.ForeignKey(Payer, null=True, blank=True, on_delete=models.PROTECT, related_name="schedules")
    ended_on = models.DateField(null=True, blank=True)
    standard = models.BooleanField(default=False, help_text="the practice's own fees: what it charges, whoever pays")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["standard"], condition=Q(standard=True), name="insurance_schedule_standard"),
            models.CheckConstraint(
                condition=Q(standard=False) | Q(kind="list", payer=None), name="insurance_schedule_standard_list"
            ),
            models.CheckConstraint(condition=Q(kind__in=ScheduleKind.values), name="insurance_schedule_kind"),
        ]

    def __str__(self) -> str:
        return self.name


class FeeEdition(Record):
    """One imported file of a schedule, holding from a day until the next edition begins. A second import for the same day
    supersedes the first, which stays readable.
    """

    schedule = models.ForeignKey(FeeSchedule, on_delete=models.PROTECT, related_name="editions")
    starts_on = models.DateField()
    imported_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64)
    row_count = models.PositiveIntegerField()
    conversion_e4 = models.PositiveIntegerField(null=True, blank=True, help_text="dollars a relative value unit")
    work_gpci_e3 = models.PositiveIntegerField(default=1000)
    pe_gpci_e3 = models.PositiveIntegerField(default=1000)
    mp_gpci_e3 = models.PositiveIntegerField(default=1000)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["schedule", "starts_on"], condition=Q(superseded_at=None), name="insurance_edition_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.schedule.name}, {self.starts_on}"


class FeeRow(models.Model):
    """The price or the relative values of one code. Never changed: an edition is imported whole."""

    id = models.BigAutoField(primary_key=True)
    edition = models.ForeignKey(FeeEdition, on_delete=models.PROTECT, related_name="fees")
    code = models.CharField(max_length=12)
    modifier = models.CharField(max_length=2, blank=True)
    facility_cents = models.BigIntegerField(null=True)
    nonfacility_cents = models.BigIntegerField(null=True)
    work_e2 = models.PositiveIntegerField(null=True)
    pe_facility_e2 = models.PositiveIntegerField(null=True)
    pe_nonfacility_e2 = models.PositiveIntegerField(null=True)
    mp_e2 = models.PositiveIntegerField(null=True)
    multiple = models.BooleanField(default=False, help_text="the multiple-procedure percent applies")
    global_days = models.PositiveSmallIntegerField(null=True, help_text="whose visits are paid with the procedure")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "code", "modifier"], name="insurance_fee_once"),
            models.CheckConstraint(
                condition=(Q(facility_cents=None) | Q(facility_cents__gte=0))
                & (Q(nonfacility_cents=None) | Q(nonfacility_cents__gte=0)),
                name="insurance_fee_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.modifier}".strip()


class Contract(Record):
    """What a payer agreed to pay for one plan or for all, from a day to a day (included): a percent of a schedule, or,
    without a schedule, a percent of the charge; carve-outs win over both.
    """

    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="contracts")
    plan = models.ForeignKey(Plan, null=True, blank=True, on_delete=models.PROTECT, related_name="contracts")
    name = models.CharField(max_length=120)
    schedule = models.ForeignKey(FeeSchedule, null=True, blank=True, on_delete=models.PROTECT, related_name="contracts")
    percent_ppm = models.PositiveIntegerField(default=1_000_000)
    unlisted_ppm = models.PositiveIntegerField(null=True, blank=True, help_text="of the charge, for codes not listed")
    lesser_of_charge = models.BooleanField(default=True)
    second_ppm = models.PositiveIntegerField(default=1_000_000)
    later_ppm = models.PositiveIntegerField(default=1_000_000)
    modifiers = models.JSONField(default=dict, blank=True, help_text="modifier -> parts a million")
    filing_limit_days = models.PositiveSmallIntegerField(null=True, blank=True)
    appeal_limit_days = models.PositiveSmallIntegerField(null=True, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=200, help_text="the paper it rests on")
    voided_on = models.DateField(null=True, blank=True)
    void_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["payer", "starts_on"], name="insurance_contract_day")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="insurance_contract_dates"
            ),
            models.CheckConstraint(condition=~Q(source="") & ~Q(name=""), name="insurance_contract_said"),
        ]

    def __str__(self) -> str:
        return self.name


class CarveOut(Record):
    """A price of its own inside a contract: cents for a unit, or a percent of the charge. ``place`` empty holds everywhere."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="carve_outs")
    code = models.CharField(max_length=12)
    modifier = models.CharField(max_length=2, blank=True)
    place = models.CharField(max_length=1, choices=Place, blank=True)
    cents = models.BigIntegerField(null=True, blank=True)
    charge_ppm = models.PositiveIntegerField(null=True, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "code", "modifier", "place", "starts_on"], name="insurance_carve_out_once"
            ),
            models.CheckConstraint(
                condition=Q(cents__isnull=False, charge_ppm=None) | Q(cents=None, charge_ppm__isnull=False),
                name="insurance_carve_out_one_price",
            ),
            models.CheckConstraint(condition=Q(cents=None) | Q(cents__gte=0), name="insurance_carve_out_cents"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="insurance_carve_out_dates"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.modifier}".strip()
