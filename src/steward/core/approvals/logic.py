"""The judgement: pure, total, the same for every kind of subject. Amounts are cents >= 0, moments are aware.

`evaluate` answers Approved, Waiting, Rejected or Blocked from the subject, the rules, the decisions so far and who
holds which role. Source of the model: separation of duties (GAO Green Book 10.13) as data, without expressions.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

APPROVER = "approver"
MAX_DELEGATION = timedelta(days=30)
Signature = tuple[int, int]  # (who signed, in whose right); the same person twice in his own right


class RuleError(ValueError):
    """A rule, selector or subject that makes no sense; the message says which and why."""


@dataclass(frozen=True)
class Subject:
    """What is to be approved.

    `parties` are (role in the matter, user id), as many as apply: requester, preparer, receiver, payment_taker.
    `named` are approvers the caller knows: ("manager", 7), ("department_head", 9). `related_cents` is what the same
    vendor was asked for within the rolling window (anti-splitting): rules judge amount plus related. `fingerprint`
    covers every decided field but the amount. `sole` names party roles that nobody else in the office could take.
    """

    kind: str
    fingerprint: str
    asked_at: datetime
    asked_on: date
    amount_cents: int = 0
    related_cents: int = 0
    attributes: Mapping[str, str] = field(default_factory=dict)
    parties: tuple[tuple[str, int], ...] = ()
    named: tuple[tuple[str, int], ...] = ()
    sole: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.amount_cents < 0 or self.related_cents < 0:
            raise RuleError("The amount to approve is a size; it is not negative")

    @property
    def banded_cents(self) -> int:
        """The amount that rules and ceilings are held against."""
        return self.amount_cents + self.related_cents

    def persons(self, role: str) -> frozenset[int]:
        return frozenset(person for name, person in self.parties if name == role)


@dataclass(frozen=True, order=True)
class Selector:
    """Who may sign: ``person:12`` · ``role:owner,administrator`` (any of them) · ``named:manager`` (caller knows)."""

    kind: str
    names: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Selector:
        kind, _, rest = text.partition(":")
        names = tuple(sorted({name.strip() for name in rest.split(",") if name.strip()}))
        if kind not in ("person", "role", "named") or not names or (kind == "person" and not rest.strip().isdigit()):
            raise RuleError(f"{text!r} selects nobody; write role:owner, person:12 or named:manager")
        return cls(kind, names)

    def __str__(self) -> str:
        return f"{self.kind}:{','.join(self.names)}"


@dataclass(frozen=True)
class Step:
    """`count` different people of `approver`; after `within_hours` unanswered, those of `escalate_to` may sign too."""

    approver: Selector
    count: int = 1
    within_hours: int | None = None
    escalate_to: Selector | None = None

    def __post_init__(self) -> None:
        if self.count < 1 or (self.within_hours is not None and self.within_hours < 1):
            raise RuleError(f"{self.approver}: a step needs one person or more and a time limit of an hour or more")

    @property
    def key(self) -> str:
        """What decisions name: who is asked, not where in which rule, so that it survives other rules."""
        if self.within_hours is None or self.escalate_to is None:
            return str(self.approver)
        return f"{self.approver}>{self.within_hours}h>{self.escalate_to}"


@dataclass(frozen=True)
class Rule:
    """Steps for subjects of `kind` with an amount in [from_cents, to_cents) and the attributes of `where`.

    `starts` and `ends` are days, both included; the day the subject was asked counts. A rule without steps says: no
    second person needed here. That is a decision of the practice, unlike the absence of a rule.
    """

    id: str
    kind: str
    steps: tuple[Step, ...]
    from_cents: int = 0
    to_cents: int | None = None
    where: Mapping[str, str] = field(default_factory=dict)
    starts: date = date.min
    ends: date = date.max

    def __post_init__(self) -> None:
        if self.to_cents is not None and self.to_cents <= self.from_cents:
            raise RuleError(f"Rule {self.id}: its amounts run from {self.from_cents} to {self.to_cents}")

    def matches(self, subject: Subject) -> bool:
        size = subject.banded_cents
        return (
            self.kind == subject.kind
            and self.from_cents <= size
            and (self.to_cents is None or size < self.to_cents)
            and self.starts <= subject.asked_on <= self.ends
            and all(subject.attributes.get(name) == value for name, value in self.where.items())
        )


@dataclass(frozen=True)
class Delegation:
    """`giver` lends `taker` his say on `kinds` in [starts, ends), up to `ceiling_cents` if any. Single hop."""

    giver: int
    taker: int
    kinds: frozenset[str]
    starts: datetime
    ends: datetime
    ceiling_cents: int | None = None

    def runs(self, kind: str, at: datetime) -> bool:
        return self.giver != self.taker and kind in self.kinds and self.starts <= at < self.ends

    def reaches(self, subject: Subject, at: datetime) -> bool:
        below = self.ceiling_cents is None or subject.banded_cents <= self.ceiling_cents
        return below and self.runs(subject.kind, at)


@dataclass(frozen=True)
class Decision:
    """One person's answer on one step. `principal` is in whose right: `actor` himself, or a giver."""

    actor: int
    principal: int
    step: str
    approve: bool
    fingerprint: str
    amount_cents: int
    at: datetime
    comment: str = ""


@dataclass(frozen=True)
class Policy:
    """The rules, the forbidden pairs (kind -> pairs of party roles), and whether it is a small office."""

    rules: tuple[Rule, ...]
    separation: Mapping[str, frozenset[frozenset[str]]] = field(default_factory=dict)
    small_office: bool = False

    def rivals(self, kind: str) -> frozenset[str]:
        """Party roles whose holders may not approve a subject of `kind`."""
        pairs = self.separation.get(kind, frozenset())
        return frozenset(role for pair in pairs if APPROVER in pair for role in pair if role != APPROVER)


@dataclass(frozen=True)
class Directory:
    """Who holds which role at the moment: role -> user ids."""

    roles: Mapping[str, frozenset[int]]


@dataclass(frozen=True)
class Mark:
    """One person alone did both halves of `pair` (or the second half by nobody): the owner reviews it afterwards."""

    pair: tuple[str, str]
    person: int | None
    why: str


@dataclass(frozen=True)
class Approved:
    """Every step is signed, or no step is asked. `marks` are what the owner has to review."""

    rules: tuple[str, ...]
    signatures: tuple[tuple[str, int, int], ...] = ()  # (step key, actor, principal)
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class OpenStep:
    """A step still short of `missing` people, and who may sign it now."""

    step: Step
    missing: int
    signatures: frozenset[Signature]
    level: int

    @property
    def who(self) -> frozenset[int]:
        return frozenset(actor for actor, _ in self.signatures)


@dataclass(frozen=True)
class Waiting:
    """Open steps in order; those `due` now come first, the others after them."""

    rules: tuple[str, ...]
    steps: tuple[OpenStep, ...]

    @property
    def due(self) -> tuple[OpenStep, ...]:
        return tuple(step for step in self.steps if step.level == self.steps[0].level)

    @property
    def who(self) -> frozenset[int]:
        return frozenset().union(*(step.who for step in self.due))


@dataclass(frozen=True)
class Rejected:
    """Somebody who may say no said no."""

    by: int
    comment: str = ""


@dataclass(frozen=True)
class Blocked:
    """It can never be approved as things stand; `fix` says what would have to change."""

    code: str
    reason: str
    fix: str


Outcome = Approved | Waiting | Rejected | Blocked


def evaluate(
    subject: Subject,
    policy: Policy,
    directory: Directory,
    delegations: Iterable[Delegation],
    decisions: Iterable[Decision],
    now: datetime,
) -> Outcome:
    """The one judgement. Total: every input has an answer, and the order of rules and decisions does not change it."""
    bench = _Bench(subject, policy, directory, tuple(delegations), now)
    rules = [rule for rule in policy.rules if rule.matches(subject)]
    clash = _forbidden_pair(subject, policy)
    if clash or not rules:
        return clash or Blocked("no_rule", f"No rule says who approves {_words(subject.kind)} of this size.",
                                "Add a rule for it, then ask again.")
    valid = [d for d in decisions if d.fingerprint == subject.fingerprint and d.at <= now]
    for decision in sorted((d for d in valid if not d.approve), key=lambda d: (d.at, d.actor)):
        if decision.actor not in bench.excluded(decision.at):
            return Rejected(decision.actor, decision.comment)
    standing = [d for d in valid if d.approve and subject.amount_cents <= d.amount_cents]
    return _weigh(bench, merge(rules), standing, tuple(sorted(rule.id for rule in rules)))


def merge(rules: Iterable[Rule]) -> list[tuple[int, Step]]:
    """All steps of all rules, equal ones once with the larger count, each at its latest place: (level, step)."""
    merged: dict[str, tuple[int, Step]] = {}
    for rule in rules:
        for level, step in enumerate(rule.steps):
            other_level, other = merged.get(step.key, (level, step))
            merged[step.key] = (max(level, other_level), step if step.count > other.count else other)
    return sorted(merged.values(), key=lambda pair: (pair[0], pair[1].key))


def fingerprint(fields: Mapping[str, Any]) -> str:
    """SHA-256 of the decided fields (plain JSON values) without `amount_cents`, which alone may fall freely."""
    decided = {name: value for name, value in fields.items() if name != "amount_cents"}
    text = json.dumps(decided, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class _Bench:
    """Who may sign for this subject, at any moment asked about."""

    subject: Subject
    policy: Policy
    directory: Directory
    delegations: tuple[Delegation, ...]
    now: datetime

    def excluded(self, at: datetime) -> frozenset[int]:
        """The persons on the other side, and those who stand in for them at `at`: a delegate counts as the giver."""
        rivals = self.policy.rivals(self.subject.kind)
        own = {person for role, person in self.subject.parties if role in rivals}
        return frozenset(own | {d.taker for d in self.delegations if d.giver in own and d.runs(self.subject.kind, at)})

    def may_sign(self, step: Step, at: datetime) -> frozenset[Signature]:
        """(who, in whose right) for everyone who could sign `step` at `at`."""
        barred = self.excluded(at)
        direct = self._selected(step.approver)
        if step.escalate_to and step.within_hours:
            late = at >= self.subject.asked_at + timedelta(hours=step.within_hours)
            direct |= self._selected(step.escalate_to) if late else frozenset()
        direct -= barred
        lent = {(d.taker, d.giver) for d in self.delegations if d.giver in direct and d.reaches(self.subject, at)}
        return frozenset({(p, p) for p in direct} | {pair for pair in lent if pair[0] not in barred})

    def _selected(self, selector: Selector) -> frozenset[int]:
        if selector.kind == "person":
            return frozenset(int(name) for name in selector.names)
        if selector.kind == "named":
            return frozenset(person for name, person in self.subject.named if name in selector.names)
        return frozenset().union(*(self.directory.roles.get(name, frozenset()) for name in selector.names))

    def signed(self, step: Step, standing: Iterable[Decision]) -> frozenset[Signature]:
        """The signatures on `step` that count: given by someone who could sign when he signed."""
        given = [((d.actor, d.principal), d.at) for d in standing if d.step == step.key]
        return frozenset(pair for pair, at in given if pair in self.may_sign(step, at))


def _weigh(bench: _Bench, steps: list[tuple[int, Step]], standing: list[Decision], rules: tuple[str, ...]) -> Outcome:
    """Hold each step against its signatures. A step nobody can sign blocks, or in a small office passes with a mark."""
    waiting: list[OpenStep] = []
    marks = list(compensated(bench.subject, bench.policy))
    signatures: set[tuple[str, int, int]] = set()
    for level, step in steps:
        signed, able = bench.signed(step, standing), bench.may_sign(step, bench.now)
        signatures |= {(step.key, actor, principal) for actor, principal in signed}
        have, could = people(signed), people(signed | able)
        need = step.count
        if could < need:
            if not bench.policy.small_office or step.approver.kind == "person":
                return _nobody(bench, step, could)
            marks += _marks(bench, step)
            need = could
        if have < need:
            fresh = frozenset(pair for pair in able if people(signed | {pair}) > have)
            waiting.append(OpenStep(step, need - have, fresh or able, level))
    if waiting:
        return Waiting(rules, tuple(waiting))
    return Approved(rules, tuple(sorted(signatures)), tuple(marks))


def people(signatures: Iterable[Signature]) -> int:
    """How many different people the signatures are worth: no actor and no giver counts twice (maximum matching)."""
    by_actor: dict[int, list[int]] = {}
    for actor, principal in sorted(set(signatures)):
        by_actor.setdefault(actor, []).append(principal)
    holder: dict[int, int] = {}

    def seat(actor: int, tried: set[int]) -> bool:
        for principal in by_actor[actor]:
            if principal not in tried:
                tried.add(principal)
                if principal not in holder or seat(holder[principal], tried):
                    holder[principal] = actor
                    return True
        return False

    return sum(seat(actor, set()) for actor in by_actor)


def _forbidden_pair(subject: Subject, policy: Policy) -> Blocked | None:
    """A pair of duties (approving aside) that one person holds on this subject; a small office's only hand passes."""
    for pair in sorted(policy.separation.get(subject.kind, frozenset()), key=sorted):
        if APPROVER in pair:
            continue
        first, second = sorted(pair)
        if subject.persons(first) & subject.persons(second) and not (policy.small_office and subject.sole & pair):
            return Blocked("separation", f"One person may not be both {_words(first)} and {_words(second)} here.",
                           "Let another person take one of the two.")
    return None


def compensated(subject: Subject, policy: Policy) -> tuple[Mark, ...]:
    """Marks for forbidden pairs that passed only because a small office has nobody else."""
    found = []
    for pair in sorted(policy.separation.get(subject.kind, frozenset()), key=sorted):
        if APPROVER not in pair and policy.small_office and subject.sole & pair:
            first, second = sorted(pair)
            both = sorted(subject.persons(first) & subject.persons(second))
            found += [Mark((first, second), person, "nobody else holds this duty") for person in both]
    return tuple(found)


def _nobody(bench: _Bench, step: Step, could: int) -> Blocked:
    asked = f"{step.count} of {step.approver}" if step.count > 1 else str(step.approver)
    barred = bench.excluded(bench.now)
    why = "whoever could is on the other side of it" if barred else "nobody holds that part"
    return Blocked("nobody", f"It needs {asked}, and {'only ' + str(could) if could else 'nobody'} can sign: {why}.",
                   "Give the role to another person, or end the delegation that stands in the way.")


def _marks(bench: _Bench, step: Step) -> list[Mark]:
    rivals = bench.policy.rivals(bench.subject.kind)
    involved = [(role, person) for role, person in bench.subject.parties if role in rivals]
    role = involved[0][0] if involved else "requester"
    person = involved[0][1] if involved else None
    return [Mark((role, APPROVER), person, f"nobody else could sign as {step.approver}")]


def _words(name: str) -> str:
    return name.replace("_", " ")
