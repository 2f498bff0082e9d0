"""Banking's part of a trace: what a thing in the books was settled by, and which bank line showed it. Both ways."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from steward.banking.models import (
    BankLine,
    Deposit,
    DepositLine,
    MatchPart,
    PayoutLine,
    Receipt,
    Settlement,
    TerminalBatch,
)


@dataclass(frozen=True, slots=True)
class Settled:
    """A settlement and the bank lines it is matched with. ``proved``: their sums agree to the cent."""

    uid: UUID
    kind: str
    key: str
    item: str
    cents: int
    expected_on: date
    label: str
    lines: tuple[SeenLine, ...] = ()
    match_entry: int | None = None
    match_cents: int = 0

    @property
    def proved(self) -> bool:
        return bool(self.lines) and self.match_cents == sum(line.cents for line in self.lines)


@dataclass(frozen=True, slots=True)
class SeenLine:
    """A line of the bank's own statement."""

    uid: UUID
    posted_on: date
    cents: int
    text: str
    account: str


def settled(items: Iterable[str]) -> list[Settled]:
    """The settlements whose ledger items these are, each with its bank lines (four queries)."""
    wanted = Q(item__in=list(items))
    # a batch that a processor's payout took in is shown by the bank within that payout
    rows = Settlement.objects.filter(wanted | Q(payout__lines__settlement__item__in=list(items), payout__lines__live=True))
    return _with_lines(list(rows.filter(cancelled_at=None).distinct().order_by("expected_on", "id")))


def settled_by_lines(lines: Iterable[UUID]) -> list[Settled]:
    """From bank lines back: the settlements they are matched with."""
    matches = MatchPart.objects.filter(line__uid__in=list(lines), live=True).values_list("match_id", flat=True)
    parts = MatchPart.objects.filter(match_id__in=list(matches), live=True, settlement__isnull=False)
    return _with_lines(
        list(Settlement.objects.filter(pk__in=parts.values("settlement_id")).order_by("expected_on", "id"))
    )


def _with_lines(settlements: Sequence[Settlement]) -> list[Settled]:
    own = {
        p.settlement_id: p
        for p in MatchPart.objects.filter(settlement__in=settlements, live=True).select_related("match")
    }
    ids = {part.match_id for part in own.values()}
    parts = MatchPart.objects.filter(match_id__in=ids, live=True).select_related("line__bank_account", "settlement")
    seen: dict[int, list[BankLine]] = {}
    books: dict[int, int] = {}
    for part in parts:
        if part.line is not None:
            seen.setdefault(part.match_id, []).append(part.line)
        elif part.settlement is not None:
            books[part.match_id] = books.get(part.match_id, 0) + part.settlement.cents
    found = []
    for row in settlements:
        part_of = own.get(row.pk)
        match = part_of.match if part_of else None
        lines = seen.get(match.pk, []) if match else []
        found.append(
            Settled(
                row.uid, row.kind, row.key, row.item, row.cents, row.expected_on, row.label, tuple(map(_seen, lines)),
                match.entry if match else None, books.get(match.pk, 0) if match else 0,
            )
        )  # fmt: skip
    return found


def _seen(line: BankLine) -> SeenLine:
    return SeenLine(line.uid, line.posted_on, line.cents, line.text, line.bank_account.name)


def lines_of(uids: Iterable[UUID]) -> list[SeenLine]:
    """Bank lines by uid."""
    return [
        _seen(line)
        for line in BankLine.objects.filter(uid__in=list(uids)).select_related("bank_account").order_by("id")
    ]


@dataclass(frozen=True, slots=True)
class Taken:
    """A receipt and the ledger item that carries its money on: the deposit or the card batch, if it has left yet."""

    uid: UUID
    number: int
    day: date
    tender: str
    cents: int
    item: str
    for_ref: str
    party_id: int | None
    entry: int | None
    void: bool
    onward: str = ""


def receipts(*, for_refs: Iterable[str] = (), uids: Iterable[UUID] = ()) -> list[Taken]:
    """Receipts taken for something (``visit:UID``), or by uid, with where their money went (four queries)."""
    rows = Receipt.objects.filter(for_ref__in=list(for_refs)) | Receipt.objects.filter(uid__in=list(uids))
    return _taken(list(rows.select_related("session", "batch").order_by("id")))


def receipts_in(items: Iterable[str]) -> list[Taken]:
    """From a deposit or a card batch (by ledger item) back to the receipts whose money it carries."""
    uids = [item.partition(":")[2] for item in items]
    inside = list(DepositLine.objects.filter(deposit__uid__in=uids).values_list("item", flat=True))
    sessions = [item[7:] for item in inside if item.startswith("drawer:")]
    checks = [item[8:] for item in inside if item.startswith("receipt:")]
    cash = Receipt.objects.filter(session__uid__in=sessions, tender="cash")
    payouts = PayoutLine.objects.filter(payout__uid__in=uids, live=True).values("batch_id")
    cards = Receipt.objects.filter(batch__uid__in=uids) | Receipt.objects.filter(batch__in=payouts)
    rows = cash | Receipt.objects.filter(uid__in=checks) | cards
    return _taken(list(rows.select_related("session", "batch").order_by("id")))


def _taken(rows: Sequence[Receipt]) -> list[Taken]:
    wanted = {row.item for row in rows} | {row.session.item for row in rows}
    slips = DepositLine.objects.filter(item__in=wanted, deposit__voided_at=None).select_related("deposit")
    deposit_of = {line.item: line.deposit.item for line in slips}
    return [
        Taken(
            row.uid, row.number, row.day, row.tender, row.cents, row.item, row.for_ref, row.party_id, row.entry,
            row.voided_at is not None, _onward(row, deposit_of),
        )
        for row in rows
    ]  # fmt: skip


def _onward(row: Receipt, deposit_of: dict[str, str]) -> str:
    if row.batch is not None:
        return row.batch.item
    return deposit_of.get(row.item if row.tender == "check" else row.session.item, "")


def find(number: str) -> list[tuple[str, str, str]]:
    """Starts of a trace by what a person types: (kind, ref, label) for receipt, slip, batch and bank line."""
    found: list[tuple[str, str, str]] = []
    if number.isdecimal() and len(number) < 18:
        n = int(number)
        found += [("receipt", str(r.uid), f"Receipt {r.number}") for r in Receipt.objects.filter(number=n)]
        found += [("deposit", str(d.uid), f"Deposit slip {d.number}") for d in Deposit.objects.filter(number=n)]
        found += [("batch", str(b.uid), f"Card batch {b.number}") for b in TerminalBatch.objects.filter(number=n)]
    keyed = Settlement.objects.filter(kind="eft", key=number)
    return found + [("remittance", s.item[6:], f"EFT {s.key}") for s in keyed if s.item.startswith("remit:")]


def entities_of_receipts(items: Iterable[str]) -> dict[str, int]:
    """Ledger item of a receipt -> the legal entity of the drawer it was paid into. One query."""
    uids = [item.partition(":")[2] for item in items if item.startswith("receipt:")]
    rows = Receipt.objects.filter(uid__in=uids).values_list("uid", "session__drawer__entity")
    return {f"receipt:{uid}": entity for uid, entity in rows}
