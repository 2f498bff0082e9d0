"""The forecast as arithmetic: pace with censoring, run-off, planned days, quantiles; against a recomputation item by item."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from steward.banking.logic.forecast import (
    AGES,
    EVERY,
    WEEKS,
    Item,
    Planned,
    days_of,
    forecast,
    mape_ppm,
    pace_of,
    quantile,
    run_off,
    together,
)

TODAY = date(2026, 11, 23)


def item(days_ago, cents, *off, group="Blue Harbor"):
    since = TODAY - timedelta(days=days_ago)
    return Item(group, since, cents, tuple((since + timedelta(days=after), gone, money) for after, gone, money in off))


def test_a_week_not_seen_to_its_end_says_nothing():
    pace = pace_of(item(10, 1000), TODAY)
    assert pace.risk[:3] == [1000, 0, 0] and sum(pace.paid) == 0
    assert sum(pace_of(item(6, 1000, (2, 1000, 1000)), TODAY).risk) == 0


def test_money_and_what_is_given_up_are_told_apart():
    pace = pace_of(item(40, 1000, (15, 700, 600), (30, 300, 300)), TODAY)
    assert pace.risk[:6] == [1000, 1000, 1000, 300, 300, 0]
    assert (pace.paid[2], pace.gone[2], pace.paid[4]) == (600, 100, 300)


def test_what_is_open_is_paid_at_the_pace_of_its_age():
    past = [item(70, 1000, (15, 1000, 800)) for _ in range(4)]  # all paid in the third week, eight tenths in money
    pace = together(pace_of(one, TODAY) for one in past)
    stands = [0] * AGES
    stands[0] = 500
    assert run_off(stands, pace, weeks=5) == [0, 0, 400, 0, 0]
    assert run_off([0] * AGES, pace, 500, weeks=5) == [0, 0, 400, 400, 400]


@st.composite
def histories(draw):
    found = []
    for _ in range(draw(st.integers(1, 12))):
        cents = draw(st.integers(1, 100_000))
        off, left = [], cents
        for _ in range(draw(st.integers(0, 3))):
            if not left:
                break
            gone = draw(st.integers(1, left))
            off.append((draw(st.integers(0, 250)), gone, draw(st.integers(0, gone))))
            left -= gone
        found.append(item(draw(st.integers(0, 250)), cents, *off, group=draw(st.sampled_from("AB"))))
    return found


@given(histories(), st.integers(0, 5_000), st.integers(0, 10**6))
def test_nothing_comes_that_is_not_owed_and_the_same_seed_tells_the_same(items, fresh, seed):
    def made():
        return forecast(items, [], 100_000, TODAY, Random(seed), fresh={"A": fresh}, runs=8)

    weeks = made()
    assert weeks == made() and len(weeks) == WEEKS
    owed = sum(max(0, one.open_cents(TODAY)) for one in items)
    assert 0 <= sum(week.in_cents for week in weeks) <= owed + fresh * WEEKS
    assert all(week.p10_cents <= week.p50_cents <= week.p90_cents for week in weeks)
    cash = 100_000
    for week in weeks:
        cash += week.in_cents + week.planned_cents
        assert week.closing_cents == cash


@given(histories())
def test_the_pace_is_that_of_a_recount_week_by_week(items):
    """Item by item and week by week: what was open on its first day, what came off before its last was over."""
    whole = together(pace_of(one, TODAY) for one in items)
    risk, paid = [0] * AGES, [0] * AGES
    for one in items:
        week = 0
        while one.since + timedelta(days=7 * (week + 1)) <= TODAY:
            start, end = one.since + timedelta(days=7 * week), one.since + timedelta(days=7 * week + 6)
            left = one.cents - sum(cents for on, cents, _m in one.off if on < start)
            if left > 0:
                risk[min(week, AGES - 1)] += left
                paid[min(week, AGES - 1)] += sum(m for on, _c, m in one.off if start <= on <= end)
            week += 1
    assert (whole.risk, whole.paid) == (risk, paid)


def test_planned_days():
    def days(every, first=date(2026, 11, 30), last=date(2027, 2, 28), until=None):
        return [d.isoformat() for d in days_of(Planned("x", "rent", -1, first, every, until), date(2026, 11, 24), last)]

    assert days("once") == ["2026-11-30"] and set(EVERY) >= {"once", "month"}
    assert days("two_weeks")[:3] == ["2026-11-30", "2026-12-14", "2026-12-28"]
    assert days("month") == ["2026-11-30", "2026-12-30", "2027-01-30", "2027-02-28"]
    assert days("half_month", date(2026, 12, 1))[:3] == ["2026-12-01", "2026-12-16", "2027-01-01"]
    assert days("quarter") == ["2026-11-30", "2027-02-28"]
    assert days("week", until=date(2026, 12, 7)) == ["2026-11-30", "2026-12-07"]
    assert days("month", date(2026, 1, 31))[0] == "2026-11-30"


def test_a_planned_day_falls_into_its_week():
    plans = [Planned("a", "rent", -100, TODAY + timedelta(days=n)) for n in (1, 7, 8, 91, 92)]
    weeks = forecast([], plans, 0, TODAY, Random(1), runs=2)
    assert [week.planned_cents for week in weeks] == [-200, -100, *[0] * 10, -100]
    assert weeks[0].first == TODAY + timedelta(days=1) and weeks[-1].last == TODAY + timedelta(days=91)


def test_quantiles_and_errors():
    assert [quantile(range(1, 101), q) for q in (10, 50, 90)] == [10, 50, 90] and quantile([7], 10) == 7
    assert mape_ppm([(110, 100), (90, 100)]) == 100_000 and mape_ppm([(5, 0)]) is None
