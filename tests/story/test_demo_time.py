"""Nothing in the demo lies in the future of its now, but for what is promised or ends some day."""

from __future__ import annotations

import contextlib
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.story.house import NOW

pytestmark = pytest.mark.always_sqlite  # as every office of the stories

PROMISED = {
    ("frontdesk_appointment", "starts_at"), ("frontdesk_appointment", "ends_at"), ("frontdesk_appointmentslot", "slot_start"),
    ("core_signinlink", "expires_at"),
}  # fmt: skip


def test_nothing_of_the_demo_lies_ahead(demo: Path) -> None:
    """Every moment in every table, against the clock the demo was built by (and the minutes its building took)."""
    last = (datetime.fromisoformat(NOW) + timedelta(minutes=10)).astimezone(tz=None).timestamp()
    ahead: list[tuple[str, str, str]] = []
    looked = 0
    with contextlib.closing(sqlite3.connect(f"file:{demo}/steward.sqlite3?mode=ro", uri=True)) as base:
        tables = [name for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in (name for name in tables if not name.startswith("django_")):  # the framework's own: machine time
            moments = [row[1] for row in base.execute(f"PRAGMA table_info({table})") if row[2] == "datetime"]
            for column in moments:
                (latest,) = base.execute(f'SELECT MAX("{column}") FROM {table}').fetchone()
                looked += latest is not None
                if latest and (table, column) not in PROMISED:
                    when = datetime.fromisoformat(f"{latest}+00:00" if "+" not in latest else latest)
                    if when.timestamp() > last:
                        ahead.append((table, column, latest))
    assert ahead == []
    assert looked > 20
