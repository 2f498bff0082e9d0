"""Histories for the cash basis: entries as plain data, and the sums the selector reads in SQL, added up in Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

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
from steward.ledger.logic.chart import shipped

START = date(2026, 1, 1)
ACCOUNTS = [AccountHead(n, a.code, a.name, a.kind, a.side, a.role) for n, a in enumerate(shipped(), 1)]
ID = {key: a.id for a in ACCOUNTS for key in (a.role, a.code) if key}
HOW = {a.id: treatment(a) for a in ACCOUNTS}


@dataclass(frozen=True)
class L:
    """One line, account by role or code."""

    account: str
    cents: int
    item: str = ""
    party: int | None = None
    entity: int = 1


@dataclass(frozen=True)
class E:
    """One entry; its number is its place in the history."""

    day: int
    lines: tuple[L, ...]
    reversal: bool = False


def entry(day: int, *lines: L) -> E:
    assert sum(line.cents for line in lines) == 0
    return E(day, tuple(line for line in lines if line.cents))


def undone(one: E, day: int) -> E:
    return E(day, tuple(replace(line, cents=-line.cents) for line in one.lines), reversal=not one.reversal)


def books(history: Sequence[E], until: int = 10**6) -> Books:
    """What ``selectors.cash`` reads of these entries at the end of day ``until``."""
    sums: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    items: dict[tuple[str, int], int] = defaultdict(int)
    pools: dict[tuple[int, int, int | None], int] = defaultdict(int)
    loose: list[LooseLine] = []
    for number, one in enumerate(history, 1):
        if one.day > until:
            continue
        for line in one.lines:
            account = ID[line.account]
            debit, credit = sums[account]
            sums[account] = (debit + max(line.cents, 0), credit + max(-line.cents, 0))
            if line.item and HOW[account] in OPEN | {Treatment.INCOME, Treatment.ADJUSTMENT}:
                items[(line.item, account)] += line.cents
            elif HOW[account] in OPEN:
                pools[(line.entity, account, line.party)] += line.cents
        loose += _loose(number, one)
    return Books(
        dict(sums), [(*k, v) for k, v in items.items()], [(e, a, p, v) for (e, a, p), v in pools.items()], loose
    )


def _loose(number: int, one: E) -> Iterable[LooseLine]:
    how = [HOW[ID[line.account]] for line in one.lines]
    tied = any(
        h in (Treatment.BOUGHT, Treatment.FORWARD) or (h in DEFERRED and not line.item)
        for h, line in zip(how, one.lines, strict=True)
    )
    if not tied or not any(h in OPEN for h in how):
        return
    for n, (h, line) in enumerate(zip(how, one.lines, strict=True), 1):
        if h in OPEN | DEFERRED:
            day = START + timedelta(days=one.day)
            yield LooseLine(
                day, number, n, ID[line.account], line.cents, line.item, line.entity, line.party, one.reversal
            )


def view(history: Sequence[E], until: int = 10**6) -> CashBalance:
    return cash_balance(START + timedelta(days=min(until, 3000)), ACCOUNTS, books(history, until))


def rows(balance: CashBalance) -> dict[str, int]:
    """Role or code -> balance, zeros left out."""
    return {r.account.role or r.account.code: r.balance_cents for r in balance.rows if r.balance_cents}


def money(history: Sequence[E], until: int = 10**6) -> int:
    """Cents on accounts that are money: what cash income must come to when nothing is bought on credit or brought in."""
    return sum(
        line.cents
        for one in history
        if one.day <= until
        for line in one.lines
        if HOW[ID[line.account]] is Treatment.KEPT
    )
