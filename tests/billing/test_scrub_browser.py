"""Code sets and the scrub's rules in a real browser: a code is found, a rule is tried and holds; nothing for axe to find."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.billing.scrub.test_codes import MUE, ORDER
from tests.billing.test_codes import OWN, bring
from tests.browser import IN_A_BROWSER, browser, looks_well, site

__all__ = ["site"]
pytestmark = IN_A_BROWSER


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_from_a_code_to_a_rule_that_holds(site: Any, width: int, scheme: str) -> None:
    bring("icd10", ORDER, dt.date(2025, 10, 1))
    bring("cpt", OWN, dt.date(2025, 10, 1), licence="Licence 1 of 2026")
    bring("mue", MUE, dt.date(2026, 1, 1), ends_on=dt.date(2026, 3, 31))
    with browser(site, width=width, scheme=scheme) as page:
        page.goto("/billing/codes/")
        page.get_by_label("Code or words").fill("knee")
        page.get_by_role("button", name="Find").click()
        page.get_by_text("M25.561").wait_for()
        looks_well(page, "code-sets", width)
        page.get_by_role("link", name="Import codes").click()
        looks_well(page, "code-import", width)
        page.goto("/billing/scrub/?family=diagnosis")
        looks_well(page, "scrub-rules", width)
        page.get_by_role("link", name="Diagnosis looks like ICD-10-CM").click()
        page.get_by_role("link", name="Change", exact=True).click()
        page.get_by_label("Severity").select_option("warning")
        page.get_by_label("Why it is changed").fill("Our payers take them")
        page.get_by_role("button", name="Try it").click()
        page.get_by_text("Tried on last month's claims").wait_for()
        looks_well(page, "scrub-tried", width)
        page.get_by_role("button", name="Let it hold").click()
        page.get_by_text("Our payers take them").wait_for()
        looks_well(page, "scrub-rule", width)
        assert page.said == []
