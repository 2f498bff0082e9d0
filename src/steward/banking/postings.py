"""What each event of banking posts. Pure: event in, lines out; every set of lines sums to zero.

The way of the money (docs/architecture.md, "How money walks"): drawer and undeposited hold what is in hand;
`eft_in_transit` holds what is on its way to the bank, locked deposits (item `deposit:UID`) and EFTs (item
`remit:UID`) alike; `card_clearing` what the card processor owes; the bank account itself moves only when a bank line
is matched, so that its book balance is always made of lines the bank has shown.

Cents are signed as the ledger wants them: debit positive. An amount that cannot be raises ValueError.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from steward.ledger.types import LineDraft

IN_HAND_ROLE = {"cash": "drawer", "check": "undeposited", "card": "card_clearing"}
"""Where a payment lies after it was taken, by tender."""


Lines = tuple[LineDraft, ...]


@dataclass(frozen=True, slots=True)
class Where:
    """Registry ids every line of an event carries."""

    entity: int | None = None
    site: int | None = None


def _line(role: str, cents: int, item: str, where: Where, *, account: str | None = None) -> LineDraft:
    if account:
        return LineDraft(account=account, cents=cents, item=item, entity=where.entity, site=where.site)
    return LineDraft(role=role, cents=cents, item=item, entity=where.entity, site=where.site)


def _positive(cents: int, what: str) -> int:
    if cents <= 0:
        raise ValueError(f"{what} must be more than 0 cents, not {cents}")
    return cents


def receipt(tender: str, cents: int, item: str, where: Where, credit: LineDraft, *, holder: str = "") -> Lines:
    """A payment taken. `credit` says what it is for (usually role `patient_prepaid`, party the patient).

    `holder` is the item of the drawer session, which cash belongs to; checks and cards keep the receipt's own item.
    """
    _positive(cents, "a payment")
    held = holder if tender == "cash" and holder else item
    return _line(IN_HAND_ROLE[tender], cents, held, where), replace(credit, cents=-cents)


def card_batch_closed(parts: Sequence[tuple[str, int]], batch_item: str, where: Where) -> Lines:
    """The terminal was closed: what each card receipt (item, cents) left open moves to the batch's item."""
    gross = sum(cents for _, cents in parts)
    if gross == 0 or not parts:
        return ()
    moved = [_line("card_clearing", -cents, item, where) for item, cents in parts if cents]
    return (_line("card_clearing", gross, batch_item, where), *moved)


def paid_out(cents: int, item: str, where: Where, expense: LineDraft) -> Lines:
    """Cash taken from a drawer for a small expense; `expense` names the account, its cents are set."""
    _positive(cents, "a paid out")
    return replace(expense, cents=cents), _line("drawer", -cents, item, where)


def cash_refund(cents: int, item: str, where: Where, owed: LineDraft) -> Lines:
    """Cash given back out of a drawer (`item`): Dr what was owed back (`refunds_payable`, its cents are set), Cr drawer."""
    _positive(cents, "a refund")
    return replace(owed, cents=cents), _line("drawer", -cents, item, where)


def moved(cents: int, source_item: str, target_item: str, where: Where, *, source: str, target: str) -> Lines:
    """Cash from one place in hand to another: safe drop, handover, float."""
    _positive(cents, "a transfer")
    return _line(target, cents, target_item, where), _line(source, -cents, source_item, where)


def over_short(difference_cents: int, item: str, where: Where) -> Lines:
    """Counted less expected to `cash_over_short`: over is its credit, short its debit. Nothing when 0."""
    if difference_cents == 0:
        return ()
    return _line("drawer", difference_cents, item, where), _line("cash_over_short", -difference_cents, item, where)


def deposit(parts: Sequence[tuple[str, str, int]], item: str, where: Where) -> Lines:
    """A deposit locked. `parts` are (role, item, cents) of what goes into the bag: drawers' cash and each check."""
    total = _positive(sum(cents for _, _, cents in parts), "a deposit")
    taken = [_line(role, -cents, source, where) for role, source, cents in parts if cents]
    return (_line("eft_in_transit", total, item, where), *taken)


def written_check(lines: Sequence[tuple[str, int, str]], item: str, where: Where) -> Lines:
    """A check issued: Dr what it pays ((account code, cents, memo); a credit taken off is less than 0), Cr what is on its way."""
    total = _positive(sum(cents for _, cents, _ in lines), "a check")
    paid = [replace(_line("", cents, "", where, account=code), memo=memo) for code, cents, memo in lines if cents]
    return (*paid, _line("eft_in_transit", -total, item, where))


def settled(
    bank: Sequence[tuple[str, int]], settlements: Sequence[tuple[str, str, int]], bank_code: str, where: Where
) -> Lines:
    """Bank lines and settlements that belong together: the bank moves, transit and clearing are relieved.

    `bank` are (bank line item, cents), `settlements` (role, item, gross cents). What the gross exceeds the bank by is
    the card processor's fee (`card_fees`): only card batches may have one. A fee below zero is refused.
    """
    paid, gross = sum(cents for _, cents in bank), sum(cents for _, _, cents in settlements)
    fee = gross - paid
    if not bank or not settlements or fee < 0 or (fee and any(role != "card_clearing" for role, _, _ in settlements)):
        raise ValueError("bank lines and settlements must be equal; only a card batch may be paid less its fee")
    moved = [_line("", cents, item, where, account=bank_code) for item, cents in bank]
    fees = [_line("card_fees", fee, settlements[0][1], where)] if fee else []
    return (*moved, *fees, *(_line(role, -cents, item, where) for role, item, cents in settlements if cents))


def payout(
    parts: Sequence[tuple[str, str, int]], fee_cents: int, total_cents: int, item: str, where: Where, *, reserve: str
) -> Lines:
    """A card processor's payout: its parts leave the clearing account, what it paid stands there under its own item.

    ``parts`` are (kind, item, cents as they change the payout): batches and chargebacks move on ``card_clearing``, what is held in
    reserve or released on the account ``reserve`` (a code), fees and adjustments on ``card_fees`` with the batches' own fees
    (``fee_cents``). Raises ValueError when it does not add up to ``total_cents``.
    """
    if sum(cents for _kind, _item, cents in parts) - fee_cents != total_cents:
        raise ValueError("a payout's parts add up to what it paid")
    lines = [_line("card_clearing", total_cents, item, where)] if total_cents else []
    fees = fee_cents
    for kind, own, cents in parts:
        if kind in ("fee", "adjustment"):
            fees -= cents
        elif kind in ("reserve_held", "reserve_released"):
            lines.append(_line("", -cents, own, where, account=reserve))
        else:
            lines.append(_line("card_clearing", -cents, own, where))
    return (*lines, _line("card_fees", fees, item, where)) if fees else tuple(lines)


def joined(cents: int, chargeback_item: str, returned_item: str, where: Where) -> Lines:
    """A chargeback that a payout took (``cents`` > 0) meets the payment that came back: one item leaves the clearing account for the other."""
    _positive(cents, "a chargeback")
    return _line("card_clearing", cents, returned_item, where), _line("card_clearing", -cents, chargeback_item, where)


def bank_charge(cents: int, bank_item: str, bank_code: str, where: Where) -> Lines:
    """The bank took a fee of `cents` > 0."""
    _positive(cents, "a bank charge")
    return _line("bank_fees", cents, bank_item, where), _line("", -cents, bank_item, where, account=bank_code)


def interest(cents: int, bank_item: str, bank_code: str, where: Where) -> Lines:
    """The bank paid interest (`cents` > 0) or took it (< 0)."""
    if cents == 0:
        raise ValueError("interest cannot be 0")
    role = "interest_income" if cents > 0 else "interest_expense"
    return _line("", cents, bank_item, where, account=bank_code), _line(role, -cents, bank_item, where)


def other_bank_line(cents: int, bank_item: str, bank_code: str, where: Where, against: LineDraft) -> Lines:
    """A bank line a person explained: the bank against the account, party and item of `against`; its cents are set."""
    if cents == 0:
        raise ValueError("a bank line cannot be 0")
    return _line("", cents, bank_item, where, account=bank_code), replace(against, cents=-cents)
