"""The verbs of banking. Every name here is a service; the modules are the concepts."""

from steward.banking.services.accounts import change_bank_account, make_drawer, open_bank_account, save_csv_profile
from steward.banking.services.closing import log_mail, prepare_day_close, sign_day_close
from steward.banking.services.deposits import (
    Expected,
    cancel_expected,
    close_terminal_batch,
    expect,
    expect_many,
    make_deposit,
    void_deposit,
)
from steward.banking.services.drawers import (
    accept_hand_over,
    count_drawer,
    count_for,
    hand_over,
    open_drawer,
    pay_out,
    safe_drop,
    take_back_hand_over,
)
from steward.banking.services.forecast import FlowData, end_flow, make_forecast, plan_flow, set_floor
from steward.banking.services.learned import end_rule, learn_rule, sign_rule, withdraw_rule
from steward.banking.services.payouts import join_chargeback, name_chargeback, set_card_terms, take_payout, undo_payout
from steward.banking.services.receipts import take_receipt, void_receipt
from steward.banking.services.reconcile import MAX_CARD_FEE_PERCENT, explain_line, match_by_hand, reconcile, unmatch
from steward.banking.services.reconciliations import finish_reconciliation, reopen_reconciliation, tie_line
from steward.banking.services.refunds import pay_refund, take_back_refund
from steward.banking.services.returns import close_return, keep_returns_many, note_return_booked
from steward.banking.services.statements import accept_statement, import_statement
from steward.banking.services.written import (
    make_positive_pay,
    mark_printed,
    save_check_setting,
    sign_check,
    spoil_check,
    stop_check,
    void_check,
    withdraw_check,
    write_check,
)

__all__ = [
    "MAX_CARD_FEE_PERCENT",
    "Expected",
    "FlowData",
    "accept_hand_over",
    "accept_statement",
    "cancel_expected",
    "change_bank_account",
    "close_return",
    "close_terminal_batch",
    "count_drawer",
    "count_for",
    "end_flow",
    "end_rule",
    "expect",
    "expect_many",
    "explain_line",
    "finish_reconciliation",
    "hand_over",
    "import_statement",
    "join_chargeback",
    "keep_returns_many",
    "learn_rule",
    "log_mail",
    "make_deposit",
    "make_drawer",
    "make_forecast",
    "make_positive_pay",
    "mark_printed",
    "match_by_hand",
    "name_chargeback",
    "note_return_booked",
    "open_bank_account",
    "open_drawer",
    "pay_out",
    "pay_refund",
    "plan_flow",
    "prepare_day_close",
    "reconcile",
    "reopen_reconciliation",
    "safe_drop",
    "save_check_setting",
    "save_csv_profile",
    "set_card_terms",
    "set_floor",
    "sign_check",
    "sign_day_close",
    "sign_rule",
    "spoil_check",
    "stop_check",
    "take_back_hand_over",
    "take_back_refund",
    "take_payout",
    "take_receipt",
    "tie_line",
    "undo_payout",
    "unmatch",
    "void_check",
    "void_deposit",
    "void_receipt",
    "withdraw_check",
    "withdraw_rule",
    "write_check",
]
