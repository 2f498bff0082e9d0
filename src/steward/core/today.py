"""What a room tells Today: work that waits, figures, steps of the close, hits of a search. Frozen values only."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from typing import Any, ParamSpec, TypeVar

from django.utils.functional import Promise

P = ParamSpec("P")
R = TypeVar("R")


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


_shared: ContextVar[dict[tuple[Any, ...], Any] | None] = ContextVar("steward_today", default=None)


@contextmanager
def sharing() -> Iterator[None]:
    """While one page is made, what several of its parts ask of a room is asked of the database once (see ``once``)."""
    token = _shared.set({})
    try:
        yield
    finally:
        _shared.reset(token)


def once(ask: Callable[P, R]) -> Callable[P, R]:
    """A question whose answer holds for the page being made; outside ``sharing`` it is simply asked."""

    @functools.wraps(ask)
    def asked(*args: P.args, **kwargs: P.kwargs) -> R:
        known = _shared.get()
        if known is None:
            return ask(*args, **kwargs)
        key = (ask.__module__, ask.__qualname__, *args, *sorted(kwargs.items()))
        if key not in known:
            known[key] = ask(*args, **kwargs)
        return known[key]  # type: ignore[no-any-return]

    return asked
