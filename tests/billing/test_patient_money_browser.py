"""Patient money in a real browser: a form charged and voided, a card kept, an employer's account, a returned check, credits."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings

from steward.banking.models import BankAccount
from steward.banking.services.accounts import make_drawer
from steward.banking.services.deposits import make_deposit
from steward.banking.services.drawers import open_drawer
from steward.banking.services.receipts import take_receipt
from steward.frontdesk.models import Patient
from steward.registry.models import Site
from tests.browser import IN_A_BROWSER, browser, looks_well, site
from tests.support import open_office, signed_in

from .conftest import practise
from .test_statements import SELF

__all__ = ["site"]
pytestmark = IN_A_BROWSER


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_a_fee_a_card_an_employer_and_a_check_that_came_back(site: Any, width: int, scheme: str) -> None:
    practice = practise(open_office())
    practice.claims({"claim_ref": "C-1", **SELF})
    Site.objects.update(state="NY")
    office, patient = practice.office, Patient.objects.get()
    drawer = make_drawer(office.call("administrator"), name="Front", site=office.site)
    open_drawer(office.call("frontdesk"), drawer=drawer, float_cents=0)
    receipt = take_receipt(office.call("frontdesk"), tender="check", check_no="77", cents=4_000, party=patient.party)
    make_deposit(office.call("administrator"), bank_account=BankAccount.objects.get(account__role="bank_operating"))
    biller = signed_in("biller").cookies[settings.SESSION_COOKIE_NAME].value
    with browser((site[0], biller), width=width, scheme=scheme) as page:
        page.goto(f"/frontdesk/patients/{patient.uid}/")
        looks_well(page, "patient-money", width)
        page.get_by_role("link", name="Other charge", exact=True).click()
        page.locator("main [name=what]").fill("school form")
        page.locator("main [name=cents]").fill("25")
        looks_well(page, "other-new", width)
        page.keyboard.press("Control+Enter")
        page.get_by_role("heading", name="Form or letter 1").wait_for()
        page.reload()  # without the toast, which axe meets half faded in
        looks_well(page, "other", width)
        page.goto(f"/frontdesk/patients/{patient.uid}/")
        page.get_by_role("link", name="Account", exact=True).click()
        page.get_by_role("heading", name="Account").wait_for()
        looks_well(page, "account", width)
        page.get_by_role("link", name="Keep a card on file").click()
        page.locator("main [name=token]").fill("4111 1111 1111 1111")
        page.locator("main [name=last4]").fill("1111")
        page.locator("main [name=month]").fill("12")
        page.locator("main [name=year]").fill("2040")
        page.locator("main [name=consent]").fill("Ann Doe: 50.00 a month")
        page.keyboard.press("Control+Enter")
        page.get_by_text("This looks like a card number; it is never kept.").wait_for()
        page.locator("main [name=token]").fill("tok_good")
        page.keyboard.press("Control+Enter")
        page.get_by_text("••1111").first.wait_for()
        page.reload()  # without the toast, which axe meets half faded in
        looks_well(page, "account-money", width)
        page.goto("/billing/holders/new/")
        page.locator("main [name=name]").fill("Granite Works")
        page.keyboard.press("Control+Enter")
        page.get_by_text("owes nothing").wait_for()
        for name in ("others", "holders", "credits"):
            page.goto(f"/billing/{name}/")
            looks_well(page, name, width)
        page.goto(f"/banking/receipts/{receipt.uid}/")
        page.get_by_role("link", name="It came back").click()
        page.locator("main [name=reason]").fill("insufficient funds")
        looks_well(page, "returned-new", width)
        page.keyboard.press("Control+Enter")
        page.get_by_text("Open again").wait_for()
        page.reload()  # without the toast, which axe meets half faded in
        looks_well(page, "receipt-returned", width)
        assert [one for one in page.said if "422" not in one] == []
