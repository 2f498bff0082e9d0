"""Spans of days that a report is asked for, and the span it is held against. Pure."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From a day to a day, both included. Raises ValueError when it ends before it begins."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("a span ends before it begins")

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def whole_months(self) -> int:
        """How many calendar months it is, when it is whole ones; else 0."""
        if self.first.day != 1 or (self.last + DAY).day != 1:
            return 0
        return (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1

    def before(self) -> Span:
        """The span just before it: as many whole months, or as many days."""
        end = self.first - DAY
        if months := self.whole_months:
            return Span(month_of(self.first, 1 - months - 1).first, end)
        return Span(end - (self.last - self.first), end)

    def year_before(self) -> Span:
        """The same days a year earlier; a month's end stays a month's end."""
        first, last = _year_less(self.first), _year_less(self.last)
        return Span(first, month_of(last).last if self.whole_months else last)

    def months(self) -> list[Span]:
        """Its calendar months, the first and the last cut to the span."""
        found, at = [], month_of(self.first)
        while at.first <= self.last:
            found.append(Span(max(at.first, self.first), min(at.last, self.last)))
            at = month_of(at.last + DAY)
        return found


def month_of(day: date, away: int = 0) -> Span:
    """The calendar month of a day, or one so many months away."""
    year, month = divmod(day.year * 12 + day.month - 1 + away, 12)
    return Span(date(year, month + 1, 1), date(year, month + 1, calendar.monthrange(year, month + 1)[1]))


def months_to(day: date, count: int) -> list[Span]:
    """So many calendar months, the last being the month of ``day``, oldest first."""
    return [month_of(day, away) for away in range(1 - count, 1)]


def year_to(day: date) -> Span:
    """The 365 days that end with a day."""
    return Span(day - timedelta(days=364), day)


def _year_less(day: date) -> date:
    return date(day.year - 1, 2, 28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)


class Days:
    """Sums of days, from which the sum of any span is read: cents (or counts) by day."""

    def __init__(self, sums: Mapping[date, int]) -> None:
        self._sums = dict(sums)

    def of(self, span: Span) -> int:
        """The sum of a span."""
        return sum(value for day, value in self._sums.items() if span.first <= day <= span.last)


def place(day: date, spans: Sequence[Span]) -> int | None:
    """Which of the spans a day lies in: the first that holds it."""
    return next((n for n, span in enumerate(spans) if span.first <= day <= span.last), None)
