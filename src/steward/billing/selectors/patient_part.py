"""What became of the patient's part of a claim: asked for, paid by plan, given up."""

from __future__ import annotations

from steward.billing.logic.claim_state import Standing
from steward.billing.logic.patient_part import PatientPart, patient_part
from steward.billing.models import Charge, Claim, PaymentPlan, WriteOffLine
from steward.billing.selectors.statements import statements_of_items


def part_of(claim: Claim, books: Standing) -> PatientPart | None:
    """The patient's part of a claim, whose books these are. Four queries at most."""
    items = [row.item for row in Charge.objects.filter(claim=claim, voided_on=None)]
    days = statements_of_items(claim.patient.guarantor_id)
    told = sorted({day for item in items for day in days.get(item, ())})
    given_up = books.adjusted.get("bad_debt", 0)
    return patient_part(
        books.patient_due_cents, given_up, statements=told,
        plan=books.patient_due_cents > 0
        and PaymentPlan.objects.filter(guarantor=claim.patient.guarantor_id, ended_at=None).exists(),
        agency=given_up > 0 and WriteOffLine.objects.filter(charge__claim=claim, agency_file__isnull=False).exists(),
    )  # fmt: skip
