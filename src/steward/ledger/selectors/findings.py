"""The rows the books' checks look at, and what they find today."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q

from steward.core.findings import Finding, in_order
from steward.core.sql import day as as_column
from steward.core.sql import marks, query
from steward.ledger import checks, checks_costs
from steward.ledger.logic.costs import limits
from steward.ledger.logic.schedules import next_month
from steward.ledger.models import Account, Entry, Line
from steward.ledger.selectors.balances import open_items, trial_balance
from steward.ledger.selectors.open_lines import as_day
from steward.ledger.selectors.registers import same_source
from steward.ledger.selectors.schedules import due, loan_steps, releases_due
from steward.ledger.selectors.verify import verify

LOOK_BACK_DAYS = 400
#: What was entered by hand is looked at for a quarter; series need a year.
RECENT_DAYS = 92


def findings(today: date, zone: ZoneInfo) -> list[Finding]:
    """Everything the checks of the books find, worst first. The whole chain is proved from its lines."""
    hand = by_hand(today - timedelta(days=LOOK_BACK_DAYS), zone)
    recent = [one for one in hand if one.day >= today - timedelta(days=RECENT_DAYS)]
    return in_order([
        *checks.broken_books(verify()),
        *checks.wrong_normal_side(trial_balance(today)),
        *checks.suspense_not_cleared(open_items(["suspense"]), today),
        *checks.duplicate_posting(same_source()),
        *checks.negative_cash(cash_moves()),
        *checks.missing_recurring(hand, today),
        *checks.backdated(recent),
        *checks.weekend_or_night(recent),
        *checks.manual_to_cash_or_revenue(recent),
        *checks.round_amounts(recent),
        *_digits(today),
        *_of_schedules(today),
        *_of_costs(today),
        *checks_costs.intercompany_mismatch(between_entities(today)),
    ])  # fmt: skip


def by_hand(since: date, zone: ZoneInfo) -> list[checks.ByHand]:
    """Entries by hand that stand (none that reverses or was reversed), oldest first. Two queries."""
    rows = (
        Entry.objects.filter(state="posted", journal="manual", date__gte=since, reverses=None, reversed_by=None)
        .select_related("drafted_by")
        .order_by("number")
    )
    entries = list(rows)
    lines: dict[int, list[tuple[str, str, str, int]]] = {}
    found = Line.objects.filter(entry__in=rows.values("pk")).select_related("account").order_by("entry_id", "n")
    for line in found:
        account = line.account
        lines.setdefault(line.entry_id, []).append((account.code, account.role or "", account.kind, line.cents))
    return [_hand(e, lines.get(e.pk, []), zone) for e in entries]


def _hand(entry: Entry, lines: Sequence[tuple[str, str, str, int]], zone: ZoneInfo) -> checks.ByHand:
    assert entry.posted_at is not None, "a posted entry has its moment (ledger_entry_numbered)"
    by = entry.drafted_by.name if entry.drafted_by else ""
    return checks.ByHand(entry.number or 0, entry.date, entry.posted_at.astimezone(zone), by, entry.memo, tuple(lines))


def cash_moves() -> Iterable[tuple[str, str, list[tuple[date, int]]]]:
    """Each cash account with its sum a day. Two queries."""
    accounts = {row.pk: row for row in Account.objects.filter(role__in=checks.CASH_ROLES).order_by("code")}
    moves: dict[int, list[tuple[date, int]]] = {pk: [] for pk in accounts}
    if not accounts:
        return []
    sql = f"""SELECT account_id, date, CAST(SUM(cents) AS bigint) FROM ledger_line
              WHERE date IS NOT NULL AND account_id IN ({marks(accounts)}) GROUP BY account_id, date"""  # noqa: S608
    for pk, day, cents in query(sql, *accounts):
        moves[pk].append((as_day(day), int(cents)))
    return [(accounts[pk].code, accounts[pk].name, found) for pk, found in moves.items()]


def _digits(today: date) -> list[Finding]:
    """Benford over each expense account of the last year. One query."""
    rows: dict[tuple[str, str], list[int]] = {}
    lines: Any = Line.objects.filter(account__kind="expense", date__gte=today - timedelta(days=365))
    for code, name, cents in lines.values_list("account__code", "account__name", "cents"):
        rows.setdefault((code, name), []).append(cents)
    return [one for (code, name), cents in sorted(rows.items()) for one in checks.digits_off(name, code, cents)]


def _of_schedules(today: date) -> Iterator[Finding]:
    """What schedules say should stand in the books. Ten queries."""
    late = [
        checks.Scheduled(
            one.schedule.name, str(one.schedule.uid), step.day,
            tuple((line.account or "", cents) for line, cents in zip(one.lines, step.cents, strict=True) if cents),
        )
        for one in due(today)
        for step in one.steps
    ]  # fmt: skip
    yield from checks.late_steps(late, today)
    yield from checks.not_released(_unreleased(today))
    steps = loan_steps(today - timedelta(days=RECENT_DAYS), today + timedelta(days=checks.LOAN_DAYS))
    codes = {code for step in steps for code in (step.loan, step.interest)}
    since = today - timedelta(days=RECENT_DAYS + checks.LOAN_DAYS)
    rows = Line.objects.filter(
        account__code__in=codes, date__gte=since, entry__reverses=None, entry__reversed_by=None
    ).exclude(entry__source_type="ledger.schedule")
    booked = rows.order_by("entry__number", "n").values_list("entry__number", "date", "account__code", "cents") if steps else ()
    yield from checks.loan_split(steps, [(number or 0, day or today, code, cents) for number, day, code, cents in booked])


def _unreleased(today: date) -> list[tuple[int, date, checks.Scheduled]]:
    steps = releases_due(today)
    lines: dict[int, list[tuple[str, int]]] = {}
    found = Line.objects.filter(entry__in=[step.entry_id for step in steps]).order_by("entry_id", "n")
    for pk, code, cents in found.values_list("entry_id", "account__code", "cents"):
        lines.setdefault(pk, []).append((code, cents))
    return [
        (step.entry.number or 0, next_month(step.entry.date),
         checks.Scheduled(step.schedule.name, str(step.schedule.uid), step.entry.date, tuple(lines.get(step.entry_id, ()))))
        for step in steps
    ]  # fmt: skip


#: Journals in which costs are told by words; what wages, stock and depreciation post follows rules of its own.
COST_JOURNALS = ("manual", "general", "import", "adjusting", "bank", "purchasing")


def _of_costs(today: date) -> Iterator[Finding]:
    rows = costs(today)
    yield from checks_costs.prepaid_expensed(rows)
    yield from checks_costs.capex_expensed(rows)
    yield from checks_costs.expense_capitalised(rows, supplies_code())
    yield from checks_costs.misclassified(rows)


def supplies_code() -> str:
    """The account of small things. One query."""
    return Account.objects.values_list("code", flat=True).get(role="supplies_expense")


def costs(today: date) -> list[checks_costs.Cost]:
    """Lines on accounts of cost and of equipment of the last 400 days that stand and no schedule posted. Two queries."""
    lasting = {row["code"] for row in limits()["durable"]}
    since = today - timedelta(days=LOOK_BACK_DAYS)
    rows: Any = (
        Line.objects.filter(Q(account__kind="expense") | Q(account__code__in=lasting), date__gte=since, date__lte=today)
        .filter(entry__journal__in=COST_JOURNALS, entry__reverses=None, entry__reversed_by=None)
        .exclude(entry__source_type="ledger.schedule")
    )
    vendors: Any = Line.objects.filter(date__gte=since, date__lte=today, party_role="vendor", entry__journal__in=COST_JOURNALS)
    named = dict(vendors.values_list("entry_id", "party__uid"))
    values = rows.order_by("entry__number", "n").values_list(
        "entry_id", "entry__number", "date", "account__code", "account__name", "account__kind", "cents", "entry__memo", "memo"
    )
    found = list(values)
    sums: dict[int, int] = {}
    for pk, *_rest, cents, _memo, _said in found:
        sums[pk] = sums.get(pk, 0) + cents
    return [
        checks_costs.Cost(number, day, code, name, kind, cents, f"{memo} {said}".strip(), str(named.get(pk, "")), moved=not sums[pk])
        for pk, number, day, code, name, kind, cents, memo, said in found
    ]


def between_entities(today: date) -> list[tuple[str, str, date, int]]:
    """What entities owe each other: (entity, account, day, cents) summed by day. One query."""
    rows = query(
        """SELECT p.name, a.code, l.date, CAST(SUM(l.cents) AS bigint) FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
           JOIN registry_entity e ON e.id = l.entity_id JOIN registry_party p ON p.id = e.party_id
           WHERE a.role IN ('due_from', 'due_to') AND l.date <= %s GROUP BY p.name, a.code, l.date""",
        as_column(today),
    )  # fmt: skip
    return [(name, code, as_day(day), int(cents)) for name, code, day, cents in rows]
