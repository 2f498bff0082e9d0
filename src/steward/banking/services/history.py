"""Whole days of the desk that lie in the past, in bulk: what a practice brings along, and what the demo is made of.

Every day becomes what the single services would have made of it: session, receipts, blind count, card batch, locked deposit, and the
same entries (``postings``), in one ``ledger.post_many``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from steward.banking import postings
from steward.banking.models import (
    BankAccount,
    Deposit,
    DepositLine,
    Drawer,
    DrawerSession,
    Receipt,
    Settlement,
    TerminalBatch,
)
from steward.banking.postings import Where
from steward.banking.services.books import draft
from steward.banking.services.deposits import Expected, expect_many
from steward.banking.states import SessionState
from steward.core.access.separation import perform_past
from steward.core.ids import new_uid
from steward.core.numbers import reserve
from steward.core.service import Call, note, refuse, service
from steward.ledger import services as ledger
from steward.ledger.types import EntryDraft, LineDraft


@dataclass(frozen=True)
class PastPayment:
    """One payment taken at the desk. ``party`` is the patient's registry key."""

    tender: str
    cents: int
    party: int
    taken_at: datetime
    check_no: str = ""
    for_ref: str = ""


@dataclass(frozen=True)
class PastDay:
    """One drawer's day. ``over_cents``: counted less expected; people are user keys; ``card_fee_cents`` what the processor kept."""

    drawer: int
    day: date
    cashier: int
    depositor: int
    opened_at: datetime
    counted_at: datetime
    payments: tuple[PastPayment, ...]
    over_cents: int = 0
    reason: str = ""
    card_fee_cents: int = 0


@dataclass(frozen=True)
class History:
    """What was entered."""

    sessions: int
    receipts: int
    deposits: int
    batches: int


@dataclass
class _Made:
    """Rows in the making; entry numbers come after the one bulk post."""

    drafts: list[EntryDraft] = field(default_factory=list)
    sessions: list[DrawerSession] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    batches: list[TerminalBatch] = field(default_factory=list)
    batch_of: dict[UUID, TerminalBatch] = field(default_factory=dict)
    deposits: list[Deposit] = field(default_factory=list)
    lines: list[tuple[Deposit, DepositLine]] = field(default_factory=list)
    expected: list[Expected] = field(default_factory=list)
    duties: list[tuple[str, int, DrawerSession | Deposit]] = field(default_factory=list)


@service("banking.enter_history", "office.write", says="entered past days of the desk")
def enter_history(call: Call, *, days: Sequence[PastDay], bank_account: BankAccount) -> History:
    """Enter whole past days, oldest first. Refuses ``order`` when a drawer's days are not in order or it stands open."""
    made, last = _Made(), _last_sessions()
    drawers = {d.pk: d for d in Drawer.objects.select_related("site")}
    numbers = iter(reserve("banking.batch", sum(any(p.tender == "card" for p in d.payments) for d in days)))
    slips = iter(reserve("banking.deposit", sum(any(p.tender != "card" for p in d.payments) for d in days)))
    given = _in_order(days)
    receipt_numbers = dict(zip(given, reserve("banking.receipt", len(given)), strict=True))
    for n, day in enumerate(days):
        before = last.get(day.drawer)
        if before is not None and (before.day >= day.day or before.state == SessionState.OPEN):
            raise refuse("order", "A drawer's past days come in order, after the last counted one.", "Sort the days.")
        session = _session(made, day, drawers[day.drawer], before)
        taken = [_receipt(made, session, p, receipt_numbers[n, at]) for at, p in enumerate(day.payments)]
        _count(made, day, session, taken)
        cards = [r for r in taken if r.tender == "card"]
        if cards:
            _batch(made, day, session, cards, next(numbers))
        if len(cards) < len(taken):
            _deposit(made, day, session, taken, next(slips), bank_account)
        last[day.drawer] = session
    _write(call, made)
    note(refs=[s.uid for s in made.sessions])
    return History(len(made.sessions), len(made.receipts), len(made.deposits), len(made.batches))


def _in_order(days: Sequence[PastDay]) -> list[tuple[int, int]]:
    """(day, payment) by position, as the receipts were given: by time over all drawers."""
    places = [(n, at) for n, day in enumerate(days) for at in range(len(day.payments))]
    return sorted(places, key=lambda one: (days[one[0]].day, days[one[0]].payments[one[1]].taken_at))


def _last_sessions() -> dict[int, DrawerSession]:
    found: dict[int, DrawerSession] = {}
    for drawer in Drawer.objects.all():
        session = DrawerSession.objects.filter(drawer=drawer).order_by("-id").first()
        if session is not None:
            found[drawer.pk] = session
    return found


def _session(made: _Made, day: PastDay, drawer: Drawer, before: DrawerSession | None) -> DrawerSession:
    session = DrawerSession(
        uid=new_uid(), drawer=drawer, cashier_id=day.cashier, day=day.day, opened_at=day.opened_at,
        float_cents=drawer.float_cents, state=SessionState.COUNTED, counted_at=day.counted_at, counted_by_id=day.cashier,
        left_cents=drawer.float_cents, reason=day.reason,
    )  # fmt: skip
    where = _where(session)
    source, role = (before.item, "drawer") if before else ("", "petty_cash")
    lines = (
        postings.moved(drawer.float_cents, source, session.item, where, source=role, target="drawer")
        if drawer.float_cents
        else ()
    )
    _draft(made, "open", session.uid, day.day, f"Drawer {drawer.name} opened", "drawersession", lines)
    made.sessions.append(session)
    made.duties += [("take_cash", day.cashier, session), ("count_drawer", day.cashier, session)]
    return session


def _where(session: DrawerSession) -> Where:
    return Where(entity=session.drawer.entity_id, site=session.drawer.site_id)


def _draft(made: _Made, event: str, uid: UUID, day: date, memo: str, source: str, lines: Sequence[LineDraft]) -> None:
    if lines:
        made.drafts.append(draft(event, uid, day=day, memo=memo, journal="receipts", source=source, lines=lines))


def _receipt(made: _Made, session: DrawerSession, paid: PastPayment, number: int) -> Receipt:
    row = Receipt(
        uid=new_uid(), number=number, session=session, day=session.day, taken_at=paid.taken_at, by_id=session.cashier_id,
        tender=paid.tender, cents=paid.cents, party_id=paid.party, check_no=paid.check_no, for_ref=paid.for_ref,
    )  # fmt: skip
    where = _where(session)
    credit = LineDraft(
        role="patient_prepaid",
        party=paid.party,
        party_role="patient",
        item=row.item,
        entity=where.entity,
        site=where.site,
    )
    lines = postings.receipt(paid.tender, paid.cents, row.item, where, credit, holder=session.item)
    _draft(made, "take", row.uid, session.day, f"Receipt {number}", "receipt", lines)
    made.receipts.append(row)
    return row


def _count(made: _Made, day: PastDay, session: DrawerSession, taken: Sequence[Receipt]) -> None:
    expected = session.float_cents + sum(r.cents for r in taken if r.tender == "cash")
    session.expected_cents, session.counted_cents = expected, expected + day.over_cents
    where, item = _where(session), session.item
    lines = postings.over_short(day.over_cents, item, where)
    moved = session.counted_cents - session.float_cents
    if moved > 0:
        lines += postings.moved(moved, item, item, where, source="drawer", target="undeposited")
    elif moved < 0:
        session.left_cents = session.counted_cents
    _draft(made, "count", session.uid, day.day, f"Drawer {session.drawer.name} counted", "drawersession", lines)


def _batch(made: _Made, day: PastDay, session: DrawerSession, cards: Sequence[Receipt], number: int) -> None:
    gross, where = sum(r.cents for r in cards), _where(session)
    batch = TerminalBatch(
        uid=new_uid(), number=number, entity_id=session.drawer.entity_id, site_id=where.site, day=day.day, gross_cents=gross,
        fee_cents=day.card_fee_cents, closed_at=day.counted_at, closed_by_id=day.cashier,
    )  # fmt: skip
    lines = postings.card_batch_closed([(r.item, r.cents) for r in cards], batch.item, where)
    _draft(made, "batch", batch.uid, day.day, f"Card batch {number}", "terminalbatch", lines)
    made.batch_of.update({r.uid: batch for r in cards})
    made.batches.append(batch)
    net = gross - day.card_fee_cents
    label = f"Card batch {number}"
    made.expected.append(
        Expected("card_batch", str(number), net, day.day, "card_clearing", batch.item, batch.entity_id, label, gross)
    )


def _deposit(
    made: _Made, day: PastDay, session: DrawerSession, taken: Sequence[Receipt], number: int, bank: BankAccount
) -> None:
    cash = (session.counted_cents or 0) - (session.left_cents or 0)
    checks = [r for r in taken if r.tender == "check"]
    coin = cash % 100
    deposit = Deposit(
        uid=new_uid(), number=number, entity_id=bank.entity_id, site_id=session.drawer.site_id, bank_account=bank, day=day.day,
        prepared_at=day.counted_at, prepared_by_id=day.depositor, currency_cents=cash - coin, coin_cents=coin,
        checks_cents=sum(r.cents for r in checks), bag=f"B{number:06d}",
    )  # fmt: skip
    parts = [("undeposited", session.item, cash)] if cash else []
    parts += [("undeposited", r.item, r.cents) for r in checks]
    _draft(
        made, "deposit", deposit.uid, day.day, f"Deposit slip {number}", "deposit",
        postings.deposit(parts, deposit.item, _where(session)),
    )  # fmt: skip
    rows = [DepositLine(kind="cash", item=session.item, cents=cash, label=session.drawer.name)] if cash else []
    rows += [DepositLine(kind="check", item=r.item, cents=r.cents, check_no=r.check_no) for r in checks]
    made.lines += [(deposit, row) for row in rows]
    made.deposits.append(deposit)
    made.duties += [("prepare_deposit", day.depositor, deposit), ("prepare_deposit", day.depositor, session)]
    label = f"Deposit slip {number}"
    made.expected.append(
        Expected("deposit", str(number), deposit.cents, day.day, "eft_in_transit", deposit.item, bank.entity_id, label)
    )


def _write(call: Call, made: _Made) -> None:
    posted = ledger.post_many(call, drafts=made.drafts)
    if posted.duplicate:
        raise refuse("known", "A part of these days was entered before.", "Enter only days that are new.")
    number_of = {d.key: (posted.first_number or 0) + n for n, d in enumerate(made.drafts)}
    by_source = {(d.source_type, d.source_ref, d.memo.endswith("opened")): number_of.get(d.key) for d in made.drafts}
    settlements = {row.item: row for row in expect_many(call, expected=made.expected)}
    DrawerSession.objects.bulk_create(made.sessions)
    _numbered(made.batches, by_source, settlements, "banking.terminalbatch")
    TerminalBatch.objects.bulk_create(made.batches)
    for receipt in made.receipts:
        receipt.entry = by_source.get(("banking.receipt", str(receipt.uid), False))
        receipt.batch = made.batch_of.get(receipt.uid)
    Receipt.objects.bulk_create(made.receipts)
    _numbered(made.deposits, by_source, settlements, "banking.deposit")
    Deposit.objects.bulk_create(made.deposits)
    for deposit, line in made.lines:
        line.deposit = deposit
    DepositLine.objects.bulk_create([line for _deposit, line in made.lines])
    perform_past(call, made.duties)


def _numbered(
    rows: Iterable[TerminalBatch | Deposit],
    by_source: dict[tuple[str, str, bool], int | None],
    settlements: dict[str, Settlement],
    source: str,
) -> None:
    for row in rows:
        row.entry = by_source.get((source, str(row.uid), False))
        row.settlement = settlements[row.item]
