"""What a provider brought, what it cost, what the contract gives: shares that lose no cent, pay by collections or work units. Pure.

Cents throughout; work units (wRVU) in hundredths; shares in millionths.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from steward.core.money import allocate, round_half_up

#: How overhead is shared: alike, by what each brought, by visits, by work units, or by weights that were agreed.
BASES: Final = ("equal", "revenue", "collections", "visits", "work", "fixed")


@dataclass(frozen=True, slots=True)
class Terms:
    """A contract's terms. ``month_cents`` is guaranteed for each month; ``share_ppm`` of collections above ``threshold_cents`` a month
    and ``point_cents`` for each work unit come on top."""

    month_cents: int = 0
    share_ppm: int = 0
    threshold_cents: int = 0
    point_cents: int = 0


def earned(terms: Terms, months: int, collected_cents: int, work_hundredths: int) -> int:
    """What the contract gives for so many months, collections and work units; each part is rounded once, half up. A refund-heavy span
    takes nothing off the guarantee: the share is of what lies above the threshold, never below nothing."""
    above = max(0, collected_cents - terms.threshold_cents * months)
    share = round_half_up(above * terms.share_ppm, 1_000_000)
    return terms.month_cents * months + share + round_half_up(max(0, work_hundredths) * terms.point_cents, 100)


def shares(total_cents: int, basis: str, who: Sequence[str], figures: Mapping[str, int]) -> dict[str, int]:
    """``total_cents`` shared among ``who`` by their figures (none below nothing counts), to the cent by largest remainder; alike where
    nobody has a figure. Nobody to share with: nothing. Raises ValueError for a basis that is not known."""
    if basis not in BASES:
        raise ValueError(f"{basis} is no way to share overhead")
    if not who:
        return {}
    weights = [1] * len(who) if basis == "equal" else [max(0, figures.get(one, 0)) for one in who]
    if not sum(weights):
        weights = [1] * len(who)
    return dict(zip(who, allocate(total_cents, weights), strict=True))


@dataclass(slots=True)
class Statement:
    """One provider, or (``key`` empty) what belongs to none: by account what came and what it cost, the share of overhead, and the
    contract's side. Revenue is positive when earned, costs positive when spent."""

    key: str
    name: str
    revenue: dict[str, int] = field(default_factory=dict)
    direct: dict[str, int] = field(default_factory=dict)
    overhead_cents: int = 0
    collected_cents: int = 0
    visits: int = 0
    work: int = 0
    earned_cents: int = 0
    paid_cents: int = 0
    contract: str = ""

    @property
    def revenue_cents(self) -> int:
        return sum(self.revenue.values())

    @property
    def direct_cents(self) -> int:
        return sum(self.direct.values())

    @property
    def contribution_cents(self) -> int:
        """What is left of it for the practice: all of these add up to the practice's result."""
        return self.revenue_cents - self.direct_cents - self.overhead_cents

    @property
    def balance_cents(self) -> int:
        """Earned by contract and not paid yet; less than zero when more was paid."""
        return self.earned_cents - self.paid_cents


def added(rows: Sequence[Statement], name: str) -> Statement:
    """The sum of statements."""
    whole = Statement("", name)
    for one in rows:
        for into, of in ((whole.revenue, one.revenue), (whole.direct, one.direct)):
            for account, cents in of.items():
                into[account] = into.get(account, 0) + cents
        for figure in ("overhead_cents", "collected_cents", "visits", "work", "earned_cents", "paid_cents"):
            setattr(whole, figure, getattr(whole, figure) + getattr(one, figure))
    return whole
