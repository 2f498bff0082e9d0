"""Balances: of all accounts, of one, by dimension, by item. Totals of whole months plus the lines of a part month."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _

from steward.core.refusals import refuse
from steward.core.sql import marks, query
from steward.ledger.logic import balance
from steward.ledger.logic.balance import AccountHead, TrialBalance
from steward.ledger.logic.periods import AsOf, as_of
from steward.ledger.selectors.cash import cash_trial_balance

DIMENSIONS: Final = ("entity", "site", "department", "provider", "payer", "party")
BASES: Final = ("accrual", "cash")
CHUNK: Final = 500
_SUM: Final = "CAST(SUM(cents) AS bigint)"

_TOTALS = """
SELECT t.account_id, CAST(SUM(t.debit) AS bigint), CAST(SUM(t.credit) AS bigint) FROM ledger_periodtotal t
WHERE t.period_id IN (SELECT id FROM ledger_period WHERE year * 12 + month - 1 <= %s)"""
_PART = """
SELECT a.id, CAST(SUM(CASE WHEN l.cents > 0 THEN l.cents ELSE 0 END) AS bigint),
       CAST(SUM(CASE WHEN l.cents < 0 THEN -l.cents ELSE 0 END) AS bigint)
FROM ledger_account a CROSS JOIN ledger_line l WHERE l.account_id = a.id AND l.date BETWEEN %s AND %s"""


def trial_balance(day: date, *, basis: str = "accrual", entity: int | None = None) -> TrialBalance:
    """Every account at the end of ``day``, the zero ones too. Accrual: three queries, O(accounts x months + half a month's
    lines). Cash: six, O(lines), and the answer is a ``CashBalance`` with its proof.

    Refuses ``basis`` for any other word.
    """
    if basis not in BASES:
        raise refuse("basis", _("%s is no basis of accounting.") % basis, _("Use accrual or cash."))
    accounts, sums = heads(), turnovers(day, entity=entity)
    if basis == "cash":
        return cash_trial_balance(day, accounts, sums, entity=entity)
    return balance.trial_balance(day, basis, accounts, sums)


def heads() -> list[AccountHead]:
    """All accounts in order of code."""
    return [
        AccountHead(*row)
        for row in query(
            "SELECT id, code, name, kind, normal_side, COALESCE(role, '') FROM ledger_account ORDER BY code"
        )
    ]


def turnovers(day: date, *, entity: int | None = None, account: int | None = None) -> dict[int, tuple[int, int]]:
    """Account id -> (debits, credits) from the first entry to the end of ``day``, cents, both positive."""
    plan = as_of(day)
    whole = _whole_months(plan, entity, account)
    if plan.first is None:
        return balance.combine((1, whole))
    return balance.combine((1, whole), (plan.sign, _part_month(plan, entity, account)))


def _whole_months(plan: AsOf, entity: int | None, account: int | None) -> list[tuple[int, int, int]]:
    sql = _TOTALS
    values: list[Any] = [plan.months_through.index]
    if entity is not None:
        sql, values = sql + " AND t.entity_id = %s", [*values, entity]
    if account is not None:
        sql, values = sql + " AND t.account_id = %s", [*values, account]
    return query(sql + " GROUP BY t.account_id", *values)


def _part_month(plan: AsOf, entity: int | None, account: int | None) -> list[tuple[int, int, int]]:
    assert plan.first and plan.last
    sql = _PART
    values: list[Any] = [plan.first.isoformat(), plan.last.isoformat()]
    if entity is not None:
        sql, values = sql + " AND l.entity_id = %s", [*values, entity]
    if account is not None:
        sql, values = sql + " AND a.id = %s", [*values, account]
    return query(sql + " GROUP BY a.id", *values)


def account_balance(day: date, *, role: str = "", code: str = "", entity: int | None = None) -> int:
    """Signed cents (debit positive) of one account at the end of ``day``. Refuses ``unknown_account``."""
    pk = account_id(role=role, code=code)
    debit, credit = turnovers(day, entity=entity, account=pk).get(pk, (0, 0))
    return debit - credit


_ROLES = """
SELECT a.role, a.code,
  COALESCE((SELECT CAST(SUM(t.debit - t.credit) AS bigint) FROM ledger_periodtotal t WHERE t.account_id = a.id), 0)
  - COALESCE((SELECT CAST(SUM(l.cents) AS bigint) FROM ledger_line l JOIN ledger_entry e ON e.id = l.entry_id
              WHERE l.account_id = a.id AND l.date > %s AND e.state = 'posted'), 0)
FROM ledger_account a"""


def role_balances(day: date) -> dict[str, int]:
    """Role and code -> signed cents at the end of ``day``, of every account, in one query: all totals less what is dated later.

    Meant for a day near the last entry (Today): what is dated later is then little.
    """
    found: dict[str, int] = {}
    for role, code, cents in query(_ROLES, day.isoformat()):
        found[code] = int(cents)
        if role:
            found[role] = int(cents)
    return found


def account_id(*, role: str = "", code: str = "") -> int:
    """The primary key behind a role or a code. Refuses ``unknown_account``."""
    found = account_ids([role or code], by_code=not role)
    return found[role or code]


def account_ids(names: Iterable[str], *, by_code: bool = False) -> dict[str, int]:
    """Role (or code) -> primary key, one query. Refuses ``unknown_account`` for the first that is not there."""
    names = list(names)
    column = "code" if by_code else "role"
    sql = f"SELECT {column}, id FROM ledger_account WHERE {column} IN ({marks(names)})"  # noqa: S608 - one of two names
    found: dict[str, int] = dict(query(sql, *names))
    for name in names:
        if name not in found:
            raise refuse(
                "unknown_account", _("There is no account %s.") % name, _("Choose one of the chart, or add it.")
            )
    return found


def balances_by(
    dimension: str, *, roles: Iterable[str], day: date | None = None, since: date | None = None, party_role: str = ""
) -> dict[tuple[str, int | None], int]:
    """(role, dimension's id or None for unassigned) -> signed cents of those accounts; zero sums left out.

    ``dimension`` is one of DIMENSIONS. ``since`` and ``day`` are both included. One query over the accounts' lines.
    """
    if dimension not in DIMENSIONS:
        raise ValueError(f"{dimension!r} is no dimension; lines have {', '.join(DIMENSIONS)}")
    ids = account_ids(roles)
    role_of = {pk: role for role, pk in ids.items()}
    sql = f"SELECT account_id, {dimension}_id, {_SUM} FROM ledger_line WHERE account_id IN ({marks(ids)})"  # noqa: S608
    values: list[Any] = list(ids.values())
    sql, values = _between(sql, values, since, day)
    if party_role:
        sql, values = sql + " AND party_role = %s", [*values, party_role]
    found = query(sql + f" GROUP BY account_id, {dimension}_id HAVING SUM(cents) <> 0", *values)
    return {(role_of[account], who): cents for account, who, cents in found}


def _between(sql: str, values: list[Any], since: date | None, day: date | None) -> tuple[str, list[Any]]:
    """Lines of posted entries in a span: a draft's lines have no date yet, so the condition on the date leaves them out."""
    sql, values = sql + " AND date >= %s", [*values, (since or date(1900, 1, 1)).isoformat()]
    if day is not None:
        sql, values = sql + " AND date <= %s", [*values, day.isoformat()]
    return sql, values


@dataclass(frozen=True, slots=True)
class OpenItem:
    """What is still open of one thing on one account: signed cents, and between which days it moved."""

    role: str
    item: str
    cents: int
    first: date
    last: date


def open_items(
    roles: Iterable[str], *, prefix: str = "", day: date | None = None, settled: bool = False
) -> list[OpenItem]:
    """Items of these accounts that do not sum to zero (all of them with ``settled``), oldest first. One query.

    ``prefix`` narrows to one sort of thing (``"receipt:"``); ``day`` looks at the books as of that day's end.
    """
    ids = account_ids(roles)
    role_of = {pk: role for role, pk in ids.items()}
    columns = f"account_id, item, {_SUM}, MIN(date), MAX(date)"
    sql = f"SELECT {columns} FROM ledger_line WHERE NOT (item = '') AND account_id IN ({marks(ids)})"  # noqa: S608
    values: list[Any] = list(ids.values())
    if prefix:
        sql, values = sql + " AND substr(item, 1, %s) = %s", [*values, len(prefix), prefix]
    sql, values = _between(sql, values, None, day)
    sql += " GROUP BY account_id, item" + ("" if settled else " HAVING SUM(cents) <> 0") + " ORDER BY MIN(date), item"
    found = query(sql, *values)
    return [OpenItem(role_of[a], item, cents, _day(first), _day(last)) for a, item, cents, first, last in found]


def item_balances(items: Iterable[str], *, day: date | None = None) -> dict[str, dict[str, int]]:
    """item -> {role or code -> signed cents}, zero sums left out; items without lines are absent. One query per 500."""
    found: dict[str, dict[str, int]] = {}
    for item, account, cents in _by_item(items, "item, COALESCE(a.role, a.code)", "1, 2", day):
        found.setdefault(item, {})[account] = cents
    return found


def item_payer_balances(items: Iterable[str]) -> dict[str, dict[tuple[str, int | None], int]]:
    """item -> {(role or code, payer's party or None) -> signed cents}, zero sums left out. One query per 500 items.

    What a charge has open, told apart by whom it is open of.
    """
    found: dict[str, dict[tuple[str, int | None], int]] = {}
    for item, account, payer, cents in _by_item(items, "item, COALESCE(a.role, a.code), payer_id", "1, 2, 3", None):
        found.setdefault(item, {})[(account, payer)] = cents
    return found


def _by_item(items: Iterable[str], columns: str, groups: str, day: date | None) -> Iterator[tuple[Any, ...]]:
    """Rows of (columns, cents) of these items, grouped by the columns; zero sums left out.

    SQLite takes the index of items only where its condition stands as the index has it: NOT (item = '').
    """
    wanted = list(dict.fromkeys(items))
    for start in range(0, len(wanted), CHUNK):
        part: list[Any] = wanted[start : start + CHUNK]
        sql = (
            f"SELECT {columns}, {_SUM} FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id"  # noqa: S608
            f" WHERE NOT (item = '') AND item IN ({marks(part)})"
        )
        sql, values = _between(sql, part, None, day)
        yield from query(f"{sql} GROUP BY {groups} HAVING SUM(cents) <> 0", *values)


def _day(value: date | str) -> date:
    """MIN and MAX of a date come back from SQLite as text."""
    return value if isinstance(value, date) else date.fromisoformat(value)
