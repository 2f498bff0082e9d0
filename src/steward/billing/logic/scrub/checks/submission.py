"""Original, replacement, void; attachments and notes; which form."""

from __future__ import annotations

from collections.abc import Iterator

from steward.billing.logic.outgoing.model import OutgoingClaim
from steward.billing.logic.scrub.asking import Check, Found, Lines, Params, on_claim, on_line
from steward.billing.logic.scrub.model import World
from steward.core.x12.write import plain


def form_unknown(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    if claim.form not in params.texts["forms"]:
        yield on_claim("form", form=claim.form or "nothing")


def frequency_unknown(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    if claim.frequency not in params.texts["codes"]:
        yield on_claim("frequency", frequency=claim.frequency or "nothing")


def control_missing(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """REF*F8: a replacement or void names the payer's number of what it replaces."""
    if claim.frequency in ("7", "8") and not claim.control.strip():
        yield on_claim("payer's claim number", what="replacement" if claim.frequency == "7" else "void")


def control_on_original(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    if claim.frequency == "1" and claim.control.strip():
        yield on_claim("payer's claim number", control=claim.control)


def replaces_void(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """All that went out under this number was voided: there is nothing left to replace or void."""
    own = [past for past in world.history.get(claim.patient_ref, ()) if past.claim_ref == claim.ref]
    if claim.frequency in ("7", "8") and own and all(past.voided for past in own):
        yield on_claim("frequency", ref=claim.ref)


def attachment_type(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    if claim.attachment and claim.attachment[0] not in params.texts["types"]:
        yield on_claim("attachment, type", type=claim.attachment[0] or "nothing")


def attachment_way(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    if claim.attachment and claim.attachment[1] not in params.texts["ways"]:
        yield on_claim("attachment, way", way=claim.attachment[1] or "nothing")


def attachment_control(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """PWK06 is needed unless the paper only lies ready at the provider's (AA)."""
    if claim.attachment and claim.attachment[1] != "AA" and not claim.attachment[2].strip():
        yield on_claim("attachment, control number", way=claim.attachment[1])


def note_long(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """NTE02 takes 80 characters; the rest is cut off."""
    most = params.numbers["most"]
    if len(plain(claim.note, most + 1)) > most:
        yield on_claim("note", most=str(most))
    for number, line in lines:
        if len(plain(line.note, most + 1)) > most:
            yield on_line(number, "note", most=str(most))


CHECKS = (
    Check("form_unknown", form_unknown, {"forms": "texts"}),
    Check("frequency_unknown", frequency_unknown, {"codes": "texts"}),
    Check("control_missing", control_missing),
    Check("control_on_original", control_on_original),
    Check("replaces_void", replaces_void),
    Check("attachment_type", attachment_type, {"types": "texts"}),
    Check("attachment_way", attachment_way, {"ways": "texts"}),
    Check("attachment_control", attachment_control),
    Check("note_long", note_long, {"most": "number"}),
)
