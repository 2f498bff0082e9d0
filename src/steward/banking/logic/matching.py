"""Match what the books expect at the bank with what the bank did.

Identity decides, never a search for sums: a deposit slip number, the trace of an EFT (TRN02), a card batch, a check
number. On amounts alone a group of five copays out of fifteen is practically never unique (facts: "Reconciliation
matching"), so nothing here adds up items that share no identity.

Rules, in order; every item ends in exactly one list of the result:
  1. `key`          one bank line and one book item share an identity, equal cents, within the identity window, and no
                    other reading of the identities involved touches either -> auto
  2. `key_group`    the same for several lines or several items of one identity with equal sums -> auto
  3. `amount`       equal cents within the bank-lag window, unique on both sides *and* the only open items with this
                    amount on either side at all -> auto; unique only inside the window -> suggested
  4. `key_differs`, `key_late`  an identity shared but cents or days that disagree -> suggested, never posted
  5. `card_fee`     a card batch and the only line in its window that is up to 5 % smaller, both ways -> suggested
  6. `transposition`, `slide`, `wrong_side`  what one slip of the pen makes of the other, the only one both ways -> suggested
  7. `sum`       items of one kind and day, at most twelve open, add up to a line: one way only and wanted by no other line
                 -> suggested, several ways -> ambiguous
  several candidates on either side by identity or amount -> ambiguous; the rest -> open_bank, open_book

Only 1 to 3 are ever posted. The order of the input changes nothing. Cost is O(n log n): 5,000 x 5,000 in well under two seconds.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from steward.banking.logic.likely import added, slipped
from steward.banking.logic.match_items import KEY_LAG_DAYS, LAG_DAYS, BankItem, BookItem, Item, Sets, within


@dataclass(frozen=True, slots=True)
class Group:
    """Bank lines and book items that belong, or may belong, together, and the rule that says so."""

    bank: tuple[str, ...]
    book: tuple[str, ...]
    rule: str
    difference_cents: int = 0  # bank minus book


@dataclass(frozen=True, slots=True)
class Result:
    """The shape of `steward bank reconcile`: every id given stands in exactly one place."""

    auto: tuple[Group, ...] = ()
    suggested: tuple[Group, ...] = ()
    ambiguous: tuple[Group, ...] = ()
    open_bank: tuple[str, ...] = ()
    open_book: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Plain lists for `--json`."""
        return {
            **{
                name: [
                    {"bank": list(g.bank), "book": list(g.book), "rule": g.rule, "difference_cents": g.difference_cents}
                    for g in groups
                ]
                for name, groups in (("auto", self.auto), ("suggested", self.suggested), ("ambiguous", self.ambiguous))
            },
            "open_bank": list(self.open_bank),
            "open_book": list(self.open_book),
        }


def key(kind: str, value: str) -> str:
    """An identity in one form: `slip:17`, `trn:1512345`. Blanks and leading zeros do not count; "" gives ""."""
    plain = "".join(value.upper().split()).lstrip("0")
    return f"{kind}:{plain}" if plain else ""


def keys(*pairs: tuple[str, str]) -> frozenset[str]:
    """The set of identities of several (kind, value) pairs, empty ones left out."""
    return frozenset(one for one in (key(kind, value) for kind, value in pairs) if one)


@dataclass(slots=True)
class _Work:
    """The open items by id and the groups found so far."""

    bank: dict[str, BankItem]
    book: dict[str, BookItem]
    groups: dict[str, list[Group]] = field(default_factory=lambda: {"auto": [], "suggested": [], "ambiguous": []})

    def take(self, where: str, bank: Iterable[str], book: Iterable[str], rule: str) -> None:
        """Put a group into a list of the result and its items out of play."""
        lines, items = sorted(bank), sorted(book)
        difference = sum(self.bank[one].cents for one in lines) - sum(self.book[one].cents for one in items)
        for one in lines:
            del self.bank[one]
        for one in items:
            del self.book[one]
        self.groups[where].append(Group(tuple(lines), tuple(items), rule, difference))


def match(bank: Sequence[BankItem], book: Sequence[BookItem], *, identity_only: bool = False) -> Result:
    """Match open bank lines with open book items. Ids must be unique on each side (ValueError otherwise).

    With `identity_only` nothing is auto by amount: unique amounts are suggested. That is how the service posts.
    """
    work = _Work({one.id: one for one in bank}, {one.id: one for one in book})
    if len(work.bank) != len(bank) or len(work.book) != len(book):
        raise ValueError("ids must be unique on each side")
    _by_identity(work)
    _by_amount(work, identity_only)
    _by_card_fee(work)
    _by_likeness(work)
    return Result(
        auto=_sorted(work.groups["auto"]),
        suggested=_sorted(work.groups["suggested"]),
        ambiguous=_sorted(work.groups["ambiguous"]),
        open_bank=tuple(sorted(work.bank)),
        open_book=tuple(sorted(work.book)),
    )


def _sorted(groups: list[Group]) -> tuple[Group, ...]:
    return tuple(sorted(groups, key=lambda group: (group.bank, group.book)))


# --- identity ------------------------------------------------------------------------------------------------------


def _by_identity(work: _Work) -> None:
    """Connected components over shared keys; only those with both sides say anything."""
    for lines, items, shared in _components(work):
        _one_component(work, lines, items, shared)


def _components(work: _Work) -> list[tuple[list[str], list[str], frozenset[str]]]:
    """(bank ids, book ids, keys found on both sides) of every group of items tied by keys."""
    bank_keys = {one for line in work.bank.values() for one in line.keys}
    book_keys = {one for item in work.book.values() for one in item.keys}
    both = frozenset(bank_keys & book_keys)
    sets = Sets()
    tied_bank = {one.id: sorted(one.keys & both) for one in work.bank.values() if one.keys & both}
    tied_book = {one.id: sorted(one.keys & both) for one in work.book.values() if one.keys & both}
    for names in (*tied_bank.values(), *tied_book.values()):
        for name in names:
            sets.join(names[0], name)
    found: dict[Hashable, tuple[list[str], list[str], set[str]]] = defaultdict(lambda: ([], [], set()))
    for side, tied in ((0, tied_bank), (1, tied_book)):
        for one, names in sorted(tied.items()):
            part = found[sets.root(names[0])]
            (part[0] if side == 0 else part[1]).append(one)
            part[2].update(names)
    return [(lines, items, frozenset(shared)) for lines, items, shared in found.values()]


MAX_ENUMERATED = 6
"""Up to so many lines and items of one component every reading is enumerated; beyond, only the plain group counts."""

Reading = tuple[frozenset[str], frozenset[str]]


def _one_component(work: _Work, lines: list[str], items: list[str], shared: frozenset[str]) -> None:
    """Take every reading that no other contradicts; what is left of the component is shown to a person."""
    bank = [work.bank[one] for one in lines]
    book = [work.book[one] for one in items]
    if max(len(lines), len(items)) > MAX_ENUMERATED:
        readings = _plain_group(bank, book, shared)
    else:
        readings = _indecomposable(_readings(bank, book, shared))
    for one in readings:
        if not any(other is not one and (one[0] & other[0] or one[1] & other[1]) for other in readings):
            work.take("auto", one[0], one[1], "key" if len(one[0]) == len(one[1]) == 1 else "key_group")
    _leave_to_person(work, lines, items)


def _leave_to_person(work: _Work, lines: list[str], items: list[str]) -> None:
    lines, items = [one for one in lines if one in work.bank], [one for one in items if one in work.book]
    if len(lines) == len(items) == 1:
        equal = work.bank[lines[0]].cents == work.book[items[0]].cents
        work.take("suggested", lines, items, "key_late" if equal else "key_differs")
    elif lines and items:
        work.take("ambiguous", lines, items, "key_shared")


def _readings(bank: list[BankItem], book: list[BookItem], shared: frozenset[str]) -> list[Reading]:
    """Every way to pair some lines with some items of one identity so that sums agree and days fit."""
    found: dict[Reading, None] = {}
    for name in sorted(shared):
        lines = _subsets([one for one in bank if name in one.keys])
        items = _subsets([one for one in book if name in one.keys])
        for some in lines:
            for others in items:
                if _balances(some, others):
                    found[frozenset(one.id for one in some), frozenset(one.id for one in others)] = None
    return list(found)


def _subsets(rows: list[Item]) -> list[tuple[Item, ...]]:
    return [part for size in range(1, len(rows) + 1) for part in combinations(rows, size)]


def _balances(lines: Sequence[BankItem], items: Sequence[BookItem]) -> bool:
    """Equal sums, and every line in the identity window of every item."""
    return sum(one.cents for one in lines) == sum(one.cents for one in items) and all(
        within(line.on, item, KEY_LAG_DAYS) for line in lines for item in items
    )


def _indecomposable(readings: list[Reading]) -> list[Reading]:
    """Without those that only put smaller ones together: they say nothing the smaller ones do not."""
    return [
        one for one in readings if not any(part != one and part[0] < one[0] and part[1] < one[1] for part in readings)
    ]


def _plain_group(bank: list[BankItem], book: list[BookItem], shared: frozenset[str]) -> list[Reading]:
    """A large component as one reading, when it can only be read one way: one side is a single item, every amount has
    the same sign, all carry the one identity, sums agree and days fit.
    """
    carried = [one.keys for one in bank] + [one.keys for one in book]
    amounts = [one.cents for one in bank] + [one.cents for one in book]
    same = any(all(name in own for own in carried) for name in shared)
    one_way = min(len(bank), len(book)) == 1 and (min(amounts) > 0 or max(amounts) < 0)
    if same and one_way and _balances(bank, book):
        return [(frozenset(one.id for one in bank), frozenset(one.id for one in book))]
    return []


# --- amount --------------------------------------------------------------------------------------------------------


def _by_amount(work: _Work, identity_only: bool) -> None:
    """Components of equal cents whose windows meet. A pair alone in its component is mutually unique."""
    bank, book = defaultdict(list), defaultdict(list)
    for line in work.bank.values():
        bank[line.cents].append(line)
    for item in work.book.values():
        book[item.cents].append(item)
    for cents in sorted(bank.keys() & book.keys()):
        only = len(bank[cents]) == len(book[cents]) == 1
        for lines, items in _meetings(bank[cents], book[cents]):
            if len(lines) == len(items) == 1:
                work.take("auto" if only and not identity_only else "suggested", lines, items, "amount")
            else:
                work.take("ambiguous", lines, items, "amount")


def _meetings(bank: list[BankItem], book: list[BookItem]) -> list[tuple[list[str], list[str]]]:
    """Connected components of lines and items whose windows contain each other's day, by one sweep over the days."""
    spans = sorted((_span(item), item.id) for item in book)
    sets, active, at = Sets(), list[tuple[int, str]](), 0
    for line in sorted(bank, key=lambda one: (one.on, one.id)):
        day = line.on.toordinal()
        while at < len(spans) and spans[at][0][0] <= day:
            heapq.heappush(active, (spans[at][0][1], spans[at][1]))
            at += 1
        while active and active[0][0] < day:
            heapq.heappop(active)
        if active:
            # all windows open today meet in this line; from here one of them stands for all until it closes
            last = max(active)
            for _, item in active:
                sets.join(("book", last[1]), ("book", item))
            sets.join(("book", last[1]), ("bank", line.id))
            active = [last]
    return _gather(sets, bank, book)


def _span(item: BookItem) -> tuple[int, int]:
    before, after = LAG_DAYS.get(item.kind, LAG_DAYS["other"])
    day = item.on.toordinal()
    return day - before, day + after


def _gather(sets: Sets, bank: list[BankItem], book: list[BookItem]) -> list[tuple[list[str], list[str]]]:
    """The components that have both sides."""
    found: dict[Hashable, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for line in bank:
        found[sets.root(("bank", line.id))][0].append(line.id)
    for item in book:
        found[sets.root(("book", item.id))][1].append(item.id)
    return [(lines, items) for lines, items in found.values() if lines and items]


# --- fee -----------------------------------------------------------------------------------------------------------

MAX_FEE_PERCENT = 5


def _by_card_fee(work: _Work) -> None:
    """A processor that keeps its fee pays less than the batch: suggest a pair that is alone on both sides."""
    lines = sorted(work.bank.values(), key=lambda one: (one.cents, one.id))
    amounts = [one.cents for one in lines]
    offers: dict[str, list[str]] = {}
    wanted: dict[str, list[str]] = defaultdict(list)
    for item in sorted(work.book.values(), key=lambda one: one.id):
        if item.kind != "card_batch" or item.cents <= 0:
            continue
        low = item.cents - item.cents * MAX_FEE_PERCENT // 100
        near = lines[bisect_left(amounts, low) : bisect_left(amounts, item.cents)]
        offers[item.id] = [line.id for line in near if within(line.on, item, LAG_DAYS)]
        for one in offers[item.id]:
            wanted[one].append(item.id)
    for item_id, found in offers.items():
        if len(found) == 1 and wanted[found[0]] == [item_id]:
            work.take("suggested", found, [item_id], "card_fee")


# --- for a person's eye ----------------------------------------------------------------------------------------------


def _by_likeness(work: _Work) -> None:
    """Slips of the pen, then sums, among what nothing else explains."""
    for line, item, kind in slipped(list(work.bank.values()), list(work.book.values())):
        work.take("suggested", [line], [item], kind)
    for lines, items, alone in added(list(work.bank.values()), list(work.book.values())):
        work.take("suggested" if alone else "ambiguous", lines, items, "sum")
