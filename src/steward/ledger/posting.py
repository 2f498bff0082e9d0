"""The thin fast core that turns drafts into posted rows; ``services`` alone calls it, inside a transaction.

Order of locks: the head of the chain first (that makes numbers gapless and posts serial), then rows, as everywhere. Rows go
in as drafts and are flipped to posted by one UPDATE: the guards check balance, chain, numbers, period and source at the flip and
add the totals. Plain SQL instead of the ORM because a durable post should cost one fsync, not one fsync and Python.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

from steward.core.sql import insert
from steward.ledger.logic.chain import SealedEntry, SealedLine, seal
from steward.ledger.types import EntryDraft

ENTRY_COLUMNS: Final = (
    "id", "uid", "date", "period_id", "journal", "memo", "source_type", "source_ref", "document_id", "state",
    "drafted_by_id", "approved_by_id", "posted_by_id", "prev_hash", "hash", "reverses_id",
)  # fmt: skip
LINE_COLUMNS: Final = (
    "entry_id", "n", "date", "account_id", "cents", "entity_id", "site_id", "department_id", "provider_id", "payer_id",
    "party_id", "party_role", "item", "memo",
)  # fmt: skip
COPY_FROM: Final = 20  # entries from which COPY beats INSERT on PostgreSQL
FLIPS: Final = 1000  # entries a statement flips on SQLite


@dataclass(frozen=True, slots=True)
class Chart:
    """What names resolve to, read once a batch: accounts by role and code, codes by id, periods by (year, month)."""

    by_role: dict[str, int]
    by_code: dict[str, int]
    code_of: dict[int, str]
    periods: dict[tuple[int, int], int]
    documents: dict[int, str]
    numbers: dict[int, int]  # of entries that this batch reverses
    default_entity: int


@dataclass(frozen=True, slots=True)
class Hands:
    """Who drafted, approved and posts, as core.User ids, and when."""

    drafted_by: int | None
    approved_by: int | None
    posted_by: int | None
    posted_at: datetime


def take_head() -> tuple[int, str]:
    """The last number and hash, locked until the transaction ends. SQLite's IMMEDIATE transaction is itself the lock."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT last, hash FROM guard_ledger_take_head()")
        else:
            cursor.execute("SELECT last, hash FROM ledger_head WHERE id = 1")
        row = cursor.fetchone()
    if row is None:
        raise RuntimeError("the ledger has no head: install the guards (migrate) before posting")
    return row[0], row[1]


def insert_posted(
    drafts: Sequence[EntryDraft], chart: Chart, hands: Hands, head: tuple[int, str]
) -> list[tuple[int, int, str]]:
    """Post checked drafts in their order, after ``take_head``. Gives (id, number, hash) each.

    Raises django's IntegrityError with the guard's own words when the database refuses.
    """
    with connection.cursor() as cursor:
        ids = _reserve_ids(cursor, len(drafts))
        entries, lines, flips = _rows(drafts, ids, chart, hands, head)
        many = connection.vendor == "postgresql" and len(drafts) >= COPY_FROM
        write = _copy if many else insert
        write(cursor, "ledger_entry", ENTRY_COLUMNS, entries)
        write(cursor, "ledger_line", LINE_COLUMNS, lines)
        flip(cursor, flips, hands)
    return [(f[0], f[1], f[3]) for f in flips]


def flip(cursor: Any, flips: Sequence[tuple[int, int, str, str]], hands: Hands) -> None:
    """Turn drafts into posted entries; ``flips`` are (id, number, prev_hash, hash) in order of number."""
    at = connection.ops.adapt_datetimefield_value(hands.posted_at)
    if connection.vendor == "postgresql":
        ids, numbers, prevs, hashes = (list(column) for column in zip(*flips, strict=True))
        # the ids stand twice: without statistics of a fresh table the planner would read all of it for the join alone
        cursor.execute(
            "UPDATE ledger_entry e SET state = 'posted', number = v.number, prev_hash = v.prev, hash = v.hash,"
            " posted_at = %s, posted_by_id = %s, approved_by_id = %s"
            " FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[]) v(id, number, prev, hash)"
            " WHERE e.id = v.id AND e.id = ANY(%s::bigint[])",
            [at, hands.posted_by, hands.approved_by, ids, numbers, prevs, hashes, ids],
        )
        return
    for start in range(0, len(flips), FLIPS):
        _flip_sqlite(cursor, flips[start : start + FLIPS], [at, hands.posted_by, hands.approved_by])


def _flip_sqlite(cursor: Any, flips: Sequence[tuple[int, int, str, str]], hands: Sequence[Any]) -> None:
    """One statement for many (a statement a row costs the square of the rows inside a savepoint, see ``core.sql``). SQLite
    updates in the order of row ids; where that is not the order of numbers, and for one alone, each is its own statement."""
    ids = [pk for pk, _number, _prev, _new in flips]
    if len(flips) == 1 or ids != sorted(ids):
        cursor.executemany(
            "UPDATE ledger_entry SET state = 'posted', posted_at = %s, posted_by_id = %s, approved_by_id = %s, number = %s,"
            " prev_hash = %s, hash = %s WHERE id = %s",
            [(*hands, number, prev, new, pk) for pk, number, prev, new in flips],
        )
        return
    cursor.execute(
        "UPDATE ledger_entry SET state = 'posted', posted_at = %s, posted_by_id = %s, approved_by_id = %s,"
        " number = v.value ->> 1, prev_hash = v.value ->> 2, hash = v.value ->> 3 FROM json_each(%s) v"
        " WHERE ledger_entry.id = v.value ->> 0",
        [*hands, json.dumps(flips)],
    )


def _rows(
    drafts: Sequence[EntryDraft], ids: Sequence[int], chart: Chart, hands: Hands, head: tuple[int, str]
) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]], list[tuple[int, int, str, str]]]:
    entries: list[tuple[Any, ...]] = []
    lines: list[tuple[Any, ...]] = []
    flips: list[tuple[int, int, str, str]] = []
    number, prev = head
    for pk, draft in zip(ids, drafts, strict=True):
        number += 1
        day = draft.date.isoformat()
        sealed = resolve_lines(draft, chart)
        new = seal(prev, sealed_entry(draft, number, chart, hands), [line for _account, line in sealed])
        period = chart.periods[draft.date.year, draft.date.month]
        entries.append((
            pk, draft.key.hex, day, period, draft.journal, draft.memo, draft.source_type, draft.source_ref,
            draft.document, "draft", hands.drafted_by, None, None, "", "", draft.reverses,
        ))  # fmt: skip
        lines += [(pk, line[0], day, account, *line[2:]) for account, line in sealed]
        flips.append((pk, number, prev, new))
        prev = new
    return entries, lines, flips


def resolve_lines(draft: EntryDraft, chart: Chart) -> list[tuple[int, SealedLine]]:
    """Each line as (account id, what the seal covers). Raises KeyError for an account that ``chart`` does not hold."""
    by_role, by_code, code_of, entity = chart.by_role, chart.by_code, chart.code_of, chart.default_entity
    resolved = []
    for n, line in enumerate(draft.lines, 1):
        account = by_role[line.role] if line.role is not None else by_code[line.account or ""]
        resolved.append((account, (
            n, code_of[account], line.cents, line.entity or entity, line.site, line.department, line.provider,
            line.payer, line.party, line.party_role, line.item, line.memo,
        )))  # fmt: skip
    return resolved


def sealed_entry(draft: EntryDraft, number: int, chart: Chart, hands: Hands) -> SealedEntry:
    """The draft's head as the seal covers it."""
    return SealedEntry(
        number, draft.key.hex, draft.date, draft.journal, draft.memo, draft.source_type, draft.source_ref,
        chart.documents[draft.document] if draft.document else "", hands.drafted_by, hands.approved_by, hands.posted_by,
        hands.posted_at, chart.numbers[draft.reverses] if draft.reverses else None,
    )  # fmt: skip


def _reserve_ids(cursor: Any, count: int) -> Sequence[int]:
    if connection.vendor == "postgresql":
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('ledger_entry', 'id')) FROM generate_series(1, %s)", [count]
        )
        return [row[0] for row in cursor.fetchall()]
    # AUTOINCREMENT keeps the highest id ever given here, so that an id is never used twice.
    cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = 'ledger_entry'")
    row = cursor.fetchone()
    first = (row[0] if row else 0) + 1
    return range(first, first + count)


def _copy(cursor: Any, table: str, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> None:
    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
