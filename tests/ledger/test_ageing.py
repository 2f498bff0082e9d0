"""The ageing and its past days in one query against sums made line by line, with items, without, and both on one account."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta

import pytest

from steward.core.service import Call
from steward.ledger import services
from steward.ledger.selectors.ageing import aged, control
from steward.ledger.selectors.flows import aged_at
from tests.ledger.support import entry, line

pytestmark = pytest.mark.django_db
FIRST, ROLES, ENDS = date(2026, 1, 5), ("ar_patient", "ar_insurance"), (30, 60)
Lived = tuple[str, str, int, date]  # role, item, cents, day


def column(first: date, day: date) -> int:
    return sum((day - first).days > end for end in ENDS)


def by_hand(lived: list[Lived], day: date) -> tuple[Counter[tuple[str, int]], Counter[tuple[str, int]]]:
    """(role, column) -> cents, and how many things are open: an item as old as its first line, other lines by themselves."""
    sums: Counter[tuple[str, int]] = Counter()
    items: Counter[tuple[str, int]] = Counter()
    open_: Counter[tuple[str, str]] = Counter()
    born: dict[tuple[str, str], date] = {}
    for role, item, cents, on in sorted(lived, key=lambda one: one[3]):
        if item:
            open_[role, item] += cents
            born.setdefault((role, item), on)
        else:
            sums[role, column(on, day)] += cents
            items[role, column(on, day)] += 1
    for key, cents in open_.items():
        if cents:
            sums[key[0], column(born[key], day)] += cents
            items[key[0], column(born[key], day)] += 1
    return sums, items


def test_open_sums_by_age_are_those_of_the_lines(call: Call) -> None:
    rnd, drafts = random.Random(5), []
    lived: list[Lived] = []
    for _ in range(120):
        on, role = FIRST + timedelta(days=rnd.randrange(120)), rnd.choice(ROLES)
        item = rnd.choice(["", "", "charge:a", "charge:b", "charge:c"])
        cents = rnd.choice([-500, 500, 700])  # few amounts, so that some sums are nothing
        drafts.append(entry(line(role, cents, item=item), line("suspense", -cents), day=on))
        lived.append((role, item, cents, on))
    services.post_many(call, drafts=drafts)
    for day in (FIRST, FIRST + timedelta(days=40), FIRST + timedelta(days=119)):
        sums, items = by_hand([one for one in lived if one[3] <= day], day)
        found = {(one.role, one.column): (one.cents, one.items) for one in aged(ROLES, day, ENDS)}
        assert found == {key: (sums[key], items[key]) for key in items}
        assert sum(cents for cents, _items in found.values()) == sum(control(ROLES, day).values())
        wide = [sum(cents for (_role, n), cents in sums.items() if n == k) for k in range(3)]
        assert aged_at(ROLES, [day], ENDS)[day] == tuple(wide)
