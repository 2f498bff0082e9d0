"""The forms of schedules: lines like a journal entry's, or a loan's terms."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.core.web.forms import DateField, Form, MoneyField
from steward.ledger.forms import JournalForm
from steward.ledger.logic.schedules import LOAN, MOST_STEPS, RECURRING, SPREAD
from steward.ledger.services.schedules import ScheduleData
from steward.ledger.types import LineDraft

EVERY = [("1", __("Every month")), ("2", __("Every two months")), ("3", __("Every quarter")), ("6", __("Every half year")),
         ("12", __("Every year"))]  # fmt: skip


class ScheduleForm(JournalForm):
    """What repeats or is spread. The lines are a journal entry's: of one step, or of the whole."""

    date = DateField(label=__("First day"))
    memo = forms.CharField(label=__("What it is"), max_length=120, help_text=__("Stands on every entry: no names of patients."))
    document = forms.FileField(label=__("Contract or bill"), required=False, help_text=__("Without one, the terms as typed are its paper."))
    kind = forms.ChoiceField(
        label=__("How"), widget=forms.RadioSelect,
        choices=[(RECURRING, __("The same entry each time")), (SPREAD, __("These amounts spread over the steps"))],
    )  # fmt: skip
    every_months = forms.TypedChoiceField(label=__("How often"), choices=EVERY, coerce=int)
    steps = forms.IntegerField(
        label=__("How many times"), required=False, min_value=1, max_value=MOST_STEPS, help_text=__("Empty: until it is ended."),
    )  # fmt: skip
    by_day = forms.BooleanField(label=__("Share a spread by days"), required=False)
    released = forms.BooleanField(
        label=__("Take each one back on the first of the next month"), required=False, help_text=__("An accrual."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """``uid``, ``document`` and the ``data`` of the service."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        data = ScheduleData(
            cleaned["kind"], cleaned["memo"], cleaned["date"], cleaned["lines"], cleaned["every_months"], cleaned["steps"],
            cleaned["by_day"], cleaned["released"],
        )  # fmt: skip
        return {"uid": cleaned["uid"], "document": cleaned.get("document"), "data": data}


class LoanForm(Form):
    """A loan as its contract says it; begun in the middle, with what is owed now and the payments that are left."""

    uid = forms.UUIDField(widget=forms.HiddenInput)
    name = forms.CharField(label=__("What it is"), max_length=120)
    total_cents = MoneyField(label=__("Owed before the first payment"), least=1)
    rate = forms.DecimalField(label=__("Yearly rate, percent"), min_value=0, max_digits=7, decimal_places=4)
    steps = forms.IntegerField(label=__("Payments left"), min_value=1, max_value=MOST_STEPS)
    payment_cents = MoneyField(
        label=__("Payment"), required=False, least=1, help_text=__("Empty: the level payment is reckoned. The last one clears what is left."),
    )  # fmt: skip
    first_on = DateField(label=__("First payment"))
    every_months = forms.TypedChoiceField(label=__("How often"), coerce=int, choices=[EVERY[0], EVERY[2], EVERY[4]])
    loan = forms.ChoiceField(label=__("The loan"))
    interest = forms.ChoiceField(label=__("Interest"))
    paid_from = forms.ChoiceField(label=__("Paid from"))
    document = forms.FileField(label=__("Contract"), required=False)

    def __init__(self, *args: Any, accounts: list[Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, kinds in (("loan", ("liability",)), ("interest", ("expense",)), ("paid_from", ("asset", "liability"))):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", "")] + [(a.code, str(a)) for a in accounts or () if a.kind in kinds]
        for name, role in (("interest", "interest_expense"), ("paid_from", "bank_operating")):
            self.initial.setdefault(name, next((a.code for a in accounts or () if a.role == role), ""))

    def clean(self) -> dict[str, Any]:
        """``uid``, ``document`` and the ``data`` of the service."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        parts = (("loan", _("Principal")), ("interest", _("Interest")), ("paid_from", ""))
        lines = tuple(LineDraft(account=cleaned[name], memo=memo) for name, memo in parts)
        data = ScheduleData(
            LOAN, cleaned["name"], cleaned["first_on"], lines, cleaned["every_months"], cleaned["steps"],
            total_cents=int(cleaned["total_cents"]), rate_ppm=int(cleaned["rate"] * 10_000), payment_cents=int(cleaned["payment_cents"] or 0),
        )  # fmt: skip
        return {"uid": cleaned["uid"], "document": cleaned.get("document"), "data": data}


class EndForm(Form):
    """No step after this day."""

    ended_on = DateField(label=__("Last day"))
    reason = forms.CharField(label=__("Why"), max_length=200)
