"""The whole journal as text for hledger, for beancount, or as CSV: pure, a generator of lines, nothing kept in memory.

One account name serves both: ``Assets:1050-Operating-bank-account``. Amounts are exact decimals from integer cents. Reversed
entries are exported like any other, both sides, so that balances agree at every date.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from steward.core.money import format_dollars_file

ROOTS: Final = {
    "asset": "Assets", "liability": "Liabilities", "equity": "Equity", "revenue": "Income", "expense": "Expenses",
}  # fmt: skip
HLEDGER_TYPES: Final = {"asset": "A", "liability": "L", "equity": "E", "revenue": "R", "expense": "X"}
FORMATS: Final = ("hledger", "beancount", "csv")
CURRENCY: Final = "USD"

_NOT_NAME = re.compile(r"[^A-Za-z0-9]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")
_FORMULA = re.compile(r"^[=+\-@\t\r]")


@dataclass(frozen=True, slots=True)
class ExportLine:
    """One line, with dimensions already in words (codes, numbers), never names of patients."""

    account: str  # code
    cents: int
    memo: str = ""
    item: str = ""
    dims: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ExportEntry:
    """One posted entry."""

    number: int
    date: date
    journal: str
    memo: str
    uid: str
    lines: tuple[ExportLine, ...]
    reverses: int | None = None


@dataclass(frozen=True, slots=True)
class ExportAccount:
    """An account as exported; ``name_for`` gives its name in both text formats."""

    code: str
    name: str
    kind: str


def name_for(account: ExportAccount) -> str:
    """``Assets:1050-Operating-bank-account``: valid in hledger and in beancount (letters, digits and dashes only)."""
    words = _NOT_NAME.sub("-", f"{account.code}-{account.name}").strip("-")
    return f"{ROOTS[account.kind]}:{words[0].upper() + words[1:]}"


def hledger(accounts: Iterable[ExportAccount], entries: Iterable[ExportEntry]) -> Iterator[str]:
    """An hledger journal that passes ``hledger check --strict``."""
    names = _names(accounts)
    yield f"commodity 1000.00 {CURRENCY}\n"
    for account, name in names.values():
        yield f"account {name}  ; type: {HLEDGER_TYPES[account.kind]}\n"
    for entry in entries:
        yield f"\n{entry.date.isoformat()} * ({entry.number}) {_hledger_text(entry.memo) or entry.journal}  ; uid: {entry.uid}\n"
        for line in entry.lines:
            tags = "".join(f", {key}: {_hledger_tag(value)}" for key, value in _tags(line))
            amount = format_dollars_file(line.cents)
            comment = f"  ; {tags[2:]}" if tags else ""
            yield f"    {names[line.account][1]}  {amount} {CURRENCY}{comment}\n"


def beancount(accounts: Iterable[ExportAccount], entries: Iterable[ExportEntry], first: date) -> Iterator[str]:
    """A beancount file that ``bean-check`` accepts. Accounts open on ``first``, the day of the first entry or before."""
    names = _names(accounts)
    yield f'option "operating_currency" "{CURRENCY}"\n'
    for _account, name in names.values():
        yield f"{first.isoformat()} open {name} {CURRENCY}\n"
    for entry in entries:
        yield f'\n{entry.date.isoformat()} * "{_quoted(entry.memo) or entry.journal}"\n'
        yield f'  number: "{entry.number}"\n  uid: "{entry.uid}"\n'
        for line in entry.lines:
            yield f"  {names[line.account][1]}  {format_dollars_file(line.cents)} {CURRENCY}\n"
            for key, value in _tags(line):
                yield f'    {key}: "{_quoted(value)}"\n'


CSV_HEADER: Final = (
    "number", "date", "journal", "memo", "uid", "reverses", "account", "debit", "credit", "item", "line_memo",
    "entity", "site", "department", "provider", "payer", "party", "party_role",
)  # fmt: skip


def csv_rows(entries: Iterable[ExportEntry]) -> Iterator[tuple[str, ...]]:
    """Rows under CSV_HEADER; text that a spreadsheet would run as a formula is quoted with an apostrophe."""
    for entry in entries:
        head = (
            str(entry.number),
            entry.date.isoformat(),
            entry.journal,
            _inert(entry.memo),
            entry.uid,
            str(entry.reverses or ""),
        )
        for line in entry.lines:
            dims = dict(line.dims)
            debit = format_dollars_file(line.cents) if line.cents > 0 else ""
            credit = format_dollars_file(-line.cents) if line.cents < 0 else ""
            yield (
                *head, line.account, debit, credit, _inert(line.item), _inert(line.memo),
                *(dims.get(name, "") for name in CSV_HEADER[11:]),
            )  # fmt: skip


def _names(accounts: Iterable[ExportAccount]) -> dict[str, tuple[ExportAccount, str]]:
    return {a.code: (a, name_for(a)) for a in accounts}


def _tags(line: ExportLine) -> Iterator[tuple[str, str]]:
    yield from line.dims
    if line.item:
        yield "item", line.item
    if line.memo:
        yield "note", line.memo


def _plain(text: str) -> str:
    return _CONTROL.sub(" ", text).strip()


def _hledger_text(text: str) -> str:
    # ";" begins a comment and "|" parts payee from note; a leading "(", "*" or "!" would be read as code or status
    return _plain(text).replace(";", ",").replace("|", "/").lstrip("(*! ")


def _hledger_tag(text: str) -> str:
    # a comma ends a tag's value, a colon in it is allowed
    return _plain(text).replace(",", " ")


def _quoted(text: str) -> str:
    return _plain(text).replace("\\", "\\\\").replace('"', '\\"')


def _inert(text: str) -> str:
    text = _plain(text)
    return "'" + text if _FORMULA.match(text) else text
