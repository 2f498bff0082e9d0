"""What entries have in common that no single one shows: days a cash account was below zero, months a series skipped, digits.

Pure; cents and days in, plain values out. Source of the tests: the catalogue of checks (17, 21, 32, 33).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

#: Nigrini's limit of nonconformity for the first two digits (mean absolute deviation).
BENFORD_LIMIT = 0.0022
BENFORD_LEAST = 1000
SERIES_MONTHS = 3


@dataclass(frozen=True, slots=True)
class Repeated:
    """One entry by hand as a series sees it: its month as year * 12 + month - 1, what it says and its lines (code, cents)."""

    number: int
    month: int
    day: int
    memo: str
    lines: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A series that stopped: the last entry of it, and the first month it is missing in."""

    last: Repeated
    month: int
    months: int


def first_below_zero(moves: Iterable[tuple[date, int]]) -> tuple[date, int] | None:
    """The first day's end at which the running sum of ``moves`` (day, cents; any order) is negative, with the sum."""
    by_day: dict[date, int] = defaultdict(int)
    for day, cents in moves:
        by_day[day] += cents
    running = 0
    for day in sorted(by_day):
        running += by_day[day]
        if running < 0:
            return day, running
    return None


def skipped(entries: Iterable[Repeated], month: int) -> list[Skipped]:
    """Series of at least three months in a row that have nothing in ``month`` although the month before has.

    A series is the same words and the same accounts on the same sides; amounts may move (a bill for electricity).
    """
    series: dict[tuple[str, tuple[tuple[str, bool], ...]], dict[int, Repeated]] = defaultdict(dict)
    for one in entries:
        shape = tuple(sorted((code, cents > 0) for code, cents in one.lines))
        series[_words(one.memo), shape][one.month] = one
    found = []
    for months in series.values():
        run = 0
        while month - 1 - run in months:
            run += 1
        if run >= SERIES_MONTHS and month not in months:
            found.append(Skipped(months[month - 1], month, run))
    return sorted(found, key=lambda one: one.last.number)


def _words(memo: str) -> str:
    """The memo without its digits and its month, so that "Rent October" and "Rent November" are one series."""
    kept = [w for w in memo.casefold().split() if w[:3] not in MONTHS and not any(c.isdigit() for c in w)]
    return " ".join(kept)


MONTHS = frozenset(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"])


def benford(cents: Sequence[int]) -> float | None:
    """Mean absolute deviation of the first two digits from Benford's law; None where the law says nothing (fewer than
    1,000 amounts, or less than two orders of magnitude between them)."""
    sizes = [abs(each) for each in cents if abs(each) >= 10]
    if len(sizes) < BENFORD_LEAST or max(sizes) < 100 * min(sizes):
        return None
    seen = Counter(int(str(size)[:2]) for size in sizes)
    return sum(abs(seen[d] / len(sizes) - expected(d)) for d in range(10, 100)) / 90


def by_chance(amounts: int) -> float:
    """The deviation that so many amounts have by chance alone when they follow the law: at 1,000 it is more than Nigrini's limit.

    Source: Barney and Schulzke, "Moderating 'cry wolf' events with excess MAD in Benford's law research and practice" (2016).
    """
    return sum(math.sqrt(2 * expected(d) * (1 - expected(d)) / (math.pi * amounts)) for d in range(10, 100)) / 90


def expected(digits: int) -> float:
    """How often a number begins with these digits, by Benford's law."""
    return math.log10(1 + 1 / digits)


def round_share(cents: Sequence[int]) -> int:
    """Share of whole hundreds of dollars, in millionths; 0 of nothing."""
    return sum(each % 10_000 == 0 for each in cents) * 1_000_000 // len(cents) if cents else 0
