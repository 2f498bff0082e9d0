"""What can be wrong between drawers, books and bank. Pure functions over what the selectors give; a person decides.

The numbers in the names are those of the catalogue of checks: 1 to 5 and 7 to 14.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from django.utils.translation import gettext as _

from steward.banking.logic.slips import SIGN, SLIDE, TRANSPOSITION, slip
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
    item: str = ""


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


@dataclass(frozen=True, slots=True)
class Taken:
    """A check that was taken: its receipt, number and day."""

    ref: str
    number: str
    check_no: str
    cents: int
    on: date


RETURN_DAYS = 60
#: How US banks word a returned item.
RETURNED = re.compile(r"\b(nsf|return(ed)?|chargeback|unpaid|rtn|ret(d)? (item|check|chk))\b", re.I)


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


SLIP_DAYS = 5


def slips(expected: Sequence[Expectation], lines: Sequence[Seen]) -> Iterator[Finding]:
    """``transposition`` (1), ``slide`` (2) and ``wrong_side`` (3): the one open bank line that an open settlement could have
    become by a slip of the pen. Told only where both sides have no other such partner; a suggestion, never a match."""
    pairs = [
        (one, seen, kind)
        for one in expected
        for seen in lines
        if abs((seen.on - one.on).days) <= SLIP_DAYS and (kind := slip(one.cents, seen.cents))
    ]
    for one, seen, kind in pairs:
        if sum(p[0] is one for p in pairs) == 1 and sum(p[1] is seen for p in pairs) == 1:
            yield _slipped(one, seen, kind)


def _slipped(one: Expectation, seen: Seen, kind: str) -> Finding:
    words = {
        TRANSPOSITION: _("The bank shows %(bank)s where %(number)s of the books says %(book)s: two digits changed places"),
        SLIDE: _("The bank shows %(bank)s where %(number)s of the books says %(book)s: the point slid"),
        SIGN: _("The bank shows %(bank)s where %(number)s of the books says %(book)s: the wrong side"),
    }[kind]
    title = words % {"bank": format_cents(seen.cents), "book": format_cents(one.cents), "number": one.number or one.kind}
    evidence = (Evidence("settlement", one.ref, one.cents), Evidence("bank_line", seen.ref, seen.cents))
    more = seen.cents - one.cents
    # under the deposit's item, so that the books then expect what the bank shows and the two are matched
    lines = (ProposalLine("eft_in_transit", more, (("item", one.item),)), ProposalLine("cash_over_short", -more))
    proposal = Proposal(seen.on, lines) if one.kind == "deposit" else None
    fix = _("Hold the slip beside the bank's image; whoever wrote it wrong, the difference is booked, not the line.")
    return Finding(kind, Severity.HIGH, title, evidence, proposal, 900_000, fix)


def returned_check(lines: Iterable[Seen], receipts: Iterable[Taken]) -> Iterator[Finding]:
    """``nsf_return`` (10): the bank took back what a check of the last 60 days had brought."""
    taken = list(receipts)
    for one in lines:
        if one.cents >= 0:
            continue
        same = [r for r in taken if r.cents == -one.cents and 0 <= (one.on - r.on).days <= RETURN_DAYS]
        named = [r for r in same if r.check_no and r.check_no in one.text.split()]
        for receipt in (named or same if RETURNED.search(one.text) or named else [])[:1]:
            title = _("The bank took back %(amount)s on %(day)s, as check %(check)s of receipt %(number)s brought it") % {
                "amount": format_cents(-one.cents), "day": one.on.isoformat(), "check": receipt.check_no or "-",
                "number": receipt.number,
            }  # fmt: skip
            evidence = (Evidence("bank_line", one.ref, one.cents), Evidence("receipt", receipt.ref, receipt.cents))
            fix = _("Enter it as a returned payment: what the check had paid is owed again, with the fee.")
            sure = 950_000 if named else 800_000 if len(same) == 1 else 400_000
            yield Finding("nsf_return", Severity.HIGH, title, evidence, fix=fix, confidence_ppm=sure)


STALE_DAYS = 180
TWICE_DAYS = 30


@dataclass(frozen=True, slots=True)
class Issued:
    """A check of the practice that stands: number, day, payee, what it pays (the first account), what the bank should show of it (less
    than zero; 0 once it was paid), and its item in the books."""

    ref: str
    number: int
    on: date
    payee: str
    cents: int
    open_cents: int
    account: str
    item: str


def stale_check(rows: Iterable[Issued], today: date) -> Iterator[Finding]:
    """``stale_check`` (12): nobody cashed it for 180 days (UCC 4-404: a bank need not pay it after six months). The money is the payee's
    still: it goes to unclaimed property, for the state when its years are over."""
    for one in rows:
        age = (today - one.on).days
        if one.open_cents < 0 and age > STALE_DAYS:
            title = _("Check %(number)s of %(amount)s to %(payee)s is out for %(days)s days") % {
                "number": one.number, "amount": format_cents(-one.open_cents), "payee": one.payee, "days": age,
            }  # fmt: skip
            lines = (ProposalLine("eft_in_transit", -one.open_cents, (("item", one.item),)), ProposalLine("unclaimed_property", one.open_cents))
            fix = _("Ask the payee first. Stop it at the bank, or hold it as unclaimed property.")
            evidence = (Evidence("check", one.ref, one.open_cents),)
            yield Finding("stale_check", Severity.MEDIUM, title, evidence, Proposal(today, lines), fix=fix)


def altered_check(rows: Iterable[Issued], lines: Iterable[tuple[Seen, int]]) -> Iterator[Finding]:
    """``altered_check`` (13): the bank paid another sum than was written. ``lines`` are open lines of the bank with their check number.

    The entry books the difference as owed to us; then bank and books are one sum and are matched.
    """
    open_ones = {one.number: one for one in rows if one.open_cents < 0}
    fix = _("Tell the bank at once: it has paid what you did not write (UCC 4-406: within thirty days). Keep its image.")
    for seen, number in lines:
        one = open_ones.get(number)
        if one is None or seen.cents == one.open_cents:
            continue
        title = _("Check %(number)s was written for %(wrote)s and paid as %(paid)s") % {
            "number": number, "wrote": format_cents(-one.open_cents), "paid": format_cents(-seen.cents),
        }  # fmt: skip
        more = one.open_cents - seen.cents
        entry = (ProposalLine(OTHER_RECEIVABLES, more), ProposalLine("eft_in_transit", -more, (("item", one.item),)))
        evidence = (Evidence("check", one.ref, one.open_cents), Evidence("bank_line", seen.ref, seen.cents))
        yield Finding("altered_check", Severity.HIGH, title, evidence, Proposal(seen.on, entry), fix=fix)


OTHER_RECEIVABLES = "1190"


def missing_check_number(used: Iterable[tuple[str, Sequence[int]]]) -> Iterator[Finding]:
    """``missing_check_number`` (14): numbers between an account's first and last check that nothing explains. ``used`` are (account,
    its numbers: issued, void, stopped or spoiled)."""
    fix = _("Find the form. Note it as spoiled, or tell the bank to refuse it.")
    for account, numbers in used:
        there = sorted(set(numbers))
        for before, after in pairwise(there):
            if after - before > 1:
                gap = str(before + 1) if after - before == 2 else f"{before + 1}–{after - 1}"
                title = _("Nothing is known of check %(gap)s of %(account)s") % {"gap": gap, "account": account}
                evidence = (Evidence("check_number", str(before)), Evidence("check_number", str(after)))
                yield Finding("missing_check_number", Severity.MEDIUM, title, evidence, fix=fix)


def duplicate_payment(rows: Sequence[Issued], back: Iterable[tuple[str, int]] = ()) -> Iterator[Finding]:
    """``duplicate_payment`` (5): one payee was written the same odd sum twice within thirty days. The entry asks it back.

    What comes every month in one sum (rent) is no duplicate: at least three checks of it, three weeks apart, make a series. ``back`` are
    credits by hand since (account, cents): each has asked one payment back.
    """
    asked = Counter(back)
    same: dict[tuple[str, int], list[Issued]] = {}
    for one in sorted(rows, key=lambda row: (row.on, row.number)):
        same.setdefault((_squeezed(one.payee), one.cents), []).append(one)
    fix = _("Hold both bills side by side. Ask the second back, or say why it is another.")
    for own in same.values():
        apart = [(b.on - a.on).days for a, b in pairwise(own)]
        if len(own) >= 3 and min(apart) >= 21:
            continue
        for first, second in pairwise(own):
            if (second.on - first.on).days <= TWICE_DAYS:
                if asked[second.account, -second.cents] > 0:
                    asked[second.account, -second.cents] -= 1
                    continue
                title = _("%(payee)s was paid %(amount)s twice, by checks %(one)s and %(two)s") % {
                    "payee": first.payee, "amount": format_cents(first.cents), "one": first.number, "two": second.number,
                }  # fmt: skip
                evidence = (Evidence("check", first.ref, first.cents), Evidence("check", second.ref, second.cents))
                entry = (ProposalLine(OTHER_RECEIVABLES, second.cents), ProposalLine(second.account, -second.cents))
                yield Finding("duplicate_payment", Severity.HIGH, title, evidence, Proposal(second.on, entry), 700_000, fix)


def _squeezed(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def omitted_item(accounts: Iterable[Sequence[Seen]], today: date) -> Iterator[Finding]:
    """``omitted_item`` (4): one payment of the bank is all that parts an account's books from its statement. The entry books it to
    suspense, from where somebody puts it right.

    ``accounts`` are, account by account, the lines that nothing in the books answers on the day of the last statement: their sum is
    the difference. What another check tells already (money in, fees, interest, what came back) is left to it.
    """
    for lines in accounts:
        if len(lines) != 1:
            continue
        (one,) = lines
        if one.cents >= 0 or one.kind in ("fee", "interest") or RETURNED.search(one.text) or BANK.add(one.on, 1) >= today:
            continue
        title = _("The bank paid %(amount)s on %(day)s (%(text)s); it is all that parts the books from the statement") % {
            "amount": format_cents(-one.cents), "day": one.on.isoformat(), "text": one.text[:60],
        }  # fmt: skip
        proposal = Proposal(one.on, (ProposalLine("suspense", -one.cents), ProposalLine(one.account, one.cents)))
        fix = _("Find its bill and explain the bank line; or book it to suspense until the bill is found.")
        evidence = (Evidence("bank_line", one.ref, one.cents),)
        yield Finding("omitted_item", Severity.MEDIUM, title, evidence, proposal, 900_000, fix)
