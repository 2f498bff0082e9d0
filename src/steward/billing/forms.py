"""The forms of billing: what a person types, nothing more."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from steward.billing.models import Charge
from steward.billing.states import WriteOff
from steward.core.web.forms import DateField, Form, MoneyField
from steward.insurance.models import Payer
from steward.registry.models import Entity
from steward.registry.selectors import entities


def _rows(form: Form, name: str, rows: QuerySet[Any]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = rows


class ReasonForm(Form):
    """A sentence that says why."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class ResolutionForm(Form):
    """What was done about a work item."""

    resolution = forms.CharField(label=_("What was done"), max_length=200)


class PostponeForm(Form):
    """When to look again."""

    due = DateField(label=_("Look again on"))


class ReleaseForm(Form):
    """What a held remittance could not say itself."""

    payer = forms.ModelChoiceField(
        Payer.objects.none(), label=_("Payer"), required=False, help_text=_("Empty: as the file says.")
    )
    entity = forms.ModelChoiceField(
        Entity.objects.none(), label=_("Paid to"), required=False, help_text=_("Empty: as the file says.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _rows(self, "payer", Payer.objects.filter(ended_on=None).order_by("name", "id"))
        _rows(self, "entity", entities())


class MatchForm(Form):
    """Which claim of ours a payment answers."""

    ref = forms.CharField(label=_("Claim number"), max_length=20)


class ChargeForm(Form):
    """A charge of one claim, and an amount."""

    charge = forms.ModelChoiceField(Charge.objects.none(), label=_("Charge"), empty_label=None)
    cents = MoneyField(label=_("Amount"), least=1)

    def __init__(self, *args: Any, charges: QuerySet[Charge], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _rows(self, "charge", charges)
        field = self.fields["charge"]
        assert isinstance(field, forms.ModelChoiceField)
        field.label_from_instance = lambda row: f"{row.code} {row.service_date}, {row.line_ref}"  # type: ignore[assignment, method-assign]


class PrepaymentForm(ChargeForm):
    """A payment that waits, put to a charge."""

    receipt_item = forms.ChoiceField(label=_("Payment"))

    def __init__(self, *args: Any, receipts: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["receipt_item"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = receipts
        self.order_fields(["receipt_item", "charge", "cents"])


class WriteOffForm(ChargeForm):
    """What is given up, of whom, and why."""

    of = forms.ChoiceField(label=_("Owed by"), choices=[("patient", _("Patient"))])
    role = forms.ChoiceField(label=_("Written off as"), choices=WriteOff.choices)
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, owers: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["of"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = owers
        self.order_fields(["charge", "of", "cents", "role", "reason"])


class RefundForm(ChargeForm):
    """Money given back out of a charge's credit."""

    of = forms.ChoiceField(label=_("Given back to"), choices=[("patient", _("Patient"))])
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, owers: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["of"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = owers
        self.order_fields(["charge", "of", "cents", "reason"])
