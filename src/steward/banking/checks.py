"""What can be wrong between drawers, books and bank. Pure functions over what the selectors give; a person decides.

The numbers in the names are those of the catalogue of checks (docs, catalogue of checks): 7, 8, 9 and 11.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from steward.core.calendar import BANK
from steward.core.findings import Evidence, Finding, Proposal, ProposalLine, Severity
from steward.core.money import format_cents

BANK_DAYS = 3
SHORT_CENTS = 2000


@dataclass(frozen=True, slots=True)
class Expectation:
    """An open settlement as a check sees it: kind, number, cents the bank should show, the day it left."""

    ref: str
    kind: str
    number: str
    cents: int
    on: date


@dataclass(frozen=True, slots=True)
class Seen:
    """An open bank line as a check sees it; `account` is the code of its bank account."""

    ref: str
    kind: str
    text: str
    cents: int
    on: date
    account: str


@dataclass(frozen=True, slots=True)
class Count:
    """A counted drawer: over (+) or short (-) by `cents`."""

    ref: str
    drawer: str
    cashier: str
    cents: int
    on: date


def deposit_not_in_bank(expected: Iterable[Expectation], today: date) -> Iterator[Finding]:
    """``deposit_not_in_bank`` (7): a slip older than three banking days that the bank has not shown."""
    limit = BANK.add(today, -BANK_DAYS)
    for one in expected:
        if one.kind == "deposit" and one.on < limit:
            words = _("Deposit slip %(number)s of %(amount)s left on %(day)s and is not in the bank")
            title = words % {"number": one.number, "amount": format_cents(one.cents), "day": one.on.isoformat()}
            fix = _("Ask the bank and the person who carried it, with the bag number in hand.")
            yield Finding(
                "deposit_not_in_bank", Severity.HIGH, title, (Evidence("settlement", one.ref, one.cents),), fix=fix
            )


def bank_credit_not_in_books(lines: Iterable[Seen], today: date) -> Iterator[Finding]:
    """``bank_credit_not_in_books`` (8): money came in that nothing expected; proposed as an unapplied receipt."""
    for one in lines:
        if one.cents > 0 and one.kind != "interest" and BANK.add(one.on, 1) < today:
            title = _("%(amount)s came in on %(day)s and no book item explains it") % {
                "amount": format_cents(one.cents), "day": one.on.isoformat(),
            }  # fmt: skip
            proposal = Proposal(one.on, (ProposalLine(one.account, one.cents), ProposalLine("unapplied", -one.cents)))
            fix = _("Find its remittance or deposit first; book it as unapplied only if there is none.")
            evidence = (Evidence("bank_line", one.ref, one.cents),)
            yield Finding("bank_credit_not_in_books", Severity.MEDIUM, title, evidence, proposal, 800_000, fix)


def bank_charge_not_in_books(lines: Iterable[Seen]) -> Iterator[Finding]:
    """``bank_charge_not_in_books`` (9): a fee or interest of the bank that is not booked."""
    for one in lines:
        role = {"fee": "bank_fees", "interest": "interest_income" if one.cents > 0 else "interest_expense"}.get(
            one.kind
        )
        if role is None or (one.kind == "fee" and one.cents > 0):
            continue
        title = _("The bank booked %(amount)s (%(text)s) on %(day)s") % {
            "amount": format_cents(one.cents), "text": one.text[:60], "day": one.on.isoformat(),
        }  # fmt: skip
        proposal = Proposal(one.on, (ProposalLine(role, -one.cents), ProposalLine(one.account, one.cents)))
        fix = _("Explain the bank line; it is one click.")
        yield Finding(
            "bank_charge_not_in_books",
            Severity.LOW,
            title,
            (Evidence("bank_line", one.ref, one.cents),),
            proposal,
            fix=fix,
        )


def drawer_over_or_short(counts: Iterable[Count], *, at_least: int = SHORT_CENTS) -> Iterator[Finding]:
    """``short_deposit`` (11), at the drawer: a count that differs by 20.00 or more."""
    for one in counts:
        if abs(one.cents) >= at_least:
            words = (
                _("%(drawer)s of %(cashier)s was over by %(amount)s")
                if one.cents > 0
                else _("%(drawer)s of %(cashier)s was short by %(amount)s")
            )
            title = words % {"drawer": one.drawer, "cashier": one.cashier, "amount": format_cents(abs(one.cents))}
            fix = _("Read its receipts and voids with the cashier.")
            yield Finding("short_deposit", Severity.MEDIUM, title, (Evidence("drawer", one.ref, one.cents),), fix=fix)
