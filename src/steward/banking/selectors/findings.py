"""The rows banking's checks look at, and what they find today. Five queries."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Max

from steward.banking import checks
from steward.banking.models import BankLine, DrawerSession, Receipt, StatementImport
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
    lines = [_seen(one) for one in rows]
    stated = dict(StatementImport.objects.values_list("bank_account").annotate(Max("closing_on")).order_by())
    by_account = {
        pk: [_seen(one) for one in rows if one.bank_account_id == pk and one.posted_on <= on] for pk, on in sorted(stated.items())
    }
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
    slipped = list(checks.slips(expected, lines))
    returned = list(checks.returned_check(lines, checks_taken))
    told = {one.ref for found in (*slipped, *returned) for one in found.evidence}  # nothing cries twice
    lines = [one for one in lines if one.ref not in told]
    return in_order([
        *slipped,
        *returned,
        *checks.deposit_not_in_bank([one for one in expected if one.ref not in told], today),
        *checks.bank_credit_not_in_books(lines, today),
        *checks.bank_charge_not_in_books(lines),
        *checks.drawer_over_or_short(counts),
        *checks.omitted_item([own for own in by_account.values() if not told & {one.ref for one in own}], today),
    ])  # fmt: skip


def _seen(one: BankLine) -> checks.Seen:
    return checks.Seen(str(one.uid), one.kind, one.text, one.cents, one.posted_on, one.bank_account.account.code)
