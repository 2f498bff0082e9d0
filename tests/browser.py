"""What every browser test stands on: a server on a private copy of the database, a page that keeps what it complains of,
and the judgement that a page looks well (axe at zero faults, nothing sticking out).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test.testcases import LiveServerThread, _StaticFilesHandler

from tests.support import signed_in

CHROMIUM = Path("/usr/bin/chromium")
IN_A_BROWSER = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="left out: no browser; apt-get install chromium"),
]
# playwright's synchronous interface runs an event loop in this thread; Django would refuse queries beside it
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture
def site(real_db, settings) -> Iterator[tuple[str, str]]:
    """(address, session cookie) of a server on a private copy of the database, an administrator signed in."""
    from datetime import date

    from steward.core.access.models import Office

    settings.DEMO = True
    Office.objects.get_or_create(pk=1, defaults={"name": "Cedar Hill", "opened_on": date(2025, 1, 1)})
    cookie = signed_in("administrator").cookies[django_settings.SESSION_COOKIE_NAME].value
    thread = LiveServerThread("127.0.0.1", _StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    try:
        yield f"http://localhost:{thread.port}", cookie
    finally:
        thread.terminate()


@contextmanager
def browser(site, *, width: int = 1440, scheme: str = "light", scripts: bool = True):
    from playwright.sync_api import sync_playwright

    address, cookie = site
    with sync_playwright() as driver:
        chrome = driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        context = chrome.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=scripts, base_url=address
        )
        context.add_cookies([{"name": django_settings.SESSION_COOKIE_NAME, "value": cookie, "url": address}])
        page = context.new_page()
        page.said = []
        page.on("console", lambda message: page.said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: page.said.append(str(error)))
        yield page
        chrome.close()


def looks_well(page: Any, name: str, width: int) -> None:
    """axe finds nothing and nothing sticks out; with ``STEWARD_PICTURES`` set, a picture is kept there."""
    from axe_playwright_python.sync_playwright import Axe

    # halfway through its 0.18 s a toast has less contrast than the one people read
    page.evaluate("Promise.all(document.getAnimations().map(each => each.finished)).then(() => null)")
    faults = Axe().run(page).response["violations"]
    assert not faults, (name, [(f["id"], [n["html"][:120] for n in f["nodes"]]) for f in faults])
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    if folder := os.environ.get("STEWARD_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}-{width}.png"), full_page=True)
