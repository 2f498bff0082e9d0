"""On PostgreSQL the application owns nothing: it cannot take its guards away, truncate, or rewrite the audit log."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.race

PROGRAM = """
import django; django.setup()
from django.db import connection, transaction, DatabaseError
from steward.core.schema import bring_up
bring_up()
bring_up()
from steward.core.service import system_call
from steward.core.outbox.services import queue
from steward.core.outbox.states import Kind
queue(system_call(), kind=Kind.MAIL, to='b@c', subject='Hello there', body='new')
REPLACE = "CREATE OR REPLACE FUNCTION guard_core_refuse() RETURNS trigger LANGUAGE plpgsql AS "
for sql in (
    "TRUNCATE core_message",
    "DROP TRIGGER guard_core_audit_no_change ON core_auditrow",
    "ALTER TABLE core_auditrow DISABLE TRIGGER ALL",
    "UPDATE core_auditrow SET action = 'x'",
    "DELETE FROM core_auditrow",
    "SET session_replication_role = replica",
    REPLACE + "'BEGIN RETURN NEW; END'",
    "DROP TABLE core_message",
    "CREATE TABLE mine (x int)",
):
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
        print("DONE", sql)
    except DatabaseError as error:
        print("refused", type(error.__cause__).__name__)
from steward.core.health import examine
print([c for c in examine() if c.check == "database-role"][0].ok)
"""

POSTING = """
import django; django.setup()
from datetime import date
from uuid import uuid4
from django.db import connection, transaction, DatabaseError
from steward.core.schema import bring_up
bring_up()
from steward.core.service import system_call
from steward.desk.opening import open_practice
from steward.ledger import selectors, services
from steward.ledger.types import EntryDraft, LineDraft
call = system_call()
open_practice(call, opened_on=date(2026, 1, 1), until=date(2026, 12, 31))
lines = (LineDraft(role='drawer', cents=700), LineDraft(role='charges', cents=-700))
def post():
    services.post(call, draft=EntryDraft(uuid4(), date(2026, 11, 20), 'a try', 'charges', 'a.try', '1', lines))
post()
for sql in (
    "UPDATE ledger_head SET last = last + 1",
    "INSERT INTO ledger_head (id, last, hash) VALUES (2, 0, '')",
    "DELETE FROM ledger_head",
    "SELECT last FROM ledger_head FOR UPDATE",
    "UPDATE ledger_periodtotal SET debit = debit + 1",
    "DELETE FROM ledger_periodtotal",
    "INSERT INTO ledger_periodtotal (account_id, entity_id, site_key, period_id, debit, credit) "
    "SELECT account_id, entity_id, site_key, period_id + 1, 1, 0 FROM ledger_periodtotal LIMIT 1",
):
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
        print("DONE", sql)
    except DatabaseError as error:
        print("refused", type(error.__cause__).__name__)
post()
print(selectors.trial_balance(date(2026, 11, 20)).debit_cents, selectors.verify().ok)
"""


@pytest.fixture
def urls(django_db_blocker) -> Iterator[tuple[str, str]]:
    if connection.vendor != "postgresql":
        pytest.skip("left out on SQLite: it has no roles")
    from tests.conftest import _admin

    name, role = (f"steward_{what}_{uuid.uuid4().hex[:10]}" for what in ("roles", "app"))
    _admin(f'CREATE DATABASE "{name}"')
    _admin(f'CREATE ROLE "{role}" LOGIN')
    owner = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"
    yield owner.replace("//postgres@", f"//{role}@"), owner
    _admin(f'DROP DATABASE "{name}" WITH (FORCE)')
    _admin(f'DROP ROLE "{role}"')


def _run(program: str, urls: tuple[str, str], folder: Path) -> list[str]:
    """What a program says that runs as the application's role, on a data folder of its own."""
    application, owner = urls
    env = {**os.environ, "DATABASE_URL": application, "DATABASE_OWNER_URL": owner, "STEWARD_DATA": str(folder)}
    env |= {"DJANGO_SETTINGS_MODULE": "steward.settings", "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\n")[:-1]


def test_the_application_s_role_can_take_nothing_away(urls, tmp_path):
    *tries, healthy = _run(PROGRAM, urls, tmp_path / "data")
    assert len(tries) == 9 and all(line.startswith("refused") for line in tries), tries
    assert healthy == "True"


def test_totals_and_head_of_the_books_can_only_be_read_and_posting_still_writes_them(urls, tmp_path):
    *tries, posted = _run(POSTING, urls, tmp_path / "data")
    assert tries == ["refused InsufficientPrivilege"] * 7
    assert posted == "1400 True"
