"""What charge entry stored of a claim reaches the value that is scrubbed and written."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from steward.billing.logic.outgoing.model import Clinician, Drug, Locum, OutgoingClaim
from steward.billing.models import Charge, Claim
from steward.billing.selectors.outgoing import Wanted, outgoing
from steward.billing.selectors.scrubbing import held_by
from steward.billing.selectors.sending import due
from steward.billing.services.charges import enter_charges
from steward.billing.types import ChargeData, ClaimData
from steward.core.refusals import Refused
from steward.frontdesk.services import register_patient
from steward.frontdesk.types import CoverageInput, RegistrationData
from steward.insurance.models import FeeSchedule, Payer
from steward.insurance.selectors import standard_fees
from steward.insurance.services import create_schedule, import_edition, make_standard
from steward.insurance.types import EditionData
from steward.registry.types import PersonData

from .conftest import Practice

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 20)


def patient(practice: Practice, *covers: tuple[Payer, int]):
    return register_patient(
        practice.office.system(),
        data=RegistrationData(
            PersonData("Rowe", "Nell", birth_date=dt.date(1950, 3, 1), sex="F"),
            coverages=tuple(CoverageInput(payer.plans.first().pk, f"M{rank}", dt.date(2026, 1, 1), rank=rank)
                            for payer, rank in covers),
        ),
        despite_duplicates=True,
    )  # fmt: skip


def entered(practice: Practice, *lines: ChargeData, covers=None, **fields) -> Claim:
    person = patient(practice, *(covers if covers is not None else ((practice.blue, 1),)))
    data = ClaimData(person.pk, practice.provider.pk, DAY, lines, payer_of_day=True, **fields)
    return enter_charges(practice.office.call("biller"), data=data)


def out(claim: Claim) -> OutgoingClaim:
    return outgoing([Wanted(claim.pk)])[claim.pk]


LINE = ChargeData("G0439", 15_000, diagnoses=("Z00.00",))


def test_persons_and_accident_reach_the_claim(practice: Practice) -> None:
    told = {
        "supervising_npi": practice.provider.npi, "incident_to": "Y", "ordering_npi": "1993999998", "ordering_last_name": "Orr",
        "ordering_first_name": "Max", "locum_npi": "1003000126", "locum_since": "2026-11-01", "split_shared": "Y",
        "accident_type": "AA", "accident_date": "2026-11-19", "accident_state": "NY", "note": "As asked",
    }  # fmt: skip
    value = out(entered(practice, LINE, details=told))
    assert value.incident_to and value.split_shared and value.locum == Locum("1003000126", dt.date(2026, 11, 1))
    assert value.supervising is not None and value.supervising.last == "Stone"
    assert value.ordering == Clinician("1993999998", "Orr", "Max")
    assert value.accident is not None and (value.accident.kind, value.accident.state) == ("AA", "NY")
    assert value.note == "As asked"


def test_the_scrub_asks_of_them(practice: Practice) -> None:
    """A substitute nobody named, and staff under nobody: found on a stored claim, not only on a made-up one."""
    line = ChargeData("G0439", 15_000, ("Q6",), diagnoses=("Z00.00",))
    found = {one.rule for one in held_by(entered(practice, line, details={"incident_to": "Y"}), practice.office.today)}
    assert {"locum-unnamed", "incident-to-supervisor"} <= found
    long = {"locum_npi": "1003000126", "locum_since": "2026-08-01", "supervising_npi": practice.provider.npi}
    found = {one.rule for one in held_by(entered(practice, LINE, details=long), practice.office.today)}
    assert "locum-unmarked" in found and "locum-sixty-days" not in found  # Medicare alone counts the days


def test_why_medicare_is_second_is_said_of_medicare_alone(practice: Practice) -> None:
    Payer.objects.filter(pk=practice.medicaid.pk).update(filing="MB")
    row = entered(practice, LINE, covers=((practice.blue, 1), (practice.medicaid, 2)), details={"medicare_reason": "12"})
    value = out(row)
    assert value.policy.medicare_reason == "" and [one.policy.medicare_reason for one in value.others] == ["12"]
    assert "medicare-second-reason" not in {one.rule for one in held_by(row, practice.office.today)}


def test_drug_and_note_are_the_lines_own(practice: Practice) -> None:
    drug = ChargeData("J0585", 60_000, ("JZ",), "100", ("G24.3",), ndc="00023-1145-01", ndc_quantity="1", ndc_unit="UN",
                      note="Lot 7")  # fmt: skip
    first, second = out(entered(practice, drug, LINE)).lines
    assert first.drug == Drug("00023-1145-01", "1", "UN") and first.note == "Lot 7"
    assert second.drug is None and second.note == ""


def test_no_plan_is_told_when_the_patient_asked(practice: Practice) -> None:
    row = entered(practice, LINE, no_claim=True)
    assert row.payer is None and row.no_claim and due() == [] and outgoing([Wanted(row.pk)]) == {}
    assert practice.balances("charge:").get("ar_patient") == 15_000
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.filter(pk=row.pk).update(payer=practice.blue)


def test_drug_units_of_a_posted_charge_do_not_change(practice: Practice) -> None:
    entered(practice, LINE)
    for field in ("ndc_quantity", "ndc_unit", "note"):
        with pytest.raises(Exception, match="does not change"), transaction.atomic():
            Charge.objects.update(**{field: "ML"})


def test_the_practices_own_fees_hold_by_day(practice: Practice) -> None:
    call = practice.office.call("biller")
    row = create_schedule(call, name="Our fees")
    body = b"code,amount,modifier,place\nG0439,210.00,,N\nG0439,150.00,,F\nJ0585,6.50,,\nG0439,105.00,26,\n"
    import_edition(call, schedule=row, data=EditionData(dt.date(2026, 1, 1), body))
    import_edition(call, schedule=row, data=EditionData(dt.date(2027, 1, 1), b"code,amount\nG0439,230.00\n"))
    assert standard_fees(["G0439"], DAY) == {}
    make_standard(call, schedule=row)
    assert standard_fees(["G0439", "X1"], DAY) == {("G0439", ""): 21_000, ("G0439", "26"): 10_500}
    assert standard_fees(["G0439"], DAY, facility=True)[("G0439", "")] == 15_000
    assert standard_fees(["G0439"], dt.date(2027, 2, 1)) == {("G0439", ""): 23_000}
    other = create_schedule(call, name="Next fees")
    make_standard(call, schedule=other)
    assert [one.name for one in FeeSchedule.objects.filter(standard=True)] == ["Next fees"]
    with pytest.raises(Refused) as refused:
        make_standard(call, schedule=create_schedule(call, name="Theirs", payer=practice.blue))
    assert refused.value.code == "payer"
