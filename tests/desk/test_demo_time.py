"""The demo's last day has come as far as the machine's own clock, so that nothing in it lies ahead."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from steward.desk.demo.build import standing_at
from tests.support import ZONE

DAY = date(2026, 11, 23)


def local(hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 11, 23, hour, minute, second, tzinfo=ZONE).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "stands"),
    [
        (local(7), local(7)),
        (local(11, 10, 40), local(11, 10)),
        (local(22), local(15, 30)),
        (local(9) + timedelta(days=3), local(15, 30)),
        (local(9) - timedelta(days=1), local(11, 10)),
    ],
)
def test_the_day_stands_where_the_clock_does(moment: datetime, stands: datetime) -> None:
    assert standing_at(DAY, moment, ZONE) == stands
