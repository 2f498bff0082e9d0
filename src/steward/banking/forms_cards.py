"""Forms of the card processor: its terms, and the payment behind a chargeback."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from steward.core.web.forms import Form, MoneyField
from steward.registry.models import Entity


class TermsForm(Form):
    entity = forms.ModelChoiceField(Entity.objects.none(), label=_("Legal entity"), empty_label=None)
    starts_on = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    percent = forms.DecimalField(
        label=_("Share of what was paid, in percent"), min_value=0, max_value=20, max_digits=6, decimal_places=4
    )
    item_cents = MoneyField(label=_("For each payment"), least=0)
    each = forms.BooleanField(
        label=_("The share is rounded for each payment"), required=False, help_text=_("Otherwise once for the batch.")
    )
    source = forms.CharField(label=_("Where it is written"), max_length=200, help_text=_("The agreement and its day."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["entity"].queryset = Entity.objects.filter(ended_on=None).order_by("-is_practice", "name")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        percent = data.pop("percent", None)
        if percent is not None:
            data["rate_ppm"] = int(percent * 10_000)
        return data


class ReceiptNumberForm(Form):
    number = forms.IntegerField(label=_("Receipt number"), min_value=1)
