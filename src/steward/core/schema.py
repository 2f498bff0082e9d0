"""Bringing tables and guards to what this code wants, and doing nothing when they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

from steward.core import guards
from steward.core.running import run_folder


class SchemaFault(Exception):
    """Why the database cannot be used, in words, with what to do."""


def bring_up(*, repair: bool = False) -> None:
    """Migrate if something waits, and put this code's guards in place when they are another version's.

    SchemaFault for a database of a newer code, and for guards that this very code had put there and that are gone:
    somebody took them away, so what happened meanwhile must be looked at before ``repair`` puts them back.
    """
    executor = MigrationExecutor(connection)
    newer = set(executor.loader.applied_migrations) - set(executor.loader.graph.nodes)
    # a squashed migration leaves its old name behind; only a name of an app we know and do not have is from the future
    newer = {(app, name) for app, name in newer if app in executor.loader.migrated_apps}
    if newer:
        app, name = sorted(newer)[-1]
        raise SchemaFault(f"This database was written by a newer Steward ({app} {name}). Start that one.")
    waits = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    faults = guards.check(connection)
    if faults and not waits and not repair and _noted() == guards.fingerprint(connection.vendor):
        raise SchemaFault(
            f"Guards of posted rows are gone ({'; '.join(faults[:3])}). Prove the books first: steward books verify, "
            "steward audit verify. Then put the guards back: ./office up --repair"
        )
    if waits or faults:
        with as_owner() as role:
            call_command("migrate", interactive=False, verbosity=0)
            grant(role)
        faults = guards.check(connection)
    if faults:
        raise SchemaFault(f"The database's guards do not stand: {'; '.join(faults[:3])}. Run: steward doctor")
    _note(guards.fingerprint(connection.vendor))


def _note_path() -> Path:
    return run_folder(Path(settings.DATA)) / "guards"


def _noted() -> str:
    """The fingerprint of the guards this data folder last stood under; "" when none was noted."""
    path = _note_path()
    return path.read_text() if path.exists() else ""


def _note(fingerprint: str) -> None:
    if _noted() != fingerprint:
        _note_path().write_text(fingerprint)


@contextmanager
def as_owner() -> Iterator[str]:
    """Run as the role that owns the tables (``DATABASE_OWNER_URL``), when there is one; yields the application's
    role, else "".

    The same connection is reopened under the other name, because migrations of packages use the default connection
    whatever they are told. Only for starting and restoring, when nothing else runs in this process.
    """
    if "owner" not in connections.settings:
        yield ""
        return
    said = connection.settings_dict
    names = ("USER", "PASSWORD", "HOST", "PORT", "NAME", "OPTIONS")
    kept = {name: said[name] for name in names}
    connection.close()
    said.update({name: connections.settings["owner"][name] for name in names})
    try:
        yield str(kept["USER"])
    finally:
        connection.close()
        said.update(kept)


# What even the application never does to these: the role lacks the right, before any guard is asked.
APPEND_ONLY = ("core_auditrow", "core_signedhead", "core_dutydone")
# Written by posting's guards alone, which run as the owner (ledger/guards/postgresql.sql); the application reads them.
READ_ONLY = ("ledger_head", "ledger_periodtotal")


def grant(role: str) -> None:
    """As the owner: give the application's role its rights: rows only, no TRUNCATE, no owning.
    Nothing for the role "".
    """
    if not role:
        return
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        schema, to = quote(cursor.fetchone()[0]), quote(role)
        cursor.execute(f"GRANT USAGE ON SCHEMA {schema} TO {to}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {to}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {to}")
        tables = set(connection.introspection.table_names(cursor))
        for taken, names in (("UPDATE, DELETE", APPEND_ONLY), ("INSERT, UPDATE, DELETE", READ_ONLY)):
            for table in names:
                if table in tables:
                    cursor.execute(f"REVOKE {taken} ON {quote(table)} FROM {to}")
