"""The forms of the budget."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as __

from steward.budget.models import Budget
from steward.core.web.forms import DateField, Form

KIND_WORDS = {"plan": __("Plan"), "reforecast": __("Reforecast"), "whatif": __("What if")}


class NewForm(Form):
    """A new budget and what it begins with."""

    uid = forms.UUIDField(widget=forms.HiddenInput)
    name = forms.CharField(label=__("Name"), max_length=120)
    kind = forms.ChoiceField(label=__("Kind"), choices=list(KIND_WORDS.items()))
    first_on = DateField(label=__("First day of its year"))
    start = forms.ChoiceField(
        label=__("Begin with"), widget=forms.RadioSelect,
        choices=[("books", __("The books of the twelve months before")), ("other", __("Another budget")), ("empty", __("Nothing"))],
    )  # fmt: skip
    based_on = forms.ModelChoiceField(label=__("Which"), queryset=Budget.objects.none(), required=False)
    change = forms.DecimalField(label=__("Change all by, percent"), required=False, min_value=-100, max_value=1000, decimal_places=2)
    assumptions = forms.CharField(label=__("What it rests on"), required=False, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, budgets: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["based_on"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = budgets if budgets is not None else Budget.objects.none()

    def clean(self) -> dict[str, Any]:
        """The arguments of ``services.draft_budget``."""
        cleaned = super().clean() or {}
        if cleaned.get("start") == "other" and not cleaned.get("based_on"):
            self.add_error("based_on", str(__("Choose the budget to begin with.")))
        if self.errors:
            return cleaned
        start = cleaned.pop("start")
        ppm = int((cleaned.pop("change") or 0) * 10_000)
        other = cleaned.pop("based_on") if start == "other" else cleaned.pop("based_on") and None
        return {**cleaned, "based_on": other, "from_books": start == "books", "change_ppm": ppm}


class FileForm(Form):
    """The table, back from the spreadsheet."""

    file = forms.FileField(label=__("Table (CSV or XLSX)"), help_text=__("As exported: one wrong cell and nothing is taken."))


class AssumptionsForm(Form):
    """What the plan rests on."""

    assumptions = forms.CharField(label=__("What it rests on"), required=False, widget=forms.Textarea(attrs={"rows": 8}))


class SignForm(Form):
    """The second person's answer."""

    answer = forms.ChoiceField(choices=[("yes", __("Approve")), ("no", __("Hand back"))], widget=forms.RadioSelect, label=__("Answer"))
    comment = forms.CharField(label=__("Comment"), required=False, max_length=400, help_text=__("A no needs its reason."))


class CommentForm(Form):
    """Why an account differs."""

    words = forms.CharField(label=__("Why"), max_length=400)
