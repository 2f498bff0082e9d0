"""What posting gives back: ledger lines, what a person must decide, and what became of each claim."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from steward.ledger.types import LineDraft

from .facts import ChargeFacts, Where

#: (role, payer or None)
Side = tuple[str, int | None]


class Kind(StrEnum):
    """Why a person is asked. The value is stored; the words are in ``billing.states``."""

    DENIAL = "denial"
    ELIGIBILITY = "eligibility"
    REVIEW = "review"
    UNMATCHED_CLAIM = "unmatched_claim"
    UNMATCHED_LINE = "unmatched_line"
    PAYER_MISMATCH = "payer_mismatch"
    EXCESS_ADJUSTMENT = "excess_adjustment"
    EXCESS_SHARE = "excess_share"
    OVERPAID = "overpaid"
    COST_SHARE = "cost_share"
    NO_ABN = "no_abn"
    CROSSOVER = "crossover"
    FORWARDED = "forwarded"
    UNKNOWN_STATUS = "unknown_status"
    SUSPENSE = "suspense"
    HELD_PAYEE = "held_payee"
    HELD_PAYER = "held_payer"
    REISSUE = "reissue"


class Outcome(StrEnum):
    """What one CLP said of the claim."""

    PAID = "paid"
    ZERO_PAID = "zero_paid"
    DENIED = "denied"
    CROSSED_OVER = "crossed_over"
    REVERSED = "reversed"
    UNMATCHED = "unmatched"
    NOT_POSTED = "not_posted"


@dataclass(frozen=True, slots=True)
class Work:
    """One thing a person must decide. ``claim`` is the index in the remittance, ``charge`` the charge's uid or empty."""

    kind: Kind
    reason: str
    amount_cents: int
    claim: int | None = None
    charge: str = ""
    group: str = ""
    carc: str = ""
    due: date | None = None
    category: str = ""


@dataclass(frozen=True, slots=True)
class ClaimResult:
    """What became of ``remittance.claims[index]``. ``unapplied_cents`` is what went to safety."""

    index: int
    outcome: Outcome
    rank: int = 0
    unapplied_cents: int = 0
    matched: tuple[tuple[int, str], ...] = ()


#: A sheet ends after the claim that fills it: the ledger takes 20,000 lines an entry (ledger.logic.entry.MAX_LINES).
MOST_LINES = 10_000


@dataclass(frozen=True, slots=True)
class Posting:
    """Lines to post (they sum to zero in every entity) and the work they leave.

    ``sheets`` are the entries: one, unless a payer's file is so large that it takes several; each balances on its own.
    """

    sheets: tuple[tuple[LineDraft, ...], ...]
    work: tuple[Work, ...] = ()
    claims: tuple[ClaimResult, ...] = ()

    @property
    def lines(self) -> tuple[LineDraft, ...]:
        """The lines of all sheets."""
        return tuple(line for sheet in self.sheets for line in sheet)

    @property
    def cash_cents(self) -> int:
        """The cash side: what is now on its way to the bank or in hand as a payer's check."""
        return sum(line.cents for line in self.lines if line.role in ("eft_in_transit", "undeposited"))


class Books:
    """A working copy of the balances while an event is posted, and the lines that come of it.

    Lines of one account, item and dimensions are added up, so that a charge has one receivable line an entry.
    """

    def __init__(self) -> None:
        self.closed: list[dict[LineDraft, int]] = []
        self.sums: dict[LineDraft, int] = defaultdict(int)
        self.balances: dict[str, dict[tuple[str, int | None], int]] = {}
        self.used: dict[str, int] = {}  # receipts and recoupments, by item, so that nothing is spent twice

    def open(self, charge: ChargeFacts, role: str, payer: int | None = None) -> int:
        """What stands on the charge for role and payer, including what this event has posted so far."""
        return self._of(charge).get((role, payer), 0)

    def add(self, charge: ChargeFacts, role: str, payer: int | None, cents: int) -> None:
        """One side, on the charge's item. The caller adds the other."""
        if cents:
            balances = self._of(charge)
            balances[(role, payer)] = balances.get((role, payer), 0) + cents
            self.line(role, cents, charge.item, charge.where, payer)

    def move(self, charge: ChargeFacts, debit: Side, credit: Side, cents: int) -> None:
        """Debit one (role, payer) of the charge and credit another."""
        self.add(charge, *debit, cents)
        self.add(charge, *credit, -cents)

    def line(self, role: str, cents: int, item: str, where: Where, payer: int | None = None) -> None:
        """One side on any item."""
        if cents:
            self.sums[_draft(role, item, where, payer)] += cents

    def turn(self) -> None:
        """Said when what was posted so far balances: a sheet that is full ends here."""
        if len(self.sums) >= MOST_LINES:
            self.closed.append(self.sums)
            self.sums = defaultdict(int)

    def sheets(self, home: int | None) -> tuple[tuple[LineDraft, ...], ...]:
        """The entries, no line of zero; entities that do not balance are squared with ``home`` by due-to, due-from."""
        found = []
        for sums in (*self.closed, self.sums):
            drafts = [replace(draft, cents=cents) for draft, cents in sums.items() if cents]
            if drafts:
                found.append((*drafts, *_between_entities(drafts, home)))
        return tuple(found)

    def _of(self, charge: ChargeFacts) -> dict[tuple[str, int | None], int]:
        return self.balances.setdefault(charge.uid, dict(charge.balances))


def _draft(role: str, item: str, where: Where, payer: int | None) -> LineDraft:
    return LineDraft(
        role=role, item=item, entity=where.entity, site=where.site, department=where.department,
        provider=where.provider, payer=payer, party=where.patient, party_role="patient" if where.patient else "",
    )  # fmt: skip


def _between_entities(drafts: Iterable[LineDraft], home: int | None) -> list[LineDraft]:
    """Each legal entity balances on its own: what one took for another it owes (books.md, "Recommended tables")."""
    sums: dict[int | None, int] = defaultdict(int)
    for draft in drafts:
        sums[draft.entity] += draft.cents
    found = []
    for entity, over in sorted(sums.items(), key=lambda pair: pair[0] or 0):
        if entity == home or not over:
            continue
        for side, cents in ((entity, -over), (home, over)):
            found.append(LineDraft(role="due_from" if cents > 0 else "due_to", cents=cents, entity=side))
    return found
