"""A person makes a token and takes it back, in a real browser: nothing for axe to find, nothing sticks out, no script needed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser import IN_A_BROWSER, browser, looks_well, site

__all__ = ["site"]
pytestmark = IN_A_BROWSER


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_from_no_token_to_one_and_back(site: Any, width: int, scheme: str) -> None:
    with browser(site, width=width, scheme=scheme) as page:
        page.goto("/tokens/")
        looks_well(page, "tokens-none", width)
        page.get_by_role("link", name="Make the first").click()
        page.get_by_label("What will use it").wait_for()
        looks_well(page, "token-new", width)
        page.get_by_label("What will use it").fill("Month report")
        page.get_by_role("button", name="Make it").click()
        page.locator("#token").wait_for()
        looks_well(page, "token-made", width)
        token = page.locator("#token").input_value()
        assert page.url.endswith("/tokens/new/") and token not in page.url
        headers = {"Authorization": f"Bearer {token}"}
        assert page.request.get("/api/people/users", headers=headers).status == 200
        page.locator("main").get_by_role("link", name="API tokens").click()
        page.get_by_role("button", name="Take back Month report").wait_for()
        assert token not in page.content()
        looks_well(page, "tokens-one", width)
        page.get_by_role("button", name="Take back Month report").click()
        page.locator("td .badge", has_text="Taken back").wait_for()
        looks_well(page, "tokens-ended", width)
        assert page.request.get("/api/people/users", headers=headers).status == 401
