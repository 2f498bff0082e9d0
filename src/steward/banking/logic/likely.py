"""What nearly fits and what could add up: shown to a person with its reason, never posted. Pure; cents.

Steps 5 and 6 of the matcher (facts: "Reconciliation matching"). Sums are only counted where counting says something: of fifteen
open copays five add up to a deposit in several ways practically always, so a day with more than twelve open items is left alone.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from steward.banking.logic.match_items import LAG_DAYS, BankItem, BookItem, Item, Sets, within
from steward.banking.logic.slips import slip

#: So many open items of one kind and day are added up in every way (4,096 sums); with more, the answer is always "several".
MAX_ADDENDS: Final = 12
_WIDEST: Final = (max(lag[0] for lag in LAG_DAYS.values()), max(lag[1] for lag in LAG_DAYS.values()))

Alike = dict[str, list[tuple[int, str]]]


def _likenesses(cents: int) -> tuple[str, ...]:
    """Names under which every slip of ``cents`` is found: its digits in order of size, itself without closing zeros, its size."""
    sign, digits = ("-" if cents < 0 else "+"), str(abs(cents))
    plain = digits.rstrip("0")
    return (f"t{sign}{''.join(sorted(digits)).lstrip('0')}", f"s{sign}{plain}", f"w{digits}")


def _shelved(rows: Sequence[Item]) -> Alike:
    """(day, id) by likeness, the earliest first."""
    found: Alike = defaultdict(list)
    for one in sorted(rows, key=lambda row: (row.on, row.id)):
        for name in _likenesses(one.cents):
            found[name].append((one.on.toordinal(), one.id))
    return found


def slipped(lines: Sequence[BankItem], items: Sequence[BookItem]) -> list[tuple[str, str, str]]:
    """(line, item, kind) where one slip of the pen makes one of the other in the window, and neither has another such partner."""
    bank, book = {one.id: one for one in lines}, {one.id: one for one in items}
    on_bank, on_book = _shelved(lines), _shelved(items)
    found = []
    for item in sorted(items, key=lambda one: one.id):
        line = _only(bank[name] for name in _near(on_bank, item, _WIDEST) if _slips(bank[name], item))
        if line is not None:
            back = _only(book[name] for name in _near(on_book, line, _WIDEST[::-1]) if _slips(line, book[name]))
            if back is not None:
                found.append((line.id, item.id, slip(item.cents, line.cents)))
    return found


def _near(shelf: Alike, one: BankItem | BookItem, days: tuple[int, int]) -> Iterator[str]:
    """Ids alike ``one`` from ``days[0]`` before to ``days[1]`` after its day, each once."""
    day, told = one.on.toordinal(), set[str]()
    for name in _likenesses(one.cents):
        rows = shelf.get(name, [])
        for _day, uid in rows[bisect_left(rows, (day - days[0], "")) : bisect_right(rows, (day + days[1] + 1, ""))]:
            if uid not in told:
                told.add(uid)
                yield uid


def _slips(line: BankItem, item: BookItem) -> bool:
    return bool(slip(item.cents, line.cents)) and within(line.on, item, LAG_DAYS)


def _only(rows: Iterator[Item]) -> Item | None:
    """The one there is; None for none or several. Stops at the second."""
    first = next(rows, None)
    return first if first is not None and next(rows, None) is None else None


def added(lines: Sequence[BankItem], items: Sequence[BookItem]) -> list[tuple[list[str], list[str], bool]]:
    """(lines, items, whether it is one line and the only way) of everything that items of one kind and day can add up to."""
    used, ways = _ways(lines, _days(items))
    sets = Sets()
    for line, names in used.items():
        for item in names:
            sets.join(("bank", line), ("book", item))
    groups: dict[object, tuple[list[str], set[str]]] = defaultdict(lambda: ([], set()))
    for line in sorted(used):
        group = groups[sets.root(("bank", line))]
        group[0].append(line)
        group[1].update(used[line])
    return [(ids, sorted(names), len(ids) == 1 and ways[ids[0]] == 1) for ids, names in groups.values()]


def _days(items: Sequence[BookItem]) -> list[list[BookItem]]:
    """Open items of one kind, day and sign, two to twelve of them."""
    found: dict[tuple[str, int, bool], list[BookItem]] = defaultdict(list)
    for one in sorted(items, key=lambda row: row.id):
        found[one.kind, one.on.toordinal(), one.cents > 0].append(one)
    return [rows for rows in found.values() if 2 <= len(rows) <= MAX_ADDENDS]


def _ways(lines: Sequence[BankItem], days: Sequence[Sequence[BookItem]]) -> tuple[dict[str, set[str]], dict[str, int]]:
    """Line -> the items in any way to make its amount, and how many ways there are."""
    by_cents: dict[int, list[BankItem]] = defaultdict(list)
    for line in lines:
        by_cents[line.cents].append(line)
    used: dict[str, set[str]] = defaultdict(set)
    ways: dict[str, int] = defaultdict(int)
    for rows in days:
        for cents, (count, bits) in _sums(rows, by_cents.keys()).items():
            names = [one.id for n, one in enumerate(rows) if bits >> n & 1]
            for line in by_cents[cents]:
                if within(line.on, rows[0], LAG_DAYS):
                    used[line.id].update(names)
                    ways[line.id] += count
    return used, ways


def _sums(rows: Sequence[BookItem], wanted: Collection[int]) -> dict[int, tuple[int, int]]:
    """Wanted amount -> (how many sets of two or more rows make it, the rows in any of them as bits)."""
    sums = [0]
    for one in rows:
        sums += [cents + one.cents for cents in sums]
    found: dict[int, tuple[int, int]] = {}
    for bits, cents in enumerate(sums):
        if cents in wanted and bits.bit_count() > 1:
            count, others = found.get(cents, (0, 0))
            found[cents] = (count + 1, others | bits)
    return found
