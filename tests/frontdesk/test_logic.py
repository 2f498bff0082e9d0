"""Slots, openings and the day's grid."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.core.clock import at_local
from steward.frontdesk.logic.grid import Block, Span, day_rows, raster
from steward.frontdesk.logic.openings import Busy, inside, openings, third_next
from steward.frontdesk.logic.slots import slot_starts
from steward.people.logic.sessions import Hours

NY = ZoneInfo("America/New_York")
MONDAY = dt.date(2026, 11, 23)


def moment(day: dt.date, at: dt.time) -> dt.datetime:
    return at_local(day, at, NY)


def utc(hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(2026, 11, 23, hour, minute, tzinfo=dt.UTC)


def test_twenty_minutes_hold_four_slots() -> None:
    assert slot_starts(utc(14), utc(14, 20)) == [utc(14), utc(14, 5), utc(14, 10), utc(14, 15)]


@pytest.mark.parametrize(
    ("begin", "end"),
    [(utc(14), utc(14)), (utc(15), utc(14)), (utc(14, 2), utc(14, 20)), (utc(8), utc(16, 5)), (utc(14), utc(14, 21))],
)
def test_what_is_no_appointment_is_a_mistake(begin: dt.datetime, end: dt.datetime) -> None:
    with pytest.raises(ValueError):
        slot_starts(begin, end)


@given(st.integers(0, 200), st.integers(1, 90), st.integers(0, 200), st.integers(1, 90))
def test_two_appointments_share_a_slot_exactly_when_they_overlap(a: int, m: int, b: int, n: int) -> None:
    base, five = utc(0), dt.timedelta(minutes=5)
    one, two = (base + a * five, base + (a + m) * five), (base + b * five, base + (b + n) * five)
    shared = set(slot_starts(*one)) & set(slot_starts(*two))
    assert bool(shared) == (one[0] < two[1] and two[0] < one[1])


def hours(starts: int = 8, ends: int = 10, provider: int = 1, step: int = 20) -> Hours:
    return Hours(provider, 1, None, dt.time(starts), dt.time(ends), step, weekday=0)


def test_openings_leave_out_what_is_booked() -> None:
    busy = [Busy(1, moment(MONDAY, dt.time(8, 20)), moment(MONDAY, dt.time(9)))]
    found = openings({MONDAY: [hours()]}, busy, length=dt.timedelta(minutes=20), moment=moment)
    assert [each.starts for each in found] == [dt.time(8), dt.time(9), dt.time(9, 20), dt.time(9, 40)]
    long = openings({MONDAY: [hours()]}, busy, length=dt.timedelta(minutes=40), moment=moment)
    assert [each.starts for each in long] == [dt.time(9), dt.time(9, 20)]
    other = openings({MONDAY: [hours(provider=2)]}, busy, length=dt.timedelta(minutes=20), moment=moment)
    assert len(other) == 6


def test_third_next_available_is_counted_in_days() -> None:
    later = MONDAY + dt.timedelta(7)
    found = openings(
        {MONDAY: [hours(8, 9, step=30)], later: [hours()]}, [], length=dt.timedelta(minutes=30), moment=moment
    )
    assert third_next(found, MONDAY) == 7 and third_next(found, later) == 0 and third_next(found[:2], MONDAY) is None


def test_inside_hours_even_when_two_stretches_touch() -> None:
    rules = [hours(8, 10), hours(10, 12)]
    assert inside(rules, 1, 1, MONDAY, dt.time(9, 40), dt.time(10, 20))
    assert not inside(rules, 1, 1, MONDAY, dt.time(11, 40), dt.time(12, 20))
    assert not inside(rules, 2, 1, MONDAY, dt.time(9), dt.time(9, 20))
    assert not inside(rules, 1, 2, MONDAY, dt.time(9), dt.time(9, 20))


def test_the_step_of_a_day_is_the_largest_that_fits() -> None:
    assert raster([], [Span(1, 480, 720, 20)]) == 20
    assert raster([Block(1, 1, 480, 510)], [Span(1, 480, 720, 20)]) == 10
    assert raster([Block(1, 1, 485, 500)], []) == 5
    assert day_rows([1], [], []) == []


@st.composite
def days(draw: st.DrawFn) -> tuple[list[int], list[Block], list[Span]]:
    columns = list(range(draw(st.integers(1, 4))))
    blocks, spans = [], []
    for column in columns:
        at = 8 * 12
        for _ in range(draw(st.integers(0, 5))):
            at += draw(st.integers(0, 6))
            length = draw(st.integers(1, 9))
            blocks.append(Block(len(blocks), column, at * 5, (at + length) * 5))
            at += length
        if draw(st.booleans()):
            begin = draw(st.integers(80, 100))
            spans.append(
                Span(column, begin * 5, (begin + draw(st.integers(1, 40))) * 5, draw(st.sampled_from([5, 10, 15, 20])))
            )
    return columns, blocks, spans


@given(days())
def test_every_minute_of_every_column_lies_in_one_cell(day: tuple[list[int], list[Block], list[Span]]) -> None:
    columns, blocks, spans = day
    rows = day_rows(columns, blocks, spans)
    seen: dict[int, list[int]] = {column: [] for column in columns}
    shown = set()
    step = raster(blocks, spans)
    for row in rows:
        for cell in row.cells:
            assert cell.minute == row.minute
            seen[cell.column] += range(cell.minute, cell.minute + cell.rows * step)
            if cell.ref is not None:
                block = blocks[cell.ref]
                shown.add(cell.ref)
                assert (cell.minute, cell.minute + cell.rows * step) == (block.begin, block.end)
            else:
                own = [s for s in spans if s.column == cell.column]
                assert cell.open == any(s.begin <= cell.minute < s.end for s in own)
    assert shown == {block.ref for block in blocks}
    if rows:
        whole = list(range(rows[0].minute, rows[-1].minute + step))
        assert all(minutes == whole for minutes in seen.values())


def test_a_block_inside_another_is_not_hidden() -> None:
    rows = day_rows([1], [Block(1, 1, 480, 520), Block(2, 1, 500, 540)], [])
    assert [cell.ref for row in rows for cell in row.cells] == [1, 2]
