"""Forms of insurance."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from steward.core.web.forms import DateField, MoneyField
from steward.insurance import selectors
from steward.insurance.states import AdjustmentGroup, Filing, WriteOffRole
from steward.insurance.types import PayerData, PlanData, RuleData
from steward.registry.forms import ValueForm, text


class PayerForm(ValueForm):
    """A payer."""

    lead = _("Who you bill. Files and remittances name it by its ids.")
    name = text(_("Name"), 200, required=True)
    code = text(_("Payer id"), 40, required=True, help_text=_("How imports and files name it."))
    edi_id = text(_("Clearinghouse id"), 80)
    ref2u = text(_("Additional id"), 50, help_text=_("REF*2U of its remittances."))
    ein = text(_("Tax number"), 12)
    filing = forms.ChoiceField(label=_("Filing indicator"), choices=Filing.choices, initial=Filing.COMMERCIAL)
    filing_limit_days = forms.IntegerField(label=_("Days to file"), required=False, min_value=1, max_value=3650)
    PAIRS = (("code", "edi_id"), ("ref2u", "ein"), ("filing", "filing_limit_days"))

    def value(self) -> PayerData:
        return PayerData(**self.cleaned_data)


class PlanForm(ValueForm):
    """A plan of a payer."""

    lead = _("What a card names: its copay is proposed at check-in.")
    name = text(_("Name"), 120, required=True)
    copay_cents = MoneyField(label=_("Copay"), least=0, initial=0)
    capitation = forms.BooleanField(
        label=_("Capitation contract"), required=False, help_text=_("Only then may CO-24 be written off.")
    )

    def value(self) -> PlanData:
        return PlanData(**self.cleaned_data)


class RuleForm(ValueForm):
    """A white-listed adjustment."""

    lead = _("An adjustment with this code posts by itself; without a rule a person decides.")
    group = forms.ChoiceField(
        label=_("Group"), choices=[c for c in AdjustmentGroup.choices if c[0] != AdjustmentGroup.PATIENT]
    )
    carc = text(_("Reason code"), 5, required=True)
    role = forms.ChoiceField(label=_("Written off to"), choices=WriteOffRole.choices)
    payer = forms.TypedChoiceField(label=_("Payer"), coerce=int, required=False, empty_value=None)
    starts_on = DateField(label=_("From"))
    ends_on = DateField(label=_("To"), required=False)
    capitation_only = forms.BooleanField(label=_("Only under a capitation contract"), required=False)
    negative_only = forms.BooleanField(label=_("Only when it raises the payment"), required=False)
    source = text(_("Source"), 200, required=True, help_text=_("The contract or rule it rests on."))
    PAIRS = (("group", "carc"), ("role", "payer"), ("starts_on", "ends_on"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        payers = [(p.pk, p.name) for p in selectors.standing_payers()]
        self.fields["payer"].choices = [("", _("every payer")), *payers]  # type: ignore[attr-defined]

    def value(self) -> RuleData:
        return RuleData(**self.cleaned_data)
