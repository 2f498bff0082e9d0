"""What may be asked for besides claims: no-show fees, copies of records, returned checks, sales tax. Pure; the rules are data.

What no row covers is refused, never guessed: an unknown state has no cap and therefore no fee.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class ReturnedCap:
    """The most a state lets a returned payment cost, in cents; ``percent`` of the check when that is more."""

    state: str
    most_cents: int
    starts_on: date
    ends_on: date | None = None
    face_up_to_cents: int | None = None
    percent: int = 0
    source: str = ""

    def cents(self, face_cents: int) -> int:
        """For a check of this amount."""
        return max(self.most_cents, face_cents * self.percent // 100)


@dataclass(frozen=True, slots=True)
class RecordsCap:
    """The most copies may cost: a base and tiers of (pages, cents a page); 0 pages: all the rest."""

    state: str
    requester: str
    base_cents: int
    tiers: tuple[tuple[int, int], ...]
    starts_on: date
    ends_on: date | None = None
    source: str = ""

    def cents(self, pages: int) -> int:
        """For so many pages."""
        total, left = self.base_cents, pages
        for upto, each in self.tiers:
            some = min(left, upto) if upto else left
            total, left = total + some * each, left - some
        return total


@dataclass(frozen=True, slots=True)
class Policy:
    """``data/other_charges.toml``: accounts by kind, amounts, payers whose members are never asked, caps."""

    accounts: Mapping[str, str]
    no_show_cents: int
    returned_cents: int
    chargeback_cents: int
    no_show_never: frozenset[str]
    returned_never: frozenset[str]
    returned: tuple[ReturnedCap, ...]
    records: tuple[RecordsCap, ...]
    confirmed: bool


def read_policy(text: str) -> Policy:
    """The policy of a TOML text. Raises KeyError, TypeError or ValueError for what is missing or no whole number of cents."""
    data = tomllib.loads(text)
    returned = tuple(ReturnedCap(**row) for row in data["returned"]["cap"])
    records = tuple(
        RecordsCap(**{**row, "tiers": tuple((int(upto), int(each)) for upto, each in row["tiers"])})
        for row in data["records"]["cap"]
    )
    return Policy(
        dict(data["accounts"]), _cents(data, "no_show", "default_cents"), _cents(data, "returned", "default_cents"),
        _cents(data, "returned", "chargeback_cents"), frozenset(data["no_show"]["never_filing"]),
        frozenset(data["returned"]["never_filing"]), returned, records, bool(data["confirmed"]),
    )  # fmt: skip


def _cents(data: Mapping[str, Any], part: str, name: str) -> int:
    value = data[part][name]
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{part}.{name} is {value!r}: a whole number of cents is wanted")
    return value


def returned_cap(rows: Sequence[ReturnedCap], state: str, face_cents: int, day: date) -> int | None:
    """The most a returned payment of ``face_cents`` may cost in ``state`` on ``day``; None: no row says so."""
    for row in rows:
        fits = row.face_up_to_cents is None or face_cents <= row.face_up_to_cents
        if row.state == state and fits and _holds(row, day):
            return row.cents(face_cents)
    return None


def records_cap(rows: Sequence[RecordsCap], state: str, requester: str, pages: int, day: date) -> int | None:
    """The most copies of ``pages`` pages may cost: the state's row, else the one for all states; None: no row says so."""
    for place in (state, "*"):
        for row in rows:
            if row.state == place and row.requester == requester and _holds(row, day):
                return row.cents(pages)
    return None


def _holds(row: ReturnedCap | RecordsCap, day: date) -> bool:
    return row.starts_on <= day and (row.ends_on is None or day <= row.ends_on)
