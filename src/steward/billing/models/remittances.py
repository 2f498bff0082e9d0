"""What payers answered, and what of it a person must decide."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from steward.billing.models.charges import Charge, Claim
from steward.billing.states import Hold, RemittanceState, WorkKind
from steward.core.base import Record


class Remittance(Record):
    """One ST of an 835. The bytes of its file are kept for ever; what they said is read from them again."""

    file = models.ForeignKey("core.StoredFile", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField(help_text="which 835 of the file, from 0")
    state = models.CharField(max_length=8, choices=RemittanceState)
    hold = models.CharField(max_length=8, choices=Hold, blank=True)
    problems = models.JSONField(default=list)
    payer = models.ForeignKey("insurance.Payer", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    entity = models.ForeignKey("registry.Entity", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    payer_name = models.CharField(max_length=200, blank=True)
    payee_name = models.CharField(max_length=200, blank=True)
    payee_id = models.CharField(max_length=80, blank=True)
    trace = models.CharField(max_length=80)
    paid_cents = models.BigIntegerField()
    paid_on = models.DateField(null=True)
    method = models.CharField(max_length=3, blank=True)
    claim_count = models.PositiveIntegerField(default=0)
    identity = models.CharField(max_length=400)
    content_hash = models.CharField(max_length=64)
    entries = models.JSONField(default=list, help_text="numbers of its ledger entries")
    imported_at = models.DateTimeField()
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    posted_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undo_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["-imported_at", "-id"], name="billing_remit_when"),
            models.Index(fields=["trace"], name="billing_remit_trace"),
            models.Index(fields=["identity"], name="billing_remit_identity"),
        ]
        constraints = [
            # the same contents live once: fifty imports at once post one
            models.UniqueConstraint(
                fields=["content_hash"], condition=Q(state__in=["posted", "held"]), name="billing_remit_once"
            ),
            models.CheckConstraint(condition=Q(paid_cents__gte=0) | Q(state="refused"), name="billing_remit_cents"),
            models.CheckConstraint(condition=~Q(state="held") | ~Q(hold=""), name="billing_remit_hold"),
            models.CheckConstraint(
                condition=~Q(state="posted") | (Q(payer__isnull=False) & Q(entity__isnull=False)),
                name="billing_remit_posted",
            ),
        ]

    def __str__(self) -> str:
        return self.trace

    @property
    def item(self) -> str:
        """The ledger item of its clearing, its money in transit, what is unapplied and in suspense."""
        return f"remit:{self.uid}"


class RemittanceClaim(Record):
    """One CLP: what the payer said of one claim, and which claim of ours it is."""

    remittance = models.ForeignKey(Remittance, on_delete=models.PROTECT, related_name="claims")
    position = models.PositiveIntegerField()
    number = models.CharField(max_length=50)
    status = models.CharField(max_length=2)
    charge_cents = models.BigIntegerField()
    paid_cents = models.BigIntegerField()
    patient_cents = models.BigIntegerField()
    payer_control = models.CharField(max_length=50, blank=True)
    claim = models.ForeignKey(Claim, null=True, blank=True, on_delete=models.PROTECT, related_name="answers")
    matched_by = models.CharField(max_length=12, blank=True)
    rank = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(max_length=12)
    unapplied_cents = models.BigIntegerField(default=0)
    adjustments = models.TextField(blank=True, help_text="claim level only: CO-45:2000;PR-3:500 (cents)")
    remarks = models.CharField(max_length=200, blank=True)
    later_entries = models.JSONField(default=list, help_text="entries by which its money was matched later")
    live = models.BooleanField(default=True, help_text="falls when the remittance is taken back")

    class Meta:
        indexes = [
            models.Index(fields=["number"], name="billing_answer_number"),
            models.Index(fields=["payer_control"], name="billing_answer_icn", condition=~Q(payer_control="")),
        ]
        constraints = [models.UniqueConstraint(fields=["remittance", "position"], name="billing_answer_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.status}"


class RemittanceLine(models.Model):
    """One service line of a CLP and the charge it answers; adjustments as ``CO-45:2000;PR-3:500`` (cents)."""

    id = models.BigAutoField(primary_key=True)
    answer = models.ForeignKey(RemittanceClaim, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField()
    charge = models.ForeignKey(Charge, null=True, blank=True, on_delete=models.PROTECT, related_name="answers")
    code = models.CharField(max_length=48)
    charge_cents = models.BigIntegerField()
    paid_cents = models.BigIntegerField()
    adjustments = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["answer", "position"], name="billing_line_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.paid_cents}"


class WorkItem(Record):
    """One thing a person must decide; the money meanwhile is safe where the entry put it."""

    kind = models.CharField(max_length=20, choices=WorkKind)
    reason = models.CharField(max_length=300)
    amount_cents = models.BigIntegerField(default=0)
    due = models.DateField(null=True, blank=True)
    remittance = models.ForeignKey(Remittance, null=True, blank=True, on_delete=models.PROTECT, related_name="work")
    answer = models.ForeignKey(RemittanceClaim, null=True, blank=True, on_delete=models.PROTECT, related_name="work")
    claim = models.ForeignKey(Claim, null=True, blank=True, on_delete=models.PROTECT, related_name="work")
    charge = models.ForeignKey(Charge, null=True, blank=True, on_delete=models.PROTECT, related_name="work")
    group = models.CharField(max_length=2, blank=True)
    carc = models.CharField(max_length=5, blank=True)
    category = models.CharField(max_length=20, blank=True, help_text="of a denial, by data/denials.toml or by a person")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    cause = models.ForeignKey(
        "billing.DenialCause", null=True, blank=True, on_delete=models.PROTECT, related_name="items"
    )
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    resolution = models.CharField(max_length=200, blank=True)
    settled_by = models.ForeignKey(
        Remittance, null=True, blank=True, on_delete=models.PROTECT, related_name="settled",
        help_text="the payment that left nothing open; taken back, it opens the item again",
    )  # fmt: skip

    class Meta:
        indexes = [
            models.Index(fields=["category", "id"], condition=~Q(category=""), name="billing_work_category"),
            models.Index(fields=["due", "id"], condition=Q(closed_at=None), name="billing_work_due"),
            models.Index(fields=["kind", "id"], condition=Q(closed_at=None), name="billing_work_kind"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="billing_work_reason"),
            models.CheckConstraint(condition=Q(closed_at=None) | ~Q(resolution=""), name="billing_work_closed"),
        ]

    def __str__(self) -> str:
        return self.reason
