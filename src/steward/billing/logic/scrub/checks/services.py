"""What was done: codes, units, charges, days, places."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from steward.billing.logic.outgoing.model import OutgoingClaim, ServiceLine
from steward.billing.logic.scrub.asking import (
    Check,
    Found,
    Lines,
    Params,
    level_two,
    money_text,
    number_text,
    on_claim,
    on_line,
    other_level,
    units_of,
)
from steward.billing.logic.scrub.model import CodeSet, World


def code_pattern(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """Five characters; an 837I line may go by its revenue code alone."""
    for number, line in lines:
        bare = claim.form == "I" and not line.code and line.revenue
        if not (level_two(line.code) or other_level(line.code) or bare):
            yield on_line(number, "code", code=line.code or "nothing")


def _set_of(line: ServiceLine, world: World) -> CodeSet | None:
    """The imported set of the code's level; None without one, or when it does not speak of the line's day."""
    kind = "hcpcs" if level_two(line.code) else "cpt" if other_level(line.code) else ""
    found = {"hcpcs": world.hcpcs, "cpt": world.cpt}.get(kind)
    return found if world.speaks_on(kind, line.day) else None


def code_unknown(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """Not in the imported set of its level; without one the pattern is all that is asked."""
    for number, line in lines:
        known = _set_of(line, world)
        if known is not None and line.code not in known:
            yield on_line(number, "code", code=line.code)


def code_not_in_force(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    for number, line in lines:
        entries = (_set_of(line, world) or {}).get(line.code, ())
        if entries and not any(entry.holds_on(line.day) for entry in entries):
            yield on_line(number, "code", code=line.code, day=line.day.isoformat())


def units_wrong(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    for number, line in lines:
        units = units_of(line)
        if units is None or units == 0:
            yield on_line(number, "units", units=line.units or "nothing")


def units_most(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    for number, line in lines:
        units = units_of(line)
        if units is not None and units > params.numbers["most"]:
            yield on_line(number, "units", units=number_text(units), most=str(params.numbers["most"]))


def charge_negative(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    for number, line in lines:
        if line.charge_cents < 0:
            yield on_line(number, "charge", charge=money_text(line.charge_cents))


def charge_zero(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """State-supplied vaccine (SL) and what else the rule names goes without a charge."""
    for number, line in lines:
        free = line.code in params.codes["codes"] or params.texts["modifiers"] & set(line.modifiers)
        if line.charge_cents == 0 and not free:
            yield on_line(number, "charge", code=line.code)


def charge_most(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    for number, line in lines:
        if line.charge_cents > params.numbers["most_cents"]:
            yield on_line(number, "charge", charge=money_text(line.charge_cents))


def charge_sum(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """CLM02 is the sum of its lines (SNIP 3)."""
    total = sum(line.charge_cents for line in claim.lines)
    if claim.lines and total != claim.charge_cents:
        yield on_claim("charge", charge=money_text(claim.charge_cents), total=money_text(total))


def days_reversed(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    for number, line in lines:
        if line.day_to is not None and line.day_to < line.day:
            yield on_line(number, "date of service", day=line.day.isoformat(), day_to=line.day_to.isoformat())


def service_future(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    for number, line in lines:
        if (line.day_to or line.day) > world.today:
            yield on_line(number, "date of service", day=(line.day_to or line.day).isoformat())


def place_code(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    known = params.texts["places"]
    if claim.place not in known:
        yield on_claim("place of service", place=claim.place or "nothing")
    for number, line in lines:
        if line.place and line.place != claim.place and line.place not in known:
            yield on_line(number, "place of service", place=line.place)


def unlisted_note(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """A not-otherwise-classified code says in words what it was (SV101-7 or NTE)."""
    for number, line in lines:
        if line.code in params.codes["codes"] and not line.note.strip() and not claim.note.strip():
            yield on_line(number, "note", code=line.code)


def _primaries(world: World, line: ServiceLine) -> tuple[set[str], set[str]]:
    """(primary codes, types) of an add-on code on its day; both empty for a code that is none."""
    held = [one for one in world.addons.get(line.code, ()) if one.holds_on(line.day)]
    return {one.primary for one in held if one.primary}, {one.type for one in held}


def _beside(claim: OutgoingClaim, world: World, number: int, day: date) -> set[str]:
    """The other services of the patient's day, on this claim and on others."""
    here = {line.code for n, line in enumerate(claim.lines, 1) if line.day == day and n != number}
    past = world.history.get(claim.patient_ref, ())
    return here | {line.code for line in past if line.day == day and not line.voided and line.claim_ref != claim.ref}


def addon_alone(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """An add-on code of type 1 needs one of its primary codes on the day, here or on another claim (NCCI add-on file)."""
    for number, line in lines:
        primaries, types = _primaries(world, line)
        if types == {"1"} and not primaries & _beside(claim, world, number, line.day):
            yield on_line(number, "code", code=line.code)


def addon_unlisted(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """Types 2 and 3 leave (further) primary codes to the payer: a day with none that is listed is asked about, and so is a
    day on which everything is an add-on."""
    for number, line in lines:
        primaries, types = _primaries(world, line)
        beside = _beside(claim, world, number, line.day)
        known = primaries & beside if "2" not in types else beside - set(world.addons)
        if types & {"2", "3"} and not known:
            yield on_line(number, "code", code=line.code)


def refused_before(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """A service the practice was refused before: somebody looks, unless one of the modifiers says that somebody did."""
    for number, line in lines:
        if line.code in params.codes["codes"] and not params.texts["unless"] & set(line.modifiers):
            yield on_line(number, "code", code=line.code, payer=claim.policy.payer.name)


CHECKS = (
    Check("code_pattern", code_pattern),
    Check("code_unknown", code_unknown),
    Check("code_not_in_force", code_not_in_force),
    Check("units_wrong", units_wrong),
    Check("units_most", units_most, {"most": "number"}),
    Check("charge_negative", charge_negative),
    Check("charge_zero", charge_zero, {"codes": "codes", "modifiers": "texts"}),
    Check("charge_most", charge_most, {"most_cents": "number"}),
    Check("charge_sum", charge_sum),
    Check("days_reversed", days_reversed),
    Check("service_future", service_future),
    Check("place_code", place_code, {"places": "texts"}),
    Check("unlisted_note", unlisted_note, {"codes": "codes"}),
    Check("addon_alone", addon_alone),
    Check("refused_before", refused_before, {"codes": "codes", "unless": "texts"}),
    Check("addon_unlisted", addon_unlisted),
)
