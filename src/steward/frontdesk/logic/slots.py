"""Five-minute slots: what the database's unique rows stand for."""

from __future__ import annotations

import datetime as dt

SLOT = dt.timedelta(minutes=5)
LONGEST = dt.timedelta(hours=8)


def aligned(moment: dt.datetime) -> bool:
    """True when a moment lies on a whole five minutes (of UTC; every practice zone is a multiple of that away)."""
    return moment.second == 0 and moment.microsecond == 0 and moment.minute % 5 == 0


def slot_starts(starts_at: dt.datetime, ends_at: dt.datetime) -> list[dt.datetime]:
    """The slots that [starts_at, ends_at) holds, in UTC.

    Raises ValueError when either end is not on five minutes, when nothing lies between, or for more than eight hours.
    """
    if not (aligned(starts_at) and aligned(ends_at)):
        raise ValueError("an appointment begins and ends on five minutes")
    first, last = starts_at.astimezone(dt.UTC), ends_at.astimezone(dt.UTC)
    if not dt.timedelta(0) < last - first <= LONGEST:
        raise ValueError("an appointment has five minutes or more and eight hours or less")
    return [first + n * SLOT for n in range((last - first) // SLOT)]
