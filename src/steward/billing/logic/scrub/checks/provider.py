"""Who did it, under whom, in whose place."""

from __future__ import annotations

from collections.abc import Iterator

from steward.billing.logic.outgoing.model import OutgoingClaim
from steward.billing.logic.scrub.asking import (
    Check,
    Found,
    Lines,
    Params,
    days_between,
    npis,
    on_claim,
    on_line,
    people,
)
from steward.billing.logic.scrub.model import World
from steward.registry.logic.identifiers import npi_ok, taxonomy_ok, tin_digits

LOCUM = frozenset({"Q5", "Q6"})


def npi_check_digit(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """45 CFR 162.406; foreign validators look at the length only."""
    for role, npi in npis(claim):
        if not npi_ok(npi):
            yield on_claim(f"{role}, NPI", role=role, npi=npi or "nothing")


def rendering_missing(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    if claim.rendering is None:
        yield on_claim("rendering provider")


def attending_missing(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """837I loop 2310A: who answers for the care; the writer takes the rendering provider where nobody else is named."""
    if claim.attending is None and claim.rendering is None:
        yield on_claim("attending provider")


def clinician_name(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    for role, who in people(claim):
        if not who.last.strip():
            yield on_claim(f"{role}, name", role=role)


def billing_name(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    if not claim.billing.name.strip():
        yield on_claim("billing provider, name")


def billing_tin(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    if not tin_digits(claim.billing.tin):
        yield on_claim("billing provider, tax number")


def _taxonomies(claim: OutgoingClaim) -> Iterator[tuple[str, str]]:
    yield "billing provider", claim.billing.taxonomy
    for role, who in people(claim):
        yield role, who.taxonomy


def taxonomy_pattern(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    for role, code in _taxonomies(claim):
        if code and not taxonomy_ok(code):
            yield on_claim(f"{role}, taxonomy", role=role, taxonomy=code)


def taxonomy_listed(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """Only when the practice imported NUCC's list."""
    if world.taxonomies is None:
        return
    for role, code in _taxonomies(claim):
        if taxonomy_ok(code) and code not in world.taxonomies:
            yield on_claim(f"{role}, taxonomy", role=role, taxonomy=code)


def taxonomy_missing(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    if not claim.billing.taxonomy:
        yield on_claim("billing provider, taxonomy")


def referring_missing(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """42 CFR 424.507: ordered items and services name who ordered them."""
    if claim.referring is not None or claim.ordering is not None:
        return
    for number, line in lines:
        if line.code in params.codes["codes"]:
            yield on_line(number, "referring provider", code=line.code)


def supervising_missing(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """42 CFR 410.26(b)(5): incident-to needs supervision by a physician or another practitioner."""
    if claim.incident_to and claim.supervising is None:
        yield on_claim("supervising provider")


def incident_to_place(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """42 CFR 410.26(b)(1): not in a hospital or a skilled nursing facility."""
    for number, line in lines:
        place = line.place or claim.place
        if claim.incident_to and place in params.texts["places"]:
            yield on_line(number, "place", place=place)


def locum_unnamed(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """The practice keeps the substitute's NPI for each such service (Medicare Claims Processing Manual 1, 30.2.10, 30.2.11)."""
    for number, line in lines:
        if claim.locum is None and LOCUM & set(line.modifiers):
            yield on_line(number, "modifiers")


def locum_unmarked(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    for number, line in lines:
        if claim.locum and not LOCUM & set(line.modifiers):
            yield on_line(number, "modifiers", locum=claim.locum.npi)


def locum_too_long(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """Social Security Act 1842(b)(6)(D): 60 days without a break."""
    for number, line in lines:
        if claim.locum and days_between(claim.locum.since, line.day) >= params.numbers["days"]:
            yield on_line(number, "date of service", since=claim.locum.since.isoformat())


def excluded(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """42 CFR 1001.1901: nothing an excluded person furnished, ordered or prescribed is paid by a federal programme."""
    named = [*npis(claim), *([("substitute", claim.locum.npi)] if claim.locum else [])]
    for role, npi in named:
        since = world.excluded.get(npi)
        if since and any((line.day_to or line.day) >= since for _, line in lines):
            yield on_claim(f"{role}, NPI", role=role, npi=npi, since=since.isoformat())


CHECKS = (
    Check("npi_check_digit", npi_check_digit),
    Check("rendering_missing", rendering_missing),
    Check("attending_missing", attending_missing),
    Check("clinician_name", clinician_name),
    Check("billing_name", billing_name),
    Check("billing_tin", billing_tin),
    Check("taxonomy_pattern", taxonomy_pattern),
    Check("taxonomy_listed", taxonomy_listed),
    Check("taxonomy_missing", taxonomy_missing),
    Check("referring_missing", referring_missing, {"codes": "codes"}),
    Check("supervising_missing", supervising_missing),
    Check("incident_to_place", incident_to_place, {"places": "texts"}),
    Check("locum_unnamed", locum_unnamed),
    Check("locum_unmarked", locum_unmarked),
    Check("locum_too_long", locum_too_long, {"days": "number"}),
    Check("excluded", excluded),
)
