"""Identity of bank lines, proof of statements, and what an import adds."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.banking.logic.statement import (
    BankLine,
    Statement,
    StoredLine,
    numbered,
    plan_import,
    prove,
    trace_in,
)

DAY = dt.date(2026, 11, 20)
COPAY = BankLine(DAY, 2500, "DEPOSIT  branch 4")


def stored(lines: tuple[BankLine, ...]) -> list[StoredLine]:
    return [
        StoredLine(str(n), one.posted_on, one.cents, one.fitid, one.content_key, one.occurrence)
        for n, one in enumerate(lines)
    ]


def test_two_lines_that_say_the_same_are_two_lines() -> None:
    first, second = numbered([COPAY, replace(COPAY, text="deposit branch  4")])
    assert (first.occurrence, second.occurrence) == (1, 2)
    assert first.content_key == second.content_key


@pytest.mark.parametrize(
    ("opening", "closing", "stored_closing", "ok", "source"),
    [
        (1000, 3500, None, True, "file"),
        (1000, 3501, None, False, "file"),
        (1000, 3501, 1001, False, "file"),
        (None, 3500, 1000, True, "stored"),
        (None, 3500, 999, False, "stored"),
        (None, 3500, None, True, "derived"),
        (None, None, None, False, "none"),
        (1000, None, None, False, "file"),
    ],
)
def test_proof(opening: int | None, closing: int | None, stored_closing: int | None, ok: bool, source: str) -> None:
    proof = prove(Statement("1", (COPAY,), opening_cents=opening, closing_cents=closing), stored_closing)
    assert (proof.ok, proof.source) == (ok, source)


def test_the_same_file_again_adds_nothing() -> None:
    lines = numbered([COPAY, COPAY, BankLine(DAY, -100, "FEE")])
    plan = plan_import(Statement("1", lines, closing_cents=4900), stored(lines), 4900)
    assert (plan.new, plan.known) == ((), 3)
    assert plan.proof.ok


def test_an_overlapping_file_adds_the_third_twin_only() -> None:
    had = numbered([COPAY, COPAY])
    plan = plan_import(Statement("1", (COPAY,) * 3, closing_cents=7500), stored(had), 5000)
    assert [one.occurrence for one in plan.new] == [3]
    assert plan.proof.ok


def test_a_bank_that_renumbers_its_ids_does_not_double() -> None:
    had = (replace(COPAY, fitid="A1"),)
    again = (replace(COPAY, fitid="B9"),)
    plan = plan_import(Statement("1", again, closing_cents=2500), stored(had), 2500)
    assert plan.new == ()


def test_a_real_twin_with_its_own_id_is_added_when_the_balance_says_so() -> None:
    had = (replace(COPAY, fitid="A1"),)
    twin = (replace(COPAY, fitid="A2"),)
    plan = plan_import(Statement("1", twin, closing_cents=5000), stored(had), 2500)
    assert [(one.fitid, one.occurrence) for one in plan.new] == [("A2", 2)]
    assert plan.proof.ok


def test_one_id_for_two_amounts_is_reported_and_both_stay() -> None:
    pair = (replace(COPAY, fitid="X"), replace(COPAY, fitid="X", cents=2600))
    plan = plan_import(Statement("1", pair, closing_cents=5100))
    assert len(plan.new) == 2
    assert [one.code for one in plan.problems] == ["fitid_reused"]


def test_a_lost_line_is_found_by_the_balance() -> None:
    plan = plan_import(Statement("1", (COPAY,), closing_cents=9999), [], 5000)
    assert plan.proof.difference_cents == 2499


@pytest.mark.parametrize(
    ("text", "trace"),
    [
        ("HCCLAIMPMT BLUE HARBOR TRN*1*1512345678*1999999999~", "1512345678"),
        ("TRN*1*88213A\\ ", "88213A"),
        ("ACH CREDIT TRN: 0099887", "0099887"),
        ("TRACE NO 55512", "55512"),
        ("RETURN TRN ABCDEFG", ""),
        ("DEPOSIT 17", ""),
    ],
)
def test_trace(text: str, trace: str) -> None:
    assert trace_in(text) == trace


@given(st.lists(st.tuples(st.integers(-3, 3), st.sampled_from("ab")), max_size=12), st.integers(0, 12))
def test_any_cut_of_a_stream_into_two_overlapping_files_gives_every_line_once(
    rows: list[tuple[int, str]], cut: int
) -> None:
    """Days are whole in a download, so the second file repeats the cut day completely: no line is lost or doubled."""
    lines = numbered(BankLine(DAY, cents or 5, text) for cents, text in rows)
    had = lines[:cut]
    plan = plan_import(Statement("1", lines), stored(had))
    keys = {(one.content_key, one.occurrence) for one in (*had, *plan.new)}
    assert keys == {(one.content_key, one.occurrence) for one in lines}
    assert len(had) + len(plan.new) == len(lines)
