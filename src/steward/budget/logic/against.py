"""Plan, spent and committed of one account: what is left, and whether it is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Left:
    """Cents of one span. ``committed`` is ordered and not yet in the books."""

    budget_cents: int
    spent_cents: int
    committed_cents: int

    @property
    def left_cents(self) -> int:
        """What may still be spent; negative when it is over."""
        return self.budget_cents - self.spent_cents - self.committed_cents

    def over(self, threshold_ppm: int, threshold_cents: int) -> bool:
        """Whether it is over by more than both a share of the plan and an amount: a small account cries for no small change."""
        excess = -self.left_cents
        return excess > threshold_cents and excess * 1_000_000 > threshold_ppm * self.budget_cents


def spans(
    budget: Mapping[int, int], spent: Mapping[int, int], committed: Mapping[int, int], month: int
) -> tuple[Left, Left, Left]:
    """The month, the year to its end, and the full year; months are 1 to 12 of the fiscal year, amounts by month in cents."""
    if not 1 <= month <= 12:
        raise ValueError("a month of the fiscal year is 1 to 12")

    def of(first: int, last: int) -> Left:
        months = range(first, last + 1)
        plan, used, bound = (sum(amounts.get(m, 0) for m in months) for amounts in (budget, spent, committed))
        return Left(plan, used, bound)

    return of(month, month), of(1, month), of(1, 12)
