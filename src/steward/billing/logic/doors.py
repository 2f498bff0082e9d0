"""What is known of a door without opening it: how a seen file is marked, and whether a clearinghouse answers late or never."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

#: A clearinghouse answers a file (TA1, 999) within a day; after three days nobody expects it (facts of billing, "life cycle").
LATE_AFTER: Final = timedelta(days=1)
NEVER_AFTER: Final = timedelta(days=3)
MOST_BYTES: Final = 64 * 1024 * 1024  # as the import takes
BESIDE: Final = (".", "~")  # names of files that are still being written, by custom
UNFINISHED: Final = (".part", ".tmp", ".filepart", ".writing")


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as a folder lists it: its size in bytes and when it was changed, in seconds since 1970."""

    name: str
    size: int
    changed: int


class Silence(StrEnum):
    """How a clearinghouse answered a file."""

    WAITING = "waiting"
    ANSWERED = "answered"
    ANSWERED_LATE = "answered_late"
    LATE = "late"
    NEVER = "never"


def mark(seen: Seen) -> str:
    """What tells one listing from the next: a file rewritten in place has another mark. Says nothing of the name."""
    return hashlib.sha256(f"{seen.name}\0{seen.size}\0{seen.changed}".encode()).hexdigest()


def whole(seen: Seen) -> bool:
    """Whether a listed file is one to take: not hidden, not one that is being written by its name, not empty."""
    return seen.size > 0 and not seen.name.startswith(BESIDE) and not seen.name.lower().endswith(UNFINISHED)


def silence(delivered: datetime, answered: datetime | None, now: datetime) -> Silence:
    """How a file stands that was delivered then and answered first at ``answered`` (None: not yet)."""
    if answered is not None:
        return Silence.ANSWERED_LATE if answered - delivered > LATE_AFTER else Silence.ANSWERED
    waited = now - delivered
    if waited > NEVER_AFTER:
        return Silence.NEVER
    return Silence.LATE if waited > LATE_AFTER else Silence.WAITING
