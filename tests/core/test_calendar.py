"""Bank days against the Federal Reserve's published list, counting against brute force, fiscal years month by month."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.core import calendar as cal

#: The Federal Reserve Banks' holiday schedule as published ("Holidays observed by the Federal Reserve System"), days on
#: which the banks are closed; a holiday on Saturday is not in the list.
PUBLISHED = {
    2024: "0101 0115 0219 0527 0619 0704 0902 1014 1111 1128 1225",
    2025: "0101 0120 0217 0526 0619 0704 0901 1013 1111 1127 1225",
    2026: "0101 0119 0216 0525 0619 0907 1012 1111 1126 1225",
    2027: "0101 0118 0215 0531 0705 0906 1011 1111 1125",
    2028: "0117 0221 0529 0619 0704 0904 1009 1123 1225",
    2029: "0101 0115 0219 0528 0619 0704 0903 1008 1112 1122 1225",
    2030: "0101 0121 0218 0527 0619 0704 0902 1014 1111 1128 1225",
}
DAYS = st.dates(date(1986, 2, 1), date(2099, 12, 1))


@pytest.mark.parametrize("year", PUBLISHED)
def test_bank_holidays_are_the_published_ones(year: int) -> None:
    written = [date(year, int(day[:2]), int(day[2:])) for day in PUBLISHED[year].split()]
    assert sorted(cal.bank_holidays(year)) == written


def test_bank_holidays_agree_with_another_list() -> None:
    for year in range(2000, 2100):
        other = {day for day in holidays.financial_holidays("XFED", years=year) if day.weekday() < 5}
        assert set(cal.bank_holidays(year)) == other, year


def test_a_saturday_holiday_leaves_friday_open() -> None:
    assert cal.is_bank_day(date(2026, 7, 3))
    assert cal.is_bank_day(date(2027, 12, 31))
    assert not cal.is_bank_day(date(2027, 7, 5))
    assert date(2026, 7, 3) in holidays.country_holidays("US", years=2026)


def test_years_beyond_the_rules_are_refused() -> None:
    for year in (1985, 2101):
        with pytest.raises(cal.CalendarError):
            cal.is_bank_day(date(year, 6, 3))


@given(DAYS)
def test_next_bank_day_is_the_first_after(day: date) -> None:
    found = cal.next_bank_day(day)
    assert found > day and cal.is_bank_day(found)
    assert not any(cal.is_bank_day(day + timedelta(days=n)) for n in range(1, (found - day).days))
    assert (found - day).days <= 5


@given(DAYS.filter(lambda day: 1990 < day.year < 2095), st.integers(-60, 60))
def test_adding_and_counting_bank_days_agree(day: date, number: int) -> None:
    moved = cal.add_bank_days(day, number)
    assert cal.is_bank_day(moved)
    if number > 0:
        assert sum(cal.is_bank_day(day + timedelta(days=n)) for n in range(1, (moved - day).days + 1)) == number
    if number < 0:
        assert sum(cal.is_bank_day(moved + timedelta(days=n)) for n in range((day - moved).days)) == -number
    if cal.is_bank_day(day):
        assert cal.bank_days_between(day, moved) == number
        assert cal.add_bank_days(moved, -number) == day


@given(DAYS, st.integers(0, 300), st.integers(0, 300))
def test_counting_adds_up(day: date, first: int, second: int) -> None:
    middle, end = day + timedelta(days=first), day + timedelta(days=first + second)
    if end.year > 2099:
        return
    assert cal.bank_days_between(day, end) == cal.bank_days_between(day, middle) + cal.bank_days_between(middle, end)
    assert cal.bank_days_between(end, day) == -cal.bank_days_between(day, end)


def test_thanksgiving_week() -> None:
    wednesday = date(2026, 11, 25)
    assert cal.next_bank_day(wednesday) == date(2026, 11, 27)
    assert cal.add_bank_days(wednesday, 2) == date(2026, 11, 30)
    assert cal.BANK.on_or_after(date(2026, 11, 26)) == date(2026, 11, 27)
    assert cal.BANK.on_or_before(date(2026, 11, 26)) == wednesday
    assert cal.BANK.before(date(2026, 11, 27)) == wednesday


def test_practice_days() -> None:
    saturday, closed = date(2026, 11, 28), date(2026, 11, 27)
    practice = cal.practice_calendar(closed=frozenset({closed}), opened=frozenset({saturday, closed}))
    assert practice.is_day(saturday) and not practice.is_day(closed)
    assert practice.after(date(2026, 11, 26)) == saturday
    assert practice.between(date(2026, 11, 23), date(2026, 11, 30)) == 5
    with pytest.raises(cal.CalendarError, match="no working day"):
        cal.practice_calendar(weekdays=frozenset()).after(saturday)


@given(DAYS, st.integers(1, 12))
def test_every_day_has_one_fiscal_period(day: date, start_month: int) -> None:
    period = cal.fiscal_period(day, start_month)
    assert period.start <= day <= period.end
    first, last = cal.fiscal_year_bounds(period.year, start_month)
    assert first <= day <= last and first.month == start_month and last.year == period.year
    assert (period.start.year - first.year) * 12 + period.start.month - first.month + 1 == period.number


@given(st.integers(1990, 2090), st.integers(1, 12))
def test_the_periods_tile_the_fiscal_year(year: int, start_month: int) -> None:
    periods = cal.fiscal_periods(year, start_month)
    assert [p.number for p in periods] == list(range(1, 13)) and {p.year for p in periods} == {year}
    for before, after in pairwise(periods):
        assert before.end + timedelta(days=1) == after.start
    assert (periods[0].start, periods[-1].end) == cal.fiscal_year_bounds(year, start_month)
    assert periods[-1].end + timedelta(days=1) == cal.fiscal_year_bounds(year + 1, start_month)[0]


def test_fiscal_year_named_for_its_end() -> None:
    assert cal.fiscal_period(date(2026, 11, 23), 10) == cal.FiscalPeriod(2027, 2, date(2026, 11, 1), date(2026, 11, 30))
    assert cal.fiscal_period(date(2026, 11, 23), 1).year == 2026
    with pytest.raises(ValueError, match="month 1 to 12"):
        cal.fiscal_period(date(2026, 1, 1), 13)


@given(DAYS)
def test_month_keys_round_trip(day: date) -> None:
    start, end = cal.parse_month_key(cal.month_key(day))
    assert start <= day <= end and start.day == 1 and (end + timedelta(days=1)).day == 1
    assert cal.fiscal_period(day).key == cal.month_key(day)


@pytest.mark.parametrize("key", ["", "2026", "2026-13", "2026-1", "2026-00", "26-11", "2026-11-01", "2026/11"])
def test_bad_month_keys(key: str) -> None:
    with pytest.raises(cal.CalendarError):
        cal.parse_month_key(key)
