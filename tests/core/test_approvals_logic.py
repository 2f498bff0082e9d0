"""The judgement on approvals, told as stories."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from steward.core.approvals.logic import (
    Approved,
    Blocked,
    Directory,
    Rejected,
    Waiting,
    evaluate,
)
from tests.core.judging import (
    ADMINISTRATOR,
    ASKED,
    NOW,
    OFFICE,
    OWNER,
    PAIR,
    lend,
    policy,
    rule,
    step,
    subject,
    yes,
)


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
