"""Denials and paper EOBs in a real browser: a paper typed with its difference, its denial found in the queue and appealed."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings

from tests.browser import IN_A_BROWSER, browser, looks_well, site
from tests.support import open_office, signed_in

from .conftest import practise

__all__ = ["site"]
pytestmark = IN_A_BROWSER


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_a_paper_typed_its_denial_found_and_appealed(site: Any, width: int, scheme: str) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    practice = practise(open_office())
    practice.claims({"claim_ref": "C-1", "line_ref": "L1"}, {"claim_ref": "C-1", "line_ref": "L2", "code": "G0439"})
    biller = signed_in("biller").cookies[settings.SESSION_COOKIE_NAME].value
    with browser((site[0], biller), width=width, scheme=scheme) as page:
        page.goto("/billing/paper-eobs/new/")
        looks_well(page, "paper-new", width)
        page.get_by_label("Payer").select_option(label="Blue Harbor")
        page.get_by_label("Check or transfer number").fill("4411")
        page.get_by_label("Amount").fill("100")
        page.get_by_role("button", name="Go on to its claims").click()
        page.get_by_label("Claim number").fill("C-1")
        page.keyboard.press("Enter")
        page.locator("[name=paid_0]").fill("100")
        page.locator("[name=adjustments_0]").fill("CO-45 30.00")
        expect = playwright.expect
        first = page.locator("[data-eob-line]").first.locator("output")
        expect(first).to_have_text("20.00")
        page.locator("[name=adjustments_0]").fill("CO-45 30.00, PR-1 20")
        expect(first).to_have_text("even")
        expect(page.locator("[data-eob-left]")).to_have_text("nothing")
        page.locator("[name=adjustments_1]").fill("co197 150")
        expect(page.locator("[data-eob-off]")).to_have_text("even")
        looks_well(page, "paper-claim", width)
        page.keyboard.press("Control+Enter")
        page.get_by_text("it comes out even").wait_for()
        looks_well(page, "paper", width)
        page.get_by_role("button", name="Post it").click()
        page.get_by_role("heading", name="Remittance 4411").wait_for()
        page.goto("/billing/denials/")
        looks_well(page, "denials", width)
        page.locator("tbody a").first.click()
        page.get_by_role("heading", name="Denial: Authorisation").wait_for()
        looks_well(page, "denial", width)
        page.get_by_role("link", name="Appeal", exact=True).click()
        page.get_by_label("Why the payer should pay").fill("It was given by telephone.")
        looks_well(page, "appeal-draft", width)
        page.get_by_role("button", name="Keep the draft").click()
        page.get_by_role("link", name="Send it").wait_for()
        looks_well(page, "appeal", width)
        assert page.said == []
