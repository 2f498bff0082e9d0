"""Files another program made: 270, 271, 276 and 277 by seed, read to the last member, claim and cent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steward.billing.logic.acknowledgement import Inquiry, read_276, read_277, write_276
from steward.insurance.logic.eligibility import Standing, read_270, read_271, standing
from tests.billing.validators import x12sdk_findings
from tests.proofs.counts import count

from . import samples as told

SEEDS = range(12)


def theirs(text: str) -> list[Any]:
    from x12sdk.io import X12ModelReader

    with X12ModelReader(text) as reader:
        return list(reader.models())


def cents(amount: Decimal | None) -> int | None:
    return None if amount is None else int(amount * 100)


@pytest.mark.parametrize("seed", SEEDS)
def test_claims_asked_about_and_told(seed: int) -> None:
    from x12sdk.generate import generate_276, generate_277

    asked, answered = generate_276(seed=seed, patients=7), generate_277(seed=seed, patients=7)
    (model,) = theirs(asked)
    assert [(one.trace, one.charge_cents) for one in read_276(asked.encode())] == [
        (one.trace_number, cents(one.charge)) for one in model.claims()
    ]
    (model,), (answer,) = theirs(answered), read_277(answered.encode())
    assert [(one.trace, one.charge_cents, one.statuses[0].paid_cents) for one in answer.claims] == [
        (one.trace_number, cents(one.charge), cents(one.paid)) for one in model.claims()
    ]
    assert answer.unread == () and all(one.meaning != "unknown" for one in answer.claims)


@pytest.mark.parametrize("seed", SEEDS)
def test_members_asked_about_and_told(seed: int) -> None:
    from x12sdk.generate import generate_270, generate_271

    asked, answered = generate_270(seed=seed, members=7), generate_271(seed=seed, members=7)
    (model,) = theirs(asked)
    ours = read_270(asked.encode())
    assert [one.dependent is not None for one in ours] == [one.is_dependent for one in model.members()]
    assert [list(one.services) for one in ours] == [list(one.service_type_codes) for one in model.members()]
    (model,), (answer,) = theirs(answered), read_271(answered.encode())
    told = [(one.dependent is not None, one.benefits[0].services) for one in answer.patients]
    assert told == [(one.is_dependent, tuple(one.service_type_codes)) for one in model.members()]
    assert answer.unread == ()
    assert all(standing(one, one.benefits[0].services[0]) is not Standing.UNKNOWN for one in answer.patients)


@settings(max_examples=max(20, count("R14") // 10), deadline=None)
@given(st.lists(told.inquiries(), min_size=1, max_size=4))
def test_what_we_ask_is_accepted(asked: list[Inquiry]) -> None:
    assert x12sdk_findings(write_276(asked, told.OURS, "Q1")) == []
