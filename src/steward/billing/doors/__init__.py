"""Clearinghouse doors: where files for payers are put and answers are found. A folder is a door; so is a folder behind SFTP.

The books know a file first, the door sees it after: a crash between the two leaves a file that is not delivered, and the
next delivery puts exactly those bytes there. Putting the same file twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from steward.billing.doors.folder import Folder
from steward.billing.doors.sftp import Sftp
from steward.billing.logic.doors import Seen
from steward.billing.models import Batch, Door
from steward.billing.services.submissions import deliver
from steward.billing.states import DoorKind
from steward.core.files.selectors import content
from steward.core.service import Call


class Opened(Protocol):
    """A door that stands open. Every method may refuse with a code of ``faults``."""

    def put(self, name: str, data: bytes) -> str:
        """Lay a file there, whole or not at all; where it lies. Nothing happens when it lies there already."""

    def seen(self) -> Sequence[Seen]:
        """What lies where answers are found, the oldest first."""

    def get(self, seen: Seen) -> bytes:
        """The bytes of a file."""

    def remove(self, seen: Seen) -> None:
        """Take a file away."""

    def look(self) -> str:
        """Look whether both folders are there and may be used; a sentence on what was found."""

    def close(self) -> None:
        """Leave."""


@contextmanager
def opened(door: Door) -> Iterator[Opened]:
    """The door, open. Refuses as ``faults`` says."""
    one: Opened = Folder(door.out_folder, door.in_folder) if door.kind == DoorKind.FOLDER else Sftp.open(door)
    try:
        yield one
    finally:
        one.close()


@dataclass(frozen=True)
class Put:
    """A file that lies in the folder now."""

    path: Path
    batch: Batch


def put(call: Call, batches: Iterable[Batch], folder: Path) -> list[Put]:
    """Write each batch into ``folder`` (made if it is not there), whole or not at all, and note its delivery.

    Refuses ``folder`` (cannot be written), ``full`` and ``other_file`` (another file of that name lies there).
    """
    there = Folder(str(folder.resolve()), "", make=True)
    return [Put(folder / one.name, deliver_to(call, there, one, str(folder))) for one in batches]


def deliver_to(call: Call, there: Opened, batch: Batch, where: str) -> Batch:
    """Lay one claim file there and note its delivery."""
    there.put(batch.name, content(batch.file))
    return deliver(call.with_key(None), batch=batch, to=where)
