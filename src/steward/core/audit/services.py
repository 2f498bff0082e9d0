"""Writing the log. Only ``core.service`` and the request's end call here; nobody edits a row.

Plain SQL: every commit of the house passes through here, and the ORM's own time was a quarter of a post's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection, transaction

from steward.core.audit.chain import link
from steward.core.audit.heads import keep, sign
from steward.core.audit.models import AuditHead, AuditRow, SignedHead
from steward.core.clock import day_bounds
from steward.core.sql import insert, instant, json, query, uid
from steward.core.vault.keyring import keys_folder

if TYPE_CHECKING:
    from steward.core.service import Act, Call


def write_acts(call: Call, acts: Sequence[Act]) -> None:
    """Append one row an act, parents before children, inside the running transaction; takes the head's lock."""
    seq, prev = _head()
    for n, act in enumerate(acts, seq + 1):
        act.seq = n
    rows = [
        _row(
            call,
            act.seq or 0,
            action=act.name,
            capability=act.capability,
            object_type=act.object_type,
            object_uid=act.object_uid,
            refs=act.refs,
            fields=sorted(set(act.fields)),
            reason=act.reason,
            parent=act.parent.seq if act.parent else None,
        )
        for act in acts
    ]
    _append(prev, rows)


def record_denial(call: Call, action: str, capability: str, obj: Any, reason: str) -> None:
    """One row in a transaction of its own: the refused act is rolled back, that it was tried is not."""
    uid = getattr(obj, "uid", None)
    kind = obj._meta.label_lower if uid is not None and hasattr(obj, "_meta") else ""
    _alone(
        call,
        action=action,
        capability=capability,
        decision="deny",
        object_type=kind,
        object_uid=uid,
        reason=reason[:400],
    )


def record_read(call: Call, action: str, object_type: str, uids: Iterable[UUID | str], *, reason: str = "") -> None:
    """One row a request for what was shown, searched, printed or exported, listing the uids."""
    _alone(call, action=action, object_type=object_type, refs=sorted({str(u) for u in uids}), reason=reason[:400])


def record_event(
    call: Call, action: str, *, obj: Any = None, fields: Iterable[str] = (), reason: str = "", decision: str = "allow"
) -> None:
    """One row for what is no service of ours (signing in, allauth's own acts), in a transaction of its own."""
    uid = getattr(obj, "uid", None)
    kind = obj._meta.label_lower if uid is not None else ""
    _alone(
        call,
        action=action,
        object_type=kind,
        object_uid=uid,
        fields=sorted(set(fields)),
        reason=reason[:400],
        decision=decision,
    )


def sign_head(call: Call, *, day: date | None = None) -> SignedHead | None:
    """Sign a day's head once (today's; of a ``day`` that is over, its last row); None while there is no row. A second
    call gives the first answer.

    Not a service: it writes no audit row, or signing would always be a row behind.
    """
    folder, day = keys_folder(), day or call.today
    with transaction.atomic():
        seq, last = _head()
        done = SignedHead.objects.filter(day=day).first()
        if done is None and day < call.today:
            seq, last = _last_of(day, call)
        if done is not None or seq == 0:
            return done
        made = sign(folder, day, seq, last)
        row = SignedHead.objects.create(
            day=made.day, seq=made.seq, hash=made.hash, signature=made.signature, public_key=made.public_key
        )
        transaction.on_commit(lambda: keep(folder, made))
    return row


def _last_of(day: date, call: Call) -> tuple[int, str]:
    """Number and hash of the last row written up to a day's end, on the practice's wall; (0, "") when there is none."""
    _start, end = day_bounds(day, call.clock.zone)
    found = AuditRow.objects.filter(at__lt=end).order_by("-seq").values_list("seq", "hash").first()
    return found or (0, "")


def _alone(call: Call, **values: Any) -> None:
    with transaction.atomic():
        seq, prev = _head()
        _append(prev, [_row(call, seq + 1, **values)])


def _head() -> tuple[int, str]:
    """The last row's number and hash, locked until the transaction ends (SQLite's IMMEDIATE is itself the lock)."""
    text = "SELECT seq, hash FROM core_audithead WHERE id = 1"
    if connection.vendor == "postgresql":
        text += " FOR UPDATE"
    found = query(text)
    if not found:
        AuditHead.objects.bulk_create([AuditHead(pk=1)], ignore_conflicts=True)
        found = query(text)
    return found[0][0], found[0][1]


@dataclass(slots=True)
class _Row:
    """A row to be written; the names are ``AuditRow``'s, in the order of ``_COLUMNS``."""

    seq: int
    at: datetime
    actor: int | None
    actor_name: str
    on_behalf_of: int | None
    session: str
    address: str
    channel: str
    action: str
    capability: str = ""
    decision: str = "allow"
    object_type: str = ""
    object_uid: UUID | None = None
    refs: list[str] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)
    reason: str = ""
    parent: int | None = None


_COLUMNS = (
    "seq", "at", "actor", "actor_name", "on_behalf_of", "session", "address", "channel", "action", "capability",
    "decision", "object_type", "object_uid", "refs", "fields", "reason", "parent", "prev_hash", "hash",
)  # fmt: skip


def _row(call: Call, seq: int, **values: Any) -> _Row:
    return _Row(
        seq=seq,
        at=call.now.astimezone(UTC),
        actor=call.user_id,
        actor_name=call.subject.name,
        on_behalf_of=call.on_behalf_of,
        session=call.session,
        address=call.address,
        channel=call.channel,
        **values,
    )


def _append(prev: str, rows: Sequence[_Row]) -> None:
    values = []
    for row in rows:
        new = link(prev, row)
        values.append((
            row.seq, instant(row.at), row.actor, row.actor_name, row.on_behalf_of, row.session, row.address, row.channel,
            row.action, row.capability, row.decision, row.object_type, row.object_uid and uid(row.object_uid),
            json(row.refs), json(row.fields), row.reason, row.parent, prev, new,
        ))  # fmt: skip
        prev = new
    with connection.cursor() as cursor:
        insert(cursor, "core_auditrow", _COLUMNS, values)
        cursor.execute("UPDATE core_audithead SET seq = %s, hash = %s WHERE id = 1", [rows[-1].seq, prev])
