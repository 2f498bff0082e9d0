"""Guess how a bank writes its CSV: a proposal a person corrects, taken unseen only when its balances prove it.

Names decide first, contents second, and where a balance column stands the chain of balances decides the sign. Raises
`BankCsvError` for what is no table of dated amounts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from .bank_csv import (
    DELIMITERS,
    HEADER_WITHIN,
    ORDERS,
    BankCsvError,
    Profile,
    Row,
    cents_of,
    day_of,
    decode,
    parse_bank_csv,
    plain,
    rows_of,
)

NAMES: dict[str, tuple[str, ...]] = {
    "date": ("posting date", "posted date", "post date", "date posted", "booking date", "posted", "effective date", "date",
             "transaction date", "trans date", "trans. date", "process date"),
    "debit": ("debit", "withdrawal", "withdrawals", "debit amount", "amount debit", "money out", "paid out", "debits",
              "withdrawal amount", "charges", "payments"),
    "credit": ("credit", "deposit", "deposits", "credit amount", "amount credit", "money in", "paid in", "credits",
               "deposit amount"),
    "amount": ("amount", "transaction amount", "amount (usd)", "amount usd", "net amount", "amt"),
    "balance": ("balance", "running balance", "running bal.", "account balance", "ledger balance", "balance (usd)",
                "available balance", "closing balance", "ending balance"),
    "check_no": ("check number", "check or slip #", "check no", "check no.", "check #", "check", "serial number", "serial"),
    "fitid": ("fitid", "transaction id", "transaction number", "reference id", "unique id", "id"),
    "currency": ("currency", "ccy", "currency code"),
}  # fmt: skip
"""Column names seen in the downloads of US banks, the likeliest first; compared in lower case."""

TEXTS = ("description", "payee", "name", "memo", "details", "transaction description", "narrative", "extended details",
         "transaction", "remarks", "original description", "bank description")  # fmt: skip
JOURNAL = "key"  # a journal-csv has this column and is not a bank's
SAMPLE = 40


@dataclass(frozen=True, slots=True)
class Guess:
    """A proposal. `names` are the columns as a person may choose them, `proved` whether the balances bear it out."""

    profile: Profile
    names: tuple[str, ...]
    proved: bool


def looks_like_bank_csv(data: bytes) -> bool:
    """True when a header within the first rows names a date, an amount and either a balance or a text."""
    if data[:1] in (b"<", b"{", b"[") or data[:3] in (b"ISA", b"01,") or b"\0" in data[:200]:
        return False
    try:
        text = decode(data[:4096])
        _, header, _ = _table(text[: text.rfind("\n") + 1] or text)
    except BankCsvError:
        return False
    names = plain(header)
    found = _by_name(names)
    amounts = "amount" in found or {"debit", "credit"} <= set(found)
    return JOURNAL not in names and "date" in found and amounts and ("balance" in found or bool(_texts(names)))


def guess(data: bytes) -> Guess:
    """The likeliest profile of a file. Raises BankCsvError (`no_table`) when nothing in it looks like lines."""
    text = decode(data)
    delimiter, header, rows = _table(text)
    columns = _by_name(plain(header)) if header else {}
    _by_content(columns, rows)
    if "date" not in columns or not ({"amount", "debit", "credit"} & set(columns)):
        raise _no_table()
    if "amount" in columns:
        columns = {name: at for name, at in columns.items() if name not in ("debit", "credit")}
    texts = _texts(plain(header)) or _wordy(rows, set(columns.values()))
    where: dict[str, Any] = dict(columns)
    order = _order(rows, columns["date"])
    profile = Profile(header=header, text=tuple(texts), delimiter=delimiter, date_order=order, **where)
    names = header or tuple(f"{at + 1}" for at in range(max(len(row.cells) for row in rows)))
    return _with_sign(data, profile, names)


def _no_table() -> BankCsvError:
    message = "Nothing in it looks like dated amounts in columns."
    return BankCsvError("no_table", "file", message, "Download the account's transactions as CSV.")


def _table(text: str) -> tuple[str, tuple[str, ...], list[Row]]:
    """(delimiter, header, some rows below it): the delimiter under which most rows have a date and an amount."""
    best: tuple[int, str, tuple[str, ...], list[Row]] = (0, ",", (), [])
    head = text[:60_000]
    for delimiter in DELIMITERS:
        rows = _some(head, delimiter)
        first = next((at for at, row in enumerate(rows) if _has_line(row)), None)
        if first is None:
            continue
        body = [row for row in rows[first:] if _has_line(row)]
        above = rows[first - 1].cells if first else ()
        header = above if len(above) > 1 and not any(_is_date(cell) for cell in above) else ()
        if len(body) > best[0]:
            best = (len(body), delimiter, header, body[:SAMPLE])
    if not best[3]:
        raise _no_table()
    return best[1:]


def _some(text: str, delimiter: str) -> list[Row]:
    """The first rows; what is torn further down does not matter here."""
    out = []
    try:
        for row in rows_of(text, delimiter):
            out.append(row)
            if len(out) >= HEADER_WITHIN + SAMPLE:
                break
    except BankCsvError:
        pass
    return out


def _has_line(row: Row) -> bool:
    return any(_is_date(cell) for cell in row.cells) and any(_is_money(cell) for cell in row.cells if not _is_date(cell))


def _is_date(cell: str) -> bool:
    for order in ORDERS:
        try:
            day_of(cell, order, "")
        except BankCsvError:
            continue
        return True
    return False


def _is_money(cell: str) -> bool:
    try:
        cents_of(cell, "")
    except BankCsvError:
        return False
    return True


def _by_name(names: Sequence[str]) -> dict[str, int]:
    """What each column is by its name; the likeliest name of each kind wins."""
    found: dict[str, int] = {}
    for kind, words in NAMES.items():
        at = next((names.index(word) for word in words if word in names), None)
        if at is not None and at not in found.values():
            found[kind] = at
    return found


def _texts(names: Sequence[str]) -> list[int]:
    return [names.index(word) for word in TEXTS if word in names][:3]


def _by_content(columns: dict[str, int], rows: Sequence[Row]) -> None:
    """Fill in date, amount and balance from what the cells hold, where no name said it."""
    width = max(len(row.cells) for row in rows)
    if "date" not in columns:
        dated = [at for at in range(width) if all(_is_date(row.cell(at)) for row in rows)]
        if dated:
            columns["date"] = dated[0]
    if not {"amount", "debit", "credit"} & set(columns):
        free = [at for at in range(width) if at not in columns.values()]
        money = [at for at in free if all(_is_money(row.cell(at)) and "." in row.cell(at) for row in rows)]
        if money:
            columns["amount"] = money[0]
        if len(money) == 2 and "balance" not in columns:
            columns["balance"] = money[1]


def _wordy(rows: Sequence[Row], taken: set[int]) -> list[int]:
    """The column with the most letters: the text of a file without names."""
    width = max(len(row.cells) for row in rows)
    letters = {at: sum(char.isalpha() for row in rows for char in row.cell(at)) for at in range(width) if at not in taken}
    best = max(letters, key=lambda at: letters[at], default=None)
    return [best] if best is not None and letters[best] else []


def _order(rows: Sequence[Row], column: int) -> str:
    """The order in which every sample is a date and the days lie closest together: US order where nothing tells."""
    spans = {}
    for order in ORDERS:
        try:
            days = [day_of(row.cell(column), order, "") for row in rows]
        except BankCsvError:
            continue
        spans[order] = (max(days) - min(days)).days
    return min(spans, key=lambda order: spans[order], default="mdy") if "mdy" not in spans else "mdy"


def _with_sign(data: bytes, profile: Profile, names: tuple[str, ...]) -> Guess:
    """The sign under which the balances follow each other; plus is money in where there is no balance."""
    for sign in ("plus_in", "plus_out"):
        tried = replace(profile, sign=sign)
        try:
            read = parse_bank_csv(data, tried)
        except BankCsvError:
            continue
        if profile.balance is not None and len(read.lines) > 1 and not read.blocked:
            return Guess(tried, names, proved=True)
    return Guess(profile, names, proved=False)
