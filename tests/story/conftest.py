"""One demo practice and one browser for all stories; each story has an office of its own."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.story.house import CHROMIUM, QUIET, Office, build_demo, opened


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo practice, made once; ``STEWARD_STORY_DEMO`` names one made before, for whoever writes a story."""
    there = os.environ.get("STEWARD_STORY_DEMO")
    if there:
        return Path(there)
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return build_demo(tmp_path_factory.mktemp("story"))
    folder = tmp_path_factory.getbasetemp().parent  # of all workers: the first builds, the others wait for it
    with (folder / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return folder / "demo" if (folder / "demo" / "built").exists() else _built(folder)


def _built(folder: Path) -> Path:
    made = build_demo(folder)
    (made / "built").touch()  # last, so that a build that failed is not taken for one
    return made


@pytest.fixture(scope="module")
def chrome() -> Iterator[Any]:
    """One browser a module, gone before another test of the run starts its own; every person gets a context."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture
def office(demo: Path, chrome: Any, tmp_path: Path) -> Iterator[Office]:
    """A running office on its own copy of the demo."""
    with opened(demo, tmp_path, chrome) as one:
        yield one


@pytest.fixture(scope="module")
def shared(demo: Path, chrome: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One running office for the stories that look, and the one that adds a person nobody else meets."""
    with opened(demo, tmp_path_factory.mktemp("shared"), chrome) as one:
        yield one
