"""Profit and loss, balance sheet and cash flow out of signed sums: pure, any number of columns beside each other.

A column is a mapping from account id to cents, debit positive: what moved in a span (profit and loss), what stood at the end
of a day (balance sheet), or both (cash flow). Statements turn the signs so that what is good for the owner is positive in
income, assets, liabilities, equity and cash; costs are positive in their own sections and taken off in the sums.

Invariants, tested: the result equals income less expense of the accounts; assets equal liabilities and equity; the sum of
the cash flow equals the change of the cash accounts. Nothing is closed at a year's end: what earlier years earned is
computed on every look (docs/decisions), so an entry dated back can never leave a stale balance behind.

Layout: ``statements.toml``. The indirect cash flow follows ASC 230-10-45-28: the result, what in it was no cash, the changes
of working capital; long-lived assets; lenders and owners.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

from steward.core.money import round_half_up
from steward.ledger.logic.balance import AccountHead

Kind = Literal["head", "account", "computed", "sum", "total"]
Column = Mapping[int, int]

#: What stands in the result and is no cash of running the practice: the flow of long-lived assets takes it.
NOT_RUNNING: Final = ("depreciation", "disposal_loss", "disposal_gain")
OPERATING: Final = ("receivables", "current_assets", "current_liabilities")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: ``name`` is a section, a computed row or a sum (words are the screen's); cents a column, signs as shown."""

    kind: Kind
    name: str
    cents: tuple[int, ...] = ()
    account: AccountHead | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement in its order. ``base`` is what common size measures by; ``off`` must be 0 in every column."""

    name: str
    rows: tuple[Row, ...]
    base: tuple[int, ...]
    off: tuple[int, ...]

    def sum(self, name: str) -> tuple[int, ...]:
        """The cents of a sum or computed row by its name. Raises KeyError."""
        for row in self.rows:
            if row.name == name and row.kind in ("sum", "total", "computed"):
                return row.cents
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class _Layout:
    kinds: Mapping[str, str]
    roles: Mapping[str, str]
    codes: Mapping[str, str]
    rest: Mapping[tuple[str, str], str]


@cache
def _layout() -> _Layout:
    data = tomllib.loads((Path(__file__).parent / "statements.toml").read_text())
    return _Layout(
        kinds={name: said["kind"] for name, said in data.items()},
        roles={role: name for name, said in data.items() for role in said.get("roles", ())},
        codes={code: name for name, said in data.items() for code in said.get("codes", ())},
        rest={(said["kind"], said.get("side", "")): name for name, said in data.items() if said.get("rest")},
    )


def section(account: AccountHead) -> str:
    """Where the account stands. Source: ``statements.toml``."""
    layout = _layout()
    named = layout.roles.get(account.role) if account.role else layout.codes.get(account.code)
    if named is not None and layout.kinds[named] == account.kind:
        return named
    side = (account.kind, account.normal_side)
    return layout.rest[side] if side in layout.rest else layout.rest[account.kind, ""]


class _Sheet:
    """Rows while they are put together, over the same accounts and columns."""

    def __init__(self, accounts: Sequence[AccountHead], columns: Sequence[Column]) -> None:
        self.columns = columns
        self.rows: list[Row] = []
        self.of: dict[str, list[AccountHead]] = {}
        for account in accounts:
            self.of.setdefault(section(account), []).append(account)

    def section(self, name: str, sign: int) -> tuple[int, ...]:
        """The accounts of a section that are not 0 everywhere, and their sum; an empty section gives no rows."""
        shown = []
        for account in self.of.get(name, ()):
            cents = tuple(sign * column.get(account.id, 0) for column in self.columns)
            if any(cents):
                shown.append(Row("account", name, cents, account))
        return self.block(name, shown)

    def block(self, name: str, shown: Sequence[Row]) -> tuple[int, ...]:
        """A heading, rows, and their sum."""
        cents = add(*(row.cents for row in shown)) if shown else (0,) * len(self.columns)
        if shown:
            self.rows += [Row("head", name), *shown, Row("sum", name, cents)]
        return cents

    def total(self, name: str, cents: tuple[int, ...]) -> tuple[int, ...]:
        self.rows.append(Row("total", name, cents))
        return cents

    def whole(self, *kinds: str) -> tuple[int, ...]:
        """All accounts of these kinds, debit positive, by the accounts and not by the sections."""
        ids = [account.id for of in self.of.values() for account in of if account.kind in kinds]
        return tuple(sum(column.get(pk, 0) for pk in ids) for column in self.columns)


def add(*parts: tuple[int, ...]) -> tuple[int, ...]:
    """Columns added up."""
    return tuple(sum(each) for each in zip(*parts, strict=True))


def less(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    """The first columns less the others."""
    return tuple(a - b for a, b in zip(one, other, strict=True))


def result(accounts: Sequence[AccountHead], column: Column) -> int:
    """Income less expense, cents; positive is a profit."""
    return -sum(column.get(account.id, 0) for account in accounts if account.kind in ("revenue", "expense"))


def profit_and_loss(accounts: Sequence[AccountHead], moved: Sequence[Column]) -> Statement:
    """What moved in each column's span. Common size is by net revenue."""
    sheet = _Sheet(accounts, moved)
    net = sheet.total("net_revenue", add(sheet.section("income", -1), sheet.section("adjustments", -1)))
    costs = add(*(sheet.section(name, 1) for name in ("pay", "supplies", "overhead")))
    running = sheet.total("running_result", less(net, costs))
    other = less(sheet.section("other_income", -1), sheet.section("other_expense", 1))
    end = sheet.total("result", add(running, other))
    return Statement("profit-loss", tuple(sheet.rows), net, add(end, sheet.whole("revenue", "expense")))


def balance_sheet(accounts: Sequence[AccountHead], stood: Sequence[Column], years: Sequence[Column]) -> Statement:
    """What stood at the end of each column's day; ``years`` is what had moved since the first day of that day's year.

    What revenue and expense accounts hold from earlier years stands as earned earlier. Common size is by all assets.
    """
    sheet = _Sheet(accounts, stood)
    assets = add(*(sheet.section(name, 1) for name in ("cash", "receivables", "current_assets", "fixed")))
    sheet.total("assets", assets)
    owed = add(sheet.section("current_liabilities", -1), sheet.section("borrowed", -1))
    sheet.total("liabilities", owed)
    this = tuple(result(accounts, year) for year in years)
    earlier = less(tuple(result(accounts, column) for column in stood), this)
    rows = [
        Row("account", "owners", cents, account)
        for account in sheet.of.get("owners", ())
        if any(cents := tuple(-column.get(account.id, 0) for column in stood))
    ]
    rows += [
        Row("computed", n, cents) for n, cents in (("earlier_result", earlier), ("year_result", this)) if any(cents)
    ]
    equity = sheet.block("owners", rows)
    both = sheet.total("liabilities_and_equity", add(owed, equity))
    return Statement("balance-sheet", tuple(sheet.rows), assets, less(assets, both))


def cash_flow(accounts: Sequence[AccountHead], before: Sequence[Column], moved: Sequence[Column]) -> Statement:
    """From the result of each span to the change of its cash. ``before`` is what stood before the span's first day."""
    sheet = _Sheet(accounts, moved)
    results = tuple(result(accounts, column) for column in moved)
    no_cash = [
        Row("account", "running", tuple(column.get(account.id, 0) for column in moved), account)
        for account in accounts
        if account.role in NOT_RUNNING and account.kind in ("revenue", "expense")
    ]
    no_cash = [row for row in no_cash if any(row.cents)]
    changes = [row for name in OPERATING for row in _changes(sheet, name, "running")]
    running = sheet.block("running", [Row("computed", "result", results), *no_cash, *changes])
    taken = add(*(row.cents for row in no_cash)) if no_cash else (0,) * len(moved)
    fixed = _changes(sheet, "fixed", "fixed")
    if any(taken):
        fixed.append(Row("computed", "not_bought", tuple(-cents for cents in taken)))
    bought = sheet.block("investing", fixed)
    lent = sheet.block(
        "financing", [*_changes(sheet, "borrowed", "financing"), *_changes(sheet, "owners", "financing")]
    )
    change = sheet.total("cash_change", add(running, bought, lent))
    money = [account.id for account in sheet.of.get("cash", ())]
    start = tuple(sum(column.get(pk, 0) for pk in money) for column in before)
    sheet.rows.append(Row("computed", "cash_before", start))
    sheet.total("cash_after", add(start, change))
    seen = tuple(sum(column.get(pk, 0) for pk in money) for column in moved)
    return Statement("cash-flow", tuple(sheet.rows), _net_revenue(accounts, moved), less(change, seen))


def _changes(sheet: _Sheet, of: str, name: str) -> list[Row]:
    """What the change of each account of a section did to the cash."""
    rows = []
    for account in sheet.of.get(of, ()):
        cents = tuple(-column.get(account.id, 0) for column in sheet.columns)
        if any(cents):
            rows.append(Row("account", name, cents, account))
    return rows


def _net_revenue(accounts: Sequence[AccountHead], moved: Sequence[Column]) -> tuple[int, ...]:
    ids = [account.id for account in accounts if section(account) in ("income", "adjustments")]
    return tuple(-sum(column.get(pk, 0) for pk in ids) for column in moved)


def share_tenths(cents: int, base: int) -> int | None:
    """Tenths of a percent of the base; None where the base is nothing or less."""
    return round_half_up(cents * 1000, base) if base > 0 else None


def change_tenths(now: int, then: int) -> int | None:
    """How much more than then, tenths of a percent of its size; None where there was nothing."""
    return round_half_up((now - then) * 1000, abs(then)) if then else None
