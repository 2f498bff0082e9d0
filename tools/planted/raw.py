"""Errors that only raw SQL with the guards away can plant: 36 and 37, and a total that is not the sum of its lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from planted.world import NEUTRAL, Planted, World, line, planted
from steward.core.sql import execute
from steward.ledger.models import Entry, Line

Raw = Callable[[int], tuple[list[Planted], list[tuple[str, int]]]]


def hash_chain_broken(number: int) -> tuple[list[Planted], list[tuple[str, int]]]:
    """A memo changed after it was posted."""
    return [planted("hash_chain_broken", ("entry", number))], [("UPDATE ledger_entry SET memo = 'changed' WHERE number = %s", number)]


def sequence_gap(number: int) -> tuple[list[Planted], list[tuple[str, int]]]:
    """The last entry is gone, with its lines."""
    pk = Entry.objects.get(number=number).pk
    gone = [("DELETE FROM ledger_line WHERE entry_id = %s", pk), ("DELETE FROM ledger_entry WHERE id = %s", pk)]
    return [planted("sequence_gap", ("entry", number))], gone


def totals_drift(number: int) -> tuple[list[Planted], list[tuple[str, int]]]:
    """A monthly total changed by hand."""
    first = Line.objects.filter(entry__number=number, cents__gt=0).select_related("account", "entry")[0]
    text = "UPDATE ledger_periodtotal SET debit = debit + 1 WHERE account_id = %s AND debit > 0"
    return [planted("totals_drift", ("account", first.account.code))], [(text, first.account_id)]


PLANTS: Sequence[Raw] = (hash_chain_broken, totals_drift, sequence_gap)


def plant(w: World, away: Callable[[], None], only: str) -> list[Planted]:
    """Post three entries, take the guards ``away``, spoil the last with raw SQL. The twins are the two before it: nothing is said of
    them."""
    numbers = [w.post(w.ago(3), line("1520", 700_007), line(NEUTRAL, -700_007)) for _ in range(3)]
    found, statements = next(one for one in PLANTS if one.__name__ == only)(numbers[-1])
    away()
    for text, value in statements:
        execute(text, value)
    return found
