"""The judgement on approvals: what it must never do, shown on random offices, and held against a brute-force oracle."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from steward.core.approvals.logic import (
    Approved,
    Blocked,
    Decision,
    Delegation,
    Directory,
    Outcome,
    Policy,
    Rule,
    Selector,
    Step,
    Subject,
    Waiting,
    evaluate,
    people,
)
from tests.core.judging import (
    ASKED,
    KIND,
    NOW,
    PAIR,
    PEOPLE,
    ROLES,
    step,
)

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
