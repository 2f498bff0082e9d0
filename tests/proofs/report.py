"""One line of figures a proof, printed at the end of a long run; a failing proof prints the seed that repeats it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.proofs.counts import LONG, count, seed


class Proof:
    """One proof under way: how often it repeats (``count``), where its draws begin (``seed``), and its figures."""

    def __init__(self, node: pytest.Item, name: str, usual_seed: int) -> None:
        self.node, self.name = node, name
        self.count, self.seed = count(name), seed(usual_seed)
        self.began = time.perf_counter()
        node.user_properties.append(("seed", self.seed))

    def done(self, **figures: object) -> None:
        """Say how it went: ``R1 kills=200 lost=0 seconds=61``."""
        said = {**figures, "seconds": round(time.perf_counter() - self.began, 1)}
        words = (f"{name}={value:,}" if isinstance(value, int) else f"{name}={value}" for name, value in said.items())
        self.node.user_properties.append(("figures", " ".join((self.name, *words))))


class Proofs:
    """``proofs("R2", seed=7)`` begins the proof of that name in this test."""

    def __init__(self, node: pytest.Item) -> None:
        self.node = node

    def __call__(self, name: str, seed: int = 20261123) -> Proof:
        return Proof(self.node, name, seed)


@pytest.fixture
def proofs(request: pytest.FixtureRequest) -> Iterator[Proofs]:
    """Begins proofs and takes their figures; the reports carry both out of worker processes."""
    yield Proofs(request.node)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The figures of what passed, the seeds of what failed."""
    told = _told(terminalreporter, "passed", "figures") if LONG else []
    if told:
        terminalreporter.section("proofs")
        for _test, line in sorted(told, key=lambda pair: pair[1]):
            terminalreporter.write_line(line)
    for test, number in _told(terminalreporter, "failed", "seed"):
        terminalreporter.write_line(
            f"repeat it: STEWARD_SEED={number} {'STEWARD_LONG=1 ' if LONG else ''}pytest '{test}'"
        )


def _told(terminalreporter: Any, outcome: str, name: str) -> list[tuple[str, Any]]:
    reports = terminalreporter.stats.get(outcome, [])
    return [(r.nodeid, value) for r in reports if r.when == "call" for key, value in r.user_properties if key == name]
