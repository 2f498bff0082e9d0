"""What a budget says, what the books say beside it, and what is left."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet, Sum

from steward.budget import checks
from steward.budget.logic.against import Left, spans
from steward.budget.logic.drivers import BudgetLine as Planned
from steward.budget.logic.variances import sign
from steward.budget.models import Budget, Comment, Commitment
from steward.core.access.decide import Subject
from steward.core.access.policy import scoped
from steward.core.findings import Finding, in_order
from steward.core.sql import query
from steward.ledger.models import Account
from steward.ledger.selectors.balances import heads
from steward.registry.models import Department, Site

#: Over by more than both, a variance wants a comment.
THRESHOLD_PPM: Final = 50_000
THRESHOLD_CENTS: Final = 50_000


@dataclass(frozen=True, slots=True)
class Codes:
    """What codes resolve to."""

    accounts: dict[str, int]
    sites: dict[str, int]
    departments: dict[str, int]


def codes() -> Codes:
    """Accounts of profit and loss, sites and departments by code. Three queries."""
    accounts = Account.objects.filter(kind__in=("revenue", "expense")).values_list("code", "pk")
    return Codes(dict(accounts), dict(Site.objects.values_list("code", "pk")), dict(Department.objects.values_list("code", "pk")))


def budgets(subject: Subject) -> QuerySet[Any]:
    """Every budget, for the list."""
    rows = Budget.objects.select_related("made_by", "approved_by", "based_on").annotate(sum_cents=Sum("lines__cents"))
    return scoped(subject, "budget.read", rows)


def budget(subject: Subject, uid: UUID) -> Budget | None:
    """One of them."""
    found: Budget | None = budgets(subject).filter(uid=uid).first()
    return found


def year_of(row: Budget) -> list[Planned]:
    """Its lines as values. One query."""
    rows = row.lines.select_related("account", "site", "department").order_by("account__code", "site_id", "department_id", "month")
    return [
        Planned(one.account.code, one.site.code if one.site else "", one.department.code if one.department else "", one.month, one.cents)
        for one in rows
    ]


def months_of(first_on: date) -> list[str]:
    """The twelve months as headings, ``2027-01``."""
    found = []
    for n in range(12):
        year, month = divmod(first_on.year * 12 + first_on.month - 1 + n, 12)
        found.append(f"{year:04d}-{month + 1:02d}")
    return found


def _turned(first_on: date) -> dict[int, dict[int, int]]:
    """Account id -> month of the year -> debit minus credit, cents, by the period totals. One query."""
    start = first_on.year * 12 + first_on.month - 1
    rows = query(
        """SELECT t.account_id, p.year, p.month, CAST(SUM(t.debit - t.credit) AS bigint) FROM ledger_periodtotal t
           JOIN ledger_period p ON p.id = t.period_id JOIN ledger_account a ON a.id = t.account_id
           WHERE a.kind IN ('revenue', 'expense') AND p.year * 12 + p.month - 1 BETWEEN %s AND %s
           GROUP BY t.account_id, p.year, p.month""",
        start, start + 11,
    )  # fmt: skip
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for account, year, month, cents in rows:
        found[account][year * 12 + month - 1 - start + 1] = int(cents)
    return found


def booked(first_on: date) -> list[Planned]:
    """What the books say of twelve months, in the account's own sense, to plan from. Two queries."""
    turned = _turned(first_on)
    return [
        Planned(head.code, "", "", month, cents if head.kind == "expense" else -cents)
        for head in heads()
        if head.kind in ("revenue", "expense")
        for month, cents in sorted(turned.get(head.id, {}).items())
        if cents
    ]


@dataclass(frozen=True, slots=True)
class Row:
    """An account against its plan: the month, the year to its end, the full year; what people said of the month."""

    code: str
    name: str
    kind: str
    month: Left
    to_date: Left
    year: Left
    comment: str
    by: str

    @property
    def difference_cents(self) -> int:
        """Booked less planned, in the account's own sense, year to date."""
        return self.to_date.spent_cents - self.to_date.budget_cents

    @property
    def month_difference_cents(self) -> int:
        return self.month.spent_cents - self.month.budget_cents

    @property
    def favourable(self) -> str:
        """``F``, ``U`` or nothing, of the year to date."""
        return sign(self.kind, self.difference_cents)

    @property
    def beyond(self) -> bool:
        """Whether the month's difference wants a comment: unfavourable by more than both thresholds."""
        excess = self.month_difference_cents if self.kind == "expense" else -self.month_difference_cents
        return excess > THRESHOLD_CENTS and excess * 1_000_000 > THRESHOLD_PPM * abs(self.month.budget_cents)


def against(row: Budget, month: int) -> list[Row]:
    """Every account that was planned or booked, by code; ``month`` is 1 to 12 of the budget's year. Five queries."""
    turned = _turned(row.first_on)
    planned: dict[int, dict[int, int]] = defaultdict(dict)
    for account, n, cents in row.lines.values("account_id", "month").annotate(c=Sum("cents")).values_list("account_id", "month", "c"):
        planned[account][n] = cents
    bound = _bound(row.first_on)
    said = {one.account_id: one for one in Comment.objects.filter(budget=row, month=month).select_related("by").order_by("id")}
    found = []
    for head in heads():
        if head.kind not in ("revenue", "expense") or not (head.id in planned or head.id in turned or head.id in bound):
            continue
        way = 1 if head.kind == "expense" else -1
        spent = {n: way * cents for n, cents in turned.get(head.id, {}).items()}
        of = spans(planned.get(head.id, {}), spent, bound.get(head.id, {}), month)
        told = said.get(head.id)
        by = told.by.name if told and told.by else ""
        found.append(Row(head.code, head.name, head.kind, *of, told.words if told else "", by))
    return found


def _bound(first_on: date) -> dict[int, dict[int, int]]:
    """Account id -> month -> what orders bind. One query."""
    start = first_on.year * 12 + first_on.month - 1
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for account, on, cents in Commitment.objects.filter(released_at=None).values_list("account_id", "on", "cents"):
        month = on.year * 12 + on.month - 1 - start + 1
        if 1 <= month <= 12:
            found[account][month] = found[account].get(month, 0) + cents
    return found


def plan_of(day: date) -> Budget | None:
    """The approved plan whose twelve months hold ``day``; a reforecast never stands in for it. One query."""
    rows = Budget.objects.filter(kind="plan", state="approved", first_on__lte=day, first_on__gt=date(day.year - 1, day.month, 1))
    return rows.order_by("-first_on").first()


def _month_of(row: Budget, day: date) -> int:
    """Which month of its year ``day`` lies in, 1 to 12."""
    return (day.year * 12 + day.month) - (row.first_on.year * 12 + row.first_on.month) + 1


def left(account: str, on: date) -> Left | None:
    """What the approved plan leaves of an account to the end of its year, asked at a request; None where nothing is planned for the
    day. Six queries."""
    row = plan_of(on)
    if row is None:
        return None
    return next((one.year for one in against(row, _month_of(row, on)) if one.code == account), Left(0, 0, 0))


def uncommented(day: date) -> list[Row] | None:
    """What differs from the plan in the month of ``day`` beyond the thresholds and nobody has explained; None without a plan."""
    row = plan_of(day)
    if row is None:
        return None
    return [one for one in against(row, _month_of(row, day)) if one.beyond and not one.comment]


def findings(today: date) -> list[Finding]:
    """What the check of the budget finds in the month and the year of today. Six queries, one without a plan."""
    row = plan_of(today)
    if row is None:
        return []
    costs = [one for one in against(row, _month_of(row, today)) if one.kind == "expense"]
    spent = [checks.Spent(one.code, one.name, one.month, one.to_date) for one in costs]
    return in_order(list(checks.budget_overrun(spent, f"{today:%Y-%m}", row.name, THRESHOLD_PPM, THRESHOLD_CENTS)))


