"""The forms of charges that are no claim, of returned payments and of cards."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from steward.billing.states import CardBrand, HolderKind, OtherKind
from steward.core.money import parse_cents
from steward.core.web.forms import DateField, Form, MoneyField
from steward.registry.models import Site
from steward.registry.selectors import sites

BY_HAND = (OtherKind.FORM, OtherKind.RECORDS, OtherKind.PRODUCT, OtherKind.SERVICE)


class OtherForm(Form):
    """What is charged, and for how much. A missed appointment is charged from the appointment."""

    lead = _("Posted at once; it stands on the account and on the next statement. No payer is asked for it.")
    kind = forms.ChoiceField(label=_("For"), choices=[(one.value, one.label) for one in BY_HAND])
    what = forms.CharField(label=_("What"), max_length=120, required=False)
    quantity = forms.IntegerField(label=_("Pieces or pages"), min_value=1, max_value=10_000, initial=1)
    cents = MoneyField(label=_("Amount before tax"), least=1)

    def __init__(self, *args: Any, holder: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not holder:
            field = self.fields["kind"]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [(one.value, one.label) for one in BY_HAND if one != OtherKind.SERVICE]


class MissedForm(Form):
    """The fee for a missed appointment."""

    cents = MoneyField(label=_("Fee"), least=1)


class OtherPaymentForm(Form):
    """A payment that waits, put to a charge that is no claim."""

    receipt_item = forms.ChoiceField(label=_("Payment"))
    cents = MoneyField(label=_("Amount"), least=1)

    def __init__(self, *args: Any, receipts: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["receipt_item"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = receipts


class HolderForm(Form):
    """Who owes without being a patient, and where its statements go."""

    kind = forms.ChoiceField(label=_("Kind"), choices=HolderKind.choices)
    name = forms.CharField(label=_("Name"), max_length=200)
    street = forms.CharField(label=_("Street"), max_length=120, required=False)
    city = forms.CharField(label=_("City"), max_length=60, required=False)
    state = forms.CharField(label=_("State"), max_length=2, required=False)
    zip = forms.CharField(label=_("ZIP"), max_length=10, required=False)


class SalesTaxForm(Form):
    """A site's sales tax from a day on."""

    lead = _("A product is not sold before its site has a rate; note 0 where products are exempt.")
    site = forms.ModelChoiceField(Site.objects.none(), label=_("Site"), empty_label=None)
    rate_ppm = forms.DecimalField(label=_("Percent"), min_value=0, max_value=20, decimal_places=4)
    starts_on = DateField(label=_("From"))
    source = forms.CharField(label=_("Where it was read"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["site"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = sites()

    def clean_rate_ppm(self) -> int:
        """Percent with at most four places, as millionths."""
        return int(self.cleaned_data["rate_ppm"] * Decimal(10_000))


class ReturnedForm(Form):
    """Why a payment came back, when, and what fee is asked for."""

    returned_on = DateField(label=_("Came back on"))
    reason = forms.CharField(label=_("Reason"), max_length=200, help_text=_("As the bank says it: insufficient funds, stop payment"))
    fee_cents = MoneyField(label=_("Fee"), least=0, required=False, help_text=_("Empty: none. At most what the state allows."))

    def clean_fee_cents(self) -> int:
        """Nothing typed is no fee."""
        return self.cleaned_data["fee_cents"] or 0


class CardForm(Form):
    """A card's token as the processor's page gave it, and what its owner agreed to. Never the number."""

    lead = _("Take the card on the processor's page or terminal, and paste the token it answers with. A card number is refused.")
    token = forms.CharField(label=_("Token"), max_length=80)
    last4 = forms.CharField(label=_("Last four digits"), max_length=4)
    brand = forms.ChoiceField(label=_("Brand"), choices=CardBrand.choices)
    month = forms.IntegerField(label=_("Expires, month"), min_value=1, max_value=12)
    year = forms.IntegerField(label=_("Year"), min_value=2026, max_value=2060)
    consent = forms.CharField(label=_("What the owner agreed to"), max_length=300, help_text=_("By whom, for what, how much at most"))


class CardChargeForm(Form):
    """How much a card on file is charged now."""

    cents = MoneyField(label=_("Amount"), least=1)


class CollectedForm(Form):
    """What a collection agency paid: its reference, its fee, and a line a claim."""

    lead = _("The gross goes to each claim's charges, oldest first; the fee is an expense; the net is expected at the bank.")
    agency = forms.CharField(label=_("Agency"), max_length=120)
    reference = forms.CharField(label=_("Its reference"), max_length=40)
    paid_on = DateField(label=_("Paid on"))
    fee_cents = MoneyField(label=_("Fee it kept"), least=0)
    lines = forms.CharField(
        label=_("Claims"), widget=forms.Textarea(attrs={"rows": 6}), help_text=_("One a line: claim number, then what was collected: C0000012 85.00")
    )

    def clean_lines(self) -> list[tuple[str, int]]:
        """(claim number, gross cents) of each line."""
        found: list[tuple[str, int]] = []
        for n, text in enumerate(self.cleaned_data["lines"].splitlines(), 1):
            ref, _gap, amount = text.strip().partition(" ")
            if not text.strip():
                continue
            try:
                found.append((ref.upper(), parse_cents(amount.strip())))
            except ValueError as error:
                raise forms.ValidationError(_("Line %(n)s: a claim number, a space, an amount.") % {"n": n}) from error
        return found
