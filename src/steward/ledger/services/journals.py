"""Journal entries by hand, and whole journals from files. A second person signs the one before it is posted, the other after.

A draft may stand unbalanced; its lines have no day and count nowhere. Submitting asks `core.approvals`; whoever signs last
posts. Whatever changes after submitting voids the request: it holds for what it was asked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from steward.core.access.separation import perform
from steward.core.approvals import logic as approval
from steward.core.approvals import selectors as asked
from steward.core.approvals.models import ApprovalRequest
from steward.core.approvals.services import decide, request, subject, withdraw
from steward.core.money import format_cents
from steward.core.refusals import Refusal, Refused, refuse
from steward.core.service import Call, note, service
from steward.ledger.logic.chain import body, seal
from steward.ledger.logic.entry import faults
from steward.ledger.logic.journal_file import DIMENSIONS, PARTIES, FileEntry, FileLine
from steward.ledger.models import Document, Entry, Line
from steward.ledger.posting import Hands, flip, resolve_lines, sealed_entry, take_head
from steward.ledger.services import resolve
from steward.ledger.services.documents import store_document
from steward.ledger.services.posting import from_guard, post_checked
from steward.ledger.types import EntryDraft, LineDraft, PostedMany

KIND = "journal"
MAY_WAIT = frozenset({"unbalanced", "entity_unbalanced", "lines", "no_source"})


@dataclass(frozen=True, slots=True)
class JournalState:
    """Where a manual entry stands: ``draft``, ``waiting`` for a signature, ``rejected``, or ``posted`` with its number."""

    uid: UUID
    state: str
    number: int | None = None


@service("ledger.draft_journal", "journal.write", says="drafted a journal entry")
def draft_journal(
    call: Call, *, uid: UUID, date: date, memo: str, lines: Sequence[LineDraft], document: Document | None = None
) -> Entry:
    """Write or rewrite a draft of one's own; ``uid`` is made by the form, so that saving twice writes once.

    Refuses what no later change could mend (accounts, amounts, dates, texts); an entry that does not balance yet may wait.
    """
    draft = EntryDraft(
        uid, date, memo.strip(), "manual", "document", f"voucher:{uid}", tuple(lines), document.pk if document else None
    )
    if wrong := [f for f in faults(draft, resolve.practice_entity()) if f.code not in MAY_WAIT]:
        raise Refused(*wrong)
    chart = resolve.read_chart(call, [draft])
    entry = _own_draft(call, uid) or Entry(uid=uid, state="draft", drafted_by_id=call.user_id)
    entry.date, entry.memo, entry.journal = draft.date, draft.memo, draft.journal
    entry.period_id = chart.periods[date.year, date.month]
    entry.source_type, entry.source_ref, entry.document = draft.source_type, draft.source_ref, document
    entry.save()
    entry.lines.all().delete()
    Line.objects.bulk_create(_line_row(entry, account, line) for account, line in resolve_lines(draft, chart))
    note(entry, fields=["date", "memo", "lines"])
    return entry


def _own_draft(call: Call, uid: UUID) -> Entry | None:
    entry = Entry.objects.select_for_update().filter(uid=uid).first()
    if entry is None:
        return None
    if entry.state != "draft":
        raise refuse("posted", _("Entry %s is posted.") % entry.number, _("Reverse it and enter it anew."))
    if entry.drafted_by_id != call.user_id:
        raise refuse("not_yours", _("Somebody else drafts this entry."), _("Enter your own."))
    return entry


def _line_row(entry: Entry, account: int, line: Sequence[Any]) -> Line:
    n, _code, cents, entity, site, department, provider, payer, party, party_role, item, memo = line
    return Line(
        entry=entry, n=n, date=None, account_id=account, cents=cents, entity_id=entity, site_id=site,
        department_id=department, provider_id=provider, payer_id=payer, party_id=party, party_role=party_role, item=item,
        memo=memo,
    )  # fmt: skip


@service("ledger.submit_journal", "journal.write", says="submitted a journal entry")
def submit_journal(call: Call, *, uid: UUID) -> JournalState:
    """Ask for the second signature; posts at once where the rules ask none. A draft without a document gets its own voucher.

    Refuses what ``post`` refuses, and what approvals refuse (``nobody`` can sign, ``no_rule``).
    """
    take_head()
    entry = _own_draft(call, uid)
    if entry is None:
        raise refuse("no_entry", _("There is no such draft."), _("Open it from the journal."))
    if entry.document_id is None:
        entry.document = store_document(call, content=_voucher(entry), name=f"voucher-{entry.uid}.txt")
        entry.save(update_fields=["document"])
    draft = as_draft(entry)
    if wrong := faults(draft, resolve.practice_entity()):
        raise Refused(*wrong)
    resolve.read_chart(call, [draft])  # the period and accounts must still take it
    perform(call, "enter_journal", entry)
    title = _("Journal entry of %(day)s: %(memo)s") % {"day": entry.date.isoformat(), "memo": entry.memo}
    row = request(
        call, about=entry, subject=_subject(call, entry, draft), title=title, url=f"/ledger/journal/{entry.uid}/"
    )
    note(entry)
    return _settled(call, entry, row)


@service("ledger.sign_journal", "approval.decide", says="decided on a journal entry")
def sign_journal(call: Call, *, uid: UUID, approve: bool, comment: str = "") -> JournalState:
    """The second person's yes (which posts) or no (which hands it back). Refuses what ``approvals.decide`` refuses,
    and ``changed`` when the entry is not what was asked about.
    """
    take_head()
    entry = Entry.objects.select_for_update().filter(uid=uid).first()
    row = asked.latest(uid, KIND) if entry is not None else None
    if entry is None or row is None:
        raise refuse("no_entry", _("Nothing waits under this name."), _("Open it from the journal."))
    if entry.state == "posted":
        return _reviewed(call, entry, row, approve, comment)
    if row.fingerprint != _subject(call, entry, as_draft(entry)).fingerprint:
        raise refuse("changed", _("The entry was changed after it was submitted."), _("Have it submitted again."))
    if approve:
        perform(call, "approve_journal", entry)
    row = decide(call, request=row, approve=approve, comment=comment)
    note(entry, reason=comment)
    return _settled(call, entry, row)


def _reviewed(call: Call, entry: Entry, row: ApprovalRequest, approve: bool, comment: str) -> JournalState:
    """The answer to a reversal, which stands already: read by a second person afterwards, like a posted file."""
    if row.waiting:
        if approve:
            perform(call, "approve_journal", entry)
        decide(call, request=row, approve=approve, comment=comment)
        note(entry, reason=comment)
    return JournalState(entry.uid, "posted", entry.number)


@service("ledger.discard_journal", "journal.write", says="discarded a draft")
def discard_journal(call: Call, *, uid: UUID) -> JournalState:
    """Throw one's own draft away, with its request. Posted entries are reversed instead."""
    entry = _own_draft(call, uid)
    if entry is not None:
        row = asked.latest(uid, KIND)
        if row is not None and row.waiting:
            withdraw(call, request=row)
        note(entry)
        entry.lines.all().delete()
        entry.delete()
    return JournalState(uid, "discarded")


def _settled(call: Call, entry: Entry, row: ApprovalRequest) -> JournalState:
    if row.approved:
        return JournalState(entry.uid, "posted", _post(call, entry))
    return JournalState(entry.uid, "waiting" if row.waiting else "rejected")


def _subject(call: Call, entry: Entry, draft: EntryDraft) -> approval.Subject:
    debits = sum(line.cents for line in draft.lines if line.cents > 0)
    return subject(
        call, KIND, {"body": _digest(draft)}, amount_cents=debits,
        parties=(("preparer", entry.drafted_by_id),) if entry.drafted_by_id else (),
    )  # fmt: skip


def _digest(draft: EntryDraft) -> str:
    lines = [[getattr(line, name) for name in LineDraft.__dataclass_fields__] for line in draft.lines]
    return hashlib.sha256(body(draft.date, draft.memo, lines).encode()).hexdigest()


def _voucher(entry: Entry) -> bytes:
    """The typed entry itself as a paper: what was entered, when it was submitted for the first time."""
    rows = [f"Journal voucher {entry.uid}", f"{entry.date.isoformat()}  {entry.memo}", ""]
    rows += [
        f"{line.n:>3}  {line.account.code:<16} {format_cents(line.cents, true_minus=False):>16}  {line.memo}"
        for line in entry.lines.select_related("account").order_by("n")
    ]
    return ("\n".join(rows) + "\n").encode()


def as_draft(entry: Entry) -> EntryDraft:
    """The stored draft as the value that posting understands. One query."""
    lines = tuple(
        LineDraft(
            account=row.account.code, cents=row.cents, entity=row.entity_id, site=row.site_id, department=row.department_id,
            provider=row.provider_id, payer=row.payer_id, party=row.party_id, party_role=row.party_role, item=row.item,
            memo=row.memo,
        )
        for row in entry.lines.select_related("account").order_by("n")
    )  # fmt: skip
    return EntryDraft(
        entry.uid, entry.date, entry.memo, entry.journal, entry.source_type, entry.source_ref, lines, entry.document_id
    )


def _post(call: Call, entry: Entry) -> int:
    """Flip a stored draft. The head is locked already; ``posted_by`` is whoever's act completed it."""
    draft = as_draft(entry)
    chart = resolve.read_chart(call, [draft])
    last, prev = take_head()
    approver = call.user_id if call.user_id != entry.drafted_by_id else None
    hands = Hands(entry.drafted_by_id, approver, call.user_id, call.now)
    sealed = [line for _account, line in resolve_lines(draft, chart)]
    digest = seal(prev, sealed_entry(draft, last + 1, chart, hands), sealed)
    try:
        entry.lines.update(date=entry.date)
        with connection.cursor() as cursor:
            flip(cursor, [(entry.pk, last + 1, prev, digest)], hands)
    except DatabaseError as error:
        raise from_guard(error)
    return last + 1


@service("ledger.post_batch", "journal.write", says="posted a journal file")
def post_batch(call: Call, *, entries: Sequence[FileEntry], content: bytes, name: str) -> PostedMany:
    """Post a file's entries, all or nothing; the file is their source document and a second person reviews it afterwards.

    An entry whose key was posted before with the same body counts as duplicate; with another body the whole file is refused.
    """
    take_head()
    document = store_document(call, content=content, name=name)
    drafts = _drafts(entries, document)
    try:
        results = post_checked(call, drafts, Hands(call.user_id, None, call.user_id, call.now)) if drafts else []
    except Refused as refused:
        raise Refused(*(_placed(fault, entries) for fault in refused.refusals)) from refused
    new = [p.number for p in results if not p.duplicate]
    first, last = (new[0], new[-1]) if new else (None, None)
    if new:
        _ask_review(call, document, drafts, len(new))
    note(document, refs=[f"entry:{first}..{last}"] if new else ["entry:none"])
    return PostedMany(len(new), len(results) - len(new), first, last, tuple(p.id for p in results))


def _placed(fault: Refusal, entries: Sequence[FileEntry]) -> Refusal:
    """The refusal as whoever wrote the file reads it: the entry by its place and its own key, never by the uid made of it."""
    n, entry = next(((n, e) for n, e in enumerate(entries, 1) if _is_about(fault, e, len(entries))), (0, None))
    if entry is None:
        return fault
    key, said = str(entry.key), fault.message.removeprefix(f"Entry {n} ({entry.key}): ")
    return replace(fault, message=f"Entry {n} ({entry.ref}): {said.replace(key, entry.ref)}")


def _is_about(fault: Refusal, entry: FileEntry, count: int) -> bool:
    """Whether a refusal is this entry's: it names the uid, an account or a month of it, or there is no other."""
    if count == 1 or str(entry.key) in fault.message:
        return True
    if fault.code in ("no_period", "period_locked", "period_soft"):
        return f" {entry.date:%Y-%m} " in f"{fault.message} ".replace(".", " ")
    if fault.code in ("unknown_account", "account_closed"):
        return any(f" {line.account} " in fault.message.replace(".", " ") + " " for line in entry.lines)
    return False


def _ask_review(call: Call, document: Document, drafts: Sequence[EntryDraft], count: int) -> None:
    perform(call, "enter_journal", document)
    debits = sum(line.cents for draft in drafts for line in draft.lines if line.cents > 0)
    what = subject(
        call, KIND, {"document": document.sha256}, amount_cents=debits, attributes={"after": "posting"},
        parties=(("preparer", call.user_id),) if call.user_id else (),
    )  # fmt: skip
    title = _("Review of %(count)s entries posted from %(name)s") % {"count": count, "name": document.name}
    request(call, about=document, subject=what, title=title, url=f"/ledger/documents/{document.uid}/")


def _drafts(entries: Sequence[FileEntry], document: Document) -> list[EntryDraft]:
    known = _known_dimensions(entries)
    codes = set(resolve.account_codes())
    return [
        EntryDraft(
            entry.key, entry.date, entry.memo.strip(), "import", "document", f"{document.sha256[:16]}:{entry.key}",
            tuple(_line(line, known, codes) for line in entry.lines), document.pk,
        )
        for entry in entries
    ]  # fmt: skip


def _line(line: FileLine, known: dict[tuple[str, object], int], codes: set[str]) -> LineDraft:
    dims = {name: known[name, ref] for name, ref in line.dims if name in DIMENSIONS}
    party = next(((name, known[name, ref]) for name, ref in line.dims if name in PARTIES), ("", None))
    named: dict[str, Any] = {"account": line.account} if line.account in codes else {"role": line.account}
    return LineDraft(
        cents=line.cents,
        party=party[1],
        party_role=party[0],
        item=line.item,
        memo=line.memo,
        **named,
        **dims,  # type: ignore[arg-type]
    )


def _known_dimensions(entries: Sequence[FileEntry]) -> dict[tuple[str, object], int]:
    wanted = {dim for entry in entries for line in entry.lines for dim in line.dims}
    known = resolve.dimensions(wanted)
    for name, ref in sorted(wanted - set(known), key=str):
        message = _("There is no %(name)s %(ref)s.") % {"name": name, "ref": ref}
        raise refuse("unknown_dimension", message, _("Give its code, its uid or its number."), field=name)
    return known
