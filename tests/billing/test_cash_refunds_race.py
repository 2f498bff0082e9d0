"""Many hands at one drawer, in real processes on one database: it never goes below zero, and nothing is paid twice."""

from __future__ import annotations

import subprocess
import sys

import pytest

from steward.banking.models import CashRefund
from steward.banking.services import accounts, drawers, receipts
from steward.billing.services.decisions import request_refund, sign_decision
from steward.frontdesk.services import register_patient
from steward.frontdesk.types import RegistrationData
from steward.ledger.selectors import account_balance, verify
from steward.registry.types import PersonData
from tests.support import open_office

PAY = """
import sys
import django; django.setup()
from datetime import datetime
from steward.banking.models import DrawerSession
from steward.banking.services import drawers
from steward.billing.models import Decision
from steward.billing.services.decisions import pay_refund
from steward.core.access.models import User
from steward.core.refusals import Refused
from tests.support import Office
office = Office(now=datetime.fromisoformat(sys.argv[1]))
office.users["frontdesk"] = User.objects.get(username="frontdesk")
done = 0
for row in Decision.objects.order_by("id"):
    try:
        pay_refund(office.call("frontdesk"), uid=row.uid)
        done += 1
    except Refused as refused:
        assert refused.code in ("paid", "no_cash", "amount"), refused
    drawers.safe_drop(office.call("frontdesk"), session=DrawerSession.objects.get(), cents=100)
print(done)
"""


@pytest.mark.race
def test_one_drawer_many_payers(real_db: dict[str, str]) -> None:
    office = open_office()
    desk = office.call("frontdesk")
    drawer = accounts.make_drawer(office.call("administrator"), name="Front 1", site=office.site)
    session = drawers.open_drawer(desk, drawer=drawer, float_cents=0)
    ana = register_patient(desk, data=RegistrationData(PersonData("Ortiz", "Ana")), despite_duplicates=True)
    one = receipts.take_receipt(desk, tender="cash", cents=3000, party=ana.party)
    for n in range(10):
        asked = request_refund(office.call("biller"), cents=300, reason=f"part {n}", receipt_item=one.item, patient=ana)
        sign_decision(office.call("administrator"), uid=asked.uid, approve=True)
    drawers.safe_drop(desk, session=session, cents=1050)  # 19.50 left: six refunds at most, and the drops beside them
    env = {**real_db, "DJANGO_SETTINGS_MODULE": "steward.settings", "PYTHONPATH": "src:."}
    crowd = [
        subprocess.Popen(
            [sys.executable, "-c", PAY, office.now.isoformat()], env=env, stdout=subprocess.PIPE, text=True
        )
        for _n in range(4)
    ]
    done = [int(each.communicate(timeout=120)[0] or -1) for each in crowd]
    rows = list(CashRefund.objects.order_by("number"))
    assert sum(done) == len(rows) <= 6
    assert len({row.for_ref for row in rows}) == len(rows), "none is paid twice"
    assert [row.number for row in rows] == list(range(1, len(rows) + 1)), "without a gap"
    left = drawers.cash_in(session)
    assert left == 1950 - 300 * len(rows) - 4 * 10 * 100 == account_balance(office.today, role="drawer")
    assert not verify().faults
