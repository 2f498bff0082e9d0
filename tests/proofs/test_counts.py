"""The counts are what the issue and the trust facts ask for, and every name is used by a proof."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.proofs.counts import COUNTS, count, seed

LEAST = {
    "R1": (50, 200), "R2": (1, 1_000), "R3": (10, 50), "R4 remittance": (10, 20), "R4 statement": (10, 20), "R6": (1, 100),
    "R11": (1, 20_000), "R12": (100, 500), "R13": (10_000, 100_000), "R14": (1, 2_000), "R20 audit": (1, 500),
    "R20 ledger": (1, 500), "R22": (1, 500), "R23": (1, 20_000),
}  # fmt: skip


@pytest.mark.parametrize("name", LEAST)
def test_no_proof_repeats_itself_less_than_asked(name: str) -> None:
    assert all(given >= least for given, least in zip(COUNTS[name], LEAST[name], strict=True))


def test_every_name_is_used() -> None:
    text = "\n".join(
        path.read_text() for path in Path(__file__).parents[1].rglob("test_*.py") if path != Path(__file__)
    )
    assert set(COUNTS) <= set(re.findall(r'"(R\d+(?: \w+)?|[a-z]+)"', text))


def test_the_environment_may_say_otherwise(monkeypatch) -> None:
    monkeypatch.setenv("STEWARD_COUNT", "3")
    monkeypatch.setenv("STEWARD_SEED", "8")
    assert (count("R1"), seed(5)) == (3, 8)
    monkeypatch.delenv("STEWARD_COUNT")
    monkeypatch.delenv("STEWARD_SEED")
    assert count("R1") in COUNTS["R1"] and seed(5) == 5
