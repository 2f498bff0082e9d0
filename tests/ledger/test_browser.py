"""The books in a real browser: from accrual to cash and to an entry; nothing for axe to find, nothing sticks out."""

from __future__ import annotations

from typing import Any

import pytest

from steward.ledger import services
from tests.browser import IN_A_BROWSER, browser, looks_well, site
from tests.ledger.support import entry, line
from tests.support import open_office

__all__ = ["site"]
pytestmark = IN_A_BROWSER


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_from_accrual_to_cash_and_to_an_entry(site: Any, width: int, scheme: str) -> None:
    call = open_office().call("bookkeeper")
    item = "charge:7e1f2f4c-88d7-4f4b-a0a7-0f2f6e1c2d3a"
    services.post(call, draft=entry(line("ar_patient", 120_000, item=item), line("charges", -120_000, item=item)))
    services.post(call, draft=entry(line("bank_operating", 45_000), line("ar_patient", -45_000, item=item)))
    services.post(call, draft=entry(line("drawer", 2_500), line("patient_prepaid", -2_500, item="receipt:1")))
    with browser(site, width=width, scheme=scheme) as page:
        page.goto("/ledger/trial-balance/?as_of=2026-11-20")
        looks_well(page, "trial-balance-accrual", width)
        page.get_by_role("link", name="Cash", exact=True).click()
        page.get_by_text("Proved to the cent").wait_for()
        looks_well(page, "trial-balance-cash", width)
        assert page.locator("tr", has_text="Cash income").locator("td").inner_text() == "475.00"
        page.get_by_label("As of").fill("2026-11-19")
        page.get_by_role("button", name="Show").click()
        page.get_by_text("November 19, 2026, on the cash basis").wait_for()
        page.goto("/ledger/statements/profit-loss/?first=2026-11-01&last=2026-11-20&shares=on")
        looks_well(page, "profit-and-loss", width)
        page.locator("tr", has_text="4000 Charges").locator("a").first.click()
        page.get_by_role("heading", name="Lines").wait_for()
        looks_well(page, "lines-behind-a-figure", width)
        page.goto("/ledger/journal/")
        page.locator("tbody a").last.click()
        page.get_by_role("link", name="Charge …2d3a").first.click()
        page.locator("main").get_by_role("link", name="Entry 2").click()  # no claim of ours: the entries that moved it
        page.wait_for_url("**/trace/entry/2/")
        assert page.said == []
