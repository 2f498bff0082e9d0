"""Writing the log. Only ``core.service`` and the request's end call here; nobody edits a row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

from steward.core.audit.chain import link
from steward.core.audit.heads import keep, sign
from steward.core.audit.models import AuditHead, AuditRow, SignedHead
from steward.core.vault.keyring import keys_folder

if TYPE_CHECKING:
    from steward.core.service import Act, Call


def write_acts(call: Call, acts: Sequence[Act]) -> None:
    """Append one row an act, parents before children, inside the running transaction; takes the head's lock."""
    head = _head()
    for n, act in enumerate(acts, head.seq + 1):
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
    _append(head, rows)


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


def sign_head(call: Call) -> SignedHead | None:
    """Sign today's head once (the scheduler asks every hour); None while there is no row. A second call gives the
    first answer.

    Not a service: it writes no audit row, or signing would always be a row behind.
    """
    folder = keys_folder()
    with transaction.atomic():
        head = _head()
        done = SignedHead.objects.filter(day=call.today).first()
        if done is not None or head.seq == 0:
            return done
        made = sign(folder, call.today, head.seq, head.hash)
        row = SignedHead.objects.create(
            day=made.day, seq=made.seq, hash=made.hash, signature=made.signature, public_key=made.public_key
        )
        transaction.on_commit(lambda: keep(folder, made))
    return row


def _alone(call: Call, **values: Any) -> None:
    with transaction.atomic():
        head = _head()
        _append(head, [_row(call, head.seq + 1, **values)])


def _head() -> AuditHead:
    head = AuditHead.objects.select_for_update().filter(pk=1).first()
    if head is None:
        AuditHead.objects.bulk_create([AuditHead(pk=1)], ignore_conflicts=True)
        head = AuditHead.objects.select_for_update().get(pk=1)
    return head


def _row(call: Call, seq: int, *, decision: str = "allow", **values: Any) -> AuditRow:
    return AuditRow(
        seq=seq,
        at=call.now.astimezone(UTC),
        actor=call.user_id,
        actor_name=call.subject.name,
        on_behalf_of=call.on_behalf_of,
        session=call.session,
        address=call.address,
        channel=call.channel,
        decision=decision,
        **values,
    )


def _append(head: AuditHead, rows: Sequence[AuditRow]) -> None:
    prev = head.hash
    for row in rows:
        row.prev_hash, row.hash = prev, link(prev, row)
        prev = row.hash
    AuditRow.objects.bulk_create(rows)
    AuditHead.objects.filter(pk=1).update(seq=rows[-1].seq, hash=prev)
