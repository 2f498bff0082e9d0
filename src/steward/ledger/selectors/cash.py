"""What the cash basis is derived from: sums by item, and the few entries that say themselves what belongs together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from steward.core.sql import marks, query
from steward.ledger.logic.balance import AccountHead
from steward.ledger.logic.cash_basis import (
    DEFERRED,
    OPEN,
    Books,
    CashBalance,
    LooseLine,
    Treatment,
    cash_balance,
    treatment,
)

_SUM: Final = "CAST(SUM(cents) AS bigint)"
#: What an item settles among its own lines; equity and assets are tied by their entries alone.
_BY_ITEM: Final = OPEN | {Treatment.INCOME, Treatment.ADJUSTMENT}
_OUTSIDE: Final = frozenset({Treatment.BOUGHT, Treatment.FORWARD})


def cash_trial_balance(
    day: date, accounts: Sequence[AccountHead], sums: Mapping[int, tuple[int, int]], *, entity: int | None
) -> CashBalance:
    """Every account at the end of ``day`` on the cash basis. Three queries over the lines up to that day; O(lines)."""
    reads = _Reads(day, accounts, entity)
    return cash_balance(day, accounts, Books(sums, reads.items(), reads.pools(), reads.loose()))


class _Reads:
    """The three queries. The parts of SQL are ours; days and ids are bound."""

    def __init__(self, day: date, accounts: Sequence[AccountHead], entity: int | None) -> None:
        self.how = {account.id: treatment(account) for account in accounts}
        self.values: list[object]
        self.where, self.values = "l.date >= %s AND l.date <= %s", [date(1900, 1, 1).isoformat(), day.isoformat()]
        if entity is not None:
            self.where, self.values = f"{self.where} AND l.entity_id = %s", [*self.values, entity]

    def _of(self, treatments: frozenset[Treatment]) -> list[int]:
        return [account for account, how in self.how.items() if how in treatments]

    def items(self) -> list[tuple[Any, ...]]:
        """(item, account, cents)."""
        ids = self._of(_BY_ITEM)
        return query(
            f"SELECT l.item, l.account_id, {_SUM} FROM ledger_line l WHERE NOT (l.item = '')"  # noqa: S608
            f" AND l.account_id IN ({marks(ids)}) AND {self.where} GROUP BY l.item, l.account_id",
            *ids, *self.values,
        )  # fmt: skip

    def pools(self) -> list[tuple[Any, ...]]:
        """(entity, account, party, cents) of what is open without an item."""
        ids = self._of(OPEN)
        return query(
            f"SELECT l.entity_id, l.account_id, l.party_id, {_SUM} FROM ledger_line l WHERE l.item = ''"  # noqa: S608
            f" AND l.account_id IN ({marks(ids)}) AND {self.where} GROUP BY 1, 2, 3",
            *ids, *self.values,
        )  # fmt: skip

    def loose(self) -> list[LooseLine]:
        """Lines of entries with an open line and a deferred one that has no item, or is bought or equity."""
        still, own, outside = self._of(OPEN), self._of(_BY_ITEM - OPEN), self._of(_OUTSIDE)
        every = self._of(OPEN | DEFERRED)
        rows = query(
            f"""
            WITH loose AS (
              SELECT l.entry_id FROM ledger_line l
              WHERE {self.where} AND (l.account_id IN ({marks(outside)})
                                      OR (l.item = '' AND l.account_id IN ({marks(own)})))
              INTERSECT
              SELECT l.entry_id FROM ledger_line l WHERE {self.where} AND l.account_id IN ({marks(still)}))
            SELECT l.date, e.number, l.n, l.account_id, l.cents, l.item, l.entity_id, l.party_id, e.reverses_id IS NOT NULL
            FROM loose JOIN ledger_entry e ON e.id = loose.entry_id JOIN ledger_line l ON l.entry_id = loose.entry_id
            WHERE {self.where} AND l.account_id IN ({marks(every)})""",  # noqa: S608 - marks and our own condition
            *self.values, *outside, *own, *self.values, *still, *self.values, *every,
        )  # fmt: skip
        return [
            LooseLine(_day(day), number, n, account, cents, item, entity_of, party, bool(back))
            for day, number, n, account, cents, item, entity_of, party, back in rows
        ]


def _day(value: date | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)
