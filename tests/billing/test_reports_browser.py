"""The reports in a real browser: from the figures to one report, to another cut and to the rows behind; nothing for axe to find."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser import IN_A_BROWSER, browser, looks_well, site
from tests.support import open_office

from .conftest import practise
from .test_reports import lived

__all__ = ["site"]
pytestmark = IN_A_BROWSER


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_from_the_figures_to_the_rows_behind(site: Any, width: int, scheme: str) -> None:
    lived(practise(open_office()))
    with browser(site, width=width, scheme=scheme) as page:
        page.goto("/billing/reports/?from=2026-01-01&to=2026-11-20")
        looks_well(page, "reports", width)
        page.locator("main").get_by_role("link", name="Denial rate", exact=True).click()
        page.locator("h1", has_text="Denials").wait_for()
        looks_well(page, "report-denials", width)
        page.get_by_role("link", name="Category", exact=True).click()
        page.get_by_role("link", name="Information missing").click()
        page.locator("h1", has_text="First denials").wait_for()
        looks_well(page, "first-denials", width)
        page.goto("/billing/reports/receivable/?by=payer&to=2026-11-20")
        page.get_by_text("to the cent:").wait_for()
        looks_well(page, "report-receivable", width)
        page.goto("/billing/reports/collection/?from=2026-01-01&to=2026-11-20")
        looks_well(page, "report-collection", width)
        assert page.said == []
