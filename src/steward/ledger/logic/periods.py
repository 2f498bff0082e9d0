"""Months of the books and how they close: transitions as data, the checks of a close, the arithmetic of "as of"."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from steward.ledger.types import CheckResult

OPEN, SOFT, LOCKED = "open", "soft", "locked"

#: verb -> (states it starts from, state it ends in). Reopening asks for a reason.
TRANSITIONS: Final = {
    "close": ((OPEN,), SOFT),
    "lock": ((OPEN, SOFT), LOCKED),
    "reopen": ((SOFT, LOCKED), OPEN),
}

_NAME = re.compile(r"(\d{4})-(\d{2})")


class PeriodError(ValueError):
    """Not the name of a month."""


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month. Ordered; ``index`` counts months so that ranges are arithmetic."""

    year: int
    month: int

    @classmethod
    def of(cls, day: date) -> Month:
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Month:
        """``2026-10``. Raises PeriodError."""
        found = _NAME.fullmatch(text.strip())
        if not found or not 1 <= int(found[2]) <= 12 or not 1900 <= int(found[1]) <= 2999:
            raise PeriodError(f"{text!r} is not a month like 2026-10")
        return cls(int(found[1]), int(found[2]))

    @property
    def index(self) -> int:
        return self.year * 12 + self.month - 1

    @property
    def first(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        return date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

    def plus(self, months: int) -> Month:
        year, month = divmod(self.index + months, 12)
        return Month(year, month + 1)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


@dataclass(frozen=True, slots=True)
class AsOf:
    """How a balance at the end of a day is put together: whole months up to ``months_through`` (None: no month at all),
    then the lines of ``first..last`` times ``sign`` (None: no lines).

    The shorter part of the month is read: up to its middle the lines are added to the month before, after it the rest
    of the month is taken off the month's own total.
    """

    months_through: Month
    first: date | None = None
    last: date | None = None
    sign: int = 1


def as_of(day: date) -> AsOf:
    """See AsOf."""
    month = Month.of(day)
    if day == month.last:
        return AsOf(month)
    if day.day * 2 > month.last.day:
        return AsOf(month, day.replace(day=day.day + 1), month.last, -1)
    return AsOf(month.plus(-1), month.first, day, 1)


def waive(results: Iterable[CheckResult], waivers: dict[str, str]) -> tuple[CheckResult, ...]:
    """The results with the reasons a person gave; an empty reason waives nothing, and none waives what is not waivable."""
    return tuple(replace(r, waived=waivers.get(r.id, r.waived).strip() if r.waivable else "") for r in results)


def blocking(results: Iterable[CheckResult]) -> tuple[CheckResult, ...]:
    """What keeps a period from being locked."""
    return tuple(r for r in results if not r.ok and r.blocks and not r.waived)
