"""Times that can still be booked. Local times are turned into moments by the caller's function, so that DST is his."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from steward.people.logic.sessions import Hours, clock_time, minutes

Moment = Callable[[dt.date, dt.time], dt.datetime]


@dataclass(frozen=True)
class Busy:
    """A stretch in which a provider is booked; the end is excluded."""

    provider: int
    starts_at: dt.datetime
    ends_at: dt.datetime


@dataclass(frozen=True)
class Opening:
    """A bookable stretch of the asked length. `starts` is its local time."""

    provider: int
    site: int
    place: int | None
    day: dt.date
    starts: dt.time
    starts_at: dt.datetime
    ends_at: dt.datetime


def openings(
    hours: Mapping[dt.date, Sequence[Hours]], busy: Iterable[Busy], *, length: dt.timedelta, moment: Moment
) -> list[Opening]:
    """Every free start on the providers' slot rasters at which the asked length fits, in order of time.

    A start is offered when the whole length lies inside one stretch of hours and meets no booked one.
    """
    taken: dict[int, list[Busy]] = {}
    for each in busy:
        taken.setdefault(each.provider, []).append(each)
    found = [
        opening
        for day, rules in sorted(hours.items())
        for rule in rules
        for opening in _of_rule(rule, day, length, moment)
        if not any(
            b.starts_at < opening.ends_at and opening.starts_at < b.ends_at for b in taken.get(rule.provider, ())
        )
    ]
    return sorted(found, key=lambda each: (each.starts_at, each.provider, each.site))


def _of_rule(rule: Hours, day: dt.date, length: dt.timedelta, moment: Moment) -> list[Opening]:
    end = moment(day, rule.ends)
    found = []
    for minute in range(minutes(rule.starts), minutes(rule.ends), rule.slot_minutes):
        starts = clock_time(minute)
        starts_at = moment(day, starts)
        if starts_at + length <= end:
            found.append(Opening(rule.provider, rule.site, rule.place, day, starts, starts_at, starts_at + length))
    return found


def third_next(found: Sequence[Opening], today: dt.date) -> int | None:
    """Days until the third next available opening (IHI: the first two are chance), None when there are fewer."""
    ahead = [each for each in found if each.day >= today]
    return (ahead[2].day - today).days if len(ahead) > 2 else None


def inside(hours: Iterable[Hours], provider: int, site: int, day: dt.date, starts: dt.time, ends: dt.time) -> bool:
    """True when a stretch of local time lies wholly in the provider's bookable hours at that site."""
    spans = sorted((h.starts, h.ends) for h in hours if (h.provider, h.site) == (provider, site))
    reach = starts
    for begin, end in spans:
        if begin <= reach < end:
            reach = end
    return reach >= ends
