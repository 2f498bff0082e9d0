"""A demo office on a port of its own, and the people who sign in to it with a browser."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.office.test_serve import Machine, environment

CHROMIUM = Path("/usr/bin/chromium")
TODAY = "2026-11-23"
NOW = f"{TODAY}T11:10:00-05:00"  # a Monday morning in New York, the phones quiet
EVENING = f"{TODAY}T18:40:00-05:00"  # the last appointment is over: a day that goes on is not closed
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")  # fmt: skip


def machine(data: Path, **settings: str) -> Machine:
    """The commands of ``./office`` on a folder, its clock moved to the morning of the story; always SQLite."""
    return Machine(data, {**environment(), "STEWARD_NOW": NOW, **settings})


def build_demo(folder: Path) -> Path:
    """The demo practice of the story, made once; tests work on copies."""
    data = folder / "demo"
    done = machine(data).steward("init", "--demo", "--seed", "7", "--as-of", TODAY, seconds=300)
    assert done.returncode == 0, done.stderr[-2000:]
    return data


@dataclass
class Office:
    """A running server on a copy of the demo, and the one-time link of each persona."""

    machine: Machine
    browser: Any
    links: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"http://localhost:{self.machine.port}"

    @contextmanager
    def person(self, who: str, *, width: int = 1440, scheme: str = "light", scripts: bool = True) -> Iterator[Any]:
        """A page of a fresh browser on which `who` is signed in. Whatever its console complains of fails the test."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=scripts,
            base_url=self.address, reduced_motion="reduce",
        )  # fmt: skip
        context.set_default_timeout(20_000)
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        try:
            page.goto(self.links[who])
            page.get_by_role("button", name="Sign in as").click()
            page.wait_for_url(f"{self.address}/")
            yield page
            complaints = [text for text in said if "status of 4" not in text]  # a refused form answers 422 by design
            assert complaints == []
        finally:
            context.close()

    def until(self, moment: str) -> None:
        """Start the server again at a later moment of the day; everybody signs in anew."""
        self.machine.steward("serve", "stop")
        self.machine.env["STEWARD_NOW"] = moment
        _serve(self.machine)
        self.links = _links(self.machine)

    def ask(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of the office's own database, read beside the running server."""
        with contextlib.closing(sqlite3.connect(f"file:{self.machine.data}/steward.sqlite3?mode=ro", uri=True)) as base:
            return base.execute(sql, values).fetchall()


@contextmanager
def opened(demo: Path, folder: Path, browser: Any, **settings: str) -> Iterator[Office]:
    """The office of a copy of `demo`, with these settings of its surroundings; its server stopped at the end."""
    shutil.copytree(demo, folder / "office", dirs_exist_ok=True)
    one = machine(folder / "office", **settings)
    _serve(one)
    try:
        yield Office(one, browser, _links(one))
    finally:
        one.steward("serve", "stop")


def _serve(one: Machine) -> None:
    up = one.steward("serve", "up", "--port", str(one.port), "--json")
    assert up.returncode == 0, up.stderr[-2000:] + up.stdout[-2000:]


def _links(one: Machine) -> dict[str, str]:
    found: dict[str, str] = {}
    for names in ((), ("frontdesk2", "frontdesk3", "biller2")):  # the personas, then colleagues by name
        made = one.steward("links", *names, "--port", str(one.port), "--json")
        found |= {row["user"]: row["link"] for row in json.loads(made.stdout)}
    return found
