"""What the database refuses by itself, on whichever database the suite runs; a trigger that is missing or changed is named."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from steward.core import guards
from steward.core.access.separation import perform
from steward.core.audit.services import record_event, sign_head
from steward.core.service import Call, service
from tests.core.ground import bare_office
from tests.support import Office


@service("tests.guard_duty", "receipt.take")
def guard_duty(call: Call, *, user: Any) -> None:
    perform(call, "take_cash", user)


@pytest.fixture
def office(db: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """With rows in every guarded table of the ground."""
    monkeypatch.setenv("STEWARD_KEYS", str(tmp_path))
    office = bare_office()
    for n in range(3):
        record_event(office.call("administrator"), f"act {n}")
    guard_duty(office.call("frontdesk"), user=office.user("biller"))
    sign_head(office.system())
    return office


TABLES = {
    "core_auditrow": "reason = 'x'",
    "core_audithead": "seq = 1",
    "core_signedhead": "hash = 'x'",
    "core_dutydone": "duty = 'x'",
}


def run(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize("table", TABLES)
def test_raw_update_and_delete_are_refused(office: Office, table: str) -> None:
    for sql in (
        f"UPDATE {table} SET {TABLES[table]}",
        f"DELETE FROM {table}",
        f"UPDATE {table} SET {TABLES[table]} WHERE 1=1",
    ):
        with pytest.raises(DatabaseError):
            run(sql)


@pytest.mark.parametrize("table", TABLES)
def test_emptying_the_table_is_refused(office: Office, table: str) -> None:
    word = "TRUNCATE" if connection.vendor == "postgresql" else "DELETE FROM"
    with pytest.raises(DatabaseError):
        run(f"{word} {table}" + (" CASCADE" if connection.vendor == "postgresql" else ""))


def test_replacing_a_row_is_refused(office: Office) -> None:
    """SQLite's REPLACE deletes without firing delete triggers unless recursive_triggers is on."""
    columns = "seq, at, actor_name, session, address, channel, action, capability, decision, object_type, refs, fields, reason, prev_hash, hash"
    row = "1, '2026-01-01', 'x', '', '', 'web', 'x', '', 'allow', '', '[]', '[]', '', 'x', 'x'"
    verb = "INSERT OR REPLACE" if connection.vendor == "sqlite" else "INSERT"
    tail = "" if connection.vendor == "sqlite" else " ON CONFLICT (seq) DO UPDATE SET reason = 'x'"
    with pytest.raises(DatabaseError):
        run(f"{verb} INTO core_auditrow ({columns}) VALUES ({row}){tail}")


def test_a_row_out_of_order_or_off_the_chain_is_refused(office: Office) -> None:
    columns = "seq, at, actor_name, session, address, channel, action, capability, decision, object_type, refs, fields, reason, prev_hash, hash"
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(seq) FROM core_auditrow")
        last = cursor.fetchone()[0]
    for seq, prev in ((last + 2, "x"), (last + 1, "x"), (0, "x")):
        row = f"{seq}, '2026-01-01', 'x', '', '', 'web', 'x', '', 'allow', '', '[]', '[]', '', '{prev}', 'y'"
        with pytest.raises(DatabaseError):
            run(f"INSERT INTO core_auditrow ({columns}) VALUES ({row})")


def test_the_head_goes_only_forward_to_a_row_that_is_there(office: Office) -> None:
    for sql in (
        "UPDATE core_audithead SET seq = seq",
        "UPDATE core_audithead SET seq = seq + 1",
        "UPDATE core_audithead SET seq = 0",
    ):
        with pytest.raises(DatabaseError):
            run(sql)


def test_all_guards_stand_as_written(db: Any) -> None:
    assert guards.check(connection) == []
    assert any("guard_core_audit" in s for s in guards.statements(connection.vendor))


def test_both_databases_guard_the_same_things() -> None:
    """Every table guarded on one is guarded on the other."""

    def tables(vendor: str) -> set[str]:
        text = "\n".join(guards.statements(vendor))
        found = re.findall(r"(?:BEFORE|AFTER)\s+[\w\s,]+?\s+ON\s+(\w+)", text, re.I)
        return {t.lower() for t in found}

    assert tables("sqlite") == tables("postgresql") != set()


def _one_trigger() -> tuple[str, str]:
    return (
        ("guard_core_dutydone_no_change", "core_dutydone")
        if connection.vendor == "postgresql"
        else (
            "guard_core_dutydone_no_update",
            "core_dutydone",
        )
    )


def test_a_missing_guard_is_named(db: Any) -> None:
    name, table = _one_trigger()
    run(f"DROP TRIGGER {name}" + (f" ON {table}" if connection.vendor == "postgresql" else ""))
    assert guards.check(connection) == [f"guard {name} is missing"]
    guards.install(connection)
    assert guards.check(connection) == []


def test_a_changed_guard_is_named(db: Any) -> None:
    name, table = _one_trigger()
    if connection.vendor == "postgresql":
        run(f"DROP TRIGGER {name} ON {table}")
        run(f"CREATE TRIGGER {name} BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION guard_core_refuse()")
    else:
        run(f"DROP TRIGGER {name}")
        run(f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} BEGIN SELECT 1; END")
    assert guards.check(connection) == [f"guard {name} was changed"]


def test_a_guard_switched_off_or_hollowed_out_is_named(db: Any) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("left out on SQLite: it has neither disabled triggers nor trigger functions")
    name, table = _one_trigger()
    run(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
    assert guards.check(connection) == [f"guard {name} is switched off"]
    run(f"ALTER TABLE {table} ENABLE TRIGGER {name}")
    run(
        "CREATE OR REPLACE FUNCTION guard_core_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"
    )
    assert guards.check(connection) == ["guard function guard_core_refuse is missing or was changed"]


def test_flush_is_refused(db: Any) -> None:
    with pytest.raises(CommandError, match="never flushes"):
        call_command("flush")


def test_statements_of_a_file_are_parted_and_named() -> None:
    for vendor in ("sqlite", "postgresql"):
        text = "\n".join(guards.statements(vendor))
        for kind in ("TRIGGER", "FUNCTION"):
            made = re.findall(rf"^CREATE\s+(?:OR\s+REPLACE\s+)?(?:CONSTRAINT\s+)?{kind}\s+(\w+)", text, re.M)
            assert len(made) == len(set(made)), kind
            assert all(name.startswith("guard_") for name in made)
    assert len(guards.fingerprint("sqlite")) == 64 and guards.fingerprint("sqlite") != guards.fingerprint("postgresql")
