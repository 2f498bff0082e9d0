"""The database's part of a backup: SQLite as its own consistent copy,
PostgreSQL as the rows of every table of one snapshot.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

from steward.core import guards
from steward.core.refusals import refuse

SQLITE_MEMBER = "steward.sqlite3"
ROWS_MEMBER = re.compile(r"rows/([a-z][a-z0-9_]{0,62})\.copy")


def applied() -> dict[str, list[str]]:
    """The applied migrations of each app."""
    found: dict[str, list[str]] = {}
    for app, name in MigrationLoader(connection).applied_migrations:
        found.setdefault(app, []).append(name)
    return {app: sorted(names) for app, names in sorted(found.items())}


def refuse_newer(migrations: dict[str, list[str]]) -> None:
    """Refuse ``backup_newer`` for a schema this code does not know."""
    known = set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
    unknown = [f"{app} {name}" for app, names in migrations.items() for name in names if (app, name) not in known]
    if unknown:
        raise refuse(
            "backup_newer",
            _("This backup was made by a newer Steward (%s).") % unknown[-1],
            _("Update Steward first, then restore."),
        )


# --- SQLite -----------------------------------------------------------------------------------------------------------


def copy_sqlite(to: Path) -> None:
    """A consistent copy of the database while others write: SQLite's online backup, in one step,
    under one read snapshot.
    """
    import sqlite3

    source = str(connection.settings_dict["NAME"])
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as live, closing(sqlite3.connect(to)) as copy:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
    to.chmod(0o600)


def check_sqlite(path: Path) -> dict[str, int]:
    """The row counts of a copied database; refuses ``backup_damaged`` if SQLite finds it damaged."""
    import sqlite3

    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as copy:
        try:
            answer = copy.execute("PRAGMA integrity_check").fetchone()[0]
            broken = copy.execute("PRAGMA foreign_key_check").fetchone()
        except sqlite3.DatabaseError as error:
            answer, broken = type(error).__name__, None
        if answer != "ok" or broken:
            raise refuse("backup_damaged", _("The database inside is damaged."), _("Use an earlier backup."))
        return {name: copy.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in _sqlite_tables(copy)}  # noqa: S608


def _sqlite_tables(copy: Any) -> list[str]:
    found = copy.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    )
    return sorted(name for (name,) in found if re.fullmatch(r"[a-z][a-z0-9_]*", name))


# --- PostgreSQL -------------------------------------------------------------------------------------------------------


@contextmanager
def snapshot() -> Iterator[Any]:
    """A cursor of a connection of its own that sees one moment of the database, read only."""
    import psycopg

    with psycopg.connect(**_connect_arguments()) as own:
        own.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        own.read_only = True
        with own.cursor() as cursor:
            yield cursor


def _connect_arguments() -> dict[str, Any]:
    given = connection.get_connection_params()
    return {
        k: v for k, v in given.items() if k in ("dbname", "user", "password", "host", "port", "sslmode", "sslrootcert")
    }


def pg_tables(cursor: Any) -> list[str]:
    """The tables of our schema, by name."""
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename")
    return [name for (name,) in cursor.fetchall() if ROWS_MEMBER.fullmatch(f"rows/{name}.copy")]


def dump_table(cursor: Any, table: str, to: Path) -> int:
    """The rows of ``table`` into a file: one JSON line with the column names, then COPY text. How many rows."""
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = %s "
        "AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table],
    )
    columns = [name for (name,) in cursor.fetchall()]
    rows = 0
    with to.open("wb") as out:
        out.write(json.dumps(columns).encode() + b"\n")
        with cursor.copy(f"COPY (SELECT {_names(columns)} FROM {_names([table])}) TO STDOUT") as copy:  # noqa: S608
            for piece in copy:
                rows += bytes(piece).count(b"\n")
                out.write(piece)
    return rows


def _names(names: list[str]) -> str:
    return ", ".join(connection.ops.quote_name(n) for n in names)


def load_rows(files: dict[str, Path], migrations: dict[str, list[str]]) -> None:
    """Fill an empty PostgreSQL database: the schema of the backup, its rows, then up to this code's schema, then the
    guards.

    Foreign keys are deferred to the commit, so the order of tables does not matter; the guards are away while rows
    come in, and the whole of it is one transaction. Runs as the tables' owner.
    """
    from django.core.management import call_command
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    executor.migrate(_last_of_each(executor.loader.graph, migrations))
    with transaction.atomic():
        guards.drop(connection)
        with connection.cursor() as cursor:
            tables = [t for t in pg_tables(cursor) if t in files]
            cursor.execute(f"TRUNCATE {_names(tables)} CASCADE")
            for table in tables:
                _load_table(cursor, table, files[table])
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        _reset_sequences()
        guards.install(connection)
    call_command("migrate", interactive=False, verbosity=0)


def _last_of_each(graph: Any, migrations: dict[str, list[str]]) -> list[tuple[str, str]]:
    """Of each app the migrations that no other of the backup's follows:
    naming an earlier one would mean going back to it.
    """
    there = {(app, name) for app, names in migrations.items() for name in names}
    followed = {parent.key for node in there for parent in graph.node_map[node].parents if parent.key[0] == node[0]}
    return sorted(there - followed)


def _load_table(cursor: Any, table: str, path: Path) -> None:
    with path.open("rb") as source:
        columns = json.loads(source.readline())
        raw = cursor.cursor if hasattr(cursor, "cursor") else cursor
        with raw.copy(f"COPY {_names([table])} ({_names(columns)}) FROM STDIN") as copy:
            while piece := source.read(1 << 20):
                copy.write(piece)


def _reset_sequences() -> None:
    from django.apps import apps
    from django.core.management.color import no_style

    models = [m for m in apps.get_models(include_auto_created=True) if m._meta.managed]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


def is_empty() -> bool:
    """Whether the database of this process holds no practice: no file (SQLite) or no office row (PostgreSQL)."""
    if connection.vendor == "sqlite":
        return not Path(str(settings.DATABASES["default"]["NAME"])).exists()
    with connection.cursor() as cursor:
        if "core_office" not in connection.introspection.table_names(cursor):
            return True
        cursor.execute("SELECT count(*) FROM core_office")
        return bool(cursor.fetchone()[0] == 0)
