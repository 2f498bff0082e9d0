"""Payers, their plans, and every number files know them by."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from steward.core.base import Record
from steward.insurance.states import Filing, NumberKind


class Payer(Record):
    """An insurer, as claims and remittances name it."""

    party = models.OneToOneField("registry.Party", on_delete=models.PROTECT, related_name="payer")
    code = models.CharField(max_length=40, unique=True, help_text="how imports name it")
    name = models.CharField(max_length=200)
    edi_id = models.CharField(
        max_length=80, blank=True, db_index=True, help_text="payer id of the clearinghouse, NM109"
    )
    ref2u = models.CharField(
        max_length=50, blank=True, db_index=True, help_text="additional payer id in an 835, REF*2U"
    )
    ein = models.CharField(max_length=9, blank=True, db_index=True, help_text="tax number, 835 TRN03 without its 1")
    filing = models.CharField(max_length=2, choices=Filing, default=Filing.COMMERCIAL)
    filing_limit_days = models.PositiveSmallIntegerField(null=True, blank=True)
    assignment = models.BooleanField(default=True, help_text="CLM07: we accept what it allows as payment in full")
    institutional = models.BooleanField(default=False, help_text="takes departments and health centres as 837I")
    ended_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Plan(Record):
    """One product of a payer; every payer has at least a standard one."""

    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="plans")
    name = models.CharField(max_length=120)
    capitation = models.BooleanField(default=False, help_text="CO-24 is contractual only here")
    copay_cents = models.BigIntegerField(default=0)
    referral = models.BooleanField(default=False, help_text="pays only what the primary care provider referred")
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payer", "name"], name="insurance_plan_once"),
            models.CheckConstraint(condition=Q(copay_cents__gte=0), name="insurance_plan_copay"),
        ]

    def __str__(self) -> str:
        return f"{self.payer.name}, {self.name}"


class PayerNumber(Record):
    """Another number a payer is known by, beside those of its own row: one payer, several numbers.

    A number of a kind names one payer at a time, so that a remittance never has two to choose from.
    """

    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="numbers")
    kind = models.CharField(max_length=8, choices=NumberKind)
    number = models.CharField(max_length=80)
    note = models.CharField(max_length=120, blank=True)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "number"], condition=Q(ended_on=None), name="insurance_number_names_one"
            ),
            models.CheckConstraint(condition=~Q(number=""), name="insurance_number_said"),
            models.CheckConstraint(condition=Q(kind__in=NumberKind.values), name="insurance_number_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"
