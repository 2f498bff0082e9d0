"""A folder of this machine, or a mounted one, as a door."""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from steward.billing.doors import faults
from steward.billing.logic.doors import MOST_BYTES, Seen


def touches_data(place: Path) -> bool:
    """Whether a folder is Steward's data folder, lies in it or holds it: its keys and everybody's papers are there."""
    place, data = place.resolve(), Path(settings.DATA).resolve()
    return place == data or data in place.parents or place in data.parents


class Folder:
    """``out`` is where files for payers go, ``into`` where answers are found; ``make`` makes the first when it is not there."""

    def __init__(self, out: str, into: str, *, make: bool = False) -> None:
        self._out, self._in, self._make = Path(out) if out else None, Path(into) if into else None, make

    def put(self, name: str, data: bytes) -> str:
        assert self._out is not None, "a door without an out folder sends nothing"
        path = self._out / name
        try:
            if self._make:
                self._out.mkdir(parents=True, exist_ok=True)
            _place(path, data)
        except FileExistsError:
            raise faults.other_file(str(path)) from None
        except OSError as error:
            raise faults.of_os(error, str(path)) from error
        return str(path)

    def seen(self) -> list[Seen]:
        if self._in is None:
            return []
        try:
            with os.scandir(self._in) as entries:
                stats = [(e.name, e.stat(follow_symlinks=False)) for e in entries if e.is_file(follow_symlinks=False)]
        except OSError as error:
            raise faults.of_os(error, str(self._in)) from error
        found = [Seen(name, stat.st_size, int(stat.st_mtime)) for name, stat in stats]
        return sorted(found, key=lambda one: (one.changed, one.name))

    def get(self, seen: Seen) -> bytes:
        assert self._in is not None
        if seen.size > MOST_BYTES:
            raise faults.too_large(seen.name)
        try:
            return (self._in / seen.name).read_bytes()
        except OSError as error:
            raise faults.of_os(error, str(self._in)) from error

    def remove(self, seen: Seen) -> None:
        assert self._in is not None
        try:
            (self._in / seen.name).unlink(missing_ok=True)
        except OSError as error:
            raise faults.of_os(error, str(self._in)) from error

    def look(self) -> str:
        for path, mode in ((self._out, os.W_OK | os.X_OK), (self._in, os.R_OK | os.X_OK)):
            if path is not None and not path.is_dir():
                raise faults.folder(str(path), _("it is no folder"))
            if path is not None and not os.access(path, mode):
                raise faults.folder(str(path), _("it may not be used by this program"))
        return _("Both folders can be used; %d files lie there.") % len(self.seen())

    def close(self) -> None:
        """Nothing is held open."""


def _place(path: Path, data: bytes) -> None:
    """A reader of the folder sees the whole file or none: written beside, synced, renamed."""
    if path.exists():
        if path.read_bytes() != data:
            raise FileExistsError(path)
        return
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
