"""What one pair of hands at the front desk can not do with the cash of a drawer."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from steward.banking.logic.petty import petty_cash
from steward.banking.models import CashMove, DrawerSession, Receipt
from steward.banking.services import drawers
from steward.frontdesk.services import register_patient
from steward.frontdesk.types import RegistrationData
from steward.ledger.models import Line
from steward.registry.models import Party
from steward.registry.types import PersonData
from tests.banking.test_day_of_money import ana, bank, drawer, refusal, role, session, take
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
