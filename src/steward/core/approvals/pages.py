"""What the pages of approvals show, gathered in a constant number of queries. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from steward.core.access.models import User
from steward.core.approvals import logic, selectors, words
from steward.core.approvals.models import ApprovalDecision, ApprovalRequest


@dataclass(frozen=True)
class StepShown:
    """One step of the rules for a request: who is asked, who signed, who may sign now."""

    text: str
    signed: tuple[str, ...]
    may: tuple[str, ...]
    due: bool
    missing: int


@dataclass(frozen=True)
class RequestShown:
    """A request with its rules in words, its answers so far, and whether the reader is asked to sign."""

    request: ApprovalRequest
    kind: str
    facts: tuple[tuple[str, str], ...]
    rules: tuple[str, ...]
    steps: tuple[StepShown, ...]
    decisions: tuple[ApprovalDecision, ...]
    mine: bool
    blocked: logic.Blocked | None


def shown(request: ApprovalRequest, user_id: int | None, now: datetime) -> RequestShown:
    """Everything the decide page says about a request."""
    outcome = selectors.outcome(request, now)
    asked = request.as_subject()
    rules = [rule for rule in selectors.policy().rules if rule.matches(asked)]
    decisions = tuple(selectors.decisions(request))
    people = set(outcome.who) if isinstance(outcome, logic.Waiting) else set()
    names = _names(people | {person for _role, person in (*asked.parties, *asked.named)})
    waiting = outcome if isinstance(outcome, logic.Waiting) and request.waiting else None
    return RequestShown(
        request=request,
        kind=words.plain(request.kind),
        facts=_facts(asked, names),
        rules=tuple(words.plain(rule.id.replace("-", " ")) for rule in rules),
        steps=tuple(_step(step, waiting, decisions, names) for _level, step in logic.merge(rules)),
        decisions=decisions,
        mine=waiting is not None and user_id in waiting.who,
        blocked=outcome if isinstance(outcome, logic.Blocked) and request.waiting else None,
    )


def _step(
    step: logic.Step, waiting: logic.Waiting | None, decisions: Sequence[ApprovalDecision], names: dict[int, str]
) -> StepShown:
    still = next((s for s in waiting.steps if s.step.key == step.key), None) if waiting else None
    due = waiting is not None and still in waiting.due
    return StepShown(
        text=words.step(step, names),
        signed=tuple(d.actor.name for d in decisions if d.step == step.key and d.approve),
        may=tuple(sorted(names[p] for p in still.who if p in names)) if still and due else (),
        due=due,
        missing=still.missing if still else 0,
    )


def _facts(asked: logic.Subject, names: dict[int, str]) -> tuple[tuple[str, str], ...]:
    people = [(words.plain(role), names.get(person, "")) for role, person in asked.parties]
    return (*people, *((words.plain(name), value) for name, value in sorted(asked.attributes.items())))


def _names(users: set[int]) -> dict[int, str]:
    return dict(User.objects.filter(pk__in=users).values_list("pk", "name"))
