"""A patient's money in one line, for the desk: what is owed, what was paid ahead, and whether to ask at all."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from steward.billing.selectors.statements import holds_on
from steward.core.access.decide import Subject
from steward.core.access.policy import holds, in_full, masks
from steward.core.refusals import Refused
from steward.frontdesk.models import Patient
from steward.ledger.selectors.open_lines import sums_of_parties


@dataclass(frozen=True)
class PatientMoney:
    """``shown``: whether this person may see it. ``held`` says why nobody asks; addresses are empty where they may not go."""

    shown: bool = False
    owed_cents: int = 0
    prepaid_cents: int = 0
    held: str = ""
    account_url: str = ""
    charge_url: str = ""


def money_of_patient(subject: Subject, patient: Patient) -> PatientMoney:
    """What the patient owes, and has paid ahead (with what the guarantor did), by the books. Three queries."""
    reads = in_full(subject, "charge.read")
    if masks(subject, "patient.read") or not (reads or holds(subject, "receipt.take")):
        return PatientMoney()
    family = {patient.party_id, patient.guarantor_id}
    try:
        owed = sums_of_parties([patient.party_id], "ar_patient").get(patient.party_id, 0)
        ahead = -sum(sums_of_parties(family, "patient_prepaid").values())
    except Refused:  # no books yet: the desk works all the same
        return PatientMoney()
    held = holds_on([patient.guarantor_id]).get(patient.guarantor_id, [])
    words = str(held[0].get_kind_display()) if held else ""
    account = reverse("billing:account", args=[patient.uid]) if reads else ""
    charge = reverse("billing:other_new", args=[patient.uid]) if holds(subject, "charge.enter") else ""
    return PatientMoney(True, owed, ahead, words, account, charge)
