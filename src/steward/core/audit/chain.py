"""The chain: canonical form of a row, its hash, and the walk that names the first bad one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC

from steward.core.audit.models import AuditHead, AuditRow, SignedHead

GENESIS = "0" * 64


def link(prev: str, row: AuditRow) -> str:
    """SHA-256 of the previous hash and the row's canonical JSON (UTC to the microsecond, keys sorted)."""
    body = {
        "seq": row.seq,
        "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": row.actor,
        "actor_name": row.actor_name,
        "on_behalf_of": row.on_behalf_of,
        "session": row.session,
        "address": row.address,
        "channel": row.channel,
        "action": row.action,
        "capability": row.capability,
        "decision": row.decision,
        "object_type": row.object_type,
        "object_uid": str(row.object_uid) if row.object_uid else None,
        "refs": row.refs,
        "fields": row.fields,
        "reason": row.reason,
        "parent": row.parent,
    }
    text = prev + json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Verdict:
    """``first_bad`` is the number of the first row that does not prove, ``why`` in words."""

    ok: bool
    rows: int
    first_bad: int | None = None
    why: str = ""


def verify(rows: Iterable[AuditRow] | None = None) -> Verdict:
    """Walk the whole chain: numbers without a gap, each hash from its row, the head, and every signed day's head."""
    signed = {s.seq: s.hash for s in SignedHead.objects.all()}
    prev, expected = GENESIS, 0
    for row in rows if rows is not None else AuditRow.objects.order_by("seq").iterator(chunk_size=2000):
        expected += 1
        why = _fault(row, expected, prev, signed)
        if why:
            return Verdict(False, expected - 1, min(row.seq, expected), why)
        prev = row.hash
    if signed and max(signed) > expected:
        return Verdict(False, expected, expected + 1, "a signed head names rows that are gone")
    head = AuditHead.objects.filter(pk=1).first()
    if (head.seq, head.hash) != (expected, prev) if head else expected:
        return Verdict(False, expected, expected + 1, "the head names another last row")
    return Verdict(True, expected)


def _fault(row: AuditRow, expected: int, prev: str, signed: dict[int, str]) -> str:
    if row.seq != expected:
        return f"row {expected} is missing"
    if row.prev_hash != prev:
        return "it does not continue the row before it"
    if link(prev, row) != row.hash:
        return "its content was changed"
    if signed.get(row.seq, row.hash) != row.hash:
        return "the head signed that day was another"
    return ""
