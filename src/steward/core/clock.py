"""The clock: the only place that asks what time it is.

`now()` is an aware moment in UTC; `today()` is the date on the practice's wall. Code that needs the time takes a
`Clock` (services find it on the call), so that a test can hand in another.

``STEWARD_NOW`` moves the clock of a whole process: it reads that moment when the process starts and **ticks on from
there** on the monotonic clock. A clock that stood still would leave leases, idle locks and waiting times untried; a
test that wants stillness hands in a `FixedClock`. It takes an ISO moment (``2026-11-23T09:00:00-05:00``), an ISO time
without offset (read in the practice's zone) or a bare date (noon there).

Wall-clock arithmetic lies across the change of daylight time (noon to noon over 2026-03-08 in New York is 23 hours), so
moments are subtracted in UTC (`seconds_between`) and local days are turned into half-open UTC bounds (`day_bounds`).
"""

from __future__ import annotations

import os
import re
import time as _time
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

DEFAULT_ZONE = "America/New_York"
NOW_VARIABLE = "STEWARD_NOW"
ZONE_VARIABLE = "STEWARD_ZONE"


class ClockError(ValueError):
    """A setting or a text that names no moment, date or zone; the message says what would."""


class Clock(Protocol):
    """What services ask: the moment (aware, UTC), the practice's zone, and the date there."""

    @property
    def zone(self) -> ZoneInfo: ...

    def now(self) -> datetime: ...

    def today(self) -> date: ...


@dataclass(frozen=True)
class FixedClock:
    """A clock that stands still at `at`; for tests and for replaying what was true at a moment."""

    at: datetime
    zone: ZoneInfo

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ClockError("A fixed clock needs a moment with an offset")

    def now(self) -> datetime:
        return self.at.astimezone(UTC)

    def today(self) -> date:
        return local_day(self.at, self.zone)

    def later(self, **delta: float) -> FixedClock:
        """The same clock moved on: ``clock.later(days=1, hours=2)`` in elapsed, not wall, time."""
        return FixedClock(self.now() + timedelta(**delta), self.zone)


@dataclass(frozen=True)
class SystemClock:
    """The machine's clock, or (`start` given) a clock that read `start` when the monotonic clock read `began`."""

    zone: ZoneInfo
    start: datetime | None = None
    began: float = 0.0

    def now(self) -> datetime:
        if self.start is None:
            return datetime.now(UTC)
        return self.start.astimezone(UTC) + timedelta(seconds=_time.monotonic() - self.began)

    def today(self) -> date:
        return local_day(self.now(), self.zone)


def system_clock(zone: ZoneInfo | None = None) -> SystemClock:
    """The clock this process runs on: real, unless ``STEWARD_NOW`` moves it. Raises ClockError for a bad setting."""
    zone = zone or practice_zone()
    wanted = os.environ.get(NOW_VARIABLE, "").strip()
    if not wanted:
        return SystemClock(zone)
    return SystemClock(zone, read_moment(wanted, zone), _process_began())


def practice_zone() -> ZoneInfo:
    """The practice's zone: ``STEWARD_ZONE``, else New York. Raises ClockError for a name the zone data lacks."""
    return zone_named(os.environ.get(ZONE_VARIABLE, "").strip() or DEFAULT_ZONE)


def zone_named(name: str) -> ZoneInfo:
    """The zone of an IANA name such as ``America/Chicago``; raises ClockError."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ClockError(f"No time zone is named {name!r}; use a name such as America/Chicago") from error


def read_moment(text: str, zone: ZoneInfo) -> datetime:
    """The UTC moment of an ISO text; without an offset it is local to `zone`, a bare date is noon. ClockError."""
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return at_local(date.fromisoformat(text), time(12), zone)
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            return at_local(moment.date(), moment.time(), zone)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ClockError(f"{text!r} is no moment; write 2026-11-23T09:00:00-05:00") from error


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """The date on the wall in `zone` at an aware moment."""
    if moment.tzinfo is None:
        raise ClockError("A moment needs an offset before it has a date")
    return moment.astimezone(zone).date()


def at_local(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The UTC moment when the wall in `zone` shows `at` on `day`.

    A time that happens twice (autumn) is its first occurrence; a time that does not happen (spring) is as much later
    as the clock jumped: 02:30 on 2026-03-08 in New York is 03:30 daylight time.
    """
    return datetime.combine(day, at.replace(tzinfo=None, fold=0), tzinfo=zone).astimezone(UTC)


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """UTC moments [start, end) of the local `day`: 23, 24 or 25 hours apart."""
    return at_local(day, time(0), zone), at_local(day + timedelta(days=1), time(0), zone)


def seconds_between(earlier: datetime, later: datetime) -> float:
    """Real seconds from one aware moment to another, whatever zones they are written in; negative if reversed."""
    if earlier.tzinfo is None or later.tzinfo is None:
        raise ClockError("Moments need an offset before they can be subtracted")
    return (later.astimezone(UTC) - earlier.astimezone(UTC)).total_seconds()


def minutes_between(earlier: datetime, later: datetime) -> int:
    """Whole real minutes from one aware moment to another, the broken minute dropped."""
    return int(seconds_between(earlier, later) // 60)


Lean = Literal["near", "past", "future"]

_RELATIVE = re.compile(r"(?:t|today)?\s*(?P<sign>[+-])\s*(?P<number>[0-9]{1,4})\s*(?P<unit>[dwmy]?)", re.ASCII)
_ISO = re.compile(r"(?P<y>[0-9]{4})-?(?P<m>[0-9]{2})-?(?P<d>[0-9]{2})", re.ASCII)
_US = re.compile(r"(?P<m>[0-9]{1,2})[/.-](?P<d>[0-9]{1,2})(?:[/.-](?P<y>[0-9]{4}|[0-9]{2}))?", re.ASCII)
_DIGITS = re.compile(r"(?P<m>[0-9]{2})(?P<d>[0-9]{2})(?P<y>[0-9]{4}|[0-9]{2})?", re.ASCII)
_WORDS = {"t": 0, "today": 0, "y": -1, "yesterday": -1, "tomorrow": 1, "tm": 1}


def parse_date(text: str, today: date, *, lean: Lean = "near") -> date:
    """The date a person types, seen from `today`.

    ``t`` ``y`` ``tomorrow``, ``+3`` ``-2w`` ``t+1m`` (days, weeks, months, years), ``2026-11-23``, ``20261123``,
    ``11/23`` ``11/23/26`` ``11/23/2026`` ``1123`` ``11232026``. A missing century or year is the one nearest to today;
    with `lean` "past" (birth dates, service dates) or "future" (appointments) the nearest on that side, today included.
    Raises ClockError for anything else and for days that no calendar has.
    """
    body = text.strip().lower()
    try:
        found = _relative(body, today) or _written(body, today, lean)
    except (ValueError, OverflowError) as error:
        raise ClockError(f"{text[:40]!r} is not a day of the calendar") from error
    if found is None:
        raise ClockError(f"{text[:40]!r} is no date; type 11/23, 2026-11-23, t or +3")
    return found


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or the last day of that month where it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, _days_in(year, month + 1)))


def _days_in(year: int, month: int) -> int:
    first_of_next = date(year + month // 12, month % 12 + 1, 1) if (year, month) != (9999, 12) else date.max
    return (first_of_next - timedelta(days=1)).day if first_of_next != date.max else 31


def _relative(body: str, today: date) -> date | None:
    if body in _WORDS:
        return today + timedelta(days=_WORDS[body])
    found = _RELATIVE.fullmatch(body)
    if found is None:
        return None
    number = int(found["sign"] + found["number"])
    if found["unit"] in ("m", "y"):
        return add_months(today, number * (12 if found["unit"] == "y" else 1))
    return today + timedelta(days=number * (7 if found["unit"] == "w" else 1))


def _written(body: str, today: date, lean: Lean) -> date | None:
    iso = _ISO.fullmatch(body)
    if iso is not None and not (len(body) == 8 and int(iso["y"]) < 1300):  # 8 digits below 1300 begin with a month
        return date(int(iso["y"]), int(iso["m"]), int(iso["d"]))
    found = _US.fullmatch(body) or _DIGITS.fullmatch(body)
    if found is None:
        return None
    year, month, day = found["y"] or "", int(found["m"]), int(found["d"])
    if len(year) == 4:
        return date(int(year), month, day)
    step, anchor = (100, int(year)) if year else (1, 0)
    return _nearest(today, lean, month, day, step, anchor)


def _nearest(today: date, lean: Lean, month: int, day: int, step: int, anchor: int) -> date:
    """The candidate closest to today among the years that end in `anchor` modulo `step`; ValueError if none is."""
    first = today.year - (today.year - anchor) % step
    years = [first + step * n for n in range(-9, 10)] if step == 1 else [first - step, first, first + step]
    days = [date(year, month, day) for year in years if 1 <= year <= 9999 and _exists(year, month, day)]
    if lean == "past":
        days = [d for d in days if d <= today]
    if lean == "future":
        days = [d for d in days if d >= today]
    if not days:
        raise ValueError("no such day")
    return min(days, key=lambda d: (abs((d - today).days), -d.toordinal()))


def _exists(year: int, month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= _days_in(year, month)


@lru_cache(maxsize=1)
def _process_began() -> float:
    """The monotonic reading at which a moved clock of this process started."""
    return _time.monotonic()
