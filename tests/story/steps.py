"""What people of the story do more than once: press keys that are counted, fill in a form, read the money of a drawer."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import TimeoutError

from tests.story.house import Office


class Keys:
    """A keyboard that counts: every key of a chord is one, what is data is typed beside the count."""

    def __init__(self, page: Any) -> None:
        self.page, self.count = page, 0

    def press(self, *chords: str) -> None:
        for chord in chords:
            self.count += len(chord.split("+"))
            self.page.keyboard.press(chord)

    def data(self, text: str) -> None:
        self.page.keyboard.type(text)


def fill(page: Any, **given: str) -> None:
    """Fill the fields of the page's form by name; a select takes the words of its option."""
    for name, value in given.items():
        part = page.locator(f'main form[method="post"] [name="{name}"]')
        if part.evaluate("el => el.tagName") == "SELECT":
            label = part.locator("option", has_text=value).first.inner_text()
            part.select_option(label=label)
        else:
            part.fill(value)


def press(page: Any, button: str) -> None:
    """Press a button of the page's own form and wait for where it leads."""
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name=button, exact=True).click()


def said(page: Any, words: str) -> None:
    """The page tells it, as a toast or in its text; a failure shows what it told instead."""
    try:
        page.get_by_text(words).first.wait_for()
    except TimeoutError:
        raise AssertionError(f"{page.url} does not say {words!r} but: {page.locator('body').inner_text()}") from None


def dollars(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def in_drawer(office: Office, username: str) -> int:
    """Cents a person has in her open drawer when she counts with care: its float and the cash she took."""
    return int(
        office.ask(
            """SELECT s.float_cents + COALESCE((SELECT SUM(r.cents) FROM banking_receipt r
                 WHERE r.session_id = s.id AND r.tender = 'cash' AND r.voided_at IS NULL), 0)
               FROM banking_drawersession s JOIN core_user u ON u.id = s.cashier_id
               WHERE u.username = ? AND s.state = 'open'""",
            username,
        )[0][0]
    )


def count_own(office: Office, who: str, off_cents: int = 0) -> int:
    """A cashier counts her drawer, blind, `off_cents` beside what is right; returns keys and clicks beyond the amount."""
    amount = dollars(in_drawer(office, who) + off_cents)
    with office.person(who) as page:
        keys = Keys(page)
        keys.press("g", "b")
        page.wait_for_url("**/banking/")
        for link in ("Drawers", "Count mine"):
            page.locator("main").get_by_role("link", name=link).click()
        page.wait_for_url("**/count/")
        assert amount not in page.locator("main").inner_text()
        keys.data(amount)
        keys.press("Enter")
        page.wait_for_url("**/drawers/*/")
        said(page, "The count")
        assert amount in page.locator("main").inner_text()
        return keys.count + 2
