"""The kit in a real browser: keyboard, selection, no JavaScript, weight, and axe at zero faults light and dark, wide and narrow."""

from __future__ import annotations

import pytest

from tests.browser import IN_A_BROWSER, browser, looks_well, site

__all__ = ["site"]
pytestmark = IN_A_BROWSER


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_and_nothing_sticks_out(site, scheme, width):
    with browser(site, width=width, scheme=scheme) as page:
        for path in ("/kit", "/search?q=pat", "/no/such/page"):
            page.goto(path)
            looks_well(page, path.strip("/").partition("?")[0].replace("/", "-"), width)
        for opener, dialog in (("?", "#keys"), ("Control+k", "#palette")):
            page.goto("/kit")
            page.keyboard.press(opener)
            page.wait_for_selector(f"{dialog}[open]")
            looks_well(page, dialog.strip("#"), width)
        assert [s for s in page.said if "404" not in s] == []


def test_the_keyboard_finds_opens_selects_and_sums(site):
    with browser(site) as page:
        page.goto("/kit")
        page.keyboard.press("Control+k")
        page.locator("#palette input").fill("sear")
        page.wait_for_selector('#palette [role="option"][aria-selected="true"]')
        page.keyboard.press("Enter")
        page.wait_for_url("**/search")
        page.goto("/kit")
        for key in ("j", "x", "j", "j", "x"):
            page.keyboard.press(key)
        assert page.locator("[data-selected]").inner_text() == "2"
        assert page.locator("[data-sum]").inner_text() == "415.00"
        page.keyboard.press("e")
        page.wait_for_url("**/kit?c=C-20431")
        page.keyboard.press("g")
        page.keyboard.press("s")
        page.wait_for_url("**/search")
        assert page.said == []


def test_a_money_field_shows_what_arithmetic_comes_to_and_the_form_keeps_it(site):
    with browser(site) as page:
        page.goto("/kit")
        amount = page.get_by_label("Amount")
        for typed, shown in (
            ("12*3.5", "= 42.00"),
            ("(3+4)*2.50", "= 17.50"),
            ("10/3", "= 3.33"),
            ("1,000-0.5", "= 999.50"),
        ):
            amount.fill(typed)
            assert page.locator(".preview").inner_text() == shown
        amount.fill("12 apples")
        assert page.locator(".preview").count() == 0
        page.keyboard.press("Control+Enter")
        page.wait_for_selector(".error")
        assert page.get_by_label("Amount").input_value() == "12 apples"
        assert page.evaluate("document.activeElement.name") == "cents"


def test_without_javascript_everything_reads_and_submits(site):
    with browser(site, scripts=False) as page:
        page.goto("/kit")
        assert page.locator("[data-bulk]").is_visible()
        assert not page.get_by_label("Select all rows").is_visible()
        page.get_by_label("Amount").fill("12.50")
        page.get_by_role("button", name="Take payment").click()
        assert page.get_by_text("It would have been taken.").is_visible()
        page.get_by_role("searchbox").fill("today")
        page.get_by_role("searchbox").press("Enter")
        assert page.get_by_role("heading", level=1).inner_text() == "Search"


def test_the_first_load_is_light(site):
    with browser(site) as page:
        sizes = []
        page.on(
            "response", lambda answer: sizes.append(int(answer.headers.get("content-length") or len(answer.body())))
        )
        page.goto("/kit")
        page.wait_for_load_state("networkidle")
        assert len(sizes) <= 10
        assert (
            sum(sizes) <= 250_000
        )  # not compressed here; 120 kB compressed is asserted on the files in test_web_tokens


def test_dark_and_dense_are_remembered(site):
    with browser(site) as page:
        page.goto("/kit")
        page.locator("#person-menu summary").click()
        page.get_by_role("button", name="Dark").click()
        page.wait_for_url("**/kit")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(21, 25, 27)"
        page.locator("#person-menu summary").click()
        page.get_by_role("button", name="Comfortable rows").click()
        page.wait_for_url("**/kit")
        assert page.locator("tr[data-row]").first.bounding_box()["height"] >= 42


def test_the_phone_has_its_menu_without_javascript(site):
    with browser(site, width=390, scripts=False) as page:
        page.goto("/kit")
        assert not page.locator("#rail").is_visible()
        page.get_by_role("link", name="Menu").click()
        assert page.locator("#rail").is_visible()
        page.get_by_role("link", name="Close", exact=True).click()
        assert not page.locator("#rail").is_visible()
