"""The write-ahead log torn or flipped at any byte (R2), as a power cut or a bad disk leaves it: the database opens to
exactly the commits that lie whole before the hurt, proves, and takes new work.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection

from steward.core.audit.chain import verify as verify_audit
from steward.core.models import AuditRow
from steward.ledger import services as ledger
from steward.ledger.models import Entry
from steward.ledger.selectors import verify
from tests.ledger.support import entry, random_entry
from tests.proofs.house import COMMANDS, House, open_house

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="left out on PostgreSQL: the log is SQLite's"),
]


@dataclass(frozen=True)
class Mark:
    """After a commit: how long the log was, how many entries were posted and how many audit rows written."""

    length: int
    entries: int
    audit: int


@dataclass
class Crash:
    """A database as it lay on the disk: the file before the log, the log, and a mark for each commit."""

    house: House
    file: Path
    log: bytes
    marks: list[Mark]

    def left_of(self, place: int) -> Mark:
        """The last commit that lies whole before ``place``."""
        return max((mark for mark in self.marks if mark.length <= place), key=lambda mark: mark.length)


def pragma(text: str) -> tuple[object, ...]:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {text}")
        return cursor.fetchone() or ()


@pytest.fixture
def crash(real_db, tmp_path: Path, monkeypatch) -> Iterator[Crash]:
    """A day's work that never left the log; the connection ends up on a copy that each turn makes anew."""
    house = open_house()
    path = Path(str(connection.settings_dict["NAME"]))
    assert pragma("wal_checkpoint(TRUNCATE)") == (0, 0, 0)
    pragma("wal_autocheckpoint = 0")
    kept = tmp_path / "before.sqlite3"
    shutil.copyfile(path, kept)
    log = path.with_name(path.name + "-wal")
    marks, commit = [_mark(log)], connection._commit

    def marked() -> None:
        commit()
        marks.append(_mark(log))

    monkeypatch.setattr(connection, "_commit", marked)
    for n, command in enumerate(COMMANDS):
        command.ready(house, n)(uuid4())
        ledger.post_many(house.call("bookkeeper"), drafts=[random_entry(random.Random(n)) for _ in range(1 + n % 7)])
    monkeypatch.undo()
    made = Crash(house, kept, log.read_bytes(), marks)
    yield made
    connection.close()
    connection.settings_dict["NAME"] = str(path)


def _mark(log: Path) -> Mark:
    return Mark(log.stat().st_size, Entry.objects.filter(state="posted").count(), AuditRow.objects.count())


def test_it_opens_to_the_commits_before_the_hurt(crash: Crash, tmp_path: Path, proofs) -> None:
    proof = proofs("R2")
    rnd = random.Random(proof.seed)
    torn = 0
    for n in range(proof.count):
        place, tears = rnd.randrange(len(crash.log) + 1), rnd.random() < 0.5
        where = f"seed {proof.seed}, turn {n}: {'torn' if tears else 'flipped'} at byte {place} of {len(crash.log)}"
        _lay_down(crash, tmp_path, crash.log[:place] if tears else _flipped(crash.log, place, rnd))
        _opens_to(crash, crash.left_of(place), where)
        torn += tears
    proof.done(
        hurts=proof.count,
        torn=torn,
        flipped=proof.count - torn,
        log_bytes=len(crash.log),
        unbalanced=0,
        lost_before_the_hurt=0,
    )


def _flipped(log: bytes, place: int, rnd: random.Random) -> bytes:
    hurt = bytearray(log)
    if place < len(hurt):
        hurt[place] ^= 1 << rnd.randrange(8)
    return bytes(hurt)


def _lay_down(crash: Crash, folder: Path, log: bytes) -> None:
    """Put the crashed files where the connection looks next."""
    connection.close()
    path = folder / "crashed.sqlite3"
    for old in folder.glob("crashed.sqlite3*"):
        old.unlink()
    shutil.copyfile(crash.file, path)
    path.with_name(path.name + "-wal").write_bytes(log)
    connection.settings_dict["NAME"] = str(path)


def _opens_to(crash: Crash, mark: Mark, where: str) -> None:
    found = (Entry.objects.filter(state="posted").count(), AuditRow.objects.count())
    assert found == (mark.entries, mark.audit), f"{where}: {found} instead of {mark}"
    assert pragma("integrity_check") == ("ok",), where
    assert verify().ok and verify_audit().ok, where
    done = ledger.post(crash.house.call("bookkeeper"), draft=entry())
    assert done.number == mark.entries + 1, where
