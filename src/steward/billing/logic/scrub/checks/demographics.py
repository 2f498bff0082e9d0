"""Who the patient is and where people live. What the 837 guide asks of loops 2010BA and 2010CA and foreign validators miss."""

from __future__ import annotations

import re
from collections.abc import Iterator

from steward.billing.logic.outgoing.model import Address, OutgoingClaim
from steward.billing.logic.scrub.asking import Check, Found, Lines, Params, age_on, on_claim, on_line, people
from steward.billing.logic.scrub.model import World
from steward.core.x12.write import plain
from steward.registry.logic.contacts import state_ok, zip_ok

_CLAIM_REF = re.compile(r"[A-Z0-9-]{1,20}")
_PO_BOX = re.compile(r"\b(?:p\.?\s*o\.?|post\s+office)\s*box\b|\block\s*box\b", re.IGNORECASE)


def claim_ref(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """CLM01 comes back as CLP01: payers need return 20 characters only (X12 RFI 525)."""
    if not _CLAIM_REF.fullmatch(claim.ref):
        yield on_claim("claim number", ref=claim.ref)


def line_ref(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """REF*6R: there, at most 30 characters, one a line."""
    seen: set[str] = set()
    for number, line in lines:
        if not 0 < len(line.ref) <= 30 or line.ref in seen:
            yield on_line(number, "line reference", ref=line.ref)
        seen.add(line.ref)


def line_count(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """At least one line, and no more than the guide's loop 2400 takes."""
    if not 0 < len(claim.lines) <= params.numbers["most"]:
        yield on_claim("service lines", count=str(len(claim.lines)), most=str(params.numbers["most"]))


def patient_name(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """``parts`` are ``last name`` or ``first name``; some people have only one, which NM103 takes."""
    for what, text in (("last name", claim.patient.last), ("first name", claim.patient.first)):
        if what in params.texts["parts"] and not text.strip():
            yield on_claim(f"patient, {what}", what=what)


def name_unwritable(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """A name of letters that X12's character set lacks would leave as nothing."""
    names = [
        ("patient", claim.patient.last), ("patient", claim.patient.first),
        ("subscriber", claim.policy.subscriber.last), ("subscriber", claim.policy.subscriber.first),
        *((role, one.last) for role, one in people(claim)),
    ]  # fmt: skip
    for who, text in dict.fromkeys(names):
        if text.strip() and not plain(text):
            yield on_claim(f"{who}, name", who=who, name=text)


def _needed(claim: OutgoingClaim) -> Iterator[tuple[str, str, int]]:
    """Texts that other rules ask to be there, with the least characters X12 takes (N401, NM109: two)."""
    for who, where in _addresses(claim):
        yield f"{who}, street", where.street, 1
        yield f"{who}, city", where.city, 2
    for policy in (claim.policy, *(other.policy for other in claim.others)):
        yield "payer, name", policy.payer.name, 1
        yield "payer, payer number", policy.payer.edi_id, 2
        yield "coverage, member number", policy.member_id, 2
    yield "billing provider, name", claim.billing.name, 1
    if claim.facility:
        yield "facility, name", claim.facility[0], 1
    if claim.attachment:
        yield "attachment, control number", claim.attachment[2], 2


def _optional(claim: OutgoingClaim) -> Iterator[tuple[str, str]]:
    """Texts that may be left out; what is there, blanks too, gets a segment of its own."""
    yield "authorisation", claim.authorisation
    yield "referral", claim.referral
    yield "payer's claim number", claim.control
    yield "CLIA number", claim.clia
    yield "note", claim.note
    if claim.attachment:
        yield "attachment, control number", claim.attachment[2]
    for other in claim.others:
        yield "other payers, claim number", other.payer_control


def text_unwritable(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """Text that is there but leaves nothing, or too little, in X12's character set."""
    for where, text, least in dict.fromkeys(_needed(claim)):
        if text.strip() and len(plain(text)) < least:
            yield on_claim(where, text=text)
    for where, text in _optional(claim):
        if text and not plain(text):
            yield on_claim(where, text=text)
    for number, line in lines:
        for what, text in (("line reference", line.ref), ("note", line.note)):
            if text and not plain(text):
                yield on_line(number, what, text=text)


def birth_missing(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    if claim.patient.born is None:
        yield on_claim("patient, birth date")


def birth_future(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    born = claim.patient.born
    if born and born > world.today:
        yield on_claim("patient, birth date", born=born.isoformat())


def service_before_birth(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    born = claim.patient.born
    if born is None or born > world.today:
        return
    for number, line in lines:
        if line.day < born:
            yield on_line(number, "date of service", day=line.day.isoformat(), born=born.isoformat())


def service_after_death(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    died = claim.patient.died
    for number, line in lines:
        if died and (line.day_to or line.day) > died:
            yield on_line(number, "date of service", day=(line.day_to or line.day).isoformat(), died=died.isoformat())


def age_most(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """Nobody documented has lived longer than 122 years."""
    if claim.patient.born and lines:
        years = age_on(claim.patient.born, lines[0][1].day)
        if years > params.numbers["most"]:
            yield on_claim("patient, birth date", age=str(years))


def sex_code(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    if claim.patient.sex not in params.texts["allowed"]:
        yield on_claim("patient, sex", sex=claim.patient.sex or "nothing")


def patient_address(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    yield from _missing("patient", claim.patient.address)


def other_address(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """An address that is written at all is written whole: the subscriber who is the patient, other subscribers, the facility."""
    if claim.policy.relation == "18" and claim.policy.subscriber.address != claim.patient.address:
        yield from _missing("subscriber", claim.policy.subscriber.address)
    for other in claim.others:
        if other.policy.subscriber.address.street:
            yield from _missing("other subscriber", other.policy.subscriber.address)
    if claim.facility:
        yield from _missing("facility", claim.facility[2])
        if not claim.facility[0].strip():
            yield on_claim("facility, name", who="facility", what="its name")


def billing_address(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    yield from _missing("billing provider", claim.billing.address)


def _missing(who: str, where: Address) -> Iterator[Found]:
    parts = (("street", where.street), ("city", where.city), ("state", where.state), ("ZIP", where.zip))
    gone = [what for what, text in parts if not text.strip()]
    if gone:
        yield on_claim(f"{who}, address", who=who, what=" and ".join(gone))


def _addresses(claim: OutgoingClaim) -> Iterator[tuple[str, Address]]:
    yield "patient", claim.patient.address
    if claim.policy.subscriber.address != claim.patient.address:
        yield "subscriber", claim.policy.subscriber.address
    yield "billing provider", claim.billing.address
    if claim.facility:
        yield "facility", claim.facility[2]
    for other in claim.others:
        if other.policy.subscriber.address not in (claim.patient.address, claim.policy.subscriber.address):
            yield "other subscriber", other.policy.subscriber.address


def state_code(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """N402 against USPS Publication 28; foreign validators take any two letters."""
    states = [(who, where.state) for who, where in _addresses(claim)]
    if claim.accident:
        states.append(("accident", claim.accident.state))
    for who, state in states:
        if state.strip() and not state_ok(state):
            yield on_claim(f"{who}, state", who=who, state=state)


def zip_code(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    for who, where in _addresses(claim):
        if where.zip.strip() and not zip_ok(where.zip.strip()):
            yield on_claim(f"{who}, ZIP", who=who, zip=where.zip)


def billing_zip_nine(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """2010AA N403 has nine digits; with five the writer adds 9998, which some payers refuse."""
    text = claim.billing.address.zip.strip()
    if zip_ok(text) and len(text) == 5:
        yield on_claim("billing provider, ZIP", zip=text)


def billing_po_box(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """2010AA N301 is a street address; a post box belongs into the pay-to address."""
    if _PO_BOX.search(claim.billing.address.street):
        yield on_claim("billing provider, street", street=claim.billing.address.street)


CHECKS = (
    Check("claim_ref", claim_ref),
    Check("line_ref", line_ref),
    Check("line_count", line_count, {"most": "number"}),
    Check("patient_name", patient_name, {"parts": "texts"}),
    Check("name_unwritable", name_unwritable),
    Check("text_unwritable", text_unwritable),
    Check("birth_missing", birth_missing),
    Check("birth_future", birth_future),
    Check("service_before_birth", service_before_birth),
    Check("service_after_death", service_after_death),
    Check("age_most", age_most, {"most": "number"}),
    Check("sex_code", sex_code, {"allowed": "texts"}),
    Check("patient_address", patient_address),
    Check("other_address", other_address),
    Check("billing_address", billing_address),
    Check("state_code", state_code),
    Check("zip_code", zip_code),
    Check("billing_zip_nine", billing_zip_nine),
    Check("billing_po_box", billing_po_box),
)
