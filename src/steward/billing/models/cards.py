"""Cards on file: a token, four digits and a brand, with the consent; and every attempt to charge one. Never a number."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from steward.billing.states import AttemptState, CardBrand
from steward.core.access.decide import Facts
from steward.core.base import Record


def _person() -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )


class CardOnFile(Record):
    """A card a guarantor lets the practice charge. ``token`` is the processor's; ``consent`` the words that were agreed to."""

    guarantor = models.ForeignKey("registry.Party", on_delete=models.PROTECT, related_name="+")
    token = models.CharField(max_length=80)
    last4 = models.CharField(max_length=4)
    brand = models.CharField(max_length=10, choices=CardBrand)
    expires_on = models.DateField(help_text="the last day of its month")
    consent = models.CharField(max_length=300)
    consented_on = models.DateField()
    kept_by = _person()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = _person()
    end_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            # a card number neither begins with tok_ nor has four digits
            models.CheckConstraint(condition=Q(("token__startswith", "tok_")), name="billing_card_token"),
            models.CheckConstraint(
                condition=Q(Exact(Length("last4"), 4), last4__gte="0000", last4__lte="9999"), name="billing_card_last4"
            ),
            models.CheckConstraint(condition=~Q(consent=""), name="billing_card_consent"),
            models.CheckConstraint(condition=Q(brand__in=CardBrand.values), name="billing_card_brand"),
            models.CheckConstraint(condition=Q(ended_at=None) | ~Q(end_reason=""), name="billing_card_ended"),
            models.UniqueConstraint(fields=["guarantor", "token"], condition=Q(ended_at=None), name="billing_card_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_brand_display()} ••{self.last4}"

    def access_facts(self) -> Facts:
        """Own to whose card it is."""
        user = self.guarantor.user_id
        return Facts(owners=frozenset({user} if user else ()))


class PlanCard(Record):
    """Which card pays a plan's instalments, since when."""

    plan = models.OneToOneField("billing.PaymentPlan", on_delete=models.PROTECT, related_name="paying")
    card = models.ForeignKey(CardOnFile, on_delete=models.PROTECT, related_name="plans")
    since = models.DateField()

    def __str__(self) -> str:
        return f"{self.card}"


class CardAttempt(Record):
    """One attempt to charge a card, noted before the processor is asked: its uid is the key a lost answer is asked again with."""

    card = models.ForeignKey(CardOnFile, on_delete=models.PROTECT, related_name="attempts")
    plan = models.ForeignKey("billing.PaymentPlan", null=True, blank=True, on_delete=models.PROTECT, related_name="attempts")
    due_on = models.DateField(null=True, blank=True, help_text="the instalment's day")
    n = models.PositiveSmallIntegerField(default=1, help_text="which attempt at this instalment")
    cents = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=AttemptState, default=AttemptState.ASKED)
    tried_on = models.DateField()
    asked_at = models.DateTimeField()
    asked_by = _person()
    answered_at = models.DateTimeField(null=True, blank=True)
    reference = models.CharField(max_length=80, blank=True)
    message = models.CharField(max_length=120, blank=True)
    receipt = models.OneToOneField("banking.Receipt", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["state", "id"], name="billing_attempt_state")]
        constraints = [
            models.CheckConstraint(condition=Q(cents__gt=0), name="billing_attempt_cents"),
            models.CheckConstraint(condition=Q(state__in=AttemptState.values), name="billing_attempt_known"),
            # money the processor took stands in the books, and none it did not take
            models.CheckConstraint(
                condition=Q(state="approved", receipt__isnull=False) | (~Q(state="approved") & Q(receipt=None)),
                name="billing_attempt_receipt",
            ),
            models.UniqueConstraint(
                fields=["plan", "due_on", "n"], condition=Q(plan__isnull=False), name="billing_attempt_once"
            ),
            models.UniqueConstraint(fields=["reference"], condition=~Q(reference=""), name="billing_attempt_reference"),
        ]

    def __str__(self) -> str:
        return f"{self.card} {self.cents}"


class CardRefund(Record):
    """A signed refund given back to the card that paid, noted before the processor is asked: its uid is the key a lost answer is
    asked again with. Declined, the refund stands to be paid as before."""

    decision = models.ForeignKey("billing.Decision", on_delete=models.PROTECT, related_name="card_refunds")
    attempt = models.ForeignKey(CardAttempt, on_delete=models.PROTECT, related_name="refunds", help_text="the payment it came with")
    cents = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=AttemptState, default=AttemptState.ASKED)
    asked_at = models.DateTimeField()
    asked_by = _person()
    answered_at = models.DateTimeField(null=True, blank=True)
    reference = models.CharField(max_length=80, blank=True)
    message = models.CharField(max_length=120, blank=True)
    entry = models.PositiveBigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(cents__gt=0), name="billing_card_refund_cents"),
            models.CheckConstraint(condition=Q(state__in=AttemptState.values), name="billing_card_refund_known"),
            # money the processor gave back stands in the books, and none it did not give back
            models.CheckConstraint(
                condition=Q(state="approved", entry__isnull=False) | (~Q(state="approved") & Q(entry=None)),
                name="billing_card_refund_entry",
            ),
            models.UniqueConstraint(
                fields=["decision"], condition=~Q(state="declined"), name="billing_card_refund_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attempt.card} {self.cents}"

    @property
    def item(self) -> str:
        """The ledger item of the money on its way out of the bank."""
        return f"cardrefund:{self.uid}"
