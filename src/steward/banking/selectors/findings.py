"""The rows banking's checks look at, and what they find today. Six queries, and one for each account that has open lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import Max

from steward.banking import checks
from steward.banking.checks import STALE_DAYS
from steward.banking.models import BankLine, DrawerSession, Receipt, StatementImport, WrittenCheck
from steward.banking.selectors.deposits import open_settlements
from steward.banking.selectors.reconciliations import NEAR, outstanding
from steward.banking.selectors.written import used_numbers
from steward.banking.states import CheckState, SessionState, SettlementKind
from steward.core.findings import Finding, in_order
from steward.ledger.models import Line

LOOK_BACK_DAYS = 60


def findings(today: date) -> list[Finding]:
    """Everything banking's checks find, worst first."""
    expected = [
        checks.Expectation(str(one.uid), one.kind, one.key, one.due_cents, one.expected_on, one.item)
        for one in open_settlements()
    ]
    rows = list(
        BankLine.objects.exclude(parts__live=True).select_related("bank_account__account").order_by("posted_on", "id")
    )
    entered = _entered(rows)
    rows = [one for one in rows if one.pk not in entered]
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
    written = issued(today)
    altered = list(checks.altered_check(written, [(_seen(one), number) for one in rows if (number := _check_number(one))]))
    told |= {one.ref for found in altered for one in found.evidence}
    lines = [one for one in lines if one.ref not in told]
    return in_order([
        *altered,
        *checks.stale_check(written, today),
        *checks.missing_check_number((used.account, [row[0] for row in used.rows]) for used in used_numbers(today)),
        *checks.duplicate_payment([one for one in written if one.on >= today - timedelta(days=STALE_DAYS)], asked_back(today)),
        *slipped,
        *returned,
        *checks.deposit_not_in_bank([one for one in expected if one.ref not in told], today),
        *checks.bank_credit_not_in_books(lines, today),
        *checks.bank_charge_not_in_books(lines),
        *checks.drawer_over_or_short(counts),
        *checks.omitted_item([own for own in by_account.values() if not told & {one.ref for one in own}], today),
    ])  # fmt: skip


def issued(today: date) -> list[checks.Issued]:
    """The practice's checks that stand, with what the bank should still show of each. Two queries."""
    due = {row.pk: row.due_cents for row in open_settlements().filter(kind=SettlementKind.CHECK)}
    rows = WrittenCheck.objects.filter(state=CheckState.ISSUED, day__lte=today).prefetch_related("lines__account").order_by("day", "number")
    return [
        checks.Issued(
            str(row.uid), row.number or 0, row.day, row.payee, row.cents, due.get(row.settlement_id or 0, 0), row.lines.all()[0].account.code,
            row.item,
        )
        for row in rows
    ]  # fmt: skip


def asked_back(today: date) -> list[tuple[str, int]]:
    """(account, cents) of credits by hand in the last half year. One query."""
    since = today - timedelta(days=STALE_DAYS)
    rows: Any = Line.objects.filter(entry__journal="manual", cents__lt=0, date__gte=since, entry__reversed_by=None)
    return list(rows.values_list("account__code", "cents"))


def _check_number(row: BankLine) -> int:
    """The check number a line of the bank carries, 0 for none."""
    return int(row.check_no) if row.cents < 0 and row.check_no.isdecimal() else 0


def _entered(rows: Iterable[BankLine]) -> set[int]:
    """Lines whose very amount stands in the books of the account and waits to be tied: they are booked, each by one line of the books.
    One query for each account that has open lines."""
    by_account: dict[int, list[BankLine]] = {}
    for row in rows:
        by_account.setdefault(row.bank_account_id, []).append(row)
    found: set[int] = set()
    for own in by_account.values():
        booked = Counter(line.cents for line in outstanding(own[0].bank_account, max(one.posted_on for one in own) + NEAR))
        for row in own:
            if booked[row.cents] > 0:
                booked[row.cents] -= 1
                found.add(row.pk)
    return found


def _seen(one: BankLine) -> checks.Seen:
    return checks.Seen(str(one.uid), one.kind, one.text, one.cents, one.posted_on, one.bank_account.account.code)
