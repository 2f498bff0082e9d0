"""The figures of the revenue cycle, each as what stands above and below the line, and its band. Pure.

Formulas: facts of practice, "KPIs". Bands are data (``data/benchmarks.toml``), handed in by whoever shows them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from steward.core.money import round_half_up

#: What the contract, the law or the plan takes off before anybody can be asked (net collection's denominator).
CONTRACTUAL = ("contractual", "sequestration", "capitation_contra")


@dataclass(frozen=True, slots=True)
class Band:
    """What others reach, in tenths of a day or of a percent; ``words`` as published, with the source and its year."""

    least: int | None
    most: int | None
    words: str
    source: str
    year: int

    def holds(self, tenths: int) -> bool:
        return (self.least is None or tenths >= self.least) and (self.most is None or tenths <= self.most)


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure: ``tenths`` of a day or of a percent, or whole cents; None when there is nothing to divide by."""

    name: str
    tenths: int | None
    numerator: int
    denominator: int

    def within(self, band: Band | None) -> bool | None:
        """Whether it lies within its band; None when it cannot be said."""
        return None if self.tenths is None or band is None else band.holds(self.tenths)


def percent(name: str, above: int, below: int) -> Measure:
    """Tenths of a percent of ``above`` in ``below``; None unless ``below`` is positive."""
    return Measure(name, round_half_up(above * 1000, below) if below > 0 else None, above, below)


def mean_days(name: str, days: int, count: int) -> Measure:
    """Tenths of a day on average."""
    return Measure(name, round_half_up(days * 10, count) if count > 0 else None, days, count)


def amount(name: str, cents: int) -> Measure:
    """A sum of money, which has no line."""
    return Measure(name, cents, cents, 1)


def days_in_ar(receivable_cents: int, credit_cents: int, charges_cents: int, name: str = "days_in_ar") -> Measure:
    """(A/R - credit balances) / (charges of the last 12 months / 365); adjusted when the charges are net of contractuals."""
    left = receivable_cents - credit_cents
    return Measure(name, round_half_up(left * 3650, charges_cents) if charges_cents > 0 else None, left, charges_cents)


def net_collection(settled: Mapping[str, int], name: str = "net_collection") -> Measure:
    """(payments - refunds) / (charges - contractual allowances), over the items charged in the span.

    ``settled``: role -> cents of every line of those items. What they lack of zero is money.
    """
    charges = -settled.get("charges", 0)
    return percent(name, paid_cents(settled), charges - sum(settled.get(role, 0) for role in CONTRACTUAL))


def paid_cents(settled: Mapping[str, int]) -> int:
    """What came in for items whose lines these are, less what was given back."""
    return -sum(settled.values())


def over(name: str, columns: tuple[int, ...], least: int) -> Measure:
    """A/R in the ageing's columns from ``least`` on / A/R; of the five columns, 3 is over 90 days and 4 over 120."""
    return percent(name, sum(columns[least:]), sum(columns))


def median_tenths(values: Iterable[int]) -> int | None:
    """The middle value, in tenths; of an even number the mean of the two in the middle."""
    rows = sorted(values)
    if not rows:
        return None
    half = len(rows) // 2
    return rows[half] * 10 if len(rows) % 2 else (rows[half - 1] + rows[half]) * 5
