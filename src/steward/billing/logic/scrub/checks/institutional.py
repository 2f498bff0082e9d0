"""837I for outpatient departments, rural and community health centres. Inpatient claims are refused in words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from steward.billing.logic.outgoing.model import OutgoingClaim
from steward.billing.logic.scrub.asking import Check, Found, Lines, Params, icd, icd_shaped, on_claim, on_line
from steward.billing.logic.scrub.model import World

_TWO = re.compile(r"[0-9]{2}")
_TYPE, _SOURCE = re.compile(r"[0-9]"), re.compile(r"[0-9A-Z]")
_REVENUE = re.compile(r"[0-9]{4}")


def bill_type_pattern(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    if not _TWO.fullmatch(claim.bill_type):
        yield on_claim("bill type", bill_type=claim.bill_type or "nothing")


def bill_type_outpatient(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    own = claim.bill_type
    if _TWO.fullmatch(own) and own not in params.texts["outpatient"] and own not in params.texts["inpatient"]:
        yield on_claim("bill type", bill_type=own)


def inpatient(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    if claim.bill_type in params.texts["inpatient"]:
        yield on_claim("bill type", bill_type=claim.bill_type)


def room_and_board(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    for number, line in lines:
        if _REVENUE.fullmatch(line.revenue) and line.revenue in params.codes["revenue"]:
            yield on_line(number, "revenue code", revenue=line.revenue)


def revenue_pattern(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    for number, line in lines:
        if not _REVENUE.fullmatch(line.revenue):
            yield on_line(number, "revenue code", revenue=line.revenue or "nothing")


def revenue_visit(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """A rural or community health centre's claim has a line for its visit (Claims Processing Manual 9, 60)."""
    own = [line.revenue in params.codes["revenue"] for line in claim.lines]
    if claim.bill_type in params.texts["bill_types"] and own and not any(own):
        yield on_claim("revenue codes", bill_type=claim.bill_type)


def admission_codes(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """CL101 and CL102: one digit, one digit or letter."""
    if not _TYPE.fullmatch(claim.admission_type):
        yield on_claim("admission, type", code=claim.admission_type or "nothing")
    if not _SOURCE.fullmatch(claim.admission_source):
        yield on_claim("admission, source", code=claim.admission_source or "nothing")


def discharge_pattern(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    if not _TWO.fullmatch(claim.discharge_status):
        yield on_claim("patient status", status=claim.discharge_status or "nothing")


def visit_reasons(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """HI with PR: so many at most, each an ICD-10-CM code (in the imported set, where there is one)."""
    if len(claim.visit_reasons) > params.numbers["most"]:
        yield on_claim("reasons for the visit", reason=f"{len(claim.visit_reasons)} reasons")
    spoken = any(world.speaks_on("icd10", line.day) for _, line in lines)
    for code in claim.visit_reasons:
        if not icd_shaped(code) or (spoken and world.icd10 is not None and icd(code) not in world.icd10):
            yield on_claim("reasons for the visit", reason=code or "nothing")


CHECKS = (
    Check("bill_type_pattern", bill_type_pattern),
    Check("bill_type_outpatient", bill_type_outpatient, {"outpatient": "texts", "inpatient": "texts"}),
    Check("inpatient", inpatient, {"inpatient": "texts"}),
    Check("room_and_board", room_and_board, {"revenue": "codes"}),
    Check("revenue_pattern", revenue_pattern),
    Check("revenue_visit", revenue_visit, {"bill_types": "texts", "revenue": "codes"}),
    Check("visit_reasons", visit_reasons, {"most": "number"}),
    Check("admission_codes", admission_codes),
    Check("discharge_pattern", discharge_pattern),
)
