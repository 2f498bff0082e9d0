"""Matching: what is auto must be provable. A brute-force oracle checks small cases, a planted month the large ones."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steward.banking.logic.likely import added, slipped
from steward.banking.logic.match_items import KEY_LAG_DAYS, LAG_DAYS, BankItem, BookItem, within
from steward.banking.logic.matching import Group, Result, key, keys, match
from steward.banking.logic.slips import slip

DAY = dt.date(2026, 11, 2)


def bank(name: str, cents: int, *identities: str, day: int = 0) -> BankItem:
    return BankItem(name, DAY + dt.timedelta(days=day), cents, frozenset(identities))


def book(name: str, cents: int, *identities: str, day: int = 0, kind: str = "deposit") -> BookItem:
    return BookItem(name, DAY + dt.timedelta(days=day), cents, kind, frozenset(identities))


def test_identities_have_one_form() -> None:
    assert key("slip", " 0017 ") == key("slip", "17") == "slip:17"
    assert key("trn", "00") == "" == key("trn", "")
    assert keys(("slip", ""), ("trn", "a1")) == {"trn:A1"}


def test_slip_decides_between_twins() -> None:
    lines = [bank("b1", 5000, "slip:1", day=1), bank("b2", 5000, "slip:2", day=1)]
    items = [book("k2", 5000, "slip:2"), book("k1", 5000, "slip:1")]
    assert match(lines, items).auto == (Group(("b1",), ("k1",), "key"), Group(("b2",), ("k2",), "key"))


def test_twins_without_identity_are_ambiguous_and_never_posted() -> None:
    result = match([bank("b1", 5000), bank("b2", 5000)], [book("k1", 5000), book("k2", 5000)])
    assert result == Result(ambiguous=(Group(("b1", "b2"), ("k1", "k2"), "amount"),))


def test_one_line_for_two_items_of_one_identity() -> None:
    result = match(
        [bank("b", 900, "trn:X")], [book("k1", 500, "trn:X", kind="eft"), book("k2", 400, "trn:X", kind="eft")]
    )
    assert result.auto == (Group(("b",), ("k1", "k2"), "key_group"),)


@pytest.mark.parametrize(
    ("lines", "items", "rule"),
    [
        ([bank("b", 900, "slip:1")], [book("k", 901, "slip:1")], "key_differs"),
        ([bank("b", 900, "slip:1", day=40)], [book("k", 900, "slip:1")], "key_late"),
    ],
)
def test_an_identity_that_disagrees_is_only_suggested(lines: list[BankItem], items: list[BookItem], rule: str) -> None:
    result = match(lines, items)
    assert result.auto == ()
    assert [group.rule for group in result.suggested] == [rule]


@pytest.mark.parametrize(
    ("lines", "items"),
    [
        (
            [bank("b1", 500, "slip:1"), bank("b2", 500, "slip:1")],
            [book("k1", 500, "slip:1"), book("k2", 500, "slip:1")],
        ),
        ([bank("b1", 500, "trn:1")], [book("k1", 500, "trn:1"), book("k2", 50, "trn:1"), book("k3", -50, "trn:1")]),
        ([bank("b1", 500, "slip:1", "trn:2")], [book("k1", 300, "slip:1"), book("k2", 200, "trn:2")]),
    ],
)
def test_a_shared_identity_with_two_readings_is_ambiguous(lines: list[BankItem], items: list[BookItem]) -> None:
    result = match(lines, items)
    assert result.auto == ()
    assert [group.rule for group in result.ambiguous] == ["key_shared"]


def test_an_amount_is_auto_only_when_nothing_else_open_has_it() -> None:
    pair = [bank("b", 7701, day=1)], [book("k", 7701)]
    assert [group.rule for group in match(*pair).auto] == ["amount"]
    assert [group.rule for group in match(*pair, identity_only=True).suggested] == ["amount"]
    far = replace(pair[1][0], id="far", on=DAY + dt.timedelta(days=90))
    assert [group.bank for group in match(pair[0], [*pair[1], far]).suggested] == [("b",)]
    assert match(pair[0], [*pair[1], far]).open_book == ("far",)


def test_one_reference_for_many_things_is_decided_by_what_can_be() -> None:
    """A reference without a label may be a slip or a batch number: only one of both fits the amount."""
    lines = [bank("b1", 14000, "slip:1", "batch:1"), bank("b2", 5820, "batch:1")]
    items = [book("k1", 14000, "slip:1"), book("k2", 5820, "batch:1", kind="card_batch")]
    assert [(g.bank, g.book) for g in match(lines, items).auto] == [(("b1",), ("k1",)), (("b2",), ("k2",))]


def test_a_large_group_of_one_identity_is_still_one_reading() -> None:
    items = [book(f"k{n}", 100 + n, "trn:X", kind="eft") for n in range(40)]
    (group,) = match([bank("b", sum(one.cents for one in items), "trn:X")], items).auto
    assert (group.rule, len(group.book)) == ("key_group", 40)
    assert match([bank("b", 5, "trn:X")], items).ambiguous[0].rule == "key_shared"


def test_card_batch_paid_net_of_its_fee_is_suggested() -> None:
    result = match([bank("b", 9710, day=2)], [book("k", 10000, kind="card_batch")])
    assert result.suggested == (Group(("b",), ("k",), "card_fee", -290),)
    twice = match([bank("b", 9710, day=2), bank("c", 9700, day=2)], [book("k", 10000, kind="card_batch")])
    assert (twice.suggested, twice.open_bank, twice.open_book) == ((), ("b", "c"), ("k",))


@pytest.mark.parametrize(("seen", "rule"), [(54_00, "transposition"), (450_00, "slide"), (-45_00, "wrong_side")])
def test_a_slip_of_the_pen_is_suggested_with_its_reason_and_a_second_one_keeps_it_open(seen: int, rule: str) -> None:
    lines, items = [bank("b", seen, day=2)], [book("k", 45_00)]
    assert match(lines, items) == Result(suggested=(Group(("b",), ("k",), rule, seen - 45_00),))
    twice = match([*lines, bank("c", seen, day=3)], items)
    assert (twice.suggested, twice.open_bank, twice.open_book) == ((), ("b", "c"), ("k",))
    assert match([bank("b", seen, day=20)], items).open_bank == ("b",)


def test_what_adds_up_in_one_way_is_suggested_in_several_ways_shown() -> None:
    items = [book("k1", 31_11), book("k2", 52_22), book("k3", 73_33)]
    assert match([bank("b", 83_33, day=1)], items) == Result(suggested=(Group(("b",), ("k1", "k2"), "sum"),), open_book=("k3",))
    twin = [*items, book("k4", 52_22)]
    assert match([bank("b", 83_33, day=1)], twin).ambiguous == (Group(("b",), ("k1", "k2", "k4"), "sum", -52_22),)
    other = [book("k1", 31_11), book("k2", 52_22, kind="other")]
    assert match([bank("b", 83_33, day=1)], other).open_bank == ("b",)
    crowd = [book(f"k{n:02}", 100 + n) for n in range(13)]
    assert match([bank("b", 201, day=1)], crowd).open_bank == ("b",)


def test_ids_must_be_unique() -> None:
    with pytest.raises(ValueError, match="unique"):
        match([bank("b", 1), bank("b", 2)], [])


# --- oracle --------------------------------------------------------------------------------------------------------

IDENTITIES = st.frozensets(st.sampled_from(["slip:1", "slip:2", "trn:3"]), max_size=2)
CENTS = st.sampled_from([100, 200, 300, 500, -100])
KINDS = st.sampled_from(["deposit", "eft", "card_batch", "check", "other"])


def _items(make: object, *more: st.SearchStrategy) -> st.SearchStrategy:
    row = st.tuples(st.integers(0, 45), CENTS, *more, IDENTITIES)
    return st.lists(row, max_size=5).map(lambda rows: [make(n, *one) for n, one in enumerate(rows)])


BANK = _items(lambda n, day, cents, found: bank(f"b{n}", cents, *found, day=day))
BOOK = _items(lambda n, day, cents, kind, found: book(f"k{n}", cents, *found, day=day, kind=kind), KINDS)


def _parts(items: list) -> list[tuple]:
    return [part for size in range(1, len(items) + 1) for part in combinations(items, size)]


def _readings(lines: list[BankItem], items: list[BookItem]) -> list[tuple[frozenset[str], frozenset[str]]]:
    """Every pair of subsets that share an identity, agree in sum and lie within the window."""
    return [
        (frozenset(one.id for one in some), frozenset(one.id for one in others))
        for some in _parts(lines)
        for others in _parts(items)
        if frozenset.intersection(*(one.keys for one in (*some, *others)))
        and sum(one.cents for one in some) == sum(one.cents for one in others)
        and all(within(line.on, item, KEY_LAG_DAYS) for line in some for item in others)
    ]


@settings(max_examples=300, deadline=None)
@given(BANK, BOOK, st.randoms(use_true_random=False))
def test_against_brute_force(lines: list[BankItem], items: list[BookItem], shuffle: random.Random) -> None:
    result = match(lines, items)
    groups = (*result.auto, *result.suggested, *result.ambiguous)
    assert sorted([*result.open_bank, *(one for g in groups for one in g.bank)]) == sorted(one.id for one in lines)
    assert sorted([*result.open_book, *(one for g in groups for one in g.book)]) == sorted(one.id for one in items)
    other_lines, other_items = list(lines), list(items)
    shuffle.shuffle(other_lines)
    shuffle.shuffle(other_items)
    assert match(other_lines, other_items) == result

    readings = set(_readings(lines, items))
    parts = {
        (a, b) for a, b in readings if not any(s < a and t < b and (a - s, b - t) in readings for s, t in readings)
    }
    provable = {(a, b) for a, b in parts if all((s, t) == (a, b) or not (s & a or t & b) for s, t in parts)}
    by_key = {(frozenset(g.bank), frozenset(g.book)) for g in result.auto if g.rule.startswith("key")}
    assert by_key == provable
    taken = {one for g in groups if g.rule.startswith("key") for one in (*g.bank, *g.book)}
    for group in result.auto:
        if group.rule == "amount":
            line = next(one for one in lines if one.id == group.bank[0])
            rivals = [one.id for one in (*lines, *items) if one.cents == line.cents and one.id not in taken]
            assert sorted(rivals) == sorted((*group.bank, *group.book))


@settings(max_examples=200, deadline=None)
@given(BANK, BOOK)
def test_components_by_amount_are_those_of_the_full_graph(lines: list[BankItem], items: list[BookItem]) -> None:
    """The sweep finds exactly the connected components that comparing every pair finds."""
    lines = [replace(one, keys=frozenset()) for one in lines]
    items = [replace(one, keys=frozenset()) for one in items if one.kind != "card_batch"]
    edges = [(a.id, b.id) for a in lines for b in items if a.cents == b.cents and within(a.on, b, LAG_DAYS)]
    part = {one.id: one.id for one in (*lines, *items)}
    for _ in part:
        for one, other in edges:
            part[one] = part[other] = min(part[one], part[other])
    expected = {
        tuple(sorted(name for name in part if part[name] == root))
        for root in part.values()
        if any(part[one] == root for one, _ in edges)
    }
    result = match(lines, items)
    groups = (*result.auto, *result.suggested, *result.ambiguous)
    found = {tuple(sorted((*g.bank, *g.book))) for g in groups if g.rule == "amount"}
    assert found == expected


@settings(max_examples=200, deadline=None)
@given(BANK, BOOK)
def test_likenesses_are_those_that_comparing_every_pair_and_every_sum_finds(lines: list[BankItem], items: list[BookItem]) -> None:
    pairs = [(a, b) for a in lines for b in items if slip(b.cents, a.cents) and within(a.on, b, LAG_DAYS)]
    alone = [(a, b) for a, b in pairs if sum(x is a for x, _ in pairs) == sum(y is b for _, y in pairs) == 1]
    assert sorted(slipped(lines, items)) == sorted((a.id, b.id, slip(b.cents, a.cents)) for a, b in alone)
    ways = {
        line.id: [
            frozenset(one.id for one in part)
            for part in _parts(items)
            if len(part) > 1 and len({(one.kind, one.on, one.cents > 0) for one in part}) == 1
            and sum(one.cents for one in part) == line.cents and within(line.on, part[0], LAG_DAYS)
        ]
        for line in lines
    }  # fmt: skip
    found = added(lines, items)
    assert sorted(one for ids, _used, _only in found for one in ids) == sorted(name for name, own in ways.items() if own)
    for ids, used, only in found:
        assert set(used) == {item for name in ids for way in ways[name] for item in way}
        assert only == (len(ids) == 1 and len(ways[ids[0]]) == 1)
    assert len({item for _ids, used, _only in found for item in used}) == sum(len(used) for _ids, used, _only in found)


# --- planted month -------------------------------------------------------------------------------------------------


def planted_month(seed: int, *, slips: bool) -> tuple[list[BankItem], list[BookItem], set[tuple[str, str]]]:
    """600 settlements with known truth and 8 % noise: fees, twins, transpositions, missing and late lines."""
    rng = random.Random(seed)
    lines, items, truth = [], [], set()
    for n in range(600):
        kind = rng.choice(["deposit", "eft", "card_batch"])
        cents = rng.choice([2500, 4000, 5000]) * rng.randint(1, 12) if rng.random() < 0.6 else rng.randint(1000, 900000)
        day = rng.randint(0, 29)
        names = frozenset({f"{kind}:{n}"}) if slips else frozenset()
        items.append(BookItem(f"k{n}", DAY + dt.timedelta(days=day), cents, kind, names))
        noise, seen, late = rng.random(), cents, rng.randint(0, 4)
        if noise < 0.02:
            continue
        if noise < 0.04:
            seen = int("".join(rng.sample(str(cents), len(str(cents))))) or 1
        elif noise < 0.06:
            late = rng.randint(8, 25)
        lines.append(BankItem(f"b{n}", DAY + dt.timedelta(days=day + late), seen, names))
        if seen == cents:
            truth.add((f"b{n}", f"k{n}"))
    for n in range(12):
        lines.append(BankItem(f"fee{n}", DAY + dt.timedelta(days=rng.randint(0, 29)), -rng.randint(500, 4000)))
    rng.shuffle(lines)
    rng.shuffle(items)
    return lines, items, truth


@pytest.mark.parametrize("seed", range(5))
def test_planted_month_with_slips(seed: int) -> None:
    lines, items, truth = planted_month(seed, slips=True)
    auto = {(g.bank[0], g.book[0]) for g in match(lines, items, identity_only=True).auto}
    assert auto <= truth
    assert len(auto) >= 0.95 * len(truth)


@pytest.mark.parametrize("seed", range(5))
def test_planted_month_on_amounts_alone(seed: int) -> None:
    lines, items, truth = planted_month(seed, slips=False)
    auto = {(g.bank[0], g.book[0]) for g in match(lines, items).auto}
    assert auto <= truth, f"seed {seed}"
    assert len(auto) >= 0.35 * len(truth)
