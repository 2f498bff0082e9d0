"""What the statements are made of: signed sums by account for spans and days, by month or by a dimension.

Spans and days come from the monthly totals and part months; a constant number of queries, whatever the size of the books and
the number of columns. By department, provider or payer the lines are read. Cents, debit positive.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
    """Revenue and expense of the span by the dimension's id (None: unassigned).

    By entity and by site months come from the totals and the lines of at most half a month at either end are added or taken off
    (at most three queries);
    by any other dimension all of the span's lines of those accounts are read (one query).
    """
    if dimension not in DIMENSIONS:
        raise ValueError(f"{dimension!r} is no dimension; lines have {', '.join(DIMENSIONS)}")
    found: dict[int | None, Sums] = {}
    for key, account, cents in _moved_rows(dimension, first, last, entity):
        sums = found.setdefault(key or None, {})
        sums[account] = sums.get(account, 0) + cents
    return found


#: Dimensions that the totals keep, by their column there (a site's is 0 where the line names none).
_KEPT: Final = {"entity": "entity_id", "site": "site_key"}
_EARNING: Final = "account_id IN (SELECT id FROM ledger_account WHERE kind IN ('revenue', 'expense'))"


def _moved_rows(dimension: str, first: date, last: date, entity: int | None) -> Iterator[tuple[int | None, int, int]]:
    months, parts = _cut(first, last) if dimension in _KEPT else (None, [(1, first, last)])
    if months is not None:
        yield from _moved_totals(_KEPT[dimension], *months, entity)
    for sign, begin, end in parts:
        yield from ((key, account, sign * cents) for key, account, cents in _moved_lines(dimension, begin, end, entity))


def _cut(first: date, last: date) -> tuple[tuple[Month, Month] | None, list[tuple[int, date, date]]]:
    """A span as whole months (first, last) and at most two spans of days to add (1) or to take off again (-1), the shorter way."""
    begin, end, parts = Month.of(first), Month.of(last), list[tuple[int, date, date]]()
    if begin == end and (first, last) != (begin.first, begin.last):
        return None, [(1, first, last)]
    if first > begin.first:
        if first - begin.first <= begin.last - first:
            parts.append((-1, begin.first, day_before(first)))
        else:
            parts.append((1, first, begin.last))
            begin = begin.plus(1)
    if last < end.last:
        if end.last - last <= last - end.first:
            parts.append((-1, last + timedelta(days=1), end.last))
        else:
            parts.append((1, end.first, last))
            end = end.plus(-1)
    return ((begin, end) if begin.index <= end.index else None), parts


def _moved_totals(column: str, begin: Month, end: Month, entity: int | None) -> list[tuple[int, int, int]]:
    only, values = _of_entity("t.entity_id", entity, [begin.index, end.index])
    return query(
        f"SELECT t.{column}, t.account_id, CAST(SUM(t.debit - t.credit) AS bigint) FROM ledger_periodtotal t"  # noqa: S608
        f" JOIN ledger_period p ON p.id = t.period_id WHERE t.{_EARNING}"
        f" AND p.year * 12 + p.month - 1 BETWEEN %s AND %s{only} GROUP BY t.{column}, t.account_id",
        *values,
    )


def _moved_lines(dimension: str, first: date, last: date, entity: int | None) -> list[tuple[int | None, int, int]]:
    only, values = _of_entity("entity_id", entity, [first.isoformat(), last.isoformat()])
    return query(
        f"SELECT {dimension}_id, account_id, {_SUM} FROM ledger_line WHERE {_EARNING}"  # noqa: S608 - a closed set
        f" AND date BETWEEN %s AND %s{only} GROUP BY {dimension}_id, account_id",
        *values,
    )


def _of_entity(column: str, entity: int | None, values: list[object]) -> tuple[str, list[object]]:
    return ("", values) if entity is None else (f" AND {column} = %s", [*values, entity])


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
    only, values = _of_entity("t.entity_id", entity, [first.index, last.index])
    return query(
        "SELECT p.year * 12 + p.month - 1, t.account_id, CAST(SUM(t.debit - t.credit) AS bigint)"  # noqa: S608
        " FROM ledger_periodtotal t JOIN ledger_period p ON p.id = t.period_id"
        f" WHERE p.year * 12 + p.month - 1 BETWEEN %s AND %s{only} GROUP BY 1, 2",
        *values,
    )


def _lines(first: date, last: date, entity: int | None) -> Sums:
    only, values = _of_entity("l.entity_id", entity, [first.isoformat(), last.isoformat()])
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
