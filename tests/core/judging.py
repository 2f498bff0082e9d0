"""A small office and its words for tests of the judgement on approvals: rules, steps, answers, delegations."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from steward.core.approvals.logic import (
    Decision,
    Delegation,
    Directory,
    Policy,
    Rule,
    Selector,
    Step,
    Subject,
)

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
