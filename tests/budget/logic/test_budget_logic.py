"""Budget arithmetic against recomputations of its own: nothing lost in splitting, parts add to the difference, signs by kind."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steward.budget.logic.against import Left, spans
from steward.budget.logic.drivers import (
    Cost,
    DriverError,
    Income,
    Staff,
    income_cents,
    lines,
    seasonality,
    split,
    staff_cents,
)
from steward.budget.logic.variances import Sold, Worked, flexible, labour, sales, sign

few = settings(max_examples=20, deadline=None)
DAYS = (21, 20, 22, 21, 20, 22, 22, 21, 21, 22, 19, 22)


def of_years(visits_a_day, years=(2024, 2025)):
    days = {(y, m): DAYS[m - 1] for y in years for m in range(1, 13)}
    return {key: visits_a_day[key[1] - 1] * n for key, n in days.items()}, days


def test_season_is_of_the_pace_and_not_of_the_calendar():
    assert seasonality(*of_years([30] * 12)) == (Fraction(1),) * 12
    found = seasonality(*of_years([45] + [30] * 11))
    assert sum(found) == 12 and found[0] == Fraction(45 * 12, 45 + 330)


def test_one_year_is_no_season():
    assert seasonality(*of_years([30] * 12, years=(2025,))) is None and seasonality(*of_years([0] * 12)) is None


@few
@given(st.lists(st.fractions(min_value=0, max_value=10**6, max_denominator=1000), min_size=12, max_size=12))
def test_a_split_loses_no_cent(exact):
    got = split(exact)
    assert abs(sum(got) - sum(exact)) <= Fraction(1, 2)
    assert all(abs(cents - one) <= 2 for cents, one in zip(got, exact, strict=True))


def test_income_by_hand():
    index = (Fraction(3, 2),) + (Fraction(21, 22),) * 11
    months = income_cents(Income("4000", 12_500, 11_234), DAYS, index)
    assert sum(months) == round(Fraction(25, 2) * 11_234 * (Fraction(3, 2) * 21 + Fraction(21, 22) * 232))
    assert months[0] in (4_423_387, 4_423_388)  # 12.5 x 1.5 x 21 days x 112.34 is 44,233.875


def test_staff_steps_visits_and_places():
    posts = [Staff("6000", 1_500, 4_800_000, first=4)]
    assert staff_cents(posts[0]) == [0, 0, 0] + [600_000] * 9
    costs = [Cost("6100", fixed_cents=100_000, fte_cents=1_000), Cost("6400", visit_cents=250, step_cents=5_000, step_visits=100)]
    got = {(one.account, one.month): one.cents for one in lines([Income("4000", 10_000, 10_000)], posts, costs, DAYS)}
    assert got["6100", 1] == 100_000 and got["6100", 4] == 101_500
    assert got["6400", 1] == 210 * 250 + 3 * 5_000 and got["6400", 2] == 200 * 250 + 2 * 5_000
    assert got["4000", 1] == 2_100_000 and ("6000", 3) not in got


@pytest.mark.parametrize("wrong", [Staff("6000", 1_000, 1, first=5, last=4), Staff("6000", -1, 1)])
def test_a_post_that_makes_no_sense(wrong):
    with pytest.raises(DriverError, match="6000"):
        staff_cents(wrong)
    with pytest.raises(DriverError, match="6400"):
        lines([], [], [Cost("6400", step_cents=1)], DAYS)


rows = st.lists(
    st.builds(Sold, st.just("x"), *(st.integers(0, 5_000) for _ in range(3)), st.integers(0, 10**8)), min_size=1, max_size=6
)


@few
@given(rows)
def test_parts_add_up_to_the_difference_and_are_what_the_formulas_say(given_rows):
    parts = sales(given_rows)
    budget, actual = sum(one.plan_units for one in given_rows), sum(one.units for one in given_rows)
    for one, part in zip(given_rows, parts, strict=True):
        assert part.all_cents == one.cents - one.plan_units * one.plan_rate_cents
        assert part.price_cents + part.volume_cents == part.all_cents
        if one.units:
            assert part.price_cents == one.units * (Fraction(one.cents, one.units) - one.plan_rate_cents)
        if budget and actual:
            mix = (Fraction(one.units, actual) - Fraction(one.plan_units, budget)) * actual * one.plan_rate_cents
            quantity = (actual - budget) * Fraction(one.plan_units, budget) * one.plan_rate_cents
            assert abs(part.mix_cents - mix) < 2 and abs(part.quantity_cents - quantity) < 2


minutes = st.integers(0, 10**6)


@few
@given(st.builds(Worked, minutes, minutes, minutes, st.integers(0, 20_000), st.integers(0, 10**8)))
def test_hours_add_up_to_the_difference(work):
    got = labour(work)
    static = Fraction(work.plan_minutes * work.rate_cents, 60)
    assert abs(got.rate_cents + got.efficiency_cents + got.volume_cents - (work.cents - static)) <= Fraction(1, 2)
    assert abs(got.efficiency_cents - Fraction((work.minutes - work.standard_minutes) * work.rate_cents, 60)) <= 1


def test_flexible_moves_only_what_varies():
    assert flexible(100_000, 50_000, 200, 260) == 165_000 and flexible(100_000, 0, 0, 5) == 100_000
    with pytest.raises(ValueError, match="units"):
        flexible(0, 1, 0, 5)


def test_signs_by_kind():
    assert [sign(kind, cents) for kind in ("revenue", "expense") for cents in (5, 0, -5)] == ["F", "", "U", "U", "", "F"]
    with pytest.raises(ValueError, match="asset"):
        sign("asset", 1)


def test_left_and_over():
    month, to_date, year = spans({1: 100, 2: 100, 3: 100}, {1: 120, 2: 90}, {2: 15}, 2)
    assert (month, to_date, year) == (Left(100, 90, 15), Left(200, 210, 15), Left(300, 210, 15))
    assert [one.left_cents for one in (month, to_date, year)] == [-5, -25, 75]
    assert to_date.over(100_000, 20) and not to_date.over(125_000, 20) and not to_date.over(100_000, 25) and not year.over(0, 0)
    with pytest.raises(ValueError, match="1 to 12"):
        spans({}, {}, {}, 13)
