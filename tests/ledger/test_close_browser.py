"""The month's close in a real browser: rent that posts itself, the bank to the cent, thirteen weeks, the twenty lines, the lock."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.conf import settings

from steward.banking import services as banking
from steward.banking.models import BankAccount, BankLine
from steward.banking.selectors.reconciliations import candidates
from steward.banking.services import FlowData
from steward.ledger import services
from steward.ledger.models import Period
from tests.banking.test_csv import GOOD
from tests.banking.test_imports import run
from tests.browser import IN_A_BROWSER, browser, looks_well, site
from tests.ledger.support import entry, line
from tests.support import Office, open_office, signed_in

__all__ = ["site"]
pytestmark = IN_A_BROWSER


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_a_month_is_closed(site: Any, width: int, scheme: str) -> None:
    office = open_office()
    _world(office)
    november = Period.objects.get(year=2026, month=11)
    keeper = signed_in("bookkeeper").cookies[settings.SESSION_COOKIE_NAME].value
    with browser((site[0], keeper), width=width, scheme=scheme) as page:
        page.goto("/ledger/schedules/new/")
        page.get_by_label("What it is").fill("Rent")
        page.get_by_label("First day").fill("11/01/2026")
        for n, (account, side, cents) in enumerate((("6000", "Debit", "2,400"), ("1050", "Credit", "2,400")), 1):
            page.get_by_label(f"Account of line {n}").fill(account)
            page.get_by_label(f"{side} of line {n}").fill(cents)
        looks_well(page, "schedule-new", width)
        page.get_by_role("button", name="Submit for signature").click()
        page.get_by_role("heading", name="Rent").wait_for()
        looks_well(page, "schedule", width)
        page.goto("/ledger/schedules/")
        looks_well(page, "schedules", width)
        page.goto("/banking/planned/")
        looks_well(page, "planned-money", width)
        page.goto("/banking/forecast/")
        page.get_by_role("button", name="Reckon anew").click()
        page.get_by_text("Week by week").first.wait_for()
        looks_well(page, "forecast", width)
        _bank(page, width)
        page.goto(f"/ledger/periods/{november.uid}/")
        looks_well(page, "close", width)
        page.get_by_label("Line 7", exact=True).check()
        page.get_by_role("button", name="Sign the ticked").click()
        page.get_by_label("Remark").fill("counted with Ana")
        page.get_by_role("button", name="Sign", exact=True).click()
        page.get_by_text("1 of 20 signed").wait_for()
        page.get_by_role("link", name="Explain what moved").click()
        looks_well(page, "close-flux", width)
        page.goto(f"/ledger/periods/{november.uid}/freeze/")
        page.get_by_label("Your remarks").fill("A quiet month.")
        page.get_by_role("button", name="Make and keep the packet").click()
        page.get_by_role("heading", name="Reports kept").wait_for()
        looks_well(page, "close-kept", width)
        assert page.said == []


def _world(office: Office) -> None:
    """A bank account with a statement to the cent but for its finishing, a payroll planned."""
    keeper = office.call("bookkeeper")
    banking.change_bank_account(
        office.call("administrator"), account=BankAccount.objects.get(account__code="1050"), name="Main", opening_cents=1_000_000,
        opening_on=date(2026, 11, 1),
    )  # fmt: skip
    run(office, GOOD, account="1050")
    services.post(keeper, draft=entry(line("bank_operating", 50_000), line("patient_prepaid", -50_000), day=date(2026, 11, 19)))
    credit = BankLine.objects.get(cents=50_000)
    banking.tie_line(keeper, line=credit, book_line=candidates(credit)[0].pk)
    banking.explain_line(keeper, line=BankLine.objects.get(cents=-500), account="6900")
    banking.plan_flow(office.call("administrator"), data=FlowData("Payroll", "payroll", -1_200_000, date(2026, 11, 27), "two_weeks"))


def _bank(page: Any, width: int) -> None:
    page.goto("/banking/")
    page.get_by_role("link", name="Main", exact=False).first.click()
    page.get_by_role("link", name="Against its statement").click()
    page.get_by_text("To the cent").wait_for()
    looks_well(page, "against-its-statement", width)
    page.get_by_role("button", name="Finish").click()
    page.get_by_role("heading", name="Reconciliation of").wait_for()
    looks_well(page, "reconciliation", width)
