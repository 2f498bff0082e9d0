"""The proof: every fault planted by a tool that knows nothing of the scrub is caught; clean claims pass."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from steward.billing.logic.scrub import held, load, prepare, scrub
from tools import plant_faults

from .population import population

RULES = prepare(load())
CLAIMS, WORLD = population(400, seed=20260316)
TO_SPOIL = CLAIMS[:150]
BEFORE = {claim.ref: {(each.rule, each.where) for each in scrub(claim, RULES, WORLD)} for claim in TO_SPOIL}


def test_the_planter_knows_nothing_of_the_scrub():
    tree = ast.parse(Path(plant_faults.__file__).read_text("utf-8"))
    modules = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    modules += [name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names]
    assert modules and not [module for module in modules if "scrub" in module]


def test_clean_claims_pass():
    """At most two in a hundred may be held by mistake."""
    wrongly = {claim.ref: scrub(claim, RULES, WORLD) for claim in CLAIMS}
    stopped = {ref: problems for ref, problems in wrongly.items() if held(problems)}
    assert len(stopped) <= 0.02 * len(CLAIMS), list(stopped.items())[:3]
    spoken = {ref: problems for ref, problems in wrongly.items() if problems}
    assert len(spoken) <= 0.02 * len(CLAIMS), list(spoken.items())[:3]


@pytest.mark.parametrize("name", plant_faults.FAULTS)
def test_every_planted_fault_is_caught(name):
    """In each clean claim that can carry it: a problem that the clean claim does not have, never only an info."""
    planted = 0
    for claim in TO_SPOIL:
        spoiled = plant_faults.plant(claim, name)
        if spoiled is None:
            continue
        planted += 1
        new = [each for each in scrub(spoiled, RULES, WORLD) if (each.rule, each.where) not in BEFORE[claim.ref]]
        assert [each for each in new if each.severity != "info"], f"{name} in {claim.ref} was not caught"
    assert planted, "no claim could carry this fault"
