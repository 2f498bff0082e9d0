"""837P: professional claims as 005010X222A1 (ASC X12N TR3; the names of loops and elements are the guide's).

Written for one payer at a time. Order of loops: billing provider (2000A), subscriber (2000B), patient where another person
(2000C), claim (2300), other payers (2320), service lines (2400). What is left out of the guide is what a practice's office
does not send: ambulance, chiropractic, oxygen and home-health loops.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from steward.billing.logic.outgoing.loops import VERSION, address, billing, open_claims, person
from steward.billing.logic.outgoing.model import (
    Adjusted,
    Clinician,
    OutgoingClaim,
    Policy,
    PriorPayer,
    ServiceLine,
)
from steward.core.x12.write import Envelope, Segments, amount, composite, day, digits, interchange, plain

RANK = {1: "P", 2: "S", 3: "T"}
CAS_TRIPLETS = 6


def write(claims: Sequence[OutgoingClaim], envelope: Envelope, reference: str) -> str:
    """One interchange with one transaction of all ``claims`` (5,000 at most, as payers take them), in their order.

    Claims of one billing provider that follow each other share its loop. ``reference`` is BHT03, unique a file.
    """
    out = Segments()
    open_claims(out, envelope, reference)
    number = 0
    for provider, own in groupby(claims, key=lambda claim: claim.billing):
        number += 1
        top = number
        billing(out, number, provider)
        for claim in own:
            number = _claim(out, claim, number, top)
    return interchange(envelope, VERSION["P"], "HC", [out])


def _claim(out: Segments, claim: OutgoingClaim, number: int, top: int) -> int:
    """Subscriber, patient, claim; gives the last HL number used."""
    policy, own = claim.policy, claim.policy.relation == "18"
    number += 1
    out.add("HL", str(number), str(top), "22", "0" if own else "1")
    subscriber(out, policy, whole=own)
    if not own:
        out.add("HL", str(number + 1), str(number), "23", "0")
        number += 1
        out.add("PAT", policy.relation)
        person(out, "QC", claim.patient)
    _head(out, claim)
    _people(out, claim)
    for other in claim.others:
        _other(out, other)
    for n, line in enumerate(claim.lines, 1):
        _line(out, claim, line, n)
    return number


def subscriber(out: Segments, policy: Policy, *, whole: bool) -> None:
    """SBR, the subscriber (2010BA) and the payer (2010BB)."""
    out.add(
        "SBR", RANK[policy.rank], "18" if policy.relation == "18" else "", plain(policy.group_number, 50), "",
        policy.medicare_reason, "", "", "", policy.payer.filing,
    )  # fmt: skip
    person(out, "IL", policy.subscriber, "MI", plain(policy.member_id, 80), whole=whole)
    out.add("NM1", "PR", "2", plain(policy.payer.name), "", "", "", "", "PI", plain(policy.payer.edi_id, 80))


def _head(out: Segments, claim: OutgoingClaim) -> None:
    accident = claim.accident
    related = composite(accident.kind, "", "", accident.state if accident.kind == "AA" else "") if accident else ""
    out.add(
        "CLM", claim.ref, amount(claim.charge_cents), "", "", composite(claim.place, "B", claim.frequency), "Y",
        accepts(claim.policy), yes(claim.policy.assigned), "Y",
        "P" if claim.policy.relation != "18" else "", related,
    )  # fmt: skip
    if claim.onset:
        out.add("DTP", "431", "D8", day(claim.onset))
    if accident and accident.day:
        out.add("DTP", "439", "D8", day(accident.day))
    for kind, how, control in filter(None, (claim.attachment, *claim.more_attachments)):
        out.add("PWK", kind, how, "", "", "AC" if control else "", plain(control, 50))
    for qualifier, value in (
        ("9F", claim.referral), ("G1", claim.authorisation), ("F8", claim.control), ("X4", claim.clia),
    ):  # fmt: skip
        if value:
            out.add("REF", qualifier, plain(value, 50))
    if claim.note:
        out.add("NTE", "ADD", plain(claim.note, 80))
    if claim.diagnoses:
        codes = [code.replace(".", "").upper() for code in claim.diagnoses[:12]]
        out.add("HI", *[f"{'ABF' if n else 'ABK'}:{code}" for n, code in enumerate(codes)])


def _people(out: Segments, claim: OutgoingClaim) -> None:
    if claim.referring:
        clinician(out, "DN", claim.referring)
    if claim.rendering and claim.rendering.npi != claim.billing.npi:
        clinician(out, "82", claim.rendering)
        if claim.rendering.taxonomy:
            out.add("PRV", "PE", "PXC", claim.rendering.taxonomy)
    if claim.facility:
        name, npi, where = claim.facility
        out.add("NM1", "77", "2", plain(name), "", "", "", "", "XX" if npi else "", npi)
        address(out, where)
    if claim.supervising:
        clinician(out, "DQ", claim.supervising)


def accepts(policy: Policy) -> str:
    """CLM07: whether the practice accepts assignment."""
    return "A" if policy.accepted else "C"


def yes(true: bool) -> str:
    """An answer as CLM08 and OI03 say it."""
    return "Y" if true else "N"


def clinician(out: Segments, role: str, who: Clinician) -> None:
    """NM1 of a person with an NPI."""
    out.add("NM1", role, "1", plain(who.last), plain(who.first, 35), "", "", "", "XX", who.npi)


def _other(out: Segments, other: PriorPayer) -> None:
    """Loop 2320: another payer, with what it adjusted and paid when it came before."""
    policy = other.policy
    out.add(
        "SBR", RANK[policy.rank], policy.relation, plain(policy.group_number, 50), "", policy.medicare_reason, "", "", "",
        policy.payer.filing,
    )  # fmt: skip
    cas(out, other.adjustments)
    if other.paid_cents is not None:
        out.add("AMT", "D", amount(other.paid_cents))
    out.add("OI", "", "", yes(policy.assigned), "P" if policy.relation != "18" else "", "", "Y")
    person(out, "IL", policy.subscriber, "MI", plain(policy.member_id, 80), whole=False)
    if policy.subscriber.address.street:
        address(out, policy.subscriber.address)
    out.add("NM1", "PR", "2", plain(policy.payer.name), "", "", "", "", "PI", plain(policy.payer.edi_id, 80))
    if other.decided_on and not any(other.lines):
        out.add("DTP", "573", "D8", day(other.decided_on))
    if other.payer_control:
        out.add("REF", "F8", plain(other.payer_control, 50))


def cas(out: Segments, adjustments: Sequence[Adjusted]) -> None:
    """CAS segments: one a group and six reasons at most."""
    for group in dict.fromkeys(one.group for one in adjustments):
        own = [one for one in adjustments if one.group == group and one.cents]
        for start in range(0, len(own), CAS_TRIPLETS):
            triplets = [(one.carc, amount(one.cents), one.quantity) for one in own[start : start + CAS_TRIPLETS]]
            out.add("CAS", group, *[part for triplet in triplets for part in triplet])


def _line(out: Segments, claim: OutgoingClaim, line: ServiceLine, n: int) -> None:
    out.add("LX", str(n))
    place = line.place if line.place and line.place != claim.place else ""
    out.add(
        "SV1", composite("HC", line.code, *line.modifiers[:4]), amount(line.charge_cents), "UN", line.units, place, "",
        composite(*[str(p) for p in line.pointers[:4]]),
    )  # fmt: skip
    service_days(out, line)
    out.add("REF", "6R", plain(line.ref, 50))
    if line.note:
        out.add("NTE", "ADD", plain(line.note, 80))
    drug(out, line)
    if claim.ordering and (claim.rendering is None or claim.ordering.npi != claim.rendering.npi):
        clinician(out, "DK", claim.ordering)  # loop 2420E: only when another than who did it
    for other in claim.others:
        answer = other.lines[n - 1] if n <= len(other.lines) else None
        if answer is None:
            continue
        out.add(
            "SVD", plain(other.policy.payer.edi_id, 80), amount(answer.paid_cents),
            composite("HC", answer.code, *answer.modifiers[:4]), "", answer.units,
        )  # fmt: skip
        cas(out, answer.adjustments)
        if other.decided_on:
            out.add("DTP", "573", "D8", day(other.decided_on))


def service_days(out: Segments, line: ServiceLine) -> None:
    """DTP*472: a day, or a range."""
    if line.day_to and line.day_to != line.day:
        out.add("DTP", "472", "RD8", f"{day(line.day)}-{day(line.day_to)}")
    else:
        out.add("DTP", "472", "D8", day(line.day))


def drug(out: Segments, line: ServiceLine) -> None:
    """LIN and CTP of a drug: NDC as eleven digits (5-4-2)."""
    if line.drug:
        out.add("LIN", "", "N4", digits(line.drug.ndc))
        out.add("CTP", "", "", "", line.drug.quantity, line.drug.unit)
