"""Days and moments as people say them; what they type is read by ``core.clock.parse_date``."""

from __future__ import annotations

from datetime import date, datetime, time

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


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


def say_time(moment: datetime | time) -> str:
    """``1:32 pm``, in the zone the moment carries."""
    return f"{moment.hour % 12 or 12}:{moment.minute:02d} " + ("am" if moment.hour < 12 else "pm")
