"""Patient money: decisions, statements, holds, plans, hardship, the agency's files. What is owed stays in the ledger."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from steward.billing.models.charges import Charge
from steward.billing.states import DecisionKind, HoldKind, RunKind
from steward.core.access.decide import Facts
from steward.core.base import Record


class Decision(Record):
    """A write-off or refund that one person asks for and another signs; posted when signed (``entry``)."""

    kind = models.CharField(max_length=10, choices=DecisionKind)
    charge = models.ForeignKey(Charge, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions")
    payer = models.ForeignKey("insurance.Payer", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey("frontdesk.Patient", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    item = models.CharField(max_length=80, help_text="ledger item it takes from")
    role = models.CharField(max_length=24, help_text="where it goes, or comes from")
    cents = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    entry = models.PositiveBigIntegerField(null=True, blank=True)
    rejected_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["entry"], name="billing_decision_entry", condition=Q(entry__isnull=False))]
        constraints = [
            models.CheckConstraint(condition=Q(cents__gt=0), name="billing_decision_cents"),
            models.CheckConstraint(condition=~Q(reason=""), name="billing_decision_reason"),
            models.CheckConstraint(condition=Q(entry=None) | Q(rejected_at=None), name="billing_decision_one_end"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.cents}"


def _person() -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )


class Statement(Record):
    """What a guarantor was told to owe on a day. ``told`` is the snapshot its paper is drawn from, whenever it is asked for."""

    number = models.PositiveBigIntegerField(unique=True, help_text="gapless")
    guarantor = models.ForeignKey("registry.Party", on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=2, default="en")
    cents = models.BigIntegerField(help_text="asked for")
    told = models.JSONField(help_text="lines, credits and address as they stood")
    cycle_days = models.PositiveSmallIntegerField()
    made_on = models.DateField()
    made_at = models.DateTimeField()
    made_by = _person()
    due_on = models.DateField()
    message = models.ForeignKey("core.Message", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    voided_at = models.DateTimeField(null=True, blank=True)
    voided_by = _person()
    void_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["guarantor", "-made_on"], name="billing_statement_who"),
            models.Index(fields=["-made_on", "-id"], name="billing_statement_when"),
        ]
        constraints = [
            # two runs at once tell nobody twice
            models.UniqueConstraint(
                fields=["guarantor", "made_on"], condition=Q(voided_at=None), name="billing_statement_a_day"
            ),
            models.CheckConstraint(condition=Q(cents__gt=0), name="billing_statement_cents"),
            models.CheckConstraint(condition=Q(due_on__gt=F("made_on")), name="billing_statement_due"),
            models.CheckConstraint(
                condition=Q(voided_at=None) | ~Q(void_reason=""), name="billing_statement_void_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}"

    def access_facts(self) -> Facts:
        """Own to whom it was sent."""
        user = self.guarantor.user_id
        return Facts(owners=frozenset({user} if user else ()))


class AccountHold(Record):
    """Why nobody asks this guarantor for money now: no statement, no bad debt, no agency, until it is lifted."""

    guarantor = models.ForeignKey("registry.Party", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=HoldKind)
    reason = models.CharField(max_length=200)
    effective_on = models.DateField(null=True, blank=True, help_text="day of the petition or of death, when known")
    placed_at = models.DateTimeField()
    placed_by = _person()
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = _person()
    lift_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["guarantor", "kind"], condition=Q(lifted_at=None), name="billing_hold_once"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="billing_hold_reason"),
            models.CheckConstraint(condition=Q(lifted_at=None) | ~Q(lift_reason=""), name="billing_hold_lifted"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.reason}"


class PaymentPlan(Record):
    """An agreement to pay so much a month. It only schedules: what is owed stays in the ledger, line by line."""

    guarantor = models.ForeignKey("registry.Party", on_delete=models.PROTECT, related_name="+")
    cents = models.BigIntegerField(help_text="a month")
    day_of_month = models.PositiveSmallIntegerField()
    agreed_cents = models.BigIntegerField(help_text="what was owed when it was agreed")
    first_due = models.DateField()
    agreed_at = models.DateTimeField()
    agreed_on = models.DateField()
    agreed_by = _person()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = _person()
    end_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["guarantor"], condition=Q(ended_at=None), name="billing_plan_once"),
            models.CheckConstraint(condition=Q(cents__gt=0, agreed_cents__gte=F("cents")), name="billing_plan_cents"),
            models.CheckConstraint(condition=Q(day_of_month__range=(1, 28)), name="billing_plan_day"),
            models.CheckConstraint(condition=Q(first_due__gte=F("agreed_on")), name="billing_plan_first"),
            models.CheckConstraint(condition=Q(ended_at=None) | ~Q(end_reason=""), name="billing_plan_ended"),
        ]

    def __str__(self) -> str:
        return f"{self.cents} a month"


class Hardship(Record):
    """A guarantor's discount for hardship: so many percent of what the patient owes for services between two days."""

    guarantor = models.ForeignKey("registry.Party", on_delete=models.PROTECT, related_name="+")
    percent = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    reason = models.CharField(max_length=200)
    granted_at = models.DateTimeField()
    granted_by = _person()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = _person()
    end_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(percent__range=(1, 100)), name="billing_hardship_percent"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="billing_hardship_days"),
            models.CheckConstraint(condition=~Q(reason=""), name="billing_hardship_reason"),
            models.CheckConstraint(condition=Q(ended_at=None) | ~Q(end_reason=""), name="billing_hardship_ended"),
        ]

    def __str__(self) -> str:
        return f"{self.percent} %"


class AgencyFile(Record):
    """The accounts handed to a collection agency in one file: signed bad debt, each line once."""

    number = models.PositiveBigIntegerField(unique=True, help_text="gapless")
    agency = models.CharField(max_length=120)
    file = models.ForeignKey("core.StoredFile", on_delete=models.PROTECT, related_name="+")
    accounts = models.PositiveIntegerField()
    cents = models.BigIntegerField()
    made_at = models.DateTimeField()
    made_by = _person()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(cents__gt=0, accounts__gt=0), name="billing_agency_whole")]

    def __str__(self) -> str:
        return f"{self.number}"


class WriteOffRun(Record):
    """Many patient balances given up under one signature: small ones, a hardship discount, bad debt. Posted when signed."""

    kind = models.CharField(max_length=10, choices=RunKind)
    role = models.CharField(max_length=24, help_text="account it goes to")
    cents = models.BigIntegerField(help_text="asked for")
    reason = models.CharField(max_length=200)
    hardship = models.ForeignKey(Hardship, null=True, blank=True, on_delete=models.PROTECT, related_name="runs")
    asked_at = models.DateTimeField()
    asked_by = _person()
    posted_at = models.DateTimeField(null=True, blank=True)
    rejected_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-asked_at", "-id"], name="billing_run_when")]
        constraints = [
            models.CheckConstraint(condition=Q(cents__gt=0) & ~Q(reason=""), name="billing_run_whole"),
            models.CheckConstraint(condition=Q(posted_at=None) | Q(rejected_at=None), name="billing_run_one_end"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.cents}"


class WriteOffLine(Record):
    """One charge of a run; ``posted_cents`` may be less than asked, when something was paid meanwhile."""

    run = models.ForeignKey(WriteOffRun, on_delete=models.PROTECT, related_name="lines")
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="runs")
    cents = models.BigIntegerField()
    posted_cents = models.BigIntegerField(default=0)
    entry = models.PositiveBigIntegerField(null=True, blank=True)
    agency_file = models.ForeignKey(AgencyFile, null=True, blank=True, on_delete=models.PROTECT, related_name="lines")

    class Meta:
        indexes = [models.Index(fields=["entry"], name="billing_run_line_entry", condition=Q(entry__isnull=False))]
        constraints = [
            models.UniqueConstraint(fields=["run", "charge"], name="billing_run_line_once"),
            models.CheckConstraint(
                condition=Q(cents__gt=0, posted_cents__gte=0, posted_cents__lte=F("cents")),
                name="billing_run_line_cents",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.charge} {self.cents}"


class AgencyRecall(Record):
    """An account taken back from a collection agency: its lines may go into a later file again, when nothing holds them."""

    guarantor = models.ForeignKey("registry.Party", on_delete=models.PROTECT, related_name="+")
    agency = models.CharField(max_length=120)
    lines = models.PositiveIntegerField()
    cents = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    recalled_at = models.DateTimeField()
    recalled_by = _person()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(cents__gt=0, lines__gt=0) & ~Q(reason=""), name="billing_recall_whole")
        ]

    def __str__(self) -> str:
        return f"{self.agency} {self.cents}"


class AgencyRemittance(Record):
    """What a collection agency collected and paid, less its fee. Posted at once; undone by reversal."""

    agency = models.CharField(max_length=120)
    reference = models.CharField(max_length=40)
    gross_cents = models.BigIntegerField()
    fee_cents = models.BigIntegerField()
    paid_on = models.DateField()
    entry = models.PositiveBigIntegerField()
    posted_at = models.DateTimeField()
    posted_by = _person()
    undone_at = models.DateTimeField(null=True, blank=True)
    undo_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(gross_cents__gt=0, fee_cents__gte=0, fee_cents__lt=F("gross_cents")), name="billing_collected_cents"
            ),
            models.UniqueConstraint(
                fields=["agency", "reference"], condition=Q(undone_at=None), name="billing_collected_once"
            ),
            models.CheckConstraint(condition=Q(undone_at=None) | ~Q(undo_reason=""), name="billing_collected_undone"),
        ]

    def __str__(self) -> str:
        return f"{self.agency} {self.reference}"

    @property
    def item(self) -> str:
        """The ledger item of the net on its way to the bank."""
        return f"agency:{self.uid}"
