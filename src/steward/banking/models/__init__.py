"""The nouns of banking. What may never change once written is held by guards/, not by Python."""

from steward.banking.models.ach import AchReturn
from steward.banking.models.bank import (
    BankAccount,
    BankLine,
    CsvProfile,
    Deposit,
    DepositLine,
    Match,
    MatchPart,
    Settlement,
    StatementImport,
    TerminalBatch,
)
from steward.banking.models.cash import CashMove, CashRefund, Drawer, DrawerSession, Receipt
from steward.banking.models.checks import CheckSetting, PositivePay, PositivePayLine, WrittenCheck, WrittenCheckLine
from steward.banking.models.day import DayClose, MailLog
from steward.banking.models.learned import LearnedRule
from steward.banking.models.plan import CashFloor, Forecast, PlannedFlow
from steward.banking.models.processor import CardTerms, Payout, PayoutLine
from steward.banking.models.reconciliation import Reconciliation

__all__ = [
    "AchReturn", "BankAccount", "BankLine", "CardTerms", "CashFloor", "CashMove", "CashRefund", "CheckSetting",
    "CsvProfile", "DayClose", "Deposit", "DepositLine", "Drawer",
    "DrawerSession", "Forecast", "LearnedRule", "MailLog", "Match", "MatchPart", "Payout", "PayoutLine", "PlannedFlow",
    "PositivePay", "PositivePayLine",
    "Receipt", "Reconciliation", "Settlement", "StatementImport", "TerminalBatch", "WrittenCheck", "WrittenCheckLine",
]  # fmt: skip
