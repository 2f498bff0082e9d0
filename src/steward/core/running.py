"""Whether a server runs on a data folder: one lock, held by the supervisor and its children for as long as one of
them lives.

Two servers on one SQLite file would each believe to be the only job worker; the lock (``flock``) makes the second
one refuse. The command line does not take it: SQLite itself lets several processes of one machine work side by side.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import time
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Server:
    """What the lock file says about the server that holds it."""

    pid: int
    port: int


class AlreadyRunning(Exception):
    """Another server holds the data folder."""

    def __init__(self, server: Server | None) -> None:
        self.server = server
        super().__init__("another server runs on this data folder")


def run_folder(data: Path) -> Path:
    """Where lock, pid and job notes lie; made when absent, closed to others."""
    folder = data / "run"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def take_lock(data: Path, port: int) -> int:
    """Hold the data folder; the open descriptor keeps it, and whoever inherits it.
    AlreadyRunning if somebody else does.
    """
    handle = os.open(run_folder(data) / "server.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise AlreadyRunning(_read(data)) from None
    os.set_inheritable(handle, True)
    write_holder(handle, Server(os.getpid(), port))
    return handle


def write_holder(handle: int, server: Server) -> None:
    """Say in the lock file who holds it now: one write of one length, so that no reader finds half of it."""
    os.pwrite(handle, json.dumps(asdict(server)).ljust(64).encode(), 0)


def running(data: Path) -> Server | None:
    """The server that holds this data folder, None when none does."""
    path = data / "run" / "server.lock"
    if not path.exists():
        return None
    handle = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return None
    except BlockingIOError:
        return _read(data)
    finally:
        os.close(handle)


def _read(data: Path) -> Server | None:
    try:
        return Server(**json.loads((data / "run" / "server.lock").read_text()))
    except (ValueError, TypeError, OSError):
        return None


def stop(data: Path, seconds: float = 20.0) -> bool:
    """End the server of this data folder and wait until it is gone; False if none ran."""
    server = running(data)
    if server is None:
        return False
    for number, until in ((signal.SIGTERM, seconds), (signal.SIGKILL, 5.0)):
        try:
            os.killpg(server.pid, number)
        except ProcessLookupError:
            return True
        end = time.monotonic() + until
        while time.monotonic() < end:
            if running(data) is None:
                return True
            time.sleep(0.05)
    raise TimeoutError(f"the server (process {server.pid}) does not end")
