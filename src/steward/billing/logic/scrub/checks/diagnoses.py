"""Diagnoses: do they exist, on that day, as leaves, and do the lines point to them (ICD-10-CM, CMS and NCHS)."""

from __future__ import annotations

from collections.abc import Iterator

from steward.billing.logic.outgoing.model import OutgoingClaim
from steward.billing.logic.scrub.asking import Check, Found, Lines, Params, age_on, icd, icd_shaped, on_claim, on_line
from steward.billing.logic.scrub.model import Span, World

_SIDES = {"LT": "L", "RT": "R"}


def dx_none(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    if not claim.diagnoses:
        yield on_claim("diagnoses")


def dx_many(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """The HI segments take so many; the writer leaves out the rest."""
    if len(claim.diagnoses) > params.numbers["most"]:
        yield on_claim("diagnoses", count=str(len(claim.diagnoses)), most=str(params.numbers["most"]))


def dx_pattern(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    for place, code in enumerate(claim.diagnoses, 1):
        if not icd_shaped(code):
            yield on_claim(f"diagnosis {place}", code=code)


def dx_twice(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    seen: set[str] = set()
    for place, code in enumerate(claim.diagnoses, 1):
        if code.strip() and icd(code) in seen:
            yield on_claim(f"diagnosis {place}", code=code)
        seen.add(icd(code))


def _known(
    claim: OutgoingClaim, lines: Lines, world: World, *, spoken: bool = True
) -> Iterator[tuple[int, str, tuple[Span, ...] | None]]:
    """Each well-formed diagnosis with its entries in the imported set (None: not in it); nothing without a set, or when the
    set speaks of none of the days of service (with ``spoken`` False: of one of them)."""
    if world.icd10 is None or any(world.speaks_on("icd10", line.day) for _, line in lines) != spoken:
        return
    for place, code in enumerate(claim.diagnoses, 1):
        if icd_shaped(code):
            yield place, code, world.icd10.get(icd(code))


def dx_unknown(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    for place, code, entries in _known(claim, lines, world):
        if entries is None:
            yield on_claim(f"diagnosis {place}", code=code)


def dx_unlisted(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """In no edition that was imported, while none of them speaks of the day: new since, or mistyped."""
    for place, code, entries in _known(claim, lines, world, spoken=False):
        if entries is None and lines:
            yield on_claim(f"diagnosis {place}", code=code, day=lines[0][1].day.isoformat())


def dx_header(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    for place, code, entries in _known(claim, lines, world):
        if entries is not None and not any(entry.leaf for entry in entries):
            yield on_claim(f"diagnosis {place}", code=code)


def dx_not_in_force(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """The set changes on 1 October and 1 April; the day of service decides, never today."""
    for place, code, entries in _known(claim, lines, world):
        leaves = [entry for entry in entries or () if entry.leaf]
        days = [ln.day for _, ln in lines if leaves and world.speaks_on("icd10", ln.day)]
        bad = next((day for day in days if not any(entry.holds_on(day) for entry in leaves)), None)
        if bad:
            yield on_claim(f"diagnosis {place}", code=code, day=bad.isoformat())


def dx_first_listed(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """External causes are never listed first (ICD-10-CM Guidelines, I.C.20)."""
    if claim.diagnoses and icd(claim.diagnoses[0]) in params.codes["codes"]:
        yield on_claim("diagnosis 1", code=claim.diagnoses[0])


def dx_sex(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    if claim.patient.sex not in params.texts["sexes"]:
        return
    for place, code in enumerate(claim.diagnoses, 1):
        if icd(code) in params.codes["codes"]:
            yield on_claim(f"diagnosis {place}", code=code, sex=claim.patient.sex)


def dx_age(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    born = claim.patient.born
    if born is None or not lines:
        return
    years = age_on(born, lines[0][1].day)
    if years < 0 or params.numbers["youngest"] <= years <= params.numbers["oldest"]:
        return
    for place, code in enumerate(claim.diagnoses, 1):
        if icd(code) in params.codes["codes"]:
            yield on_claim(f"diagnosis {place}", code=code, age=str(years))


def _sides(claim: OutgoingClaim, world: World, pointers: tuple[int, ...]) -> set[str]:
    """The sides of the diagnoses a line points to; those without a side say nothing."""
    found = set()
    for pointer in pointers:
        if 1 <= pointer <= len(claim.diagnoses):
            entries = (world.icd10 or {}).get(icd(claim.diagnoses[pointer - 1]), ())
            found |= {entry.side for entry in entries if entry.side}
    return found


def dx_side(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """LT on a line whose sided diagnoses are all of the right, or the other way round."""
    for number, line in lines:
        asked = {_SIDES[modifier] for modifier in line.modifiers if modifier in _SIDES}
        sides = _sides(claim, world, line.pointers) if asked else set()
        if sides and len(asked) == 1 and not sides & (asked | {"B", "U"}):
            yield on_line(number, "modifiers", modifier="LT" if "L" in asked else "RT")


def dx_side_unspecified(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    for place, code, entries in _known(claim, lines, world):
        if any(entry.side == "U" for entry in entries or ()):
            yield on_claim(f"diagnosis {place}", code=code)


def pointer_none(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    for number, line in lines:
        if not line.pointers:
            yield on_line(number, "diagnosis pointers")


def pointer_to_nothing(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """SV107 names a diagnosis the claim does not list (a fault foreign validators miss)."""
    if not claim.diagnoses:
        return
    for number, line in lines:
        for pointer in line.pointers:
            if not 1 <= pointer <= len(claim.diagnoses):
                yield on_line(number, "diagnosis pointers", pointer=str(pointer), count=str(len(claim.diagnoses)))


def pointer_many(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    for number, line in lines:
        if len(line.pointers) > 4 or len(set(line.pointers)) < len(line.pointers):
            yield on_line(number, "diagnosis pointers", pointers=", ".join(map(str, line.pointers)))


CHECKS = (
    Check("dx_none", dx_none),
    Check("dx_many", dx_many, {"most": "number"}),
    Check("dx_pattern", dx_pattern),
    Check("dx_twice", dx_twice),
    Check("dx_unknown", dx_unknown),
    Check("dx_unlisted", dx_unlisted),
    Check("dx_header", dx_header),
    Check("dx_not_in_force", dx_not_in_force),
    Check("dx_first_listed", dx_first_listed, {"codes": "codes"}),
    Check("dx_sex", dx_sex, {"codes": "codes", "sexes": "texts"}),
    Check("dx_age", dx_age, {"codes": "codes", "youngest": "number", "oldest": "number"}),
    Check("dx_side", dx_side),
    Check("dx_side_unspecified", dx_side_unspecified),
    Check("pointer_none", pointer_none),
    Check("pointer_to_nothing", pointer_to_nothing),
    Check("pointer_many", pointer_many),
)
