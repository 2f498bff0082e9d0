"""What can be wrong in the books themselves. Pure functions over what the selectors give; a person decides what to do."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _

from steward.core.findings import Evidence, Finding, Proposal, ProposalLine, Severity
from steward.core.money import format_cents
from steward.ledger.logic.balance import TrialBalance
from steward.ledger.logic.patterns import (
    BENFORD_LIMIT,
    Repeated,
    benford,
    by_chance,
    first_below_zero,
    round_share,
    skipped,
)
from steward.ledger.selectors.balances import OpenItem
from steward.ledger.selectors.schedules import LoanStep
from steward.ledger.selectors.verify import Proof

#: Accounts whose balance may stand on either side without anything being wrong.
EITHER_SIDE = frozenset(
    {"cash_over_short", "era_clearing", "eft_in_transit", "suspense", "retained_earnings", "net_pay_clearing", "card_clearing"}
)

#: Money itself: what lies in a drawer, a box or a bank.
CASH_ROLES = frozenset({"bank_operating", "bank_payroll", "petty_cash", "drawer"})


def broken_books(proof: Proof) -> Iterator[Finding]:
    """``hash_chain_broken``, ``sequence_gap`` and ``totals_drift``: the books are not what was posted. Restore a backup."""
    fix = _("Compare with the latest backup; the books since then must be restored or entered anew.")
    for fault in proof.faults:
        check = "sequence_gap" if "missing" in fault.why else "hash_chain_broken"
        evidence = (Evidence("entry", str(fault.number or "-")),)
        yield Finding(check, Severity.HIGH, fault.why.capitalize(), evidence, fix=fix)
    for code, lines, totals in proof.accounts:
        title = _("The totals of account %s are not the sum of its lines") % code
        yield Finding("totals_drift", Severity.HIGH, title, (Evidence("account", code, lines - totals),), fix=fix)


def wrong_normal_side(balance: TrialBalance) -> Iterator[Finding]:
    """``wrong_normal_side``: an account stands where its kind never does."""
    for row in balance.rows:
        if row.abnormal and row.account.role not in EITHER_SIDE:
            title = _("%(code)s %(name)s stands at %(amount)s, on the wrong side") % {
                "code": row.account.code, "name": row.account.name, "amount": format_cents(row.balance_cents),
            }  # fmt: skip
            evidence = (Evidence("account", row.account.code, row.balance_cents),)
            yield Finding("wrong_normal_side", Severity.MEDIUM, title, evidence, fix=_("Open its register and look."))


def suspense_not_cleared(items: Sequence[OpenItem], today: date, *, days: int = 30) -> Iterator[Finding]:
    """``suspense_not_cleared``: something has lain in suspense for more than ``days`` days."""
    for item in items:
        if item.role == "suspense" and item.first < today - timedelta(days=days):
            title = _("%(amount)s has been in suspense since %(day)s") % {
                "amount": format_cents(item.cents), "day": item.first.isoformat(),
            }  # fmt: skip
            yield Finding("suspense_not_cleared", Severity.HIGH, title, (Evidence("item", item.item, item.cents),))


def duplicate_posting(rows: Iterable[tuple[str, str, int, int, int]]) -> Iterator[Finding]:
    """``duplicate_posting``: one source document on two entries of the same amount, neither reversing the other.

    ``rows`` are (source type, source ref, first number, second number, cents).
    """
    for kind, ref, first, second, cents in rows:
        title = _("Entries %(first)s and %(second)s are booked from the same source") % {
            "first": first,
            "second": second,
        }
        evidence = (
            Evidence("entry", str(first), cents),
            Evidence("entry", str(second), cents),
            Evidence("source", f"{kind}:{ref}"),
        )
        fix = _("If it is one event, reverse the second entry.")
        yield Finding("duplicate_posting", Severity.MEDIUM, title, evidence, fix=fix, confidence_ppm=700_000)


def reclassify(day: date, wrong: str, right: str, cents: int) -> Proposal:
    """The entry that moves ``cents`` (signed as they stand on ``wrong``) to the account where they belong."""
    return Proposal(day, (ProposalLine(right, cents), ProposalLine(wrong, -cents)))


# ---- entries by hand and what accounts cannot do ----
BACKDATED_DAYS = 5
NIGHT = (time(21), time(6))
ROUND_LEAST = 10


@dataclass(frozen=True, slots=True)
class ByHand:
    """An entry by hand: who drafted it (a name), the local moment it was posted at, its lines as (code, role, kind, cents)."""

    number: int
    day: date
    posted: datetime
    by: str
    memo: str
    lines: tuple[tuple[str, str, str, int], ...]

    @property
    def cents(self) -> int:
        """Its debits."""
        return sum(cents for *_rest, cents in self.lines if cents > 0)

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        return (Evidence("entry", str(self.number), self.cents),)


def negative_cash(accounts: Iterable[tuple[str, str, Sequence[tuple[date, int]]]]) -> Iterator[Finding]:
    """``negative_cash`` (17): more was paid from an account than lay in it. ``accounts`` are (code, name, moves by day)."""
    for code, name, moves in accounts:
        if (found := first_below_zero(moves)) is not None:
            day, cents = found
            title = _("%(name)s stood at %(amount)s in the books on %(day)s") % {
                "name": name, "amount": format_cents(cents), "day": day.isoformat(),
            }  # fmt: skip
            fix = _("Look for a receipt not entered, or a payment from another account.")
            evidence = (Evidence("account", code, cents), Evidence("day", day.isoformat()))
            yield Finding("negative_cash", Severity.HIGH, title, evidence, fix=fix)


def missing_recurring(entries: Iterable[ByHand], today: date, *, grace: int = 5) -> Iterator[Finding]:
    """``missing_recurring`` (21): what was entered by hand month after month is missing in the month that ended last."""
    if today.day <= grace:
        return
    month = today.year * 12 + today.month - 2
    rows = [
        Repeated(e.number, e.day.year * 12 + e.day.month - 1, e.day.day, e.memo, tuple((code, c) for code, _r, _k, c in e.lines))
        for e in entries
    ]  # fmt: skip
    there = {(row.month, tuple(sorted(row.lines))) for row in rows}
    for one in skipped(rows, month):
        if (month, tuple(sorted(one.last.lines))) in there:
            continue  # entered in other words
        year, m = divmod(month, 12)
        day = date(year, m + 1, min(one.last.day, monthrange(year, m + 1)[1]))
        title = _("%(memo)s was entered %(times)s months in a row and is missing in %(month)s") % {
            "memo": one.last.memo, "times": one.months, "month": f"{year}-{m + 1:02}",
        }  # fmt: skip
        size = sum(cents for _code, cents in one.last.lines if cents > 0)
        proposal = Proposal(day, tuple(ProposalLine(code, cents) for code, cents in one.last.lines))
        fix = _("Enter it, or say why it ended.")
        evidence = (Evidence("entry", str(one.last.number), size), Evidence("month", f"{year}-{m + 1:02}"))
        yield Finding("missing_recurring", Severity.MEDIUM, title, evidence, proposal, 800_000, fix)


def backdated(entries: Iterable[ByHand]) -> Iterator[Finding]:
    """``backdated`` (46): entered more than five days after the day it is dated."""
    for one in entries:
        late = (one.posted.date() - one.day).days
        if late > BACKDATED_DAYS:
            title = _("Entry %(number)s of %(by)s is dated %(late)s days before it was posted") % {
                "number": one.number, "by": one.by, "late": late,
            }  # fmt: skip
            fix = _("Read its voucher; ask why it came late.")
            yield Finding("backdated", Severity.LOW, title, one.evidence, fix=fix, confidence_ppm=500_000)


def weekend_or_night(entries: Iterable[ByHand]) -> Iterator[Finding]:
    """``weekend_or_night_posting`` (35): posted by hand on a weekend, or between nine at night and six."""
    for one in entries:
        at = one.posted
        if at.weekday() >= 5 or at.time() >= NIGHT[0] or at.time() < NIGHT[1]:
            title = _("Entry %(number)s of %(by)s was posted on %(when)s") % {
                "number": one.number, "by": one.by, "when": at.strftime("%Y-%m-%d %H:%M"),
            }  # fmt: skip
            fix = _("Nobody is at the office then: ask.")
            yield Finding("weekend_or_night_posting", Severity.LOW, title, one.evidence, fix=fix, confidence_ppm=400_000)


def manual_to_cash_or_revenue(entries: Iterable[ByHand]) -> Iterator[Finding]:
    """``manual_je_to_cash_or_revenue`` (45): income or cash moved by hand, past the services that prove it."""
    for one in entries:
        touched = sorted({code for code, role, kind, _c in one.lines if role in CASH_ROLES or kind == "revenue"})
        if touched:
            title = _("Entry %(number)s of %(by)s moves %(codes)s by hand") % {
                "number": one.number, "by": one.by, "codes": ", ".join(touched),
            }  # fmt: skip
            fix = _("Cash and income come from receipts, bank lines and charges: read why this one did not.")
            yield Finding("manual_je_to_cash_or_revenue", Severity.LOW, title, one.evidence, fix=fix, confidence_ppm=500_000)


def round_amounts(entries: Sequence[ByHand]) -> Iterator[Finding]:
    """``round_amounts`` (32): of one person's entries more than three times as many are whole hundreds as of all others'."""
    by: dict[str, list[ByHand]] = {}
    for one in entries:
        by.setdefault(one.by, []).append(one)
    for name, own in sorted(by.items()):
        others = [e.cents for e in entries if e.by != name]
        share, base = round_share([e.cents for e in own]), round_share(others)
        if len(own) >= ROUND_LEAST and len(others) >= ROUND_LEAST and share > 3 * max(base, 50_000):
            title = _("%(share)s %% of the entries of %(by)s are round hundreds, %(base)s %% of the others'") % {
                "share": share // 10_000, "by": name, "base": base // 10_000,
            }  # fmt: skip
            evidence = tuple(Evidence("entry", str(e.number), e.cents) for e in own if e.cents % 10_000 == 0)
            fix = _("Estimates are round: read the vouchers.")
            yield Finding("round_amounts", Severity.LOW, title, evidence, fix=fix, confidence_ppm=300_000)


def digits_off(name: str, code: str, cents: Sequence[int]) -> Iterator[Finding]:
    """``benford`` (33): first two digits of an account's amounts are further from Benford's law than Nigrini's 0.0022, beyond what as
    many amounts are off by chance."""
    off = benford(cents)
    if off is not None and off - by_chance(len(cents)) > BENFORD_LIMIT:
        title = _("First digits of %(name)s are %(off)s from what grows by itself (limit %(limit)s)") % {
            "name": name, "off": f"{off:.4f}", "limit": f"{BENFORD_LIMIT:.4f}",
        }  # fmt: skip
        evidence = (Evidence("account", code, None),)
        fix = _("Look which amounts come too often; fixed prices are an innocent reason.")
        yield Finding("benford", Severity.LOW, title, evidence, fix=fix, confidence_ppm=200_000)


# ---- schedules: what should have been posted, taken back, split ----
LATE_DAYS = 5
LOAN_DAYS = 10


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A step of a schedule as a check sees it: name, day, lines as (code, cents)."""

    name: str
    ref: str
    day: date
    lines: tuple[tuple[str, int], ...]

    @property
    def cents(self) -> int:
        """Its debits."""
        return sum(cents for _code, cents in self.lines if cents > 0)


def late_steps(steps: Iterable[Scheduled], today: date) -> Iterator[Finding]:
    """``missing_recurring`` (21): a signed schedule has a step that was not posted within five days of its day."""
    for one in steps:
        if one.day < today - timedelta(days=LATE_DAYS):
            title = _("%(name)s of %(day)s is due by schedule and not posted") % {"name": one.name, "day": one.day.isoformat()}
            evidence = (Evidence("schedule", one.ref, one.cents), Evidence("day", one.day.isoformat()))
            # no entry by hand: the schedule would post its own beside it
            fix = _("Open its month or its account and post what is due on the list of schedules.")
            yield Finding("missing_recurring", Severity.MEDIUM, title, evidence, fix=fix)


def not_released(accruals: Iterable[tuple[int, date, Scheduled]]) -> Iterator[Finding]:
    """``accrual_not_released`` (22): the month of an accrual is over and nobody took it back; the bill would count twice.

    ``accruals`` are (entry number, the day it should have been taken back, the step as posted).
    """
    for number, day, one in accruals:
        title = _("%(name)s, entry %(number)s, was to be taken back on %(day)s") % {
            "name": one.name, "number": number, "day": day.isoformat(),
        }  # fmt: skip
        evidence = (Evidence("entry", str(number), one.cents), Evidence("schedule", one.ref))
        proposal = Proposal(day, tuple(ProposalLine(code, -cents) for code, cents in one.lines))
        fix = _("Post what is due on the list of schedules, or reverse the entry.")
        yield Finding("accrual_not_released", Severity.HIGH, title, evidence, proposal, fix=fix)


def loan_split(steps: Iterable[LoanStep], lines: Sequence[tuple[int, date, str, int]]) -> Iterator[Finding]:
    """``loan_split`` (44): a whole payment of a loan stands on the loan or on the interest; the schedule says what goes where.

    ``lines`` are those on either not posted by a schedule: (entry number, day, account code, cents). Each debit is evidence once; a
    later credit of just the part that belongs elsewhere has moved it.
    """
    used: set[int] = set()
    booked = [one for one in lines if one[3] > 0]
    for step in steps:
        whole = step.principal_cents + step.interest_cents
        for number, day, code, cents in booked:
            near = abs((day - step.day).days) <= LOAN_DAYS
            if number in used or not near or cents != whole or code not in (step.loan, step.interest):
                continue
            right, part = (step.interest, step.interest_cents) if code == step.loan else (step.loan, step.principal_cents)
            used.add(number)
            moved = next((n for n, _day, at, c in lines if n > number and n not in used and (at, c) == (code, -part)), None)
            if not part or moved is not None:
                used.add(moved or number)
                break
            title = _("Entry %(number)s books a whole payment of %(name)s to %(code)s") % {
                "number": number, "name": step.name, "code": code,
            }  # fmt: skip
            fix = _("Move %(cents)s to %(right)s.") % {"cents": format_cents(part), "right": right}
            evidence = (Evidence("entry", str(number), whole),)
            yield Finding("loan_split", Severity.MEDIUM, title, evidence, reclassify(day, code, right, part), 900_000, fix)
            break
