"""Posting: one entry, many entries, the reversal of one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from uuid import NAMESPACE_OID, UUID, uuid5

from django.db import DatabaseError
from django.utils.translation import gettext as _

from steward.core.refusals import Refusal, Refused, refuse
from steward.core.service import Call, note, service
from steward.ledger.logic.entry import faults
from steward.ledger.models import Entry
from steward.ledger.posting import Hands, insert_posted, take_head
from steward.ledger.services import resolve
from steward.ledger.types import EntryDraft, Posted, PostedMany

REVERSALS = uuid5(NAMESPACE_OID, "steward.ledger.reversal")
_GUARD = re.compile(r"ledger\.(\w+): ([^\n]*)")


@service("ledger.post", "journal.write", says="posted an entry")
def post(call: Call, *, draft: EntryDraft) -> Posted:
    """Post one entry at once. Its key seen before with the same body gives the first posting, ``duplicate`` True.

    Refuses ``unbalanced``, ``entity_unbalanced``, ``cents``, ``lines``, ``account``, ``unknown_account``,
    ``account_closed``, ``no_source``, ``no_period``, ``period_soft``, ``period_locked``, ``key_reused`` and more,
    all of an entry's faults together.
    """
    posted = post_checked(call, [draft], Hands(call.user_id, None, call.user_id, call.now))[0]
    note(Entry(id=posted.id, uid=posted.key), refs=[f"entry:{posted.number}"])
    return posted


@service("ledger.post_many", "journal.write", says="posted a batch of entries")
def post_many(call: Call, *, drafts: Sequence[EntryDraft]) -> PostedMany:
    """Post a batch, all or nothing, in its order: numbers reserved once, one audit row naming their range."""
    if not drafts:
        return PostedMany(0, 0, None, None)
    results = post_checked(call, drafts, Hands(call.user_id, None, call.user_id, call.now))
    new = [p.number for p in results if not p.duplicate]
    first, last = (new[0], new[-1]) if new else (None, None)
    note(refs=[f"entry:{first}..{last}"] if new else ["entry:none"])
    return PostedMany(len(new), len(results) - len(new), first, last, tuple(p.id for p in results))


@service("ledger.reverse", "journal.reverse", says="reversed an entry")
def reverse(call: Call, *, number: int, date: date, reason: str) -> Posted:
    """Post the mirror of entry ``number`` on ``date``, once and linked to it. For rooms, inside their own services: they know
    what else the entry means. People go through ``undo.reverse_entry``.

    Refuses ``no_entry``, ``reversed`` (with the number that reversed it), ``reversal_date`` before the original,
    ``no_reason``, and what ``post`` refuses.
    """
    reason = reason.strip()
    if not reason:
        raise refuse("no_reason", _("A reversal needs a reason."), _("Say why the entry is undone."), field="reason")
    take_head()  # first lock; also keeps two people from reversing the same entry at once
    original = Entry.objects.filter(number=number, state="posted").select_related("reversed_by").first()
    if original is None:
        raise refuse("no_entry", _("There is no entry %s.") % number, _("Look it up in the journal."), field="number")
    earlier = Entry.objects.filter(reverses=original).first()
    if earlier is not None:
        message = _("Entry %(number)s was reversed before, by entry %(by)s.") % {"number": number, "by": earlier.number}
        raise refuse("reversed", message, _("Post a new entry for what is to stand."), field="number")
    if date < original.date:
        message = _("Entry %(number)s is of %(day)s.") % {"number": number, "day": original.date.isoformat()}
        raise refuse("reversal_date", message, _("Date the reversal on that day or later."), field="date")
    posted = post_checked(call, [_mirror(original, date, reason)], Hands(call.user_id, None, call.user_id, call.now))[0]
    note(Entry(id=original.pk, uid=original.uid), refs=[f"entry:{posted.number}"], reason=reason)
    return posted


def _mirror(original: Entry, day: date, reason: str) -> EntryDraft:
    lines = original.lines.select_related("account").order_by("n")
    return EntryDraft(
        key=uuid5(REVERSALS, str(original.uid)), date=day, memo=f"Reversal of {original.number}: {reason}"[:200],
        journal=original.journal, source_type="ledger.entry", source_ref=str(original.uid),
        lines=resolve.mirrored(lines), document=original.document_id, reverses=original.pk,
    )  # fmt: skip


def post_checked(call: Call, drafts: Sequence[EntryDraft], hands: Hands) -> list[Posted]:
    """Check, lock the head, and post those not posted before; one Posted a draft, in order.

    The one way to a posted row in Python. Runs inside a service; the guards have the last word.
    """
    _refuse_faults(drafts)
    head = take_head()
    before = resolve.posted_before(drafts)
    new = _fresh(drafts, before)
    chart = resolve.read_chart(call, new, [d for d in drafts if d.key in before])
    if before:
        resolve.refuse_other_bodies(drafts, before, chart)
    try:
        rows = insert_posted(new, chart, hands, head) if new else []
    except DatabaseError as error:
        raise from_guard(error)
    posted = {d.key: Posted(*row[:2], d.key, row[2]) for d, row in zip(new, rows, strict=True)}
    results, seen = [], set(before)
    for draft in drafts:
        results.append(before[draft.key] if draft.key in before else _again(posted[draft.key], draft.key in seen))
        seen.add(draft.key)
    return results


def _again(posted: Posted, seen: bool) -> Posted:
    return Posted(posted.id, posted.number, posted.key, posted.hash, duplicate=seen)


def _refuse_faults(drafts: Sequence[EntryDraft]) -> None:
    entity = resolve.practice_entity()
    problems: list[Refusal] = []
    for n, draft in enumerate(drafts, 1):
        for fault in faults(draft, entity):
            where = f"Entry {n} ({draft.key}): " if len(drafts) > 1 else ""
            problems.append(Refusal(fault.code, where + fault.message, fault.fix, fault.field))
        if len(problems) > 50:
            break
    if problems:
        raise Refused(*problems)


def _fresh(drafts: Sequence[EntryDraft], before: dict[UUID, Posted]) -> list[EntryDraft]:
    """Drafts to post: not posted before, each key once; the same key with two contents in one batch is refused."""
    new: dict[UUID, EntryDraft] = {}
    for draft in drafts:
        if draft.key in before:
            continue
        twin = new.setdefault(draft.key, draft)
        if twin is not draft and (twin.date, twin.memo, twin.lines) != (draft.date, draft.memo, draft.lines):
            message = _("Key %s stands on two different entries of this batch.") % draft.key
            raise refuse("key_reused", message, _("Give each entry a key of its own."))
    return list(new.values())


def from_guard(error: DatabaseError) -> Exception:
    """The database's refusal as ours when a guard spoke; the error itself otherwise."""
    found = _GUARD.search(str(error))
    if found is None:
        return error
    fix = _("Nothing was posted. Look at the entry and post it again; if it looks right, ask support.")
    return refuse(f"guard_{found[1]}", found[2].strip().capitalize() + ".", fix)
