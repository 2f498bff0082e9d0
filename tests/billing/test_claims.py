"""Where a claim stands, write-offs and refunds signed by another person, prepayments put to use."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from steward.billing.models import Charge, Claim, Prepayment, Remittance, WorkItem
from steward.billing.selectors import claims as ask
from steward.billing.selectors import work as work_list
from steward.billing.services.charges import enter_charges, void_charge
from steward.billing.services.decisions import apply_prepayment, request_refund, sign_decision, write_off
from steward.billing.services.work import postpone_work, resolve_work, resolve_work_many
from steward.billing.types import ChargeData, ClaimData
from steward.core.refusals import Refused
from steward.frontdesk.models import Patient

from .conftest import Practice
from .samples import cas, claim, plb, remittance, service_line
from .test_importers import ANSWER

pytestmark = pytest.mark.django_db


def status(practice: Practice, ref: str = "C-1") -> dict:
    found = ask.claim_status(practice.office.call("biller").subject, ref)
    assert found
    return found


def test_status_through_a_claims_life(practice: Practice) -> None:
    practice.claims({"copay_collected": "20.00"})
    assert {k: status(practice)[k] for k in ("state", "charge_cents", "paid_cents", "insurance_due_cents")} == {
        "state": "DRAFT", "charge_cents": 15_000, "paid_cents": 0, "insurance_due_cents": 15_000}  # fmt: skip
    practice.remit(ANSWER)
    found = status(practice)
    assert (found["state"], found["paid_cents"], found["insurance_due_cents"], found["patient_due_cents"]) == (
        "PAID",
        10_000,
        0,
        0,
    )  # 80.00 of the payer and the 20.00 copay
    assert found["adjusted"]["contractual"] == 5_000 and found["adjusted"]["denial"] == 0
    assert found["work_items"] == []


@pytest.mark.parametrize(("adjustments", "state", "more"), [
    ([("CO", "16", 15_000)], "DENIED", {}),
    ([("PR", "1", 15_000)], "ZERO_PAID", {}),
    ([("OA", "94", 500)], "PARTIAL", {}),
    ([("CO", "45", 500)], "PAID", {}),
    ([("PR", "2", 500)], "SECONDARY_READY", {"payer2_id": "MCAID", "member2_id": "X"}),
])  # fmt: skip
def test_states(practice: Practice, adjustments, state, more) -> None:
    practice.claims({**more})
    practice.remit(remittance(claim("C-1", service_line(15_000, *[cas(*a) for a in adjustments], control="L1"))))
    found = status(practice)
    assert found["state"] == state
    whole = (
        found["insurance_due_cents"]
        + found["patient_due_cents"]
        + sum(found["adjusted"].values())
        + found["paid_cents"]
    )
    assert whole == found["charge_cents"]


def test_self_pay_and_unknown(practice: Practice) -> None:
    practice.claims({"payer_id": "", "member_id": ""})
    assert (status(practice)["state"], status(practice)["patient_due_cents"]) == ("PATIENT_DUE", 15_000)
    assert ask.claim_status(practice.office.call("biller").subject, "NOPE") is None
    assert ask.claim_status(practice.office.call("hr").subject, "C-1") is None


def test_charges_entered_at_check_out(practice: Practice) -> None:
    practice.claims({})
    patient = Patient.objects.get()
    data = ClaimData(patient.pk, practice.provider.pk, practice.office.today, (ChargeData("G0439", 9_000), ChargeData("J3420", 500)),
                     payer_of_day=True)  # fmt: skip
    entered = enter_charges(practice.office.call("frontdesk"), data=data)
    assert entered.payer == practice.blue and entered.ref == "C0000001"
    assert [c.line_ref for c in entered.charges.order_by("id")] == ["C0000001-1", "C0000001-2"]
    own = enter_charges(practice.office.call("frontdesk"), data=replace(data, payer_of_day=False))
    assert own.payer is None and practice.balances()["ar_patient"] == 9_500


@pytest.mark.parametrize(("change", "code"), [
    ({"charges": ()}, "charges"),
    ({"charges": (ChargeData("bad code", 1),)}, "code"),
    ({"charges": (ChargeData("G0439", -1),)}, "amount"),
    ({"charges": (ChargeData("G0439", 1, ("259",)),)}, "modifiers"),
    ({"charges": (ChargeData("G0439", 1, line_ref="A"), ChargeData("G0439", 1, line_ref="A"))}, "line_ref"),
    ({"ref": "small"}, "ref"),
    ({"ref": "C-1"}, "exists"),
    ({"patient": 0}, "patient"),
    ({"provider": 0}, "provider"),
    ({"payer": 999_999}, "payer"),
])  # fmt: skip
def test_charges_refused(practice: Practice, change, code) -> None:
    practice.claims({})
    data = ClaimData(
        Patient.objects.get().pk, practice.provider.pk, practice.office.today, (ChargeData("G0439", 9_000),)
    )
    with pytest.raises(Refused) as refused:
        enter_charges(practice.office.call("biller"), data=replace(data, **change))
    assert refused.value.code == code and Claim.objects.count() == 1


def test_void_only_while_nobody_answered(practice: Practice) -> None:
    practice.claims({}, {"line_ref": "L2"})
    first, second = Charge.objects.order_by("id")
    void_charge(practice.office.call("biller"), charge=second, reason="Entered twice")
    assert practice.balances() == {"ar_insurance": 15_000, "charges": -15_000}
    practice.remit(ANSWER)
    with pytest.raises(Refused) as refused:
        void_charge(practice.office.call("biller"), charge=first, reason="x")
    assert refused.value.code == "answered" and status(practice)["charge_cents"] == 15_000


def denied(practice: Practice) -> Charge:
    practice.claims({})
    practice.remit(remittance(claim("C-1", service_line(15_000, cas("CO", "16", 15_000), control="L1"))))
    return Charge.objects.get()


def test_denial_is_never_written_off_without_two_people(practice: Practice) -> None:
    charge = denied(practice)
    assert practice.balances() == {"ar_insurance": 15_000, "charges": -15_000}
    asked = write_off(practice.office.call("biller"), charge=charge, role="denial_writeoff", cents=15_000,
                      reason="Appeal lost", payer=practice.blue)  # fmt: skip
    assert asked.entry is None and practice.balances()["ar_insurance"] == 15_000
    signed = sign_decision(practice.office.call("owner"), uid=asked.uid, approve=True)
    assert signed.entry and practice.balances() == {"charges": -15_000, "denial_writeoff": 15_000}
    assert status(practice)["state"] == "WRITTEN_OFF" and status(practice)["adjusted"]["denial"] == 15_000


def test_write_off_rejected_and_too_large(practice: Practice) -> None:
    charge = denied(practice)
    with pytest.raises(Refused) as refused:
        write_off(
            practice.office.call("biller"), charge=charge, role="charity", cents=15_001, reason="x", payer=practice.blue
        )
    assert refused.value.code == "amount"
    asked = write_off(
        practice.office.call("biller"), charge=charge, role="charity", cents=5_000, reason="x", payer=practice.blue
    )
    done = sign_decision(practice.office.call("administrator"), uid=asked.uid, approve=False, comment="Appeal it")
    assert done.rejected_at and practice.balances()["ar_insurance"] == 15_000


def test_whoever_posted_the_payment_does_not_sign(practice: Practice) -> None:
    practice.claims({})
    practice.remit(remittance(claim("C-1", service_line(15_000, cas("CO", "16", 15_000), control="L1"))), role="biller")
    charge = Charge.objects.get()
    asked = write_off(
        practice.office.call("biller"), charge=charge, role="charity", cents=5_000, reason="x", payer=practice.blue
    )
    with pytest.raises(Refused):
        sign_decision(practice.office.call("biller"), uid=asked.uid, approve=True)


def test_small_balance_needs_no_second_person(practice: Practice) -> None:
    practice.claims({"payer_id": "", "member_id": "", "charge": "4.00"})
    done = write_off(
        practice.office.call("biller"), charge=Charge.objects.get(), role="admin_writeoff", cents=400, reason="small"
    )
    assert done.entry and practice.balances() == {"admin_writeoff": 400, "charges": -400}


def test_copay_too_large_is_refunded_by_two_people(practice: Practice) -> None:
    practice.claims({"copay_collected": "50.00"})
    practice.remit(ANSWER)
    held = Prepayment.objects.get()
    biller = practice.office.call("biller")
    with pytest.raises(Refused):
        request_refund(biller, cents=3_001, reason="overpaid", receipt_item=held.item)
    asked = request_refund(
        biller, cents=3_000, reason="overpaid", receipt_item=held.item, patient=Patient.objects.get()
    )
    assert practice.balances()["patient_prepaid"] == -3_000
    sign_decision(practice.office.call("administrator"), uid=asked.uid, approve=True)
    assert practice.balances()["refunds_payable"] == -3_000 and "patient_prepaid" not in practice.balances()


def test_overpaid_claim_is_refunded_to_the_payer(practice: Practice) -> None:
    practice.claims({})
    practice.remit(ANSWER)
    practice.remit(remittance(claim("C-1", service_line(15_000, cas("CO", "45", 12_000), control="L1")), trace="T2"))
    assert practice.balances()["ar_insurance"] == -3_000
    asked = request_refund(practice.office.call("biller"), cents=3_000, reason="paid twice", charge=Charge.objects.get(),
                           payer=practice.blue)  # fmt: skip
    sign_decision(practice.office.call("owner"), uid=asked.uid, approve=True)
    assert practice.balances()["refunds_payable"] == -3_000 and "ar_insurance" not in practice.balances()
    found = status(practice)
    assert found["credit_cents"] == 3_000 and found["paid_cents"] == 11_000


def test_prepayment_applied_twice_is_refused(practice: Practice) -> None:
    practice.claims({"payer_id": "", "member_id": "", "copay_collected": "20.00"})
    charge, held, biller = Charge.objects.get(), Prepayment.objects.get(), practice.office.call("biller")
    apply_prepayment(biller, receipt_item=held.item, charge=charge, cents=2_000)
    assert practice.balances() == {"charges": -15_000, "ar_patient": 13_000, "undeposited": 2_000}
    with pytest.raises(Refused):
        apply_prepayment(biller, receipt_item=held.item, charge=charge, cents=2_000)


def test_work_list(practice: Practice) -> None:
    denied(practice)
    item, biller = WorkItem.objects.get(), practice.office.call("biller")
    assert work_list.work_counts(biller.subject, practice.office.today) == [("denial", 1, 0, 15_000)]
    postpone_work(biller, item=item, due=practice.office.today)
    with pytest.raises(Refused):
        resolve_work(biller, item=item, resolution=" ")
    resolve_work(biller, item=item, resolution="Appealed by letter")
    with pytest.raises(Refused):
        resolve_work(biller, item=item, resolution="again")
    assert resolve_work_many(biller, items=[item], resolution="again") == 0
    assert list(work_list.work(biller.subject)) == []


def test_invariant_holds_after_everything(practice: Practice) -> None:
    practice.claims(*({"claim_ref": f"C-{n}", "payer2_id": "MCAID", "member2_id": "X"} for n in range(4)))
    told = [claim(f"C-{n}", service_line(15_000, *a, control="L1")) for n, a in enumerate([
        [cas("CO", "45", 2_000), cas("PR", "2", 1_000)], [cas("CO", "104", 300), cas("CO", "16", 700)],
        [cas("CO", "144", -200), cas("PR", "27", 90)], [cas("OA", "23", 15_000)]])]  # fmt: skip
    practice.remit(remittance(*told, provider=(plb("L6", -7),)))
    subject = practice.office.call("biller").subject
    rows = list(ask.claims(subject))
    books = ask.standings([row.pk for row in rows])
    assert all(one.whole for one in books.values()) and len(books) == 4


def test_pages_ask_a_constant_number_of_queries(practice: Practice) -> None:
    def queries(act) -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            act()
        return len(seen)

    practice.claims({})
    practice.remit(ANSWER)
    one = queries(lambda: ask.claim_view(Claim.objects.get()))
    practice.claims(*({"claim_ref": "C-8", "line_ref": f"L{n}"} for n in range(12)))
    lines = [service_line(15_000, cas("CO", "16", 15_000), control=f"L{n}") for n in range(12)]
    practice.remit(remittance(claim("C-8", *lines), trace="T8"))
    assert queries(lambda: ask.claim_view(Claim.objects.get(ref="C-8"))) <= one
    assert one <= 14


def test_pieces_of_a_trace_both_ways(practice: Practice) -> None:
    practice.claims({})
    practice.remit(ANSWER)
    charge, row = Charge.objects.get(), Remittance.objects.get()
    forward = ask.pieces_of_claims(["C-1"])
    assert forward.items == (charge.item, row.item)
    for item in (charge.item, row.item):
        back = ask.pieces_of_items([item])
        assert [c.ref for c in back.claims] == ["C-1"] and [a.remittance for a in back.answers] == [row]
