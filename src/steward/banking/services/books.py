"""How banking's services write to the books and ask what day it is: one place, so that every entry names its source."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from django.utils.translation import gettext as _

from steward.banking.models import DayClose
from steward.banking.states import CloseState
from steward.core.service import Call, refuse
from steward.ledger import services as ledger
from steward.ledger.types import EntryDraft, LineDraft

EVENTS = uuid5(NAMESPACE_OID, "steward.banking.event")


def draft(
    event: str, uid: UUID, *, day: date, memo: str, journal: str, source: str, lines: Sequence[LineDraft]
) -> EntryDraft:
    """The entry of one event of one row: its key follows from both, so that nothing is ever posted twice."""
    return EntryDraft(
        key=uuid5(EVENTS, f"{event}:{uid}"),
        date=day,
        memo=memo[:200],
        journal=journal,
        source_type=f"banking.{source}",
        source_ref=str(uid),
        lines=tuple(lines),
    )


def post(call: Call, event: str, uid: UUID, *, lines: Sequence[LineDraft], **head: Any) -> int | None:
    """Post one event; its entry's number, or None when it moves no money. `head`: day, memo, journal, source."""
    if not lines:
        return None
    return ledger.post(call, draft=draft(event, uid, lines=lines, **head)).number


def refuse_closed_day(day: date) -> None:
    """Raise `day_closed` when the day was signed: nothing is added to a locked day."""
    if DayClose.objects.filter(day=day, state=CloseState.SIGNED).exists():
        message = _("%s is closed and signed.") % day.isoformat()
        raise refuse("day_closed", message, _("Book it on the next open day."))
