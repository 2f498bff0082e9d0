"""How billing writes to the books: one place, so that every entry names its source and has a key of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import NAMESPACE_OID, UUID, uuid5

from steward.billing.postings import Posting
from steward.core.service import Call
from steward.ledger import services as ledger
from steward.ledger.types import EntryDraft, LineDraft

EVENTS = uuid5(NAMESPACE_OID, "steward.billing.event")


def draft(
    event: str, uid: UUID, *, day: date, memo: str, journal: str, source: str, lines: Sequence[LineDraft]
) -> EntryDraft:
    """The entry of one event of one row; its key follows from both, so that nothing is ever posted twice."""
    key = uuid5(EVENTS, f"{event}:{uid}")
    return EntryDraft(key, day, memo[:200], journal, f"billing.{source}", str(uid), tuple(lines))


def post(
    call: Call, event: str, uid: UUID, *, posting: Posting, day: date, memo: str, journal: str, source: str
) -> list[int]:
    """Post every sheet of an event; the numbers of its entries, none when no money moves."""
    drafts = [
        draft(f"{event}:{n}" if n else event, uid, day=day, memo=memo, journal=journal, source=source, lines=sheet)
        for n, sheet in enumerate(posting.sheets)
    ]
    return post_drafts(call, drafts)


def post_drafts(call: Call, drafts: Sequence[EntryDraft]) -> list[int]:
    """Post new drafts in their order; their numbers, one a draft."""
    if not drafts:
        return []
    done = ledger.post_many(call, drafts=drafts)
    if done.duplicate or done.first_number is None or done.last_number is None:
        raise RuntimeError("an event of billing is posted once")
    return list(range(done.first_number, done.last_number + 1))


def undo(call: Call, numbers: Sequence[int], *, reason: str) -> list[int]:
    """Reverse entries, the last first; the numbers of the reversals in that order."""
    return [
        ledger.reverse(call, number=number, date=call.today, reason=reason[:150]).number for number in reversed(numbers)
    ]
