"""A payment the bank or the card's issuer took back. What it reopens is in the ledger, item by item."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from steward.billing.models.others import OtherCharge
from steward.billing.models.patients import Decision
from steward.billing.states import ReturnKind
from steward.core.access.decide import Facts
from steward.core.base import Record


class ReturnedPayment(Record):
    """A receipt's payment that came back, posted when its decision is signed; undone when it was a mistake or was made good."""

    receipt = models.ForeignKey("banking.Receipt", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=ReturnKind)
    cents = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    returned_on = models.DateField()
    fee_cents = models.BigIntegerField(default=0, help_text="asked for; charged when it is posted")
    fee = models.ForeignKey(OtherCharge, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="returned")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    undo_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-returned_on", "-id"], name="billing_returned_when")]
        constraints = [
            models.UniqueConstraint(fields=["receipt"], condition=Q(undone_at=None), name="billing_returned_once"),
            models.CheckConstraint(condition=Q(cents__gt=0, fee_cents__gte=0) & ~Q(reason=""), name="billing_returned_whole"),
            models.CheckConstraint(condition=Q(kind__in=ReturnKind.values), name="billing_returned_kind"),
            models.CheckConstraint(condition=Q(undone_at=None) | ~Q(undo_reason=""), name="billing_returned_undone"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.receipt.number}"

    @property
    def item(self) -> str:
        """The ledger item of the money that goes back over the bank."""
        return f"returned:{self.uid}"

    def access_facts(self) -> Facts:
        """Own to whoever paid."""
        user = self.receipt.party.user_id if self.receipt.party else None
        return Facts(owners=frozenset({user} if user else ()))
