"""NCCI: pairs of procedures (PTP) and medically unlikely units (MUE), as the practice imported them (CMS, quarterly)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from steward.billing.logic.outgoing.model import OutgoingClaim, ServiceLine
from steward.billing.logic.scrub.asking import Check, Found, Lines, Params, number_text, on_line, provider_of, units_of
from steward.billing.logic.scrub.model import World


def _indicator(world: World, one: str, two: str, line: ServiceLine) -> str:
    """The modifier indicator of the edit in force for column 1 code ``one`` and column 2 code ``two``; empty: none."""
    for edit in world.ptp.get((one, two), ()):
        if edit.holds_on(line.day):
            return edit.indicator
    return ""


def _pairs(claim: OutgoingClaim, lines: Lines, world: World) -> Iterator[tuple[int, ServiceLine, ServiceLine, str]]:
    """(number of the column 2 line, that line, the column 1 line, indicator) of every edit within the claim."""
    if not world.ptp or len(lines) < 2:
        return
    for number, second in lines:
        for first in claim.lines:
            if first is not second and first.day == second.day:
                indicator = _indicator(world, first.code, second.code, second)
                if indicator:
                    yield number, second, first, indicator


def ptp_never(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """Indicator 0: no modifier helps."""
    for number, second, first, indicator in _pairs(claim, lines, world):
        if indicator == "0":
            yield on_line(number, "code", code=second.code, other=first.code)


def ptp_modifier(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """Indicator 1: together only when one of the two carries an NCCI modifier (NCCI Policy Manual, chapter I, E)."""
    for number, second, first, indicator in _pairs(claim, lines, world):
        if indicator == "1" and not params.texts["modifiers"] & {*first.modifiers, *second.modifiers}:
            yield on_line(number, "modifiers", code=second.code, other=first.code)


def ptp_other_claim(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """The other code of the pair went out on another claim of the same provider and day."""
    past = world.history.get(claim.patient_ref, ()) if world.ptp else ()
    for number, line in lines if past else ():
        for other in past:
            if (
                other.voided
                or other.day != line.day
                or other.claim_ref == claim.ref
                or other.provider != provider_of(claim)
            ):
                continue
            indicator = _indicator(world, other.code, line.code, line) or _indicator(world, line.code, other.code, line)
            helped = indicator == "1" and params.texts["modifiers"] & {*line.modifiers, *other.modifiers}
            if indicator in ("0", "1") and not helped:
                yield on_line(number, "code", code=line.code, other=other.code, ref=other.claim_ref)


def _limit(world: World, line: ServiceLine, indicator: str) -> int | None:
    for mue in world.mue.get(line.code, ()):
        if mue.indicator == indicator and mue.holds_on(line.day):
            return mue.value
    return None


def mue_line(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """Adjudication indicator 1: each line by itself."""
    for number, line in lines:
        limit, units = _limit(world, line, "1"), units_of(line)
        if limit is not None and units is not None and units > limit:
            yield on_line(number, "units", code=line.code, units=number_text(units), most=str(limit))


def mue_day(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """Indicators 2 and 3: the units of the code on the day, over all lines. Said once, at the line that passes the limit."""
    wanted = next(iter(params.texts["indicator"]), "")
    units: dict[tuple[str, object], Decimal] = defaultdict(Decimal)
    said: set[tuple[str, object]] = set()
    for number, line in lines:
        limit, key = _limit(world, line, wanted), (line.code, line.day)
        units[key] += units_of(line) or 0
        if limit is not None and units[key] > limit and key not in said:
            said.add(key)
            yield on_line(number, "units", code=line.code, units=number_text(units[key]), most=str(limit))


CHECKS = (
    Check("ptp_never", ptp_never),
    Check("ptp_modifier", ptp_modifier, {"modifiers": "texts"}),
    Check("ptp_other_claim", ptp_other_claim, {"modifiers": "texts"}),
    Check("mue_line", mue_line),
    Check("mue_day", mue_day, {"indicator": "texts"}),
)
