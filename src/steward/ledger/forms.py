"""The forms of the books. The journal form has rows, so it reads them itself; what was typed always comes back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.core.ids import new_uid
from steward.core.money import MoneyError, format_cents, parse_cents
from steward.core.refusals import Refused
from steward.core.web.forms import DateField, Form
from steward.ledger.logic.chart import KINDS
from steward.ledger.models import Account, Entry
from steward.ledger.types import LineDraft

ROW_FIELDS = ("account", "note", "site", "entity", "debit", "credit")
FIRST_ROWS = 4
MORE_ROWS = 4
MAX_ROWS = 200


@dataclass
class Row:
    """One typed line: the texts as typed, and what is wrong with each."""

    n: int
    account: str = ""
    note: str = ""
    site: str = ""
    entity: str = ""
    debit: str = ""
    credit: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def blank(self) -> bool:
        return not any(getattr(self, name).strip() for name in ("account", "note", "debit", "credit"))

    @property
    def amounts(self) -> list[tuple[str, str, str]]:
        """(name, as typed, what is wrong) of the two amounts."""
        return [(name, getattr(self, name), self.errors.get(name, "")) for name in ("debit", "credit")]


class JournalForm(Form):
    """A journal entry by hand: day, memo, a document or none, and as many lines as it takes."""

    uid = forms.UUIDField(widget=forms.HiddenInput)
    date = DateField(label=__("Day"))
    memo = forms.CharField(
        label=__("What it is"), max_length=200, help_text=__("Posted for good: no names of patients, no diagnoses.")
    )
    document = forms.FileField(
        label=__("Source document"),
        required=False,
        help_text=__("Without one, the entry as typed is stored as its voucher."),
    )

    def __init__(self, *args: Any, rows: list[Row] | None = None, spare: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        typed = _typed(self.data) if self.is_bound else list(rows or ())
        wanted = max(FIRST_ROWS, len(typed) + spare)
        self.rows = typed + [Row(n) for n in range(len(typed) + 1, min(wanted, MAX_ROWS) + 1)]

    def clean(self) -> dict[str, Any]:
        """Adds ``lines``. Each wrong cell says so in its row; the form as a whole names the rows."""
        cleaned = super().clean() or {}
        by_code = {a.code: a for a in Account.objects.filter(active=True)}
        lines = [line for row in self.rows if not row.blank and (line := _line(row, by_code)) is not None]
        wrong = [str(row.n) for row in self.rows if row.errors]
        if wrong:
            raise ValidationError(_("Look at line %s again.") % ", ".join(wrong), code="rows")
        cleaned["lines"] = tuple(lines)
        return cleaned

    def refuse(self, refused: Refused) -> None:
        """A refusal that names a line (``lines.3.cents``) goes to its row as well."""
        super().refuse(refused)
        filled = [row for row in self.rows if not row.blank]
        for refusal in refused.refusals:
            part = refusal.field.split(".")
            if len(part) == 3 and part[0] == "lines" and part[1].isdecimal() and int(part[1]) <= len(filled):
                filled[int(part[1]) - 1].errors.setdefault("account", refusal.message)


def _typed(data: Any) -> list[Row]:
    columns = {name: data.getlist(name) for name in ROW_FIELDS}
    count = min(max((len(values) for values in columns.values()), default=0), MAX_ROWS)
    cells: Iterator[dict[str, Any]] = (
        {name: (values[n] if n < len(values) else "")[:200] for name, values in columns.items()} for n in range(count)
    )
    rows = [Row(n, **cell) for n, cell in enumerate(cells, 1)]
    while rows and rows[-1].blank and len(rows) > FIRST_ROWS:
        rows.pop()
    return rows


def _line(row: Row, by_code: dict[str, Account]) -> LineDraft | None:
    account = by_code.get((row.account.split() or [""])[0])
    if account is None:
        row.errors["account"] = _("Choose an account of the chart.")
    amounts = {}
    for name in ("debit", "credit"):
        try:
            amounts[name] = int(parse_cents(getattr(row, name))) if getattr(row, name).strip() else 0
        except MoneyError as wrong:
            row.errors[name] = f"{wrong.what}. {wrong.mend}"
    if not row.errors and bool(amounts["debit"]) == bool(amounts["credit"]):
        row.errors["debit"] = _("One amount: in debit or in credit.")
    if row.errors or account is None:
        return None
    return LineDraft(
        account=account.code, cents=amounts["debit"] - amounts["credit"], memo=row.note.strip(), site=_number(row.site),
        entity=_number(row.entity),
    )  # fmt: skip


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 18 else None


@dataclass(frozen=True, slots=True)
class Sums:
    """Debits and credits of what is typed so far; cells that are no amount yet count as nothing."""

    debit_cents: int
    credit_cents: int
    unread: int

    @property
    def difference_cents(self) -> int:
        return self.debit_cents - self.credit_cents


def sums_of(rows: list[Row]) -> Sums:
    """What the foot of the form shows while one types."""
    totals, unread = {"debit": 0, "credit": 0}, 0
    for row in rows:
        for name in totals:
            text = getattr(row, name)
            try:
                totals[name] += int(parse_cents(text)) if text.strip() else 0
            except MoneyError:
                unread += 1
    return Sums(totals["debit"], totals["credit"], unread)


def rows_of(entry: Entry) -> Iterator[Row]:
    """The lines of a stored draft as typed rows."""
    for line in entry.lines.select_related("account").order_by("n"):
        amount = format_cents(abs(line.cents), true_minus=False)
        yield Row(
            line.n, account=str(line.account), note=line.memo, site=str(line.site_id or ""), entity=str(line.entity_id),
            debit=amount if line.cents > 0 else "", credit=amount if line.cents < 0 else "",
        )  # fmt: skip


def fresh_uid() -> UUID:
    """The name of a draft not yet saved: made by the form, so that saving twice writes once."""
    return new_uid()


class ReverseForm(Form):
    """Undo a posted entry."""

    date = DateField(label=__("Date of the reversal"))
    reason = forms.CharField(
        label=__("Why"), max_length=150, help_text=__("Stays with the entry. No names of patients.")
    )


class SignForm(Form):
    """The second person's answer."""

    answer = forms.ChoiceField(
        choices=[("yes", __("Approve and post")), ("no", __("Hand back"))], widget=forms.RadioSelect, label=__("Answer")
    )
    comment = forms.CharField(
        label=__("Comment"), required=False, max_length=400, help_text=__("A no needs its reason.")
    )


class AccountForm(Form):
    """A new account."""

    code = forms.CharField(label=__("Code"), max_length=16)
    name = forms.CharField(label=__("Name"), max_length=80)
    kind = forms.ChoiceField(label=__("Kind"), choices=[(k, __(k.title())) for k in KINDS])
    normal_side = forms.ChoiceField(
        label=__("Normal side"), required=False,
        choices=[("", __("that of its kind")), ("debit", __("Debit")), ("credit", __("Credit"))],
    )  # fmt: skip


class AccountChangeForm(Form):
    """Rename, close or reopen an account."""

    name = forms.CharField(label=__("Name"), max_length=80)
    active = forms.BooleanField(label=__("Open for posting"), required=False)


class SpanForm(Form):
    """From a day to a day."""

    first = DateField(label=__("From"), required=False)
    last = DateField(label=__("To"), required=False)


class DayForm(Form):
    """As of a day."""

    as_of = DateField(label=__("As of"), required=False)


class ReopenForm(Form):
    """Open a closed month again."""

    reason = forms.CharField(label=__("Why"), max_length=400)


class LockForm(Form):
    """Lock a month."""


class ExportForm(Form):
    """The whole journal as a file."""

    form = forms.ChoiceField(
        label=__("Format"),
        choices=[("hledger", "hledger"), ("beancount", "beancount"), ("csv", "CSV")],
        widget=forms.RadioSelect,
    )
