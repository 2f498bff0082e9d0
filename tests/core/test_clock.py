"""The clock: moving it, the practice's day across daylight time, and the dates people type."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.core import clock
from steward.core.clock import ClockError, FixedClock, SystemClock, parse_date, system_clock

NEW_YORK = ZoneInfo("America/New_York")
TODAY = date(2026, 11, 23)


def test_a_fixed_clock_stands_still() -> None:
    fixed = FixedClock(datetime(2026, 11, 24, 3, 0, tzinfo=UTC), NEW_YORK)
    assert fixed.now() == fixed.now() and fixed.now().tzinfo is UTC
    assert fixed.today() == date(2026, 11, 23)
    assert fixed.later(hours=3).today() == date(2026, 11, 24)
    with pytest.raises(ClockError):
        FixedClock(datetime(2026, 11, 24), NEW_YORK)


def test_the_system_clock_is_real_and_aware(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STEWARD_NOW", raising=False)
    before = datetime.now(UTC)
    now = system_clock().now()
    assert before <= now <= datetime.now(UTC) and now.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("setting", "moment"),
    [
        ("2026-11-23T09:00:00-05:00", datetime(2026, 11, 23, 14, 0, tzinfo=UTC)),
        ("2026-11-23T14:00:00Z", datetime(2026, 11, 23, 14, 0, tzinfo=UTC)),
        ("2026-11-23T09:00", datetime(2026, 11, 23, 14, 0, tzinfo=UTC)),
        ("2026-07-23", datetime(2026, 7, 23, 16, 0, tzinfo=UTC)),
    ],
)
def test_steward_now_moves_the_clock_which_ticks_on(monkeypatch: pytest.MonkeyPatch, setting: str,
                                                    moment: datetime) -> None:
    monkeypatch.setenv("STEWARD_NOW", setting)
    ticks = iter([100.0, 100.0, 160.5])
    monkeypatch.setattr(clock, "_process_began", lambda: 100.0)
    monkeypatch.setattr(clock._time, "monotonic", lambda: next(ticks))
    moved = system_clock(NEW_YORK)
    assert moved.now() == moment
    assert moved.now() == moment
    assert moved.now() == moment + timedelta(seconds=60.5)


def test_the_moved_clock_has_one_start_in_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEWARD_NOW", "2026-11-23")
    first, second = system_clock(NEW_YORK), system_clock(NEW_YORK)
    assert first == second
    earlier = first.now()
    assert timedelta(0) <= second.now() - earlier < timedelta(seconds=5)


@pytest.mark.parametrize("setting", ["yesterday", "2026-13-01", "23.11.2026", "2026-11-23T25:00"])
def test_a_bad_setting_is_refused(monkeypatch: pytest.MonkeyPatch, setting: str) -> None:
    monkeypatch.setenv("STEWARD_NOW", setting)
    with pytest.raises(ClockError, match="no moment"):
        system_clock(NEW_YORK)


def test_the_practice_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STEWARD_ZONE", raising=False)
    assert clock.practice_zone().key == "America/New_York"
    monkeypatch.setenv("STEWARD_ZONE", "America/Phoenix")
    assert clock.practice_zone().key == "America/Phoenix" and system_clock().zone.key == "America/Phoenix"
    for bad in ("Mars/Olympus", "../etc/passwd", "America"):
        monkeypatch.setenv("STEWARD_ZONE", bad)
        with pytest.raises(ClockError, match="America/Chicago"):
            clock.practice_zone()


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25), (TODAY, 24)])
def test_local_days_across_daylight_time(day: date, hours: int) -> None:
    start, end = clock.day_bounds(day, NEW_YORK)
    assert (end - start) == timedelta(hours=hours)


@given(st.dates(date(1990, 1, 1), date(2060, 1, 1)),
       st.sampled_from(["America/New_York", "America/Phoenix", "America/Havana", "Pacific/Honolulu", "Pacific/Apia",
                        "America/Santiago", "Asia/Kathmandu"]))
def test_local_days_tile_time(day: date, name: str) -> None:
    zone = ZoneInfo(name)
    start, end = clock.day_bounds(day, zone)
    assert end == clock.day_bounds(day + timedelta(days=1), zone)[0]
    if start < end:  # Apia had no 2011-12-30 at all
        assert clock.local_day(start, zone) == day
        assert clock.local_day(end - timedelta(microseconds=1), zone) == day
        assert clock.local_day(start - timedelta(microseconds=1), zone) < day


def test_wall_times_that_do_not_exist_or_happen_twice() -> None:
    assert clock.at_local(date(2026, 3, 8), time(2, 30), NEW_YORK) == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
    assert clock.at_local(date(2026, 11, 1), time(1, 30), NEW_YORK) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


def test_real_time_between_wall_times() -> None:
    noon = datetime(2026, 3, 7, 12, tzinfo=NEW_YORK)
    next_noon = datetime(2026, 3, 8, 12, tzinfo=NEW_YORK)
    assert next_noon - noon == timedelta(hours=24)  # what Python says
    assert clock.seconds_between(noon, next_noon) == 23 * 3600
    assert clock.minutes_between(noon, noon + timedelta(seconds=119)) == 1
    with pytest.raises(ClockError):
        clock.seconds_between(noon, datetime(2026, 3, 8))
    with pytest.raises(ClockError):
        clock.local_day(datetime(2026, 3, 8), NEW_YORK)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("t", TODAY), ("T", TODAY), ("today", TODAY), ("y", date(2026, 11, 22)), ("tomorrow", date(2026, 11, 24)),
        ("+3", date(2026, 11, 26)), ("-1", date(2026, 11, 22)),
        ("t+3", date(2026, 11, 26)), ("t - 2", date(2026, 11, 21)),
        ("+2w", date(2026, 12, 7)), ("+3m", date(2027, 2, 23)), ("-1y", date(2025, 11, 23)),
        ("11/23", TODAY), ("11/23/2026", TODAY), ("11/23/26", TODAY), ("11-23-2026", TODAY), ("11.23.26", TODAY),
        ("2026-11-23", TODAY), ("20261123", TODAY), ("1123", TODAY), ("112326", TODAY), ("11232026", TODAY),
        (" 2/3 ", date(2027, 2, 3)), ("6/1", date(2026, 6, 1)), ("2/29/2028", date(2028, 2, 29)),
        ("2/29", date(2028, 2, 29)), ("12/31/99", date(1999, 12, 31)), ("1/1/30", date(2030, 1, 1)),
    ],
)
def test_dates_people_type(typed: str, day: date) -> None:
    assert parse_date(typed, TODAY) == day


def test_leaning_to_the_past_or_the_future() -> None:
    assert parse_date("11/24", TODAY, lean="past") == date(2025, 11, 24)
    assert parse_date("11/22", TODAY, lean="future") == date(2027, 11, 22)
    assert parse_date("11/23", TODAY, lean="past") == parse_date("11/23", TODAY, lean="future") == TODAY
    assert parse_date("1/1/30", TODAY, lean="past") == date(1930, 1, 1)
    assert parse_date("2/29", TODAY, lean="past") == date(2024, 2, 29)


@pytest.mark.parametrize("typed", ["", "x", "13/1", "2/30", "2/30/2026", "0/5", "11/0", "2026-02-30", "99999999",
                                   "+", "+99999y", "1/1/1", "11/23/126", "20261323", "\u0661\u0661/\u0662",
                                   "2026-11", "t3", "+9999y", "2/29/27"])
def test_texts_that_are_no_date(typed: str) -> None:
    with pytest.raises(ClockError):
        parse_date(typed, TODAY)


@given(st.text("0123456789/-+tywmd. ", max_size=12), st.dates(date(1, 1, 1), date(9999, 12, 31)))
def test_any_text_is_a_date_or_a_clock_error(text: str, today: date) -> None:
    with suppress(ClockError):
        assert isinstance(parse_date(text, today), date)


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.dates(date(1950, 1, 1), date(2100, 1, 1)))
def test_written_dates_round_trip(day: date, today: date) -> None:
    american = f"{day.month}/{day.day}/{day.year}"
    for text in (day.isoformat(), f"{day:%Y%m%d}", f"{day:%m/%d/%Y}", american, f"{day:%m%d%Y}"):
        assert parse_date(text, today) == day
    if abs((day - today).days) < 18250:
        assert parse_date(f"{day:%m/%d/%y}", today) == day
    if abs((day - today).days) < 182 and (day.month, day.day) != (2, 29):
        assert parse_date(f"{day.month}/{day.day}", today) == day


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)), st.integers(-600, 600))
def test_adding_months(day: date, months: int) -> None:
    moved = clock.add_months(day, months)
    assert (moved.year - day.year) * 12 + moved.month - day.month == months
    assert moved.day == day.day or (moved.day < day.day and (moved + timedelta(days=1)).day == 1)


def test_months_at_the_end_of_time() -> None:
    assert clock.add_months(date(9999, 11, 30), 1) == date(9999, 12, 30)
    with pytest.raises(ClockError):
        parse_date("+1m", date(9999, 12, 31))


def test_a_system_clock_reads_the_practice_day() -> None:
    late = datetime(2026, 11, 23, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    moved = SystemClock(NEW_YORK, late, clock._time.monotonic())
    assert moved.today() == TODAY
