"""A folder of this machine, or a mounted one, as a door.

It is found anew for each act, from the root part by part, and no link is followed: neither the folder nor a file in it can be
swapped for something else after the door was set up (CWE-59, CWE-367).
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _

from steward.billing.doors import faults
from steward.billing.logic.doors import MOST_BYTES, Seen
from steward.core.refusals import Refusal

#: A folder named in the surroundings is a door that nobody needs to set up: ``out`` and ``in`` lie in it.
FOLDER: Final = "STEWARD_CLEARINGHOUSE"
#: To pass through a folder nobody need be allowed to list it (Linux: O_PATH).
THROUGH: Final = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
LISTED: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# a pipe in a file's place does not hold the run up: it is opened without waiting and is no file
READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
WRITTEN: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
LINKED: Final = (errno.ELOOP, errno.ENOTDIR)


def touches_data(place: Path) -> bool:
    """Whether a folder is Steward's data folder, lies in it or holds it: its keys and everybody's papers are there."""
    place, data = place.resolve(), Path(settings.DATA).resolve()
    return place == data or data in place.parents or place in data.parents


def named_folder() -> Path | None:
    """The folder named in the surroundings, if any."""
    where = os.environ.get(FOLDER, "").strip()
    return Path(where) if where else None


def named_fault() -> Refusal | None:
    """Why the folder named in the surroundings is not used; None when it is, or none is named."""
    where = named_folder()
    if where is None:
        return None
    fix = _("Name a whole path to a folder of its own in %s and start Steward anew.") % FOLDER
    if not where.is_absolute():
        return Refusal("folders", _("%(name)s names %(path)s, which is no whole path.") % {"name": FOLDER, "path": where}, fix)
    if touches_data(where):
        message = _("%(name)s names %(path)s, which holds Steward's own data: it is not used.") % {"name": FOLDER, "path": where}
        return Refusal("own_data", message, fix)
    return None


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
            with _found(self._out) as there:
                _place(there, _leaf(name), data)
        except FileExistsError:
            raise faults.other_file(str(path)) from None
        except OSError as error:
            raise faults.of_os(error, str(path)) from error
        return str(path)

    def seen(self) -> list[Seen]:
        if self._in is None:
            return []
        try:
            with _found(self._in) as there, _listing(there) as listed, os.scandir(listed) as entries:
                stats = [(e.name, e.stat(follow_symlinks=False)) for e in entries if e.is_file(follow_symlinks=False)]
        except OSError as error:
            raise faults.of_os(error, str(self._in)) from error
        found = [Seen(name, stat.st_size, int(stat.st_mtime)) for name, stat in stats]
        return sorted(found, key=lambda one: (one.changed, one.name))

    def get(self, seen: Seen) -> bytes:
        assert self._in is not None
        if seen.size > MOST_BYTES:
            raise faults.too_large(seen.size)
        try:
            with _found(self._in) as there:
                data = _read(there, _leaf(seen.name), MOST_BYTES + 1)
        except OSError as error:
            raise faults.of_os(error, str(self._in)) from error
        if len(data) > MOST_BYTES:  # it grew since it was listed
            raise faults.too_large(len(data))
        return data

    def remove(self, seen: Seen) -> None:
        assert self._in is not None
        try:
            with _found(self._in) as there, suppress(FileNotFoundError):
                os.unlink(_leaf(seen.name), dir_fd=there)
        except OSError as error:
            raise faults.of_os(error, str(self._in)) from error

    def look(self) -> str:
        for path, mode in ((self._out, os.W_OK | os.X_OK), (self._in, os.R_OK | os.X_OK)):
            if path is None:
                continue
            if not path.is_dir():
                raise faults.folder(str(path), _("it is no folder"))
            with _found(path) as there:
                if not os.access(".", mode, dir_fd=there):
                    raise faults.folder(str(path), _("it may not be used by this program"))
        return _("Both folders can be used; %d files lie there.") % len(self.seen())

    def close(self) -> None:
        """Nothing is held open."""


@contextmanager
def _found(path: Path) -> Iterator[int]:
    """The folder as a descriptor, reached from the root without following a link. Refuses ``own_data`` and ``link``."""
    if touches_data(path):
        raise faults.own_data(str(path))
    there = os.open(path.anchor or "/", THROUGH)
    try:
        for part in path.parts[1:]:
            try:
                deeper = os.open(part, THROUGH, dir_fd=there)
            except OSError as error:
                raise (faults.link(str(path)) if error.errno in LINKED else error) from error
            os.close(there)
            there = deeper
        yield there
    finally:
        os.close(there)


@contextmanager
def _listing(there: int) -> Iterator[int]:
    listed = os.open(".", LISTED, dir_fd=there)
    try:
        yield listed
    finally:
        os.close(listed)


def _leaf(name: str) -> str:
    """A name of one part: nothing leads out of the folder."""
    if "/" in name or name in ("", ".", ".."):
        raise OSError(errno.EINVAL, _("this is no name of a file"))
    return name


def _read(there: int, name: str, most: int = -1) -> bytes:
    """A file's bytes, at most so many. Raises OSError for whatever is no file of its own."""
    found = os.open(name, READ, dir_fd=there)
    with os.fdopen(found, "rb") as file:
        if not stat.S_ISREG(os.fstat(found).st_mode):
            raise OSError(errno.EINVAL, _("this is no file"))
        return file.read(most)


def _same(there: int, name: str, data: bytes) -> bool:
    """Whether the file of this name holds just this. Raises FileNotFoundError when none is there."""
    try:
        return _read(there, name) == data
    except OSError as error:
        if error.errno in (*LINKED, errno.EINVAL):  # a link, a folder, a pipe
            return False
        raise


def _place(there: int, name: str, data: bytes) -> None:
    """A reader of the folder sees the whole file or none: written beside, synced, renamed. Raises FileExistsError for another
    file of that name, and for a link."""
    with suppress(FileNotFoundError):
        if not _same(there, name, data):
            raise FileExistsError(name)
        return
    beside = f".{name}.{os.getpid()}.part"
    with suppress(FileNotFoundError):
        os.unlink(beside, dir_fd=there)  # of a run that was cut off
    try:
        with os.fdopen(os.open(beside, WRITTEN, 0o666, dir_fd=there), "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        os.replace(beside, name, src_dir_fd=there, dst_dir_fd=there)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(beside, dir_fd=there)
