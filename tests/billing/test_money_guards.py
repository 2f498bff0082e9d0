"""What one pair of hands cannot do alone with money: papers without a picture, late voids, returns undone, payments put twice."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connections
from django.urls import reverse

from steward.banking.services import accounts, drawers
from steward.banking.services.receipts import take_receipt
from steward.billing.models import (
    Charge,
    Decision,
    OtherCharge,
    PaperEob,
    Prepayment,
    Remittance,
    RemittanceClaim,
    WriteOffRun,
)
from steward.billing.services.answers import apply_unapplied_money
from steward.billing.services.charges import enter_charges, void_charge
from steward.billing.services.corrections import add_charges
from steward.billing.services.decisions import apply_prepayment, request_refund, sign_decision
from steward.billing.services.others import OtherData, apply_to_other, enter_other, settle_others
from steward.billing.services.paper_eobs import PaperHead, post_paper, save_paper_provider, scan_paper, start_paper
from steward.billing.services.returned import return_payment, undo_return
from steward.billing.services.runs import ask_small_balances
from steward.billing.types import ChargeData, ClaimData
from steward.core.approvals import deciders
from steward.core.approvals.models import ApprovalRequest, OwnerReview
from steward.core.refusals import Refused
from steward.frontdesk.models import Patient
from tests.support import open_office, signed_in

from .conftest import Practice, practise
from .samples import claim, remittance, service_line
from .test_accounts import SHARED
from .test_paper_eob import PNG
from .test_returned import check, code, owe, put
from .test_returned import desk as desk  # the fixture: a bank account and an open drawer
from .test_statements import SELF


# ---- papers ----
def paper(practice: Practice, trace: str) -> PaperEob:
    """A paper whose check pays nothing but an addition of the payer's: posted without a claim of ours."""
    call = practice.office.call("biller")
    head = PaperHead(practice.blue, practice.office.entity, "CHK", trace, practice.office.today, 4_200)
    row = start_paper(call, head=head)
    save_paper_provider(call, paper=row, rows=(("L6", -4_200, "INTEREST"),))
    return row


def test_a_paper_posted_without_a_picture_is_read_by_the_owner(practice: Practice) -> None:
    call = practice.office.call("biller")
    shown, unseen = paper(practice, "1001"), paper(practice, "1002")
    scan_paper(call, paper=shown, content=PNG)
    post_paper(call, paper=shown)
    assert not OwnerReview.objects.exists()
    post_paper(call, paper=unseen)
    mark = OwnerReview.objects.get()
    assert mark.object_uid == Remittance.objects.get(trace="1002").uid and mark.person_id == call.user_id
    assert "1002" in mark.title and "42.00" in mark.title


# ---- voids ----
def test_a_later_day_another_person_voids_what_the_patient_owes(practice: Practice) -> None:
    practice.claims({"claim_ref": "S-1", **SELF}, {"claim_ref": "C-1", "line_ref": "L2"})
    own, insured = Charge.objects.get(claim__ref="S-1"), Charge.objects.get(claim__ref="C-1")
    practice.office.now += dt.timedelta(days=1)
    with pytest.raises(Refused) as refused:
        void_charge(practice.office.call("biller"), charge=own, reason="mistake")
    assert code(refused) == "separation" and practice.balances()["ar_patient"] == 15_000
    void_charge(practice.office.call("frontdesk"), charge=own, reason="mistake")
    assert "ar_patient" not in practice.balances()
    void_charge(practice.office.call("biller"), charge=insured, reason="the payer was not told yet")


def test_in_a_small_office_the_owner_reads_the_late_void(db) -> None:
    practice = practise(open_office(small=True))
    practice.claims({"claim_ref": "S-1", **SELF})
    practice.office.now += dt.timedelta(days=1)
    void_charge(practice.office.call("biller"), charge=Charge.objects.get(), reason="mistake")
    assert {OwnerReview.objects.get().first_duty, OwnerReview.objects.get().second_duty} == {"post_charge", "void_charge"}


def test_whoever_added_a_service_has_posted_a_charge_of_the_claim(practice: Practice) -> None:
    practice.claims({"claim_ref": "S-1", **SELF})
    claim = Charge.objects.get().claim
    (added,) = add_charges(practice.office.call("frontdesk"), claim=claim, charges=[ChargeData("99213", 4_000)])
    practice.office.now += dt.timedelta(days=1)
    with pytest.raises(Refused) as refused:
        void_charge(practice.office.call("frontdesk"), charge=added, reason="mistake")
    assert code(refused) == "separation"


# ---- returns undone ----
def test_a_large_return_is_undone_by_two(desk: Practice) -> None:
    charge = owe(desk, "A-1", "1200.00")
    receipt = check(desk, 120_000)
    put(desk, receipt, charge, 120_000)
    biller = desk.office.call("biller")
    row = return_payment(biller, receipt=receipt, reason="insufficient funds")
    sign_decision(desk.office.call("administrator"), uid=row.decision.uid, approve=True)
    after = desk.balances()
    assert undo_return(biller, returned=row, reason="made good").undone_at is None and desk.balances() == after
    with pytest.raises(Refused) as refused:
        undo_return(biller, returned=row, reason="made good, again")
    assert code(refused) == "waits"
    asked = Decision.objects.get(kind="unreturned")
    with pytest.raises(Refused) as refused:
        sign_decision(biller, uid=asked.uid, approve=True)
    assert code(refused) == "separation" and desk.balances() == after
    sign_decision(desk.office.call("administrator"), uid=asked.uid, approve=False, comment="show me the letter")
    undo_return(biller, returned=row, reason="made good: letter of the bank")
    sign_decision(desk.office.call("owner"), uid=Decision.objects.get(kind="unreturned", rejected_at=None).uid, approve=True)
    row.refresh_from_db()
    assert row.undone_at and row.undone_by_id == biller.user_id and "ar_patient" not in desk.balances()


# ---- whose money, whose visit ----
def test_a_refund_goes_to_whose_money_it_is(desk: Practice) -> None:
    own = owe(desk, "A-1", "10.00").claim.patient
    desk.claims({"claim_ref": "A-2", "line_ref": "Z2", "charge": "9.00", "patient_ref": "P2", "last_name": "Voss", **SELF})
    other = Patient.objects.get(chart="P2")
    receipt, biller = check(desk, 5_000), desk.office.call("biller")
    for asked in ({"receipt_item": receipt.item}, {"charge": Charge.objects.get(line_ref="Z2")}):
        wrong = own if "charge" in asked else other
        with pytest.raises(Refused) as refused:
            request_refund(biller, cents=100, reason="moved away", patient=wrong, **asked)  # type: ignore[arg-type]
        assert code(refused) == "patient"
    assert not Decision.objects.exists()
    request_refund(biller, cents=100, reason="moved away", receipt_item=receipt.item, patient=own)


def test_a_claim_names_only_a_visit_of_its_patient(desk: Practice) -> None:
    claim = owe(desk, "A-1", "10.00").claim
    data = ClaimData(claim.patient_id, claim.provider_id, claim.service_date, (ChargeData("G0438", 1_000),), visit=987_654)
    with pytest.raises(Refused) as refused:
        enter_charges(desk.office.call("biller"), data=data)
    assert code(refused) == "visit" and Charge.objects.count() == 1


# ---- requests withdrawn ----
def test_a_withdrawn_refund_waits_no_more(desk: Practice) -> None:
    charge = owe(desk, "A-1", "10.00")
    receipt = check(desk, 5_000)
    biller = desk.office.call("biller")
    asked = request_refund(biller, cents=4_000, reason="moved away", receipt_item=receipt.item, patient=charge.claim.patient)
    waiting = ApprovalRequest.objects.get(object_uid=asked.uid)
    page = signed_in("biller").post(reverse("approvals:withdraw", args=[waiting.uid]))
    assert page.status_code == 303
    asked.refresh_from_db()
    assert asked.rejected_at and asked.entry is None
    with pytest.raises(Refused):
        sign_decision(desk.office.call("administrator"), uid=asked.uid, approve=True)


def test_a_withdrawn_run_frees_its_lines(practice: Practice) -> None:
    practice.office.now = dt.datetime(2026, 4, 6, 17, 0, tzinfo=dt.UTC)
    for n in range(2):
        practice.claims({"claim_ref": f"S-{n}", "line_ref": f"L{n}", "charge": "9.00", "patient_ref": f"P{n}", **SELF,
                         "service_date": "2026-04-06"})  # fmt: skip
    practice.office.now += dt.timedelta(days=90)
    biller = practice.office.call("biller")
    run = ask_small_balances(biller)
    deciders.withdraw(biller, request=ApprovalRequest.objects.get(object_uid=run.uid))
    assert WriteOffRun.objects.get().rejected_at and ask_small_balances(biller).pk != run.pk


# ---- whose money ----
def test_nobody_pays_with_a_strangers_money(practice: Practice) -> None:
    practice.claims({"claim_ref": "S-1", "copay_collected": "20.00", **SELF},
                    {"claim_ref": "S-2", "line_ref": "L2", "patient_ref": "P2", "last_name": "Other", **SELF})  # fmt: skip
    held, strange = Prepayment.objects.get(), Charge.objects.get(claim__ref="S-2")
    with pytest.raises(Refused) as refused:
        apply_prepayment(practice.office.call("biller"), receipt_item=held.item, charge=strange, cents=2_000)
    assert code(refused) == "patient" and practice.balances()["patient_prepaid"] == -2_000


def test_a_guarantors_money_pays_for_the_patient_and_leaves_the_guarantors_account(desk: Practice) -> None:
    desk.claims({"claim_ref": "S-1", **SHARED})
    charge = Charge.objects.get()
    parent = charge.claim.patient.guarantor
    receipt = take_receipt(desk.office.call("frontdesk"), tender="cash", cents=5_000, party=parent)
    apply_prepayment(desk.office.call("biller"), receipt_item=receipt.item, charge=charge, cents=5_000)
    assert "patient_prepaid" not in desk.balances(receipt.item) and desk.balances(charge.item)["ar_patient"] == 10_000


def test_what_was_put_to_a_charge_meanwhile_is_not_refunded_too(desk: Practice) -> None:
    charge = owe(desk, "A-1", "50.00")
    receipt = check(desk, 5_000)
    biller = desk.office.call("biller")
    asked = request_refund(biller, cents=5_000, reason="moved away", receipt_item=receipt.item, patient=charge.claim.patient)
    put(desk, receipt, charge, 3_000)
    with pytest.raises(Refused) as refused:
        sign_decision(desk.office.call("administrator"), uid=asked.uid, approve=True)
    assert code(refused) == "amount" and desk.balances(receipt.item)["patient_prepaid"] == -2_000


# ---- at once ----
@pytest.mark.race
def test_a_payment_is_spent_once_by_many_hands(real_db) -> None:
    practice = practise(open_office())
    office = practice.office
    drawer = accounts.make_drawer(office.call("administrator"), name="Front 1", site=office.site)
    drawers.open_drawer(office.call("frontdesk"), drawer=drawer, float_cents=0)
    practice.claims({"claim_ref": "S-1", "charge": "30.00", **SELF})
    patient, charge = Patient.objects.get(), Charge.objects.get()
    fees = [
        enter_other(office.call("biller"), data=OtherData("form", patient.party, 2_000, f"form {n}", patient=patient)) for n in range(3)
    ]
    items = [take_receipt(office.call("frontdesk"), tender="cash", cents=2_500, party=patient.party).item for _ in range(2)]
    acts = [
        *(lambda c, f=f, i=i: apply_to_other(c, charge=f, receipt_item=i, cents=2_000) for f in fees for i in items),
        *(lambda c, i=i: apply_prepayment(c, receipt_item=i, charge=charge, cents=2_500) for i in items),
        *(lambda c: settle_others(c, debtor=patient.party) for _ in range(3)),
    ]  # fmt: skip
    faults: list[BaseException] = []
    gate = threading.Barrier(len(acts))

    def run(act) -> None:  # type: ignore[no-untyped-def]
        gate.wait()
        try:
            act(office.call("biller"))
        except Refused:
            pass  # somebody else was first
        except BaseException as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults, faults[:3]
    left = [-practice.balances(item).get("patient_prepaid", 0) for item in items]
    owed = [practice.balances(one.item).get("ar_patient", 0) for one in (*fees, charge)]
    assert min(left) >= 0 and min(owed) >= 0, (left, owed)
    assert sum(left) + 9_000 - sum(owed) == 5_000, "what left the payments arrived at the charges"
    assert OtherCharge.objects.count() == 3


@pytest.mark.race
def test_two_answers_put_to_one_charge_at_once_never_overpay_it(real_db) -> None:
    practice = practise(open_office())
    practice.claims({})
    for trace in ("T1", "T2"):
        practice.remit(remittance(claim("C-1", service_line(8_000, code="Q0091")), trace=trace))
    answers, charge = list(RemittanceClaim.objects.order_by("pk")), Charge.objects.get()
    gate, faults = threading.Barrier(2), []

    def run(answer) -> None:  # type: ignore[no-untyped-def]
        gate.wait()
        try:
            apply_unapplied_money(practice.office.call("biller"), answer=answer, charge=charge, cents=8_000)
        except Refused:
            pass  # the other one was first: 7,000 are open
        except BaseException as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[answer]) for answer in answers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults, faults
    assert practice.balances(charge.item)["ar_insurance"] == 7_000
    assert sorted(RemittanceClaim.objects.values_list("unapplied_cents", flat=True)) == [0, 8_000]
