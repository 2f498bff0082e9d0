"""Read a bank's CSV download by a profile: which column is what, how dates and signs are meant.

Every portal has its own columns, so a profile is guessed once (`logic.csv_guess`), looked at by a person and kept with the account.
The header row is found by its names, not by counting, because banks put a varying number of rows above it. Rows behind
the last dated one are a footer and told; a row between that has no date is refused.

With a balance column each row proves the one after it, and what does not agree is named by its row; without one the
closing balance has to be given beside the file. Raises only `BankCsvError`.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import pairwise
from typing import Any

from .statement import MAX_CENTS, BankLine, Problem, Statement, StatementError, numbered, trace_in

MAX_BYTES = 20_000_000
MAX_CELLS = 200
HEADER_WITHIN = 60  # rows
DELIMITERS = (",", ";", "\t", "|")
ORDERS = ("mdy", "dmy", "ymd")
SIGNS = ("plus_in", "plus_out")


class BankCsvError(StatementError):
    """The file does not fit its profile, is torn, or holds a figure that cannot be read."""


@dataclass(frozen=True, slots=True)
class Profile:
    """How one bank writes its CSV. Columns count from 0; None is a column the file does not have."""

    header: tuple[str, ...]  # the names as the file has them; () for a file without names
    date: int
    text: tuple[int, ...] = ()
    amount: int | None = None
    debit: int | None = None
    credit: int | None = None
    balance: int | None = None
    check_no: int | None = None
    fitid: int | None = None
    currency: int | None = None
    delimiter: str = ","
    date_order: str = "mdy"
    sign: str = "plus_in"

    def as_json(self) -> dict[str, Any]:
        """Plain values to keep."""
        return asdict(self)

    def fault(self) -> str:
        """What keeps it from reading anything, in words; "" when nothing does."""
        if (self.amount is None) == (self.debit is None and self.credit is None):
            return "Name the column of the amount, or those of money out and money in, not both."
        columns = [one for one in (self.date, self.amount, self.debit, self.credit, self.balance) if one is not None]
        if len(set(columns)) < len(columns):
            return "One column is named for two things."
        known = self.delimiter in DELIMITERS and self.date_order in ORDERS and self.sign in SIGNS
        return "" if known else "Its separator, dates or signs are none that are known."


def profile_of(kept: dict[str, Any]) -> Profile:
    """The profile behind `as_json`."""
    names = {one.name for one in fields(Profile)}
    said = {name: value for name, value in kept.items() if name in names}
    return Profile(**said | {"header": tuple(said["header"]), "text": tuple(said["text"])})


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row of the file, and its number there."""

    number: int
    cells: tuple[str, ...]

    def cell(self, column: int | None) -> str:
        """A cell, "" where the row ends before it."""
        return self.cells[column] if column is not None and column < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class _Read:
    """One row as money: its line and the balance behind it, None where the file has no balance column."""

    place: str
    line: BankLine
    balance: int | None


# --- bytes to rows -------------------------------------------------------------------------------------------------


def decode(data: bytes) -> str:
    """The text of a CSV. Raises BankCsvError for what is empty, no text or too large."""
    if len(data) > MAX_BYTES:
        raise BankCsvError("too_large", "file", "It is larger than 20 MB.", "Download a shorter span of days.")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16", errors="replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", errors="replace")
    if not text.strip():
        raise BankCsvError("empty", "file", "It is empty.", "Download it again.")
    if "\0" in text:
        raise BankCsvError("binary", "file", "It holds zero bytes: it is not text.", "Download it as CSV, not as a sheet.")
    return text


def rows_of(text: str, delimiter: str) -> Iterator[Row]:
    """Every row that holds something, with its number. Raises BankCsvError where quotes are torn."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if any(one.strip() for one in cells):
                yield Row(number, tuple(one.strip() for one in cells[:MAX_CELLS]))
    except csv.Error as fault:
        message = f"It cannot be parted into columns: {fault}."
        raise BankCsvError("torn", f"row {number + 1}", message, "Download it again.") from None


def plain(names: Sequence[str]) -> tuple[str, ...]:
    """Column names as they are compared: lower case, single blanks, nothing empty at the end."""
    out = [" ".join(one.lower().split()) for one in names]
    while out and not out[-1]:
        out.pop()
    return tuple(out)


def has_header(data: bytes, profile: Profile) -> bool:
    """Whether the file has the column names of the profile."""
    try:
        _body(decode(data), profile)
    except BankCsvError:
        return False
    return True


def _body(text: str, profile: Profile) -> list[Row]:
    """The rows below the header. Raises `columns` when the header of the profile is not there."""
    rows = list(rows_of(text, profile.delimiter))
    if not profile.header:
        return rows
    wanted = plain(profile.header)
    for at, row in enumerate(rows[:HEADER_WITHIN]):
        if plain(row.cells) == wanted:
            return rows[at + 1 :]
    message = "The columns are not those of the saved profile: " + ", ".join(profile.header)[:200] + "."
    fix = "Open the account, choose “Read a CSV file” and save the profile anew."
    raise BankCsvError("columns", "header", message, fix)


# --- rows to a statement -------------------------------------------------------------------------------------------


def parse_bank_csv(data: bytes, profile: Profile, account_id: str = "") -> Statement:
    """One account's lines in the order of time, in integer cents. Raises BankCsvError.

    A chain of balances that does not hold is a blocking problem `unproved` at its row.
    """
    if wrong := profile.fault():
        raise BankCsvError("profile", "profile", wrong, "Correct the profile.")
    rows, notes = _dated(_body(decode(data), profile), profile)
    moving = [row for row in rows if not _states_a_balance(row, profile)]
    if len(moving) < len(rows):
        message = f"{len(rows) - len(moving)} rows only state a balance and were passed over."
        notes.append(Problem("balance_row", "file", message, "Nothing to do."))
    read = [_row(row, profile) for row in moving]
    pending = [one for one in read if profile.balance is not None and one.balance is None]
    if pending:
        message = f"{len(pending)} rows have no balance yet, from {pending[0].place}: they are pending and were left out."
        notes.append(Problem("not_booked", pending[0].place, message, "They come with a later file."))
    booked = [one for one in read if profile.balance is None or one.balance is not None]
    if not booked:
        raise BankCsvError("no_lines", "file", "It holds no booked line.", "Download the account's transactions.")
    booked, faults = _in_time(booked)
    currency, foreign = _currency(rows, profile)
    first, last = booked[0], booked[-1]
    days = [one.line.posted_on for one in booked]
    return Statement(
        account_id=account_id,
        currency=currency,
        lines=numbered(one.line for one in booked),
        opening_cents=first.balance - first.line.cents if first.balance is not None else None,
        closing_cents=last.balance,
        closing_on=max(days) if last.balance is not None else None,
        starts_on=min(days),
        ends_on=max(days),
        problems=(*notes, *foreign, *faults),
    )


def _dated(rows: list[Row], profile: Profile) -> tuple[list[Row], list[Problem]]:
    """The rows with a date, and notes of what stands above and below them."""
    dated = [at for at, row in enumerate(rows) if _looks_dated(row.cell(profile.date))]
    if not dated:
        raise BankCsvError("no_lines", "file", "No row has a date in the date column.", "Choose another date column.")
    notes = []
    for what, outside in (("above", rows[: dated[0]]), ("below", rows[dated[-1] + 1 :])):
        if outside:
            message = f"{len(outside)} rows {what} the dated ones were passed over."
            notes.append(Problem("footer", f"row {outside[0].number}", message, "Nothing to do."))
    return rows[dated[0] : dated[-1] + 1], notes


def _states_a_balance(row: Row, profile: Profile) -> bool:
    """`Beginning balance`: a balance and no amount at all."""
    return bool(row.cell(profile.balance)) and not any(row.cell(at) for at in (profile.amount, profile.debit, profile.credit))


def _in_time(read: list[_Read]) -> tuple[list[_Read], list[Problem]]:
    """Oldest first, as dates and balances say, and the first row whose balance does not follow."""
    ways = sorted((read, read[::-1]), key=lambda way: (_backwards(way), len(_breaks(way))))
    broken = _breaks(ways[0])
    if not broken:
        return ways[0], []
    before, after = broken[0]
    cents = [f"{one / 100:,.2f}" for one in (before.balance or 0, after.line.cents, after.balance or 0)]
    message = f"After {cents[0]} comes {cents[1]}, but the balance says {cents[2]}."
    fix = "Lines are missing, or the signs or columns of the profile are wrong."
    return ways[0], [Problem("unproved", after.place, message, fix, blocks=True)]


def _backwards(way: list[_Read]) -> bool:
    return way[0].line.posted_on > way[-1].line.posted_on


def _breaks(way: list[_Read]) -> list[tuple[_Read, _Read]]:
    """Neighbours whose balances are not the amount apart."""
    pairs = pairwise(way)
    return [
        (one, two)
        for one, two in pairs
        if one.balance is not None and two.balance is not None and one.balance + two.line.cents != two.balance
    ]


def _currency(rows: list[Row], profile: Profile) -> tuple[str, tuple[Problem, ...]]:
    """US dollars, or a blocking problem at the first row that says otherwise."""
    if profile.currency is not None:
        for row in rows:
            word = row.cell(profile.currency).upper()
            if word not in ("", "USD", "US$", "$"):
                fix = "Steward keeps US dollars only; import the account in dollars."
                return word[:8], (Problem("currency", f"row {row.number}", f"Amounts are in {word[:8]}.", fix, blocks=True),)
    return "USD", ()


def _row(row: Row, profile: Profile) -> _Read:
    text = " ".join(dict.fromkeys(" ".join(row.cell(column).split()) for column in profile.text if row.cell(column)))
    cents = _amount(row, profile)
    check = row.cell(profile.check_no).lstrip("#0 ")
    line = BankLine(
        posted_on=day_of(row.cell(profile.date), profile.date_order, f"row {row.number}"),
        cents=cents,
        text=text,
        fitid=row.cell(profile.fitid),
        kind="check" if check and cents < 0 else "credit" if cents > 0 else "debit",
        check_no=check,
        trace=trace_in(text),
    )
    said = row.cell(profile.balance)
    balance = cents_of(said, f"row {row.number}, balance") if said else None
    return _Read(f"row {row.number}", line, balance)


def _amount(row: Row, profile: Profile) -> int:
    """From the one column by its sign, or from the column that is filled: a debit is money out however it is signed."""
    place = f"row {row.number}, amount"
    if profile.amount is not None:
        cents = cents_of(row.cell(profile.amount), place)
        return -cents if profile.sign == "plus_out" else cents
    out, into = (cents_of(row.cell(column), place) if row.cell(column) else 0 for column in (profile.debit, profile.credit))
    if out and into:
        raise BankCsvError("amount", place, "Money went out and came in in one row.", "Look at the columns of the profile.")
    if not row.cell(profile.debit) and not row.cell(profile.credit):
        raise BankCsvError("amount", place, "There is no amount.", "Look at the columns of the profile.")
    return abs(into) if into else -abs(out)


# --- values --------------------------------------------------------------------------------------------------------

_MONEY = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{0,16})(?:\.([0-9]{0,2}))?")
_MONTHS = {name: number for number, name in enumerate(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1)}  # fmt: skip
_NUMBERS = re.compile(r"([0-9]{1,4})[/.-]([0-9]{1,2})[/.-]([0-9]{2,4})(?:[ T].*)?", re.DOTALL)
_TOGETHER = re.compile(r"(20[0-9]{2})([0-9]{2})([0-9]{2})")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[ -]([A-Za-z]{3})[a-z]*\.?[ ,-]+([0-9]{4})")
_MONTH_FIRST = re.compile(r"([A-Za-z]{3})[a-z]*\.? ([0-9]{1,2}),? ([0-9]{4})")


def cents_of(said: str, place: str) -> int:
    """Cents of `$1,234.50`, `(12.00)`, `-5`, `5-`, `12.00 DR`. Raises BankCsvError."""
    text = said.upper().replace("\u2212", "-").replace("USD", "").replace("$", "").replace(" ", "").replace("\u00a0", "")
    negative = text.startswith(("-", "(")) or text.endswith(("-", "DR"))
    text = text.removesuffix("DR").removesuffix("CR").removeprefix("(").removesuffix(")").strip("+-")
    found = _MONEY.fullmatch(text)
    if found is None or not (found.group(1) or found.group(2)):
        message = f"{said[:40]!r} is not an amount in dollars and cents."
        raise BankCsvError("amount", place, message, "It reads 1,234.50, -1234.5 or (1,234.50); look at the profile too.")
    cents = int(found.group(1).replace(",", "") or "0") * 100 + int((found.group(2) or "").ljust(2, "0"))
    if cents >= MAX_CENTS:
        raise BankCsvError("amount", place, "The amount is impossibly large.", "Download it again.")
    return -cents if negative else cents


def _parts(said: str, order: str) -> tuple[int, int, int] | None:
    """(year, month, day) as written; None for what has not the shape of a date."""
    if found := _NUMBERS.fullmatch(said):
        one, two, three = (int(part) for part in found.groups())
        if len(found.group(1)) == 4 or order == "ymd":
            year, month, day = one, two, three
        else:
            year, month, day = (three, one, two) if order == "mdy" else (three, two, one)
        return year + 2000 if year < 100 else year, month, day
    if found := _TOGETHER.fullmatch(said):
        return int(found.group(1)), int(found.group(2)), int(found.group(3))
    if found := _DAY_FIRST.fullmatch(said):
        return int(found.group(3)), _MONTHS.get(found.group(2).lower(), 0), int(found.group(1))
    if found := _MONTH_FIRST.fullmatch(said):
        return int(found.group(3)), _MONTHS.get(found.group(1).lower(), 0), int(found.group(2))
    return None


def _looks_dated(said: str) -> bool:
    """Whether a cell has the shape of a date, though it may be none: 30 February is refused, not passed over."""
    return _parts(said, "mdy") is not None


def day_of(said: str, order: str, place: str) -> dt.date:
    """The day a cell means in the profile's order. Raises BankCsvError."""
    parts = _parts(said, order)
    try:
        if parts is None or not 1990 <= parts[0] <= 2199:
            raise ValueError(said)
        return dt.date(*parts)
    except ValueError:
        message = f"{said[:40]!r} is no date{' with the month first' if order == 'mdy' else ''}."
        raise BankCsvError("date", f"{place}, date", message, "Look at the date column and its order in the profile.") from None
