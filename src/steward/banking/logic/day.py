"""The arithmetic of a day: what a drawer should hold, the two proofs of the day sheet, and what cash is available.

Everything is integer cents. Source of the rules: the practice's own daily close (facts: "Daily close (blind count) and
deposit").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

REASON_FROM_CENTS = 500
"""Over or short by more than 5.00 needs a reason in words."""

DENOMINATIONS: Mapping[int, str] = {
    10000: "$100",
    5000: "$50",
    2000: "$20",
    1000: "$10",
    500: "$5",
    200: "$2",
    100: "$1",
    50: "50¢",
    25: "25¢",
    10: "10¢",
    5: "5¢",
    1: "1¢",
}
"""Cents of each note and coin, largest first; those from 100 up are currency, the rest coin."""


class CountError(ValueError):
    """A count that names a denomination that does not exist or a negative number of pieces."""


@dataclass(frozen=True, slots=True)
class DrawerFlow:
    """What went through one drawer in one session, each figure in cents and not negative (handover is signed)."""

    float_cents: int = 0
    cash_receipts_cents: int = 0
    cash_refunds_cents: int = 0
    paid_out_cents: int = 0
    safe_drop_cents: int = 0
    handover_cents: int = 0  # received from another drawer +, given to one -

    @property
    def expected_cents(self) -> int:
        """Opening float + cash receipts - cash refunds - paid outs - safe drops +- handover."""
        return (
            self.float_cents
            + self.cash_receipts_cents
            - self.cash_refunds_cents
            - self.paid_out_cents
            - self.safe_drop_cents
            + self.handover_cents
        )


def over_short_cents(counted_cents: int, flow: DrawerFlow) -> int:
    """Counted less expected: positive is over, negative short."""
    return counted_cents - flow.expected_cents


def needs_reason(difference_cents: int) -> bool:
    """True when over or short by more than 5.00."""
    return abs(difference_cents) > REASON_FROM_CENTS


def count_cents(pieces: Mapping[int, int]) -> int:
    """Cents of a count given as {denomination in cents: number of pieces}. Raises CountError."""
    for value, number in pieces.items():
        if value not in DENOMINATIONS:
            raise CountError(f"There is no note or coin of {value} cents.")
        if number < 0:
            raise CountError("The number of pieces cannot be negative.")
    return sum(value * number for value, number in pieces.items())


def currency_and_coin(pieces: Mapping[int, int]) -> tuple[int, int]:
    """(cents in notes, cents in coin) of a count. Raises CountError."""
    total = count_cents(pieces)
    coin = sum(value * number for value, number in pieces.items() if value < 100)
    return total - coin, coin


@dataclass(frozen=True, slots=True)
class ReceivablesProof:
    """Opening A/R + charges - payments applied + payments reversed or returned - net adjustments = closing A/R."""

    opening_cents: int
    charges_cents: int
    applied_cents: int
    reversed_cents: int
    adjustments_cents: int
    closing_cents: int

    @property
    def difference_cents(self) -> int:
        """What the books hold less what the day explains; 0 proves."""
        explained = (
            self.opening_cents + self.charges_cents - self.applied_cents + self.reversed_cents - self.adjustments_cents
        )
        return self.closing_cents - explained

    @property
    def ok(self) -> bool:
        """True when the proof holds to the cent."""
        return self.difference_cents == 0


@dataclass(frozen=True, slots=True)
class ReceiptsProof:
    """Receipts = applied + unapplied and prepaid + non-patient."""

    receipts_cents: int
    applied_cents: int
    unapplied_cents: int
    non_patient_cents: int

    @property
    def difference_cents(self) -> int:
        """Receipts less where they went; 0 proves."""
        return self.receipts_cents - self.applied_cents - self.unapplied_cents - self.non_patient_cents

    @property
    def ok(self) -> bool:
        """True when the proof holds to the cent."""
        return self.difference_cents == 0


@dataclass(frozen=True, slots=True)
class CashPosition:
    """The cash of all bank accounts on one day. In transit and the unused credit line stand beside, never added."""

    book_cents: int = 0
    bank_cents: int = 0
    float_cents: int = 0
    outstanding_cents: int = 0  # checks issued, not yet cleared
    released_ach_cents: int = 0  # payments handed to the bank, not yet taken
    reserved_cents: int = 0  # payroll, withheld tax, refunds due
    in_transit_cents: int = 0
    credit_line_cents: int = 0

    @property
    def available_cents(self) -> int:
        """The bank's own ledger balance - float not yet collected - outstanding checks - released ACH - reserves."""
        return (
            self.bank_cents - self.float_cents - self.outstanding_cents - self.released_ach_cents - self.reserved_cents
        )

    def as_json(self) -> dict[str, int]:
        """The shape of `steward bank cash`."""
        return {
            "book_cents": self.book_cents,
            "bank_cents": self.bank_cents,
            "float_cents": self.float_cents,
            "in_transit_cents": self.in_transit_cents,
            "outstanding_cents": self.outstanding_cents,
            "released_ach_cents": self.released_ach_cents,
            "reserved_cents": self.reserved_cents,
            "available_cents": self.available_cents,
            "credit_line_cents": self.credit_line_cents,
        }


@dataclass(frozen=True, slots=True)
class CheckItem:
    """One question the lock of a day asks. `reason` waives a failed one where the question allows it."""

    id: str
    ok: bool
    words: str
    waivable: bool = False
    reason: str = ""

    @property
    def passes(self) -> bool:
        """Answered, or waived with a reason."""
        return self.ok or (self.waivable and bool(self.reason.strip()))


def may_lock(items: Iterable[CheckItem]) -> tuple[CheckItem, ...]:
    """The questions that still stand against locking the day; empty when it may be locked."""
    return tuple(item for item in items if not item.passes)
