"""Plain SQL where the ORM would cost more than the question: read only, bound parameters, the same text on both databases."""

from __future__ import annotations

from typing import Any

from django.db import connection


def query(text: str, *values: Any) -> list[tuple[Any, ...]]:
    """All rows of a query. ``text`` is ours alone; whatever came from outside is in ``values``."""
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def marks(values: Any) -> str:
    """``%s, %s, %s`` for an IN list; ``NULL`` for an empty one (nothing is IN (NULL))."""
    return ", ".join(["%s"] * len(values)) or "NULL"
