"""What leaves for the bank: deposits, card batches, and everything else the books expect as a bank line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from steward.banking import postings
from steward.banking.logic.card_fees import card_fee
from steward.banking.models import (
    BankAccount,
    Deposit,
    DepositLine,
    DrawerSession,
    PayoutLine,
    Receipt,
    Settlement,
    TerminalBatch,
)
from steward.banking.postings import Where
from steward.banking.selectors.deposits import Undeposited, undeposited
from steward.banking.selectors.payouts import terms_on
from steward.banking.services.books import post, refuse_closed_day
from steward.banking.states import MovementKind, SettlementKind, Tender
from steward.core.access.separation import perform
from steward.core.ids import new_uid
from steward.core.money import format_cents
from steward.core.numbers import next_number
from steward.core.service import Call, note, refuse, service
from steward.ledger import services as ledger
from steward.registry.models import Site


@dataclass(frozen=True, slots=True)
class Expected:
    """One line the bank should show. `cents` as the bank shows it (money in positive), `gross_cents` before a fee.

    `role` and `item` name what it relieves in the books; `key` is its identity (slip, TRN02, batch or check number).
    """

    kind: str
    key: str
    cents: int
    on: date
    role: str
    item: str
    entity: int
    label: str = ""
    gross_cents: int | None = None


@service("banking.expect", "deposit.make", says="noted what the bank should show")
def expect(call: Call, *, expected: Expected) -> Settlement:
    """Note one expected bank line; the same `item` again gives the first row. Refuses `amount` and `kind`."""
    return expect_many(call, expected=[expected])[0]


@service("banking.expect_many", "deposit.make", says="noted what the bank should show")
def expect_many(call: Call, *, expected: Sequence[Expected]) -> list[Settlement]:
    """Note many expected bank lines in one statement of SQL; known items stay as they are. In the order given."""
    for one in expected:
        if not one.cents or one.kind not in SettlementKind.values:
            raise refuse("amount", _("An expected bank line has a kind and an amount."), _("Look at its source."))
    rows = [
        Settlement(
            kind=one.kind, key=one.key[:60], cents=one.cents, entity_id=one.entity, role=one.role, item=one.item,
            gross_cents=one.cents if one.gross_cents is None else one.gross_cents, expected_on=one.on,
            label=one.label[:120], created_at=call.now,
        )
        for one in expected
    ]  # fmt: skip
    known = {row.item: row for row in Settlement.objects.filter(item__in=[one.item for one in expected])}
    fresh = {row.item: row for row in rows if row.item not in known}
    Settlement.objects.bulk_create(fresh.values())
    found = {**fresh, **known}
    note(refs=[found[one.item].uid for one in expected[:200]])
    return [found[one.item] for one in expected]


@service("banking.cancel_expected", "deposit.make", says="no longer expects a bank line")
def cancel_expected(call: Call, *, item: str) -> Settlement | None:
    """The thing behind `item` was reversed: nothing is expected any more. Refuses `matched` once the bank showed it."""
    row = Settlement.objects.select_for_update().filter(item=item, cancelled_at=None).first()
    if row is None:
        return None
    if row.parts.filter(live=True).exists() or taken_in(row):
        raise refuse("matched", _("The bank has shown it already."), _("Undo its match first."))
    row.cancelled_at = call.now
    row.save(update_fields=["cancelled_at"])
    return row


def taken_in(row: Settlement) -> bool:
    """Whether a processor's payout took it in and has not given it back (a chargeback that was won)."""
    line = row.taken.filter(live=True).first()
    if line is None:
        return False
    won = PayoutLine.objects.filter(kind=MovementKind.REVERSAL, item=row.item, live=True)
    return line.kind != MovementKind.CHARGEBACK or not won.exists()


# --- deposits ------------------------------------------------------------------------------------------------------


@service("banking.make_deposit", "deposit.make", says="prepared and locked a deposit")
def make_deposit(
    call: Call,
    *,
    bank_account: BankAccount,
    items: Sequence[str] | None = None,
    coin_cents: int = 0,
    bag: str = "",
    day: date | None = None,
    site: Site | None = None,
) -> Deposit:
    """Gather cash and checks in hand (`items` of `selectors.undeposited`, all when None) into a numbered, locked slip.

    Posts it on its way to the bank and expects its bank line. Whoever took the cash may not prepare its deposit
    (`separation`). Refuses `nothing`, `not_in_hand`, `coin`.
    """
    day = day or call.today
    chosen = _chosen(items, bank_account.entity_id, site)
    cash = sum(one.cents for one in chosen if one.kind == "cash")
    checks = sum(one.cents for one in chosen if one.kind == "check")
    if not 0 <= coin_cents <= cash:
        raise refuse("coin", _("There is not so much coin in the deposit."), _("Count the coin."), field="coin_cents")
    number, uid = next_number("banking.deposit"), new_uid()
    item = f"deposit:{uid}"
    where = Where(entity=bank_account.entity_id, site=site.pk if site else None)
    entry = post(
        call, "deposit", uid, day=day, memo=f"Deposit slip {number}", journal="receipts", source="deposit",
        lines=postings.deposit([(one.role, one.item, one.cents) for one in chosen], item, where),
    )  # fmt: skip
    settlement = expect(
        call,
        expected=Expected(
            "deposit", str(number), cash + checks, day, "eft_in_transit", item, bank_account.entity_id,
            f"Deposit slip {number}",
        ),
    )  # fmt: skip
    deposit = Deposit.objects.create(
        uid=uid, number=number, entity_id=bank_account.entity_id, site=site, bank_account=bank_account, day=day,
        prepared_at=call.now, prepared_by_id=call.user_id, currency_cents=cash - coin_cents, coin_cents=coin_cents,
        checks_cents=checks, bag=bag[:40], settlement=settlement, entry=entry,
    )  # fmt: skip
    DepositLine.objects.bulk_create(
        DepositLine(
            deposit=deposit, kind=one.kind, item=one.item, cents=one.cents, check_no=one.check_no, label=one.label[:120]
        )
        for one in chosen
    )
    perform(call, "prepare_deposit", deposit, *sessions_behind([one.item for one in chosen]))
    note(deposit, fields=["currency_cents", "coin_cents", "checks_cents"])
    return deposit


def _chosen(items: Sequence[str] | None, entity: int, site: Site | None) -> list[Undeposited]:
    there = {one.item: one for one in undeposited(entity=entity, site=site.pk if site else None)}
    missing = [item for item in items or [] if item not in there]
    if missing:
        message = _("%s is not in hand any more.") % missing[0]
        raise refuse("not_in_hand", message, _("Look at the list again: a colleague may have deposited it."))
    chosen = [there[item] for item in dict.fromkeys(items)] if items is not None else list(there.values())
    if not chosen:
        raise refuse("nothing", _("There is nothing to deposit."), _("Count the drawers first."))
    return chosen


def sessions_behind(items: Sequence[str]) -> list[DrawerSession]:
    """The drawer sessions whose cash or receipts these ledger items are."""
    uids = {
        kind: [item.split(":", 1)[1] for item in items if item.startswith(kind)] for kind in ("drawer:", "receipt:")
    }
    own = set(DrawerSession.objects.filter(uid__in=uids["drawer:"]).values_list("pk", flat=True))
    own |= set(Receipt.objects.filter(uid__in=uids["receipt:"]).values_list("session_id", flat=True))
    return list(DrawerSession.objects.filter(pk__in=own))


@service("banking.void_deposit", "deposit.make", says="voided a deposit slip")
def void_deposit(call: Call, *, deposit: Deposit, reason: str) -> Deposit:
    """Undo a deposit that never left: its money is in hand again, its number stays used. Refuses `matched`."""
    deposit = Deposit.objects.select_for_update().get(pk=deposit.pk)
    if deposit.voided_at:
        raise refuse("voided", _("This slip was voided before."), _("Nothing is left to do."))
    if not reason.strip():
        raise refuse("no_reason", _("A void needs a reason."), _("Say why."), field="reason")
    cancel_expected(call, item=deposit.item)
    ledger.reverse(call, number=deposit.entry or 0, date=call.today, reason=reason.strip()[:150])
    deposit.voided_at, deposit.voided_by_id, deposit.void_reason = call.now, call.user_id, reason.strip()[:200]
    deposit.save(update_fields=["voided_at", "voided_by", "void_reason"])
    note(deposit, fields=["voided_at"], reason=reason)
    return deposit


# --- card batches --------------------------------------------------------------------------------------------------


@service("banking.close_terminal_batch", "deposit.make", says="closed a card batch")
def close_terminal_batch(
    call: Call,
    *,
    gross_cents: int | None = None,
    fee_cents: int | None = None,
    reference: str = "",
    site: Site | None = None,
    day: date | None = None,
    receipts: Sequence[Receipt] | None = None,
) -> TerminalBatch:
    """Close the card terminal: every open card receipt (of the site) goes into one batch, which expects its bank line.

    `gross_cents` is the terminal's own total; when it differs from the receipts the batch is refused
    (`batch_differs`), because a payment was then taken without a receipt or the other way round. `receipts` narrows it to
    what a processor's report names. `fee_cents` is what
    the processor keeps of it, 0 when it charges monthly; left out, it follows from the terms of the day (`CardTerms`), so that the
    net the bank will show is known to the cent. Refuses `nothing` and `fee` too.
    """
    day = day or call.today
    refuse_closed_day(day)
    open_ones = _open_card_receipts(site, day, receipts)
    gross = sum(one.cents for one in open_ones)
    if gross_cents is not None and gross_cents != gross:
        message = _("The terminal says %(said)s, the receipts %(found)s.") % {
            "said": format_cents(gross_cents), "found": format_cents(gross),
        }  # fmt: skip
        raise refuse("batch_differs", message, _("Find the payment that is missing on one side."), field="gross_cents")
    if not open_ones:
        raise refuse("nothing", _("No card payment waits for a batch."), _("There is nothing to close."))
    entity = open_ones[0].session.drawer.entity_id
    if fee_cents is None:
        fee_cents = card_fee(terms_on(entity, day), [one.cents for one in open_ones])
    if not 0 <= fee_cents < gross:
        raise refuse("fee", _("The fee is less than the batch."), _("Type the fee, or 0.00."), field="fee_cents")
    number, uid = next_number("banking.batch"), new_uid()
    where = Where(entity=entity, site=site.pk if site else None)
    entry = post(
        call, "batch", uid, day=day, memo=f"Card batch {number}", journal="receipts", source="terminalbatch",
        lines=postings.card_batch_closed([(one.item, one.cents) for one in open_ones], f"batch:{uid}", where),
    )  # fmt: skip
    settlement = expect(
        call,
        expected=Expected(
            "card_batch", reference or str(number), gross - fee_cents, day, "card_clearing", f"batch:{uid}",
            entity, f"Card batch {number}", gross,
        ),
    )  # fmt: skip
    batch = TerminalBatch.objects.create(
        uid=uid, number=number, reference=reference[:40], entity_id=entity, site=site, day=day, gross_cents=gross,
        fee_cents=fee_cents, closed_at=call.now, closed_by_id=call.user_id, settlement=settlement, entry=entry,
    )  # fmt: skip
    Receipt.objects.filter(pk__in=[one.pk for one in open_ones]).update(batch=batch)
    note(batch, fields=["gross_cents", "fee_cents"])
    return batch


def _open_card_receipts(site: Site | None, day: date, only: Sequence[Receipt] | None) -> list[Receipt]:
    """Card receipts up to `day` that no batch holds, of the first one's entity: a batch settles into one account."""
    rows = Receipt.objects.select_for_update(of=("self",)).select_related("session__drawer")
    rows = rows.filter(tender=Tender.CARD, voided_at=None, batch=None, day__lte=day).order_by("id")
    if site is not None:
        rows = rows.filter(session__drawer__site=site)
    if only is not None:
        rows = rows.filter(pk__in=[one.pk for one in only])
    found = list(rows)
    return [one for one in found if one.session.drawer.entity_id == found[0].session.drawer.entity_id]
