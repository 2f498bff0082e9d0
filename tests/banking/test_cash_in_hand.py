"""What one pair of hands at the front desk can not do with the cash of a drawer."""

from __future__ import annotations

import re
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from steward.banking.logic.petty import petty_cash
from steward.banking.models import BankAccount, CashMove, DrawerSession, Receipt
from steward.banking.selectors.cash import cash
from steward.banking.selectors.deposits import on_its_way
from steward.banking.services import accounts, closing, drawers
from steward.core.approvals.models import OwnerReview
from steward.core.audit.models import AuditRow
from steward.frontdesk.services import register_patient
from steward.frontdesk.types import RegistrationData
from steward.ledger.models import Line
from steward.registry.models import Party
from steward.registry.types import PersonData
from tests.banking.test_day_of_money import ana, bank, closed_day, drawer, refusal, role, session, take
from tests.desk.world import build
from tests.support import signed_in

__all__ = ["ana", "bank", "drawer", "session"]


@pytest.mark.parametrize(
    "account", ["1050", "1000", "1010", "2100", "3900", "4000", "5100", "5110", "5340", "nothing", ""]
)
def test_a_drawer_pays_plain_expenses_alone(office: Any, session: DrawerSession, account: str) -> None:
    """Not a bank, what is owed to patients, equity, income, pay, or what another duty keeps."""
    pay = drawers.pay_out
    assert (
        refusal(lambda: pay(office.call("frontdesk"), session=session, cents=500, account=account, memo="x"))
        == "account"
    )
    assert role("drawer") == 20000


@pytest.mark.parametrize("name", ["refunds_payable", "patient_prepaid", "credit_balance", "ar_patient", "undeposited"])
def test_no_account_of_another_duty_is_paid_out_of_a_drawer(office: Any, session: DrawerSession, name: str) -> None:
    from steward.ledger.models import Account

    code = Account.objects.get(role=name).code
    pay = drawers.pay_out
    assert (
        refusal(lambda: pay(office.call("frontdesk"), session=session, cents=500, account=code, memo="x")) == "account"
    )
    assert CashMove.objects.count() == 0


def test_pay_outs_are_small_and_few(office: Any, session: DrawerSession, ana: Party) -> None:
    take(office, "cash", 30000, ana)
    desk, limit = office.call("frontdesk"), petty_cash()

    def pay(cents: int) -> Any:
        return drawers.pay_out(desk, session=session, cents=cents, account="6850", memo="stamps")

    assert refusal(lambda: pay(limit.each_cents + 1)) == "petty_cash"
    pay(limit.each_cents)
    pay(limit.day_cents - limit.each_cents - 100)
    assert refusal(lambda: pay(101)) == "petty_cash"
    pay(100)
    drawers.count_drawer(desk, session=session, cents=40000)
    again = drawers.open_drawer(desk, drawer=session.drawer, float_cents=20000)
    more = {"account": "6850", "memo": "stamps"}
    assert refusal(lambda: drawers.pay_out(desk, session=again, cents=100, **more)) == "petty_cash", "the day is one"


def person(office: Any, last: str, first: str) -> Party:
    return register_patient(
        office.call("frontdesk"), data=RegistrationData(PersonData(last, first)), despite_duplicates=True
    ).party


def test_nobody_pays_for_another_patients_visit(office: Any, session: DrawerSession) -> None:
    ben, cleo, dora = (person(office, "Ortiz", name) for name in ("Ben", "Cleo", "Dora"))
    ref = f"visit:{uuid4()}"
    assert refusal(lambda: take(office, "cash", 500, ben, for_ref=ref)) == "other_patient", "no fact, no payment"
    assert refusal(lambda: take(office, "cash", 500, ben, for_ref=ref, visit_of=cleo)) == "other_patient"
    assert (
        refusal(lambda: take(office, "cash", 500, ben, for_ref=ref, visit_of=cleo, guarantor=dora)) == "other_patient"
    )
    assert (Receipt.objects.count(), role("patient_prepaid")) == (0, 0)
    own = take(office, "cash", 500, ben, for_ref=ref, visit_of=ben, guarantor=dora)
    theirs = take(office, "cash", 700, dora, for_ref=ref, visit_of=ben, guarantor=dora)
    held = {line.item: line.party_id for line in _prepaid()}
    assert held == {own.item: ben.pk, theirs.item: ben.pk}, "the prepayment is the patient's, whoever paid"
    assert theirs.party_id == dora.pk


def _prepaid() -> list[Line]:
    return list(Line.objects.filter(account__role="patient_prepaid"))


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEWARD_NOW", "2026-11-23T12:00:00-05:00")


def test_an_address_that_mixes_two_patients_takes_nothing(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    world = build()
    monkeypatch.setenv("STEWARD_NOW", world.office.now.isoformat())
    desk, before = signed_in("frontdesk"), Receipt.objects.count()
    data = {"_key": str(uuid4()), "tender": "cash", "cents": "5.00"}
    page = f"{reverse('banking:receipt_new')}?patient={world.patients[0].uid}&for=visit:"
    answer = desk.post(page + str(world.appointments[1].visit.uid), data)
    assert (answer.status_code, Receipt.objects.count()) == (422, before)
    answer = desk.post(page + str(world.appointments[0].visit.uid), {**data, "_key": str(uuid4())})
    assert (answer.status_code, Receipt.objects.count()) == (303, before + 1)


def test_a_cashier_counts_her_own_drawer_alone(office: Any, session: DrawerSession) -> None:
    count = drawers.count_drawer
    for one in (office.call(name) for name in ("biller", "clinician", "administrator")):
        assert refusal(lambda one=one: count(one, session=session, cents=0, reason="gone")) == "denied"  # type: ignore[misc]
    other = signed_in("biller")
    data = {"_key": str(uuid4()), "cents": "0.00", "reason": "gone", "why": "x"}
    assert other.post(reverse("banking:count", args=[session.uid]), data).status_code == 403
    assert other.post(reverse("banking:count_for", args=[session.uid]), data).status_code == 403
    session.refresh_from_db()
    assert session.state == "open"


def test_an_absent_cashiers_drawer_is_counted_with_a_reason_and_a_mark(office: Any, session: DrawerSession) -> None:
    boss = office.call("administrator")
    assert refusal(lambda: drawers.count_for(boss, session=session, cents=20000, why=" ")) == "no_reason"
    assert refusal(lambda: drawers.count_for(boss, session=session, cents=0, why="she is ill")) == "reason_needed"
    assert refusal(lambda: drawers.count_for(office.call("biller"), session=session, cents=0, why="x")) == "denied"
    counted = drawers.count_for(boss, session=session, cents=20000, why="she is ill", reason="0 was typed first")
    assert (counted.state, counted.counted_by_id) == ("counted", office.user("administrator").pk)
    mark = OwnerReview.objects.get(object_uid=session.uid)
    assert (mark.why, mark.person_id, mark.reviewed_at) == ("she is ill", office.user("administrator").pk, None)


def test_the_administrators_evening_counts_every_drawer(office: Any, session: DrawerSession, bank: BankAccount) -> None:
    counts = [{"drawer": "Front 1", "cents": 20000, "reason": ""}]
    assert closing.close_day(office.call("administrator"), day=office.today, counts=counts)["state"] == "waiting"
    assert OwnerReview.objects.get(object_uid=session.uid).why == "Counted at the day's close"


@pytest.mark.parametrize("name", ["owner", "administrator", "bookkeeper", "auditor", "biller", "frontdesk"])
def test_no_button_of_a_drawer_leads_to_a_closed_door(office: Any, session: DrawerSession, name: str) -> None:
    one = take(office, "cash", 500, person(office, "Ortiz", "Ben"))
    drawers.count_drawer(office.call("frontdesk"), session=session, cents=20500)
    drawers.open_drawer(office.call("frontdesk"), drawer=session.drawer, float_cents=20000)
    client = signed_in(name)
    for page in (
        "/banking/",
        "/banking/drawers/",
        f"/banking/receipts/{one.uid}/",
        "/banking/close/",
        "/",
        *_own(client),
    ):
        answer = client.get(page)
        assert answer.status_code == 200, page
        body = answer.content.decode().partition("<main")[2]
        for address in set(re.findall(r'href="(/banking/[^"#]*|/frontdesk/[^"#]*)"', body)):
            assert client.get(address).status_code == 200, (page, address)


def _own(client: Any) -> list[str]:
    return re.findall(r'href="(/banking/drawers/[-0-9a-f]{36}/)"', client.get("/banking/drawers/").content.decode())


def test_what_is_on_its_way_is_one_figure_with_its_fee(
    office: Any, session: DrawerSession, ana: Party, bank: BankAccount
) -> None:
    """A card batch is owed gross and paid net: rows, fee and figure of the page add up."""
    closed_day(office, session, ana, bank)  # deposit 140.00, card batch 60.00 less 1.80
    net, fees = on_its_way()
    assert (net, fees, net + fees) == (19820, 180, cash(office.today).in_transit_cents)
    page = signed_in("bookkeeper").get("/banking/").content.decode()
    assert "of it 1.80 card fees" in page
    assert [cents in page for cents in ("198.20", "1.80", "200.00")] == [True] * 3


def test_moves_of_an_open_drawer_tell_nothing_of_what_lies_in_it(office: Any, session: DrawerSession) -> None:
    """More than there is and less than there is get one answer; the count shows it."""
    desk = office.call("frontdesk")
    for cents in (100, 900000):
        drawers.safe_drop(desk, session=session, cents=cents)
    assert drawers.pay_out(desk, session=session, cents=100, account="6850", memo="stamps").cents == -100
    assert refusal(lambda: drawers.count_drawer(desk, session=session, cents=19900)) == "reason_needed"


def test_a_count_that_was_off_is_kept_and_the_next_one_says_nothing_of_how_far(
    office: Any, session: DrawerSession
) -> None:
    desk = office.call("frontdesk")
    said = [refusal(partial(drawers.count_drawer, desk, session=session, cents=cents)) for cents in (10000, 20000, 19999)]
    assert said == ["reason_needed"] * 3, "the second is right to the cent, and hears the same"
    tried = AuditRow.objects.filter(object_uid=session.uid, action="banking.count_drawer", decision="deny")
    assert [row.actor for row in tried] == [office.user("frontdesk").pk] * 3
    assert len({row.reason for row in tried}) == 2
    counted = drawers.count_drawer(desk, session=session, cents=20000, reason="a roll lay beneath the tray")
    assert (counted.state, counted.counted_cents) == ("counted", 20000)


def test_cash_handed_over_waits_until_it_is_counted(office: Any, session: DrawerSession) -> None:
    desk, mate = office.call("frontdesk"), office.call("biller")
    second = accounts.make_drawer(office.call("administrator"), name="Front 2", site=office.site)
    other = drawers.open_drawer(mate, drawer=second, float_cents=0)
    give = drawers.hand_over
    first = give(desk, session=session, to=other, cents=500)
    assert (drawers.cash_in(session), drawers.cash_in(other), role("drawer")) == (19500, 0, 20000)
    assert refusal(lambda: drawers.accept_hand_over(desk, move=first, cents=500)) == "denied"
    assert refusal(lambda: drawers.take_back_hand_over(mate, move=first)) == "denied"
    assert refusal(lambda: drawers.count_drawer(desk, session=session, cents=19500)) == "handover_waits"
    assert refusal(lambda: drawers.count_drawer(mate, session=other, cents=0)) == "handover_waits"
    drawers.accept_hand_over(mate, move=first, cents=400)
    assert (drawers.cash_in(session), drawers.cash_in(other)) == (20000, 0), "a difference goes back"
    assert refusal(lambda: drawers.accept_hand_over(mate, move=first, cents=500)) == "not_waiting"
    page = signed_in("biller")
    again = give(desk, session=session, to=other, cents=500)
    assert reverse("banking:handed", args=[again.uid]) in page.get(f"/banking/drawers/{other.uid}/").content.decode()
    answer = page.post(reverse("banking:handed", args=[again.uid]), {"_key": str(uuid4()), "cents": "5.00"})
    assert (answer.status_code, drawers.cash_in(other)) == (303, 500)
    drawers.take_back_hand_over(desk, move=give(desk, session=session, to=other, cents=100))
    give(desk, session=session, to=other, cents=200)
    drawers.count_for(office.call("owner"), session=other, cents=500, why="she left")
    assert (drawers.cash_in(session), role("drawer")) == (19500, 19500)


@pytest.mark.parametrize("name", ["owner", "bookkeeper", "administrator", "biller"])
def test_the_trace_leads_to_no_closed_door(db: None, name: str) -> None:
    world = build()
    client = signed_in(name)
    answer = client.get(reverse("desk:trace", args=["claim", world.claims[0].ref]))
    body = answer.content.decode().partition("<main")[2]
    found = set(re.findall(r'href="(/(?:frontdesk|billing|banking|ledger)/[^"#]*)"', body))
    assert {address: client.get(address).status_code for address in found} == dict.fromkeys(found, 200)


def test_an_empty_page_offers_its_first_step_only_to_who_may_take_it(office: Any) -> None:
    """The trial balance is open to both; entering a journal by hand to the bookkeeper alone."""
    offer = reverse("ledger:journal_new")
    pages = {name: signed_in(name).get("/ledger/").content.decode() for name in ("bookkeeper", "auditor")}
    assert all("Nothing is posted yet" in page for page in pages.values())
    assert {name: offer in page.partition("<main")[2] for name, page in pages.items()} == {
        "bookkeeper": True, "auditor": False,
    }  # fmt: skip
