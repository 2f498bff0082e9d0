"""Read what a card processor reports of its payouts: batches, fees, chargebacks, reserves, and what it paid.

No standard exists, so the columns are ours (docs/formats.md, ``processor-csv``) and every processor's report can be brought into
them. One row a movement, amounts positive as the processor names them; what a movement does to the payout follows from its kind.
A payout proves when its movements add up to what it says it paid: that is the one bank line there will be.

Cents; positive is money to the practice. Raises ``ProcessorCsvError`` alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from steward.core.money import format_cents

from .bank_csv import BankCsvError, Row, cents_of, day_of, decode, plain, rows_of
from .statement import StatementError

REQUIRED: Final = ("payout", "payout_on", "kind", "amount")
OPTIONAL: Final = ("reference", "fee", "receipt", "day", "text", "currency")
PAID: Final = "paid"
#: kind -> what it does to the payout; an adjustment is as it is signed
SIGNS: Final[Mapping[str, int]] = {
    "batch": 1, "fee": -1, "chargeback": -1, "chargeback_reversal": 1, "reserve_held": -1, "reserve_released": 1, "adjustment": 1,
}  # fmt: skip
MOST_ROWS: Final = 20_000
_FIXES: Final = {"date": "Write it as 2026-10-05.", "amount": "Write it in dollars, such as 1234.50."}


class ProcessorCsvError(StatementError):
    """The report cannot be read or does not add up; nothing of it is taken."""


@dataclass(frozen=True, slots=True)
class Movement:
    """One row: ``cents`` as it changes the payout, ``fee_cents`` (>= 0, a batch's own) taken off beside it."""

    row: int
    kind: str
    reference: str
    cents: int
    fee_cents: int = 0
    receipt: str = ""
    day: dt.date | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class PayoutRead:
    """One payout: its own name, the day it left, what it paid (less than 0: the processor takes it from the account)."""

    ref: str
    on: dt.date
    cents: int
    movements: tuple[Movement, ...]


def looks_like_processor_csv(content: bytes) -> bool:
    """Whether the first row has the columns."""
    head = content[:2000].lstrip(b"\xef\xbb\xbf").split(b"\n", 1)[0]
    names = plain(head.decode("utf-8", errors="replace").strip().split(","))
    return set(REQUIRED) <= set(names)


def parse_processor_csv(content: bytes) -> tuple[PayoutRead, ...]:
    """Every payout of the report, each proved, in the order of the file."""
    try:
        rows = list(rows_of(decode(content), ","))
        return _payouts(rows)
    except BankCsvError as fault:
        raise ProcessorCsvError(fault.code, fault.place, fault.message, _FIXES.get(fault.code, fault.fix)) from None


def _payouts(rows: list[Row]) -> tuple[PayoutRead, ...]:
    at = _columns(rows[0]) if rows else {}
    if len(rows) < 2:
        raise ProcessorCsvError("empty", "file", "It has no row below its columns.", "Choose a span with payouts in it.")
    if len(rows) > MOST_ROWS:
        raise ProcessorCsvError("too_large", "file", f"It has more than {MOST_ROWS:,} rows.", "Choose a shorter span.")
    found: dict[str, tuple[dt.date, list[Movement], list[tuple[int, int]]]] = {}
    for row in rows[1:]:
        ref, on = _head(row, at)
        known_on, movements, paid = found.setdefault(ref, (on, [], []))
        if known_on != on:
            message = f"Payout {ref} stands here with {on}, above with {known_on}."
            raise ProcessorCsvError("payout_on", _place(row, "payout_on"), message, "Give one payout one day.")
        if _cell(row, at, "kind").lower() == PAID:
            paid.append((row.number, _signed(row, at)))
        else:
            movements.append(_movement(row, at))
    return tuple(_proved(ref, on, movements, paid) for ref, (on, movements, paid) in found.items())


def _columns(head: Row) -> dict[str, int]:
    names = plain(head.cells)
    missing = [one for one in REQUIRED if one not in names]
    if missing:
        known = ", ".join((*REQUIRED, *OPTIONAL))
        raise ProcessorCsvError("columns", "row 1", f"The column {missing[0]} is missing.", f"The columns are {known}.")
    twice = next((one for one in names if one and names.count(one) > 1), "")
    if twice:
        raise ProcessorCsvError("columns", "row 1", f"The column {twice} stands twice.", "Keep one of them.")
    return {name: n for n, name in enumerate(names)}


def _place(row: Row, column: str) -> str:
    return f"row {row.number}, {column}"


def _cell(row: Row, at: Mapping[str, int], column: str) -> str:
    return row.cell(at.get(column)).strip()


def _head(row: Row, at: Mapping[str, int]) -> tuple[str, dt.date]:
    ref = _cell(row, at, "payout")
    if not ref or len(ref) > 40:
        message = "The payout has no name." if not ref else "The payout's name is longer than 40 characters."
        raise ProcessorCsvError("payout", _place(row, "payout"), message, "Give the processor's own number of the payout.")
    currency = _cell(row, at, "currency").upper()
    if currency not in ("", "USD"):
        raise ProcessorCsvError(
            "currency", _place(row, "currency"), f"It is in {currency}, not in US dollars.", "Leave these payouts out."
        )
    return ref, day_of(_cell(row, at, "payout_on"), "ymd", _place(row, "payout_on"))


def _signed(row: Row, at: Mapping[str, int], column: str = "amount") -> int:
    said = _cell(row, at, column)
    if not said:
        raise ProcessorCsvError("amount", _place(row, column), "There is no amount.", "Type it in dollars, such as 150.00.")
    return cents_of(said, _place(row, column))


def _movement(row: Row, at: Mapping[str, int]) -> Movement:
    kind = _cell(row, at, "kind").lower().replace(" ", "_")
    if kind not in SIGNS:
        message = f"“{kind[:30]}” is no kind of movement."
        raise ProcessorCsvError("kind", _place(row, "kind"), message, f"The kinds are {', '.join((*SIGNS, PAID))}.")
    cents = _signed(row, at)
    if (cents <= 0 and kind != "adjustment") or not cents:
        message = f"A {kind.replace('_', ' ')} is more than 0.00; its kind says which way it goes."
        raise ProcessorCsvError("amount", _place(row, "amount"), message, "Give the amount without a sign.")
    reference = _cell(row, at, "reference")
    if kind in ("batch", "chargeback", "chargeback_reversal") and not reference:
        words = "the batch's number" if kind == "batch" else "the number of the case"
        raise ProcessorCsvError("reference", _place(row, "reference"), "There is no reference.", f"Give {words}.")
    day = _cell(row, at, "day")
    return Movement(
        row.number, kind, reference[:40], SIGNS[kind] * cents, _fee(row, at, kind), _cell(row, at, "receipt")[:40],
        day_of(day, "ymd", _place(row, "day")) if day else None, _cell(row, at, "text")[:120],
    )  # fmt: skip


def _fee(row: Row, at: Mapping[str, int], kind: str) -> int:
    said = _cell(row, at, "fee")
    fee = cents_of(said, _place(row, "fee")) if said else 0
    if fee < 0 or (fee and kind != "batch"):
        message = "Only a batch has a fee of its own." if fee > 0 else "A fee is not less than 0.00."
        raise ProcessorCsvError("fee", _place(row, "fee"), message, "Give other fees as rows of kind fee.")
    return fee


def _proved(ref: str, on: dt.date, movements: list[Movement], paid: list[tuple[int, int]]) -> PayoutRead:
    if len(paid) != 1:
        message = f"Payout {ref} has {len(paid) or 'no'} rows of kind paid."
        raise ProcessorCsvError("paid", f"payout {ref}", message, "Give each payout one row with what it paid.")
    twice = _twice(movements)
    if twice:
        message = f"The {twice.kind.replace('_', ' ')} {twice.reference} stands twice in payout {ref}."
        raise ProcessorCsvError("twice", f"row {twice.row}", message, "Take the second one out, or add them up.")
    total = sum(one.cents - one.fee_cents for one in movements)
    if total != paid[0][1]:
        message = (
            f"Payout {ref} says it paid {format_cents(paid[0][1])}, its rows add up to {format_cents(total)}: "
            f"{format_cents(paid[0][1] - total)} too {'much' if paid[0][1] > total else 'little'}."
        )
        raise ProcessorCsvError("not_proved", f"row {paid[0][0]}, amount", message, "Take the report again, with every kind of row.")
    return PayoutRead(ref, on, total, tuple(movements))


def _twice(movements: list[Movement]) -> Movement | None:
    seen: set[tuple[str, str]] = set()
    for one in _named(movements):
        if (one.kind, one.reference) in seen:
            return one
        seen.add((one.kind, one.reference))
    return None


def _named(movements: list[Movement]) -> Iterator[Movement]:
    return (one for one in movements if one.kind in ("batch", "chargeback", "chargeback_reversal"))
