"""The books in a real browser: from accrual to cash and to an entry; nothing for axe to find, nothing sticks out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from steward.ledger import services
from tests.core.test_web_browser import CHROMIUM, browser, site
from tests.ledger.support import entry, line
from tests.support import open_office

__all__ = ["site"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="left out: no browser; apt-get install chromium"),
]


def looks_well(page: Any, name: str, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    faults = Axe().run(page).response["violations"]
    assert not faults, (name, [(f["id"], [n["html"][:120] for n in f["nodes"]]) for f in faults])
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    if folder := os.environ.get("STEWARD_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}-{width}.png"), full_page=True)


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
        page.goto("/ledger/journal/")
        page.locator("tbody a").last.click()
        page.get_by_role("link", name="Charge …2d3a").first.click()
        page.locator("main").get_by_role("link", name="Entry 2").click()  # no claim of ours: the entries that moved it
        page.wait_for_url("**/trace/entry/2/")
        assert page.said == []
