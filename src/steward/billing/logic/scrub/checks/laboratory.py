"""Laboratory work under CLIA (42 CFR 493)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from steward.billing.logic.outgoing.model import OutgoingClaim
from steward.billing.logic.scrub.asking import Check, Found, Lines, Params, on_claim, on_line, other_level
from steward.billing.logic.scrub.model import World

_NUMBER = re.compile(r"[0-9]{2}D[0-9]{7}")
WAIVER = "waiver"


def clia_missing(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    for number, line in lines:
        if line.code in params.codes["codes"] and not claim.clia.strip():
            yield on_line(number, "CLIA number", code=line.code)


def clia_pattern(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    if claim.clia.strip() and not _NUMBER.fullmatch(claim.clia.strip()):
        yield on_claim("CLIA number", clia=claim.clia)


def waived_unmarked(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """Under a certificate of waiver a waived test carries QW, save for the few that CMS lists without it."""
    if world.clia.get(claim.clia.strip()) != WAIVER:
        return
    for number, line in lines:
        if line.code in params.codes["codes"] and "QW" not in line.modifiers:
            yield on_line(number, "modifiers", code=line.code)


def beyond_waiver(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """A test that is not waived, under a certificate of waiver."""
    if world.clia.get(claim.clia.strip()) != WAIVER:
        return
    for number, line in lines:
        if line.code in params.codes["codes"] and line.code not in params.codes["waived"]:
            yield on_line(number, "code", code=line.code)


def waived_elsewhere(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    for number, line in lines:
        if "QW" in line.modifiers and line.code not in params.codes["codes"] and not other_level(line.code):
            yield on_line(number, "modifiers", code=line.code)


CHECKS = (
    Check("clia_missing", clia_missing, {"codes": "codes"}),
    Check("clia_pattern", clia_pattern),
    Check("waived_unmarked", waived_unmarked, {"codes": "codes"}),
    Check("beyond_waiver", beyond_waiver, {"codes": "codes", "waived": "codes"}),
    Check("waived_elsewhere", waived_elsewhere, {"codes": "codes"}),
)
