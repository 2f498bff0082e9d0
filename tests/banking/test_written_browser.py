"""The practice's own checks in a real browser: the register, one check, writing one, signing it, the bank's file."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.conf import settings

from steward.banking import services
from steward.banking.models import BankAccount
from tests.banking.test_imports import run
from tests.banking.test_written_checks import write
from tests.browser import IN_A_BROWSER, browser, looks_well, site
from tests.support import open_office, signed_in

__all__ = ["site"]
pytestmark = IN_A_BROWSER
STATEMENT = (
    b"Date,Description,Amount,Balance\n11/19/2026,FEE,-100.00,\"9,900.00\"\n11/20/2026,BY HAND,\"-2,712.50\",\"7,187.50\"\n"
)


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_checks_from_the_register_to_the_banks_file(site: Any, width: int, scheme: str) -> None:
    office = open_office()
    bank = BankAccount.objects.get(account__code="1050")
    services.change_bank_account(
        office.call("administrator"), account=bank, number="0000123456", opening_cents=1_000_000, opening_on=date(2026, 11, 1)
    )
    lines = [("6000", 240_000, "November rent"), ("6010", 31_250, "Water")]
    payees = ("Ridge Properties", "Valley Supply Company", "State Board of Medicine")
    rows = [write(office, bank, payee=payee, lines=lines) for payee in payees]
    services.void_check(office.call("bookkeeper"), uid=rows[1].uid, reason="misprinted")
    run(office, STATEMENT, account="1050")
    waiting = write(office, bank, sign=False, payee="Cabinet Works")
    keeper = signed_in("bookkeeper").cookies[settings.SESSION_COOKIE_NAME].value
    with browser((site[0], keeper), width=width, scheme=scheme) as page:
        page.goto("/banking/checks/")
        page.get_by_text("Ridge Properties").first.wait_for()
        looks_well(page, "checks", width)
        page.goto(f"/banking/checks/{rows[0].uid}/")
        page.get_by_text("November rent").first.wait_for()
        looks_well(page, "check", width)
        page.goto("/banking/checks/new/")
        page.get_by_text("What it pays").first.wait_for()
        looks_well(page, "check-new", width)
        page.goto(f"/banking/accounts/{bank.uid}/match/")
        page.get_by_label("Check 1001").check()
        page.get_by_text("Tick both sides").wait_for()
        page.get_by_label("BY HAND").check()
        page.get_by_text("They agree").wait_for()
        looks_well(page, "workbench", width)
        page.goto(f"/banking/accounts/{bank.uid}/positive-pay/")
        page.get_by_text("To tell the bank").first.wait_for()
        looks_well(page, "positive-pay", width)
    boss = signed_in("administrator").cookies[settings.SESSION_COOKIE_NAME].value
    with browser((site[0], boss), width=width, scheme=scheme) as page:
        page.goto(f"/banking/checks/{waiting.uid}/")
        page.get_by_text("Your signature").first.wait_for()
        looks_well(page, "check-sign", width)
        page.goto(f"/banking/accounts/{bank.uid}/checks/")
        page.get_by_text("Next number").first.wait_for()
        looks_well(page, "check-setting", width)
