"""Gapless numbers, where an auditor asks for them: entries, receipts, slips, checks, orders.

A series is a counter row, raised by one statement inside the transaction that uses the number: a rollback takes the
number back, a commit keeps it, and nobody else can have it in between. That row is the **first** lock a transaction
takes (lock order: counter, rows by id, audit head), so two series in one transaction are taken in the order of their
names. Bulk work reserves a block once instead of a number per row.
"""

from __future__ import annotations

import re

from django.db import connection

_SERIES = re.compile(r"[a-z][a-z0-9_.:-]{0,59}")
MAX_BLOCK = 1_000_000

_RAISE = "UPDATE core_counter SET value = value + %s WHERE series = %s RETURNING value"
_BEGIN = "INSERT INTO core_counter (series, value) VALUES (%s, 0) ON CONFLICT DO NOTHING"


def next_number(series: str) -> int:
    """The next number of `series`, starting at 1. See `reserve`."""
    return reserve(series, 1)[0]


def reserve(series: str, n: int) -> range:
    """The next `n` numbers of `series` (1..1,000,000), consecutive; empty for 0.

    Call it inside a transaction and before any other lock. Raises RuntimeError outside a transaction (the number would
    be spent even if the work failed), ValueError for a bad name or count.
    """
    if not _SERIES.fullmatch(series):
        raise ValueError(f"{series!r} does not name a series")
    if not 0 <= n <= MAX_BLOCK:
        raise ValueError(f"{n} numbers cannot be reserved at once")
    if not connection.in_atomic_block:
        raise RuntimeError("Numbers are given out inside the transaction that uses them")
    if n == 0:
        return range(0)
    last = _raise(series, n)
    return range(last - n + 1, last + 1)


def last_number(series: str) -> int:
    """The last number given out, 0 for none. Reads only: it reserves nothing and may be out of date at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM core_counter WHERE series = %s", [series])
        row = cursor.fetchone()
    return row[0] if row else 0


def _raise(series: str, n: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_RAISE, [n, series])
        row = cursor.fetchone()
        if row is None:  # the first number of a series: whoever comes second waits on the same row
            cursor.execute(_BEGIN, [series])
            cursor.execute(_RAISE, [n, series])
            row = cursor.fetchone()
    return int(row[0])
