"""Remittances: each ST of an 835 posted once, held with its reason, released, or taken back.

Balance is checked before payee. A remittance that does not balance moves nothing; one for another payee, of an unknown
payer, or sent again with other contents waits for a person with its bytes kept.
"""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _

from steward.banking.services.deposits import Expected, cancel_expected, expect
from steward.billing.logic.remittance import Remittance as Read
from steward.billing.logic.remittance import identity, parse, problems
from steward.billing.models import Remittance, RemittanceClaim, WorkItem
from steward.billing.selectors import payers as ask
from steward.billing.selectors.source import read_again
from steward.billing.services import books
from steward.billing.services.answers import post_read
from steward.billing.services.work import close_for, open_work, reopen
from steward.billing.states import Hold, RemittanceState, WorkKind
from steward.billing.types import RemittanceResult
from steward.core.access.separation import perform
from steward.core.clock import local_day, practice_zone
from steward.core.files.models import StoredFile
from steward.core.files.services import store
from steward.core.ids import new_uid
from steward.core.service import Call, note, refuse, service
from steward.insurance.models import Payer
from steward.registry.models import Entity

LIVE = (RemittanceState.POSTED, RemittanceState.HELD)
READ = "remittance.read"
_HOLD_WORK = {Hold.PAYEE: WorkKind.HELD_PAYEE, Hold.PAYER: WorkKind.HELD_PAYER, Hold.REISSUE: WorkKind.REISSUE}


@service("billing.import_remittance", "remittance.post", says="imported a remittance")
def import_remittance(
    call: Call, *, content: bytes, name: str, position: int = 0, read: Read | None = None, payer: Payer | None = None,
    entity: Entity | None = None,
) -> RemittanceResult:  # fmt: skip
    """Import the ``position``-th 835 of a file: post it, hold it, or say why not; the same contents again: duplicate.

    ``payer`` and ``entity`` are named by whoever knows them better than the file (a paper typed by hand).

    ``read`` is what ``logic.remittance.parse`` gave for that position, if the caller has it. Raises X12Error for bytes
    that are no 835; what the books refuse (``no_period``, ``period_locked``...) is raised and nothing is kept.
    """
    read = read or parse(content)[position]
    again = Remittance.objects.filter(content_hash=read.content_hash, state__in=LIVE).first()
    if again is not None:
        note(again)
        return _duplicate(again)
    file = store(call, data=content, name=name, capability=READ)
    faults = problems(read)
    if faults:
        return _refused(call, read, file, position, tuple((f.code, _placed(f), f.fix) for f in faults))
    row = _row(call, read, file, position)
    row.payer, row.entity = payer or row.payer, entity or row.entity
    hold, why = _hold(read, row)
    row.state, row.hold = (RemittanceState.HELD, hold) if hold else (RemittanceState.HELD, Hold.BOOKS)
    if not _insert(row):
        return _duplicate(Remittance.objects.get(content_hash=read.content_hash, state__in=LIVE))
    row = Remittance.objects.get(uid=row.uid)
    note(row)
    if hold:
        return _held(call, row, why)
    return _post(call, row, read)


def _placed(fault: object) -> str:
    segment, loop = getattr(fault, "segment", 0), getattr(fault, "loop", "")
    place = f" (segment {segment}, loop {loop})" if segment else ""
    return f"{getattr(fault, 'message', '')}{place}"


def _duplicate(row: Remittance) -> RemittanceResult:
    message = _("Remittance %(trace)s was imported before, on %(day)s.") % {
        "trace": row.trace, "day": local_day(row.imported_at, practice_zone()).isoformat()}  # fmt: skip
    return RemittanceResult(row.trace, "duplicate", 0, row.uid, (("duplicate", message, _("Nothing is left to do.")),))


def _row(call: Call, read: Read, file: StoredFile, position: int) -> Remittance:
    payer, _looked = ask.payer_of(read)
    return Remittance(
        uid=new_uid(), file=file, position=position, payer=payer, entity=ask.payee_of(read),
        payer_name=read.payer_name[:200], payee_name=read.payee_name[:200], payee_id=read.payee_id[:80],
        trace=read.trace[:80], paid_cents=read.paid_cents, paid_on=read.paid_on, method=read.method[:3],
        claim_count=len(read.claims), identity=identity(read).as_text()[:400], content_hash=read.content_hash,
        imported_at=call.now, imported_by_id=call.user_id,
    )  # fmt: skip


def _insert(row: Remittance) -> bool:
    """Whether this import is the one: the unique contents let one of many through, the others wait and see it."""
    Remittance.objects.bulk_create([row], ignore_conflicts=True)
    return Remittance.objects.filter(uid=row.uid).exists()


def _hold(read: Read, row: Remittance) -> tuple[str, str]:
    if row.entity is None:
        name = f"{read.payee_name} {read.payee_id}".strip()
        return Hold.PAYEE, _("It pays %s, which is not one of your entities.") % (name or _("nobody named"))
    if row.payer is None:
        _payer, looked = ask.payer_of(read)
        return Hold.PAYER, _("No single payer is known by %s.") % looked
    if read.credit_debit == "D" and read.paid_cents:
        return Hold.DEBIT, _("The payer takes this money from your account instead of paying it.")
    same = Remittance.objects.filter(identity=row.identity, state__in=LIVE).exclude(content_hash=row.content_hash)
    if read.paid_cents and same.exists():
        return Hold.REISSUE, _("The same payment was imported before with other contents.")
    return "", ""


def _held(call: Call, row: Remittance, why: str) -> RemittanceResult:
    code = f"held_{row.hold}"
    problem = (code, why, _FIXES[Hold(row.hold)])
    row.problems = [list(problem)]
    row.save(update_fields=["problems"])
    kind = _HOLD_WORK.get(Hold(row.hold), WorkKind.REVIEW)
    open_work(call, [{"kind": kind, "reason": why[:300], "amount_cents": row.paid_cents, "remittance": row,
                      "due": call.today}])  # fmt: skip
    return RemittanceResult(row.trace, "held", 0, row.uid, (problem,))


_FIXES = {
    Hold.PAYEE: "Add the payee's NPI or tax number to your entity and release it, or dismiss it.",
    Hold.PAYER: "Add the payer or its tax number, then release it and name the payer.",
    Hold.REISSUE: "Compare both. Take the first back and release this one, or dismiss this one.",
    Hold.DEBIT: "Match the withdrawal on the bank statement by hand, then dismiss it.",
    Hold.BOOKS: "Open the period, then release it.",
}


def _refused(
    call: Call, read: Read, file: StoredFile, position: int, found: tuple[tuple[str, str, str], ...]
) -> RemittanceResult:
    """Nothing of it is posted; the row says why and asks for a person once, however often it comes."""
    row = Remittance.objects.filter(content_hash=read.content_hash, state=RemittanceState.REFUSED).first()
    if row is None:
        row = _row(call, read, file, position)
        row.state, row.problems = RemittanceState.REFUSED, [list(one) for one in found[:50]]
        row.save(force_insert=True)
        open_work(call, [{"kind": WorkKind.REFUSED, "reason": found[0][1][:300], "amount_cents": row.paid_cents,
                          "remittance": row, "due": call.today}])  # fmt: skip
    note(row)
    return RemittanceResult(row.trace, "refused", 0, row.uid, found)


def _post(call: Call, row: Remittance, read: Read) -> RemittanceResult:
    """Post a live row: lines, answers, work, and the bank line to expect."""
    perform(call, "post_payment", row)
    row.entries = post_read(call, row, read)
    row.state, row.hold, row.problems, row.posted_at = RemittanceState.POSTED, "", [], call.now
    row.save()
    cents = 0 if read.is_prenotification else read.paid_cents
    if cents and row.method != "CHK" and row.entity_id:
        expect(call, expected=Expected("eft", row.trace, cents, row.paid_on or call.today, "eft_in_transit", row.item,
                                       row.entity_id, row.payer_name))  # fmt: skip
    return RemittanceResult(row.trace, "posted", cents, row.uid)


@service("billing.release_remittance", "remittance.release", says="released a held remittance")
def release_remittance(
    call: Call, *, remittance: Remittance, payer: Payer | None = None, entity: Entity | None = None
) -> RemittanceResult:
    """Post a held remittance. ``payer`` and ``entity`` say what the file could not; else it is looked up again.

    Refuses ``not_held``, ``payee`` and ``payer`` while they are still unknown.
    """
    row = Remittance.objects.select_for_update(of=("self",)).get(pk=remittance.pk)
    if row.state != RemittanceState.HELD:
        raise refuse("not_held", _("This remittance is not held."), _("Nothing is left to do."))
    read = read_again(row)
    row.entity = entity or row.entity or ask.payee_of(read)
    row.payer = payer or row.payer or ask.payer_of(read)[0]
    if row.entity is None:
        raise refuse("payee", _("Its payee is not one of your entities."), _FIXES[Hold.PAYEE], field="entity")
    if row.payer is None:
        raise refuse("payer", _("Its payer is not known."), _FIXES[Hold.PAYER], field="payer")
    close_for(call, WorkItem.objects.filter(remittance=row), _("Released"))
    note(row, fields=["state"])
    return _post(call, row, read)


@service("billing.dismiss_remittance", "remittance.release", says="dismissed a held remittance")
def dismiss_remittance(call: Call, *, remittance: Remittance, reason: str) -> Remittance:
    """Put a held remittance away for ever: it was not ours. Refuses ``not_held`` and ``no_reason``."""
    row = Remittance.objects.select_for_update(of=("self",)).get(pk=remittance.pk)
    if row.state != RemittanceState.HELD:
        raise refuse("not_held", _("This remittance is not held."), _("Nothing is left to do."))
    return _end(call, row, reason)


@service("billing.undo_remittance", "remittance.release", says="took a remittance back")
def undo_remittance(call: Call, *, remittance: Remittance, reason: str) -> Remittance:
    """Reverse every entry of a posted remittance and of what was matched from it later: each balance is as before.

    Refuses ``not_posted``, ``no_reason``, ``matched`` once the bank has shown its money.
    """
    row = Remittance.objects.select_for_update(of=("self",)).get(pk=remittance.pk)
    if row.state != RemittanceState.POSTED:
        raise refuse("not_posted", _("This remittance is not posted."), _("Nothing is left to do."))
    if not reason.strip():
        raise refuse("no_reason", _("Taking a remittance back needs a reason."), _("Say why."), field="reason")
    answers = RemittanceClaim.objects.filter(remittance=row).exclude(later_entries=[])
    later = [number for entries in answers.values_list("later_entries", flat=True) for number in entries]
    books.undo(call, [*row.entries, *later], reason=_("Remittance %s taken back") % row.trace)
    cancel_expected(call, item=row.item)
    RemittanceClaim.objects.filter(remittance=row).update(live=False)
    reopen(WorkItem.objects.filter(settled_by=row).exclude(remittance=row))
    return _end(call, row, reason)


def _end(call: Call, row: Remittance, reason: str) -> Remittance:
    if not reason.strip():
        raise refuse("no_reason", _("This needs a reason."), _("Say why."), field="reason")
    row.state, row.hold, row.undone_at, row.undo_reason = RemittanceState.UNDONE, "", call.now, reason.strip()[:200]
    row.save(update_fields=["state", "hold", "undone_at", "undo_reason"])
    close_for(call, WorkItem.objects.filter(Q(remittance=row) | Q(answer__remittance=row)), reason)
    note(row, fields=["state"], reason=reason)
    return row
