"""Schedules as arithmetic: recurring days, spreads that lose no cent, loans against a published table and a plain recomputation."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.ledger.logic.schedules import (
    LOAN,
    RECURRING,
    SPREAD,
    Terms,
    TermsError,
    day_of,
    level_payment,
    next_month,
    payment_of,
    plan,
)

FAR = date(2999, 12, 31)


def test_the_last_of_the_month_stays_the_last():
    terms = Terms(RECURRING, date(2026, 1, 31), 1, 4, (500, -500))
    assert [step.day for step in plan(terms, FAR)] == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]
    assert [s.day for s in plan(Terms(RECURRING, date(2026, 1, 31), 3, None, (1, -1)), date(2026, 8, 1))][-1] == date(2026, 7, 31)
    assert next_month(date(2026, 12, 31)) == date(2027, 1, 1)


def test_without_an_end_it_goes_on_until_the_day_asked_for():
    terms = Terms(RECURRING, date(2026, 1, 1), 1, None, (500, -500))
    assert len(list(plan(terms, date(2030, 12, 31)))) == 60


@given(
    st.lists(st.integers(100, 10_000_00), min_size=1, max_size=4),
    st.integers(1, 60),
    st.dates(date(2024, 1, 1), date(2028, 12, 31)),
    st.sampled_from([1, 3, 12]),
    st.booleans(),
)
def test_a_spread_loses_no_cent_on_any_line(debits, steps, first, every, by_day):
    cents = (*debits, -sum(debits))
    made = list(plan(Terms(SPREAD, first, every, steps, cents, by_day=by_day), FAR))
    assert len(made) == steps
    assert all(sum(step.cents) == 0 for step in made)
    assert all(amount >= 0 for step in made for amount in step.cents[:-1])
    assert tuple(sum(column) for column in zip(*(step.cents for step in made), strict=True)) == cents
    assert made[-1].left_cents == 0 and [s.left_cents for s in made] == sorted((s.left_cents for s in made), reverse=True)
    if not by_day and len(debits) == 1:  # no step is further than a cent from an equal share
        assert max(s.cents[0] for s in made) - min(s.cents[0] for s in made) <= 1


def test_by_days_the_first_month_takes_its_part():
    """A year's premium of 365.00 paid on 17 January 2027: a dollar a day, fifteen of them in January; the last step takes the rest."""
    made = list(plan(Terms(SPREAD, date(2027, 1, 17), 1, 12, (36_500, -36_500), by_day=True), FAR))
    assert [s.cents[0] for s in made[:3]] == [1_500, 2_800, 3_100]
    assert made[-1].cents[0] == 3_100 + 1_600  # December and the first sixteen days of January


def test_a_level_payment_is_the_published_one():
    """Known figures of the annuity formula: 100,000 at 6 % over 360 months pays 599.55; 20,000 at 5 % over 60 pays 377.42."""
    assert level_payment(10_000_000, 60_000, 360) == 59_955
    assert level_payment(2_000_000, 50_000, 60) == 37_742
    assert level_payment(1_200, 0, 12) == 100


@given(st.integers(1_000_00, 2_000_000_00), st.integers(0, 250_000), st.integers(1, 360))
def test_a_loan_is_paid_off_to_the_cent(principal, rate, payments):
    made = list(plan(Terms(LOAN, date(2026, 1, 15), 1, payments, total_cents=principal, rate_ppm=rate), FAR))
    assert sum(s.cents[0] for s in made) == principal and made[-1].left_cents == 0
    assert all(sum(s.cents) == 0 for s in made)
    balance = Decimal(principal)
    for step in made:  # the same by decimals, as a bank's clerk would
        interest = (balance * rate / 12_000_000).quantize(Decimal(1), ROUND_HALF_UP)
        assert step.cents[1] == interest and step.cents[0] >= 0
        balance -= step.cents[0]
        assert step.left_cents == balance
    if len(made) == payments:  # the last differs from the others by roundings alone: half a cent a step, grown by its interest
        assert abs(payment_of(made[-1]) - payment_of(made[0])) <= 4 * payments * (1 + rate / 12_000_000) ** payments


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        (Terms(RECURRING, date(2026, 1, 1), 5, None, (1, -1)), "every"),
        (Terms(RECURRING, date(2026, 1, 1), 1, 0, (1, -1)), "steps"),
        (Terms(RECURRING, date(2026, 1, 1), 1, None, (1, -2)), "unbalanced"),
        (Terms(SPREAD, date(2026, 1, 1), 1, None, (12, -12)), "steps"),
        (Terms(SPREAD, date(2026, 1, 1), 1, 2, (12, -6, -6)), "one_credit"),
        (Terms(SPREAD, date(2026, 1, 1), 1, 13, (12, -12)), "too_small"),
        (Terms(LOAN, date(2026, 1, 1), 1, 12, total_cents=0), "loan"),
        (Terms(LOAN, date(2026, 1, 1), 1, 12, total_cents=100_000, rate_ppm=120_000, payment_cents=1_000), "payment"),
        (Terms(LOAN, date(2026, 1, 1), 2, 12, total_cents=100_000), "every"),
    ],
)
def test_terms_that_give_no_plan_say_why(terms, code):
    with pytest.raises(TermsError) as found:
        list(plan(terms, FAR))
    assert found.value.code == code and found.value.what and found.value.mend


def test_the_nth_day_needs_no_list():
    assert day_of(Terms(RECURRING, date(2026, 11, 30), 3, None, (1, -1)), 2) == date(2027, 2, 28)
