"""Calendars: the days on which banks settle, the days on which the practice works, and the fiscal year.

Bank days are those of the Federal Reserve Banks (Financial Services holiday schedule, Operating Circulars; Regulation J
and Reg. CC 229.2(f)-(g) define "banking day" and "business day" by them). A holiday on a Sunday is observed on Monday;
one on a Saturday is **not** observed on Friday: the banks are open, which is why a list of federal government holidays
must not stand in for this one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from steward.core.clock import add_months

MONDAY, THURSDAY, SATURDAY, SUNDAY = 0, 3, 5, 6
#: Martin Luther King Day was first kept in 1986, Juneteenth in 2021; before and after these years nothing is guessed.
FIRST_YEAR, LAST_YEAR = 1986, 2100
JUNETEENTH_FROM = 2021


class CalendarError(ValueError):
    """A day outside the years whose rules are known, or a calendar with no working day."""


@cache
def bank_holidays(year: int) -> dict[date, str]:
    """Days in `year` on which the Federal Reserve Banks are closed, Monday to Friday, with the holiday's name.

    Raises CalendarError outside 1986..2100. (New Year's Day never falls back into the year before: on a Saturday it is
    not observed.)
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CalendarError(f"Bank holidays of {year} are not known; {FIRST_YEAR} to {LAST_YEAR} are")
    days = {
        date(year, 1, 1): "New Year's Day",
        _nth(year, 1, MONDAY, 3): "Birthday of Martin Luther King, Jr.",
        _nth(year, 2, MONDAY, 3): "Washington's Birthday",
        _nth(year, 6, MONDAY, 1) - timedelta(days=7): "Memorial Day",
        date(year, 6, 19): "Juneteenth National Independence Day",
        date(year, 7, 4): "Independence Day",
        _nth(year, 9, MONDAY, 1): "Labor Day",
        _nth(year, 10, MONDAY, 2): "Columbus Day",
        date(year, 11, 11): "Veterans Day",
        _nth(year, 11, THURSDAY, 4): "Thanksgiving Day",
        date(year, 12, 25): "Christmas Day",
    }
    if year < JUNETEENTH_FROM:
        del days[date(year, 6, 19)]
    return {_observed(day): name for day, name in sorted(days.items()) if day.weekday() != SATURDAY}


def is_bank_day(day: date) -> bool:
    """Whether the Federal Reserve Banks settle on `day`."""
    return day.weekday() < SATURDAY and day not in bank_holidays(day.year)


@dataclass(frozen=True)
class DayCalendar:
    """Days that count, and how to count them; `counts` says which. Every answer is a pure function of it."""

    name: str
    counts: Callable[[date], bool]

    def is_day(self, day: date) -> bool:
        return self.counts(day)

    def on_or_after(self, day: date) -> date:
        """`day` itself if it counts, else the next that does."""
        return self._seek(day, 1)

    def on_or_before(self, day: date) -> date:
        """`day` itself if it counts, else the last that did."""
        return self._seek(day, -1)

    def after(self, day: date) -> date:
        """The first day that counts strictly after `day`."""
        return self._seek(day + timedelta(days=1), 1)

    def before(self, day: date) -> date:
        """The last day that counts strictly before `day`."""
        return self._seek(day - timedelta(days=1), -1)

    def add(self, day: date, days: int) -> date:
        """`days` counting days after `day` (before it, if negative). Zero is `day`, or the next that counts."""
        if days == 0:
            return self.on_or_after(day)
        for _ in range(abs(days)):
            day = self.after(day) if days > 0 else self.before(day)
        return day

    def between(self, start: date, end: date) -> int:
        """How many counting days lie in the half-open span [start, end); negative the other way round."""
        if end < start:
            return -self.between(end, start)
        return sum(self.counts(start + timedelta(days=n)) for n in range((end - start).days))

    def _seek(self, day: date, step: int) -> date:
        for _ in range(400):
            if self.counts(day):
                return day
            day += timedelta(days=step)
        raise CalendarError(f"{self.name} has no working day within 400 days of {day}")


BANK = DayCalendar("The bank calendar", is_bank_day)


def next_bank_day(day: date) -> date:
    """The first bank day strictly after `day`."""
    return BANK.after(day)


def add_bank_days(day: date, days: int) -> date:
    """`days` bank days after `day`; zero is `day` itself or the next bank day; negative goes back."""
    return BANK.add(day, days)


def bank_days_between(start: date, end: date) -> int:
    """Bank days in [start, end); 0 for the same day, negative when `end` is earlier."""
    return BANK.between(start, end)


def practice_calendar(weekdays: frozenset[int] = frozenset(range(5)), closed: frozenset[date] = frozenset(),
                      opened: frozenset[date] = frozenset()) -> DayCalendar:
    """The practice's own working days: its `weekdays` (Monday 0), less `closed` days, plus `opened` ones.

    A day in both is closed: nobody is told to come in by mistake.
    """
    def counts(day: date) -> bool:
        return day not in closed and (day.weekday() in weekdays or day in opened)

    return DayCalendar("The practice calendar", counts)


@dataclass(frozen=True)
class FiscalPeriod:
    """One month of a fiscal year: `year` is the calendar year in which the fiscal year ends, `number` 1..12."""

    year: int
    number: int
    start: date
    end: date

    @property
    def key(self) -> str:
        """The calendar month, ``2026-11``: the name under which the books open and close it."""
        return month_key(self.start)


def fiscal_period(day: date, start_month: int = 1) -> FiscalPeriod:
    """The period of `day` in a fiscal year that begins on the first of `start_month`; `end` is its last day.

    A fiscal year is named for the calendar year in which it ends, as IRS Pub. 538 does. ValueError for no month.
    """
    if not 1 <= start_month <= 12:
        raise ValueError("A fiscal year starts in month 1 to 12")
    start = day.replace(day=1)
    year = day.year + (1 if start_month > 1 and day.month >= start_month else 0)
    return FiscalPeriod(year, (day.month - start_month) % 12 + 1, start, add_months(start, 1) - timedelta(days=1))


def fiscal_year_bounds(year: int, start_month: int = 1) -> tuple[date, date]:
    """First and last day of the fiscal year named `year`."""
    start = date(year if start_month == 1 else year - 1, start_month, 1)
    return start, add_months(start, 12) - timedelta(days=1)


def fiscal_periods(year: int, start_month: int = 1) -> tuple[FiscalPeriod, ...]:
    """The twelve periods of the fiscal year named `year`, in order."""
    first, _ = fiscal_year_bounds(year, start_month)
    return tuple(fiscal_period(add_months(first, n), start_month) for n in range(12))


def month_key(day: date) -> str:
    """``2026-11`` for any day of that month."""
    return f"{day.year:04d}-{day.month:02d}"


def parse_month_key(key: str) -> tuple[date, date]:
    """First and last day of the month ``2026-11``; raises CalendarError."""
    try:
        if len(key) != 7:
            raise ValueError(key)
        start = date.fromisoformat(f"{key}-01")
    except ValueError as error:
        raise CalendarError(f"{key[:20]!r} is no month; write 2026-11") from error
    return start, add_months(start, 1) - timedelta(days=1)


def _nth(year: int, month: int, weekday: int, n: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))


def _observed(day: date) -> date:
    return day + timedelta(days=1) if day.weekday() == SUNDAY else day
