"""What the card processor reports of its payouts: proved, booked at once, undone whole; and its terms."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from steward.banking import postings
from steward.banking.logic.processor_csv import Movement, PayoutRead
from steward.banking.models import CardTerms, Payout, PayoutLine, Receipt, Settlement
from steward.banking.postings import Where
from steward.banking.selectors.payouts import Known, known, waiting
from steward.banking.services.books import post
from steward.banking.services.deposits import Expected, cancel_expected, expect
from steward.banking.states import MovementKind
from steward.core.ids import new_uid
from steward.core.money import format_cents
from steward.core.service import Call, note, refuse, service
from steward.ledger import services as ledger
from steward.registry.models import Entity

RESERVE_ACCOUNT = "1190"
"""Other receivables: what a processor holds back stays ours."""


@service("banking.set_card_terms", "bank.import", says="noted the card processor's terms")
def set_card_terms(
    call: Call, *, entity: Entity, starts_on: date, rate_ppm: int, item_cents: int, each: bool, source: str
) -> CardTerms:  # fmt: skip
    """What the processor keeps from a day on: ``rate_ppm`` of what was paid and ``item_cents`` a payment. Batches closed from that day on
    expect their net by it. Refuses ``rate``, ``source``, ``known`` (terms of that day stand).
    """
    if not 0 <= rate_ppm <= 200_000 or not 0 <= item_cents <= 10_000:
        raise refuse("rate", _("A processor keeps at most 20 % and 100.00 a payment."), _("Correct the terms."), field="rate")
    if not source.strip():
        raise refuse("source", _("Say where the terms are written."), _("Name the agreement and its day."), field="source")
    try:
        with transaction.atomic():
            row = CardTerms.objects.create(
                entity=entity, starts_on=starts_on, rate_ppm=rate_ppm, item_cents=item_cents, each=each,
                source=source.strip()[:200], made_at=call.now, made_by_id=call.user_id,
            )  # fmt: skip
    except IntegrityError as error:
        fix = _("Let the new terms start on another day.")
        raise refuse("known", _("Terms from that day are known."), fix, field="starts_on") from error
    note(row, fields=["rate_ppm", "item_cents"])
    return row


@dataclass
class _Ready:
    """A payout about to be written: its lines, and what they do in the books."""

    entity: int
    lines: list[PayoutLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TakenPayout:
    """What became of one payout of a report; ``duplicate`` when it was brought in before."""

    payout: Payout
    duplicate: bool


@service("banking.take_payout", "bank.import", says="brought in a card processor's payout")
def take_payout(call: Call, *, read: PayoutRead, content: bytes, name: str, entity: Entity | None = None) -> TakenPayout:
    """Book one proved payout: its batches, fees, chargebacks and reserve leave the clearing account, its sum is expected at the bank.

    Batches are found by the processor's reference alone, never by amounts. A chargeback whose payment is known and was booked as come
    back meets it; any other waits under its own item for ``billing.return_payment``. Refuses ``other_payout`` (brought in before with
    another content), ``unknown_batch``, ``batch_twice``, ``batch_paid``, ``batch_differs``, ``entities``, ``reversal`` and what the ledger refuses.
    """
    identity = _identity(read)
    movements = read.movements
    found = known(
        [one.reference for one in movements if one.kind == MovementKind.BATCH], [one.receipt for one in movements if one.receipt],
        [one.reference for one in movements if one.kind == MovementKind.REVERSAL],
    )  # fmt: skip
    ready = _Ready(_entity(movements, found, entity))
    before = Payout.objects.filter(entity_id=ready.entity, ref=read.ref, undone_at=None).first()
    if before is not None:
        if before.identity == identity:
            return TakenPayout(before, True)
        message = _("Payout %s was brought in before and says something else now.") % read.ref
        raise refuse("other_payout", message, _("Ask the processor which is right; undo the first one before you take the second."))
    for n, one in enumerate(movements, 1):
        ready.lines.append(_line(n, one, found, ready))
    return TakenPayout(_book(call, read, identity, ready, ledger.store_document(call, content=content, name=name).pk), False)


def _identity(read: PayoutRead) -> str:
    said = [read.ref, read.on, read.cents, *((m.kind, m.reference, m.cents, m.fee_cents, m.receipt) for m in read.movements)]
    return hashlib.sha256(repr(said).encode()).hexdigest()


def _entity(movements: Sequence[Movement], found: Known, named: Entity | None) -> int:
    """The legal entity of the batches; a payout without one is of the entity named, else of the practice."""
    of = {batch.entity_id for one in movements if one.kind == MovementKind.BATCH for batch in found.batches.get(_plain(one.reference, found), [])}
    if named is not None:
        of.add(named.pk)
    if len(of) > 1:
        raise refuse("entities", _("The payout's batches belong to several legal entities."), _("Ask the processor for one payout an entity."))
    return of.pop() if of else Entity.objects.get(is_practice=True).pk


def _plain(reference: str, found: Known) -> str:
    return reference if reference in found.batches else reference.lstrip("0") or reference


def _line(n: int, one: Movement, found: Known, ready: _Ready) -> PayoutLine:
    line = PayoutLine(
        uid=new_uid(), n=n, kind=one.kind, reference=one.reference, cents=one.cents, fee_cents=one.fee_cents, day=one.day, text=one.text
    )
    if one.kind == MovementKind.BATCH:
        _of_batch(line, one, found, ready)
    elif one.kind == MovementKind.CHARGEBACK:
        _of_chargeback(line, one, found)
    elif one.kind == MovementKind.REVERSAL:
        _of_reversal(line, one, found)
    elif one.kind in (MovementKind.HELD, MovementKind.RELEASED):
        line.item = f"reserve:{ready.entity}"
    return line


def _of_batch(line: PayoutLine, one: Movement, found: Known, ready: _Ready) -> None:
    batches = found.batches.get(_plain(one.reference, found), [])
    if len(batches) != 1:
        code = "batch_twice" if batches else "unknown_batch"
        words = _("Row %(row)s: no batch of ours is called %(ref)s.")
        if batches:
            words = _("Row %(row)s: %(n)s batches of ours are called %(ref)s.")
        message = words % {"row": one.row, "n": len(batches), "ref": one.reference}
        raise refuse(code, message, _("Close the card terminal with the processor's batch number, then bring the report in again."))
    batch = batches[0]
    settlement = batch.settlement
    if settlement is None or settlement.cancelled_at or _settled(settlement) or any(x.batch_id == batch.pk for x in ready.lines):
        message = _("Row %(row)s: batch %(ref)s was paid before.") % {"row": one.row, "ref": one.reference}
        raise refuse("batch_paid", message, _("Look at the batch; undo its match with the bank if this payout is the right one."))
    if settlement.gross_cents != one.cents:
        message = _("Row %(row)s: the processor says batch %(ref)s is %(said)s, ours is %(ours)s.") % {
            "row": one.row, "ref": one.reference, "said": format_cents(one.cents), "ours": format_cents(settlement.gross_cents),
        }  # fmt: skip
        raise refuse("batch_differs", message, _("Find the payment that is missing on one side."))
    line.batch, line.settlement, line.item = batch, settlement, settlement.item


def _settled(row: Settlement) -> bool:
    return row.parts.filter(live=True).exists() or row.taken.filter(live=True).exists()


def _of_chargeback(line: PayoutLine, one: Movement, found: Known) -> None:
    """Its receipt where exactly one can be meant and the amount is its own; its return where that was booked before."""
    receipts = [row for row in found.receipts.get(one.receipt, found.receipts.get(one.receipt.lstrip("0"), [])) if row.cents == -one.cents]
    line.item = f"chargeback:{line.uid}"
    if len(receipts) == 1:
        line.receipt = receipts[0]
        back = found.returned.pop(str(receipts[0].number), None)
        if back is not None and back.cents == one.cents:
            line.settlement, line.item = back, back.item


def _of_reversal(line: PayoutLine, one: Movement, found: Known) -> None:
    """What was won back goes to where its chargeback went."""
    lost = found.cases.get(one.reference)
    if lost is None or lost.cents != -one.cents:
        words = _("Row %(row)s: case %(ref)s was taken with another amount.")
        if lost is None:
            words = _("Row %(row)s: no chargeback was taken under case %(ref)s.")
        raise refuse("reversal", words % {"row": one.row, "ref": one.reference}, _("Bring in the payout that took it first."))
    line.item, line.receipt = lost.settlement.item if lost.settlement else lost.item, lost.receipt


def _book(call: Call, read: PayoutRead, identity: str, ready: _Ready, document: int) -> Payout:
    uid, where = new_uid(), Where(entity=ready.entity)
    row = Payout(
        uid=uid, entity_id=ready.entity, ref=read.ref, paid_on=read.on, cents=read.cents, document_id=document, identity=identity,
        brought_at=call.now, brought_by_id=call.user_id,
    )  # fmt: skip
    lines = postings.payout(
        [(one.kind, one.item, one.cents) for one in ready.lines], sum(one.fee_cents for one in ready.lines), read.cents,
        row.item, where, reserve=RESERVE_ACCOUNT,
    )  # fmt: skip
    row.entry = post(call, "payout", uid, day=read.on, memo=f"Card payout {read.ref}", journal="bank", source="payout", lines=lines)
    if read.cents:
        row.settlement = expect(call, expected=Expected(
            "payout", read.ref, read.cents, read.on, "card_clearing", row.item, ready.entity, f"Card payout {read.ref}",
        ))  # fmt: skip
    row.save(force_insert=True)
    for one in ready.lines:
        one.payout = row
    PayoutLine.objects.bulk_create(ready.lines)
    note(row, fields=["cents"])
    return row


@service("banking.undo_payout", "bank.import", says="undid a card processor's payout")
def undo_payout(call: Call, *, uid: UUID, reason: str) -> Payout:
    """Take a payout back whole: its entry is reversed, its batches are expected at the bank again.

    Where a chargeback of it met a payment that came back, that is expected at the bank again too. Refuses ``undone``, ``no_reason``,
    ``matched`` (the bank has shown it) and ``won`` (a later payout gave one of its chargebacks back).
    """
    row = Payout.objects.select_for_update(of=("self",)).filter(uid=uid, undone_at=None).first()
    if row is None:
        raise refuse("undone", _("No such payout stands."), _("Look at the list."))
    if not reason.strip():
        raise refuse("no_reason", _("This needs a reason."), _("Say why."), field="reason")
    lost = row.lines.filter(kind=MovementKind.CHARGEBACK).values("reference")
    if PayoutLine.objects.filter(kind=MovementKind.REVERSAL, reference__in=lost, live=True).exclude(payout=row).exists():
        raise refuse("won", _("A later payout gave a chargeback of it back."), _("Undo that payout first."))
    cancel_expected(call, item=row.item)
    joined = row.lines.filter(joined_entry__isnull=False).order_by("n").values_list("joined_entry", flat=True)
    for number in (*joined, row.entry):
        if number is not None:
            ledger.reverse(call, number=number, date=max(row.paid_on, call.today), reason=reason.strip()[:150])
    row.undone_at, row.undone_by_id, row.undo_reason = call.now, call.user_id, reason.strip()[:200]
    row.save(update_fields=["undone_at", "undone_by", "undo_reason"])
    row.lines.update(live=False)
    note(row, fields=["undone_at"], reason=reason)
    return row


@service("banking.name_chargeback", "bank.import", says="found the payment of a chargeback")
def name_chargeback(call: Call, *, line: PayoutLine, receipt: Receipt) -> PayoutLine:
    """Say which card payment was charged back. Refuses ``named``, ``tender``, ``amount`` and, where its return was booked before, joins it."""
    row = PayoutLine.objects.select_for_update(of=("self",)).select_related("payout").get(pk=line.pk)
    if row.kind != MovementKind.CHARGEBACK or not row.live or row.receipt_id:
        raise refuse("named", _("Its payment is known."), _("Nothing is left to do."))
    if receipt.tender != "card" or receipt.voided_at or receipt.batch_id is None:
        raise refuse("tender", _("This receipt is no card payment that left for the bank."), _("Choose another."), field="number")
    if receipt.cents != -row.cents:
        message = _("The receipt is of %(ours)s, the chargeback of %(said)s.") % {
            "ours": format_cents(receipt.cents), "said": format_cents(-row.cents)}  # fmt: skip
        raise refuse("amount", message, _("Choose another, or book the part by a journal."), field="number")
    row.receipt = receipt
    row.save(update_fields=["receipt"])
    note(row, fields=["receipt"])
    back = Settlement.objects.filter(item__startswith="returned:", role="card_clearing", key=str(receipt.number), cancelled_at=None).first()
    if back is not None and not _settled(back):
        join_chargeback(call, receipt=receipt, item=back.item)
    return row


@service("banking.join_chargeback", "remittance.post", says="met a chargeback with the payment that came back")
def join_chargeback(call: Call, *, receipt: Receipt, item: str) -> PayoutLine | None:
    """A card payment came back (``item``, expected at the bank): where a payout took it already, both meet and nothing is expected."""
    open_ones = waiting().filter(receipt=receipt).values("pk")
    line = PayoutLine.objects.select_for_update(of=("self",)).select_related("payout").filter(pk__in=open_ones).first()
    back = Settlement.objects.select_for_update().filter(item=item, cancelled_at=None).first()
    if line is None or back is None or back.cents != line.cents or _settled(back):
        return None
    lines = postings.joined(-line.cents, line.item, item, Where(entity=line.payout.entity_id))
    day = max(call.today, line.payout.paid_on)
    memo = f"Chargeback {line.reference}"
    line.joined_entry = post(call, "chargeback", line.uid, day=day, memo=memo, journal="bank", source="payoutline", lines=lines)
    line.settlement = back
    line.save(update_fields=["joined_entry", "settlement"])
    note(line, fields=["joined_entry"])
    return line
