"""The judgement on approvals: what it must never do, shown on random offices, and held against a brute-force oracle."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steward.core.approvals.envelopes import Covered, Draw, Envelope, NotCovered, draw, rolling_cents
from steward.core.approvals.logic import (
    Approved,
    Blocked,
    Decision,
    Delegation,
    Directory,
    Outcome,
    Policy,
    Rejected,
    Rule,
    RuleError,
    Selector,
    Step,
    Subject,
    Waiting,
    evaluate,
    fingerprint,
    people,
)
from steward.core.approvals.rules import load, parse

ASKED = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
NOW = ASKED + timedelta(hours=60)
PEOPLE = range(1, 6)
ROLES = ("owner", "administrator", "biller")
PAIR = frozenset({"requester", "approver"})
KIND = "refund"


def subject(**changes: object) -> Subject:
    base = Subject(KIND, "f", ASKED, ASKED.date(), 30_000, parties=(("requester", 1),))
    return replace(base, **changes)  # type: ignore[arg-type]


def rule(name: str, *steps: Step, **changes: object) -> Rule:
    return replace(Rule(name, KIND, steps), **changes)  # type: ignore[arg-type]


def step(text: str, count: int = 1, hours: int | None = None, escalate: str = "") -> Step:
    return Step(Selector.parse(text), count, hours, Selector.parse(escalate) if escalate else None)


def yes(actor: int, key: str, principal: int | None = None, **changes: object) -> Decision:
    base = Decision(actor, principal or actor, key, True, "f", 30_000, NOW - timedelta(hours=1))
    return replace(base, **changes)  # type: ignore[arg-type]


def lend(giver: int, taker: int, ceiling: int | None = None, days: int = 9) -> Delegation:
    return Delegation(giver, taker, frozenset({KIND}), ASKED - timedelta(days=1), ASKED + timedelta(days=days), ceiling)


def policy(*rules: Rule, small: bool = False, pairs: frozenset[frozenset[str]] = frozenset({PAIR})) -> Policy:
    return Policy(rules, {KIND: pairs}, small)


OFFICE = Directory({"owner": frozenset({2}), "administrator": frozenset({1, 3}), "biller": frozenset({4, 5})})
OWNER, ADMINISTRATOR = "role:owner", "role:administrator"


# -- stories -----------------------------------------------------------------------------------------------------------


def test_no_rule_is_no() -> None:
    out = evaluate(subject(), policy(), OFFICE, (), (), NOW)
    assert isinstance(out, Blocked) and out.code == "no_rule" and out.fix


def test_a_rule_without_steps_is_a_yes_said_beforehand() -> None:
    small = rule("small", to_cents=1_000)
    assert isinstance(evaluate(subject(amount_cents=999), policy(small), OFFICE, (), (), NOW), Approved)
    assert isinstance(evaluate(subject(amount_cents=1_000), policy(small), OFFICE, (), (), NOW), Blocked)


def test_one_asks_another_signs() -> None:
    held = policy(rule("r", step(OWNER)))
    out = evaluate(subject(), held, OFFICE, (), (), NOW)
    assert isinstance(out, Waiting) and out.who == {2} and out.due[0].missing == 1
    out = evaluate(subject(), held, OFFICE, (), (yes(2, OWNER),), NOW)
    assert out == Approved(("r",), ((OWNER, 2, 2),))


def test_the_requester_never_signs() -> None:
    held = policy(rule("r", step(ADMINISTRATOR)))
    out = evaluate(subject(), held, OFFICE, (), (yes(1, ADMINISTRATOR),), NOW)
    assert isinstance(out, Waiting) and out.who == {3}
    alone = Directory({"administrator": frozenset({1})})
    out = evaluate(subject(), held, alone, (), (yes(1, ADMINISTRATOR),), NOW)
    assert isinstance(out, Blocked) and out.code == "nobody"


def test_a_delegate_of_the_requester_counts_as_the_requester() -> None:
    held = policy(rule("r", step(ADMINISTRATOR)))
    out = evaluate(subject(), held, OFFICE, (lend(1, 3),), (yes(3, ADMINISTRATOR),), NOW)
    assert isinstance(out, Blocked)


def test_an_approver_cannot_lend_to_the_requester() -> None:
    held = policy(rule("r", step(OWNER)))
    out = evaluate(subject(), held, OFFICE, (lend(2, 1),), (yes(1, OWNER, 2),), NOW)
    assert isinstance(out, Waiting) and out.who == {2}


def test_delegation_is_dated_capped_and_one_hop() -> None:
    held = policy(rule("r", step(OWNER)))
    assert isinstance(evaluate(subject(), held, OFFICE, (lend(2, 4),), (yes(4, OWNER, 2),), NOW), Approved)
    for loan in (
        lend(2, 4, ceiling=29_999),
        lend(2, 4, days=1),
        replace(lend(2, 4), kinds=frozenset({"journal"})),
        lend(3, 4),
    ):
        assert isinstance(evaluate(subject(), held, OFFICE, (loan,), (yes(4, OWNER, 2),), NOW), Waiting)
    hops = (lend(2, 4), lend(4, 5))
    assert isinstance(evaluate(subject(), held, OFFICE, hops, (yes(5, OWNER, 2),), NOW), Waiting)
    assert isinstance(evaluate(subject(), held, OFFICE, hops, (yes(5, OWNER, 4),), NOW), Waiting)


def test_the_ceiling_sees_the_split_orders() -> None:
    held = policy(rule("r", step(OWNER)))
    split = subject(related_cents=10)
    assert isinstance(evaluate(split, held, OFFICE, (lend(2, 4, 30_000),), (yes(4, OWNER, 2),), NOW), Waiting)


def test_rules_join_and_split_orders_reach_the_higher_band() -> None:
    held = policy(rule("all", step(ADMINISTRATOR)), rule("large", step(OWNER), from_cents=50_000))
    one = (yes(3, ADMINISTRATOR),)
    assert isinstance(evaluate(subject(), held, OFFICE, (), one, NOW), Approved)
    out = evaluate(subject(related_cents=20_000), held, OFFICE, (), one, NOW)
    assert isinstance(out, Waiting) and out.who == {2}


def test_a_changed_field_or_a_larger_amount_voids_a_smaller_one_does_not() -> None:
    held = policy(rule("r", step(OWNER)))
    signed = (yes(2, OWNER),)
    assert isinstance(evaluate(subject(fingerprint="g"), held, OFFICE, (), signed, NOW), Waiting)
    assert isinstance(evaluate(subject(amount_cents=30_001), held, OFFICE, (), signed, NOW), Waiting)
    assert isinstance(evaluate(subject(amount_cents=29_999), held, OFFICE, (), signed, NOW), Approved)


def test_a_no_stays_a_no_when_the_amount_falls() -> None:
    held = policy(rule("r", step(ADMINISTRATOR)))
    no = replace(yes(3, ADMINISTRATOR), approve=False, comment="not ours")
    out = evaluate(subject(amount_cents=1), held, OFFICE, (), (no, yes(2, ADMINISTRATOR)), NOW)
    assert out == Rejected(3, "not ours")
    assert isinstance(evaluate(subject(fingerprint="g"), held, OFFICE, (), (no,), NOW), Waiting)
    own = replace(no, actor=1, principal=1)
    assert isinstance(evaluate(subject(), held, OFFICE, (), (own,), NOW), Waiting)


def test_steps_are_asked_in_order() -> None:
    held = policy(rule("r", step("role:biller", 2), step(OWNER)))
    out = evaluate(subject(), held, OFFICE, (), (), NOW)
    assert isinstance(out, Waiting) and [s.step.approver.names for s in out.due] == [("biller",)] and out.who == {4, 5}
    out = evaluate(subject(), held, OFFICE, (), (yes(4, "role:biller"),), NOW)
    assert isinstance(out, Waiting) and out.who == {5} and out.due[0].missing == 1


def test_escalation_opens_the_step_to_more_people_only_after_its_time() -> None:
    held = policy(rule("r", step("role:biller", 1, 48, OWNER)))
    key = held.rules[0].steps[0].key
    early, late = ASKED + timedelta(hours=47), ASKED + timedelta(hours=48)
    out = evaluate(subject(), held, OFFICE, (), (), early)
    assert isinstance(out, Waiting) and out.who == {4, 5}
    out = evaluate(subject(), held, OFFICE, (), (), late)
    assert isinstance(out, Waiting) and out.who == {2, 4, 5}
    assert isinstance(evaluate(subject(), held, OFFICE, (), (yes(2, key, at=early),), NOW), Waiting)
    assert isinstance(evaluate(subject(), held, OFFICE, (), (yes(2, key, at=late),), NOW), Approved)


def test_named_approvers_come_with_the_subject() -> None:
    held = policy(rule("r", step("named:manager")))
    out = evaluate(subject(named=(("manager", 4),)), held, OFFICE, (), (), NOW)
    assert isinstance(out, Waiting) and out.who == {4}
    assert isinstance(evaluate(subject(), held, OFFICE, (), (), NOW), Blocked)


def test_two_hands_of_one_person_are_one_person() -> None:
    held = policy(rule("r", step("role:biller", 2)))
    loans = (lend(4, 5), lend(5, 3), lend(4, 3))
    one = (yes(5, "role:biller"), yes(5, "role:biller", 4))
    assert isinstance(evaluate(subject(), held, OFFICE, loans, one, NOW), Waiting)
    one = (yes(3, "role:biller", 4), yes(3, "role:biller", 5))
    assert isinstance(evaluate(subject(), held, OFFICE, loans, one, NOW), Waiting)
    two = (yes(5, "role:biller"), yes(3, "role:biller", 4))
    assert isinstance(evaluate(subject(), held, OFFICE, loans, two, NOW), Approved)


def test_forbidden_pairs_apart_from_approving() -> None:
    pairs = frozenset({PAIR, frozenset({"orderer", "receiver"})})
    both = subject(parties=(("requester", 1), ("orderer", 4), ("receiver", 4)))
    held = policy(rule("r", step(OWNER)), pairs=pairs)
    out = evaluate(both, held, OFFICE, (), (yes(2, OWNER),), NOW)
    assert isinstance(out, Blocked) and out.code == "separation"
    tiny = replace(held, small_office=True)
    assert isinstance(evaluate(both, tiny, OFFICE, (), (yes(2, OWNER),), NOW), Blocked)
    alone = replace(both, sole=frozenset({"receiver"}))
    out = evaluate(alone, tiny, OFFICE, (), (yes(2, OWNER),), NOW)
    assert isinstance(out, Approved) and out.marks[0].pair == ("orderer", "receiver") and out.marks[0].person == 4


def test_a_small_office_passes_with_a_mark_only_what_nobody_else_could_sign() -> None:
    held = policy(rule("r", step(OWNER)), small=True)
    nobody = Directory({"administrator": frozenset({1})})
    out = evaluate(subject(), held, nobody, (), (), NOW)
    assert isinstance(out, Approved) and out.marks[0].pair == ("requester", "approver") and out.marks[0].person == 1
    assert isinstance(evaluate(subject(), held, OFFICE, (), (), NOW), Waiting)
    assert isinstance(evaluate(subject(), policy(small=True), nobody, (), (), NOW), Blocked)


# -- properties on random offices --------------------------------------------------------------------------------------

SELECTORS = st.one_of(
    st.lists(st.sampled_from(ROLES), min_size=1, max_size=2, unique=True).map(lambda names: "role:" + ",".join(names)),
    st.sampled_from(PEOPLE).map(lambda person: f"person:{person}"),
    st.just("named:manager"),
)
STEPS = st.one_of(
    st.builds(step, SELECTORS, st.integers(1, 2)),
    st.builds(step, SELECTORS, st.integers(1, 2), st.sampled_from([24, 72]), SELECTORS),
)
RULES = st.builds(
    lambda steps, low, high, name: Rule(f"r{name}", KIND, tuple(steps), low, high),
    st.lists(STEPS, max_size=2),
    st.sampled_from([0, 100, 200]),
    st.sampled_from([None, 201, 300]),
    st.integers(0, 99),
)
PARTIES = st.lists(
    st.tuples(st.sampled_from(["requester", "payment_taker", "payee"]), st.sampled_from(PEOPLE)), max_size=3
)
SUBJECTS = st.builds(
    lambda parties, amount, related, named: Subject(
        KIND, "f", ASKED, ASKED.date(), amount, related, {}, tuple(parties), named
    ),
    PARTIES,
    st.sampled_from([0, 100, 150, 200]),
    st.sampled_from([0, 100]),
    st.sampled_from(PEOPLE).map(lambda person: (("manager", person),)) | st.just(()),
)
LOANS = st.lists(
    st.builds(
        lambda giver, taker, start, length, ceiling: Delegation(
            giver,
            taker,
            frozenset({KIND}),
            ASKED + timedelta(hours=start),
            ASKED + timedelta(hours=start + length),
            ceiling,
        ),
        st.sampled_from(PEOPLE),
        st.sampled_from(PEOPLE),
        st.integers(-5, 50),
        st.integers(1, 60),
        st.sampled_from([None, 100, 250]),
    ),
    max_size=3,
)
DIRECTORIES = st.fixed_dictionaries({role: st.frozensets(st.sampled_from(PEOPLE)) for role in ROLES}).map(Directory)
PAIRS = st.frozensets(
    st.sampled_from(
        [
            PAIR,
            frozenset({"payment_taker", "approver"}),
            frozenset({"payee", "approver"}),
            frozenset({"payee", "requester"}),
        ]
    )
)


@st.composite
def offices(draw_: st.DrawFn) -> tuple[Subject, Policy, Directory, list[Delegation], list[Decision]]:
    asked = draw_(SUBJECTS)
    rules = draw_(st.lists(RULES, max_size=3))
    held = Policy(tuple(rules), {KIND: draw_(PAIRS)}, draw_(st.booleans()))
    keys = sorted({s.key for r in rules for s in r.steps}) or ["role:owner"]
    made = st.builds(
        lambda actor, principal, key, approve, same, extra, hours: Decision(
            actor,
            principal or actor,
            key,
            approve,
            "f" if same else "g",
            max(0, asked.amount_cents + extra),
            ASKED + timedelta(hours=hours),
        ),
        st.sampled_from(PEOPLE),
        st.none() | st.sampled_from(PEOPLE),
        st.sampled_from(keys),
        st.integers(0, 9).map(bool),
        st.integers(0, 5).map(bool),
        st.sampled_from([0, 0, 0, 50, -50]),
        st.integers(0, 70),
    )
    return asked, held, draw_(DIRECTORIES), draw_(LOANS), draw_(st.lists(made, max_size=6))


def ease(out: Outcome) -> int:
    return {Approved: 2, Waiting: 1}.get(type(out), 0)


@settings(max_examples=100)
@given(offices(), RULES)
def test_adding_a_rule_never_makes_approval_easier(office, another: Rule) -> None:
    asked, held, directory, loans, decisions = office
    before = evaluate(asked, held, directory, loans, decisions, NOW)
    if isinstance(before, Blocked) and before.code == "no_rule":
        return
    for rules in ((*held.rules, another), (another, *held.rules)):
        after = evaluate(asked, replace(held, rules=rules), directory, loans, decisions, NOW)
        assert ease(after) <= ease(before)


@settings(max_examples=100)
@given(offices(), st.randoms())
def test_the_order_of_decisions_rules_and_loans_does_not_matter(office, shuffle: Random) -> None:
    asked, held, directory, loans, decisions = office
    before = evaluate(asked, held, directory, loans, decisions, NOW)
    mixed, rules, lent = list(decisions), list(held.rules), list(loans)
    for pile in (mixed, rules, lent):
        shuffle.shuffle(pile)
    after = evaluate(asked, replace(held, rules=tuple(rules)), directory, lent, mixed, NOW)
    assert after == before


@settings(max_examples=100)
@given(offices())
def test_nobody_stands_on_both_sides(office) -> None:
    asked, held, directory, loans, decisions = office
    out = evaluate(asked, held, directory, loans, decisions, NOW)
    barred = {p for role in held.rivals(KIND) for p in asked.persons(role)}
    if isinstance(out, Approved):
        for _, actor, principal in out.signatures:
            assert not {actor, principal} & barred
            at = [d.at for d in decisions if (d.actor, d.principal) == (actor, principal)]
            assert not all(any(d.taker == actor and d.giver in barred and d.runs(KIND, t) for d in loans) for t in at)
    if isinstance(out, Waiting):
        for open_step in out.steps:
            assert not open_step.who & barred and open_step.missing >= 1 and open_step.who


@settings(max_examples=100)
@given(offices())
def test_a_void_fingerprint_is_never_a_signature(office) -> None:
    asked, held, directory, loans, decisions = office
    void = [replace(d, fingerprint="old") for d in decisions]
    assert evaluate(asked, held, directory, loans, void, NOW) == evaluate(asked, held, directory, loans, [], NOW)
    smaller = [replace(d, amount_cents=asked.amount_cents - 1) for d in decisions if d.approve]
    assert evaluate(asked, held, directory, loans, smaller, NOW) == evaluate(asked, held, directory, loans, [], NOW)


@settings(max_examples=100)
@given(offices(), st.integers(0, 5))
def test_taking_a_yes_away_never_makes_approval_easier(office, which: int) -> None:
    asked, held, directory, loans, decisions = office
    fewer = [d for i, d in enumerate(decisions) if i != which or not d.approve]
    assert ease(evaluate(asked, held, directory, loans, fewer, NOW)) <= ease(
        evaluate(asked, held, directory, loans, decisions, NOW)
    ) or any(not d.approve for d in decisions)


@settings(max_examples=200)
@given(offices())
def test_against_brute_force(office) -> None:
    asked, held, directory, loans, decisions = office
    out = evaluate(asked, held, directory, loans, decisions, NOW)
    assert type(out).__name__ == _oracle(asked, held, directory, loans, decisions)


def _oracle(
    asked: Subject, held: Policy, directory: Directory, loans: list[Delegation], decisions: list[Decision]
) -> str:
    """The same question answered the slow way: rule by rule, trying every row of signatures."""
    size = asked.amount_cents + asked.related_cents
    rules = [r for r in held.rules if r.from_cents <= size and (r.to_cents is None or size < r.to_cents)]
    pairs = [tuple(pair) for pair in held.separation[KIND]]
    who = {role: {p for r, p in asked.parties if r == role} for role in ("requester", "payment_taker", "payee")}
    if ("payee", "requester") in map(tuple, map(sorted, pairs)) and who["payee"] & who["requester"]:
        return "Blocked"
    if not rules:
        return "Blocked"
    barred = set().union(*(who[role] for pair in pairs if "approver" in pair for role in pair if role != "approver"))

    def out_at(at: datetime) -> set[int]:
        return barred | {d.taker for d in loans if d.giver in barred and d.giver != d.taker and d.starts <= at < d.ends}

    def hold(text: Selector) -> set[int]:
        if text.kind == "person":
            return {int(n) for n in text.names}
        if text.kind == "named":
            return {p for n, p in asked.named if n in text.names}
        return {p for n in text.names for p in directory.roles[n]}

    def able(s: Step, at: datetime) -> set[tuple[int, int]]:
        first = hold(s.approver)
        if s.escalate_to and (at - ASKED) >= timedelta(hours=s.within_hours or 0):
            first |= hold(s.escalate_to)
        result = set()
        for actor in PEOPLE:
            for principal in PEOPLE:
                if {actor, principal} & out_at(at) or principal not in first:
                    continue
                lent = any(
                    (d.giver, d.taker) == (principal, actor)
                    and d.starts <= at < d.ends
                    and (d.ceiling_cents is None or size <= d.ceiling_cents)
                    for d in loans
                )
                if actor == principal or lent:
                    result.add((actor, principal))
        return result

    good = [d for d in decisions if d.fingerprint == "f" and d.at <= NOW]
    if any(not d.approve and d.actor not in out_at(d.at) for d in good):
        return "Rejected"
    waiting = False
    for s in [s for r in rules for s in r.steps]:
        signed = {
            (d.actor, d.principal)
            for d in good
            if d.approve
            and d.step == s.key
            and d.amount_cents >= asked.amount_cents
            and (d.actor, d.principal) in able(s, d.at)
        }
        most = _most(signed | able(s, NOW))
        need = s.count
        if most < need:
            if not held.small_office or s.approver.kind == "person":
                return "Blocked"
            need = most
        waiting = waiting or _most(signed) < need
    return "Waiting" if waiting else "Approved"


def _most(signatures: set[tuple[int, int]]) -> int:
    """The largest number of signatures in which no actor and no principal comes twice: the first actor

    is seated nowhere, or in each of his places, and so on.
    """
    if not signatures:
        return 0
    first = min(a for a, _ in signatures)
    rest = {s for s in signatures if s[0] != first}
    places = [p for a, p in signatures if a == first]
    return max([_most(rest), *(1 + _most({s for s in rest if s[1] != p}) for p in places)])


@given(st.frozensets(st.tuples(st.integers(1, 5), st.integers(1, 5)), max_size=10))
def test_counting_people(signatures: frozenset[tuple[int, int]]) -> None:
    assert people(signatures) == _most(set(signatures))


# -- fingerprints, envelopes, the file ---------------------------------------------------------------------------------


def test_fingerprints() -> None:
    fields = {"vendor": "V1", "lines": [1, 2], "amount_cents": 5}
    assert fingerprint(fields) == fingerprint({"amount_cents": 9, "lines": [1, 2], "vendor": "V1"})
    assert fingerprint(fields) != fingerprint({**fields, "lines": [2, 1]})


ENVELOPE = Envelope("purchase", 4, 20_000, 50_000, date(2026, 11, 1), date(2026, 12, 31), {"category": "office"})
ORDER = Subject(
    "purchase", "f", ASKED, ASKED.date(), 8_000, attributes={"category": "office"}, parties=(("requester", 4),)
)
DAY = date(2026, 11, 20)


def test_an_order_inside_the_envelope() -> None:
    assert draw(ENVELOPE, ORDER, "V1", [], DAY) == Covered(42_000, 12_000)
    assert draw(ENVELOPE, ORDER, "V1", [Draw(date(2026, 10, 31), 50_000, "V2")], DAY) == Covered(42_000, 12_000)


@pytest.mark.parametrize(
    ("order", "earlier", "day", "code"),
    [
        (replace(ORDER, amount_cents=20_001), [], DAY, "order_cap"),
        (ORDER, [Draw(DAY - timedelta(days=6), 12_001, "V1")], DAY, "order_cap"),
        (ORDER, [Draw(DAY + timedelta(days=3), 12_001, "V1")], DAY, "order_cap"),
        (ORDER, [Draw(DAY, 42_001, "V2")], DAY, "period_cap"),
        (ORDER, [], date(2027, 1, 1), "ended"),
        (ORDER, [], date(2026, 10, 31), "ended"),
        (replace(ORDER, parties=(("requester", 5),)), [], DAY, "holder"),
        (replace(ORDER, parties=(("requester", 4), ("requester", 5))), [], DAY, "holder"),
        (replace(ORDER, attributes={"category": "drugs"}), [], DAY, "scope"),
        (replace(ORDER, kind="bill"), [], DAY, "scope"),
        (replace(ORDER, amount_cents=0), [], DAY, "amount"),
    ],
)
def test_orders_outside(order: Subject, earlier: list[Draw], day: date, code: str) -> None:
    out = draw(ENVELOPE, order, "V1", earlier, day)
    assert isinstance(out, NotCovered) and out.code == code and out.fix


def test_a_week_old_order_is_not_the_same_order() -> None:
    assert isinstance(draw(ENVELOPE, ORDER, "V1", [Draw(DAY - timedelta(days=7), 20_000, "V1")], DAY), Covered)
    assert rolling_cents([Draw(DAY, 5, "V1"), Draw(DAY, -5, "V1"), Draw(DAY, 7, "V2")], "V1", DAY) == 0


@given(
    st.lists(st.tuples(st.integers(1, 25_000), st.integers(0, 59), st.sampled_from(["V1", "V2", "V3"])), max_size=30)
)
def test_no_run_of_orders_passes_the_caps(orders: list[tuple[int, int, str]]) -> None:
    taken: list[Draw] = []
    for cents, day, group in orders:
        today = date(2026, 11, 1) + timedelta(days=day)
        if isinstance(draw(ENVELOPE, replace(ORDER, amount_cents=cents), group, taken, today), Covered):
            taken.append(Draw(today, cents, group))
    for month in (11, 12):
        assert sum(d.amount_cents for d in taken if d.on.month == month) <= 50_000
    for start in {d.on for d in taken}:
        for group in ("V1", "V2", "V3"):
            week = [d for d in taken if d.group == group and start <= d.on < start + timedelta(days=4)]
            assert sum(d.amount_cents for d in week) <= 20_000


def test_envelopes_that_make_no_sense() -> None:
    for wrong in ({"per_order_cents": 0}, {"per_order_cents": 50_001}, {"ends": date(2026, 10, 1)}, {"window_days": 0}):
        with pytest.raises(RuleError):
            replace(ENVELOPE, **wrong)


def test_the_shipped_rules_cover_every_kind_and_size() -> None:
    shipped = load()
    kinds = {r.kind for r in shipped.rules}
    assert {
        "journal",
        "refund",
        "write_off",
        "purchase",
        "bill",
        "payment",
        "pay_change",
        "count_variance",
        "leave",
        "hire",
        "termination",
        "envelope",
        "payroll_release",
    } <= kinds
    for kind in kinds:
        for cents in (0, 999, 1_000, 49_999, 50_000, 99_999, 100_000, 10**9):
            asked = Subject(kind, "f", ASKED, ASKED.date(), cents, parties=(("requester", 1),), named=(("manager", 2),))
            directory = Directory({"owner": frozenset({2}), "administrator": frozenset({1, 3})})
            assert not isinstance(evaluate(asked, shipped, directory, (), (), NOW), Blocked | Rejected), (kind, cents)


def test_shipped_limits() -> None:
    def ask(kind: str, cents: int) -> Outcome:
        asked = Subject(kind, "f", ASKED, ASKED.date(), cents, parties=(("requester", 4),))
        return evaluate(asked, load(), OFFICE, (), (yes(3, "role:administrator,owner", amount_cents=cents),), NOW)

    assert isinstance(ask("write_off", 999), Approved)
    assert isinstance(ask("refund", 49_999), Approved)
    out = ask("refund", 50_000)
    assert isinstance(out, Waiting) and out.who == {2}
    journal = ask("journal", 1)
    assert isinstance(journal, Waiting) and journal.who == {2}


GOOD = {
    "rule": [{"id": "a", "kind": "k", "steps": [{"approver": "role:owner"}]}],
    "separation": {"k": [["requester", "approver"]]},
}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"rules": []}, "means nothing"),
        ({"rule": [*GOOD["rule"], *GOOD["rule"]]}, "two rules"),
        ({"separation": {}}, "requester and approver"),
        ({"separation": {"k": [["requester", "requester"]]}}, "not a pair"),
        ({"rule": [{"id": "a", "kind": "k"}]}, "steps"),
        ({"rule": [{"id": "a", "kind": "k", "steps": [], "form_cents": 3}]}, "form_cents"),
        ({"rule": [{"id": "a", "kind": "k", "steps": [], "from_cents": 3.5}]}, "whole cents"),
        ({"rule": [{"id": "a", "kind": "k", "steps": [], "from_cents": 5, "to_cents": 5}]}, "run from"),
        ({"rule": [{"id": "a", "kind": "k", "steps": [], "starts": "2026"}]}, "no day"),
        ({"rule": [{"id": "a", "kind": "k", "steps": [{"approver": "owner"}]}]}, "selects nobody"),
        ({"rule": [{"id": "a", "kind": "k", "steps": [{"approver": "person:x"}]}]}, "selects nobody"),
        ({"rule": [{"id": "a", "kind": "k", "steps": [{"approver": "role:a", "count": 0}]}]}, "one person"),
        (
            {"rule": [{"id": "a", "kind": "k", "steps": [{"approver": "role:a", "escalate_to": "role:b"}]}]},
            "time limit",
        ),
    ],
)
def test_files_that_are_refused(change: dict[str, object], says: str) -> None:
    assert parse(GOOD).rules[0].id == "a"
    with pytest.raises(RuleError, match=says):
        parse({**GOOD, **change})


def test_amounts_are_sizes() -> None:
    with pytest.raises(RuleError):
        subject(amount_cents=-1)
