"""A bank's CSV and a return in a real browser: a wrong column is seen, corrected, saved; nothing for axe to find."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.conf import settings

from steward.banking.models import BankAccount, CsvProfile
from steward.banking.services import change_bank_account
from tests.banking.logic.test_nacha import made
from tests.banking.test_csv import GOOD
from tests.banking.test_imports import run
from tests.browser import IN_A_BROWSER, browser, looks_well, site
from tests.support import open_office, signed_in

__all__ = ["site"]
pytestmark = IN_A_BROWSER


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_from_a_download_to_its_profile(site: Any, width: int, scheme: str) -> None:
    office = open_office()
    bank = change_bank_account(
        office.call("administrator"), account=BankAccount.objects.get(account__code="1050"), number="0000123456",
        opening_cents=1_000_000, opening_on=dt.date(2026, 11, 1),
    )  # fmt: skip
    run(office, made(0, code="21", addenda="98C01").encode())
    cookie = signed_in("bookkeeper").cookies[settings.SESSION_COOKIE_NAME].value
    with browser((site[0], cookie), width=width, scheme=scheme) as page:
        page.goto(f"/banking/accounts/{bank.uid}/")
        page.get_by_role("link", name="Read a CSV file").click()
        looks_well(page, "csv-file", width)
        page.get_by_label("CSV file of the bank").set_input_files({"name": "november.csv", "mimeType": "text/csv", "buffer": GOOD})
        page.get_by_role("button", name="Look at it").click()
        page.get_by_text("The balances prove it").wait_for()
        looks_well(page, "csv-guess", width)
        page.get_by_label("In that column").select_option("plus_out")
        page.get_by_role("button", name="Show again").click()
        page.get_by_text("but the balance says").wait_for()
        looks_well(page, "csv-wrong", width)
        page.get_by_label("In that column").select_option("plus_in")
        page.get_by_role("button", name="Save and import").click()
        page.get_by_text("1 statements imported").wait_for()
        assert CsvProfile.objects.count() == 1
        page.goto("/banking/returns/")
        looks_well(page, "ach-returns", width)
        page.get_by_role("link", name="C01").click()
        page.get_by_text("Put the corrected account number").wait_for()
        looks_well(page, "ach-return", width)
        page.goto("/import/")
        looks_well(page, "import", width)
        assert page.said == []
