"""From drivers to the twelve amounts of an account. Formulas: visits a working day x index x working days x net rate; staff first.

Months are those of the fiscal year, the first first. Amounts are cents, positive in the account's own sense (income, cost).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Final

from steward.core.money import allocate, round_half_up

MONTHS: Final = 12
#: A seasonal index needs every calendar month this often: of one year alone nobody knows what was season and what was chance.
LEAST_YEARS: Final = 2
FLAT: Final = (Fraction(1),) * MONTHS


class DriverError(ValueError):
    """A driver that makes no sense; the message says which and how to mend it."""


@dataclass(frozen=True, slots=True)
class Income:
    """What one provider's visits for one payer bring: visits a working day in thousandths, net cents a visit, until
    month ``last``."""

    account: str
    visits_milli: int
    rate_cents: int
    site: str = ""
    department: str = ""
    provider: str = ""
    payer: str = ""
    last: int = MONTHS


@dataclass(frozen=True, slots=True)
class Staff:
    """A post: full-time places in thousandths, cents a full-time year, from month ``first`` to ``last`` (1 to 12)."""

    account: str
    fte_milli: int
    year_cents: int
    first: int = 1
    last: int = MONTHS
    site: str = ""
    department: str = ""


@dataclass(frozen=True, slots=True)
class Cost:
    """A cost a month: ``fixed_cents``, ``visit_cents`` a visit, ``fte_cents`` a full-time place, and ``step_cents`` for every begun
    ``step_visits`` visits (0: no steps)."""

    account: str
    fixed_cents: int = 0
    visit_cents: int = 0
    fte_cents: int = 0
    step_cents: int = 0
    step_visits: int = 0
    site: str = ""
    department: str = ""


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """An account of a site and department in one month (1 to 12)."""

    account: str
    site: str
    department: str
    month: int
    cents: int


def seasonality(visits: Mapping[tuple[int, int], int], days: Mapping[tuple[int, int], int]) -> tuple[Fraction, ...] | None:
    """Twelve indices by calendar month, January first, adding up to 12, of visits per working day; working days are thereby not
    counted twice. None while some calendar month was not there in two years, or nobody came.

    ``visits`` and ``days`` are by (year, month), of whole months only.
    """
    pace: list[Fraction] = []
    for month in range(1, MONTHS + 1):
        seen = [key for key in visits if key[1] == month and days.get(key, 0) > 0]
        if len(seen) < LEAST_YEARS:
            return None
        pace.append(Fraction(sum(visits[key] for key in seen), sum(days[key] for key in seen)))
    whole = sum(pace)
    return tuple(one * MONTHS / whole for one in pace) if whole else None


def lines(
    income: Sequence[Income], staff: Sequence[Staff], costs: Sequence[Cost], days: Sequence[int], index: Sequence[Fraction] = FLAT
) -> tuple[BudgetLine, ...]:
    """Every line the drivers give, those of one account, site, department and month added. Raises DriverError."""
    if len(days) != MONTHS or len(index) != MONTHS or min(days) < 0 or min(index) < 0:
        raise DriverError("Working days and index are needed for twelve months, none of them negative")
    places = [sum(one.fte_milli for one in staff if one.first <= month <= one.last) for month in range(1, MONTHS + 1)]
    sums: dict[tuple[str, str, str, int], int] = {}

    def add(one: Income | Staff | Cost, amounts: Sequence[int]) -> None:
        for month, cents in enumerate(amounts, 1):
            key = (one.account, one.site, one.department, month)
            sums[key] = sums.get(key, 0) + cents

    came = [sum((visits(one, days, index)[m] for one in income), Fraction(0)) for m in range(MONTHS)]
    for post in staff:
        add(post, staff_cents(post))
    for one in income:
        add(one, income_cents(one, days, index))
    for cost in costs:
        add(cost, cost_cents(cost, came, places))
    return tuple(BudgetLine(*key, cents) for key, cents in sorted(sums.items()) if cents)


def visits(one: Income, days: Sequence[int], index: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """Its visits in each month, exact."""
    if one.visits_milli < 0 or one.rate_cents < 0:
        raise DriverError(f"Account {one.account}: visits and rate are not negative")
    whole = [Fraction(one.visits_milli, 1000) * season * worked for worked, season in zip(days, index, strict=True)]
    return tuple(come if month <= one.last else Fraction(0) for month, come in enumerate(whole, 1))


def income_cents(one: Income, days: Sequence[int], index: Sequence[Fraction]) -> list[int]:
    """The year rounded once, split by the visits of each month."""
    return split([come * one.rate_cents for come in visits(one, days, index)])


def staff_cents(post: Staff) -> list[int]:
    """A twelfth of the year for each month the post is filled."""
    if not 1 <= post.first <= post.last <= MONTHS or post.fte_milli < 0 or post.year_cents < 0:
        raise DriverError(f"Account {post.account}: months lie in 1 to 12 in order, places and pay are not negative")
    month = Fraction(post.fte_milli * post.year_cents, 1000 * MONTHS)
    return split([month if post.first <= n <= post.last else Fraction(0) for n in range(1, MONTHS + 1)])


def cost_cents(cost: Cost, came: Sequence[Fraction], fte_milli: Sequence[int]) -> list[int]:
    """What the cost is in each month with so many visits and places."""
    if min(cost.fixed_cents, cost.visit_cents, cost.fte_cents, cost.step_cents, cost.step_visits) < 0:
        raise DriverError(f"Account {cost.account}: a cost is not negative")
    if cost.step_cents and not cost.step_visits:
        raise DriverError(f"Account {cost.account}: say after how many visits the next step begins")
    months = []
    for come, places in zip(came, fte_milli, strict=True):
        steps = -(-come // cost.step_visits) if cost.step_cents else 0  # every step begun is paid whole
        months.append(cost.fixed_cents + cost.visit_cents * come + Fraction(cost.fte_cents * places, 1000) + cost.step_cents * steps)
    return split(months)


def split(exact: Sequence[Fraction]) -> list[int]:
    """Amounts of months, none negative, as whole cents whose sum is the sum rounded once."""
    whole = sum(exact, Fraction(0))
    scale = lcm(*(one.denominator for one in exact))
    return allocate(round_half_up(whole.numerator, whole.denominator), [int(one * scale) for one in exact])
