"""Signing in with a real browser and a virtual passkey: set up, sign in with it alone, confirm with it; axe on each page."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connections
from django.test.testcases import LiveServerThread, _StaticFilesHandler
from django.urls import reverse

from steward.core.access import services
from steward.core.audit.models import AuditRow
from steward.core.service import system_call
from tests.core.ground import bare_office

CHROMIUM = Path(shutil.which("chromium") or "/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="left out: no browser; apt-get install chromium"),
]
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright's loop runs in this thread
PHRASE = "otter lamp quilt meadow 19"


@pytest.fixture
def address(real_db: dict[str, str]) -> Iterator[str]:
    cache.clear()
    bare_office()
    thread = LiveServerThread("127.0.0.1", _StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    try:
        yield f"http://localhost:{thread.port}"
    finally:
        thread.terminate()


@pytest.fixture
def page(address: str) -> Iterator[Any]:
    """A page of a browser that has a passkey device (finger always right), listening for whatever goes wrong."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        chrome = driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        page = chrome.new_context(base_url=address, viewport={"width": 1440, "height": 900}).new_page()
        device = page.context.new_cdp_session(page)
        device.send("WebAuthn.enable")
        device.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "transport": "internal",
                    "hasResidentKey": True,
                    "hasUserVerification": True,
                    "isUserVerified": True,
                    "automaticPresenceSimulation": True,
                }
            },
        )
        page.said = []
        page.on("console", lambda message: page.said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: page.said.append(str(error)))
        connections["default"].close()  # beside playwright's loop Django keeps another connection: it may be of the test before
        yield page
        connections["default"].close()
        chrome.close()


def clean(page: Any) -> None:
    """Axe finds nothing in light and dark, wide and narrow, and nothing sticks out."""
    from axe_playwright_python.sync_playwright import Axe

    for scheme in ("light", "dark"):
        for width in (1440, 390):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 900})
            faults = Axe().run(page).response["violations"]
            assert not faults, (page.url, scheme, [(f["id"], [n["html"][:120] for n in f["nodes"]]) for f in faults])
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (page.url, width)


def test_the_first_hour_with_a_passkey(page: Any) -> None:
    user = services.add_user(system_call(), username="mona", name="Mona Reyes", roles=["auditor"])
    page.goto(reverse("signin:link", args=[services.make_link(system_call(), user=user)]))
    clean(page)
    page.get_by_role("button", name="Sign in as Mona Reyes").click()
    clean(page)
    page.get_by_label("Passphrase", exact=True).fill(PHRASE)
    page.get_by_label("Passphrase once more").fill(PHRASE)
    page.get_by_role("button", name="Keep this passphrase").click()
    page.wait_for_url("**/welcome/second-factor/")
    clean(page)
    page.get_by_role("link", name="Add a passkey").click()
    clean(page)
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add").click()
    page.wait_for_url("**/recovery-codes/", wait_until="networkidle")
    clean(page)
    page.goto("/audit/log/")
    assert page.locator("h1").inner_text() == "Audit log"
    clean(page)
    page.goto("/audit/chain/")
    clean(page)
    page.goto("/sign-in/2fa/")
    clean(page)

    page.goto("/sign-in/logout/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in/login/")
    clean(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(lambda url: url.endswith("/") and "/sign-in/" not in url)
    page.goto("/audit/log/")
    assert page.locator("h1").inner_text() == "Audit log"

    page.goto("/welcome/confirm/?next=/audit/log/")
    clean(page)
    page.get_by_role("button", name="Use a passkey or security key").click()
    page.wait_for_url(lambda url: url.endswith("/audit/log/") and "confirm" not in url)
    assert AuditRow.objects.filter(action="signin.confirm_identity").count() == 1
    assert [s for s in page.said if "404" not in s] == []


def test_passphrase_then_passkey_as_second_factor(page: Any) -> None:
    user = services.add_user(system_call(), username="mona", name="Mona Reyes", roles=["auditor"])
    page.goto(reverse("signin:link", args=[services.make_link(system_call(), user=user)]))
    page.get_by_role("button", name="Sign in as Mona Reyes").click()
    page.get_by_label("Passphrase", exact=True).fill(PHRASE)
    page.get_by_label("Passphrase once more").fill(PHRASE)
    page.get_by_role("button", name="Keep this passphrase").click()
    page.get_by_role("link", name="Add a passkey").click()
    page.wait_for_url("**/webauthn/add/", wait_until="networkidle")  # the button asks the device only once the script is there
    page.get_by_role("button", name="Add").click()
    page.wait_for_url("**/recovery-codes/", wait_until="networkidle")
    page.context.clear_cookies()
    page.goto("/audit/chain/")
    page.get_by_label("Name").fill("mona")
    page.get_by_label("Passphrase").fill(PHRASE)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/2fa/authenticate/")
    clean(page)
    page.get_by_role("button", name="Use a passkey or security key").click()
    page.wait_for_url("**/audit/chain/")
    assert [s for s in page.said if "404" not in s] == []


def test_an_idle_page_leaves_by_itself(page: Any, settings: Any) -> None:
    settings.DEMO = True
    settings.STEWARD_IDLE_SECONDS = 1
    auditor = bare_office().user("auditor")
    token = services.make_link(system_call(), user=auditor, fully=True)
    page.goto(reverse("signin:link", args=[token]))
    page.get_by_role("button").last.click()
    page.goto("/audit/log/?refused=1")
    page.wait_for_url("**/sign-in/login/?locked=1", timeout=20_000)
    assert "Sign in again to go on where you were" in page.content()
    assert [s for s in page.said if "404" not in s] == []
