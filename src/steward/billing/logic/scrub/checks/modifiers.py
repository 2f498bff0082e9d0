"""Modifiers: what they look like, which go together, which the place or the visit asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from steward.billing.logic.outgoing.model import OutgoingClaim, ServiceLine
from steward.billing.logic.scrub.asking import Check, Found, Lines, Params, on_claim, on_line, other_level, units_of
from steward.billing.logic.scrub.model import World

_PATTERN = re.compile(r"[A-Z0-9]{2}")


def modifier_pattern(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    for number, line in lines:
        for modifier in line.modifiers:
            if not _PATTERN.fullmatch(modifier):
                yield on_line(number, "modifiers", modifier=modifier or "nothing")


def modifier_many(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """SV101 takes four; the writer leaves out the rest."""
    for number, line in lines:
        if len(line.modifiers) > 4:
            yield on_line(number, "modifiers", count=str(len(line.modifiers)))


def modifier_twice(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    for number, line in lines:
        if len(set(line.modifiers)) < len(line.modifiers):
            yield on_line(number, "modifiers")


def modifier_on_codes(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """A modifier that only some Level II codes take; codes of the practice's own licence are not judged."""
    for number, line in lines:
        wrong = sorted(params.texts["modifiers"] & set(line.modifiers))
        if wrong and not other_level(line.code) and line.code not in params.codes["codes"]:
            yield on_line(number, "modifiers", modifier=wrong[0], code=line.code)


def modifier_clash(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """One of ``one`` with one of ``other`` on the same line."""
    for number, line in lines:
        own = set(line.modifiers)
        first, second = sorted(own & params.texts["one"]), sorted(own & params.texts["other"])
        if first and second and (len(own & (params.texts["one"] | params.texts["other"])) > 1):
            yield on_line(
                number, "modifiers", one=first[0], other=next((m for m in second if m != first[0]), second[0])
            )


def modifier_units(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """Bilateral is one unit with modifier 50 (Medicare Claims Processing Manual 12, 40.7)."""
    for number, line in lines:
        wrong = sorted(params.texts["modifiers"] & set(line.modifiers))
        units = units_of(line)
        if wrong and units is not None and units > params.numbers["most"]:
            yield on_line(number, "units", modifier=wrong[0], units=line.units)


def modifier_words(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """More work than usual (22) is told in a note or an attachment."""
    for number, line in lines:
        asked = sorted(params.texts["modifiers"] & set(line.modifiers))
        if asked and claim.attachment is None and not line.note.strip() and not claim.note.strip():
            yield on_line(number, "modifiers", modifier=asked[0])


def addon_with_25(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """G2211 is not paid beside a visit with modifier 25, save for what ``unless`` names from 2025 on (42 CFR 414.46; CMS MM13272)."""
    for number, line in lines:
        if line.code not in params.codes["codes"]:
            continue
        same_day = [other for other in claim.lines if other.day == line.day]
        if any("25" in other.modifiers for other in same_day) and not any(
            other.code in params.codes["unless"] for other in same_day
        ):
            yield on_line(number, "code", code=line.code)


def split_shared_unmarked(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """42 CFR 415.140: a split or shared visit carries FS."""
    if claim.split_shared and lines and not any("FS" in line.modifiers for line in claim.lines):
        yield on_claim("modifiers")


def split_shared_place(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """Split or shared visits are facility visits."""
    for number, line in lines:
        place = line.place or claim.place
        if "FS" in line.modifiers and place not in params.texts["places"]:
            yield on_line(number, "modifiers", place=place)


def _place(claim: OutgoingClaim, line: ServiceLine) -> str:
    return line.place or claim.place


def telehealth_unmarked(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    for number, line in lines:
        far = _place(claim, line) in params.texts["places"]
        if far and not params.texts["modifiers"] & set(line.modifiers) and line.code not in params.codes["unless"]:
            yield on_line(number, "modifiers", place=_place(claim, line))


def telehealth_place(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    for number, line in lines:
        asked = sorted(params.texts["modifiers"] & set(line.modifiers))
        if asked and _place(claim, line) not in params.texts["places"]:
            yield on_line(number, "place of service", modifier=asked[0], place=_place(claim, line))


CHECKS = (
    Check("modifier_pattern", modifier_pattern),
    Check("modifier_many", modifier_many),
    Check("modifier_twice", modifier_twice),
    Check("modifier_on_codes", modifier_on_codes, {"modifiers": "texts", "codes": "codes"}),
    Check("modifier_clash", modifier_clash, {"one": "texts", "other": "texts"}),
    Check("modifier_units", modifier_units, {"modifiers": "texts", "most": "number"}),
    Check("modifier_words", modifier_words, {"modifiers": "texts"}),
    Check("addon_with_25", addon_with_25, {"codes": "codes", "unless": "codes"}),
    Check("split_shared_unmarked", split_shared_unmarked),
    Check("split_shared_place", split_shared_place, {"places": "texts"}),
    Check("telehealth_unmarked", telehealth_unmarked, {"places": "texts", "modifiers": "texts", "unless": "codes"}),
    Check("telehealth_place", telehealth_place, {"places": "texts", "modifiers": "texts"}),
)
