"""What stands around the judgement on approvals: fingerprints, envelopes, the file of rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.core.approvals.envelopes import Covered, Draw, Envelope, NotCovered, draw, rolling_cents
from steward.core.approvals.logic import (
    Approved,
    Blocked,
    Directory,
    Outcome,
    Rejected,
    RuleError,
    Subject,
    Waiting,
    evaluate,
    fingerprint,
)
from steward.core.approvals.rules import load, parse
from tests.core.judging import (
    ASKED,
    NOW,
    OFFICE,
    subject,
    yes,
)


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
