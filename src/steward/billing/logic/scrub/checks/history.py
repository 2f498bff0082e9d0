"""What the patient's other claims say: duplicates, global days, how often."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from steward.billing.logic.outgoing.model import OutgoingClaim, ServiceLine
from steward.billing.logic.scrub.asking import Check, Found, Lines, Params, days_between, on_line, provider_of
from steward.billing.logic.scrub.model import PastLine, World


def _key(line: ServiceLine) -> tuple[date, str, frozenset[str]]:
    return line.day, line.code, frozenset(line.modifiers)


def _past(claim: OutgoingClaim, world: World) -> Iterator[PastLine]:
    """Lines of other claims that stand. A replacement keeps its claim's number, so its former self does not count."""
    for each in world.history.get(claim.patient_ref, ()):
        if not each.voided and each.claim_ref != claim.ref:
            yield each


def duplicate_here(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    seen: dict[tuple[date, str, frozenset[str]], int] = {}
    for number, line in lines:
        first = seen.setdefault(_key(line), number)
        if first != number and not params.texts["unless"] & set(line.modifiers):
            yield on_line(number, "code", code=line.code, first=str(first))


def duplicate_elsewhere(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """Same patient, day, code, modifiers and provider on another claim. A void (8) takes back and repeats nothing."""
    if claim.frequency == "8" or claim.policy.rank > 1:
        return
    past = {
        (p.day, p.code, frozenset(p.modifiers)): p.claim_ref
        for p in _past(claim, world)
        if p.provider == provider_of(claim)
    }
    for number, line in lines if past else ():
        ref = past.get(_key(line))
        if ref is not None and not params.texts["unless"] & set(line.modifiers):
            yield on_line(number, "code", code=line.code, ref=ref)


def global_period(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """A visit within the 10 or 90 days after the same provider's procedure (Medicare Claims Processing Manual 12, 40)."""
    if not world.global_days:
        return
    own = [(p.day, p.code) for p in _past(claim, world) if p.provider == provider_of(claim)]
    own += [(line.day, line.code) for line in claim.lines]
    for number, line in lines:
        if line.code not in params.codes["visits"] or params.texts["unless"] & set(line.modifiers):
            continue
        for day, code in own:
            if 0 < days_between(day, line.day) <= world.global_days.get(code, 0):
                yield on_line(number, "modifiers", code=line.code, other=code, day=day.isoformat())
                break


def global_same_day(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """A visit on the day of a procedure with a global period (0 days too) needs 25, or 57 before major surgery."""
    if not world.global_days:
        return
    for number, line in lines:
        if line.code not in params.codes["visits"] or params.texts["unless"] & set(line.modifiers):
            continue
        other = next((o for o in claim.lines if o.day == line.day and o.code in world.global_days), None)
        if other is not None:
            yield on_line(number, "modifiers", code=line.code, other=other.code)


def too_often(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """A service again before so many whole months have passed since the month of the last one. A modifier of ``unless``: the
    patient was told that Medicare will not pay (Medicare Claims Processing Manual 30, 50)."""
    for number, line in lines:
        if line.code not in params.codes["codes"] or params.texts["unless"] & set(line.modifiers):
            continue
        for past in _past(claim, world):
            months = (line.day.year - past.day.year) * 12 + line.day.month - past.day.month
            if past.code in params.codes["codes"] and past.day < line.day and months <= params.numbers["months"]:
                yield on_line(number, "code", code=line.code, other=past.code, day=past.day.isoformat())
                break


CHECKS = (
    Check("duplicate_here", duplicate_here, {"unless": "texts"}),
    Check("duplicate_elsewhere", duplicate_elsewhere, {"unless": "texts"}),
    Check("global_period", global_period, {"visits": "codes", "unless": "texts"}),
    Check("global_same_day", global_same_day, {"visits": "codes", "unless": "texts"}),
    Check("too_often", too_often, {"codes": "codes", "months": "number", "unless": "texts"}),
)
