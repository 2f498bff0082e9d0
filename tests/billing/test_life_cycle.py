"""The life of a claim: states are computed, and no step of any life is one the table does not name."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.billing.logic.claim_state import ADJUSTED, LIFE, Sent, Standing, state
from steward.billing.states import REJECTED, ClaimState, Sending

CHARGE, FIRST, SECOND = 10_000, 1, 2
ACKS = [one.value for one in Sending if one not in (Sending.SENT, Sending.RECALLED)]


@dataclass
class Life:
    """One insured claim, lived event by event by somebody who knows nothing of how its state is computed."""

    rng: random.Random
    clock: int = 0
    answers: list[tuple[int, str, int, dict[int, int]]] = field(default_factory=list)  # when, outcome, payer, due by payer
    sent: tuple[int, str, str] | None = None  # when, last word, frequency
    letters: set[int] = field(default_factory=set)  # denials, by when they came, about which a letter is out
    given_up: bool = False

    @property
    def due(self) -> dict[int, int]:
        if self.given_up:
            return {}
        return self.answers[-1][3] if self.answers else {FIRST: CHARGE}

    def seen(self) -> str:
        adjusted = dict.fromkeys(ADJUSTED.values(), 0) | {"denial": CHARGE if self.given_up else 0}
        books = Standing(CHARGE, 0, 0, self.due, adjusted)
        out = None
        if self.sent:
            when, word, frequency = self.sent
            out = Sent(word, frequency, not self.answers or when > self.answers[-1][0])
        return state(True, [(outcome, payer) for _t, outcome, payer, _due in self.answers], books, out, appealed=self.appealed)

    @property
    def appealed(self) -> bool:
        return bool(self.answers) and self.answers[-1][0] in self.letters

    def step(self) -> None:
        self.clock += 1
        self.rng.choice([self._send, self._send, self._said, self._said, self._recall, self._answer, self._answer, self._undo,
                         self._appeal, self._give_up])()  # fmt: skip

    def _send(self) -> None:
        if self.sent is None:
            self.sent = (self.clock, "SENT", "1")
        elif self.sent[1] == "ACCEPTED" or self.answers:
            self.sent = (self.clock, "SENT", self.rng.choice("778") if sum(self.due.values()) else "1")

    def _said(self) -> None:
        if self.sent and self.sent[1] != "SENT" and self.rng.random() < 0.3:
            return
        if self.sent:
            self.sent = (self.sent[0], self.rng.choice(ACKS), self.sent[2])

    def _recall(self) -> None:
        if self.sent and self.sent[1] in {*REJECTED, "SENT"}:
            self.sent = None

    def _answer(self) -> None:
        outcome = self.rng.choice(["paid", "paid", "denied", "zero_paid", "crossed_over", "reversed"])
        due = {"paid": self.rng.choice([{}, {FIRST: 100}, {SECOND: 2_000}]), "denied": {FIRST: CHARGE}, "zero_paid": {},
               "crossed_over": {SECOND: 2_000}, "reversed": {FIRST: CHARGE}}[outcome]  # fmt: skip
        self.answers.append((self.clock, outcome, FIRST, due))
        self.given_up = False

    def _undo(self) -> None:
        if self.answers and not self.given_up:
            self.answers.pop()

    def _appeal(self) -> None:
        if self.seen() == "DENIED":
            self.letters.add(self.answers[-1][0])
        elif self.seen() == "APPEALED":
            self.letters.discard(self.answers[-1][0])

    def _give_up(self) -> None:
        if self.seen() == "DENIED":
            self.given_up = True


@given(st.integers(0, 2**32))
def test_no_life_takes_a_step_the_table_does_not_name(seed: int) -> None:
    life = Life(random.Random(seed))
    before = life.seen()
    for _ in range(30):
        life.step()
        after = life.seen()
        assert after == before or after in LIFE[before], f"seed {seed}: {before} -> {after}"
        before = after


def test_the_table_names_every_state_and_all_are_lived() -> None:
    assert set(LIFE) == set(ClaimState.values)
    lived = set()
    for seed in range(300):
        life = Life(random.Random(seed))
        for _ in range(30):
            life.step()
            lived.add(life.seen())
    assert lived == set(LIFE) - {"PATIENT_DUE", "CLOSED"}, "those two are the lives of claims without a payer"


@pytest.mark.parametrize(("due", "name"), [(1, "PATIENT_DUE"), (0, "CLOSED"), (-5, "CLOSED")])
def test_a_claim_without_a_payer(due: int, name: str) -> None:
    assert state(False, [], Standing(CHARGE, 0, due, {}, {})) == name


def test_what_no_payer_answered_is_never_appealed() -> None:
    assert "APPEALED" not in LIFE["DRAFT"] and not {"DENIED", "APPEALED"} & (LIFE["PATIENT_DUE"] | LIFE["CLOSED"])
