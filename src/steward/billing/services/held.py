"""Asking a second person before the scrub is weakened. Who signs is in the approval rules (kinds ``code_edition``, ``scrub_off``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from steward.billing.models import HeldChange
from steward.billing.states import HeldKind
from steward.core.approvals import logic as approval
from steward.core.approvals import selectors as asked
from steward.core.approvals.services import request, subject
from steward.core.service import Call, note

APPROVALS = {HeldKind.EDITION.value: "code_edition", HeldKind.RULE.value: "scrub_off"}


def ask_second(
    call: Call, *, kind: HeldKind, fields: Mapping[str, Any], title: str, body: Mapping[str, Any], url: str
) -> HeldChange | None:
    """Put a change before the rules inside the caller's service; None when it may be done now (signed, or nobody is to sign).

    The same change asked again is the one that waits, and goes ahead once it is signed. Refuses what approvals refuse.
    """
    key = approval.fingerprint({"kind": kind.value, **fields})
    row = HeldChange.objects.select_for_update(of=("self",)).filter(key=key, done_at=None, ended_at=None).first()
    done = asked.latest(row.uid, APPROVALS[kind]) if row else None
    if row is None:
        row = HeldChange(kind=kind, key=key, title=title[:200], body=dict(body), asked_at=call.now, asked_by_id=call.user_id)
        row.save(force_insert=True)
    if done is None:
        done = request(call, about=row, subject=subject(call, APPROVALS[kind], dict(fields)), title=title, url=url)
    note(row, fields=["asked_at"])
    if not done.approved:
        return row
    row.done_at = call.now
    row.save(update_fields=["done_at"])
    return None
