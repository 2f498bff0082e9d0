"""Hours: weekly, of one date, closed on one date; whole slots only; two of a provider never overlap."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from steward.people.logic.sessions import Hours, clash, minutes, open_hours, slots

MONDAY = dt.date(2026, 11, 23)


def at(hour: int, minute: int = 0) -> dt.time:
    return dt.time(hour, minute)


def weekly(starts: int = 8, ends: int = 12, **more) -> Hours:
    return Hours(
        **{
            "provider": 1,
            "site": 1,
            "place": None,
            "starts": at(starts),
            "ends": at(ends),
            "slot_minutes": 20,
            "weekday": 0,
            **more,
        }
    )


def dated(starts: int, ends: int, **more) -> Hours:
    return weekly(starts, ends, weekday=None, date=MONDAY, **more)


def spans(rules: list[Hours]) -> list[tuple[dt.time, dt.time]]:
    return [(h.starts, h.ends) for h in open_hours(rules, MONDAY)]


def test_weekly_hours_hold_from_their_first_to_their_last_day() -> None:
    assert spans([weekly()]) == [(at(8), at(12))]
    assert spans([weekly(weekday=1)]) == []
    assert spans([weekly(starts_on=MONDAY + dt.timedelta(1))]) == []
    assert spans([weekly(ends_on=MONDAY - dt.timedelta(1))]) == []
    assert spans([weekly(starts_on=MONDAY, ends_on=MONDAY)]) == [(at(8), at(12))]


def test_a_date_adds_hours() -> None:
    assert spans([weekly(), dated(13, 15)]) == [(at(8), at(12)), (at(13), at(15))]


def test_closed_hours_cut_the_day() -> None:
    assert spans([weekly(), dated(9, 10, closed=True)]) == [(at(8), at(9)), (at(10), at(12))]
    assert spans([weekly(), dated(7, 9, closed=True)]) == [(at(9), at(12))]
    assert spans([weekly(), dated(11, 13, closed=True)]) == [(at(8), at(11))]
    assert spans([weekly(), dated(0, 23, closed=True)]) == []
    assert spans([weekly(), dated(9, 10, closed=True, provider=2)]) == [(at(8), at(12))]


def test_a_rest_shorter_than_a_slot_is_not_offered() -> None:
    found = slots(weekly(8, 9, slot_minutes=25))
    assert found == [(at(8), at(8, 25)), (at(8, 25), at(8, 50))]
    assert slots(weekly(8, 9, slot_minutes=90)) == []


@given(
    st.lists(st.tuples(st.integers(0, 22), st.integers(1, 5), st.booleans()), max_size=8),
)
def test_an_hour_is_bookable_exactly_when_open_and_not_closed(parts: list[tuple[int, int, bool]]) -> None:
    rules = [dated(s, min(s + n, 23), closed=closed) for s, n, closed in parts]
    found = open_hours(rules, MONDAY)
    for hour in range(23):
        middle = hour * 60 + 30

        def covers(rule: Hours, minute: int = middle) -> bool:
            return minutes(rule.starts) <= minute < minutes(rule.ends)

        wanted = any(covers(r) for r in rules if not r.closed) and not any(covers(r) for r in rules if r.closed)
        assert any(covers(h) for h in found) == wanted


def test_clashes() -> None:
    assert clash(weekly(11, 13), [weekly()]) is not None
    assert clash(weekly(12, 13), [weekly()]) is None
    assert clash(weekly(provider=2), [weekly()]) is None
    assert clash(weekly(weekday=1), [weekly()]) is None
    assert clash(dated(9, 10), [weekly()]) is not None
    assert clash(weekly(), [dated(9, 10)]) is not None
    assert clash(dated(9, 10, closed=True), [weekly()]) is None
    assert clash(weekly(starts_on=MONDAY), [weekly(ends_on=MONDAY - dt.timedelta(1))]) is None
    assert clash(weekly(starts_on=MONDAY), [weekly(ends_on=MONDAY)]) is not None
