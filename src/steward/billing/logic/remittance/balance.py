"""Do the payer's own sums agree? Line, claim and transaction (facts, "Rules"; X12 RFIs 2348, 2548, 2601, 227, 1604).

- line: SVC02 - line CAS = SVC03
- claim: CLP03 - claim CAS - all line CAS = CLP04 (SVC may be absent)
- transaction: BPR02 = sum(CLP04) - sum(PLB), BPR02 never negative
AMT, MIA and MOA are information and take no part. CLP05 against the PR adjustments is a warning, never a refusal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .model import ClaimPayment, Remittance

REVERSAL = "22"
ASK_PAYER = "Nothing was posted. Ask the payer for a corrected remittance and name this claim and these amounts."


class Problem(NamedTuple):
    """Something wrong, where (segment of the file, loop), and how to mend it."""

    code: str
    message: str
    fix: str
    segment: int = 0
    loop: str = ""


def dollars(cents: int) -> str:
    """Plain text of an amount, for messages: ``-1234`` is ``-12.34``."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def problems(remittance: Remittance) -> list[Problem]:
    """Every sum that does not agree; empty means the remittance may post."""
    found: list[Problem] = []
    total = 0
    for claim in remittance.claims:
        total += claim.paid_cents
        adjusted = 0
        for entry in claim.adjustments:
            adjusted += entry[2]
        for line in claim.lines:
            taken = 0
            for entry in line.adjustments:
                taken += entry[2]
            if line.charge_cents - taken != line.paid_cents:
                found.append(_line_problem(claim, line.code, line.charge_cents, taken, line.paid_cents, line.segment))
            adjusted += taken
        if claim.charge_cents - adjusted != claim.paid_cents:
            found.append(_claim_problem(claim, adjusted))
    found.extend(_transaction_problems(remittance, total))
    return found


def _line_problem(claim: ClaimPayment, code: str, charge: int, taken: int, paid: int, segment: int) -> Problem:
    return Problem(
        "line_balance",
        f"Claim {claim.number}, service {code}: charge {dollars(charge)} less adjustments {dollars(taken)} is"
        f" {dollars(charge - taken)}, but {dollars(paid)} is said to be paid.",
        ASK_PAYER,
        segment,
        "2110",
    )


def _claim_problem(claim: ClaimPayment, adjusted: int) -> Problem:
    left = claim.charge_cents - adjusted
    return Problem(
        "claim_balance",
        f"Claim {claim.number}: charge {dollars(claim.charge_cents)} less adjustments {dollars(adjusted)} is"
        f" {dollars(left)}, but {dollars(claim.paid_cents)} is said to be paid.",
        ASK_PAYER,
        claim.segment,
        "2100",
    )


def _transaction_problems(remittance: Remittance, claims_total: int) -> list[Problem]:
    taken = sum(entry.cents for entry in remittance.provider_adjustments)
    found = []
    if remittance.paid_cents < 0:
        found.append(
            Problem(
                "negative_payment",
                "BPR02 is negative; a payer that takes money back writes 0 and carries the rest forward (PLB FB).",
                ASK_PAYER,
                remittance.segment,
                "1000",
            )
        )
    if claims_total - taken != remittance.paid_cents:
        found.append(
            Problem(
                "transaction_balance",
                f"Remittance {remittance.trace}: claims {dollars(claims_total)} less provider adjustments"
                f" {dollars(taken)} is {dollars(claims_total - taken)}, but the payment (BPR02) is"
                f" {dollars(remittance.paid_cents)}.",
                ASK_PAYER,
                remittance.segment,
                "1000",
            )
        )
    return found


def warnings(remittance: Remittance) -> list[Problem]:
    """What does not stop posting but should be seen: CLP05 differing from the PR adjustments (RFI 2548)."""
    found = []
    for claim in remittance.claims:
        if claim.status == REVERSAL:
            continue
        share = sum(a.cents for a in claim.all_adjustments if a.group == "PR")
        if share != claim.patient_cents:
            found.append(
                Problem(
                    "patient_share",
                    f"Claim {claim.number}: the payer states a patient share of"
                    f" {dollars(claim.patient_cents)} but its adjustments add to {dollars(share)}; the"
                    " adjustments count.",
                    "Nothing to do unless the patient asks.",
                    claim.segment,
                    "2100",
                )
            )
    return found
