"""837I: claims of outpatient departments, rural and community health centres as 005010X223A2 (ASC X12N TR3).

The same value of a claim as for the 837P, with ``bill_type`` (two digits, the third is the frequency) and a revenue code a line.
An inpatient stay is another trade (DRG, accommodation days, present on admission) and is refused in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from steward.billing.logic.outgoing.loops import VERSION, address, billing, open_claims, person
from steward.billing.logic.outgoing.model import OutgoingClaim, Policy, PriorPayer, ServiceLine
from steward.billing.logic.outgoing.professional import RANK, accepts, cas, clinician, drug, service_days, yes
from steward.core.refusals import Refusal, Refused
from steward.core.x12.write import Envelope, Segments, amount, composite, day, interchange, plain
from steward.registry.logic.validate import BED, INPATIENT

#: Bill types written, and what each is in our words.
OUTPATIENT = {
    "13": "outpatient department",
    "14": "laboratory work for patients seen elsewhere",
    "71": "rural health clinic",
    "73": "freestanding clinic",
    "76": "community mental health centre",
    "77": "community health centre",
    "85": "outpatient department of a small rural hospital",
}
#: What an accident or the first sign of illness is called on an institutional claim (occurrence codes).
ACCIDENT = {"AA": "01", "EM": "04", "OA": "05"}
ONSET = "11"
MOST_CODES = 12
STAY = "Bill the stay from the hospital's own system; Steward writes outpatient claims only."


def refusals(claim: OutgoingClaim) -> tuple[Refusal, ...]:
    """Why this claim cannot be written as an 837I; empty when it can."""
    kind = claim.bill_type
    found = []
    if kind in INPATIENT:
        found.append(
            Refusal("inpatient", f"Claim {claim.ref} has bill type {kind}, an inpatient stay.", STAY, "bill_type")
        )
    elif kind not in OUTPATIENT:
        known = ", ".join(f"{code} {words}" for code, words in OUTPATIENT.items())
        found.append(
            Refusal(
                "bill_type",
                f"Claim {claim.ref} has bill type {kind or 'none'}.",
                f"Choose one of {known}.",
                "bill_type",
            )
        )
    for n, line in enumerate(claim.lines, 1):
        code = line.revenue
        if not (len(code) == 4 and code.isascii() and code.isdigit()):
            said = f"Line {n} of claim {claim.ref} has no revenue code of four digits."
            found.append(Refusal("revenue", said, "Set the revenue code of the service's department.", "revenue"))
        elif int(code) in BED:
            said = f"Line {n} of claim {claim.ref} bills a bed (revenue code {code}), an inpatient stay."
            found.append(Refusal("inpatient", said, STAY, "revenue"))
    return tuple(found)


def write(claims: Sequence[OutgoingClaim], envelope: Envelope, reference: str) -> str:
    """One interchange with one transaction of all ``claims``, in their order; ``reference`` is BHT03, unique a file.

    Raises :class:`Refused` with every reason of every claim that cannot be written; nothing is written then.
    """
    found = [refusal for claim in claims for refusal in refusals(claim)]
    if found:
        raise Refused(*found)
    out = Segments()
    open_claims(out, envelope, reference)
    number = 0
    for provider, own in groupby(claims, key=lambda claim: claim.billing):
        number += 1
        top = number
        billing(out, number, provider)
        for claim in own:
            number = _claim(out, claim, number, top)
    return interchange(envelope, VERSION["I"], "HC", [out])


def _claim(out: Segments, claim: OutgoingClaim, number: int, top: int) -> int:
    """Subscriber, patient, claim; gives the last HL number used."""
    policy, own = claim.policy, claim.policy.relation == "18"
    number += 1
    out.add("HL", str(number), str(top), "22", "0" if own else "1")
    _insured(out, policy, "18" if own else "")
    person(out, "IL", policy.subscriber, "MI", plain(policy.member_id, 80), whole=own)
    out.add("NM1", "PR", "2", plain(policy.payer.name), "", "", "", "", "PI", plain(policy.payer.edi_id, 80))
    if not own:
        out.add("HL", str(number + 1), str(number), "23", "0")
        number += 1
        out.add("PAT", policy.relation)
        person(out, "QC", claim.patient)
    _head(out, claim)
    _codes(out, claim)
    _people(out, claim)
    for other in claim.others:
        _other(out, other)
    for n, line in enumerate(claim.lines, 1):
        _line(out, claim, line, n)
    return number


def _insured(out: Segments, policy: Policy, relation: str) -> None:
    out.add("SBR", RANK[policy.rank], relation, plain(policy.group_number, 50), "", "", "", "", "", policy.payer.filing)


def _head(out: Segments, claim: OutgoingClaim) -> None:
    out.add(
        "CLM", claim.ref, amount(claim.charge_cents), "", "", composite(claim.bill_type, "A", claim.frequency), "", accepts(claim.policy),
        yes(claim.policy.assigned), "Y",
    )  # fmt: skip
    out.add("DTP", "434", "RD8", f"{day(claim.first_day)}-{day(claim.last_day)}")
    if claim.admitted_on:
        out.add("DTP", "435", "D8", day(claim.admitted_on))
    out.add("CL1", claim.admission_type, claim.admission_source, claim.discharge_status)
    for kind, how, control in filter(None, (claim.attachment, *claim.more_attachments)):
        out.add("PWK", kind, how, "", "", "AC" if control else "", plain(control, 50))
    state = claim.accident.state if claim.accident and claim.accident.kind == "AA" else ""
    for qualifier, value in (("9F", claim.referral), ("G1", claim.authorisation), ("F8", claim.control), ("LU", state)):
        if value:
            out.add("REF", qualifier, plain(value, 50))
    if claim.note:
        out.add("NTE", "ADD", plain(claim.note, 80))


def _codes(out: Segments, claim: OutgoingClaim) -> None:
    """Diagnoses: the first is the principal one; codes of V, W, X and Y say what caused an injury and stand apart."""
    codes = [code.replace(".", "").upper() for code in claim.diagnoses]
    if codes:
        out.add("HI", composite("ABK", codes[0]))
    reasons = [code.replace(".", "").upper() for code in claim.visit_reasons[:3]]
    if reasons:
        out.add("HI", *[composite("APR", code) for code in reasons])
    causes = [code for code in codes[1:] if code[:1] in "VWXY"][:MOST_CODES]
    others = [code for code in codes[1:] if code[:1] not in "VWXY"][: 2 * MOST_CODES]
    if causes:
        out.add("HI", *[composite("ABN", code) for code in causes])
    for start in range(0, len(others), MOST_CODES):
        out.add("HI", *[composite("ABF", code) for code in others[start : start + MOST_CODES]])
    told = [(ACCIDENT[claim.accident.kind], claim.accident.day)] if claim.accident and claim.accident.day else []
    if claim.onset:
        told.append((ONSET, claim.onset))
    if told:
        out.add("HI", *[composite("BH", code, "D8", day(when)) for code, when in told])


def _people(out: Segments, claim: OutgoingClaim) -> None:
    attending = claim.attending or claim.rendering
    if attending:
        clinician(out, "71", attending)
        if attending.taxonomy:
            out.add("PRV", "AT", "PXC", attending.taxonomy)
    if claim.operating:
        clinician(out, "72", claim.operating)
    if claim.rendering and attending and claim.rendering.npi != attending.npi:
        clinician(out, "82", claim.rendering)
    if claim.facility:
        name, npi, where = claim.facility
        out.add("NM1", "77", "2", plain(name), "", "", "", "", "XX" if npi else "", npi)
        address(out, where)
    if claim.referring:
        clinician(out, "DN", claim.referring)


def _other(out: Segments, other: PriorPayer) -> None:
    """Loop 2320: another payer, with what it adjusted and paid when it came before."""
    policy = other.policy
    _insured(out, policy, policy.relation)
    cas(out, other.adjustments)
    if other.paid_cents is not None:
        out.add("AMT", "D", amount(other.paid_cents))
    out.add("OI", "", "", yes(policy.assigned), "", "", "Y")
    person(out, "IL", policy.subscriber, "MI", plain(policy.member_id, 80), whole=False)
    if policy.subscriber.address.street:
        address(out, policy.subscriber.address)
    out.add("NM1", "PR", "2", plain(policy.payer.name), "", "", "", "", "PI", plain(policy.payer.edi_id, 80))
    if other.decided_on and not any(other.lines):
        out.add("DTP", "573", "D8", day(other.decided_on))
    if other.payer_control:
        out.add("REF", "F8", plain(other.payer_control, 50))


def _line(out: Segments, claim: OutgoingClaim, line: ServiceLine, n: int) -> None:
    out.add("LX", str(n))
    out.add("SV2", line.revenue, _procedure(line), amount(line.charge_cents), "UN", line.units)
    service_days(out, line)
    out.add("REF", "6R", plain(line.ref, 50))
    drug(out, line)
    for other in claim.others:
        answer = other.lines[n - 1] if n <= len(other.lines) else None
        if answer is None:
            continue
        code = composite("HC", answer.code, *answer.modifiers[:4]) if answer.code else ""
        out.add(
            "SVD", plain(other.policy.payer.edi_id, 80), amount(answer.paid_cents), code, line.revenue, answer.units,
        )  # fmt: skip
        cas(out, answer.adjustments)
        if other.decided_on:
            out.add("DTP", "573", "D8", day(other.decided_on))


def _procedure(line: ServiceLine) -> str:
    """SV202; a note stands as its description (seventh component), the only place this guide gives a line for words."""
    if not line.code:
        return ""
    modifiers = [*line.modifiers[:4], "", "", "", ""][:4]
    return composite("HC", line.code, *modifiers, plain(line.note, 80))
