"""Kept visits nobody charged: how old, and what a visit of the provider usually brings. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from steward.core.calendar import practice_calendar

WORKING = practice_calendar()


def age(service: date, today: date) -> int:
    """Business days (Monday to Friday) since the day of service; 0 on the day itself."""
    return WORKING.between(service, today)


def median(cents: Sequence[int]) -> int:
    """The middle amount, of an even number the lower of both: never more than a visit really brought. 0 of none."""
    ordered = sorted(cents)
    return ordered[(len(ordered) - 1) // 2] if ordered else 0


def usual(visits: Iterable[tuple[int, int]]) -> Mapping[int, int]:
    """(provider, cents of a visit) -> provider -> cents of the usual visit (the median); key 0: of all providers."""
    by: dict[int, list[int]] = {0: []}
    for provider, cents in visits:
        by.setdefault(provider, []).append(cents)
        by[0].append(cents)
    return {provider: median(own) for provider, own in by.items()}
