"""The figures of the revenue cycle, each with its formula, its band and where the band comes from. Pure.

Bands: facts of practice, "KPIs"; published values, second-hand where the page cites MGMA or HFMA.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from steward.core.money import round_half_up

#: What the contract, the law or the plan takes off before anybody can be asked (net collection's denominator).
CONTRACTUAL = ("contractual", "sequestration", "capitation_contra")


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure: ``tenths`` of a day or of a percent, None when there is nothing to divide by."""

    name: str
    tenths: int | None
    numerator: int
    denominator: int
    good_from: int | None = None
    good_to: int | None = None
    source: str = ""

    @property
    def good(self) -> bool | None:
        """Whether it lies within its band; None when it cannot be said."""
        if self.tenths is None:
            return None
        return (self.good_from is None or self.tenths >= self.good_from) and (
            self.good_to is None or self.tenths <= self.good_to
        )


def days_in_ar(receivable_cents: int, credit_cents: int, charges_cents: int, days: int = 365) -> Measure:
    """(A/R - credit balances) / (gross charges of the last 12 months / 365)."""
    left = receivable_cents - credit_cents
    tenths = round_half_up(left * days * 10, charges_cents) if charges_cents > 0 else None
    return Measure("days_in_ar", tenths, left, charges_cents, None, 400, "MGMA 2024, HFMA 30 to 40 days")


def net_collection(settled: Mapping[str, int]) -> Measure:
    """(payments - refunds) / (charges - contractual allowances), over the items charged in the span.

    ``settled``: role -> cents of every line of those items. What they lack of zero is money.
    """
    charges = -settled.get("charges", 0)
    base = charges - sum(settled.get(role, 0) for role in CONTRACTUAL)
    paid = -sum(settled.values())
    tenths = round_half_up(paid * 1000, base) if base > 0 else None
    return Measure("net_collection", tenths, paid, base, 950, None, "MGMA 97 %, at least 95 %")


def denial_rate(denied: int, answered: int) -> Measure:
    """Claims denied by their first answer / claims answered."""
    tenths = round_half_up(denied * 1000, answered) if answered else None
    return Measure("denial_rate", tenths, denied, answered, None, 50, "top quartile under 5 %, mean 11.8 % (2024)")


def over_90(columns: tuple[int, ...]) -> Measure:
    """A/R older than 90 days / A/R, of the five columns of an ageing."""
    total = sum(columns)
    tenths = round_half_up(sum(columns[3:]) * 1000, total) if total > 0 else None
    return Measure("over_90", tenths, sum(columns[3:]), total, None, 100, "HFMA target under 10 %")
