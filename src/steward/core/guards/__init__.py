"""Triggers that protect what must never change, installed after every migrate, checked before every serve.

They never live in migrations: Django rebuilds SQLite tables and would drop them silently. Each room keeps
``guards/sqlite.sql`` and ``guards/postgresql.sql`` with the same meaning, statements parted by a line ``-- ;;``;
every object is named ``guard_<room>_...``.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper

import steward

ROOMS = ("core", "registry", "ledger", "banking", "budget", "people", "insurance", "frontdesk", "billing", "findings")


def statements(vendor: str) -> list[str]:
    """Every room's guard statements for ``sqlite`` or ``postgresql``, in the order of the floors."""
    found = []
    for room in ROOMS:
        path = Path(steward.__file__).parent / room / "guards" / f"{vendor}.sql"
        if path.exists():
            found += [s.strip() for s in re.split(r"^-- ;;\s*$", path.read_text(), flags=re.M) if s.strip()]
    return found


def drop(connection: BaseDatabaseWrapper) -> None:
    """Take all guards away: only ``migrate`` does, and it puts them back."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name GLOB 'guard_*'")
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP TRIGGER "{name}"')
            return
        cursor.execute(
            "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT t.tgisinternal AND t.tgname LIKE 'guard\\_%'"
        )
        for name, table in cursor.fetchall():
            cursor.execute(f'DROP TRIGGER "{name}" ON "{table}"')


def install(connection: BaseDatabaseWrapper) -> None:
    """Put every guard in place and note the hash of what was installed."""
    drop(connection)
    wanted = statements(connection.vendor)
    with connection.cursor() as cursor:
        for statement in wanted:
            # no parameters: a percent sign in a guard is a percent sign
            cursor.execute(statement)


def check(connection: BaseDatabaseWrapper) -> list[str]:
    """What is missing or differs from the files, in words; empty when every guard stands as written."""
    return _check_sqlite(connection) if connection.vendor == "sqlite" else _check_postgresql(connection)


def fingerprint(vendor: str) -> str:
    """The hash of all guard files: noted in backups."""
    return hashlib.sha256("\n".join(statements(vendor)).encode()).hexdigest()


_CREATE = re.compile(r"^\s*(?:--[^\n]*\n\s*)*CREATE\s+TRIGGER\s+(?:IF\s+NOT\s+EXISTS\s+)?\"?(\w+)\"?", re.I)


def _check_sqlite(connection: BaseDatabaseWrapper) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        present = {name: _squeeze(sql) for name, sql in cursor.fetchall()}
    faults = []
    for statement in statements("sqlite"):
        found = _CREATE.match(statement)
        if not found:
            continue
        body = _squeeze("CREATE TRIGGER " + found[1] + statement[found.end() :])
        if found[1] not in present:
            faults.append(f"guard {found[1]} is missing")
        elif present[found[1]] != body:
            faults.append(f"guard {found[1]} was changed")
    return faults


_PG_TRIGGER = re.compile(
    r"CREATE\s+(?:CONSTRAINT\s+)?TRIGGER\s+(?P<name>\w+)\s+(?P<when>BEFORE|AFTER)\s+(?P<events>.+?)\s+"
    r"ON\s+(?:\w+\.)?(?P<table>\w+)(?P<between>.*?)FOR\s+(?:EACH\s+)?(?P<each>ROW|STATEMENT)(?P<condition>.*?)"
    r"EXECUTE\s+(?:FUNCTION|PROCEDURE)\s+(?:\w+\.)?(?P<function>\w+)\s*\(",
    re.I | re.S,
)
_PG_FUNCTION = re.compile(r"CREATE\s+(?:OR\s+REPLACE\s+)?FUNCTION\s+(\w+)\s*\(.*?\$(\w*)\$(.*?)\$\2\$", re.I | re.S)


def _check_postgresql(connection: BaseDatabaseWrapper) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname, tgenabled::text, pg_get_triggerdef(oid) FROM pg_trigger "
            "WHERE NOT tgisinternal AND tgname LIKE 'guard\\_%'"
        )
        present = {name: (enabled, _shape(text)) for name, enabled, text in cursor.fetchall()}
        cursor.execute("SELECT proname, prosrc FROM pg_proc WHERE proname LIKE 'guard\\_%'")
        functions = dict(cursor.fetchall())
    faults = []
    for statement in statements("postgresql"):
        for wanted in _PG_TRIGGER.finditer(statement):
            name = wanted["name"]
            enabled, shape = present.get(name, ("", None))
            if shape is None:
                faults.append(f"guard {name} is missing")
            elif enabled not in ("O", "A"):
                faults.append(f"guard {name} is switched off")
            elif shape != _shape(wanted[0]):
                faults.append(f"guard {name} was changed")
        for name, _tag, body in _PG_FUNCTION.findall(statement):
            if functions.get(name) != body:
                faults.append(f"guard function {name} is missing or was changed")
    return faults


def _shape(text: str) -> tuple[object, ...] | None:
    """What a trigger does: when, on what, for each what, with which function; the server words the rest its own way."""
    found = _PG_TRIGGER.search(text)
    if found is None:
        return None
    events = frozenset(
        re.sub(r"\s+", " ", e).strip().lower() for e in re.split(r"\s+OR\s+", found["events"], flags=re.I)
    )
    rest = (found["between"] + found["condition"]).upper()
    return (
        found["when"].upper(),
        events,
        found["table"].lower(),
        found["each"].upper(),
        found["function"].lower(),
        "INITIALLY DEFERRED" in rest,
        "WHEN" in rest,
    )


def _squeeze(sql: str) -> str:
    return re.sub(r"\s+", " ", sql).replace("IF NOT EXISTS ", "").strip().rstrip(";").strip()
