"""The plan with one thing changed, to stand beside it: a provider leaves, a payer pays less. The plan itself is not touched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from steward.budget.logic.drivers import MONTHS, BudgetLine, DriverError, Income
from steward.core.money import round_half_up


def provider_leaves(income: Sequence[Income], provider: str, last: int) -> tuple[Income, ...]:
    """Nobody comes to ``provider`` after month ``last`` (0: from the first day on). Raises DriverError for one not in the plan."""
    if not 0 <= last <= MONTHS:
        raise DriverError("The last month is 0 to 12")
    if all(one.provider != provider for one in income):
        raise DriverError(f"No visits are planned for {provider}")
    return tuple(replace(one, last=min(one.last, last)) if one.provider == provider else one for one in income)


def payer_changes(income: Sequence[Income], payer: str, change_ppm: int) -> tuple[Income, ...]:
    """Every rate of ``payer`` moves by ``change_ppm`` millionths (a cut is negative), rounded once each. Raises DriverError."""
    if change_ppm < -1_000_000:
        raise DriverError("A rate cannot fall by more than all of it")
    if all(one.payer != payer for one in income):
        raise DriverError(f"No visits are planned for {payer}")
    return tuple(
        replace(one, rate_cents=round_half_up(one.rate_cents * (1_000_000 + change_ppm), 1_000_000)) if one.payer == payer else one
        for one in income
    )


def visits_change(income: Sequence[Income], change_ppm: int) -> tuple[Income, ...]:
    """All visits move by ``change_ppm`` millionths, rounded to a thousandth of a visit a day. Raises DriverError below nothing."""
    if change_ppm < -1_000_000:
        raise DriverError("Visits cannot fall by more than all of them")
    return tuple(
        replace(one, visits_milli=round_half_up(one.visits_milli * (1_000_000 + change_ppm), 1_000_000)) for one in income
    )


def beside(plan: Sequence[BudgetLine], other: Sequence[BudgetLine]) -> dict[str, tuple[int, int]]:
    """Account -> (cents of the year as planned, cents of the year otherwise), by account."""
    sums: dict[str, list[int]] = {}
    for at, rows in enumerate((plan, other)):
        for one in rows:
            sums.setdefault(one.account, [0, 0])[at] += one.cents
    return {account: (both[0], both[1]) for account, both in sorted(sums.items())}
