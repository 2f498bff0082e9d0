"""The answer never came (R22): the same command with the same key gives the first answer again and does nothing more.

An import has no key of its own; its content makes it once-only, and the second answer says that the file is known.
"""

from __future__ import annotations

from uuid import uuid4

import pytest

from steward.core import answers
from steward.core.audit.chain import verify as verify_audit
from steward.ledger.selectors import verify
from tests.proofs.house import COMMANDS, open_house, rows

pytestmark = pytest.mark.proof


def test_a_retry_gets_the_first_answer_and_does_nothing(real_db, proofs) -> None:
    proof = proofs("R22")
    house = open_house()
    for n in range(proof.count):
        command = COMMANDS[n % len(COMMANDS)]
        act, key = command.ready(house, n), uuid4()
        first = act(key)
        once = rows()
        again = act(key)
        now = (
            rows() if command.keyed else {**rows(), "core_auditrow": once["core_auditrow"]}
        )  # that it was brought again
        assert now == once, f"{command.name}, turn {n}: the retry wrote something"
        if command.keyed:
            assert answers.encode(again) == answers.encode(first), f"{command.name}, turn {n}"
        else:
            assert (first, again) == ("posted", "duplicate"), f"{command.name}, turn {n}"
    assert verify().ok and verify_audit().ok
    proof.done(retries=proof.count, commands=len(COMMANDS), doubled=0, other_answers=0)
