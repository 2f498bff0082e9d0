"""Timely filing: each payer's own days, and Medicare's calendar year. A replacement or void has other clocks and is not judged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from steward.billing.logic.outgoing.model import OutgoingClaim
from steward.billing.logic.scrub.asking import Check, Found, Lines, Params, days_between, on_claim
from steward.billing.logic.scrub.model import World


def _counts_from(claim: OutgoingClaim, lines: Lines) -> date | None:
    """Professional claims count from the first day of a line, institutional ones from the last (Claims Processing Manual 1, 70.4)."""
    days = [(line.day_to or line.day) if claim.form == "I" else line.day for _, line in lines]
    return min(days) if days and claim.frequency == "1" and claim.policy.rank == 1 else None


def _limit(claim: OutgoingClaim, world: World) -> int | None:
    """Days to file: the contract's, else the payer's; None where nobody said."""
    return world.filing_days.get(claim.ref, world.filing_limits.get(claim.policy.payer.code))


def payer_limit(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    day, limit = _counts_from(claim, lines), _limit(claim, world)
    if day and limit is not None and days_between(day, world.today) > limit:
        yield on_claim("timely filing", days=str(days_between(day, world.today)), limit=str(limit))


def payer_limit_near(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    day, limit = _counts_from(claim, lines), _limit(claim, world)
    if day and limit is not None and 0 <= limit - days_between(day, world.today) <= params.numbers["days"]:
        yield on_claim("timely filing", left=str(limit - days_between(day, world.today)))


def calendar_year(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """42 CFR 424.44(a)(1): no later than one calendar year after the service."""
    day, today = _counts_from(claim, lines), world.today
    if day and (today.year - day.year, today.month, today.day) > (1, day.month, day.day):
        yield on_claim("timely filing", day=day.isoformat())


CHECKS = (
    Check("timely_payer", payer_limit),
    Check("timely_payer_near", payer_limit_near, {"days": "number"}),
    Check("timely_year", calendar_year),
)
