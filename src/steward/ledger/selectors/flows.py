"""What moved, by day and by whom: the sums from which a report reads any span. Each is one query over the lines.

A charge's item (``charge:<uid>``) holds its own whole story: the receivable, every write-off and every move sum to zero on it, and
what they lack of zero is the money that came in for it. So payments need no list of kinds of payments.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from steward.core.sql import marks, query, unindexed
from steward.ledger.selectors.balances import DIMENSIONS, account_ids, heads, turnovers
from steward.ledger.selectors.open_lines import as_day

SUM = "CAST(SUM(cents) AS bigint)"
OF_CHARGES = "item LIKE 'charge:%%'"
#: Whose a charge is: by its own line on the charges account, which names the first payer (none: self-pay) and the provider.
ITEMS = (
    "SELECT item, MIN(date) AS charged, MAX({by}) AS who FROM ledger_line"
    " WHERE account_id = %s AND NOT (item = '') AND date >= '1900-01-01' GROUP BY item"
)


def moved(roles: Sequence[str], first: date, last: date) -> dict[str, dict[date, int]]:
    """Role -> day -> signed cents between two days, both included."""
    ids = account_ids(roles)
    role_of = {pk: role for role, pk in ids.items()}
    sql = (
        f"SELECT account_id, date, {SUM} FROM ledger_line WHERE account_id IN ({marks(ids)})"  # noqa: S608
        " AND date BETWEEN %s AND %s GROUP BY account_id, date"
    )
    found: dict[str, dict[date, int]] = {role: {} for role in roles}
    for account, day, cents in query(sql, *ids.values(), first.isoformat(), last.isoformat()):
        found[role_of[account]][as_day(day)] = cents
    return found


def moved_by(role: str, by: str, first: date, last: date) -> dict[tuple[int | None, date], int]:
    """(the dimension's id, day) -> signed cents of one account."""
    column = _column(by)
    sql = (
        f"SELECT {column}, date, {SUM} FROM ledger_line WHERE account_id = %s AND date BETWEEN %s AND %s"  # noqa: S608
        f" GROUP BY {column}, date"
    )
    rows = query(sql, account_ids([role])[role], first.isoformat(), last.isoformat())
    return {(who, as_day(day)): cents for who, day, cents in rows}


def collected(first: date, last: date) -> dict[date, int]:
    """Day -> cents that came in for charges and were put to them, less what was given back."""
    sql = f"SELECT date, {SUM} FROM ledger_line WHERE {OF_CHARGES} AND date BETWEEN %s AND %s GROUP BY date"  # noqa: S608
    return {as_day(day): -cents for day, cents in query(sql, first.isoformat(), last.isoformat()) if cents}


def collected_by(by: str, first: date, last: date) -> dict[tuple[int | None, date], int]:
    """(payer or provider of the charge, day) -> cents that came in for it; the payer is the first, none for self-pay."""
    sql = (
        f"SELECT i.who, l.date, {SUM} FROM ledger_line l LEFT JOIN ({ITEMS.format(by=_column(by))}) i ON i.item = l.item"  # noqa: S608
        f" WHERE l.{OF_CHARGES} AND l.date BETWEEN %s AND %s GROUP BY i.who, l.date"
    )
    rows = query(sql, account_ids(["charges"])["charges"], first.isoformat(), last.isoformat())
    return {(who, as_day(day)): -cents for who, day, cents in rows if cents}


def settled(first: date, last: date, upto: date) -> dict[date, dict[str, int]]:
    """Day of charging -> role (or code) -> cents, to the end of ``upto``, of every line of the items charged between two days."""
    found: dict[date, dict[str, int]] = defaultdict(dict)
    for day, _who, role, cents in _settled("", first, last, upto):
        found[as_day(day)][role] = cents
    return dict(found)


def settled_by(by: str, first: date, last: date, upto: date) -> dict[int | None, dict[str, int]]:
    """Payer or provider -> role (or code) -> cents: how what was charged between two days stands at the end of ``upto``."""
    found: dict[int | None, dict[str, int]] = defaultdict(dict)
    for _day, who, role, cents in _settled(by, first, last, upto):
        found[who][role] = cents
    return dict(found)


def _settled(by: str, first: date, last: date, upto: date) -> list[tuple[Any, int | None, str, int]]:
    key = "i.who" if by else "i.charged"
    # narrowed before the join, and NOT (item = '') as the index has it: SQLite then looks up the few items' lines there
    sql = (
        f"SELECT {key}, l.account_id, CAST(SUM(l.cents) AS bigint) FROM ({ITEMS.format(by=_column(by or 'payer'))}"  # noqa: S608
        f" HAVING MIN(date) BETWEEN %s AND %s) i JOIN ledger_line l ON l.item = i.item"
        f" WHERE NOT (l.item = '') AND l.date >= '1900-01-01' AND l.date <= %s GROUP BY {key}, l.account_id"
    )
    charges = account_ids(["charges"])["charges"]
    names = {head.id: head.role or head.code for head in heads()}
    rows = query(sql, charges, first.isoformat(), last.isoformat(), upto.isoformat())
    return [(None if by else k, k if by else None, names[account], cents) for k, account, cents in rows if cents]


def aged_at(roles: Sequence[str], days: Sequence[date], ends: Sequence[int]) -> dict[date, tuple[int, ...]]:
    """Day -> open cents of these accounts in the age columns, as ``ageing.aged`` gives them for one day; one query for all."""
    if not days:
        return {}
    ids = account_ids(roles)
    cases = ["CASE WHEN date <= %s THEN cents ELSE 0 END"] * len(days)
    columns, starts = [], []
    for n, day in enumerate(days):
        edges = [(day - timedelta(days=end)).isoformat() for end in ends]
        for low, high in zip([*edges, "0001-01-01"], ["9999-12-31", *edges], strict=True):
            columns.append(f"CAST(SUM(CASE WHEN first >= %s AND first < %s THEN s{n} ELSE 0 END) AS bigint)")
            starts += [low, high]
    summed = ", ".join(f"SUM({case}) AS s{n}" for n, case in enumerate(cases))
    alone = ", ".join(f"{case} AS s{n}" for n, case in enumerate(cases))
    of = f"{unindexed('account_id')} IN ({marks(ids)}) AND date >= '1900-01-01' AND date <= %s"
    sql = (
        f"SELECT {', '.join(columns)} FROM ("  # noqa: S608
        f" SELECT MIN(date) AS first, {summed} FROM ledger_line WHERE NOT (item = '') AND {of} GROUP BY item, account_id"
        f" UNION ALL SELECT date, {alone} FROM ledger_line WHERE item = '' AND {of}) open"
    )
    half = [*(day.isoformat() for day in days), *ids.values(), max(days).isoformat()]
    (row,) = query(sql, *starts, *half, *half)
    width = len(ends) + 1
    return {day: tuple(int(v or 0) for v in row[n * width : (n + 1) * width]) for n, day in enumerate(days)}


def controls(roles: Sequence[str], days: Sequence[date]) -> dict[date, int]:
    """Day -> what these accounts hold together at its end, by their lines."""
    ids = account_ids(roles)
    sums = ", ".join("CAST(SUM(CASE WHEN date <= %s THEN cents ELSE 0 END) AS bigint)" for _ in days)
    sql = f"SELECT {sums} FROM ledger_line WHERE account_id IN ({marks(ids)}) AND date >= '1900-01-01'"  # noqa: S608
    (row,) = query(sql, *(day.isoformat() for day in days), *ids.values())
    return {day: int(value or 0) for day, value in zip(days, row, strict=True)}


def turnover(roles: Sequence[str], first: date, last: date) -> int:
    """Signed cents that moved on these accounts between two days, by the monthly totals: what a report must add up to."""
    ids = account_ids(roles).values()
    after, before = turnovers(last), turnovers(first - timedelta(days=1))
    sums = [(after.get(pk, (0, 0)), before.get(pk, (0, 0))) for pk in ids]
    return sum((now[0] - now[1]) - (then[0] - then[1]) for now, then in sums)


def _column(by: str) -> str:
    if by not in DIMENSIONS:
        raise ValueError(f"{by!r} is no dimension; lines have {', '.join(DIMENSIONS)}")
    return f"{by}_id"
