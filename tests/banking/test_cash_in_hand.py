"""What one pair of hands at the front desk can not do with the cash of a drawer."""

from __future__ import annotations

from typing import Any

import pytest

from steward.banking.logic.petty import petty_cash
from steward.banking.models import CashMove, DrawerSession
from steward.banking.services import drawers
from steward.registry.models import Party
from tests.banking.test_day_of_money import ana, bank, drawer, refusal, role, session, take

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
