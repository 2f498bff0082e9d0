"""The values other rooms hand to people."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class ProviderData:
    """A provider; `entity` and `department` are registry primary keys."""

    npi: str
    entity: int
    started_on: dt.date
    taxonomy: str = ""
    credential: str = ""
    department: int | None = None


@dataclass(frozen=True)
class SessionData:
    """Hours of a provider: every `weekday` (0 Monday) from `starts_on`, or on one `date`. Keys of people and
    registry.
    """

    provider: int
    site: int
    starts: dt.time
    ends: dt.time
    starts_on: dt.date
    place: int | None = None
    weekday: int | None = None
    date: dt.date | None = None
    slot_minutes: int = 20
    closed: bool = False
    ended_on: dt.date | None = None
    reason: str = ""


@dataclass(frozen=True)
class EmployeeData:
    """A job; `entity`, `site` and `department` are registry primary keys."""

    job: str
    entity: int
    started_on: dt.date
    site: int | None = None
    department: int | None = None
