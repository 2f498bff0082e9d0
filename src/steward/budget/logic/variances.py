"""Why actual is not the plan: price, quantity and mix of what was done; rate, efficiency and volume of hours worked.

Actual less static is the sum of the parts to the cent. Horngren's split: volume = quantity + mix, so that volume is never a third
part beside them. Amounts are cents, positive in the account's own sense (income of a revenue account, cost of an expense).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from steward.core.money import round_half_up

FAVOURABLE: Final = "F"
UNFAVOURABLE: Final = "U"


@dataclass(frozen=True, slots=True)
class Sold:
    """One service, payer or product: units and cents a unit as planned, units and all cents as they came."""

    name: str
    plan_units: int
    plan_rate_cents: int
    units: int
    cents: int


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of ``cents - plan_units x plan_rate_cents`` of one row, cents."""

    name: str
    price_cents: int
    quantity_cents: int
    mix_cents: int

    @property
    def volume_cents(self) -> int:
        return self.quantity_cents + self.mix_cents

    @property
    def all_cents(self) -> int:
        return self.price_cents + self.quantity_cents + self.mix_cents


def sales(rows: Sequence[Sold]) -> tuple[Parts, ...]:
    """The parts of each row. Without units in the plan there is no planned mix: all volume is then quantity."""
    if any(one.plan_units < 0 or one.units < 0 for one in rows):
        raise ValueError("units are counted, they are not negative")
    planned, came = sum(one.plan_units for one in rows), sum(one.units for one in rows)
    volumes = [(one.units - one.plan_units) * one.plan_rate_cents for one in rows]
    quantities = volumes
    if planned:
        quantities = cents_of([Fraction((came - planned) * one.plan_units * one.plan_rate_cents, planned) for one in rows])
    return tuple(
        Parts(one.name, one.cents - one.units * one.plan_rate_cents, quantity, volume - quantity)
        for one, volume, quantity in zip(rows, volumes, quantities, strict=True)
    )


def against_lines(rows: Sequence[Sold], planned_cents: Sequence[int]) -> tuple[Parts, ...]:
    """As ``sales``, of actual less what the plan's lines say: visits of a plan are no whole numbers, and what rounding them leaves belongs
    to the quantity. ``planned_cents`` is one a row."""
    return tuple(
        replace(part, quantity_cents=part.quantity_cents + row.plan_units * row.plan_rate_cents - cents)
        for part, row, cents in zip(sales(rows), rows, planned_cents, strict=True)
    )


def cents_of(exact: Sequence[Fraction]) -> list[int]:
    """Whole cents whose sum is the sum rounded once: what is left goes to the largest remainders. Signs may be mixed."""
    whole = sum(exact, Fraction(0))
    floors = [one.numerator // one.denominator for one in exact]
    left = round_half_up(whole.numerator, whole.denominator) - sum(floors)
    for at in sorted(range(len(exact)), key=lambda i: (floors[i] - exact[i], i))[:left]:
        floors[at] += 1
    return floors


@dataclass(frozen=True, slots=True)
class Worked:
    """Hours as minutes: planned, those the actual output should have taken (``standard``), those it took; cents an hour as planned,
    all cents as they came."""

    plan_minutes: int
    standard_minutes: int
    minutes: int
    rate_cents: int
    cents: int


@dataclass(frozen=True, slots=True)
class Hours:
    """The parts of actual less plan: what an hour cost more, hours beyond the standard, more output than planned."""

    rate_cents: int
    efficiency_cents: int
    volume_cents: int


def labour(work: Worked) -> Hours:
    """Each product of hours and rate is rounded once; the parts are differences of these, so that they add up."""
    plan, standard, taken = (
        round_half_up(minutes * work.rate_cents, 60) for minutes in (work.plan_minutes, work.standard_minutes, work.minutes)
    )
    return Hours(work.cents - taken, taken - standard, standard - plan)


def flexible(fixed_cents: int, variable_cents: int, plan_units: int, units: int) -> int:
    """The plan at the volume that came: fixed stays, ``variable_cents`` (of ``plan_units``) moves with ``units``.

    Raises ValueError where a variable amount was planned for no units: it has no rate.
    """
    if plan_units == 0 and variable_cents:
        raise ValueError("a variable amount needs the units it was planned for")
    return fixed_cents + (round_half_up(variable_cents * units, plan_units) if plan_units else 0)


def sign(kind: str, difference_cents: int) -> str:
    """``F`` or ``U`` of actual less plan by the account's kind; nothing for nothing. Raises ValueError for a balance sheet account."""
    if kind not in ("revenue", "expense"):
        raise ValueError(f"{kind} has no favourable side")
    if not difference_cents:
        return ""
    return FAVOURABLE if (difference_cents > 0) == (kind == "revenue") else UNFAVOURABLE
