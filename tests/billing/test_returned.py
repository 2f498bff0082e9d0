"""A payment that came back reopens exactly what it had paid: nothing more, nothing less, and undone it is as if it had not."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from steward.banking import importers
from steward.banking.models import BankAccount, PayoutLine, Receipt, Settlement
from steward.banking.selectors import returns
from steward.banking.selectors.deposits import open_settlements
from steward.banking.selectors.glance import glance
from steward.banking.services.accounts import make_drawer
from steward.banking.services.deposits import close_terminal_batch, make_deposit
from steward.banking.services.drawers import open_drawer
from steward.banking.services.receipts import take_receipt
from steward.billing.logic.claim_state import standing
from steward.billing.logic.returned import use_of
from steward.billing.models import Charge, Claim, Decision, OtherCharge, Remittance, ReturnedPayment, Statement
from steward.billing.papers import statement_letter
from steward.billing.selectors.accounts import account
from steward.billing.selectors.facts import known_by_pk
from steward.billing.services.decisions import apply_prepayment, request_refund, sign_decision
from steward.billing.services.others import OtherData, enter_other, pay_other
from steward.billing.services.remittances import undo_remittance
from steward.billing.services.returned import return_payment, undo_return
from steward.billing.services.statements import make_statements
from steward.core.imports import Options
from steward.core.refusals import Refused
from steward.frontdesk.models import Appointment, Patient, Visit, VisitReason
from steward.insurance.models import Payer
from steward.registry.models import Site
from tests.banking.logic.test_nacha import GOOD
from tests.support import signed_in

from .conftest import Practice
from .samples import cas, claim, remittance, service_line
from .test_other_charges import code
from .test_statements import SELF, later


@pytest.fixture
def desk(practice: Practice) -> Practice:
    """The practice in a state whose fee for returned checks is known, with an open drawer at the front desk."""
    Site.objects.update(state="NY")
    drawer = make_drawer(practice.office.call("administrator"), name="Front", site=practice.office.site)
    open_drawer(practice.office.call("frontdesk"), drawer=drawer, float_cents=0)
    return practice


def owe(practice: Practice, ref: str, dollars: str, patient: str = "P1") -> Charge:
    row = {"claim_ref": ref, "line_ref": f"{ref}-1", "charge": dollars, "patient_ref": patient, **SELF}
    assert practice.claims(row).status == "posted"
    return Charge.objects.get(claim__ref=ref)


def check(practice: Practice, cents: int, *, leave: bool = True, tender: str = "check", number: str = "77") -> Receipt:
    party = Patient.objects.get(chart="P1").party
    named = {"check_no": number} if tender == "check" else {}
    row = take_receipt(practice.office.call("frontdesk"), tender=tender, cents=cents, party=party, **named)
    if leave and tender == "check":
        make_deposit(practice.office.call("administrator"), bank_account=BankAccount.objects.get(account__role="bank_operating"))
    elif leave:
        close_terminal_batch(practice.office.call("administrator"))
    return Receipt.objects.get(pk=row.pk)


def put(practice: Practice, receipt: Receipt, charge: Charge, cents: int) -> None:
    apply_prepayment(practice.office.call("biller"), receipt_item=receipt.item, charge=charge, cents=cents)


def test_a_returned_check_reopens_the_same_items_and_its_fee(desk: Practice) -> None:
    first, second = owe(desk, "A-1", "100.00"), owe(desk, "A-2", "30.00")
    receipt = check(desk, 12_000)
    put(desk, receipt, first, 9_000)
    put(desk, receipt, second, 2_000)
    assert desk.balances()["ar_patient"] == 2_000 and desk.balances()["patient_prepaid"] == -1_000
    row = return_payment(desk.office.call("biller"), receipt=receipt, reason="insufficient funds", fee_cents=2_000)
    assert row.decision.entry and row.fee and row.fee.total_cents == 2_000
    books = desk.balances()
    assert (books["ar_patient"], "patient_prepaid" in books) == (13_000 + 2_000, False)
    assert desk.balances(first.item)["ar_patient"] == 10_000 and desk.balances(second.item)["ar_patient"] == 3_000
    assert desk.balances(row.item) == {"eft_in_transit": -12_000}
    expected = Settlement.objects.get(item=row.item)
    assert (expected.cents, expected.cancelled_at) == (-12_000, None)
    with pytest.raises(Refused) as refused:
        return_payment(desk.office.call("biller"), receipt=receipt, reason="again")
    assert code(refused) == "returned"


def test_undone_it_is_as_if_it_had_not_come_back(desk: Practice) -> None:
    charge = owe(desk, "A-1", "100.00")
    receipt = check(desk, 10_000)
    put(desk, receipt, charge, 10_000)
    before = desk.balances()
    row = return_payment(desk.office.call("biller"), receipt=receipt, reason="stop payment", fee_cents=1_000)
    with pytest.raises(Refused):
        undo_return(desk.office.call("biller"), returned=row, reason="")
    undo_return(desk.office.call("biller"), returned=row, reason="paid when shown again")
    assert desk.balances() == before
    assert Settlement.objects.get(item=row.item).cancelled_at and OtherCharge.objects.get().voided_at
    with pytest.raises(Refused):
        undo_return(desk.office.call("biller"), returned=row, reason="again")
    for edit in ("UPDATE billing_returnedpayment SET cents = 1", "UPDATE billing_returnedpayment SET undone_at = NULL",
                 "DELETE FROM billing_returnedpayment"):  # fmt: skip
        with pytest.raises(IntegrityError, match=r"billing\.returned"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(edit)
    return_payment(desk.office.call("biller"), receipt=receipt, reason="came back once more")
    with pytest.raises(IntegrityError), transaction.atomic():
        ReturnedPayment.objects.update(undone_at=None)


@pytest.mark.parametrize("file_first", [True, False])
def test_what_the_clearing_house_returned_is_done_while_it_stands_booked(desk: Practice, file_first: bool) -> None:
    def bring() -> None:
        call = desk.office.call("bookkeeper")
        assert importers.run(call, kind="nacha-return", content=GOOD.encode(), name="returns.ach", options=Options()).status == "posted"

    owe(desk, "A-1", "100.00")
    receipt = check(desk, 4_500, number="101")
    subject = desk.office.call("bookkeeper").subject
    if file_first:
        bring()
        assert returns.returns(subject).filter(returns.OPEN).count() == glance(desk.office.today).returned[0] == 1
    row = return_payment(desk.office.call("biller"), receipt=receipt, reason="insufficient funds")
    if not file_first:
        bring()
    kept = returns.returns(subject).get()
    assert (kept.receipt, kept.booked_item, kept.booked) == (receipt, row.item, True)
    assert returns.returns(subject).filter(returns.OPEN).count() == glance(desk.office.today).returned[0] == 0
    assert b"Booked" in signed_in("bookkeeper").get(reverse("banking:ach_return", args=[kept.uid])).content
    undo_return(desk.office.call("biller"), returned=row, reason="paid when shown again")
    assert returns.returns(subject).filter(returns.OPEN).count() == 1


def test_a_chargeback_in_a_payout_meets_the_return_whichever_comes_first(desk: Practice) -> None:
    """The processor takes the money out of a payout: the bank will never show it by itself, before or after the return is booked."""
    head = "payout,payout_on,kind,reference,amount,receipt\n"
    day, keeper = desk.office.today.isoformat(), desk.office.call("bookkeeper")

    def payout(name: str, body: str) -> None:
        found = importers.run(keeper.with_key(None), kind="processor-csv", content=(head + body).encode(), name=name, options=Options())
        assert found.status == "posted", found.problems

    owe(desk, "A-1", "100.00")
    first, second = (check(desk, cents, tender="card") for cents in (4_000, 5_000))
    before = return_payment(desk.office.call("biller"), receipt=first, reason="not as described")
    rows = "".join(f"P1,{day},chargeback,C{r.number},{r.cents / 100:.2f},{r.number}\n" for r in (first, second))
    payout("one.csv", rows + f"P1,{day},paid,,-90.00,\n")
    assert "card_clearing" not in desk.balances(before.item)
    after = return_payment(desk.office.call("biller"), receipt=second, reason="not known")
    line = PayoutLine.objects.get(receipt=second)
    assert line.joined_entry and line.settlement.item == after.item
    assert "card_clearing" not in desk.balances(after.item) and "card_clearing" not in desk.balances(line.item)
    expected = set(open_settlements().filter(kind__in=("other", "payout")).values_list("cents", flat=True))
    assert expected == {-9_000}  # the payout alone; neither return by itself
    with pytest.raises(Refused) as refused:
        undo_return(desk.office.call("biller"), returned=after, reason="it was ours after all")
    assert code(refused) == "matched"
    rows = "".join(f"P2,{day},chargeback_reversal,C{r.number},{r.cents / 100:.2f},\n" for r in (first, second))
    payout("two.csv", rows + f"P2,{day},paid,,90.00,\n")
    for row in (before, after):
        undo_return(desk.office.call("biller"), returned=row, reason="the dispute was won")
        assert "card_clearing" not in desk.balances(row.item)


def test_the_account_and_the_statement_say_it(desk: Practice) -> None:
    charge = owe(desk, "A-1", "100.00")
    receipt = check(desk, 10_000)
    put(desk, receipt, charge, 10_000)
    later(desk, 3)
    return_payment(desk.office.call("biller"), receipt=receipt, reason="insufficient funds", fee_cents=2_000)
    who = Patient.objects.get().guarantor
    view = account(desk.office.call("biller").subject, who, desk.office.today)
    assert view.owed_cents == 12_000 and view.lines[0].events[-1].kind == "returned"
    assert view.lines[0].patient_paid_cents == 0
    assert make_statements(desk.office.call("biller")).cents == 12_000
    told = Statement.objects.get()
    assert "was returned to us unpaid" in statement_letter(told) and told.told["returned"][0]["cents"] == 10_000
    page = signed_in("biller").get(reverse("billing:account", args=[who.uid])).content
    assert b"came back; it is owed again" in page


def test_copays_used_by_a_remittance_are_told_apart(desk: Practice) -> None:
    """Two receipts pay one visit's lines within the payer's entry: each return takes back its own share alone."""
    rows = [{"claim_ref": "R-1", "line_ref": f"L{n}", "charge": "150.00"} for n in (1, 2)]
    desk.claims(*rows)
    who = Patient.objects.get()
    receipts = []
    known = Claim.objects.get()
    visit = _visit(desk, who)
    Claim.objects.filter(pk=known.pk).update(visit=visit)
    for cents in (1_500, 2_500):
        receipts.append(take_receipt(
            desk.office.call("frontdesk"), tender="check", cents=cents, party=who.party, check_no="9", for_ref=f"visit:{visit.uid}",
            visit_of=who.party, guarantor=who.guarantor,
        ))  # fmt: skip
    make_deposit(desk.office.call("administrator"), bank_account=BankAccount.objects.get(account__role="bank_operating"))
    lines = [service_line(15_000, cas("CO", "45", 5_000), cas("PR", "3", 2_000), control=f"L{n}") for n in (1, 2)]
    desk.remit(remittance(claim("R-1", *lines)))
    first, second = Charge.objects.order_by("id")
    assert "ar_patient" not in desk.balances()
    return_payment(desk.office.call("biller"), receipt=receipts[1], reason="no account")
    assert (desk.balances(first.item)["ar_patient"], desk.balances(second.item)["ar_patient"]) == (500, 2_000)
    return_payment(desk.office.call("biller"), receipt=receipts[0], reason="no account")
    assert (desk.balances(first.item)["ar_patient"], desk.balances(second.item)["ar_patient"]) == (2_000, 2_000)
    assert _whole(known.pk)


def test_a_remittance_taken_back_leaves_the_receipt_unused(desk: Practice) -> None:
    desk.claims({"claim_ref": "R-1", "line_ref": "L1"})
    who, visit = Patient.objects.get(), _visit(desk, Patient.objects.get())
    Claim.objects.update(visit=visit)
    taken = take_receipt(desk.office.call("frontdesk"), tender="check", cents=2_000, party=who.party, check_no="9",
                         for_ref=f"visit:{visit.uid}", visit_of=who.party)  # fmt: skip
    make_deposit(desk.office.call("administrator"), bank_account=BankAccount.objects.get(account__role="bank_operating"))
    desk.remit(remittance(claim("R-1", service_line(15_000, cas("CO", "45", 5_000), cas("PR", "3", 2_000), control="L1"))))
    undo_remittance(desk.office.call("administrator"), remittance=Remittance.objects.get(), reason="wrong file")
    return_payment(desk.office.call("biller"), receipt=taken, reason="no account")
    assert "ar_patient" not in desk.balances() and "patient_prepaid" not in desk.balances()


def test_what_was_refunded_is_owed_again(desk: Practice) -> None:
    owe(desk, "A-1", "10.00")
    receipt = check(desk, 5_000)
    patient = Patient.objects.get()
    asked = request_refund(desk.office.call("biller"), cents=2_000, reason="paid twice", receipt_item=receipt.item, patient=patient)
    sign_decision(desk.office.call("owner"), uid=asked.uid, approve=True)
    assert desk.balances()["refunds_payable"] == -2_000
    return_payment(desk.office.call("biller"), receipt=receipt, reason="forged")
    books = desk.balances(receipt.item)
    assert not {"patient_prepaid", "refunds_payable", "ar_patient"} & set(books), "nothing is given back of money that never came"


def test_a_chargeback_goes_over_the_card_batch(desk: Practice) -> None:
    charge = owe(desk, "A-1", "40.00")
    receipt = check(desk, 4_000, tender="card")
    put(desk, receipt, charge, 4_000)
    with pytest.raises(Refused) as refused:
        return_payment(desk.office.call("biller"), receipt=receipt, reason="disputed", fee_cents=2_000)
    assert code(refused) == "cap", "no statute allows a fee for a card"
    row = return_payment(desk.office.call("biller"), receipt=receipt, reason="disputed")
    assert row.kind == "chargeback" and desk.balances(row.item) == {"card_clearing": -4_000}
    assert desk.balances(charge.item)["ar_patient"] == 4_000


def test_a_large_one_waits_for_a_second_person(desk: Practice) -> None:
    charge = owe(desk, "A-1", "1500.00")
    receipt = check(desk, 150_000)
    put(desk, receipt, charge, 150_000)
    row = return_payment(desk.office.call("biller"), receipt=receipt, reason="no funds")
    assert row.decision.entry is None and "ar_patient" not in desk.balances()
    sign_decision(desk.office.call("administrator"), uid=row.decision.uid, approve=False, comment="the bank was wrong")
    assert ReturnedPayment.objects.get().undone_at and "ar_patient" not in desk.balances()
    again = return_payment(desk.office.call("biller"), receipt=receipt, reason="no funds")
    sign_decision(desk.office.call("administrator"), uid=again.decision.uid, approve=True)
    assert desk.balances()["ar_patient"] == 150_000
    assert Decision.objects.filter(kind="returned").count() == 2


def test_a_fee_that_was_paid_by_it_is_reopened_too(desk: Practice) -> None:
    owe(desk, "A-1", "10.00")
    patient = Patient.objects.get()
    fee = enter_other(desk.office.call("biller"), data=OtherData("form", patient.party, 2_500, "form", patient=patient))
    receipt = check(desk, 2_500)
    assert pay_other(desk.office.call("frontdesk"), uid=fee.uid, receipt=receipt) == 2_500
    return_payment(desk.office.call("biller"), receipt=receipt, reason="no funds")
    assert desk.balances(fee.item)["ar_patient"] == 2_500


@pytest.mark.parametrize(("change", "refusal"), [
    ({"reason": " "}, "no_reason"), ({"reason": "5555 5555 5555 4444"}, "card"), ({"fee_cents": 2_001}, "cap"),
    ({"returned_on": dt.date(2026, 11, 24)}, "day"), ({"returned_on": dt.date(2026, 11, 1)}, "day"), ({"fee_cents": -1}, "cap"),
])  # fmt: skip
def test_bad_input_is_told(desk: Practice, change: dict, refusal: str) -> None:
    owe(desk, "A-1", "10.00")
    receipt = check(desk, 1_000)
    with pytest.raises(Refused) as refused:
        return_payment(desk.office.call("biller"), **{"receipt": receipt, "reason": "no funds", **change})
    assert code(refused) == refusal and not ReturnedPayment.objects.exists()


def test_only_what_left_can_come_back_and_no_fee_where_no_law_is_known(desk: Practice) -> None:
    owe(desk, "A-1", "10.00")
    here = check(desk, 1_000, leave=False)
    with pytest.raises(Refused) as refused:
        return_payment(desk.office.call("biller"), receipt=here, reason="no funds")
    assert code(refused) == "not_deposited"
    cash = take_receipt(desk.office.call("frontdesk"), tender="cash", cents=500, party=Patient.objects.get().party)
    with pytest.raises(Refused) as refused:
        return_payment(desk.office.call("biller"), receipt=cash, reason="no funds")
    assert code(refused) == "tender"
    gone = check(desk, 900)
    Site.objects.update(state="ZZ")
    with pytest.raises(Refused) as refused:
        return_payment(desk.office.call("biller"), receipt=gone, reason="no funds", fee_cents=1)
    assert code(refused) == "no_cap"
    return_payment(desk.office.call("biller"), receipt=gone, reason="no funds")


def test_never_a_fee_of_a_medicaid_member(desk: Practice) -> None:
    desk.claims({"claim_ref": "M-1", "payer_id": "MCAID", "member_id": "W1", "patient_ref": "P1"})
    assert Payer.objects.get(code="MCAID").filing == "MC"
    receipt = check(desk, 500)
    with pytest.raises(Refused) as refused:
        return_payment(desk.office.call("biller"), receipt=receipt, reason="no funds", fee_cents=1_000)
    assert code(refused) == "medicaid"


def test_screens(desk: Practice) -> None:
    charge = owe(desk, "A-1", "100.00")
    receipt = check(desk, 10_000)
    put(desk, receipt, charge, 10_000)
    biller = signed_in("biller")
    page = reverse("banking:receipt", args=[receipt.uid])
    assert b"It came back" in biller.get(page).content
    form = reverse("billing:returned_new", args=[receipt.uid])
    assert b"20.00" in biller.get(form).content
    typed = {"returned_on": desk.office.today.isoformat(), "reason": "no funds", "fee_cents": ""}
    assert biller.post(form, typed).status_code == 303
    row = ReturnedPayment.objects.get()
    shown = biller.get(page).content
    assert b"Open again" in shown and b"It came back" not in shown
    assert biller.post(reverse("billing:returned_undo", args=[row.uid]), {"reason": "mistake"}).status_code == 303
    assert b"Undone" in biller.get(page).content
    assert signed_in("frontdesk").get(form).status_code == 403
    assert biller.get(reverse("billing:returned_find")).status_code == 404


@dataclass(frozen=True)
class Line:
    entry: int
    item: str
    role: str
    party: int | None
    cents: int


@given(st.lists(st.integers(1, 500), min_size=1, max_size=5), st.lists(st.integers(1, 500), min_size=1, max_size=5))
def test_receipts_share_an_entry_to_the_cent(receipts: list[int], charges: list[int]) -> None:
    """Filling charges in order by receipts in order, as postings do, is told back exactly; the parts are the whole."""
    left, open_ = list(receipts), list(charges)
    truth: dict[tuple[int, int], int] = {}
    for r in range(len(left)):
        for c in range(len(open_)):
            cents = min(left[r], open_[c])
            left[r], open_[c] = left[r] - cents, open_[c] - cents
            truth[r, c] = cents
    lines = [Line(1, f"receipt:{r}", "patient_prepaid", 7, receipts[r] - left[r]) for r in range(len(left)) if receipts[r] > left[r]]
    lines += [Line(1, f"charge:{c}", "ar_patient", 7, open_[c] - charges[c]) for c in range(len(open_)) if open_[c] < charges[c]]
    for r in range(len(receipts)):
        use = use_of(f"receipt:{r}", lines, {})
        assert use.paid == {f"charge:{c}": truth[r, c] for c in range(len(charges)) if truth[r, c]}
        assert use.cents == receipts[r] - left[r]


def _visit(practice: Practice, patient: Patient) -> Visit:
    reason, _new = VisitReason.objects.get_or_create(code="FU", name="Follow-up")
    at = practice.office.now - dt.timedelta(hours=3)
    seen = Appointment.objects.create(patient=patient, provider=practice.provider, site=practice.office.site, reason=reason,
                                      state="checked_out", starts_at=at, ends_at=at + dt.timedelta(minutes=20), booked_at=at,
                                      arrived_at=at, checked_out_at=at + dt.timedelta(minutes=20))  # fmt: skip
    return Visit.objects.create(appointment=seen, patient=patient, provider=practice.provider, site=practice.office.site,
                                service_date=practice.office.today)  # fmt: skip


def _whole(pk: int) -> bool:
    (facts,) = known_by_pk([pk]).by_ref.values()
    return standing([one.balances for one in facts.charges]).whole
