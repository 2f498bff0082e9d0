"""Charge entry in a real browser: from Today's line to the posted charge and the next visit without touching a mouse."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from steward.billing.logic.entry import Typed
from steward.billing.models import Charge
from steward.billing.services.visit_charges import pin_code
from tests.browser import IN_A_BROWSER, browser, looks_well, site

from .visits import FRIDAY, open_clinic

__all__ = ["site"]
pytestmark = IN_A_BROWSER


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_a_visit_is_charged_by_keyboard_alone(site: Any, width: int, scheme: str) -> None:
    clinic = open_clinic()
    patient = clinic.patient((clinic.blue, 1), last="Ortiz")
    clinic.charge(clinic.visit(patient, FRIDAY - dt.timedelta(days=28)), Typed("G0439"), Typed("G2211"), dx="I10 E11.9")
    pin_code(clinic.office.call("biller"), provider=clinic.providers[0], kind="diagnosis", code="Z00.00", key=9)
    visit, _second = clinic.visit(patient), clinic.visit()
    before = Charge.objects.count()
    with browser(site, width=width, scheme=scheme) as page:
        page.goto("/billing/uncharged/")
        looks_well(page, "uncharged", width)
        page.keyboard.press("j")
        page.keyboard.press("e")
        page.wait_for_url(f"**/billing/visits/{visit.uid}/charges/")
        page.wait_for_function("document.activeElement.name === 'diagnoses'")
        page.keyboard.press("Alt+Shift+Digit9")  # the pinned diagnosis
        page.keyboard.type("e11.9 ")
        page.locator(".letters", has_text="A Z00.00   B E11.9").wait_for()
        page.keyboard.press("Alt+Digit1")  # the service used most, its units marked
        page.keyboard.type("2")
        page.keyboard.press("Tab")
        page.keyboard.type("B")
        page.keyboard.press("Enter")  # the next line
        page.keyboard.type("G22")
        page.locator("[role=option]", has_text="G2211").wait_for()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")  # takes the code, stays in the line
        for _line in range(3):
            page.keyboard.press("Enter")  # to a fifth line, which is not there yet
        page.wait_for_function("document.activeElement.name === 'code5'")
        assert page.locator("[data-sum]").inner_text() == "436.05"
        looks_well(page, "charge-entry", width)
        page.keyboard.type("G8427")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.type("10000")  # refused, and nothing typed is lost
        page.keyboard.press("Control+Enter")
        page.get_by_text("units; payers take 9,999 a line").wait_for()
        looks_well(page, "charge-entry-refused", width)
        box = page.locator("[name=units5]")
        assert box.input_value() == "10000" and page.locator("[name=code1]").input_value() == "G0439"
        box.focus()
        page.keyboard.press("Control+a")
        page.keyboard.type("1")
        page.keyboard.press("Control+Enter")
        page.wait_for_url("**/billing/uncharged/")
        assert [s for s in page.said if "422" not in s] == []
    rows = list(Charge.objects.order_by("id")[before:].values_list("code", "units", "charge_cents", "pointers"))
    assert rows == [("G0439", "2", 42_000, "2"), ("G2211", "1", 1_605, "1:2"), ("G8427", "1", 0, "1:2")]
