"""A new edition of a list against what was imported before: what begins, what goes on, what ends. Pure.

A row that goes on keeps its first day, so that a code has as few rows as it has had meanings. What a list says of its own days
(HCPCS: added, terminated) counts; where it says nothing, the edition's first day does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

Facts = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """What a list says of a code. ``facts`` are what it means (leaf and side, or units and indicator); ``label`` may be mended
    without a new row. ``pk`` is the stored row's number, 0 for one that is not stored."""

    code: str
    valid_from: date
    valid_to: date | None = None
    facts: Facts = ()
    label: str = ""
    pk: int = 0


@dataclass(frozen=True, slots=True)
class Changes:
    """``begin`` are new rows, ``change`` stored rows as they are to be, ``drop`` the numbers of stored rows that a corrected
    list of the very same day takes back; ``ended`` counts codes that the list no longer names."""

    begin: list[Row] = field(default_factory=list)
    change: list[Row] = field(default_factory=list)
    drop: list[int] = field(default_factory=list)
    ended: int = 0


def changes(stored: Iterable[Row], told: Sequence[Row], day: date, *, whole: bool) -> Changes:
    """What an edition that holds from ``day`` changes. ``whole``: a code it does not name ends the day before. ``told`` names
    each code once."""
    before: dict[str, list[Row]] = {}
    for row in stored:
        before.setdefault(row.code, []).append(row)
    begin: list[Row] = []
    change: list[Row] = []
    drop: list[int] = []
    for new in told:
        _one(_last(before.get(new.code, ())), new, day, begin, change)
    ended = 0
    for row in _left(before, {one.code for one in told}, day) if whole else ():
        ended += 1
        if row.valid_from < day:
            change.append(_until(row, day - timedelta(days=1)))
        else:
            drop.append(row.pk)
    return Changes(begin, change, drop, ended)


def lost(found: Changes, day: date) -> int:
    """How many running codes do not run after ``day`` by these changes: not named any more, or named with an end."""
    over = {row.code for row in found.change if row.valid_to is not None and row.valid_to <= day}
    return len(found.drop) + len(over - {row.code for row in found.begin})


def _last(rows: Sequence[Row]) -> Row | None:
    return max(rows, key=lambda row: row.valid_from, default=None)


def _left(before: Mapping[str, Sequence[Row]], named: set[str], day: date) -> Iterable[Row]:
    """Stored rows that still run on ``day`` and that the new list does not name."""
    return (
        row for code, rows in before.items() if code not in named
        for row in rows if row.valid_to is None or row.valid_to >= day
    )  # fmt: skip


def _one(old: Row | None, new: Row, day: date, begin: list[Row], change: list[Row]) -> None:
    """One named code: it begins, begins again after a gap, goes on, or means something else from ``day``."""
    if old is None or (old.valid_to is not None and new.valid_from > old.valid_to + timedelta(days=1)):
        begin.append(new)
    elif old.facts == new.facts or old.valid_from >= day:
        end = new.valid_to if new.valid_to is None or new.valid_to >= old.valid_from else old.valid_from
        now = Row(old.code, old.valid_from, end, new.facts, new.label, old.pk)
        if now != old:
            change.append(now)
    else:
        eve = day - timedelta(days=1)
        if old.valid_to is None or old.valid_to > eve:
            change.append(_until(old, eve))
        begin.append(_from(new, day))


def _until(row: Row, day: date) -> Row:
    return Row(row.code, row.valid_from, day, row.facts, row.label, row.pk)


def _from(row: Row, day: date) -> Row:
    end = row.valid_to if row.valid_to is None or row.valid_to >= day else day
    return Row(row.code, day, end, row.facts, row.label)
