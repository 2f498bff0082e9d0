"""The forms of banking: what a person types, nothing more."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from steward.banking.logic.bank_csv import Profile
from steward.banking.logic.day import DENOMINATIONS
from steward.banking.models import BankAccount, Drawer, DrawerSession
from steward.banking.selectors.statements import bank_accounts
from steward.banking.services.forecast import FlowData
from steward.banking.states import FLOW_EVERY, FLOW_KINDS, Tender
from steward.core.access.models import User
from steward.core.web.forms import DateField, Form, MoneyField
from steward.registry.models import Site


def _rows(form: Form, name: str, rows: QuerySet[Any]) -> None:
    """The rows a field may choose from."""
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = rows


def _choices(form: Form, name: str, choices: list[tuple[str, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.MultipleChoiceField)
    field.choices = choices


class OpenForm(Form):
    drawer = forms.ModelChoiceField(Drawer.objects.none(), label=_("Drawer"), empty_label=None)
    float_cents = MoneyField(label=_("Float you counted"), least=0, help_text=_("You sign for this amount."))
    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=300, help_text=_("If it is not what was left.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _rows(self, "drawer", Drawer.objects.filter(ended_on=None).order_by("name"))


class CountForm(Form):
    """A blind count: pieces of each note and coin, or the sum."""

    cents = MoneyField(label=_("Counted"), least=0, required=False, help_text=_("Or fill in the pieces below."))
    left_cents = MoneyField(
        label=_("Stays in the drawer"), least=0, required=False, help_text=_("Empty: the usual float.")
    )
    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=300, help_text=_("Asked for when it differs by more than 5.00.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cents"].widget.attrs["autofocus"] = True
        for value, words in DENOMINATIONS.items():
            self.fields[f"n{value}"] = forms.IntegerField(label=words, required=False, min_value=0, max_value=100_000)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        pieces = {str(value): data.pop(f"n{value}", None) or 0 for value in DENOMINATIONS}
        data["pieces"] = {value: number for value, number in pieces.items() if number}
        if data["pieces"] and data.get("cents") is not None:
            self.add_error("cents", _("Give the sum or the pieces, not both."))
        if not data["pieces"] and data.get("cents") is None and "cents" not in self.errors:
            self.add_error("cents", _("Count the drawer."))
        return data


class CountForForm(CountForm):
    """The count of an absent cashier's drawer."""

    why = forms.CharField(
        label=_("Why its cashier does not count it"), max_length=200, help_text=_("The owner reads it.")
    )


class DropForm(Form):
    cents = MoneyField(label=_("Amount"), least=1)
    memo = forms.CharField(label=_("Note"), required=False, max_length=200)


class PayOutForm(Form):
    cents = MoneyField(label=_("Amount"), least=1)
    account = forms.CharField(
        label=_("Account"), max_length=16, help_text=_("Code of the expense, such as 6850 for postage.")
    )
    memo = forms.CharField(label=_("What was bought"), max_length=200, help_text=_("Keep its paper: shop and number."))


class HandOverForm(Form):
    to = forms.ModelChoiceField(DrawerSession.objects.none(), label=_("To"), empty_label=None)
    cents = MoneyField(label=_("Amount"), least=1)
    memo = forms.CharField(label=_("Note"), required=False, max_length=200)

    def __init__(self, *args: Any, others: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _rows(self, "to", others)


class AcceptForm(Form):
    cents = MoneyField(label=_("You counted"), least=0)


class ReceiptForm(Form):
    cents = MoneyField(label=_("Amount"), least=1)
    tender = forms.ChoiceField(label=_("Paid by"), choices=Tender.choices)
    check_no = forms.CharField(label=_("Check number"), required=False, max_length=20)
    card_last4 = forms.CharField(label=_("Card, last four digits"), required=False, max_length=4)
    approval = forms.CharField(label=_("Approval code"), required=False, max_length=20)
    purpose = forms.CharField(label=_("For"), required=False, max_length=120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cents"].widget.attrs["autofocus"] = True  # Ctrl Enter takes the copay that is filled in


class ReasonForm(Form):
    reason = forms.CharField(label=_("Reason"), max_length=200)


class RefundForm(Form):
    """How much of a receipt is given back, and why."""

    cents = MoneyField(label=_("Amount"), least=1)
    reason = forms.CharField(label=_("Reason"), max_length=200)


class DepositForm(Form):
    bank_account = forms.ModelChoiceField(BankAccount.objects.none(), label=_("Bank account"), empty_label=None)
    items = forms.MultipleChoiceField(label=_("In the bag"), widget=forms.CheckboxSelectMultiple, required=False)
    coin_cents = MoneyField(label=_("Of it coin"), least=0, required=False)
    bag = forms.CharField(label=_("Bag number"), required=False, max_length=40)

    def __init__(self, *args: Any, choices: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _rows(self, "bank_account", bank_accounts())
        _choices(self, "items", choices)

    def clean_coin_cents(self) -> int:
        return self.cleaned_data["coin_cents"] or 0


class BatchForm(Form):
    gross_cents = MoneyField(label=_("Total on the terminal's slip"), least=1)
    fee_cents = MoneyField(
        label=_("Fee kept from it"), least=0, required=False,
        help_text=_("Empty: by the processor's terms, or none where it charges monthly."),
    )  # fmt: skip
    reference = forms.CharField(label=_("Batch number on the slip"), required=False, max_length=40)


class MailForm(Form):
    site = forms.ModelChoiceField(Site.objects.none(), label=_("Site"), empty_label=None)
    witness = forms.ModelChoiceField(User.objects.none(), label=_("Who watched"), empty_label=_("Choose"))
    checks = forms.IntegerField(label=_("Checks in it"), min_value=0, initial=0)
    checks_cents = MoneyField(label=_("Their sum"), least=0, required=False)
    note_text = forms.CharField(label=_("Note"), required=False, max_length=300)

    def __init__(self, *args: Any, me: int | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _rows(self, "site", Site.objects.filter(ended_on=None).order_by("name"))
        _rows(self, "witness", User.objects.filter(ended_at=None).exclude(pk=me or 0).order_by("name"))

    def clean_checks_cents(self) -> int:
        return self.cleaned_data["checks_cents"] or 0


class CloseForm(Form):
    """One reason for each question of the close that may be waived."""

    def __init__(self, *args: Any, waivable: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, words in waivable:
            self.fields[name] = forms.CharField(
                label=words, required=False, max_length=300, help_text=_("Why it may stand.")
            )

    def reasons(self) -> dict[str, str]:
        return {name: words for name, words in self.cleaned_data.items() if words}


class AccountForm(Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    routing = forms.CharField(label=_("Routing number"), required=False, max_length=9)
    number = forms.CharField(
        label=_("Account number"),
        required=False,
        max_length=40,
        help_text=_("Kept sealed; only its last four digits are shown."),
    )
    opening_cents = MoneyField(label=_("Opening balance"), required=False)
    opening_on = DateField(label=_("on"), required=False)
    credit_line_cents = MoneyField(label=_("Limit of its credit line"), required=False, least=0)


class NewAccountForm(AccountForm):
    code = forms.CharField(label=_("Account of the chart"), max_length=16)
    field_order = ("code",)


class DrawerForm(Form):
    name = forms.CharField(label=_("Name"), max_length=60)
    site = forms.ModelChoiceField(Site.objects.none(), label=_("Site"), empty_label=None)
    float_cents = MoneyField(label=_("Usual float"), least=0, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _rows(self, "site", Site.objects.filter(ended_on=None).order_by("name"))

    def clean_float_cents(self) -> int:
        return self.cleaned_data["float_cents"] or 0


class ExplainForm(Form):
    account = forms.CharField(
        label=_("Account"), required=False, max_length=16, help_text=_("Empty for a bank fee or interest.")
    )
    memo = forms.CharField(label=_("What it is"), required=False, max_length=200)


class MatchForm(Form):
    lines = forms.MultipleChoiceField(label=_("Bank lines"), widget=forms.CheckboxSelectMultiple)
    settlements = forms.MultipleChoiceField(label=_("Expected"), widget=forms.CheckboxSelectMultiple)

    def __init__(
        self, *args: Any, lines: list[tuple[str, Any]], settlements: list[tuple[str, Any]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        _choices(self, "lines", lines)
        _choices(self, "settlements", settlements)


class OutcomeForm(Form):
    outcome = forms.CharField(label=_("What was done"), max_length=200)


class CsvFileForm(Form):
    file = forms.FileField(label=_("CSV file of the bank"), help_text=_("As downloaded; do not open and save it in between."))


class CsvForm(Form):
    """How a bank's CSV is read: a column for each thing. `names` are the columns of the file."""

    date = forms.ChoiceField(label=_("Date"))
    date_order = forms.ChoiceField(
        label=_("Dates read"), choices=[("mdy", _("month, day, year")), ("dmy", _("day, month, year")), ("ymd", _("year, month, day"))]
    )
    text = forms.MultipleChoiceField(label=_("What the bank says"), required=False)
    amount = forms.ChoiceField(label=_("Amount, in and out in one column"), required=False)
    sign = forms.ChoiceField(
        label=_("In that column"), choices=[("plus_in", _("plus is money in")), ("plus_out", _("plus is money out"))]
    )
    debit = forms.ChoiceField(label=_("Or money out"), required=False)
    credit = forms.ChoiceField(label=_("and money in"), required=False)
    balance = forms.ChoiceField(label=_("Balance"), required=False, help_text=_("It proves every row; choose it when there is one."))
    check_no = forms.ChoiceField(label=_("Check number"), required=False)
    fitid = forms.ChoiceField(label=_("The bank's own number of a line"), required=False)
    currency = forms.ChoiceField(label=_("Currency"), required=False)
    closing_cents = MoneyField(
        label=_("Closing balance"), required=False, help_text=_("Only when the file has no balance column: as the bank's page shows it.")
    )
    closing_on = DateField(label=_("On"), required=False)

    def __init__(self, *args: Any, names: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        columns = [(str(at), name or _("column %s") % (at + 1)) for at, name in enumerate(names)]
        for name in CSV_COLUMNS:
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [*([] if field.required else [("", _("not in the file"))]), *columns]
        _choices(self, "text", columns)

    def profile(self, guessed: Profile) -> Profile:
        """What was chosen, for a file cut as `guessed`."""
        said = self.cleaned_data
        columns: dict[str, Any] = {name: int(said[name]) if said[name] else None for name in CSV_COLUMNS}
        text = tuple(int(at) for at in said["text"])
        return replace(guessed, text=text, date_order=said["date_order"], sign=said["sign"], **columns)


CSV_COLUMNS = ("date", "amount", "debit", "credit", "balance", "check_no", "fitid", "currency")


class FloorForm(Form):
    """What should never be missing from the bank."""

    cents = MoneyField(label=_("Floor"), least=0)


class FlowForm(Form):
    """Money somebody knows of."""

    name = forms.CharField(label=_("What"), max_length=120)
    kind = forms.ChoiceField(label=_("Kind"))
    way = forms.ChoiceField(label=_("Way"), choices=[("out", _("Out")), ("in", _("In"))], widget=forms.RadioSelect)
    amount = MoneyField(label=_("Amount"), least=1)
    first_on = DateField(label=_("First day"))
    every = forms.ChoiceField(label=_("How often"))
    until = DateField(label=_("Last day"), required=False)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, words in (("kind", FLOW_KINDS), ("every", FLOW_EVERY)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = list(words.items())

    def clean(self) -> dict[str, Any]:
        """``data`` of the service."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        cents = int(cleaned["amount"]) * (1 if cleaned["way"] == "in" else -1)
        data = FlowData(cleaned["name"], cleaned["kind"], cents, cleaned["first_on"], cleaned["every"], cleaned["until"], cleaned["note"])
        return {"data": data}


class FinishForm(Form):
    """Finish a reconciliation: nothing to type."""


class StatementDayForm(Form):
    """Which statement day."""

    on = DateField(label=_("Statement of"))


class TieForm(Form):
    """Which line of the books a bank line is."""

    book_line = forms.TypedChoiceField(label=_("Line of the books"), coerce=int, widget=forms.RadioSelect)

    def __init__(self, *args: Any, found: list[Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["book_line"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(row.pk, f"{row.entry.number} · {row.date} · {row.memo or row.entry.memo}") for row in found or ()]
