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
from steward.banking.models.day import DayClose, MailLog

__all__ = [
    "AchReturn", "BankAccount", "BankLine", "CashMove", "CashRefund", "CsvProfile", "DayClose", "Deposit", "DepositLine", "Drawer", "DrawerSession",
    "MailLog", "Match", "MatchPart", "Receipt", "Settlement", "StatementImport", "TerminalBatch",
]  # fmt: skip
