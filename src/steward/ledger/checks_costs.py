"""Checks 23 to 26 and 43 of the catalogue: costs of many months booked in one, equipment as cost and cost as equipment, a payee's bill
on an unusual account, and two entities that disagree on what one owes the other. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from steward.core.findings import Evidence, Finding, Proposal, Severity
from steward.core.money import allocate, format_cents
from steward.ledger.checks import reclassify
from steward.ledger.logic.costs import ahead, durable, limits, months_paid, not_moved, payee, upkeep, usual


@dataclass(frozen=True, slots=True)
class Cost:
    """A line on an account of cost or of equipment: entry number, day, account, cents (debit positive), its words, and whose bill it
    is: a vendor's reference, or nothing where only the words say so."""

    number: int
    day: date
    code: str
    name: str
    kind: str
    cents: int
    text: str
    vendor: str = ""
    moved: bool = False  # of an entry that only moves costs between accounts: no bill of its own

    @property
    def who(self) -> str:
        return self.vendor or payee(self.text)

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        return (Evidence("entry", str(self.number), self.cents), Evidence("account", self.code))


Moves = list[tuple[Cost, str, int]]  # the line, the account it belongs on, cents to move


def _uncured(moves: Moves, rows: Sequence[Cost]) -> list[tuple[Cost, str, int]]:
    """Those whose amount nobody has moved off the account yet; a move is a credit of just that size after it."""
    credits = [(one.number, one.code, one.cents) for one in rows if one.cents < 0]
    left = not_moved([(one.number, one.code, cents) for one, _right, cents in moves], credits)
    return [move for at, move in enumerate(moves) if at in left]


def _finding(check: str, title: str, one: Cost, proposal: Proposal, sure: int, fix: str) -> Finding:
    return Finding(check, Severity.MEDIUM, title, one.evidence, proposal, sure, fix)


def prepaid_expensed(rows: Sequence[Cost]) -> Iterator[Finding]:
    """``prepaid_expensed`` (23): the words of a bill say that it covers months to come, and the whole of it is a cost of its month.

    The entry takes off what belongs to the months after the first; a schedule then spreads it.
    """
    moves: Moves = []
    for one in rows:
        months = months_paid(one.text)
        right = ahead(one.code, one.text)
        if one.kind == "expense" and not one.moved and one.cents >= limits()["prepaid_from_cents"] and months > 1 and right:
            moves.append((one, right, one.cents - allocate(one.cents, [1] * months)[0]))
    fix = _("Draft the entry, then spread the rest over its months with a schedule.")
    for one, right, cents in _uncured(moves, rows):
        title = _("Entry %(number)s books %(months)s months of %(name)s, %(amount)s, in one") % {
            "number": one.number, "months": months_paid(one.text), "name": one.name, "amount": format_cents(one.cents),
        }  # fmt: skip
        yield _finding("prepaid_expensed", title, one, reclassify(one.day, one.code, right, cents), 800_000, fix)


def capex_expensed(rows: Sequence[Cost]) -> Iterator[Finding]:
    """``capex_expensed`` (24): a thing that lasts, dearer than the limit, stands as a cost."""
    least = limits()["capitalise_from_cents"]
    moves: Moves = [
        (one, right, one.cents)
        for one in rows
        if one.kind == "expense" and not one.moved and one.cents >= least and (right := durable(one.text))
    ]
    fix = _("Book it as equipment and write it off over its life; or say why it is a cost.")
    for one, right, cents in _uncured(moves, rows):
        title = _("Entry %(number)s books %(amount)s of equipment to %(name)s") % {
            "number": one.number, "amount": format_cents(cents), "name": one.name,
        }  # fmt: skip
        yield _finding("capex_expensed", title, one, reclassify(one.day, one.code, right, cents), 750_000, fix)


def expense_capitalised(rows: Sequence[Cost], supplies: str) -> Iterator[Finding]:
    """``expense_capitalised`` (25): upkeep, or what one entry buys below the limit, stands as equipment. ``supplies`` is the account
    of small things. A dear thing paid with several lines of one entry is judged by their sum."""
    least = limits()["capitalise_from_cents"]
    whole: dict[int, int] = {}
    for one in rows:
        if one.kind == "asset" and one.cents > 0:
            whole[one.number] = whole.get(one.number, 0) + one.cents
    moves: Moves = []
    for one in rows:
        if one.kind == "asset" and one.cents > 0 and not one.moved:
            right = upkeep(one.text) or (supplies if whole[one.number] < least else "")
            moves += [(one, right, one.cents)] if right else []
    fix = _("Book it as a cost of its month.")
    for one, right, cents in _uncured(moves, rows):
        title = _("Entry %(number)s books %(amount)s as %(name)s that is a cost") % {
            "number": one.number, "amount": format_cents(cents), "name": one.name,
        }  # fmt: skip
        yield _finding("expense_capitalised", title, one, reclassify(one.day, one.code, right, cents), 750_000, fix)


def misclassified(rows: Sequence[Cost]) -> Iterator[Finding]:
    """``misclassified`` (26): nine bills in ten of a payee stand on one account, and this one does not."""
    bills = [one for one in rows if one.kind == "expense" and one.cents > 0 and not one.moved]
    known = usual((one.who, one.code) for one in bills)
    moves: Moves = [
        (one, known[one.who].code, one.cents) for one in bills if one.who in known and known[one.who].code != one.code
    ]
    fix = _("Look at the bill; move it, or say why it is another sort.")
    for one, right, cents in _uncured(moves, rows):
        there = known[one.who]
        title = _("Entry %(number)s books %(amount)s to %(name)s; %(share)s of %(bills)s bills of this payee stand on %(right)s") % {
            "number": one.number, "amount": format_cents(cents), "name": one.name, "right": right, "bills": there.bills,
            "share": there.bills * there.ppm // 1_000_000,
        }  # fmt: skip
        yield _finding("misclassified", title, one, reclassify(one.day, one.code, right, cents), there.ppm * 8 // 10, fix)


def intercompany_mismatch(rows: Iterable[tuple[str, str, date, int]]) -> Iterator[Finding]:
    """``intercompany_mismatch`` (43): what all entities say is owed to them among themselves is not what they say they owe.

    ``rows`` are (entity's name, account code, day, cents) of due-from and due-to together; their sum is 0 when all agree. The evidence
    is every entity's sum and the day since which it is not 0.
    """
    by_day: dict[date, int] = {}
    by_entity: dict[str, int] = {}
    for entity, _code, day, cents in rows:
        by_day[day] = by_day.get(day, 0) + cents
        by_entity[entity] = by_entity.get(entity, 0) + cents
    total = sum(by_entity.values())
    if not total:
        return
    running, since = 0, min(by_day)
    for day in sorted(by_day):
        since = since if running else day
        running += by_day[day]
    title = _("What the entities owe each other differs by %(amount)s since %(day)s") % {
        "amount": format_cents(abs(total)), "day": since.isoformat(),
    }  # fmt: skip
    evidence = tuple(Evidence("entity", name, cents) for name, cents in sorted(by_entity.items()) if cents)
    fix = _("One side is not booked: enter what the other entity owes, or take back what it never agreed to.")
    yield Finding("intercompany_mismatch", Severity.HIGH, title, (*evidence, Evidence("day", since.isoformat(), total)), fix=fix)
