"""What cash there is, and what of it may be spent."""

from __future__ import annotations

from datetime import date

from steward.banking.logic.day import CashPosition
from steward.banking.selectors.deposits import outstanding_cents
from steward.banking.selectors.statements import bank_accounts, bank_balance
from steward.ledger.selectors import open_items, trial_balance

RESERVE_ROLES = (
    "federal_payroll_tax", "state_payroll_tax", "futa_payable", "sui_payable", "benefits_payable", "net_pay_clearing",
    "accrued_wages", "refunds_payable",
)  # fmt: skip
"""Money that is there and is not ours to spend: payroll, withheld tax, refunds due (facts: "Daily close")."""

BANK_ROLES = ("bank_operating", "bank_payroll")


def cash(as_of: date) -> CashPosition:
    """The position of all bank accounts at the end of a day, in cents.

    `bank_cents` is the bank's own ledger balance: the last stated one plus the lines after it, 0 for an account whose
    bank never stated one. In transit: deposits and EFTs on their way and closed card batches; shown, never added.
    """
    accounts = list(bank_accounts())
    balances = {row.account.code: row for row in trial_balance(as_of).rows}
    by_role = {row.account.role: row.balance_cents for row in balances.values() if row.account.role}
    codes = {one.account.code for one in accounts}
    codes |= {row.account.code for row in balances.values() if row.account.role in BANK_ROLES}
    stated = [found for one in accounts if (found := bank_balance(one, as_of)) is not None]
    written = sum(one.cents for one in open_items(["eft_in_transit"], prefix="check:", day=as_of))  # on its way out, not in
    owed = open_items(["card_clearing"], day=as_of)  # by the processor: batches, and payouts on their way
    batches = sum(one.cents for one in owed if one.item.startswith(("batch:", "payout:")))
    return CashPosition(
        book_cents=sum(balances[code].balance_cents for code in codes if code in balances),
        bank_cents=sum(one.cents for one in stated),
        float_cents=sum(one.float_cents for one in stated),
        outstanding_cents=outstanding_cents(as_of),
        reserved_cents=sum(max(0, -by_role.get(role, 0)) for role in RESERVE_ROLES),
        in_transit_cents=by_role.get("eft_in_transit", 0) + batches - written,
        credit_line_cents=sum(one.credit_line_cents for one in accounts),
    )
