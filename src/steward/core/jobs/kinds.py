"""What kinds of long work there are, and when some of it runs by itself: read from one list at the roof.

``settings.STEWARD_SCHEDULE`` names a module with two tuples, ``KINDS`` and ``SCHEDULE``; the ground names no room.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.conf import settings

from steward.core.clock import Clock, at_local

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of long work: ``function(work, **args)``. ``repeatable`` work may be begun again when its worker died."""

    name: str
    function: Callable[..., Any]
    repeatable: bool = True


@dataclass(frozen=True, slots=True)
class Scheduled:
    """Work by the clock: every day ``at`` a wall time, as a job; or ``every_seconds``, in passing and without a job
    row.

    Work in passing is short and calls nothing but its function, with the system's call.
    """

    kind: str
    title: str = ""
    at: time | None = None
    every_seconds: int = 0
    args: dict[str, Any] = field(default_factory=dict)


def last_due(at: time, clock: Clock) -> datetime:
    """The latest moment (UTC), not after now, when the practice's wall showed ``at``."""
    due = at_local(clock.today(), at, clock.zone)
    return due if due <= clock.now() else at_local(clock.today() - timedelta(days=1), at, clock.zone)


@cache
def _module(name: str) -> Any:
    return import_module(name)


def _listed() -> Any:
    return _module(getattr(settings, "STEWARD_SCHEDULE", "steward.desk.schedule"))


def kind_named(name: str) -> Kind:
    """The kind with this name. KeyError if none is listed."""
    kinds: dict[str, Kind] = {k.name: k for k in _listed().KINDS}
    return kinds[name]


def schedule() -> tuple[Scheduled, ...]:
    """What runs by the clock."""
    found: tuple[Scheduled, ...] = _listed().SCHEDULE
    return found
