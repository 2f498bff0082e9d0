"""What the card processor says: its terms as agreed, and its payouts as reported."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from steward.banking.models.bank import Settlement, TerminalBatch
from steward.banking.models.cash import Receipt
from steward.banking.models.fields import down, user
from steward.banking.states import MovementKind
from steward.core.base import Record


class CardTerms(Record):
    """What a processor keeps of a batch from a day on: a share of the payments and so much for each. Never changed; a later one follows.

    ``each`` says that the share is rounded for every payment, not once for the batch; both half up.
    """

    entity = down("registry.Entity")
    starts_on = models.DateField()
    rate_ppm = models.PositiveIntegerField(help_text="of what was paid; 2.6 % is 26,000")
    item_cents = models.PositiveIntegerField(default=0)
    each = models.BooleanField(default=False)
    source = models.CharField(max_length=200, help_text="the agreement these are from")
    made_at = models.DateTimeField()
    made_by = user(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entity", "starts_on"], name="banking_cardterms_once"),
            models.CheckConstraint(condition=Q(rate_ppm__lte=200_000, item_cents__lte=10_000), name="banking_cardterms_sane"),
            models.CheckConstraint(condition=~Q(source=""), name="banking_cardterms_source"),
        ]

    def __str__(self) -> str:
        return f"{self.rate_ppm / 10_000:.4g} % + {self.item_cents / 100:.2f}"


class Payout(Record):
    """One payout of the processor, proved and booked: its parts leave the clearing account, what it paid is expected at the bank."""

    entity = down("registry.Entity")
    ref = models.CharField(max_length=40)
    paid_on = models.DateField()
    cents = models.BigIntegerField(help_text="what the bank should show")
    document = down("ledger.Document")
    identity = models.CharField(max_length=64, help_text="what it says, hashed")
    settlement = models.OneToOneField(Settlement, on_delete=models.PROTECT, null=True, related_name="payout")
    entry = models.PositiveBigIntegerField(null=True)
    brought_at = models.DateTimeField()
    brought_by = user(null=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = user(null=True, blank=True)
    undo_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-paid_on", "-id"], name="banking_payout_day")]
        constraints = [
            models.UniqueConstraint(fields=["entity", "ref"], condition=Q(undone_at=None), name="banking_payout_once"),
            models.CheckConstraint(
                condition=Q(undone_at=None, undo_reason="") | (Q(undone_at__isnull=False) & ~Q(undo_reason="")),
                name="banking_payout_undone",
            ),
        ]

    def __str__(self) -> str:
        return f"Card payout {self.ref}"

    @property
    def item(self) -> str:
        """The ledger item of what the processor still owes of it."""
        return f"payout:{self.uid}"


class PayoutLine(Record):
    """One movement of a payout. ``settlement`` is what of ours it took in (a batch, a payment charged back); ``cents`` as it changes
    the payout, before ``fee_cents``."""

    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="lines")
    n = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=MovementKind)
    reference = models.CharField(max_length=40, blank=True)
    cents = models.BigIntegerField()
    fee_cents = models.BigIntegerField(default=0)
    day = models.DateField(null=True, blank=True)
    text = models.CharField(max_length=120, blank=True)
    item = models.CharField(max_length=80, blank=True, help_text="the ledger item it moved on the clearing account")
    batch = models.ForeignKey(TerminalBatch, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, null=True, blank=True, related_name="taken")
    joined_entry = models.PositiveBigIntegerField(null=True, blank=True)
    live = models.BooleanField(default=True)

    class Meta:
        indexes = [models.Index(fields=["kind", "reference"], name="banking_payoutline_ref")]
        constraints = [
            models.UniqueConstraint(fields=["payout", "n"], name="banking_payoutline_n"),
            models.UniqueConstraint(fields=["settlement"], condition=Q(live=True), name="banking_taken_once"),
            models.CheckConstraint(condition=Q(kind__in=MovementKind.values), name="banking_payoutline_kind"),
            models.CheckConstraint(
                condition=~Q(cents=0) & Q(fee_cents__gte=0) & (Q(fee_cents=0) | Q(kind="batch")), name="banking_payoutline_cents"
            ),
            models.CheckConstraint(condition=Q(batch=None) | Q(kind="batch"), name="banking_payoutline_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.reference}"
