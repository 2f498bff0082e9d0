"""A budget's drivers as values, its season, and what they give of visits and places."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property

from steward.budget.logic.drivers import FLAT, Cost, Income, Staff, visits
from steward.budget.models import Budget, Driver, Season
from steward.core.calendar import BANK


@dataclass(frozen=True)
class Driven:
    """What moves a budget: the stored rows in order, and the same as values; ``income``, ``staff`` and ``costs`` keep that order."""

    rows: tuple[Driver, ...]
    income: tuple[Income, ...]
    staff: tuple[Staff, ...]
    costs: tuple[Cost, ...]
    days: tuple[int, ...]
    index: tuple[Fraction, ...]

    @cached_property
    def came(self) -> tuple[Fraction, ...]:
        """Visits of each month, all together."""
        return tuple(sum((visits(one, self.days, self.index)[m] for one in self.income), Fraction(0)) for m in range(12))


@dataclass(frozen=True, slots=True)
class SeasonOf:
    """Working days and index (millionths) of the twelve months; ``own`` when somebody has put them."""

    days: tuple[int, ...]
    index_ppm: tuple[int, ...]
    own: bool


def season_of(row: Budget) -> SeasonOf:
    """As kept, else the days on which banks are open and no season. One query."""
    kept = Season.objects.filter(budget=row).first()
    if kept is not None:
        return SeasonOf(tuple(kept.days), tuple(kept.index_ppm), True)
    return SeasonOf(tuple(working_days(first) for first in months(row.first_on)), (1_000_000,) * 12, False)


def months(first_on: date) -> list[date]:
    """The first days of the twelve months."""
    start = first_on.year * 12 + first_on.month - 1
    return [date((start + n) // 12, (start + n) % 12 + 1, 1) for n in range(12)]


def working_days(first: date) -> int:
    """Days of a month that are neither weekend nor federal holiday."""
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return BANK.between(first, following)


def driven(row: Budget) -> Driven:
    """Everything that moves a budget. Two queries."""
    rows = tuple(row.drivers.select_related("account", "site", "department").order_by("kind", "name", "id"))
    season = season_of(row)
    index = tuple(Fraction(one, 1_000_000) for one in season.index_ppm) if season.own else FLAT
    return Driven(
        rows,
        tuple(
            Income(one.account.code, one.visits_milli, one.rate_cents, *_place(one), one.provider, one.payer, one.last)
            for one in rows if one.kind == "income"
        ),
        tuple(
            Staff(one.account.code, one.fte_milli, one.year_cents, one.first, one.last, *_place(one)) for one in rows if one.kind == "staff"
        ),
        tuple(
            Cost(one.account.code, one.fixed_cents, one.visit_cents, one.fte_cents, one.step_cents, one.step_visits, *_place(one))
            for one in rows if one.kind == "cost"
        ),
        season.days, index,
    )  # fmt: skip


def _place(one: Driver) -> tuple[str, str]:
    return one.site.code if one.site else "", one.department.code if one.department else ""

