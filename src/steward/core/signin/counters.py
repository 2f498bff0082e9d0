"""A small shared memory for rate limits and used codes: one file for all processes of a machine, of bounded size.

Django's own caches do not fit: local memory is one a process (a used code would work again in the next worker),
files and database tables are pickled. Here values are JSON, keys are keyed hashes (no name is kept), and rows beyond
the bound push out the oldest, so that a flood of unknown names fills nothing (GNUHEALTH-SA-2016-1 was such a flood).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

_TABLE = """
CREATE TABLE IF NOT EXISTS counter (key TEXT PRIMARY KEY, value TEXT NOT NULL, until REAL NOT NULL, at REAL NOT NULL)
"""


class Counters(BaseCache):
    """Django's cache interface over one SQLite file; ``OPTIONS: MAX_ENTRIES`` bounds its rows."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._path = Path(location)
        self._here = threading.local()

    def _db(self) -> sqlite3.Connection:
        db: sqlite3.Connection | None = getattr(self._here, "db", None)
        if db is None:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            db = sqlite3.connect(self._path, timeout=5, isolation_level=None)
            db.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; {_TABLE};")
            self._path.chmod(0o600)
            self._here.db = db
        return db

    def _name(self, key: str, version: int | None) -> str:
        from django.conf import settings

        return hmac.new(settings.SECRET_KEY.encode(), self.make_key(key, version).encode(), hashlib.sha256).hexdigest()

    def _until(self, timeout: Any) -> float:
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        return float("inf") if seconds is None else time.time() + seconds

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Keep ``value`` unless the key is there already; whether it was kept (one winner among all processes)."""
        now, name = time.time(), self._name(key, version)
        db = self._db()
        db.execute("BEGIN IMMEDIATE")
        try:
            db.execute("DELETE FROM counter WHERE key = ? AND until <= ?", (name, now))
            row = (name, json.dumps(value), self._until(timeout), now)
            added = db.execute("INSERT OR IGNORE INTO counter VALUES (?, ?, ?, ?)", row).rowcount == 1
            self._bound(db, now)
        finally:
            db.execute("COMMIT")
        return added

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        row = (
            self._db().execute("SELECT value, until FROM counter WHERE key = ?", (self._name(key, version),)).fetchone()
        )
        return default if row is None or row[1] <= time.time() else json.loads(row[0])

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        now, db = time.time(), self._db()
        row = (self._name(key, version), json.dumps(value), self._until(timeout), now)
        db.execute("INSERT OR REPLACE INTO counter VALUES (?, ?, ?, ?)", row)
        self._bound(db, now)

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        name = self._name(key, version)
        return (
            self._db().execute("UPDATE counter SET until = ? WHERE key = ?", (self._until(timeout), name)).rowcount == 1
        )

    def delete(self, key: str, version: int | None = None) -> bool:
        return self._db().execute("DELETE FROM counter WHERE key = ?", (self._name(key, version),)).rowcount == 1

    def clear(self) -> None:
        self._db().execute("DELETE FROM counter")

    def __len__(self) -> int:
        return int(self._db().execute("SELECT count(*) FROM counter").fetchone()[0])

    def _bound(self, db: sqlite3.Connection, now: float) -> None:
        """Beyond the bound the dead go first, then the oldest tenth."""
        if db.execute("SELECT count(*) FROM counter").fetchone()[0] <= self._max_entries:
            return
        db.execute("DELETE FROM counter WHERE until <= ?", (now,))
        if db.execute("SELECT count(*) FROM counter").fetchone()[0] > self._max_entries:
            oldest = "SELECT key FROM counter ORDER BY at LIMIT ?"
            db.execute(f"DELETE FROM counter WHERE key IN ({oldest})", (max(1, self._max_entries // 10),))  # noqa: S608 - ours
