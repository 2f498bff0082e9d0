"""The questions one can ask the books: read only, a constant number of queries."""

from steward.ledger.selectors.balances import (
    OpenItem,
    account_balance,
    account_id,
    account_ids,
    balances_by,
    item_balances,
    item_payer_balances,
    open_items,
    trial_balance,
    turnovers,
)
from steward.ledger.selectors.closing import close_checks, files_unreviewed, reversals_unreviewed
from steward.ledger.selectors.export import export_text
from steward.ledger.selectors.registers import accounts_named, month_open
from steward.ledger.selectors.verify import Fault, Proof, verify

__all__ = [
    "Fault", "OpenItem", "Proof", "account_balance", "account_id", "account_ids", "accounts_named", "balances_by", "close_checks",
    "export_text", "files_unreviewed", "item_balances", "item_payer_balances", "month_open", "open_items", "reversals_unreviewed",
    "trial_balance", "turnovers", "verify",
]  # fmt: skip
