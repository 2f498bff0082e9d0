"""A refund in cash: asked by one, signed by another, paid by a cashier out of her own drawer, taken back while it is open."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from steward.banking.models import CashRefund, Drawer, DrawerSession, Receipt
from steward.banking.papers import day_sheet as sheet_pdf
from steward.banking.selectors.drawers import flows
from steward.banking.selectors.sheet import DayFacts, day_sheet, proofs
from steward.banking.services import accounts, drawers, receipts, refunds
from steward.billing.models import Decision
from steward.billing.selectors.refunds import refunds_to_pay
from steward.billing.services.decisions import pay_refund, request_refund, sign_decision
from steward.core.access.models import Office as OfficeRow
from steward.core.approvals.models import OwnerReview
from steward.core.audit.models import AuditRow
from steward.core.refusals import Refused
from steward.frontdesk.models import Patient
from steward.frontdesk.services import register_patient
from steward.frontdesk.types import RegistrationData
from steward.ledger.selectors import account_balance, item_balances, verify
from steward.ledger.types import LineDraft
from steward.registry.types import PersonData
from tests.support import NOON, Office, make_user, signed_in

DAY = NOON.date()


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEWARD_NOW", "2026-11-23T12:00:00-05:00")


@pytest.fixture
def drawer(office: Office) -> Drawer:
    return accounts.make_drawer(office.call("administrator"), name="Front 1", site=office.site, float_cents=5000)


@pytest.fixture
def session(office: Office, drawer: Drawer) -> DrawerSession:
    return drawers.open_drawer(office.call("frontdesk"), drawer=drawer, float_cents=5000)


@pytest.fixture
def ana(office: Office) -> Patient:
    person = PersonData("Ortiz", "Ana", birth_date=dt.date(1980, 3, 4))
    return register_patient(office.call("frontdesk"), data=RegistrationData(person), despite_duplicates=True)


@pytest.fixture
def paid(office: Office, session: DrawerSession, ana: Patient) -> Receipt:
    return receipts.take_receipt(office.call("frontdesk"), tender="cash", cents=2500, party=ana.party)


def refusal(act: Any) -> str:
    with pytest.raises(Refused) as caught:
        act()
    assert all(one.message and one.fix for one in caught.value.refusals)
    return caught.value.code


def asked(office: Office, receipt: Receipt, patient: Patient, cents: int = 2500, by: str = "biller") -> Decision:
    return request_refund(office.call(by), cents=cents, reason="paid twice", receipt_item=receipt.item, patient=patient)


def signed(office: Office, receipt: Receipt, patient: Patient, cents: int = 2500) -> Decision:
    return sign_decision(office.call("administrator"), uid=asked(office, receipt, patient, cents).uid, approve=True)


def role(name: str) -> int:
    return account_balance(DAY, role=name)


def test_asked_signed_paid(office: Office, session: DrawerSession, paid: Receipt, ana: Patient) -> None:
    decision = signed(office, paid, ana, 1500)
    assert [one.pk for one in refunds_to_pay()] == [decision.pk]
    one = pay_refund(office.call("frontdesk"), uid=decision.uid)
    assert (one.number, one.cents, one.party, one.session) == (1, 1500, ana.party, session)
    assert (role("drawer"), role("patient_prepaid"), role("refunds_payable")) == (6000, -1000, 0)
    assert item_balances([session.item, paid.item]) == {
        session.item: {"drawer": 6000}, paid.item: {"patient_prepaid": -1000},
    }  # fmt: skip
    assert refunds_to_pay() == []
    assert not verify().faults
    says = AuditRow.objects.filter(action="billing.pay_refund", decision="allow").get()
    assert says.actor == office.user("frontdesk").pk


def test_it_is_paid_once(office: Office, session: DrawerSession, paid: Receipt, ana: Patient) -> None:
    decision = signed(office, paid, ana, 1000)
    pay_refund(office.call("frontdesk"), uid=decision.uid)
    second = asked(office, paid, ana, 1000)
    sign_decision(office.call("administrator"), uid=second.uid, approve=True)  # 10.00 more stand in the books
    assert refusal(lambda: pay_refund(office.call("frontdesk"), uid=decision.uid)) == "paid"
    assert pay_refund(office.call("frontdesk"), uid=second.uid).number == 2, "a refusal spends no number"


def test_only_what_is_signed_and_a_patients(
    office: Office, session: DrawerSession, paid: Receipt, ana: Patient
) -> None:
    waiting = asked(office, paid, ana)
    assert refusal(lambda: pay_refund(office.call("frontdesk"), uid=waiting.uid)) == "not_signed"
    assert refusal(lambda: asked(office, paid, ana, 2501)) == "amount"
    nobody = request_refund(office.call("biller"), cents=100, reason="x", receipt_item=paid.item)
    sign_decision(office.call("administrator"), uid=nobody.uid, approve=True)
    assert refusal(lambda: pay_refund(office.call("frontdesk"), uid=nobody.uid)) == "payer"


def test_the_drawer_never_goes_below_zero(office: Office, session: DrawerSession, paid: Receipt, ana: Patient) -> None:
    decision = signed(office, paid, ana)
    desk = office.call("frontdesk")
    drawers.safe_drop(desk, session=session, cents=5001)
    assert refusal(lambda: pay_refund(desk, uid=decision.uid)) == "no_cash"
    assert refusal(lambda: receipts.void_receipt(desk, receipt=paid, reason="x")) == "applied"
    assert role("drawer") == 2499
    assert refusal(lambda: pay_refund(office.call("biller"), uid=decision.uid)) == "no_drawer"


def test_a_void_needs_its_cash_and_its_whole_credit(
    office: Office, session: DrawerSession, paid: Receipt, ana: Patient
) -> None:
    desk = office.call("frontdesk")
    drawers.safe_drop(desk, session=session, cents=5001)
    assert refusal(lambda: receipts.void_receipt(desk, receipt=paid, reason="x")) == "no_cash"
    decision = signed(office, paid, ana, 2400)
    pay_refund(desk, uid=decision.uid)
    assert refusal(lambda: receipts.void_receipt(desk, receipt=paid, reason="x")) == "applied"


def test_whoever_signs_took_no_payment_and_pays_nothing_out(
    office: Office, session: DrawerSession, paid: Receipt, ana: Patient
) -> None:
    boss = make_user("administrator", "boss")
    office.users["boss"] = make_user("frontdesk", "boss")
    other = accounts.make_drawer(office.call("administrator"), name="Front 2", site=office.site)
    drawers.open_drawer(office.call("boss"), drawer=other, float_cents=0)
    theirs = receipts.take_receipt(office.call("boss"), tender="cash", cents=900, party=ana.party)
    mine = asked(office, theirs, ana, 900)
    assert boss.pk == office.user("boss").pk
    assert refusal(lambda: sign_decision(office.call("boss"), uid=mine.uid, approve=True)) == "separation"
    decision = asked(office, paid, ana, 500)
    sign_decision(office.call("boss"), uid=decision.uid, approve=True)
    assert refusal(lambda: pay_refund(office.call("boss"), uid=decision.uid)) == "separation"
    assert CashRefund.objects.count() == 0


def test_small_office_passes_with_a_mark(office: Office, session: DrawerSession, paid: Receipt, ana: Patient) -> None:
    OfficeRow.objects.update(small_office=True)
    office.users["boss"] = make_user("administrator", "boss")
    make_user("frontdesk", "boss")
    other = accounts.make_drawer(office.call("administrator"), name="Front 2", site=office.site)
    decision = asked(office, paid, ana, 500)
    sign_decision(office.call("boss"), uid=decision.uid, approve=True)
    opened = drawers.open_drawer(office.call("boss"), drawer=other, float_cents=0)
    given = drawers.hand_over(office.call("frontdesk"), session=session, to=opened, cents=500)
    drawers.accept_hand_over(office.call("boss"), move=given, cents=500)
    pay_refund(office.call("boss"), uid=decision.uid)
    mark = OwnerReview.objects.get(object_uid=decision.uid)
    assert {mark.first_duty, mark.second_duty} == {"approve_refund", "pay_refund"}


def test_taken_back_while_the_drawer_is_open(
    office: Office, session: DrawerSession, paid: Receipt, ana: Patient
) -> None:
    decision = signed(office, paid, ana)
    desk = office.call("frontdesk")
    one = pay_refund(desk, uid=decision.uid)
    assert refusal(lambda: refunds.take_back_refund(desk, refund=one, reason=" ")) == "no_reason"
    assert refusal(lambda: refunds.take_back_refund(office.call("biller"), refund=one, reason="x")) == "denied"
    refunds.take_back_refund(desk, refund=one, reason="she left")
    assert (role("drawer"), role("refunds_payable")) == (7500, -2500)
    assert refusal(lambda: refunds.take_back_refund(desk, refund=one, reason="x")) == "voided"
    again = pay_refund(desk, uid=decision.uid)
    assert again.number == 2
    drawers.count_drawer(desk, session=session, cents=5000)
    assert refusal(lambda: refunds.take_back_refund(desk, refund=again, reason="late")) == "drawer_counted"


def test_the_count_and_the_day_sheet_know_of_it(
    office: Office, session: DrawerSession, paid: Receipt, ana: Patient
) -> None:
    decision = signed(office, paid, ana, 2000)
    pay_refund(office.call("frontdesk"), uid=decision.uid)
    flow = flows([session])[session.pk]
    assert (flow.cash_receipts_cents, flow.cash_refunds_cents, flow.expected_cents) == (2500, 2000, 5500)
    counted = drawers.count_drawer(office.call("frontdesk"), session=session, cents=5500)
    assert (counted.expected_cents, counted.over_short_cents) == (5500, 0)
    sheet = day_sheet(DAY, DayFacts())
    assert [(one["number"], one["cents"], one["void"]) for one in sheet["refunds"]] == [(1, 2000, "")]
    assert sheet["drawers"][0]["cash_refunds_cents"] == 2000
    assert all(proof.ok for proof in proofs(DAY))
    assert sheet_pdf(sheet, "Cedar Hill", []).startswith(b"%PDF")


def test_beyond_what_stands_and_another_entity(
    office: Office, session: DrawerSession, paid: Receipt, ana: Patient
) -> None:
    signed(office, paid, ana, 500)
    desk = office.call("frontdesk")
    owed = LineDraft(item=paid.item, party=ana.party_id, party_role="patient")

    def pay(cents: int, **more: Any) -> CashRefund:
        line = LineDraft(item=owed.item, party=owed.party, party_role="patient", **more)
        return refunds.pay_refund(desk, cents=cents, party=ana.party, owed=line, reason="x", for_ref="r")

    assert refusal(lambda: pay(501)) == "amount"
    assert refusal(lambda: pay(0)) == "amount"
    assert refusal(lambda: pay(500, entity=office.entity.pk + 77)) == "other_entity"
    assert pay(500).cents == 500


def test_a_voucher_does_not_change(office: Office, session: DrawerSession, paid: Receipt, ana: Patient) -> None:
    one = pay_refund(office.call("frontdesk"), uid=signed(office, paid, ana).uid)
    for sql in (
        "UPDATE banking_cashrefund SET cents = 1", "DELETE FROM banking_cashrefund",
        "UPDATE banking_cashrefund SET for_ref = 'x'",
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    one.refresh_from_db()
    assert one.cents == 2500


def press(client: Any, name: str, *args: Any, **data: Any) -> Any:
    return client.post(reverse(f"banking:{name}", args=args), {"_key": str(uuid4()), **data})


def test_through_the_screens(office: Office, session: DrawerSession, paid: Receipt, ana: Patient) -> None:
    desk, biller, boss = signed_in("frontdesk"), signed_in("biller"), signed_in("administrator")
    page = biller.get(reverse("banking:receipt", args=[paid.uid])).content.decode()
    assert reverse("banking:refund_ask", args=[paid.uid]) in page
    assert (
        reverse("banking:refund_ask", args=[paid.uid])
        not in desk.get(reverse("banking:receipt", args=[paid.uid])).content.decode()
    )
    assert press(biller, "refund_ask", paid.uid, cents="30.00", reason="paid twice").status_code == 422
    assert press(biller, "refund_ask", paid.uid, cents="25.00", reason="paid twice").status_code == 303
    decision = Decision.objects.get()
    assert desk.get(reverse("banking:refund_pay", args=[decision.uid])).status_code == 404
    sign_decision(office.call("administrator"), uid=decision.uid, approve=True)
    assert "1 refund is to be paid" in desk.get("/").content.decode()
    listed = desk.get(reverse("banking:refunds")).content.decode()
    assert "Ana" in listed and reverse("banking:refund_pay", args=[decision.uid]) in listed
    done = press(desk, "refund_pay", decision.uid)
    assert done.status_code == 303
    voucher = desk.get(done["Location"]).content.decode()
    assert "Refund 1" in voucher and "Received by" in voucher and "25.00" in voucher
    assert boss.get(reverse("banking:refunds")).status_code == 200
    owner = signed_in("owner").get(reverse("banking:refunds")).content.decode()
    assert "Ortiz" not in owner, "who reads no patients sees initials"
    one = CashRefund.objects.get()
    traced = boss.get(reverse("desk:trace", args=["receipt", str(paid.uid)])).content.decode()
    assert "Refund 1" in traced and done["Location"] in traced
    assert press(desk, "refund_take_back", one.uid, reason="she left").status_code == 303
    assert "Taken back" in desk.get(reverse("banking:drawer", args=[session.uid])).content.decode()
