"""What the statements are made of: signed sums by account for spans and days, by month or by a dimension.

Spans and days come from the monthly totals and part months; a constant number of queries, whatever the size of the books and
the number of columns. By a dimension the lines are read (one query). Cents, debit positive.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from steward.core.access.models import Office
from steward.core.calendar import fiscal_period, fiscal_year_bounds
from steward.core.sql import query
from steward.ledger.logic.balance import AccountHead
from steward.ledger.logic.periods import Month
from steward.ledger.selectors.balances import DIMENSIONS, heads, trial_balance, turnovers

_SUM: Final = "CAST(SUM(cents) AS bigint)"
Sums = dict[int, int]


@dataclass(frozen=True, slots=True)
class Stood:
    """The accounts (on the cash basis receipts held are revenue) and what each held."""

    accounts: Sequence[AccountHead]
    cents: Sums


def stood(day: date, *, basis: str = "accrual", entity: int | None = None) -> Stood:
    """Every account at the end of ``day``. At most three queries (accrual), six (cash, O(lines))."""
    if basis == "cash":
        rows = trial_balance(day, basis="cash", entity=entity).rows
        return Stood([row.account for row in rows], {row.account.id: row.balance_cents for row in rows})
    sums = turnovers(day, entity=entity)
    return Stood(heads(), {pk: debit - credit for pk, (debit, credit) in sums.items()})


def difference(last: Mapping[int, int], before: Mapping[int, int]) -> Sums:
    """What moved between two days' ends."""
    return {pk: last.get(pk, 0) - before.get(pk, 0) for pk in {*last, *before}}


def moved_by(dimension: str, first: date, last: date, *, entity: int | None = None) -> dict[int | None, Sums]:
    """Revenue and expense of the span by the dimension's id (None: unassigned). One query over the lines of those accounts."""
    if dimension not in DIMENSIONS:
        raise ValueError(f"{dimension!r} is no dimension; lines have {', '.join(DIMENSIONS)}")
    values: list[object] = [first.isoformat(), last.isoformat()]
    only = ""
    if entity is not None:
        only, values = " AND entity_id = %s", [*values, entity]
    found: dict[int | None, Sums] = {}
    rows = query(
        f"SELECT {dimension}_id, account_id, {_SUM} FROM ledger_line WHERE account_id IN"  # noqa: S608 - a closed set
        f" (SELECT id FROM ledger_account WHERE kind IN ('revenue', 'expense')) AND date BETWEEN %s AND %s{only}"
        f" GROUP BY {dimension}_id, account_id",
        *values,
    )
    for key, account, cents in rows:
        found.setdefault(key, {})[account] = cents
    return found


def stood_by_entity(day: date) -> dict[int, Sums]:
    """Every account at the end of ``day`` in each legal entity. One query over the covering index of the lines."""
    found: dict[int, Sums] = {}
    rows = query(
        f"SELECT entity_id, account_id, {_SUM} FROM ledger_line WHERE date >= '1900-01-01' AND date <= %s"  # noqa: S608
        " GROUP BY entity_id, account_id",
        day.isoformat(),
    )
    for key, account, cents in rows:
        found.setdefault(key, {})[account] = cents
    return found


def moved_by_month(first: date, last: date, *, entity: int | None = None) -> list[tuple[date, date, Sums]]:
    """(first day, last day, what moved) of each month of the span, in order; part months at its ends. At most three queries."""
    months = [Month.of(first).plus(n) for n in range(Month.of(last).index - Month.of(first).index + 1)]
    spans = [(max(month.first, first), min(month.last, last)) for month in months]
    sums: list[Sums] = [{} for _ in months]
    whole = [n for n, month in enumerate(months) if spans[n] == (month.first, month.last)]
    for index, account, cents in _whole(months[whole[0]], months[whole[-1]], entity) if whole else ():
        sums[index - months[0].index][account] = cents
    for n in sorted({0, len(months) - 1} - set(whole)):
        sums[n] = _lines(*spans[n], entity)
    return [(*span, each) for span, each in zip(spans, sums, strict=True)]


def _whole(first: Month, last: Month, entity: int | None) -> list[tuple[int, int, int]]:
    values: list[object] = [first.index, last.index]
    only = ""
    if entity is not None:
        only, values = " AND t.entity_id = %s", [*values, entity]
    return query(
        "SELECT p.year * 12 + p.month - 1, t.account_id, CAST(SUM(t.debit - t.credit) AS bigint)"  # noqa: S608
        " FROM ledger_periodtotal t JOIN ledger_period p ON p.id = t.period_id"
        f" WHERE p.year * 12 + p.month - 1 BETWEEN %s AND %s{only} GROUP BY 1, 2",
        *values,
    )


def _lines(first: date, last: date, entity: int | None) -> Sums:
    values: list[object] = [first.isoformat(), last.isoformat()]
    only = ""
    if entity is not None:
        only, values = " AND l.entity_id = %s", [*values, entity]
    return dict(
        query(
            "SELECT a.id, CAST(SUM(l.cents) AS bigint) FROM ledger_account a CROSS JOIN ledger_line l"  # noqa: S608
            f" WHERE l.account_id = a.id AND l.date BETWEEN %s AND %s{only} GROUP BY a.id",
            *values,
        )
    )


def year_month() -> int:
    """The month the fiscal year starts in, as the office set it. One query."""
    return Office.objects.values_list("fiscal_year_start", flat=True).first() or 1


def year_start(day: date, month: int) -> date:
    """The first day of the fiscal year (beginning in ``month``) the day lies in."""
    return fiscal_year_bounds(fiscal_period(day, month).year, month)[0]


def day_before(day: date) -> date:
    """The evening before."""
    return day - timedelta(days=1)
