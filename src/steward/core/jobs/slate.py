"""Notes between a running job and the screens that a database transaction cannot carry.

An import that is all or nothing runs in one transaction: what it writes about its progress shows only at the end,
and on SQLite nobody can write that it should stop. So both lie beside the lock: ``run/<job uid>.json`` and
``run/<job uid>.cancel``.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from uuid import UUID

from django.conf import settings

from steward.core.running import run_folder


def _path(uid: UUID, ending: str) -> Path:
    return run_folder(Path(settings.DATA)) / f"{uid}.{ending}"


def write(uid: UUID, done: int, total: int, message: str) -> None:
    """Note how far a job is. Not durable: it is worth nothing once the job has ended."""
    path = _path(uid, "json")
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps([done, total, message]))
    os.replace(fresh, path)


def read(uid: UUID) -> tuple[int, int, str] | None:
    """The last note of a job that runs, None without one."""
    try:
        done, total, message = json.loads(_path(uid, "json").read_text())
    except (OSError, ValueError):
        return None
    return int(done), int(total), str(message)


def ask_to_stop(uid: UUID) -> None:
    """Leave word that a job shall end at its next step."""
    _path(uid, "cancel").touch(mode=0o600)


def asked_to_stop(uid: UUID) -> bool:
    """Whether somebody asked a job to end."""
    return _path(uid, "cancel").exists()


def wipe(uid: UUID) -> None:
    """Take the notes of an ended job away."""
    for ending in ("json", "cancel"):
        _path(uid, ending).unlink(missing_ok=True)
