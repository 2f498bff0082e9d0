"""Every shipped rule has a pair: a claim in its scope that has no problem at all, and one that breaks this rule alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from steward.billing.logic.scrub import Problem, Rule, load, prepare, scrub

from .claims import CLEAN, WORLD, Pair
from .pairs import coding, filing, people

RULES = load()
PAIRS: dict[str, Pair] = people.PAIRS | coding.PAIRS | filing.PAIRS


def found(claim, rule: Rule, world) -> tuple[Problem, ...]:
    """With all rules that are on, and this one switched on for its own pair."""
    return scrub(claim, [replace(each, on=True) if each is rule else each for each in RULES], world)


def test_every_rule_has_a_pair_and_every_pair_a_rule():
    assert sorted(PAIRS) == sorted(rule.id for rule in RULES)


def test_the_clean_claim_has_no_problem():
    assert scrub(CLEAN, RULES, WORLD) == ()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_pair(rule: Rule):
    pair = PAIRS[rule.id]
    assert prepare([replace(rule, on=True)]).of(pair.good), "the good claim must be one the rule looks at"
    assert found(pair.good, rule, pair.world) == ()
    problems = found(pair.bad, rule, pair.world)
    assert {each.rule for each in problems} == {rule.id}
    assert all(each.severity == rule.severity and each.code == rule.check for each in problems)
    assert not [each for each in problems if "{" in each.message + each.fix], "a name of the message that nobody tells"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_that_is_off_or_not_in_force_finds_nothing(rule: Rule):
    pair = PAIRS[rule.id]
    others = [each for each in RULES if each is not rule]
    for quiet in (replace(rule, on=False), replace(rule, valid_from=rule.valid_from.replace(year=2100))):
        assert scrub(pair.bad, [*others, quiet], pair.world) == ()
