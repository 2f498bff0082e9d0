"""The scrub itself: which rules a claim meets, what each finds, in an order that never changes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from steward.billing.logic.outgoing.model import OutgoingClaim
from steward.billing.logic.scrub.asking import Check, Codes, Found, Lines, Params
from steward.billing.logic.scrub.catalogue import CHECKS
from steward.billing.logic.scrub.model import SEVERITIES, Problem, Rule, World

_PLACE = re.compile(r"\{([a-z_]+)\}")
MOST_SCOPES = 1000  # more payers than an office has
_ORDER = {severity: place for place, severity in enumerate(SEVERITIES)}


Scope = tuple[str, str, str]  # payer code, filing indicator, form


@dataclass(frozen=True, slots=True)
class Ready:
    """A rule with its check found and its parameters made ready."""

    rule: Rule
    check: Check
    params: Params

    def meets(self, scope: Scope) -> bool:
        """True when payer, filing indicator and form are within the rule's scope."""
        rule, (payer, filing, form) = self.rule, scope
        return (
            (not rule.payers or payer in rule.payers)
            and (not rule.filings or filing in rule.filings)
            and (not rule.forms or form in rule.forms)
        )


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules made ready once, for many claims. Those of one scope are looked up once (a batch has few payers)."""

    ready: tuple[Ready, ...]
    scoped: dict[Scope, tuple[Ready, ...]] = field(default_factory=dict, compare=False, repr=False)

    def of(self, claim: OutgoingClaim) -> tuple[Ready, ...]:
        """The rules a claim meets."""
        scope = scope_of(claim)
        found = self.scoped.get(scope)
        if found is None:
            found = tuple(one for one in self.ready if one.meets(scope))
            if len(self.scoped) < MOST_SCOPES:
                self.scoped[scope] = found
        return found


def scope_of(claim: OutgoingClaim) -> Scope:
    return claim.policy.payer.code, claim.policy.payer.filing, claim.form


def codes_named(rules: RuleSet, check: str) -> tuple[Codes, ...]:
    """The services that the rules asking ``check`` are about."""
    return tuple(one.params.codes["codes"] for one in rules.ready if one.rule.check == check)


def prepare(rules: Iterable[Rule]) -> RuleSet:
    """The rules that are on, ready to run. Raises ValueError when a rule asks an unknown check or with wrong parameters
    (``rules.parse`` says so before, with the place)."""
    return RuleSet(tuple(_ready(rule) for rule in rules if rule.on))


def _ready(rule: Rule) -> Ready:
    check = CHECKS.get(rule.check)
    if check is None:
        raise ValueError(f"rule {rule.id}: no check is called {rule.check}")
    return Ready(rule, check, check.ready(rule.parameters))


def scrub(claim: OutgoingClaim, rules: Sequence[Rule] | RuleSet, world: World) -> tuple[Problem, ...]:
    """Every problem of one claim: errors first, then warnings, then infos; within them by line, rule, text."""
    ready = rules if isinstance(rules, RuleSet) else prepare(rules)
    lines: Lines = tuple(enumerate(claim.lines, 1))
    days = sorted(line.day for line in claim.lines) or [world.today]
    found = [
        _problem(one.rule, each)
        for one in ready.of(claim)
        for each in _run(one, claim, lines, (days[0], days[-1]), world)
    ]
    found.sort(key=lambda each: (_ORDER[each.severity], each.line, each.rule, each.where, each.message))
    return tuple(found)


def scrub_many(
    claims: Iterable[OutgoingClaim], rules: Sequence[Rule] | RuleSet, world: World
) -> Iterator[tuple[OutgoingClaim, tuple[Problem, ...]]]:
    """Each claim with its problems, in the order given, one at a time: memory does not grow with the batch."""
    ready = rules if isinstance(rules, RuleSet) else prepare(rules)
    for claim in claims:
        yield claim, scrub(claim, ready, world)


def held(problems: Iterable[Problem]) -> bool:
    """True when one of them is an error."""
    return any(each.holds for each in problems)


def _run(one: Ready, claim: OutgoingClaim, lines: Lines, days: tuple[date, date], world: World) -> Iterable[Found]:
    """What one rule finds. It sees only the lines on whose day it is in force; a rule in force on none is not asked."""
    rule = one.rule
    if rule.valid_from <= days[0] and (rule.valid_to is None or days[1] <= rule.valid_to):
        return one.check.run(claim, lines, world, one.params)
    own = tuple((number, line) for number, line in lines if rule.holds_on(line.day))
    return one.check.run(claim, own, world, one.params) if own else ()


def _problem(rule: Rule, found: Found) -> Problem:
    return Problem(
        rule.id, rule.severity, rule.check, fill(rule.message, found.values), fill(rule.fix, found.values), found.where,
        found.line,
    )  # fmt: skip


def fill(template: str, values: Mapping[str, str]) -> str:
    """A message with its names filled in; a name nobody tells stays as it is written, so that no text can raise."""
    return _PLACE.sub(lambda place: values.get(place[1], place[0]), template)
