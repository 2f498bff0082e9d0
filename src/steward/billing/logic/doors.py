"""What is known of a door without opening it: how a seen file is marked, and whether a clearinghouse answers late or never."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from steward.core.x12 import read as x12

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


def neutral_name(data: bytes, day: date, kind: str = "") -> str:
    """What a file from outside is called here: what it is, the day it came, and its interchange's control number (ISA13, by
    its fixed place, X12.5) or, without one, the beginning of its hash. Nothing of what its sender called it."""
    control = ""
    if x12.looks_like_x12(data):
        kind = kind or x12.first_kind(data) or ("ta1" if b"TA1" in data[:4096] else "x12")
        control = data.removeprefix(b"\xef\xbb\xbf").lstrip()[90:99].decode("ascii", "replace")
    if not (control.isascii() and control.isdigit()):
        control = hashlib.sha256(data).hexdigest()[:8]
    return f"{kind or 'file'}-{day:%Y%m%d}-{control}"


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
