"""Charges that are no claim, who owes without being a patient, and what sales tax a site adds."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from steward.billing.states import HolderKind, OtherKind
from steward.core.access.decide import Facts
from steward.core.base import Record


def _person() -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )


class AccountHolder(Record):
    """A party that owes and is no patient: an employer, an attorney. What it owes is in the ledger, by item."""

    party = models.OneToOneField("registry.Party", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=HolderKind)
    opened_at = models.DateTimeField()
    opened_by = _person()
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=HolderKind.values), name="billing_holder_kind"),
        ]

    def __str__(self) -> str:
        return self.party.name

    def access_facts(self) -> Facts:
        """Own to its login, if it has one."""
        user = self.party.user_id
        return Facts(owners=frozenset({user} if user else ()))


class SalesTaxRate(Record):
    """The sales tax a site adds to products from a day on; the latest row that has begun holds."""

    site = models.ForeignKey("registry.Site", on_delete=models.PROTECT, related_name="+")
    rate_ppm = models.PositiveIntegerField(help_text="millionths: 62500 is 6.25 percent")
    starts_on = models.DateField()
    source = models.CharField(max_length=200, help_text="where the rate was read")
    noted_at = models.DateTimeField()
    noted_by = _person()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "starts_on"], name="billing_sales_tax_once"),
            models.CheckConstraint(condition=Q(rate_ppm__lte=200_000) & ~Q(source=""), name="billing_sales_tax_rate"),
        ]

    def __str__(self) -> str:
        return f"{self.site} {self.rate_ppm}"


class OtherCharge(Record):
    """A charge that is no claim, posted the moment it is entered; taken back by reversal. ``cents`` are before tax."""

    number = models.PositiveBigIntegerField(unique=True, help_text="gapless")
    kind = models.CharField(max_length=10, choices=OtherKind)
    debtor = models.ForeignKey("registry.Party", on_delete=models.PROTECT, related_name="+", help_text="a patient, or a holder")
    patient = models.ForeignKey(
        "frontdesk.Patient", null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="whom it is about"
    )
    appointment = models.ForeignKey(
        "frontdesk.Appointment", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    site = models.ForeignKey("registry.Site", on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=120, blank=True)
    quantity = models.PositiveIntegerField(default=1, help_text="pieces, or pages of copies")
    cents = models.BigIntegerField()
    tax_ppm = models.PositiveIntegerField(default=0)
    tax_cents = models.BigIntegerField(default=0)
    charged_on = models.DateField()
    charged_at = models.DateTimeField()
    charged_by = _person()
    entry = models.PositiveBigIntegerField()
    voided_at = models.DateTimeField(null=True, blank=True)
    voided_by = _person()
    void_reason = models.CharField(max_length=200, blank=True)
    void_entry = models.PositiveBigIntegerField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["debtor", "-charged_on"], name="billing_other_debtor"),
            models.Index(fields=["-charged_on", "-id"], name="billing_other_when"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(cents__gt=0, tax_cents__gte=0, quantity__gt=0), name="billing_other_cents"),
            models.CheckConstraint(condition=Q(kind__in=OtherKind.values), name="billing_other_kind"),
            models.CheckConstraint(condition=Q(tax_cents=0, tax_ppm=0) | Q(kind="product"), name="billing_other_tax"),
            models.CheckConstraint(
                condition=~Q(kind="no_show") | Q(appointment__isnull=False, patient__isnull=False), name="billing_other_missed"
            ),
            models.UniqueConstraint(
                fields=["appointment"], condition=Q(voided_at=None, appointment__isnull=False), name="billing_other_missed_once"
            ),
            models.CheckConstraint(
                condition=Q(voided_at=None) | (~Q(void_reason="") & Q(void_entry__isnull=False)), name="billing_other_void"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"

    @property
    def item(self) -> str:
        """The ledger item under which it is settled."""
        return f"fee:{self.uid}"

    @property
    def total_cents(self) -> int:
        """With its tax: what is asked for."""
        return self.cents + self.tax_cents

    def access_facts(self) -> Facts:
        """Own to whoever owes it."""
        user = self.debtor.user_id
        return Facts(owners=frozenset({user} if user else ()))
