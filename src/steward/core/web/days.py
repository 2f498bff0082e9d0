"""Days as people say and type them. Pure: today is an argument."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

_SHIFT = re.compile(r"(?:t\s*)?([+-]\s*\d{1,4})([dwmy]?)", re.ASCII)
_SLASH = re.compile(r"(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{2}|\d{4}))?", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_BARE = re.compile(r"(\d{2})(\d{2})(\d{4})?", re.ASCII)
_WORDS = {"t": 0, "today": 0, "hoy": 0, "y": -1, "yesterday": -1, "ayer": -1, "tomorrow": 1}


class DayError(ValueError):
    """A text that is no day; its message says what to type."""


def parse_day(text: str, today: date) -> date:
    """The day a person typed: ``t`` ``+3`` ``-1w`` ``11/23`` ``11/23/26`` ``2026-11-23`` ``1123`` ``today``.

    Without a year it is the day nearest to today among last, this and next year: in December ``1/5`` is next month.
    Raises DayError.
    """
    body = text.strip().lower()
    if body in _WORDS:
        return today + timedelta(days=_WORDS[body])
    found = _SHIFT.fullmatch(body)
    if found:
        return _shift(today, int(found[1].replace(" ", "")), found[2] or "d")
    found = _ISO.fullmatch(body)
    if found:
        return _made(int(found[1]), int(found[2]), int(found[3]))
    found = _SLASH.fullmatch(body) or _BARE.fullmatch(body)
    if found is None:
        raise DayError(_("This is not a date. Type 11/23, 2026-11-23, t for today, or +3 for in three days."))
    month, day, year = int(found[1]), int(found[2]), found[3]
    if year is not None:
        return _made(_century(int(year), today) if len(year) == 2 else int(year), month, day)
    return _nearest(month, day, today)


def _century(two: int, today: date) -> int:
    """Two figures mean the year within the coming twenty or the past eighty."""
    year = today.year // 100 * 100 + two
    return year - 100 if year > today.year + 20 else year


def _nearest(month: int, day: int, today: date) -> date:
    near = []
    for year in (today.year - 1, today.year, today.year + 1):
        try:
            near.append(date(year, month, day))
        except ValueError:
            continue
    if not near:
        raise DayError(_("There is no such day. Type month, then day: 11/23."))
    return min(near, key=lambda d: (abs((d - today).days), d))


def _made(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise DayError(_("There is no such day. Type month, then day: 11/23.")) from None


def _shift(today: date, count: int, unit: str) -> date:
    try:
        if unit in "dw":
            return today + timedelta(days=count * (7 if unit == "w" else 1))
        months = today.year * 12 + today.month - 1 + count * (12 if unit == "y" else 1)
        year, month = divmod(months, 12)
        last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
        return date(year, month + 1, min(today.day, last))
    except (ValueError, OverflowError):
        raise DayError(_("That is too far from today.")) from None


def say_day(day: date, today: date) -> str:
    """Today, Yesterday, Tomorrow, the weekday within six days, ``Oct 5`` in the same year, else ``Oct 5, 2025``."""
    away = (day - today).days
    if away in (-1, 0, 1):
        return (_("Today"), _("Tomorrow"), _("Yesterday"))[away]
    if -7 < away < 7:
        return date_format(day, "l")
    return date_format(day, "M j") if day.year == today.year else date_format(day, "M j, Y")


def say_whole_day(day: date) -> str:
    """``Monday, November 23, 2026``."""
    return date_format(day, "l, F j, Y")


def say_ago(moment: datetime, now: datetime) -> str:
    """``just now``, ``12 min ago``, ``2 h ago`` under a day; then the day and the time. The future: ``in 12 min``."""
    seconds = (now - moment).total_seconds()
    ahead, size = seconds < 0, abs(seconds)
    if size < 60:
        return _("just now")
    if size < 86_400:
        minutes = int(size // 60)
        if minutes < 60:
            span = ngettext("%(n)d min", "%(n)d min", minutes) % {"n": minutes}
        else:
            span = ngettext("%(n)d h", "%(n)d h", minutes // 60) % {"n": minutes // 60}
        return (_("in %(span)s") if ahead else _("%(span)s ago")) % {"span": span}
    return f"{say_day(moment.date(), now.date())}, {say_time(moment)}"


def say_time(moment: datetime) -> str:
    """``1:32 pm``, in the zone the moment carries."""
    return date_format(moment, "g:i") + (" am" if moment.hour < 12 else " pm")
