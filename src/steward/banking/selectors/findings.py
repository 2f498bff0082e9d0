"""The rows banking's checks look at, and what they find today. Four queries."""

from __future__ import annotations

from datetime import date, timedelta

from steward.banking import checks
from steward.banking.models import BankLine, DrawerSession, Receipt
from steward.banking.selectors.deposits import open_settlements
from steward.banking.states import SessionState
from steward.core.findings import Finding, in_order

LOOK_BACK_DAYS = 60


def findings(today: date) -> list[Finding]:
    """Everything banking's checks find, worst first."""
    expected = [
        checks.Expectation(str(one.uid), one.kind, one.key, one.cents, one.expected_on) for one in open_settlements()
    ]
    rows = (
        BankLine.objects.exclude(parts__live=True).select_related("bank_account__account").order_by("posted_on", "id")
    )
    lines = [
        checks.Seen(str(one.uid), one.kind, one.text, one.cents, one.posted_on, one.bank_account.account.code)
        for one in rows
    ]
    counts = [
        checks.Count(str(one.uid), one.drawer.name, one.cashier.name, one.over_short_cents or 0, one.day)
        for one in DrawerSession.objects.filter(
            state=SessionState.COUNTED, day__gte=today - timedelta(days=LOOK_BACK_DAYS)
        ).select_related("drawer", "cashier")
    ]
    checks_taken = [
        checks.Taken(str(one.uid), str(one.number), one.check_no, one.cents, one.day)
        for one in Receipt.objects.filter(
            tender="check", voided_at=None, day__gte=today - timedelta(days=2 * LOOK_BACK_DAYS)
        ).order_by("day", "id")
    ]
    return in_order(
        [
            *checks.deposit_not_in_bank(expected, today),
            *checks.bank_credit_not_in_books(lines, today),
            *checks.bank_charge_not_in_books(lines),
            *checks.drawer_over_or_short(counts),
            *checks.slips(expected, lines),
            *checks.returned_check(lines, checks_taken),
        ]
    )
