"""What a schedule posts and when: the same entry again, a sum spread over months, a loan paid off. Pure; cents signed, debit
positive.

1 every step balances; 2 the steps of a spread add up to its total on every line, to the cent; 3 the principal of a loan's
steps adds up to the loan; 4 the same terms always give the same steps, so what is still to be posted is derived, never kept.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from steward.core.money import round_half_up

RECURRING, SPREAD, LOAN = "recurring", "spread", "loan"
KINDS: Final = (RECURRING, SPREAD, LOAN)
#: Every how many months a step may come.
EVERY: Final = (1, 2, 3, 6, 12)
MOST_STEPS: Final = 480  # forty years of months

#: What the lines of a loan are, in this order.
LOAN_PARTS: Final = ("principal", "interest", "paid_from")


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed. ``cents`` are the signed amounts of the lines: of one step (recurring), of the whole (spread); a loan
    has its principal as ``total_cents`` and three lines: the loan, the interest, what it is paid from.

    ``steps`` None goes on until it is ended. ``by_day`` shares a spread by days instead of whole months.
    ``payment_cents`` 0 means the level payment of the formula.
    """

    kind: str
    first_on: date
    every_months: int
    steps: int | None
    cents: tuple[int, ...] = ()
    by_day: bool = False
    total_cents: int = 0
    rate_ppm: int = 0
    payment_cents: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One posting: its number from 1, its day, a signed amount for each line (0: that line is left out), and what is left of a
    spread or a loan afterwards."""

    n: int
    day: date
    cents: tuple[int, ...]
    left_cents: int = 0


class TermsError(ValueError):
    """Terms that give no plan: ``code``, ``field``, what is wrong and how to mend it."""

    def __init__(self, code: str, field: str, what: str, mend: str) -> None:
        super().__init__(what)
        self.code, self.field, self.what, self.mend = code, field, what, mend


def day_of(terms: Terms, n: int) -> date:
    """The day of step ``n`` (from 1): the first day's day of month, or the month's last where it has no such day."""
    year, month = divmod(terms.first_on.year * 12 + terms.first_on.month - 1 + (n - 1) * terms.every_months, 12)
    return date(year, month + 1, min(terms.first_on.day, monthrange(year, month + 1)[1]))


def next_month(day: date) -> date:
    """The first of the month after: the day an accrual is released."""
    return day.replace(day=monthrange(day.year, day.month)[1]) + timedelta(days=1)


def plan(terms: Terms, until: date) -> Iterator[Step]:
    """The steps up to and including the day ``until``, in order. Raises TermsError."""
    check(terms)
    made = {RECURRING: _recurring, SPREAD: _spread, LOAN: _loan}[terms.kind](terms)
    for step in made:
        if step.day > until:
            return
        yield step


def check(terms: Terms) -> None:
    """Raises TermsError unless the terms give a plan."""
    if terms.kind not in KINDS or terms.every_months not in EVERY:
        raise TermsError("every", "every_months", "A schedule repeats every 1, 2, 3, 6 or 12 months.", "Choose one of these.")
    if terms.steps is not None and not 1 <= terms.steps <= MOST_STEPS:
        raise TermsError("steps", "steps", f"A schedule has 1 to {MOST_STEPS} steps.", "Count the months again.")
    if terms.kind != RECURRING and terms.steps is None:
        raise TermsError("steps", "steps", "What is spread or paid off has a last step.", "Say how many months it runs.")
    {RECURRING: _check_lines, SPREAD: _check_spread, LOAN: _check_loan}[terms.kind](terms)


def _check_lines(terms: Terms) -> None:
    if len(terms.cents) < 2 or 0 in terms.cents or sum(terms.cents) != 0:
        raise TermsError("unbalanced", "lines", "The lines do not balance.", "Debits and credits must be equal, none zero.")


def _check_spread(terms: Terms) -> None:
    _check_lines(terms)
    if len([cents for cents in terms.cents if cents < 0]) != 1:
        what = "A spread takes from one account: one credit line, and as many debit lines as it is shared to."
        raise TermsError("one_credit", "lines", what, "Make two schedules, or one credit line.")
    if min(cents for cents in terms.cents if cents > 0) < (terms.steps or 1):
        raise TermsError("too_small", "lines", "A line has less than a cent a step.", "Spread it over fewer months.")


def _check_loan(terms: Terms) -> None:
    if terms.total_cents <= 0 or not 0 <= terms.rate_ppm < 1_000_000:
        raise TermsError("loan", "total_cents", "A loan has a principal and a yearly rate under 100 %.", "Look at the contract.")
    if terms.every_months not in (1, 3, 12):
        raise TermsError("every", "every_months", "A loan is paid monthly, quarterly or yearly.", "Choose one of these.")
    interest = _interest(terms, terms.total_cents)
    if terms.payment_cents and terms.payment_cents <= interest:
        what = "This payment does not even cover the first interest: the loan would never be paid off."
        raise TermsError("payment", "payment_cents", what, "Look at the payment and the rate again.")


def _recurring(terms: Terms) -> Iterator[Step]:
    last = terms.steps or 12 * MOST_STEPS
    for n in range(1, last + 1):
        day = day_of(terms, n)
        if day.year > 2999:
            return
        yield Step(n, day, terms.cents)


def _spread(terms: Terms) -> Iterator[Step]:
    """Each debit line by its own running share, rounded half up; the one credit line takes what the debits of the step sum to."""
    shares = _shares(terms)
    credit = next(i for i, cents in enumerate(terms.cents) if cents < 0)
    before = [0] * len(terms.cents)
    for n, share in enumerate(shares, 1):
        now = [round_half_up(c * share.numerator, share.denominator) if c > 0 else 0 for c in terms.cents]
        step = [a - b for a, b in zip(now, before, strict=True)]
        step[credit] = -sum(step)
        before = now
        yield Step(n, day_of(terms, n), tuple(step), -terms.cents[credit] - sum(now))


def _shares(terms: Terms) -> list[Fraction]:
    """The running share after each step, the last one 1. By days a step counts from its day (or the month's first, after the
    first step) to the end of its months; the last ends where a whole number of months from the first day ends."""
    steps = terms.steps or 1
    if not terms.by_day:
        return [Fraction(n, steps) for n in range(1, steps + 1)]
    start = terms.first_on
    ends = [_covered(terms, n) for n in range(1, steps)]
    whole = (day_of(terms, steps + 1) - start).days
    return [Fraction((min(end, day_of(terms, steps + 1)) - start).days, whole) for end in ends] + [Fraction(1)]


def _covered(terms: Terms, n: int) -> date:
    """The first day that steps 1 to ``n`` no longer cover: the month after the n-th step's last month."""
    day = day_of(terms, n)
    for _ in range(terms.every_months):
        day = next_month(day)
    return day


def level_payment(principal_cents: int, rate_ppm: int, payments: int, every_months: int = 1) -> int:
    """The level payment of an annuity, cents, half up: P r / (1 - (1 + r)^-n) with r the rate of one period."""
    rate = Fraction(rate_ppm * every_months, 12_000_000)
    exact = Fraction(principal_cents, payments) if not rate else principal_cents * rate / (1 - (1 + rate) ** -payments)
    return round_half_up(exact.numerator, exact.denominator)


def _interest(terms: Terms, balance: int) -> int:
    return round_half_up(balance * terms.rate_ppm * terms.every_months, 12_000_000)


def _loan(terms: Terms) -> Iterator[Step]:
    """Interest on what is owed, the rest of the payment to principal; the last payment clears what is left."""
    steps = terms.steps or 1
    payment = terms.payment_cents or level_payment(terms.total_cents, terms.rate_ppm, steps, terms.every_months)
    balance = terms.total_cents
    for n in range(1, steps + 1):
        interest = _interest(terms, balance)
        principal = balance if n == steps else min(payment - interest, balance)
        balance -= principal
        yield Step(n, day_of(terms, n), (principal, interest, -principal - interest), balance)
        if not balance:
            return


def payment_of(step: Step) -> int:
    """What leaves the account at a step of a loan, cents."""
    return -step.cents[LOAN_PARTS.index("paid_from")]


def due_numbers(steps: Sequence[Step], posted: set[int]) -> list[Step]:
    """The steps not yet posted, oldest first."""
    return [step for step in steps if step.n not in posted]
