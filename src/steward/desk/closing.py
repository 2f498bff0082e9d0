"""What the rooms above banking and the ledger know of a day and a month: the caller brings the facts, no room asks upward."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from steward.banking.selectors.month import days_unsigned, unmatched
from steward.banking.selectors.reconciliations import state_at
from steward.banking.services.closing import close_day as bank_close_day
from steward.billing.selectors.visits import day_facts
from steward.budget.selectors import uncommented
from steward.core.approvals.selectors import unreviewed
from steward.core.money import format_cents
from steward.core.service import Call, refuse
from steward.findings.selectors import open_high
from steward.ledger.logic.periods import Month, PeriodError
from steward.ledger.selectors import files_unreviewed, reversals_unreviewed
from steward.ledger.types import CheckResult


def close_day(call: Call, *, day: date, counts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The evening in one call (``steward bank close-day``); repeated by another person it is the second signature."""
    return bank_close_day(call, day=day, counts=counts, facts=day_facts(day, call.clock))


def month_results(period: str) -> list[CheckResult]:
    """What is brought to the close of ``period`` (``2026-10``) from outside the ledger, by command and screen alike.

    Reviews after the fact block the lock while they are unread, and no reason of whoever locks replaces them (trust 3.1):
    acts of one person alone wait for the owner, files posted at once and reversals by hand
    for a second person. Refuses ``period`` for what is no month.
    """
    try:
        last = Month.parse(period).last
    except PeriodError as error:
        raise refuse("period", str(error), _("Write it as 2026-10."), field="period") from error
    alone, files, reversals = unreviewed(last).count(), files_unreviewed(last), reversals_unreviewed(last)
    high = open_high()
    return [
        CheckResult("owner_review", alone == 0, _("%s acts of one person alone wait for the owner's review") % alone,
                    waivable=False),
        CheckResult("posted_files", files == 0, _("%s files posted at once wait for a second person's review") % files,
                    waivable=False),
        CheckResult("reversals", reversals == 0,
                    _("%s reversals by hand wait for a second person's review") % reversals, waivable=False),
        CheckResult("error_finder", high == 0, _("%s high findings stand open") % high),
        *_of_the_bank(Month.parse(period)),
        _of_the_budget(last),
    ]  # fmt: skip


def _of_the_budget(last: date) -> CheckResult:
    """Line 17: what differs from the approved plan of the month beyond the thresholds has its comment."""
    rows = uncommented(last)
    if rows is None:
        return CheckResult("budget", True, _("no approved plan holds this month"), blocks=False)
    codes = ", ".join(row.code for row in rows[:8])
    return CheckResult("budget", not rows, _("to comment: %s") % codes if rows else _("every variance has its comment"), blocks=False)


def _of_the_bank(month: Month) -> list[CheckResult]:
    """Lines 1 and 2 of the close: days with a drawer or a receipt that nobody signed, and what the bank said that is not matched."""
    unsigned, open_lines = days_unsigned(month.first, month.last), unmatched(month.last)
    days = ", ".join(day.isoformat() for day in unsigned[:5])
    moved = [one for one in state_at(month.last) if one.changed_cents]
    open_lines += [(one.account.account.code, _("changed since it was reconciled by %s") % format_cents(one.changed_cents)) for one in moved]
    banks = "; ".join(f"{code}: {what}" for code, what in open_lines)
    return [
        CheckResult("day_sheets", not unsigned, _("not signed: %s") % days if unsigned else _("every day is signed"), blocks=False),
        CheckResult("reconciled", not open_lines, banks or _("every account to the cent"), blocks=False),
    ]
