"""What no single entry shows: first digits of an account beside Benford's law, people beside their peers, duties in one hand."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count

from steward.core.access.separation import counterparts
from steward.core.approvals.models import OwnerReview
from steward.core.approvals.watch import both_halves
from steward.ledger.checks import ByHand, backdated, weekend_or_night
from steward.ledger.logic.patterns import BENFORD_LIMIT, benford, by_chance, expected
from steward.ledger.models import Account, Line
from steward.ledger.selectors.findings import by_hand

YEAR, QUARTER = timedelta(days=365), timedelta(days=92)
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Digit:
    """A pair of first digits: how often it came and should come, in millionths, and two standard deviations around that."""

    pair: int
    seen_ppm: int
    low_ppm: int
    high_ppm: int

    @property
    def outside(self) -> bool:
        return not self.low_ppm <= self.seen_ppm <= self.high_ppm


@dataclass(frozen=True, slots=True)
class Digits:
    """An account's amounts of a year; ``off`` is the mean deviation, ``chance`` what as many amounts are off by chance (both None where
    the law says nothing)."""

    code: str
    name: str
    amounts: int
    off: float | None
    chance: float
    rows: tuple[Digit, ...]

    @property
    def suspicious(self) -> bool:
        return self.off is not None and self.off - self.chance > BENFORD_LIMIT


def accounts_with_amounts(today: date) -> list[tuple[str, str, int]]:
    """Expense accounts of the last year by how many amounts they have. One query."""
    rows: Any = Line.objects.filter(account__kind="expense", date__gte=today - YEAR, date__lte=today)
    counted = rows.values("account__code", "account__name").annotate(n=Count("pk")).order_by("-n", "account__code")
    return list(counted.values_list("account__code", "account__name", "n"))


def digits(code: str, today: date) -> Digits | None:
    """One account beside the law. Two queries; None for a code that is not there."""
    account = Account.objects.filter(code=code).first()
    if account is None:
        return None
    rows: Any = Line.objects.filter(account=account, date__gte=today - YEAR, date__lte=today)
    cents = list(rows.values_list("cents", flat=True))
    sizes = [abs(one) for one in cents if abs(one) >= 10]
    seen = Counter(int(str(size)[:2]) for size in sizes)
    n = len(sizes)
    found = []
    for pair in range(10, 100):
        p = expected(pair)
        spread = 2 * math.sqrt(p * (1 - p) / n) if n else 0.0
        low, high = max(0.0, p - spread), p + spread
        found.append(Digit(pair, round(MILLION * seen[pair] / n) if n else 0, round(MILLION * low), round(MILLION * high)))
    return Digits(account.code, account.name, n, benford(cents), by_chance(n) if n else 0.0, tuple(found))


@dataclass(frozen=True, slots=True)
class Peer:
    """What one person entered by hand in a quarter: entries, of them whole hundreds, dated back, and at night or on weekends."""

    name: str
    entries: int
    round: int
    late: int
    odd: int

    @property
    def round_percent(self) -> int:
        return self.round * 100 // self.entries if self.entries else 0


def peers(today: date, zone: ZoneInfo) -> list[Peer]:
    """Who entered by hand, the busiest first. Two queries."""
    by: dict[str, list[ByHand]] = defaultdict(list)
    for one in by_hand(today - QUARTER, zone):
        by[one.by or "Steward"].append(one)
    rows = [
        Peer(name, len(own), sum(1 for e in own if e.cents % 10_000 == 0), len(list(backdated(own))), len(list(weekend_or_night(own))))
        for name, own in by.items()
    ]
    return sorted(rows, key=lambda one: (-one.entries, one.name))


@dataclass(frozen=True, slots=True)
class Hands:
    """A pair of duties that one person did on one thing: how often, and whether the owner was told of it (a small office)."""

    person: str
    first: str
    second: str
    why: str
    told: int
    untold: int


def hands(today: date, zone: ZoneInfo) -> list[Hands]:
    """Both halves in one hand in the last quarter, the untold first. Two queries."""
    untold = Counter((one.person, one.first, one.second) for one in both_halves(today, zone))
    told: Counter[tuple[str, str, str]] = Counter()
    rows = OwnerReview.objects.filter(on__gte=today - QUARTER, person__isnull=False).values_list("person__name", "first_duty", "second_duty")
    for name, first, second in rows:
        told[str(name), first, second] += 1
    pairs = counterparts()
    found = [
        Hands(name, first, second, pairs.get(first, {}).get(second, ""), told[name, first, second], untold[name, first, second])
        for name, first, second in {*told, *untold}
    ]
    return sorted(found, key=lambda one: (-one.untold, -one.told, one.person, one.first))

