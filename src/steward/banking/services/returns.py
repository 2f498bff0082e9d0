"""Keeping what came back through the clearing house, and closing it when somebody has acted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from steward.banking.logic.ach_codes import CHANGE_DAYS, RETURN_DAYS
from steward.banking.logic.nacha import AchReturn as Read
from steward.banking.models import AchReturn, Receipt, Settlement
from steward.core.calendar import BANK
from steward.core.service import Call, note, refuse, service
from steward.ledger.services import store_document

CONVERTED = ("ARC", "BOC", "POP", "RCK")
"""Entries made of a paper check: they name its number."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Primary keys of what is new, in the file's order; None where it was known before."""

    rows: tuple[int | None, ...]


@service("banking.keep_returns_many", "bank.import", says="brought in what the clearing house returned")
def keep_returns_many(call: Call, *, returns: Sequence[Read], content: bytes, name: str) -> Kept:
    """Keep returns and notices, each once, whichever file brings it. Nothing is booked: the receipt's own return does that,
    when a person has looked."""
    names = [identity(one) for one in returns]
    known = set(AchReturn.objects.filter(identity__in=names).values_list("identity", flat=True))
    fresh = [at for at, key in enumerate(names) if key not in known and names.index(key) == at]
    if not fresh:
        return Kept((None,) * len(names))
    document = store_document(call, content=content, name=name)
    receipts = _receipts([returns[at] for at in fresh])
    rows = {at: _row(call, returns[at], names[at], document.pk, receipts) for at in fresh}
    _booked_before(rows.values())
    AchReturn.objects.bulk_create(rows.values())
    keys = dict(AchReturn.objects.filter(identity__in=names).values_list("identity", "pk"))
    note(refs=[row.uid for row in rows.values()])
    return Kept(tuple(keys[key] if at in rows else None for at, key in enumerate(names)))


def identity(one: Read) -> str:
    """64 hex digits naming what it says: the bank's trace of the return is unique with its day and code."""
    said = (one.kind, *one.codes, one.trace, one.return_trace, one.cents, one.settled_on, one.account_last4, one.corrected)
    return hashlib.sha256("\x1f".join(str(part) for part in said).encode()).hexdigest()


def _receipts(returns: Sequence[Read]) -> dict[tuple[str, int], int]:
    """(check number, cents) -> the one receipt it can be; nothing where two could."""
    numbers = {one.ident for one in returns if one.sec in CONVERTED} | {one.ident.lstrip("0") for one in returns if one.sec in CONVERTED}
    found: dict[tuple[str, int], list[int]] = {}
    rows = Receipt.objects.filter(tender="check", voided_at=None, check_no__in=numbers - {""})
    for pk, number, cents in rows.values_list("pk", "check_no", "cents"):
        found.setdefault((number.lstrip("0"), cents), []).append(pk)
    return {key: pks[0] for key, pks in found.items() if len(pks) == 1}


def _row(call: Call, one: Read, key: str, document: int, receipts: dict[tuple[str, int], int]) -> AchReturn:
    days = CHANGE_DAYS if one.kind == "change" else RETURN_DAYS
    receipt = receipts.get((one.ident.lstrip("0"), abs(one.cents))) if one.sec in CONVERTED else None
    return AchReturn(
        document_id=document, kind=one.kind, code=one.code, codes=" ".join(one.codes)[:60], trace=one.trace,
        return_trace=one.return_trace, cents=one.cents, sec=one.sec, name=one.name, ident=one.ident,
        account_last4=one.account_last4, company=one.company, info=one.info, corrected=one.corrected, settled_on=one.settled_on,
        identity=key, receipt_id=receipt, brought_at=call.now, brought_by_id=call.user_id, due_on=BANK.add(call.today, days),
    )  # fmt: skip


def _booked_before(rows: Iterable[AchReturn]) -> None:
    """Where somebody booked the return before the bank's file came, by the one item that can be meant."""
    of = {row.receipt_id: row for row in rows if row.receipt_id and row.kind == "return"}
    receipts = Receipt.objects.filter(pk__in=of).only("pk", "check_no", "number", "cents")
    named = {(one.check_no or str(one.number), -one.cents): one.pk for one in receipts}
    waiting = Settlement.objects.filter(item__startswith="returned:", cancelled_at=None, key__in={key for key, _cents in named})
    taken = set(AchReturn.objects.exclude(booked_item="").values_list("booked_item", flat=True))
    found: dict[int, list[str]] = {}
    for one in waiting:
        pk = named.get((one.key, one.cents))
        if pk is not None and one.item not in taken:
            found.setdefault(pk, []).append(one.item)
    for pk, items in found.items():
        if len(items) == 1:
            of[pk].booked_item = items[0]


@service("banking.note_return_booked", "remittance.post", says="booked what the clearing house returned")
def note_return_booked(call: Call, *, receipt: Receipt, item: str) -> None:
    """The receipt's payment is booked as come back under ``item``: what the clearing house said of it is done while that stands."""
    rows = AchReturn.objects.select_for_update(of=("self",)).filter(receipt=receipt, kind="return", closed_at=None)
    uids = [row.uid for row in rows]
    rows.update(booked_item=item)
    note(refs=uids)


@service("banking.close_return", "return.close", says="closed what the clearing house returned")
def close_return(call: Call, *, row: AchReturn, outcome: str) -> AchReturn:
    """Say what was done about it. Refuses `closed` and `no_reason`."""
    found = AchReturn.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if found.closed_at:
        raise refuse("closed", _("This was closed before."), _("Nothing is left to do."))
    if not outcome.strip():
        raise refuse("no_reason", _("Say what was done."), _("A few words are enough."), field="outcome")
    found.closed_at, found.closed_by_id, found.outcome = call.now, call.user_id, outcome.strip()[:200]
    found.save(update_fields=["closed_at", "closed_by", "outcome"])
    note(found, fields=["outcome"])
    return found
