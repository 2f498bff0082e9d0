"""The verbs of the books. Every name here is a service; the modules are the concepts."""

from steward.ledger.services.allocations import allocate_balance
from steward.ledger.services.chart import add_account, change_account, install_chart
from steward.ledger.services.close_list import assign_close, explain_flux, freeze_reports, sign_close, waive_check
from steward.ledger.services.documents import store_document
from steward.ledger.services.journals import (
    JournalState,
    discard_journal,
    draft_journal,
    post_batch,
    sign_journal,
    submit_journal,
)
from steward.ledger.services.opening import open_books
from steward.ledger.services.owners import add_owner, distribute_year, put_share
from steward.ledger.services.periods import (
    PeriodState,
    close_period,
    lock_period,
    open_period,
    open_year,
    reopen_period,
)
from steward.ledger.services.posting import post, post_many, reverse
from steward.ledger.services.schedules import (
    Ran,
    ScheduleData,
    end_schedule,
    make_schedule,
    post_schedules,
    sign_schedule,
    withdraw_schedule,
)
from steward.ledger.services.undo import reverse_entry

__all__ = [
    "JournalState", "PeriodState", "Ran", "ScheduleData", "add_account", "add_owner", "allocate_balance", "assign_close", "change_account",
    "close_period",
    "discard_journal", "distribute_year", "draft_journal", "end_schedule", "explain_flux", "freeze_reports", "install_chart", "lock_period",
    "make_schedule",
    "open_books", "open_period", "open_year", "post", "post_batch", "post_many", "post_schedules", "put_share", "reopen_period",
    "reverse", "reverse_entry", "sign_close",
    "sign_journal", "sign_schedule", "store_document", "submit_journal", "waive_check",
    "withdraw_schedule",
]  # fmt: skip
