"""A statement as rows of words and figures: one table for the screen, the spreadsheet and the paper."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.core.money import TRUE_MINUS, format_cents
from steward.ledger.logic.statements import Row, change_tenths, share_tenths
from steward.ledger.selectors.statement_columns import Head, Shown

TITLES: Final = {
    "profit-loss": __("Profit and loss"), "balance-sheet": __("Balance sheet"), "cash-flow": __("Cash flow"),
}  # fmt: skip
SECTIONS: Final = {
    "income": __("Income"), "adjustments": __("Adjustments to charges"), "pay": __("Pay and benefits"),
    "supplies": __("Drugs, supplies and outside services"), "overhead": __("Overhead"),
    "other_income": __("Other income"), "other_expense": __("Other expense"), "cash": __("Cash and money on its way"),
    "receivables": __("Receivables"), "current_assets": __("Other current assets"),
    "fixed": __("Equipment and improvements"), "current_liabilities": __("Current liabilities"),
    "borrowed": __("Loans and leases"), "owners": __("Owners"), "running": __("Running the practice"),
    "investing": __("Equipment bought and sold"), "financing": __("Lenders and owners"),
}  # fmt: skip
NAMES: Final = {
    "net_revenue": __("Net revenue"), "running_result": __("Result of running the practice"), "result": __("Result"),
    "assets": __("Assets"), "liabilities": __("Liabilities"), "liabilities_and_equity": __("Liabilities and owners"),
    "earlier_result": __("Earned in earlier years, not yet distributed"), "year_result": __("Earned this year"),
    "not_bought": __("less depreciation and results of disposal, which are no cash"),
    "cash_change": __("Change in cash"), "cash_before": __("Cash before"), "cash_after": __("Cash after"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure: cents (``money``) or tenths of a percent (``share``); the lines behind it where one account makes it."""

    kind: str
    value: int | None
    url: str = ""
    label: str = ""

    @property
    def words(self) -> str:
        """The figure as a person reads it."""
        if self.value is None:
            return ""
        return format_cents(self.value) if self.kind == "money" else share_words(self.value)


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table; ``kind`` is that of the statement's row, a heading has no cells."""

    kind: str
    words: str
    cells: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """What is shown, printed and exported."""

    title: str
    under: str
    columns: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    off: bool
    notes: tuple[str, ...] = ()


def table(shown: Shown, *, shares: bool) -> Table:
    """The statement with a share column beside each column (``shares``), and the change where two spans stand side by side."""
    columns = tuple(_columns(shown, shares))
    lines = tuple(_line(shown, row, columns, shares) for row in shown.statement.rows)
    return Table(
        str(TITLES[shown.asked.name]), _under(shown), columns, lines, any(shown.statement.off), tuple(_notes(shown))
    )


def _day(day: date) -> str:
    return date_format(day, "F j, Y")


def say_span(first: date, last: date) -> str:
    """A span in words, whole."""
    return _day(last) if first == last else f"{_day(first)} – {_day(last)}"


def _under(shown: Shown) -> str:
    asked = shown.asked
    span = _day(asked.last) if asked.name == "balance-sheet" else say_span(asked.first, asked.last)
    basis = _("cash basis (modified)") if asked.basis == "cash" else _("accrual basis")
    return f"{span}, {basis}"


def _columns(shown: Shown, shares: bool) -> Iterator[tuple[str, str]]:
    for head in shown.heads:
        yield "money", _words(shown, head)
        if shares:
            yield "share", "%"
    if not shown.asked.by:
        yield "money", _("Change")
        yield "share", _("Change %")


def _words(shown: Shown, head: Head) -> str:
    if head.words:
        return head.words
    if shown.asked.by == "month" and shown.asked.name != "balance-sheet":
        return f"{head.first:%Y-%m}"
    return head.last.isoformat() if shown.asked.name == "balance-sheet" else f"{head.first} – {head.last}"


def _line(shown: Shown, row: Row, columns: tuple[tuple[str, str], ...], shares: bool) -> Line:
    if row.kind == "head":
        return Line("head", str(SECTIONS[row.name]))
    cells: list[Cell] = []
    for n, cents in enumerate(row.cents):
        cells.append(Cell("money", cents, _behind(shown, row, shown.heads[n])))
        if shares:
            cells.append(Cell("share", share_tenths(cents, shown.statement.base[n])))
    if not shown.asked.by:
        now, then = row.cents
        cells += [Cell("money", now - then), Cell("share", change_tenths(now, then))]
    labelled = tuple(replace(cell, label=words) for cell, (_kind, words) in zip(cells, columns, strict=True))
    return Line(row.kind, _row_words(row), labelled)


def _row_words(row: Row) -> str:
    if row.account is not None:
        return f"{row.account.code} {row.account.name}"
    return _("Sum of %s") % SECTIONS[row.name] if row.kind == "sum" else str(NAMES[row.name])


def _behind(shown: Shown, row: Row, head: Head) -> str:
    """Where the lines of a figure are listed; on the cash basis a figure is settled parts, which no list of lines gives."""
    asked = shown.asked
    if row.account is None or asked.basis == "cash":
        return ""
    given = {"account": row.account.code, "day_to": head.last.isoformat()}
    if asked.name != "balance-sheet":
        given["day_from"] = head.first.isoformat()
    if asked.by not in ("", "month") and not head.whole:
        given[asked.by] = str(head.uid or "none")
    if asked.entity is not None and "entity" not in given:
        given["entity"] = shown.entity_uid
    return f"{reverse('ledger:lines')}?{urlencode(given)}"


def _notes(shown: Shown) -> Iterator[str]:
    if shown.asked.basis == "cash":
        yield _(
            "What money has settled, by the day of the money; the trial balance on the cash basis proves it against accrual."
        )
    if shown.asked.name == "balance-sheet":
        yield _(
            "What earlier years earned is computed from the entries on every look; no year is closed into a stored balance."
        )
    if shown.asked.name == "cash-flow":
        yield _("Indirect: from the result to the change of cash, drawers and money on its way to the bank.")


def share_words(tenths: int | None) -> str:
    """``12.3 %``; empty where there is nothing to measure by."""
    if tenths is None:
        return ""
    return f"{TRUE_MINUS if tenths < 0 else ''}{abs(tenths) // 10}.{abs(tenths) % 10} %"
