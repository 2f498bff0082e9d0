"""The trace of a cent: visit, charges, receipt, remittance, settlement, bank line, entries: one chain, both ways, proved to zero.

It starts anywhere. From the start it gathers what hangs together by ledger item (``charge: receipt: remit: deposit: batch:``)
through billing's and banking's own selectors; the links are then the same whichever end one came from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from steward.banking.selectors import trace as bank
from steward.banking.selectors.refunds import refunds_of_items
from steward.billing.selectors import claims as billing
from steward.core.money import format_cents
from steward.core.web.days import say_whole_day
from steward.ledger.models import Line
from steward.ledger.selectors import registers

KINDS = ("claim", "receipt", "remittance", "deposit", "batch", "line", "entry")


@dataclass(frozen=True, slots=True)
class Start:
    """Where a trace may begin."""

    kind: str
    ref: str
    label: str


@dataclass(frozen=True, slots=True)
class Link:
    """One link of the chain, as the page shows it."""

    label: str
    value: str
    note: str
    url: str = ""
    here: bool = False
    proved: bool = True


@dataclass
class Chain:
    """The whole trace. ``difference_cents`` is what the links do not explain: 0 or the books are wrong."""

    title: str
    cents: int
    links: list[Link] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    patients: list[UUID] = field(default_factory=list)
    difference_cents: int = 0

    @property
    def debit_cents(self) -> int:
        return sum(line.cents for line in self.lines if line.cents > 0)

    @property
    def credit_cents(self) -> int:
        return -sum(line.cents for line in self.lines if line.cents < 0)

    @property
    def onward_cents(self) -> int:
        """What these lines lack of balance: it stands on the settlements' own items, one link further."""
        return self.credit_cents - self.debit_cents

    @property
    def credit_in_cents(self) -> int:
        return -self.onward_cents

    @property
    def sum_cents(self) -> int:
        """Either column, the onward row included."""
        return max(self.debit_cents, self.credit_cents)

    @property
    def proved(self) -> int:
        return sum(link.proved for link in self.links)


@dataclass
class _Found:
    """What hangs together, gathered from the start outward."""

    pieces: billing.Pieces
    receipts: list[bank.Taken]
    settled: list[bank.Settled]
    lines: list[bank.SeenLine] = field(default_factory=list)


def find(text: str) -> list[Start]:
    """Starts by what a person types: a claim, receipt, slip, batch, EFT trace or entry number, or a ledger item."""
    if ":" in text:
        return _by_item(text)
    found = [Start("claim", c.ref, f"{_('Claim')} {c.ref}") for c in billing.pieces_of_claims([text, text.upper()]).claims]
    found += [Start(kind, ref, label) for kind, ref, label in bank.find(text)]
    if text.isdecimal() and len(text) < 18:
        entry = registers.entry_number(int(text))
        if entry is not None:
            found.append(Start("entry", text, f"{_('Entry')} {text}"))
    return found


#: What a ledger item is called where a trace begins.
ITEM_KINDS = {"receipt": "receipt", "remit": "remittance", "deposit": "deposit", "batch": "batch", "bank": "line"}


def _by_item(item: str) -> list[Start]:
    """What the item is (``receipt:UID``), when its room knows it; else the entries that moved it, the first twenty."""
    sort, _colon, ref = item.partition(":")
    if sort == "charge":
        found = [Start("claim", c.ref, f"{_('Claim')} {c.ref}") for c in billing.pieces_of_items([item]).claims]
    else:
        found = [Start(ITEM_KINDS[sort], ref, item)] if sort in ITEM_KINDS and _known(ITEM_KINDS[sort], ref) else []
    numbers = [] if found else list(dict.fromkeys(line.entry.number for line in registers.lines_of_item(item)))
    return found or [Start("entry", str(number), f"{_('Entry')} {number}") for number in numbers[:20]]


def _known(kind: str, ref: str) -> bool:
    try:
        return bool(trace(kind, ref).links)
    except Http404:
        return False


def trace(kind: str, ref: str) -> Chain:
    """The chain through one thing. Raises Http404 for what is not there."""
    if kind not in KINDS:
        raise Http404
    if kind == "entry":
        return _of_entry(ref)
    found = _from_claims([ref]) if kind == "claim" else _from_item(kind, _uid(ref))
    if not (found.pieces.claims or found.receipts or found.settled or found.lines or found.pieces.answers):
        raise Http404
    return _chain(kind, ref, found)


def _uid(ref: str) -> UUID:
    try:
        return UUID(ref)
    except ValueError:
        raise Http404 from None


def _from_claims(refs: Iterable[str]) -> _Found:
    """Forward: claims to remittances and receipts, those to settlements, those to bank lines."""
    pieces = billing.pieces_of_claims(refs)
    receipts = bank.receipts(for_refs=[f"visit:{c.visit.uid}" for c in pieces.claims if c.visit])
    onward = {r.onward for r in receipts if r.onward} | {a.remittance.item for a in pieces.answers}
    return _Found(pieces, receipts, bank.settled(onward))


def _from_item(kind: str, uid: UUID) -> _Found:
    """Backward and forward from a receipt, remittance, deposit, card batch or bank line."""
    if kind == "receipt":
        receipts = bank.receipts(uids=[uid])
        pieces = _claims_of(receipts)
        return _Found(pieces, receipts, bank.settled([r.onward for r in receipts if r.onward]))
    if kind == "line":
        settled = bank.settled_by_lines([uid])
        found = _behind(settled)
        found.lines = bank.lines_of([uid])
        return found
    item = {"remittance": "remit", "deposit": "deposit", "batch": "batch"}[kind] + f":{uid}"
    settled = bank.settled([item])
    found = _behind(settled)
    if kind == "remittance" and not settled:  # a remittance that paid nothing expects no bank line
        found.pieces = billing.pieces_of_items([item])
    return found


def _behind(settled: list[bank.Settled]) -> _Found:
    items = [s.item for s in settled]
    remits = [item for item in items if item.startswith("remit:")]
    if remits:
        return _Found(billing.pieces_of_items(remits), [], settled)
    receipts = bank.receipts_in(items)
    return _Found(_claims_of(receipts), receipts, settled)


def _claims_of(receipts: Sequence[bank.Taken]) -> billing.Pieces:
    return billing.pieces_of_visits([r.for_ref[6:] for r in receipts if r.for_ref.startswith("visit:")])


def _uids(items: Iterable[str], prefix: str) -> list[UUID]:
    """The uids behind items of one sort; a journal by hand may name an item of that sort that is no row's."""
    found = []
    for item in items:
        if item.startswith(prefix):
            with suppress(ValueError):
                found.append(UUID(item[len(prefix) :]))
    return found


def _of_entry(ref: str) -> Chain:
    entry = registers.entry_number(int(ref)) if ref.isdecimal() and len(ref) < 18 else None
    if entry is None:
        raise Http404
    lines = registers.lines(entry)
    items = {line.item for line in lines if line.item}
    kinds = {"charge": billing.pieces_of_items, "remit": billing.pieces_of_items}
    pieces = kinds["charge"]([i for i in items if i.partition(":")[0] in kinds])
    receipts = bank.receipts(uids=_uids(items, "receipt:"))
    onward = items | {r.onward for r in receipts if r.onward} | {a.remittance.item for a in pieces.answers}
    settled = bank.settled(onward)
    seen = _uids(items, "bank:")
    settled += [s for s in bank.settled_by_lines(seen) if s.uid not in {known.uid for known in settled}]
    found = _Found(pieces, receipts, settled, bank.lines_of(seen))
    chain = _chain("entry", ref, found)
    chain.lines, chain.title = lines, _("Entry %s") % ref
    chain.cents = chain.debit_cents
    chain.difference_cents = chain.debit_cents - chain.credit_cents
    return chain


def _chain(kind: str, ref: str, found: _Found) -> Chain:
    chain = Chain(_title(kind, ref, found), _cents(kind, found))
    chain.patients = [claim.patient.uid for claim in found.pieces.claims]
    items = {charge.item for charge in found.pieces.charges} if kind == "claim" else set()
    items |= {r.item for r in found.receipts} | ({s.item for s in found.settled} if kind != "claim" else set())
    chain.lines = registers.lines_of_items(items)
    chain.links = [
        *_visits(found, kind), *_charges(found, kind), *_receipts(found, kind), *_refunds(items), *_remittances(found, kind),
        *_settlements(found, kind), *_bank(found, kind), *_entries(chain.lines),
    ]  # fmt: skip
    chain.difference_cents = _difference(found)
    return chain


def _title(kind: str, ref: str, found: _Found) -> str:
    if kind == "claim":
        return _("Claim %s") % ref
    if kind == "receipt" and found.receipts:
        return _("Receipt %s") % found.receipts[0].number
    if kind == "line" and found.lines:
        return _("Bank line of %s") % say_whole_day(found.lines[0].posted_on)
    return found.settled[0].label if found.settled else _("Remittance")


def _cents(kind: str, found: _Found) -> int:
    if kind == "claim":
        return sum(c.charge_cents for c in found.pieces.charges if c.voided_on is None)
    if kind == "receipt":
        return sum(r.cents for r in found.receipts)
    return sum(line.cents for line in found.lines) or sum(s.cents for s in found.settled)


def _difference(found: _Found) -> int:
    """What the claims' books lack of their charges, and what settlements lack of their bank lines, once seen."""
    books = billing.standings([claim.pk for claim in found.pieces.claims])
    lacking = sum(0 if one.whole else 1 for one in books.values())
    off = sum(s.match_cents - sum(line.cents for line in s.lines) for s in found.settled if s.lines and s.kind != "card_batch")
    return off + lacking


def _money(cents: int) -> str:
    return format_cents(cents)


def _visits(found: _Found, kind: str) -> list[Link]:
    if not found.pieces.claims:
        return []
    if len(found.pieces.claims) > 1:
        first, last = (f(c.service_date for c in found.pieces.claims) for f in (min, max))
        note = _("%(a)s to %(b)s") % {"a": f"{first:%b} {first.day}", "b": f"{last:%b} {last.day}"}
        return [Link(_("Visits"), str(len(found.pieces.claims)), note)]
    claim = found.pieces.claims[0]
    url = reverse("frontdesk:appointment", args=[claim.visit.appointment.uid]) if claim.visit else ""
    day = claim.service_date
    return [Link(_("Visit"), f"{day:%b} {day.day}, {day.year}", str(claim.provider), url)]


def _charges(found: _Found, kind: str) -> list[Link]:
    if not found.pieces.charges:
        return []
    claims = found.pieces.claims
    standing = [c for c in found.pieces.charges if c.voided_on is None]
    note = ngettext("%d line", "%d lines", len(standing)) % len(standing)
    if len(claims) == 1:
        url = reverse("billing:claim", args=[claims[0].uid])
        note = _("%(lines)s, claim %(ref)s") % {"lines": note, "ref": claims[0].ref}
        return [Link(_("Charges"), _money(sum(c.charge_cents for c in standing)), note, url, kind == "claim")]
    note = ngettext("%d claim", "%d claims", len(claims)) % len(claims)
    return [Link(_("Charges"), _money(sum(c.charge_cents for c in standing)), note)]


def _receipts(found: _Found, kind: str) -> list[Link]:
    if not found.receipts:
        return []
    total = _money(sum(r.cents for r in found.receipts if not r.void))
    if len(found.receipts) == 1:
        one = found.receipts[0]
        url = reverse("banking:receipt", args=[one.uid])
        return [Link(_("Receipt %s") % one.number, total, one.tender, url, kind == "receipt")]
    return [Link(_("Receipts"), total, ngettext("%d receipt", "%d receipts", len(found.receipts)) % len(found.receipts))]


def _refunds(items: Iterable[str]) -> list[Link]:
    """What of it was given back in cash."""
    return [
        Link(_("Refund %s") % one.number, _money(-one.cents), _("in cash"), reverse("banking:refund", args=[one.uid]))
        for one in refunds_of_items(items)[:6]
    ]


def _remittances(found: _Found, kind: str) -> list[Link]:
    links = []
    for remittance in {a.remittance.pk: a.remittance for a in found.pieces.answers}.values():
        own = [a for a in found.pieces.answers if a.remittance_id == remittance.pk and a.live]
        paid = sum(a.paid_cents for a in own)
        note = _("%(trace)s, %(payer)s") % {"trace": remittance.trace, "payer": remittance.payer or remittance.payer_name}
        url = reverse("billing:remittance", args=[remittance.uid])
        links.append(Link(_("Remittance"), _money(paid), note, url, kind == "remittance"))
    return links[:6]


_SETTLED = {"eft": "EFT", "deposit": "Deposit", "card_batch": "Card batch", "check": "Check", "other": "Settlement"}


def _settlements(found: _Found, kind: str) -> list[Link]:
    links = []
    for one in found.settled[:6]:
        uid = one.item.partition(":")[2]
        url = {
            "deposit": lambda uid=uid: reverse("banking:deposit", args=[uid]),
            "eft": lambda uid=uid: reverse("desk:trace", args=["remittance", uid]),
        }.get(one.kind, lambda uid=uid: reverse("desk:trace", args=["batch", uid]))()
        seen = "" if one.lines else _("not at the bank yet")
        note = " · ".join(part for part in (one.key, seen) if part)
        here = kind in ("deposit", "batch") or (kind == "remittance" and one.kind == "eft")
        links.append(Link(_(_SETTLED.get(one.kind, "Settlement")), _money(one.cents), note, url, here, one.proved))
    return links


def _bank(found: _Found, kind: str) -> list[Link]:
    seen = {line.uid: line for s in found.settled for line in s.lines} | {line.uid: line for line in found.lines}
    return [
        Link(
            _("Bank line"), _money(line.cents), f"{line.posted_on:%b} {line.posted_on.day}, {line.account}",
            reverse("banking:line", args=[line.uid]), kind == "line",
        )
        for line in list(seen.values())[:6]
    ]  # fmt: skip


def _entries(lines: Sequence[Line]) -> list[Link]:
    entries: dict[int, Any] = {line.entry_id: line.entry for line in lines}
    if not entries:
        return []
    numbers = sorted(entry.number for entry in entries.values())
    last = max(entries.values(), key=lambda e: e.number)
    value = _("No. %s") % numbers[-1] if len(numbers) == 1 else _("%d entries") % len(numbers)
    note = _("posted, seal %s…") % last.hash[:6] if len(numbers) == 1 else f"{numbers[0]} … {numbers[-1]}"
    return [Link(_("Books"), value, note, reverse("ledger:entry", args=[last.uid]))]
