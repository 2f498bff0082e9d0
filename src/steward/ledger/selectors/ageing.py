"""Ageing from the lines alone: what was open at the end of any day, by age and by any dimension, to the cent.

An item is as old as the first day it moved on the account. Lines without an item age each by its own day. The sum is the
account's balance of that day by construction; ``control`` gives the balance by the other way (monthly totals) to hold against it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from steward.core.sql import marks, query, unindexed
from steward.ledger.selectors.balances import DIMENSIONS, account_ids, turnovers
from steward.ledger.selectors.open_lines import as_day


@dataclass(frozen=True, slots=True)
class AgedSum:
    """Open cents of one account and one value of the dimension (None: unassigned, or no dimension asked) in one age column."""

    role: str
    key: int | None
    column: int
    cents: int
    items: int


@dataclass(frozen=True, slots=True)
class AgedItem:
    """One open item behind a sum; ``item`` is empty for lines that name none."""

    role: str
    item: str
    party: int | None
    payer: int | None
    provider: int | None
    cents: int
    first: date


def aged(roles: Sequence[str], day: date, ends: Sequence[int], *, by: str = "") -> list[AgedSum]:
    """Open items of these accounts at the end of ``day`` summed into age columns: ``ends`` are the last days of all but the
    last. ``by`` is one of DIMENSIONS or empty. One query over the accounts' lines.
    """
    if by and by not in DIMENSIONS:
        raise ValueError(f"{by!r} is no dimension; lines have {', '.join(DIMENSIONS)}")
    ids = account_ids(roles)
    role_of = {pk: role for role, pk in ids.items()}
    who = f"{by}_id" if by else "NULL"
    groups = "item, account_id" + (f", {by}_id" if by else "")
    columns = " ".join(f"WHEN first >= %s THEN {n}" for n in range(len(ends)))
    # one pass for both: lines without an item stand by their day, which is their age, and count each for itself
    sql = (
        f"SELECT account_id, who, CASE {columns} ELSE {len(ends)} END AS age, CAST(SUM(cents) AS bigint), CAST(SUM(n) AS bigint)"  # noqa: S608
        f" FROM (SELECT account_id, CAST({who} AS bigint) AS who, SUM(cents) AS cents, MIN(date) AS first,"
        " CASE WHEN item = '' THEN COUNT(*) ELSE 1 END AS n FROM ledger_line"
        f" WHERE {unindexed('account_id')} IN ({marks(ids)}) AND date >= '1900-01-01' AND date <= %s"
        f" GROUP BY {groups}, CASE WHEN item = '' THEN date END HAVING item = '' OR SUM(cents) <> 0"
        ") open GROUP BY account_id, who, age ORDER BY 1, 2, 3"
    )
    starts = [(day - timedelta(days=end)).isoformat() for end in ends]
    rows = query(sql, *starts, *ids.values(), day.isoformat())
    return [AgedSum(role_of[account], key, column, cents, items) for account, key, column, cents, items in rows]


def control(roles: Sequence[str], day: date) -> dict[str, int]:
    """Role -> the account's balance at the end of ``day`` by the monthly totals: what an ageing must add up to."""
    found = {}
    for role, pk in account_ids(roles).items():
        debit, credit = turnovers(day, account=pk).get(pk, (0, 0))
        found[role] = debit - credit
    return found


def aged_items(
    roles: Sequence[str], day: date, *, by: str = "", key: int | None = None, limit: int = 500
) -> list[AgedItem]:
    """The open items behind a sum, largest first: of one value of the dimension (``key`` None: unassigned), or all without ``by``."""
    if by and by not in DIMENSIONS:
        raise ValueError(f"{by!r} is no dimension")
    ids = account_ids(roles)
    role_of = {pk: role for role, pk in ids.items()}
    values: list[Any] = [*ids.values(), day.isoformat()]
    only = ""
    if by:
        only = f" AND {by}_id IS NULL" if key is None else f" AND {by}_id = %s"
        values += [] if key is None else [key]
    sql = (
        "SELECT account_id, item, MAX(party_id), MAX(payer_id), MAX(provider_id), CAST(SUM(cents) AS bigint), MIN(date)"  # noqa: S608
        f" FROM ledger_line WHERE account_id IN ({marks(ids)}) AND date >= '1900-01-01' AND date <= %s{only}"
        " GROUP BY account_id, item HAVING SUM(cents) <> 0 ORDER BY ABS(SUM(cents)) DESC, item LIMIT %s"
    )
    return [
        AgedItem(role_of[account], item, party, payer, provider, cents, as_day(first))
        for account, item, party, payer, provider, cents, first in query(sql, *values, limit)
    ]
