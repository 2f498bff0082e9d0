"""The result of a year among its owners: by shares that may change within it, to the cent. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from steward.core.money import allocate

#: An owner's shares: (from this day on, weight), in any order.
Shares = Sequence[tuple[date, int]]


def weights(shares: Mapping[int, Shares], first: date, last: date) -> dict[int, int]:
    """Owner -> weight times days between two days, both included: who held half for half a year counts a quarter. An owner without a
    share on a day holds none of it."""
    return {owner: _weighed(rows, first, last) for owner, rows in shares.items()}


def _weighed(rows: Shares, first: date, last: date) -> int:
    days, following = 0, last + timedelta(days=1)
    steps = sorted(rows)
    for at, (starts, weight) in enumerate(steps):
        until = steps[at + 1][0] if at + 1 < len(steps) else following
        begin, end = max(starts, first), min(until, following)
        days += weight * max(0, (end - begin).days)
    return days


def among(result_cents: int, shares: Mapping[int, Shares], first: date, last: date) -> dict[int, int]:
    """Owner -> cents of the result (a loss is negative); they add up to it. Raises ValueError when nobody holds a share."""
    found = weights(shares, first, last)
    if not any(found.values()):
        raise ValueError("nobody holds a share of this year")
    return dict(zip(found, allocate(result_cents, list(found.values())), strict=True))


@dataclass(frozen=True, slots=True)
class Capital:
    """An owner's capital through a year, cents, positive as the owner sees it."""

    owner: int
    name: str
    opening_cents: int
    put_in_cents: int
    drawn_cents: int
    share_cents: int

    @property
    def closing_cents(self) -> int:
        return self.opening_cents + self.put_in_cents - self.drawn_cents + self.share_cents
