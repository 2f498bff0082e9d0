"""The legal clock of good-faith estimates. The rules are data (``data/good_faith.toml``); days are business days."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from steward.core.calendar import DayCalendar


@dataclass(frozen=True, slots=True)
class Scheduled:
    """Scheduled at least ``days_ahead`` business days before: due ``within_days`` business days after scheduling."""

    id: str
    days_ahead: int
    within_days: int


@dataclass(frozen=True, slots=True)
class Rules:
    """The clock as the law has it, with its source."""

    scheduled: tuple[Scheduled, ...]
    requested_days: int
    changed_days: int
    over_cents: int
    dispute_days: int
    source: str
    starts_on: dt.date


@dataclass(frozen=True, slots=True)
class Due:
    """The last day to hand the estimate over, and the rule that says so."""

    day: dt.date
    rule: str


def due(
    rules: Rules, calendar: DayCalendar, *, service_day: dt.date, scheduled_on: dt.date | None = None,
    requested_on: dt.date | None = None, changed: bool = False,
) -> Due | None:  # fmt: skip
    """The day by which it is owed, the earliest where several rules speak; None when none does (scheduled less than three
    business days ahead and not asked for, or before the law began)."""
    if service_day < rules.starts_on:
        return None
    found = []
    if scheduled_on is not None and scheduled_on <= service_day:
        ahead = calendar.between(scheduled_on, service_day)
        rule = next((one for one in _widest_first(rules) if ahead >= one.days_ahead), None)
        if rule is not None:
            found.append(Due(calendar.add(scheduled_on, rule.within_days), rule.id))
    if requested_on is not None:
        found.append(Due(calendar.add(requested_on, rules.requested_days), "requested"))
    if changed:
        found.append(Due(calendar.add(service_day, -rules.changed_days), "changed"))
    return min(found, key=lambda one: one.day, default=None)


def _widest_first(rules: Rules) -> list[Scheduled]:
    return sorted(rules.scheduled, key=lambda one: -one.days_ahead)


def disputable(rules: Rules, estimated_cents: int, billed_cents: int) -> bool:
    """Whether the patient may dispute the bill: billed so much more than was estimated."""
    return billed_cents - estimated_cents >= rules.over_cents


def dispute_until(rules: Rules, billed_on: dt.date) -> dt.date:
    """The last calendar day of a dispute."""
    return billed_on + dt.timedelta(days=rules.dispute_days)
