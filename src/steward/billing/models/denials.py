"""Denials worked: their causes, the notes of those who work them, appeals; and payers asked for what they paid too little."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from steward.billing.models.charges import Charge
from steward.billing.models.remittances import WorkItem
from steward.billing.states import AppealState, CauseKind, DisputeState, HowSent
from steward.core.base import Record


def _person() -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )


class DenialCause(Record):
    """Why a kind of denial keeps coming, who mends it and how. Empty scope fields hold for every value; the rate before and
    after ``fixed_on`` is computed from the payers' answers.
    """

    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=CauseKind)
    rule = models.CharField(max_length=80, blank=True, help_text="id of the scrub rule that catches it now")
    duty = models.CharField(max_length=200, blank=True, help_text="what the front desk does now")
    category = models.CharField(max_length=20, blank=True)
    carc = models.CharField(max_length=5, blank=True)
    code = models.CharField(max_length=12, blank=True, help_text="of the service")
    payer = models.ForeignKey("insurance.Payer", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    owner = _person()
    found_on = models.DateField()
    fixed_on = models.DateField(null=True, blank=True)
    made_by = _person()

    class Meta:
        indexes = [models.Index(fields=["-found_on", "-id"], name="billing_cause_found")]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="billing_cause_named"),
            models.CheckConstraint(condition=~Q(category="", carc="", code=""), name="billing_cause_scope"),
            models.CheckConstraint(
                condition=Q(fixed_on=None) | Q(fixed_on__gte=F("found_on")), name="billing_cause_fixed"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class WorkNote(Record):
    """What somebody found out about a work item. Never changed."""

    item = models.ForeignKey(WorkItem, on_delete=models.PROTECT, related_name="notes")
    text = models.CharField(max_length=500)
    at = models.DateTimeField()
    by = _person()

    class Meta:
        indexes = [models.Index(fields=["item", "id"], name="billing_note_item")]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="billing_note_said")]

    def __str__(self) -> str:
        return self.text


class Appeal(Record):
    """One level of an appeal against a denial. ``told`` is the snapshot its letter is drawn from, whenever it is asked for."""

    item = models.ForeignKey(WorkItem, on_delete=models.PROTECT, related_name="appeals")
    payer = models.ForeignKey("insurance.Payer", on_delete=models.PROTECT, related_name="+")
    level = models.CharField(max_length=20)
    title = models.CharField(max_length=80, help_text="the level in words, as it was called then")
    state = models.CharField(max_length=10, choices=AppealState, default=AppealState.DRAFT)
    asked_cents = models.BigIntegerField()
    argument = models.CharField(max_length=2000)
    told = models.JSONField(help_text="claim, practice and payer as they stood")
    made_at = models.DateTimeField()
    made_by = _person()
    deadline = models.DateField(null=True, blank=True)
    sent_on = models.DateField(null=True, blank=True)
    sent_by = _person()
    how = models.CharField(max_length=8, choices=HowSent, blank=True)
    message = models.ForeignKey("core.Message", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    outcome_on = models.DateField(null=True, blank=True)
    outcome_by = _person()
    outcome_note = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["item", "id"], name="billing_appeal_item")]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "level"], condition=~Q(state="withdrawn"), name="billing_appeal_once_a_level"
            ),
            models.CheckConstraint(condition=Q(asked_cents__gt=0) & ~Q(argument=""), name="billing_appeal_asks"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"]) | (Q(sent_on__isnull=False) & ~Q(how="")),
                name="billing_appeal_sent",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "sent"]) | Q(outcome_on__isnull=False), name="billing_appeal_outcome"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.asked_cents}"


class Dispute(Record):
    """One letter to a payer about services it paid below contract. What came of it is read from its later answers."""

    number = models.PositiveBigIntegerField(unique=True, help_text="gapless")
    payer = models.ForeignKey("insurance.Payer", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=DisputeState, default=DisputeState.SENT)
    asked_cents = models.BigIntegerField()
    told = models.JSONField(help_text="practice, payer and services as they stood")
    made_at = models.DateTimeField()
    made_by = _person()
    sent_on = models.DateField()
    answer_by = models.DateField()
    how = models.CharField(max_length=8, choices=HowSent)
    message = models.ForeignKey("core.Message", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ended_on = models.DateField(null=True, blank=True)
    ended_by = _person()
    end_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-made_at", "-id"], name="billing_dispute_when")]
        constraints = [
            models.CheckConstraint(condition=Q(asked_cents__gt=0), name="billing_dispute_asks"),
            models.CheckConstraint(
                condition=Q(state="sent") | (Q(ended_on__isnull=False) & ~Q(end_reason="")), name="billing_dispute_ended"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}"


class DisputeLine(Record):
    """One service of a dispute: what the payer allowed, what the contract says."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="lines")
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="disputes")
    allowed_cents = models.BigIntegerField()
    expected_cents = models.BigIntegerField()
    how = models.CharField(max_length=300, blank=True, help_text="how the contract's figure comes about")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dispute", "charge"], name="billing_dispute_line_once"),
            models.CheckConstraint(condition=Q(expected_cents__gt=F("allowed_cents")), name="billing_dispute_line_short"),
        ]

    def __str__(self) -> str:
        return f"{self.charge} {self.short_cents}"

    @property
    def short_cents(self) -> int:
        return self.expected_cents - self.allowed_cents


class UnderpaidDismissal(Record):
    """That a service paid below contract is let go, and why. It never cries again."""

    charge = models.OneToOneField(Charge, on_delete=models.PROTECT, related_name="underpaid_dismissal")
    short_cents = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()
    by = _person()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="billing_underpaid_reason")]

    def __str__(self) -> str:
        return self.reason


class PaperEob(Record):
    """A paper explanation of benefits while it is typed, and the remittance that came of it. ``body`` is what was typed
    (``logic.paper_eob``), kept when it is posted; the posted words themselves are the remittance's file.
    """

    payer = models.ForeignKey("insurance.Payer", on_delete=models.PROTECT, related_name="+")
    entity = models.ForeignKey("registry.Entity", on_delete=models.PROTECT, related_name="+")
    method = models.CharField(max_length=3)
    trace = models.CharField(max_length=50)
    paid_on = models.DateField()
    cents = models.BigIntegerField()
    body = models.JSONField(default=dict)
    changed_at = models.DateTimeField()
    changed_by = _person()
    remittance = models.ForeignKey(
        "billing.Remittance", null=True, blank=True, on_delete=models.PROTECT, related_name="papers"
    )
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-changed_at", "-id"], name="billing_paper_when")]
        constraints = [
            models.CheckConstraint(condition=Q(cents__gte=0) & ~Q(trace=""), name="billing_paper_whole"),
            models.CheckConstraint(condition=Q(method__in=["CHK", "ACH", "NON"]), name="billing_paper_method"),
            models.CheckConstraint(condition=Q(remittance=None) | Q(dropped_at=None), name="billing_paper_one_end"),
        ]

    def __str__(self) -> str:
        return self.trace
