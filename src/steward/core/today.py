"""What a room tells Today: work that waits, figures, steps of the close, hits of a search. Frozen values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Task:
    """One line of work: what, why, how much, by when, what to do. ``state``: overdue | today | finding | reply | wait."""

    state: str
    what: str
    why: str
    url: str
    verb: str
    cents: int | None = None
    due: date | None = None
    order: int = 50


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the money strip. ``note`` says what it is made of, ``tone``: "" | good | warn | bad."""

    label: str
    cents: int
    note: str = ""
    tone: str = ""
    url: str = ""
    order: int = 50


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the day's close: done or not, what it shows, where to do it."""

    label: str
    done: bool
    value: str = ""
    url: str = ""
    verb: str = ""
    order: int = 50


@dataclass(frozen=True, slots=True)
class Hit:
    """One record a search found. Never a reason for a visit or a diagnosis: the palette shows over a shoulder."""

    kind: str
    label: str
    detail: str
    url: str


@dataclass(frozen=True, slots=True)
class Action:
    """One thing the palette can start."""

    label: str | Promise
    url_name: str
    capability: str
    keys: str = ""
