"""The forms of the budget."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.budget.models import Budget
from steward.budget.services.drivers import DriverData
from steward.core.web.forms import DateField, Form, MoneyField
from steward.ledger.models import Account
from steward.registry.models import Department, Site

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


class MilliField(forms.DecimalField):
    """A figure with up to three decimals, kept in thousandths."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=100_000, decimal_places=3, **kwargs)

    def clean(self, value: Any) -> int:
        return int((super().clean(value) or 0) * 1000)


class DriverForm(Form):
    """One driver; which fields it has depends on its kind."""

    FIELDS: ClassVar[dict[str, tuple[str, ...]]] = {
        "staff": ("fte_milli", "year_cents", "first", "last"),
        "income": ("provider", "payer", "visits_milli", "rate_cents", "last"),
        "cost": ("fixed_cents", "visit_cents", "fte_cents", "step_cents", "step_visits"),
    }
    name = forms.CharField(label=__("Name"), max_length=120)
    account = forms.ModelChoiceField(Account.objects.none(), label=__("Account"), to_field_name="code")
    provider = forms.CharField(label=__("Provider"), max_length=120, required=False)
    payer = forms.CharField(label=__("Payer"), max_length=120, required=False)
    visits_milli = MilliField(label=__("Visits a working day"))
    rate_cents = MoneyField(label=__("Net rate a visit"), least=0, help_text=__("What is left of a visit's charges after every adjustment."))
    fte_milli = MilliField(label=__("Full-time places"))
    year_cents = MoneyField(label=__("Pay of a full-time year"), least=0)
    first = forms.IntegerField(label=__("From month of the year"), min_value=1, max_value=12)
    last = forms.IntegerField(label=__("To month of the year"), min_value=1, max_value=12)
    fixed_cents = MoneyField(label=__("Fixed, a month"), least=0, required=False)
    visit_cents = MoneyField(label=__("For each visit"), least=0, required=False)
    fte_cents = MoneyField(label=__("For each full-time place, a month"), least=0, required=False)
    step_cents = MoneyField(label=__("For each step begun, a month"), least=0, required=False)
    step_visits = forms.IntegerField(label=__("A step is so many visits"), min_value=0, max_value=1_000_000, required=False)
    site = forms.ModelChoiceField(Site.objects.none(), label=__("Site"), required=False, to_field_name="code")
    department = forms.ModelChoiceField(Department.objects.none(), label=__("Department"), required=False, to_field_name="code")
    note = forms.CharField(label=__("What it rests on"), max_length=300, required=False)

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        own = self.FIELDS[kind]
        for name in {one for names in self.FIELDS.values() for one in names} - set(own):
            del self.fields[name]
        accounts = Account.objects.filter(active=True, kind="revenue" if kind == "income" else "expense").order_by("code")
        for name, rows in (("account", accounts), ("site", Site.objects.order_by("code")), ("department", Department.objects.order_by("code"))):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows

    def clean(self) -> dict[str, Any]:
        """``data`` of the services."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        codes = {name: cleaned[name].code if cleaned.get(name) else "" for name in ("account", "site", "department")}
        figures = {name: cleaned.get(name) or 0 for name in self.FIELDS[self.kind] if name not in ("provider", "payer")}
        words = {name: cleaned.get(name, "") for name in ("name", "note", "provider", "payer")}
        given: dict[str, Any] = {**words, **codes, **figures}
        return {"data": DriverData(kind=self.kind, **given)}


class SeasonForm(Form):
    """Twelve working days and twelve indices."""

    def __init__(self, *args: Any, heads: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for n, head in enumerate(heads):
            self.fields[f"days_{n}"] = forms.IntegerField(label=_("%s: working days") % head, min_value=0, max_value=31)
            self.fields[f"index_{n}"] = forms.DecimalField(label=_("%s: index") % head, min_value=0, max_value=12, decimal_places=6)

    def clean(self) -> dict[str, Any]:
        """``days`` and ``index_ppm``."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        return {"days": [cleaned[f"days_{n}"] for n in range(12)], "index_ppm": [int(cleaned[f"index_{n}"] * 1_000_000) for n in range(12)]}


class WhatIfForm(Form):
    """What is different."""

    uid = forms.UUIDField(widget=forms.HiddenInput)
    name = forms.CharField(label=__("Name"), max_length=120)
    provider = forms.ChoiceField(label=__("A provider leaves"), required=False)
    last = forms.IntegerField(label=__("after month of the year"), min_value=0, max_value=12, initial=6)
    payer = forms.ChoiceField(label=__("A payer changes its rates"), required=False)
    change = forms.DecimalField(label=__("by percent"), required=False, min_value=-100, max_value=1000, decimal_places=2)
    visits = forms.DecimalField(label=__("All visits change by percent"), required=False, min_value=-100, max_value=1000, decimal_places=2)

    def __init__(self, *args: Any, providers: list[str], payers: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, found in (("provider", providers), ("payer", payers)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", _("none")), *((one, one) for one in found)]

    def clean(self) -> dict[str, Any]:
        """The arguments of ``services.draft_what_if``."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        ppm = {to: int((cleaned.pop(of) or 0) * 10_000) for of, to in (("change", "change_ppm"), ("visits", "visits_ppm"))}
        return {**cleaned, **ppm}


class SignForm(Form):
    """The second person's answer."""

    answer = forms.ChoiceField(choices=[("yes", __("Approve")), ("no", __("Hand back"))], widget=forms.RadioSelect, label=__("Answer"))
    comment = forms.CharField(label=__("Comment"), required=False, max_length=400, help_text=__("A no needs its reason."))


class CommentForm(Form):
    """Why an account differs."""

    words = forms.CharField(label=__("Why"), max_length=400)
