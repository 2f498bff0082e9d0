"""Which coverage holds on a day. The day that counts is the day of service, never today's or the policy's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Cover:
    """One coverage: rank 1 pays first; both days are included, no last day means it still runs."""

    ref: int
    rank: int
    starts_on: dt.date
    ends_on: dt.date | None = None
    voided: bool = False

    def holds_on(self, day: dt.date) -> bool:
        """True when it covers a service of that day."""
        return not self.voided and self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


def coverage_on(covers: Iterable[Cover], day: dt.date) -> list[Cover]:
    """The coverages that hold on a day of service, the first to pay first. Empty: self-pay."""
    return sorted((cover for cover in covers if cover.holds_on(day)), key=lambda cover: (cover.rank, cover.ref))


def next_after(covers: Iterable[Cover], day: dt.date, rank: int) -> Cover | None:
    """The coverage that pays after `rank` on that day, or None when what remains is the patient's."""
    later = [cover for cover in coverage_on(covers, day) if cover.rank > rank]
    return later[0] if later else None


def overlap(new: Cover, others: Iterable[Cover]) -> Cover | None:
    """The first coverage of the same rank that holds on some day of the new one; its own row is not counted."""
    last = new.ends_on or dt.date.max
    for old in others:
        if old.ref == new.ref or old.rank != new.rank or old.voided or new.voided:
            continue
        if old.starts_on <= last and new.starts_on <= (old.ends_on or dt.date.max):
            return old
    return None
