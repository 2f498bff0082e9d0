"""The hash chain: what of an entry is sealed, in which form.

SHA-256 over the hash before and a JSON array with a fixed order of fields, so that no two different entries have the same
text. Accounts go in by code (frozen once used), documents by their digest, reversals by number, dimensions by id.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

GENESIS: Final = "0" * 64
FORM: Final = 1  # written into every hash; a later form gets another number

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

#: n, account code, cents, entity, site, department, provider, payer, party, party role, item, memo
SealedLine = tuple[int, str, int, int, int | None, int | None, int | None, int | None, int | None, str, str, str]


@dataclass(frozen=True, slots=True)
class SealedEntry:
    """The parts of an entry that the seal covers, besides its lines. ``uid`` is 32 hex digits, ``posted_at`` any zone."""

    number: int
    uid: str
    date: date
    journal: str
    memo: str
    source_type: str
    source_ref: str
    document_sha256: str
    drafted_by: int | None
    approved_by: int | None
    posted_by: int | None
    posted_at: datetime
    reverses_number: int | None


def instant(moment: datetime) -> str:
    """A moment as sealed: UTC, microseconds always written."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def seal(prev_hash: str, entry: SealedEntry, lines: Sequence[SealedLine]) -> str:
    """The hash of an entry, 64 hex digits. ``lines`` in order of ``n``."""
    body = _encode([
        FORM, prev_hash, entry.number, entry.uid, entry.date.isoformat(), entry.journal, entry.memo, entry.source_type,
        entry.source_ref, entry.document_sha256, entry.drafted_by, entry.approved_by, entry.posted_by,
        instant(entry.posted_at), entry.reverses_number, lines,
    ])  # fmt: skip
    return hashlib.sha256(body.encode()).hexdigest()


def seal_event(prev_hash: str, parts: Iterable[object]) -> str:
    """The hash of a period event: its fields in a fixed order, plain JSON values (keys sorted: jsonb keeps no order)."""
    text = json.dumps([FORM, prev_hash, *parts], ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def body(day: date, memo: str, lines: Iterable[Sequence[object]]) -> str:
    """What two postings under one key must share to be the same: day, memo and lines (not who, when, or which file)."""
    return _encode([day.isoformat(), memo, [list(line) for line in lines]])
