"""The forms of the practice's own checks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as __

from steward.banking.logic.positive_pay import AMOUNTS, DATES, Layout, LayoutError, checked, read_columns
from steward.banking.models import BankAccount
from steward.banking.selectors.statements import bank_accounts
from steward.core.web.forms import DateField, Form, MoneyField
from steward.ledger.models import Account

ROWS = 5


class CheckForm(Form):
    """A check and what it pays, in up to five lines."""

    uid = forms.UUIDField(widget=forms.HiddenInput)
    bank_account = forms.ModelChoiceField(BankAccount.objects.none(), label=__("Bank account"), empty_label=None)
    day = DateField(label=__("Day"))
    payee = forms.CharField(label=__("Payee"), max_length=80, help_text=__("As it is printed behind “Pay to the order of”."))
    address = forms.CharField(label=__("Address"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    memo = forms.CharField(label=__("For"), required=False, max_length=120, help_text=__("Stands on the check. No names of patients."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _banks(self)
        accounts = Account.objects.filter(active=True).order_by("code")
        for n in range(1, ROWS + 1):
            first = n == 1
            self.fields[f"account_{n}"] = forms.ModelChoiceField(
                accounts, label=__("Account"), required=first, to_field_name="code", empty_label=__("Choose")
            )
            self.fields[f"cents_{n}"] = MoneyField(label=__("Amount"), required=first)
            self.fields[f"words_{n}"] = forms.CharField(label=__("What it is"), required=False, max_length=120)
            for name in ("account", "cents", "words"):  # the column's heading labels the eye, this the ear
                field = self.fields[f"{name}_{n}"]
                field.widget.attrs["aria-label"] = f"{field.label} {n}"

    @property
    def rows(self) -> list[tuple[Any, Any, Any]]:
        """The lines as bound fields: account, amount, words."""
        return [(self[f"account_{n}"], self[f"cents_{n}"], self[f"words_{n}"]) for n in range(1, ROWS + 1)]

    def clean(self) -> dict[str, Any]:
        """The arguments of ``services.write_check``."""
        cleaned = super().clean() or {}
        lines = []
        for n in range(1, ROWS + 1):
            account, cents, words = (cleaned.pop(f"{name}_{n}", None) for name in ("account", "cents", "words"))
            if bool(account) != bool(cents) and f"account_{n}" not in self.errors and f"cents_{n}" not in self.errors:
                self.add_error(f"cents_{n}" if account else f"account_{n}", str(__("A line has an account and an amount.")))
            elif account:
                lines.append((account.code, cents, words or ""))
        return {**cleaned, "lines": lines}


class LearnForm(Form):
    """What lines like this one are booked to."""

    account = forms.ModelChoiceField(Account.objects.none(), label=__("Account"), to_field_name="code")
    least_cents = MoneyField(label=__("Smallest amount"), least=1)
    most_cents = MoneyField(label=__("Largest amount"), least=1)
    memo = forms.CharField(label=__("What it is"), required=False, max_length=120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["account"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Account.objects.filter(active=True).order_by("code")

    def clean(self) -> dict[str, Any]:
        """The account by its code."""
        cleaned = super().clean() or {}
        return {**cleaned, "account": cleaned["account"].code} if cleaned.get("account") else cleaned


class SignForm(Form):
    """The second person's answer."""

    answer = forms.ChoiceField(choices=[("yes", __("Sign it")), ("no", __("Hand back"))], widget=forms.RadioSelect, label=__("Answer"))
    comment = forms.CharField(label=__("Comment"), required=False, max_length=400, help_text=__("A no needs its reason."))


class SpoilForm(Form):
    """A form that is used up without a check."""

    bank_account = forms.ModelChoiceField(BankAccount.objects.none(), label=__("Bank account"), empty_label=None)
    number = forms.IntegerField(label=__("Number of the form"), min_value=1, max_value=2_000_000_000)
    reason = forms.CharField(label=__("What became of it"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _banks(self)


class SettingForm(Form):
    """How an account's checks are numbered and printed, and the columns of the bank's file."""

    next_number = forms.IntegerField(label=__("Next number"), min_value=1, max_value=2_000_000_000)
    right_mm = forms.IntegerField(label=__("Move to the right, mm"), min_value=-30, max_value=30)
    down_mm = forms.IntegerField(label=__("Move down, mm"), min_value=-30, max_value=30)
    columns = forms.CharField(
        label=__("Columns of the positive-pay file"), widget=forms.Textarea(attrs={"rows": 2}),
        help_text=__("In the bank's order: account, routing, number, date, amount, payee, flag, blank. With widths in a fixed file: number 10."),
    )  # fmt: skip
    fixed = forms.BooleanField(label=__("Fixed columns, not commas"), required=False)
    day = forms.ChoiceField(label=__("Days written as"), choices=[(one, one) for one in DATES])
    amount = forms.ChoiceField(label=__("Amounts in"), choices=[(one, one) for one in AMOUNTS])
    issue = forms.CharField(label=__("Flag of an issued check"), max_length=10)
    void = forms.CharField(label=__("Flag of a void check"), max_length=10)
    heading = forms.BooleanField(label=__("With a heading"), required=False)

    def clean(self) -> dict[str, Any]:
        """The arguments of ``services.save_check_setting``."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        try:
            columns = read_columns(cleaned.pop("columns"), fixed=cleaned["fixed"])
            names = ("fixed", "day", "amount", "issue", "void", "heading")
            cleaned["layout"] = checked(Layout(columns, **{name: cleaned.pop(name) for name in names}))
        except LayoutError as error:
            self.add_error("columns" if "columns" in self.fields else None, str(error))
        return cleaned


def _banks(form: Form) -> None:
    field = form.fields["bank_account"]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = bank_accounts()
