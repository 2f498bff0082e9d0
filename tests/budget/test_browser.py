"""The budget in a real browser: drafted from the books, signed, against the books, explained."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.conf import settings

from tests.browser import IN_A_BROWSER, browser, looks_well, site
from tests.budget.test_drivers import NURSE, STONE, SUPPLIES, draft
from tests.budget.test_room import plan, rent
from tests.support import open_office, signed_in

__all__ = ["site"]
pytestmark = IN_A_BROWSER


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_a_year_is_planned_and_explained(site: Any, width: int, scheme: str) -> None:
    office = open_office()
    row = plan(office)
    rent(office.call("bookkeeper"), 300_000, date(2026, 11, 1).month)
    keeper = signed_in("bookkeeper").cookies[settings.SESSION_COOKIE_NAME].value
    with browser((site[0], keeper), width=width, scheme=scheme) as page:
        page.goto("/budget/new/")
        looks_well(page, "budget-new", width)
        page.get_by_role("button", name="Draft it").click()
        page.get_by_role("heading", name="Budget 2027").wait_for()
        page.goto("/budget/")
        looks_well(page, "budgets", width)
        page.goto(f"/budget/{row.uid}/")
        page.get_by_text("120,000").first.wait_for()
        looks_well(page, "budget", width)
        page.get_by_role("link", name="Against the books").click()
        page.get_by_text("wants a comment").or_(page.get_by_text("want a comment")).first.wait_for()
        looks_well(page, "budget-against", width)
        page.get_by_role("link", name="Comment 6000").click()
        page.get_by_label("Why").fill("November and December were paid at once")
        page.get_by_role("button", name="Keep").click()
        page.get_by_text("November and December were paid at once").first.wait_for()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_a_year_is_built_from_visits_and_posts_and_another_stands_beside_it(site: Any, width: int, scheme: str) -> None:
    office = open_office()
    row = draft(office.call("bookkeeper"), NURSE, STONE, SUPPLIES)
    keeper = signed_in("bookkeeper").cookies[settings.SESSION_COOKIE_NAME].value
    with browser((site[0], keeper), width=width, scheme=scheme) as page:
        page.goto(f"/budget/{row.uid}/drivers/")
        page.get_by_text("1.5 places").first.wait_for()
        looks_well(page, "drivers", width)
        page.get_by_role("link", name="What if").click()
        page.get_by_label("A provider leaves").select_option("Stone, Ida")
        looks_well(page, "what-if", width)
        page.get_by_role("button", name="Reckon it").click()
        page.get_by_text("Result then").wait_for()
        looks_well(page, "beside", width)
        page.goto(f"/budget/{row.uid}/variances/?month=2027-03")
        page.get_by_text("Price").first.wait_for()
        looks_well(page, "variances", width)
        page.goto(f"/budget/{row.uid}/drivers/season/")
        looks_well(page, "season", width)
