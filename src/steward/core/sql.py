"""Plain SQL where the ORM would cost more than the question: bound parameters, the same text on both databases.

Reading is for anyone; writing is for the thin cores (posting, audit, keys) that stand in every commit's way, where the
ORM's own time would be a third of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

PARAMETERS: Final = 32_000  # a statement takes at most 32,766 on SQLite, 65,535 on PostgreSQL


def query(text: str, *values: Any) -> list[tuple[Any, ...]]:
    """All rows of a query. ``text`` is ours alone; whatever came from outside is in ``values``."""
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def execute(text: str, *values: Any) -> int:
    """Run a statement; gives how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return int(cursor.rowcount)


def insert(cursor: Any, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], end: str = "") -> None:
    """Write rows in statements of many. ``table``, ``columns`` and ``end`` (ON CONFLICT ...) are ours alone.

    Many rows a statement: inside a savepoint SQLite cuts its statement journal back after every statement, and walks
    all of it to do so, so that a row a statement costs the square of the rows (60,000 lines: 45 s of CPU against 1 s).
    """
    names, mark = ", ".join(columns), f"({', '.join(['%s'] * len(columns))})"
    most = min(1000, PARAMETERS // len(columns))
    for start in range(0, len(rows), most):
        part = rows[start : start + most]
        text = f"INSERT INTO {table} ({names}) VALUES {', '.join([mark] * len(part))}{end}"  # noqa: S608
        cursor.execute(text, [value for row in part for value in row])


def marks(values: Any) -> str:
    """``%s, %s, %s`` for an IN list; ``NULL`` for an empty one (nothing is IN (NULL))."""
    return ", ".join(["%s"] * len(values)) or "NULL"


def unindexed(column: str) -> str:
    """``column`` in a condition that shall choose no index: SQLite reads the table once through instead of jumping to it per
    line of the column's index (500 ms against 140 ms at 400,000 lines). PostgreSQL weighs that itself, and would know nothing
    of how many rows such a condition leaves.
    """
    return f"+{column}" if connection.vendor == "sqlite" else column


def uid(value: UUID) -> UUID | str:
    """A uid as its column holds it: 32 hexadecimal digits on SQLite."""
    return value if connection.features.has_native_uuid_field else value.hex


def instant(value: datetime) -> Any:
    """A moment as its column holds it."""
    return connection.ops.adapt_datetimefield_value(value)


def day(value: date) -> Any:
    """A day as its column holds it."""
    return connection.ops.adapt_datefield_value(value)


def json(value: Any) -> Any:
    """A JSON value as its column takes it."""
    return connection.ops.adapt_json_value(value, None)
