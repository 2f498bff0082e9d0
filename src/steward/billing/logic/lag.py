"""Charge lag: days from a service to the posting of its charge, by provider. Pure.

Formula: day of posting - day of service, in calendar days, over charges that stand; the median and the 90th percentile by
nearest rank (an observed value, never one between), and the share posted within two business days of the service.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from steward.billing.logic.kept import age
from steward.core.money import round_half_up

PROMPT_DAYS = 2  # business days within which a charge is prompt


@dataclass(frozen=True, slots=True)
class Posted:
    """One charge: whose, when it was done, when it was posted."""

    provider: int
    service: date
    posted: date

    @property
    def days(self) -> int:
        """Calendar days; a charge entered for a day to come (a file's mistake) counts as 0."""
        return max((self.posted - self.service).days, 0)

    @property
    def prompt(self) -> bool:
        return age(self.service, self.posted) <= PROMPT_DAYS


@dataclass(frozen=True, slots=True)
class Lag:
    """The lag of one provider (``provider`` 0: of all). ``prompt_tenths``: tenths of a percent posted within two business days."""

    provider: int
    charges: int
    median: int
    ninetieth: int
    prompt_tenths: int


def nearest_rank(ordered: Sequence[int], percent: int) -> int:
    """The value at or below which ``percent`` of the sorted values lie. Not of none."""
    return ordered[max(-(-percent * len(ordered) // 100), 1) - 1]


def lag_of(provider: int, rows: Sequence[Posted]) -> Lag:
    """The lag over these charges; there is at least one."""
    days = sorted(row.days for row in rows)
    prompt = sum(row.prompt for row in rows)
    return Lag(
        provider, len(rows), nearest_rank(days, 50), nearest_rank(days, 90), round_half_up(prompt * 1000, len(rows))
    )


def by_provider(rows: Iterable[Posted]) -> tuple[Lag, ...]:
    """One lag a provider, the slowest (90th percentile, then median) first, and that of all at the end; nothing of no rows."""
    own: dict[int, list[Posted]] = {}
    for row in rows:
        own.setdefault(row.provider, []).append(row)
    if not own:
        return ()
    found = [lag_of(provider, charges) for provider, charges in own.items()]
    found.sort(key=lambda one: (-one.ninetieth, -one.median, one.provider))
    return (*found, lag_of(0, [row for charges in own.values() for row in charges]))
