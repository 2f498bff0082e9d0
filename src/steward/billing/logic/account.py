"""What happened to a charge, told from its ledger lines alone, and how old what is owed is. Pure.

No flag says who owes: the patient owes what stands on ``ar_patient`` under the charge's item, a payer what stands on
``ar_insurance``. What an entry's lines of one item lack of zero is money (see ``claim_state.standing``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from .claim_state import ADJUSTED

#: Days since it became somebody's to pay: the field's five columns. The last has no end.
BUCKETS: tuple[tuple[int, int | None], ...] = ((0, 30), (31, 60), (61, 90), (91, 120), (121, None))


#: Source of the entries by which a payment that came back reopens what it had paid.
RETURN = "billing.returnedpayment"


class Kind(StrEnum):
    """What an entry did to a charge."""

    CHARGED = "charged"
    VOIDED = "voided"
    PAYER_PAID = "payer_paid"
    PAYER_TOOK_BACK = "payer_took_back"
    PATIENT_PAID = "patient_paid"
    PATIENT_GIVEN_BACK = "patient_given_back"
    RETURNED = "returned"
    WRITTEN_OFF = "written_off"
    WRITE_OFF_BACK = "write_off_back"
    TO_PATIENT = "to_patient"
    TO_PAYER = "to_payer"
    CREDIT_ASIDE = "credit_aside"
    REFUND_DUE = "refund_due"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. ``cents`` is positive; ``role`` names a write-off's account; ``payer`` is a party's key."""

    day: date
    entry: int
    kind: Kind
    cents: int
    role: str = ""
    payer: int | None = None


class Move(Protocol):
    """A ledger line of an item (``ledger.selectors.open_lines.ItemMove``)."""

    @property
    def entry(self) -> int: ...
    @property
    def day(self) -> date: ...
    @property
    def journal(self) -> str: ...
    @property
    def source_type(self) -> str: ...
    @property
    def source_ref(self) -> str: ...
    @property
    def undoes(self) -> int | None: ...
    @property
    def role(self) -> str: ...
    @property
    def payer(self) -> int | None: ...
    @property
    def cents(self) -> int: ...


def events(moves: Sequence[Move], paid: Mapping[str, int]) -> tuple[Event, ...]:
    """What happened to one item, oldest first. ``paid``: source of a remittance entry -> cents that payer paid for this charge."""
    by_entry: dict[int, list[Move]] = {}
    for move in moves:
        by_entry.setdefault(move.entry, []).append(move)
    return tuple(event for own in by_entry.values() for event in _of_entry(own, paid))


def paid_in(moves: Sequence[Move], paid: Mapping[str, int]) -> tuple[int, int]:
    """Cents that payers and the patient have paid for one item, what was taken back counted off. ``paid`` as in ``events``."""
    source = {move.entry: move.source_ref for move in moves}
    left: dict[int, int] = {}
    undone: dict[int, int | None] = {}
    remittance: dict[int, bool] = {}
    for move in moves:
        left[move.entry] = left.get(move.entry, 0) - move.cents
        undone[move.entry], remittance[move.entry] = move.undoes, move.journal == "remittance"
    payers = patient = 0
    for entry, money in left.items():
        original = undone[entry]
        told = paid.get(source.get(entry if original is None else original, ""))
        theirs, ours = _money(money, told if told is None or original is None else -told, remittance[entry])
        payers, patient = payers + theirs, patient + ours
    return payers, patient


def _of_entry(own: Sequence[Move], paid: Mapping[str, int]) -> Iterable[Event]:
    head = own[0]
    sums: dict[str, int] = {}
    for move in own:
        sums[move.role] = sums.get(move.role, 0) + move.cents
    payer = next((move.payer for move in own if move.role == "ar_insurance"), None)
    payer = payer or next((move.payer for move in own if move.payer), None)

    def event(kind: Kind, cents: int, role: str = "") -> Event:
        return Event(head.day, head.entry, kind, abs(cents), role, payer)

    charged = -sums.get("charges", 0)
    if head.undoes is not None:
        yield Event(head.day, head.undoes, Kind.TAKEN_BACK, max(abs(cents) for cents in sums.values()))
        return
    if charged:
        yield event(Kind.CHARGED if charged > 0 else Kind.VOIDED, charged)
    theirs, ours = _money(-sum(sums.values()), paid.get(head.source_ref), head.journal == "remittance")
    if theirs:
        yield event(Kind.PAYER_PAID if theirs > 0 else Kind.PAYER_TOOK_BACK, theirs)
    for role in ADJUSTED:
        if sums.get(role):
            yield event(Kind.WRITTEN_OFF if sums[role] > 0 else Kind.WRITE_OFF_BACK, sums[role], role)
    share = sums.get("ar_patient", 0) + ours
    if not charged:
        yield from _moved(event, share, sums.get("ar_insurance", 0), own)
    if ours:
        back = Kind.RETURNED if head.source_type == RETURN else Kind.PATIENT_GIVEN_BACK
        yield event(Kind.PATIENT_PAID if ours > 0 else back, ours)
    if sums.get("credit_balance", 0) < 0:
        yield event(Kind.CREDIT_ASIDE, sums["credit_balance"])
    if sums.get("refunds_payable", 0) < 0:
        yield event(Kind.REFUND_DUE, sums["refunds_payable"])


def _money(money: int, told: int | None, remittance: bool) -> tuple[int, int]:
    """Money splits into the payer's (as its remittance says) and the patient's: a copay put to use in the same entry."""
    theirs = (money if told is None else told) if remittance else 0
    return theirs, money - theirs


def _moved(event: _Maker, share: int, insurance: int, own: Sequence[Move]) -> Iterable[Event]:
    if share > 0 and insurance < 0:
        yield event(Kind.TO_PATIENT, share)
    for move in own:
        if move.role == "ar_insurance" and move.cents > 0 and insurance <= 0:
            yield Event(move.day, move.entry, Kind.TO_PAYER, move.cents, "", move.payer)


class _Maker(Protocol):
    def __call__(self, kind: Kind, cents: int, role: str = "") -> Event: ...


def bucket(days: int) -> int:
    """Which column of BUCKETS an age falls into; what is dated later counts as today's."""
    return next(n for n, (_, last) in enumerate(BUCKETS) if last is None or days <= last)


def by_age(rows: Iterable[tuple[date, int]], today: date) -> tuple[int, ...]:
    """(since, cents) summed into the columns of BUCKETS."""
    sums = [0] * len(BUCKETS)
    for since, cents in rows:
        sums[bucket((today - since).days)] += cents
    return tuple(sums)
