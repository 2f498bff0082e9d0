"""Disk full at every point of a write: a clear refusal, nothing half done, and service back when there is room.

SQLite's page limit fills the "disk" at an exact page, so that every write point is met and no machine's real disk is needed.
"""

from __future__ import annotations

import contextlib
import sqlite3
from uuid import uuid4

import pytest
from django.db import connection

from steward.core.audit.chain import verify as verify_audit
from steward.core.refusals import Refused
from steward.ledger import services as ledger
from steward.ledger.models import Entry, Line
from steward.ledger.selectors.verify import verify
from steward.ledger.types import EntryDraft, LineDraft
from tests.proofs.house import COMMANDS, open_house, rows
from tests.support import Office, open_office

pytestmark = pytest.mark.proof


def _drafts(office: Office, n: int) -> list[EntryDraft]:
    lines = (
        LineDraft(role="petty_cash", cents=1250, memo="x" * 150),
        LineDraft(role="suspense", cents=-1250, memo="y" * 150),
    )
    return [
        EntryDraft(uuid4(), office.today, "fills the disk", "general", "test.disk", str(k), lines) for k in range(n)
    ]


@pytest.fixture
def full_disk(real_db, django_db_blocker):
    """A database whose disk can be filled to the page; pages are small, so that the least command needs some."""
    if connection.vendor != "sqlite":
        pytest.skip("left out on PostgreSQL: the page limit is SQLite's; see test_postgresql_says_so")
    with django_db_blocker.unblock():
        with contextlib.closing(sqlite3.connect(connection.settings_dict["NAME"])) as file:
            for text in ("PRAGMA journal_mode = DELETE", "PRAGMA page_size = 512", "VACUUM"):
                file.execute(text)
        yield real_db


def _limit(pages: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA max_page_count = {pages}")


def _pages() -> int:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        return int(cursor.fetchone()[0])


def test_a_full_disk_refuses_whole_and_recovers(full_disk, proofs) -> None:
    proof = proofs("R6")
    office, refused = open_office(), 0
    for point in range(proof.count):
        _limit(_pages() + point % 12)
        before = (Entry.objects.count(), Line.objects.count())
        try:
            ledger.post_many(office.call("bookkeeper", key=uuid4()), drafts=_drafts(office, 40 + point))
        except Refused as refusal:
            refused += 1
            assert refusal.code == "disk_full"
            assert "nothing of this was saved" in refusal.refusals[0].message
            assert (Entry.objects.count(), Line.objects.count()) == before
        _limit(2**30)
        ledger.post(office.call("bookkeeper"), draft=_drafts(office, 1)[0])  # room again: no repair needed
    assert refused >= proof.count // 2
    assert verify().ok
    assert verify_audit().ok
    proof.done(points=proof.count, refused=refused, half_done=0, entries=Entry.objects.count())


def test_no_command_is_half_done_on_a_full_disk(full_disk, proofs) -> None:
    """Every command of the house with no page, one page, two pages ... left; the same key does it once there is room."""
    proof = proofs("R6 commands")
    house, refused = open_house(), 0
    for n in range(proof.count):
        command = COMMANDS[n % len(COMMANDS)]
        act, key, before = command.ready(house, n), uuid4(), rows()
        _limit(_pages() + n // len(COMMANDS))
        try:
            act(key)
        except (Refused, AssertionError) as fault:  # an import tells its refusal as an answer
            refused += 1
            assert "disk is full" in str(fault), f"{command.name}, turn {n}: {fault!r}"
            assert rows() == before, f"{command.name}, turn {n}: half done"
        finally:
            _limit(2**30)
        act(key)
    assert refused >= proof.count // 2
    assert verify().ok and verify_audit().ok
    proof.done(points=proof.count, commands=len(COMMANDS), refused=refused, half_done=0)


def test_postgresql_says_so() -> None:
    """The same refusal for PostgreSQL's own word for it."""
    from django.db import DatabaseError

    from steward.core.service import _disk_is_full

    fault = DatabaseError("could not extend file")
    fault.__cause__ = type("DiskFull", (Exception,), {"sqlstate": "53100"})()
    assert _disk_is_full(fault)
    assert not _disk_is_full(DatabaseError("something else"))
