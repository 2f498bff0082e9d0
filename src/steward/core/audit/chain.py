"""The chain: canonical form of a row, its hash, and the walk that names the first bad one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

from steward.core.audit.heads import Head, kept, public_key, strangers
from steward.core.audit.models import AuditHead, AuditRow, SignedHead
from steward.core.vault.keyring import keys_folder

GENESIS = "0" * 64


def link(prev: str, row: Any) -> str:
    """SHA-256 of the previous hash and the row's canonical JSON (UTC to the microsecond, keys sorted); ``row`` is an
    ``AuditRow`` or what will be one.
    """
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


def verify(
    rows: Iterable[AuditRow] | None = None, *, folder: Path | None = None, beyond: Iterable[Head] = ()
) -> Verdict:
    """Walk the whole chain: numbers without a gap, each hash from its row, the head, and every signed day's head.

    ``folder`` is where the key lies (the practice's own by default); ``beyond`` are heads kept elsewhere: a backup,
    a printed close.
    """
    place = folder or keys_folder()
    signed, fault = _signed(place, list(beyond))
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
    return Verdict(False, expected, fault[0], fault[1]) if fault else Verdict(True, expected)


def _signed(folder: Path, beyond: list[Head]) -> tuple[dict[int, str], tuple[int, str] | None]:
    """(row number -> hash that was signed, what is wrong with the heads themselves: row number and why)."""
    stored = [Head(s.day, s.seq, s.hash, s.signature, s.public_key) for s in SignedHead.objects.order_by("day")]
    key = public_key(folder)
    try:
        lines = kept(folder)
    except ValueError:
        return {h.seq: h.hash for h in stored}, (0, "the file of signed heads cannot be read")
    everywhere = stored + lines + beyond
    fault = next(
        (
            (h.seq, f"the signed head of {h.day} is not signed by this practice's key")
            for h in strangers(everywhere, key)
        ),
        None,
    )
    present = {(h.day, h.seq, h.hash) for h in stored}
    lost = next((h for h in lines if (h.day, h.seq, h.hash) not in present), None)
    if fault is None and lost is not None:
        fault = (lost.seq, f"the signed head of {lost.day} is gone from the database")
    return {h.seq: h.hash for h in everywhere if h.proves(key)}, fault


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
