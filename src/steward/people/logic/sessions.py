"""When a provider can be booked: weekly hours, hours of one date, and hours closed on one date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Hours:
    """One rule: either every `weekday` (0 Monday) from `starts_on` to `ends_on`, or one `date`. Local times, end
    excluded.
    """

    provider: int
    site: int
    place: int | None
    starts: dt.time
    ends: dt.time
    slot_minutes: int
    weekday: int | None = None
    date: dt.date | None = None
    closed: bool = False
    starts_on: dt.date = dt.date.min
    ends_on: dt.date | None = None

    def applies(self, day: dt.date) -> bool:
        """True when the rule speaks about this day."""
        if self.date is not None:
            return self.date == day and self.ends_on is None  # hours of one date are taken back by ending them
        return self.weekday == day.weekday() and self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


def minutes(time: dt.time) -> int:
    """Minutes since midnight."""
    return time.hour * 60 + time.minute


def clock_time(minute: int) -> dt.time:
    """The time of day of a minute since midnight (0 to 1439)."""
    return dt.time(minute // 60, minute % 60)


def open_hours(rules: Iterable[Hours], day: dt.date) -> list[Hours]:
    """The hours of a day in which booking is possible: what applies, less what is closed that day. Sorted by start."""
    today = [rule for rule in rules if rule.applies(day)]
    shut = [rule for rule in today if rule.closed]
    found: list[Hours] = []
    for rule in today:
        if not rule.closed:
            found.extend(_less(rule, [s for s in shut if s.provider == rule.provider]))
    return sorted(found, key=lambda rule: (rule.starts, rule.provider, rule.site))


def _less(rule: Hours, shut: list[Hours]) -> Iterator[Hours]:
    """What is left of one rule's hours when closed hours are taken out."""
    begin, end = minutes(rule.starts), minutes(rule.ends)
    for closed in sorted(shut, key=lambda each: each.starts):
        low, high = minutes(closed.starts), minutes(closed.ends)
        if high <= begin or low >= end:
            continue
        if low > begin:
            yield _cut(rule, begin, low)
        begin = max(begin, high)
    if begin < end:
        yield _cut(rule, begin, end)


def _cut(rule: Hours, begin: int, end: int) -> Hours:
    return Hours(
        rule.provider,
        rule.site,
        rule.place,
        clock_time(begin),
        clock_time(end),
        rule.slot_minutes,
        rule.weekday,
        rule.date,
    )


def slots(hours: Hours) -> list[tuple[dt.time, dt.time]]:
    """The whole slots of a stretch of hours, in order; a remainder shorter than a slot is not offered."""
    begin, end = minutes(hours.starts), minutes(hours.ends)
    return [
        (clock_time(at), clock_time(at + hours.slot_minutes))
        for at in range(begin, end - hours.slot_minutes + 1, hours.slot_minutes)
    ]


def clash(new: Hours, others: Iterable[Hours]) -> Hours | None:
    """The first rule of the same provider whose bookable hours overlap the new one's on some day; None when none
    does.
    """
    for old in others:
        if old.provider != new.provider or old.closed or new.closed or not _days_meet(new, old):
            continue
        if new.starts < old.ends and old.starts < new.ends:
            return old
    return None


def _days_meet(one: Hours, other: Hours) -> bool:
    """True when there is a day on which both rules apply."""
    if one.date is not None:
        return other.applies(one.date)
    if other.date is not None:
        return other.applies(other.date) and one.applies(other.date)
    if one.weekday != other.weekday:
        return False
    starts = max(one.starts_on, other.starts_on)
    ends = min(one.ends_on or dt.date.max, other.ends_on or dt.date.max)
    return starts <= ends
