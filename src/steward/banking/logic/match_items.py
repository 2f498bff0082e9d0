"""What is matched: open bank lines and open expectations of the books, the windows of days, and sets that join. Pure; cents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

LAG_DAYS: Mapping[str, tuple[int, int]] = {
    "deposit": (1, 7),
    "eft": (5, 10),  # the ERA may come three business days after its EFT (CORE 370), or before it
    "card_batch": (1, 7),
    "payout": (1, 7),
    "check": (0, 180),
    "other": (3, 7),
}
"""Per kind: how many days before and after the book date the bank may show it when only the amount speaks."""

KEY_LAG_DAYS: Mapping[str, tuple[int, int]] = {
    "deposit": (3, 30),
    "eft": (30, 30),
    "card_batch": (3, 30),
    "payout": (3, 30),
    "check": (3, 400),
    "other": (30, 60),
}
"""The same when an identity speaks: wide enough for a late bank, narrow enough for a number used again next year."""


@dataclass(frozen=True, slots=True)
class BankItem:
    """One open bank line: `cents` > 0 is money in; `keys` are identities as `kind:VALUE` (see `key`)."""

    id: str
    on: dt.date
    cents: int
    keys: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class BookItem:
    """One open expectation of the books: `cents` as the bank should show it, `on` the day it left for the bank."""

    id: str
    on: dt.date
    cents: int
    kind: str = "other"
    keys: frozenset[str] = frozenset()


Item = TypeVar("Item", BankItem, BookItem)


def within(bank_on: dt.date, book: BookItem, lags: Mapping[str, tuple[int, int]]) -> bool:
    """True when the bank's day lies in the window of the book item."""
    before, after = lags.get(book.kind, lags["other"])
    return -before <= (bank_on - book.on).days <= after


class Sets:
    """Disjoint sets over any hashable names."""

    def __init__(self) -> None:
        self._parent: dict[Hashable, Hashable] = {}

    def root(self, name: Hashable) -> Hashable:
        """The representative of a name's set."""
        self._parent.setdefault(name, name)
        while self._parent[name] != name:
            self._parent[name] = self._parent[self._parent[name]]
            name = self._parent[name]
        return name

    def join(self, one: Hashable, other: Hashable) -> None:
        """Make two sets one."""
        self._parent[self.root(other)] = self.root(one)
