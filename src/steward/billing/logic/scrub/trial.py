"""Edited rules tried against claims before they go live: which would be held, which would pass, how many dollars. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from steward.billing.logic.outgoing.model import OutgoingClaim
from steward.billing.logic.scrub.engine import RuleSet, held, prepare, scrub
from steward.billing.logic.scrub.model import Problem, Rule, World


@dataclass(frozen=True, slots=True)
class Tried:
    """A claim whose answer differs between the rules in force and the edited ones. Cents are its charge."""

    ref: str
    cents: int
    new: tuple[Problem, ...]
    gone: tuple[Problem, ...]
    held_before: bool
    held_after: bool


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How often one rule speaks, and on how many dollars of claims, before and after."""

    rule: str
    claims_before: int
    claims_after: int
    cents_before: int
    cents_after: int


@dataclass(frozen=True, slots=True)
class Trial:
    """What the edited rules would do. ``differing`` in the order of the claims; ``rules`` by id, those that speak at all."""

    claims: int
    cents: int
    held_before: int
    held_after: int
    held_cents_before: int
    held_cents_after: int
    differing: tuple[Tried, ...]
    rules: tuple[RuleCount, ...]

    @property
    def newly_held(self) -> tuple[Tried, ...]:
        return tuple(one for one in self.differing if one.held_after and not one.held_before)

    @property
    def newly_passed(self) -> tuple[Tried, ...]:
        return tuple(one for one in self.differing if one.held_before and not one.held_after)

    @property
    def newly_held_cents(self) -> int:
        return sum(one.cents for one in self.newly_held)

    def denied_caught(self, denied: Iterable[str]) -> tuple[int, int]:
        """(claims, cents) of those a payer denied that the edited rules would have held: what the edit would have saved.
        ``denied`` are claim references."""
        refs = frozenset(denied)
        own = [one for one in self.newly_held if one.ref in refs]
        return len(own), sum(one.cents for one in own)


def try_rules(
    claims: Iterable[OutgoingClaim], now: Sequence[Rule] | RuleSet, edited: Sequence[Rule] | RuleSet, world: World
) -> Trial:
    """Both sets of rules over the same claims. Raises ValueError when a rule cannot be used."""
    sets = tuple(each if isinstance(each, RuleSet) else prepare(each) for each in (now, edited))
    count, cents, held_count, held_cents = 0, 0, [0, 0], [0, 0]
    spoken: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    dollars: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    differing: list[Tried] = []
    for claim in claims:
        count, cents = count + 1, cents + claim.charge_cents
        answers = [scrub(claim, each, world) for each in sets]
        for place, answer in enumerate(answers):
            held_count[place] += held(answer)
            held_cents[place] += claim.charge_cents if held(answer) else 0
            own = {each.rule for each in answer}
            spoken[place].update(own)
            dollars[place].update(dict.fromkeys(own, claim.charge_cents))
        if answers[0] != answers[1]:
            differing.append(_tried(claim, *answers))
    names = sorted(spoken[0].keys() | spoken[1].keys())
    rules = tuple(RuleCount(n, spoken[0][n], spoken[1][n], dollars[0][n], dollars[1][n]) for n in names)
    return Trial(
        count, cents, held_count[0], held_count[1], held_cents[0], held_cents[1], tuple(differing), rules
    )  # fmt: skip


def _tried(claim: OutgoingClaim, before: tuple[Problem, ...], after: tuple[Problem, ...]) -> Tried:
    return Tried(
        claim.ref, claim.charge_cents, tuple(each for each in after if each not in before),
        tuple(each for each in before if each not in after), held(before), held(after),
    )  # fmt: skip
