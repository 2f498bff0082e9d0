"""Drugs and vaccines: NDC, waste, administration, what the state supplied."""

from __future__ import annotations

import re
from collections.abc import Iterator

from steward.billing.logic.outgoing.model import OutgoingClaim
from steward.billing.logic.scrub.asking import Check, Found, Lines, Params, money_text, on_line, other_level
from steward.billing.logic.scrub.model import World
from steward.core.x12.write import digits

_NDC = re.compile(r"[0-9]{5}-?[0-9]{4}-?[0-9]{2}")
_QUANTITY = re.compile(r"[0-9]{1,8}(?:\.[0-9]{1,3})?")
WASTE, NO_WASTE = "JW", "JZ"


def ndc_missing(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """42 CFR 447.520: Medicaid needs the NDC of a physician-administered drug."""
    for number, line in lines:
        if line.code in params.codes["codes"] and line.drug is None:
            yield on_line(number, "NDC", code=line.code)


def ndc_pattern(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """LIN03 has eleven digits, 5-4-2; a ten-digit NDC gets its zero where its own parts want it, never by guess."""
    for number, line in lines:
        if line.drug and not _NDC.fullmatch(line.drug.ndc.strip()):
            yield on_line(number, "NDC", ndc=line.drug.ndc.strip() or "nothing", digits=str(len(digits(line.drug.ndc))))


def ndc_quantity(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    for number, line in lines:
        drug = line.drug
        if drug and not (_QUANTITY.fullmatch(drug.quantity) and any(c in "123456789" for c in drug.quantity)):
            yield on_line(number, "NDC quantity", quantity=drug.quantity or "nothing")
        elif drug and drug.unit not in params.texts["units"]:
            yield on_line(number, "NDC unit", quantity=f"{drug.quantity} {drug.unit}".strip())


def waste_unsaid(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """Single-dose drugs carry JW (some discarded) or JZ (none); a line beside a JW line is told by it (42 CFR 414.902, CMS MM13056)."""
    wasted = {(line.code, line.day) for line in claim.lines if WASTE in line.modifiers}
    for number, line in lines:
        said = {WASTE, NO_WASTE} & set(line.modifiers) or (line.code, line.day) in wasted
        if line.code in params.codes["codes"] and not said:
            yield on_line(number, "modifiers", code=line.code)


def waste_alone(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """JW stands on its own line, beside the line of what was given."""
    for number, line in lines:
        given = any(o.code == line.code and o.day == line.day and WASTE not in o.modifiers for o in claim.lines)
        if WASTE in line.modifiers and NO_WASTE not in line.modifiers and not given:
            yield on_line(number, "modifiers", code=line.code)


def vaccine_missing(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """An administration without a vaccine on the day. A code of the practice's own licence may be the vaccine: not held."""
    yield from _partner_missing(claim, lines, params)


def administration_missing(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    yield from _partner_missing(claim, lines, params)


def _partner_missing(claim: OutgoingClaim, lines: Lines, params: Params) -> Iterator[Found]:
    for number, line in lines:
        if line.code not in params.codes["codes"]:
            continue
        same_day = (other.code for other in claim.lines if other.day == line.day and other is not line)
        if not any(code in params.codes["partners"] or other_level(code) for code in same_day):
            yield on_line(number, "code", code=line.code)


def supplied_charged(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """A vaccine the state supplied (SL) is not charged (42 USC 1396s(c)(2)(B))."""
    for number, line in lines:
        if "SL" in line.modifiers and line.charge_cents > params.numbers["most_cents"]:
            yield on_line(number, "charge", charge=money_text(line.charge_cents))


CHECKS = (
    Check("ndc_missing", ndc_missing, {"codes": "codes"}),
    Check("ndc_pattern", ndc_pattern),
    Check("ndc_quantity", ndc_quantity, {"units": "texts"}),
    Check("waste_unsaid", waste_unsaid, {"codes": "codes"}),
    Check("waste_alone", waste_alone),
    Check("vaccine_missing", vaccine_missing, {"codes": "codes", "partners": "codes"}),
    Check("administration_missing", administration_missing, {"codes": "codes", "partners": "codes"}),
    Check("supplied_charged", supplied_charged, {"most_cents": "number"}),
)
