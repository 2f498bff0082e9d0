"""What is open of persons and things, line by line: who owes what since when, and everything that happened to an item."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import BigIntegerField, F, Func
from django.db.models.expressions import RawSQL

from steward.core.sql import instant, marks, query
from steward.ledger.selectors.balances import account_ids

CHUNK = 500


@dataclass(frozen=True, slots=True)
class PartyItem:
    """What stands of one item for one person on one account (and payer's party): signed cents, debit positive; ``first`` and ``last`` moved."""

    role: str
    party: int
    item: str
    payer: int | None
    cents: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class ItemMove:
    """One line of an item: its entry, where it came from, the entry it reverses, account role (or code), payer's party, cents."""

    item: str
    entry: int
    day: date
    journal: str
    source_type: str
    source_ref: str
    undoes: int | None
    role: str
    payer: int | None
    cents: int


def party_items(parties: Iterable[int], roles: Iterable[str], *, day: date | None = None) -> list[PartyItem]:
    """Items of these persons that do not sum to zero on these accounts, oldest first. One query per 500 persons."""
    ids = account_ids(roles)
    role_of = {pk: role for role, pk in ids.items()}
    found = []
    for part in _parts(parties):
        sql = (
            "SELECT account_id, party_id, item, payer_id, CAST(SUM(cents) AS bigint), MIN(date), MAX(date) FROM ledger_line"  # noqa: S608
            f" WHERE party_id IN ({marks(part)}) AND account_id IN ({marks(ids)}) AND date >= '1900-01-01'"
        )
        values: list[Any] = [*part, *ids.values()]
        if day is not None:
            sql, values = sql + " AND date <= %s", [*values, day.isoformat()]
        sql += " GROUP BY account_id, party_id, item, payer_id HAVING SUM(cents) <> 0 ORDER BY 6, 3"
        found += [
            PartyItem(role_of[account], party, item, payer, cents, as_day(first), as_day(last))
            for account, party, item, payer, cents, first, last in query(sql, *values)
        ]
    return found


def item_moves(items: Iterable[str]) -> list[ItemMove]:
    """Every posted line of these items in the order of posting. One query per 500 items."""
    found = []
    for part in _parts(items):
        rows = query(
            "SELECT l.item, e.number, l.date, e.journal, e.source_type, e.source_ref, o.number,"  # noqa: S608
            " COALESCE(a.role, a.code), l.payer_id, l.cents FROM ledger_line l"
            " JOIN ledger_entry e ON e.id = l.entry_id JOIN ledger_account a ON a.id = l.account_id"
            " LEFT JOIN ledger_entry o ON o.id = e.reverses_id"
            f" WHERE NOT (l.item = '') AND l.item IN ({marks(part)}) AND e.state = 'posted' ORDER BY e.number, l.n",
            *part,
        )
        found += [
            ItemMove(item, number, as_day(day), journal, kind, ref, undoes, role, payer, cents)
            for item, number, day, journal, kind, ref, undoes, role, payer, cents in rows
        ]
    return found


def _parts(values: Iterable[Any]) -> Iterator[list[Any]]:
    wanted = list(dict.fromkeys(values))
    return (wanted[start : start + CHUNK] for start in range(0, len(wanted), CHUNK))


def as_day(value: date | str) -> date:
    """A day as both databases give it."""
    return value if isinstance(value, date) else date.fromisoformat(value)


_OF_PARTY = (
    "SELECT {what} FROM ledger_line ll WHERE ll.account_id = %s AND ll.party_id = {party} AND ll.date >= '1900-01-01'"
)


def party_sum(role: str, party: str, *, first: date | None = None, last: date | None = None) -> RawSQL:
    """An annotation: cents of one account of the person in the column ``party`` ("table"."column", ours alone).

    With ``first`` or ``last``: only of items that first moved on that account between these days (both included).
    """
    pk = account_ids([role])[role]
    if first is None and last is None:
        return RawSQL(  # noqa: S611 - the column is ours
            _OF_PARTY.format(what="COALESCE(CAST(SUM(ll.cents) AS bigint), 0)", party=party), [pk], BigIntegerField()
        )
    items = _OF_PARTY.format(what="SUM(ll.cents) AS cents, MIN(ll.date) AS first", party=party)
    sql = (
        "SELECT COALESCE(CAST(SUM(own.cents) AS bigint), 0)"  # noqa: S608
        f" FROM ({items} GROUP BY ll.item) own WHERE own.first BETWEEN %s AND %s"
    )
    span = [(first or date(1900, 1, 1)).isoformat(), (last or date(2999, 12, 31)).isoformat()]
    return RawSQL(sql, [pk, *span], BigIntegerField())  # noqa: S611


def item_sum(role: str, kind: str, uid: str) -> Func:
    """An annotation: cents of one account on the item ``kind:uid``, ``uid`` being a path to a uid column of the rows asked.

    A uid stands as 32 digits on SQLite and with dashes on PostgreSQL; items carry the dashes. NOT (item = '') is the condition
    of the items' index as it stands there; SQLite takes the index for no other words (8 s for fifty rows without, measured).
    """
    plain = "REPLACE(CAST(%(expressions)s AS text), '-', '')"
    cuts = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    dashed = " || '-' || ".join(f"SUBSTR({plain}, {start}, {length})" for start, length in cuts)
    sql = (
        "(SELECT COALESCE(CAST(SUM(li.cents) AS bigint), 0) FROM ledger_line li"  # noqa: S608
        f" WHERE li.item = '{kind}:' || {dashed} AND NOT (li.item = '') AND li.account_id = {account_ids([role])[role]}"
        " AND li.date >= '1900-01-01')"
    )
    return Func(F(uid), template=sql, output_field=BigIntegerField())


def parties_with(role: str) -> RawSQL:
    """A subquery of the persons whose sum on this account is not zero."""
    pk = account_ids([role])[role]
    sql = (
        "SELECT party_id FROM ledger_line WHERE account_id = %s AND party_id IS NOT NULL AND date >= '1900-01-01'"
        " GROUP BY party_id HAVING SUM(cents) <> 0"
    )
    return RawSQL(sql, [pk])  # noqa: S611


def sums_of_parties(parties: Iterable[int], role: str) -> dict[int, int]:
    """Person -> signed cents on an account; zero sums left out. One query per 500."""
    pk = account_ids([role])[role]
    found: dict[int, int] = {}
    for part in _parts(parties):
        found.update(query(
            "SELECT party_id, CAST(SUM(cents) AS bigint) FROM ledger_line WHERE account_id = %s AND date >= '1900-01-01'"  # noqa: S608
            f" AND party_id IN ({marks(part)}) GROUP BY party_id HAVING SUM(cents) <> 0", pk, *part,
        ))  # fmt: skip
    return found


def received(parties: Iterable[int], since: datetime) -> int:
    """Cents that came in from these persons after the moment ``since``, less what was taken back or refunded.

    That is what was credited to their prepayments, and by receipts to what they owe. A prepayment put to a charge stands on both
    sides and counts nothing, whether by itself (journal receipts) or with a payer's remittance, which is no money of theirs.
    """
    ids = account_ids(["ar_patient", "patient_prepaid"])
    found = 0
    for part in _parts(parties):
        ((cents,),) = query(
            "SELECT COALESCE(CAST(SUM(l.cents) AS bigint), 0) FROM ledger_line l JOIN ledger_entry e ON e.id = l.entry_id"  # noqa: S608
            f" WHERE l.party_id IN ({marks(part)}) AND e.posted_at > %s"
            " AND (l.account_id = %s AND e.journal <> 'remittance' OR l.account_id = %s AND e.journal IN ('receipts', 'bank'))",
            *part, instant(since), ids["patient_prepaid"], ids["ar_patient"],
        )  # fmt: skip
        found -= cents
    return found


@dataclass(frozen=True, slots=True)
class EntryMove:
    """One line with an item, as its entry has it: number, where it came from, role (or code), party, cents."""

    entry: int
    journal: str
    source_ref: str
    item: str
    role: str
    party: int | None
    cents: int


def moves_through(item: str) -> list[EntryMove]:
    """Every line with an item of the entries that touched ``item`` and stand (neither reversed nor a reversal), in order. One query."""
    rows = query(
        "SELECT e.number, e.journal, e.source_ref, l.item, COALESCE(a.role, a.code), l.party_id, l.cents FROM ledger_line l"
        " JOIN ledger_entry e ON e.id = l.entry_id JOIN ledger_account a ON a.id = l.account_id"
        " WHERE e.state = 'posted' AND e.reverses_id IS NULL AND NOT (l.item = '')"
        " AND e.id IN (SELECT own.entry_id FROM ledger_line own WHERE NOT (own.item = '') AND own.item = %s)"
        " AND NOT EXISTS (SELECT 1 FROM ledger_entry r WHERE r.reverses_id = e.id AND r.state = 'posted')"
        " ORDER BY e.number, l.n", item,
    )  # fmt: skip
    return [EntryMove(*row) for row in rows]
