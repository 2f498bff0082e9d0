"""The forms of what providers are paid by."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as __

from steward.billing.logic.compensation import BASES
from steward.core.web.forms import DateField, Form, MoneyField
from steward.people.models import Provider

BASIS_WORDS = {
    "equal": __("Alike"), "revenue": __("By what each brought"), "collections": __("By collections"), "visits": __("By visits"),
    "work": __("By work units"), "fixed": __("By agreed shares"),
}  # fmt: skip


class ContractForm(Form):
    """A provider's terms."""

    provider = forms.ModelChoiceField(Provider.objects.none(), label=__("Provider"))
    starts_on = DateField(label=__("From, the first of a month"))
    month_cents = MoneyField(label=__("Guaranteed a month"), least=0, required=False)
    share = forms.DecimalField(label=__("Share of collections, percent"), min_value=0, max_value=100, decimal_places=4, required=False)
    threshold_cents = MoneyField(label=__("of what is above, a month"), least=0, required=False)
    point_cents = MoneyField(label=__("For each work unit (wRVU)"), least=0, required=False)
    note_text = forms.CharField(label=__("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["provider"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Provider.objects.select_related("party").order_by("party__name")

    def clean(self) -> dict[str, Any]:
        """The arguments of ``services.make_contract``."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        share = int((cleaned.pop("share") or 0) * 10_000)
        amounts = {name: cleaned.get(name) or 0 for name in ("month_cents", "threshold_cents", "point_cents")}
        return {**cleaned, **amounts, "share_ppm": share}


class EndForm(Form):
    """The last day of a contract."""

    ends_on = DateField(label=__("Last day, the last of a month"))


class OverheadForm(Form):
    """How overhead is shared from a month on."""

    starts_on = DateField(label=__("From, the first of a month"))
    basis = forms.ChoiceField(label=__("How"), choices=[(name, BASIS_WORDS[name]) for name in BASES])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.providers = list(Provider.objects.select_related("party").filter(ended_on=None).order_by("party__name"))
        for one in self.providers:
            self.fields[f"weight_{one.uid.hex}"] = forms.IntegerField(
                label=__("Agreed share of %s") % one.party.name, min_value=0, max_value=1_000_000, required=False
            )

    def clean(self) -> dict[str, Any]:
        """The arguments of ``services.put_overhead``."""
        cleaned = super().clean() or {}
        weights = {str(one.uid): cleaned.pop(f"weight_{one.uid.hex}", None) or 0 for one in self.providers}
        return {**cleaned, "weights": weights}
