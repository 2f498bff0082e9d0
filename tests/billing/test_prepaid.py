"""What was paid at the visit meets what the patient owes for it, to the cent, once."""

from __future__ import annotations

from steward.billing.services.prepaid import apply_visit_payments

from .conftest import Practice


def _self_pay(practice: Practice, ref: str, charge: str, paid: str) -> None:
    row = {
        "claim_ref": ref,
        "payer_id": "",
        "member_id": "",
        "charge": charge,
        "copay_collected": paid,
        "line_ref": f"{ref}-1",
    }
    assert practice.claims(row).status == "posted"


def test_a_payment_covers_what_is_open_and_no_more(practice: Practice) -> None:
    _self_pay(practice, "SP-1", "120.00", "50.00")
    _self_pay(practice, "SP-2", "30.00", "80.00")
    biller = practice.office.call("biller")
    assert apply_visit_payments(biller, refs=["SP-1", "SP-2"]) == 8_000
    books = practice.balances()
    assert books["ar_patient"] == 7_000
    assert books["patient_prepaid"] == -5_000
    assert apply_visit_payments(biller, refs=["SP-1", "SP-2"]) == 0, "a second time there is nothing left to do"
    assert practice.balances() == books


def test_an_insured_visits_copay_stays_until_the_payer_answers(practice: Practice) -> None:
    assert practice.claims({"claim_ref": "IN-1", "copay_collected": "25.00"}).status == "posted"
    assert apply_visit_payments(practice.office.call("biller"), refs=["IN-1"]) == 0
    assert practice.balances()["patient_prepaid"] == -2_500
