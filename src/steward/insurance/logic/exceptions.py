"""Which visits want somebody before the day begins: the coverage that was not found, not active, or not answered for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

#: A payer that has not answered by then is asked another way.
ANSWER_DAYS = 1


class Trouble(StrEnum):
    """What is wrong with a visit's coverage, the worst first."""

    INACTIVE = "inactive"
    FAILED = "failed"
    UNKNOWN = "unknown"
    NO_COVERAGE = "no_coverage"
    UNANSWERED = "unanswered"
    NEVER_ASKED = "never_asked"


SEVERITY = {one: n for n, one in enumerate(Trouble)}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about one coverage, as it stands: ``answer`` empty when there is none yet."""

    ref: int
    coverage: int
    service_day: dt.date
    asked_on: dt.date
    answer: str = ""
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """A booked visit and the coverages that hold on its day, the first to pay first."""

    ref: str
    day: dt.date
    coverages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Alarm:
    """One visit's trouble; ``coverage`` and ``check`` name what it is about, None where there is none."""

    visit: str
    day: dt.date
    trouble: Trouble
    coverage: int | None = None
    check: int | None = None


def latest(checks: Iterable[Asked], coverage: int, day: dt.date) -> Asked | None:
    """The question that counts for a visit: the last one about that coverage and day, else the last answered one of the
    same month (coverage is granted by the month)."""
    own = [one for one in checks if one.coverage == coverage]
    exact = [one for one in own if one.service_day == day]
    if exact:
        return max(exact, key=lambda one: (one.asked_on, one.ref))
    month = [
        one for one in own if one.answer and (one.service_day.year, one.service_day.month) == (day.year, day.month)
    ]
    return max(month, key=lambda one: (one.asked_on, one.ref), default=None)


def trouble_of(visit: Visit, checks: Sequence[Asked], today: dt.date) -> Alarm | None:
    """The worst trouble among the visit's coverages, or None when every one of them was found active."""
    if not visit.coverages:
        return Alarm(visit.ref, visit.day, Trouble.NO_COVERAGE)
    found = []
    for coverage in visit.coverages:
        check = latest(checks, coverage, visit.day)
        trouble = _trouble(check, today)
        if trouble is not None:
            found.append(Alarm(visit.ref, visit.day, trouble, coverage, check.ref if check else None))
    return min(found, key=lambda one: SEVERITY[one.trouble], default=None)


def exceptions(visits: Iterable[Visit], checks: Iterable[Asked], today: dt.date) -> list[Alarm]:
    """Every visit that wants somebody, by day and then the worst first."""
    by_coverage: dict[int, list[Asked]] = {}
    for check in checks:
        by_coverage.setdefault(check.coverage, []).append(check)
    found = []
    for visit in visits:
        own = [check for coverage in visit.coverages for check in by_coverage.get(coverage, ())]
        one = trouble_of(visit, own, today)
        if one is not None:
            found.append(one)
    return sorted(found, key=lambda one: (one.day, SEVERITY[one.trouble], one.visit))


def _trouble(check: Asked | None, today: dt.date) -> Trouble | None:
    if check is None:
        return Trouble.NEVER_ASKED
    if check.answer == "inactive":
        return Trouble.INACTIVE
    if check.failed:
        return Trouble.FAILED
    if check.answer == "unknown":
        return Trouble.UNKNOWN
    if not check.answer:
        return Trouble.UNANSWERED if (today - check.asked_on).days >= ANSWER_DAYS else None
    return None
