"""Thirteen weeks of cash: what receivables bring by the pace each payer has paid at, what is planned, and how sure that is.
Pure; integer cents; randomness is brought.

1 what a run-off pays and gives up is never more than was open; 2 the same history, seed and plans give the same forecast; 3 what is
still open when it is looked at counts as at risk only for the weeks it was seen (censoring), so that a young receivable does not
look like an unpaid one. Source: the practice's own forecast (opening available + receivables by payer lag - what is planned).
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Final

from steward.core.money import round_half_up

WEEKS: Final = 13
#: Ages in whole weeks; the last stands for all that is older.
AGES: Final = 27
RUNS: Final = 200
#: What of the runs is told: P10, P50, P90.
QUANTILES: Final = (10, 50, 90)
EVERY: Final = ("once", "week", "two_weeks", "half_month", "month", "quarter", "year")


@dataclass(frozen=True, slots=True)
class Item:
    """One receivable: who owes it, the day it began, its cents, and what came off: (day, cents, cents of them money)."""

    group: str
    since: date
    cents: int
    off: tuple[tuple[date, int, int], ...] = ()

    def open_cents(self, day: date) -> int:
        """What is open at the end of ``day``."""
        return self.cents - sum(cents for on, cents, _money in self.off if on <= day)


@dataclass(slots=True)
class Pace:
    """How a group pays, week of age by week: cents at risk at a week's beginning, paid in it, given up in it."""

    risk: list[int] = field(default_factory=lambda: [0] * AGES)
    paid: list[int] = field(default_factory=lambda: [0] * AGES)
    gone: list[int] = field(default_factory=lambda: [0] * AGES)

    def add(self, other: Pace) -> None:
        for mine, theirs in ((self.risk, other.risk), (self.paid, other.paid), (self.gone, other.gone)):
            for age in range(AGES):
                mine[age] += theirs[age]


def age_of(since: date, day: date) -> int:
    """Whole weeks, the last for all that is older."""
    return min(max((day - since).days, 0) // 7, AGES - 1)


def pace_of(item: Item, today: date) -> Pace:
    """One receivable's weeks, those alone that were seen to their end."""
    pace, seen = Pace(), max((today - item.since).days, 0) // 7
    moves: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for day, cents, money in item.off:
        moves[max((day - item.since).days, 0) // 7].append((cents, money))
    left = item.cents
    for week in range(seen):
        if left <= 0:
            break
        age = min(week, AGES - 1)
        off = min(sum(cents for cents, _money in moves[week]), left)
        paid = min(sum(money for _cents, money in moves[week]), off)
        pace.risk[age] += left
        pace.paid[age] += paid
        pace.gone[age] += off - paid
        left -= off
    return pace


Cohorts = dict[str, dict[int, Pace]]


def cohorts(items: Iterable[Item], today: date) -> Cohorts:
    """Group -> week it began -> how the receivables of that week were paid. Resampling draws whole weeks: what came together is
    paid together."""
    found: Cohorts = defaultdict(dict)
    for item in items:
        week = item.since.toordinal() // 7
        found[item.group].setdefault(week, Pace()).add(pace_of(item, today))
    return found


def together(weeks: Iterable[Pace]) -> Pace:
    """One pace of many weeks."""
    whole = Pace()
    for one in weeks:
        whole.add(one)
    return whole


def run_off(open_by_age: Sequence[int], pace: Pace, fresh: int = 0, weeks: int = WEEKS) -> list[int]:
    """What comes in each week from what is open by age, and from ``fresh`` cents that begin anew every week."""
    stands, came = list(open_by_age), []
    for _week in range(weeks):
        stands[0] += fresh
        older, paid_all = [0] * AGES, 0
        for age, cents in enumerate(stands):
            risk = pace.risk[age]
            paid = round_half_up(cents * pace.paid[age], risk) if risk and cents > 0 else 0
            gone = min(round_half_up(cents * pace.gone[age], risk), cents - paid) if risk and cents > 0 else 0
            older[min(age + 1, AGES - 1)] += cents - paid - gone
            paid_all += paid
        stands = older
        came.append(paid_all)
    return came


@dataclass(frozen=True, slots=True)
class Planned:
    """Money somebody knows of: cents signed, in positive; every ``every`` from ``first_on`` until ``until``."""

    name: str
    kind: str
    cents: int
    first_on: date
    every: str = "once"
    until: date | None = None
    ref: str = ""


def days_of(one: Planned, first: date, last: date) -> Iterator[date]:
    """Its days between two days, in order."""
    end = min(last, one.until) if one.until else last
    for n in range(1200):
        day = _nth(one, n)
        if day > end or (n and one.every == "once"):
            return
        if day >= first:
            yield day


def _nth(one: Planned, n: int) -> date:
    if one.every in ("week", "two_weeks", "once"):
        return one.first_on + timedelta(days=n * (14 if one.every == "two_weeks" else 7))
    if one.every == "half_month":  # that day of the month, and fifteen days later or the month's last
        half, month = n % 2, n // 2
        day = _months_on(one.first_on, month)
        return min(day + timedelta(days=15), day.replace(day=monthrange(day.year, day.month)[1])) if half else day
    return _months_on(one.first_on, n * {"month": 1, "quarter": 3, "year": 12}[one.every])


def _months_on(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class Week:
    """One week: what is expected in by group, what is planned by name, and where cash stands at its end."""

    first: date
    last: date
    receipts: tuple[tuple[str, int], ...]
    planned: tuple[tuple[str, int], ...]
    closing_cents: int
    p10_cents: int
    p50_cents: int
    p90_cents: int

    @property
    def in_cents(self) -> int:
        return sum(cents for _name, cents in self.receipts)

    @property
    def planned_cents(self) -> int:
        return sum(cents for _name, cents in self.planned)


def forecast(
    items: Sequence[Item], planned: Sequence[Planned], opening_cents: int, today: date, chance: Random, *, fresh: Mapping[str, int] | None = None,
    runs: int = RUNS,
) -> list[Week]:  # fmt: skip
    """Thirteen weeks from tomorrow on. ``fresh`` is what each group is charged a week from now on, cents."""
    known, open_now = cohorts(items, today), _open(items, today)
    groups = sorted({*known, *open_now})
    fresh = fresh or {}
    came = {g: run_off(open_now.get(g, [0] * AGES), together(known.get(g, {}).values()), fresh.get(g, 0)) for g in groups}
    plans = _planned(planned, today)
    nets = [sum(came[g][w] for g in groups) for w in range(WEEKS)]
    drawn = [_drawn(groups, known, open_now, fresh, chance) for _run in range(runs)]
    weeks, cash, clouds = [], opening_cents, [opening_cents] * runs
    for w in range(WEEKS):
        moves = sum(cents for _name, cents in plans[w])
        cash += nets[w] + moves
        clouds = [stood + drawn[r][w] + moves for r, stood in enumerate(clouds)]
        p10, p50, p90 = (quantile(clouds or [cash], q) for q in QUANTILES)
        first = today + timedelta(days=7 * w + 1)
        receipts = tuple((g, came[g][w]) for g in groups if came[g][w])
        weeks.append(Week(first, first + timedelta(days=6), receipts, plans[w], cash, p10, p50, p90))
    return weeks


def _open(items: Iterable[Item], today: date) -> dict[str, list[int]]:
    stands: dict[str, list[int]] = defaultdict(lambda: [0] * AGES)
    for item in items:
        left = item.open_cents(today)
        if left > 0:
            stands[item.group][age_of(item.since, today)] += left
    return stands


def _planned(planned: Iterable[Planned], today: date) -> list[tuple[tuple[str, int], ...]]:
    weeks: list[list[tuple[str, int]]] = [[] for _ in range(WEEKS)]
    for one in planned:
        for day in days_of(one, today + timedelta(days=1), today + timedelta(days=7 * WEEKS)):
            weeks[(day - today).days // 7 - (1 if (day - today).days % 7 == 0 else 0)].append((one.name, one.cents))
    return [tuple(week) for week in weeks]


def _drawn(
    groups: Sequence[str], known: Cohorts, open_now: Mapping[str, list[int]], fresh: Mapping[str, int], chance: Random
) -> list[int]:
    """One possible future: each group's pace of weeks drawn from its own, as many as there are, with putting back."""
    total = [0] * WEEKS
    for group in groups:
        weeks = list(known.get(group, {}).values())
        pace = together(chance.choices(weeks, k=len(weeks))) if weeks else Pace()
        for w, cents in enumerate(run_off(open_now.get(group, [0] * AGES), pace, fresh.get(group, 0))):
            total[w] += cents
    return total


def quantile(values: Sequence[int], percent: int) -> int:
    """The value that ``percent`` of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, -(-percent * len(ordered) // 100) - 1)]


def mape_ppm(pairs: Iterable[tuple[int, int]]) -> int | None:
    """Mean absolute error in millionths of what happened, over (forecast, happened); None where nothing happened yet."""
    shares = [abs(said - was) * 1_000_000 // abs(was) for said, was in pairs if was]
    return sum(shares) // len(shares) if shares else None
