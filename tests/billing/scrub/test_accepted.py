"""What the scrub lets pass, a foreign reader accepts once written: the two never disagree in that direction."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from steward.billing.logic.outgoing import institutional, professional
from steward.billing.logic.scrub import held, load, prepare, scrub
from steward.core.x12.write import Envelope
from tools import plant_faults

from ..validators import pyx12_findings
from .hurt import hurt
from .population import population

RULES = prepare(load())
CLAIMS, WORLD = population(120, seed=42)
ENVELOPE = Envelope(
    "ELM1", "Elm Family Practice", "Billing", "5185550100", "CLEAR1", "Clearinghouse", dt.datetime(2026, 3, 16, 9), 1, 1
)
WRITERS = {"P": professional.write, "I": institutional.write}


@pytest.mark.parametrize("form", ["P", "I"])
def test_clean_claims_are_accepted(form, tmp_path):
    own = [claim for claim in CLAIMS if claim.form == form]
    assert own and not any(held(scrub(claim, RULES, WORLD)) for claim in own)
    assert pyx12_findings(WRITERS[form](own, ENVELOPE, "B1"), tmp_path) == []


def test_a_spoiled_claim_that_is_only_warned_of_can_still_be_written(tmp_path):
    """A warning may be answered with a reason, and then the claim goes out: it has to be a claim."""
    going = {}
    for name in plant_faults.FAULTS:
        for claim in CLAIMS:
            spoiled = plant_faults.plant(claim, name)
            if spoiled is not None and spoiled.form == "P" and not held(scrub(spoiled, RULES, WORLD)):
                going[name] = spoiled
                break
    assert going
    for name, spoiled in going.items():
        assert pyx12_findings(professional.write([spoiled], ENVELOPE, "B2"), tmp_path) == [], name


@pytest.mark.parametrize("form", ["P", "I"])
@pytest.mark.parametrize("seed", range(3))
def test_a_claim_hurt_anywhere_is_held_or_still_accepted(form, seed, tmp_path):
    """300 claims, each with one field changed to something odd; what is not held goes into one file."""
    rng = random.Random(seed)
    own = [claim for claim in CLAIMS if claim.form == form]
    hurts = [hurt(rng.choice(own), rng) for _ in range(300)]
    passed = [(at, claim) for at, claim in hurts if not held(scrub(claim, RULES, WORLD))]
    assert 30 < len(passed) < 270
    text = WRITERS[form]([claim for _, claim in passed], ENVELOPE, "B3")
    assert pyx12_findings(text, tmp_path) == [], [at for at, _ in passed]
