"""Values of X12 elements: read whole, or left empty and named; never rounded, never guessed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.core.x12.read import X12Error, read
from steward.core.x12.segments import (
    LIMIT_CENTS,
    Reader,
    Segment,
    Span,
    as_cents,
    as_day,
    as_ppm,
    as_span,
    levels,
    runs,
)
from steward.core.x12.write import Segments, amount, interchange
from tests.billing.x12_answers.samples import OURS


@pytest.mark.parametrize(("text", "cents"), [
    ("150", 15_000), ("150.5", 15_050), (".5", 50), ("-.50", -50), ("0", 0), ("12.300", 1_230), ("7.", 700), ("-12", -1_200),
    ("1.234", None), ("", None), (".", None), ("-", None), ("1,000", None), ("1e5", None), ("+1", None), ("٣", None), ("1" * 19, None),
])  # fmt: skip
def test_dollars(text: str, cents: int | None) -> None:
    assert as_cents(text) == cents


def test_dollars_beyond_what_the_books_hold() -> None:
    assert as_cents("10000000000") == LIMIT_CENTS and as_cents("10000000000.01") is None and as_cents("9" * 18) is None


@given(st.integers(-LIMIT_CENTS, LIMIT_CENTS))
def test_every_amount_written_is_read(cents: int) -> None:
    assert as_cents(amount(cents)) == cents


@pytest.mark.parametrize(("text", "ppm"), [
    (".2", 200_000), ("0.2", 200_000), ("1", 1_000_000), ("20", 20_000_000), (".1234567", None), (".1234560", 123_456), ("-.2", None), ("", None),
])  # fmt: skip
def test_shares(text: str, ppm: int | None) -> None:
    assert as_ppm(text) == ppm


def test_days() -> None:
    assert as_day("20260228") == date(2026, 2, 28)
    for wrong in ("20260230", "2026-02-28", "260228", "", "2026022", "202602288", "٢٠٢٦٠٢٢٨"):
        assert as_day(wrong) is None
    assert as_span("D8", "20260228") == Span(date(2026, 2, 28), date(2026, 2, 28))
    assert as_span("RD8", "20260201-20260228") == Span(date(2026, 2, 1), date(2026, 2, 28))
    assert as_span("RD8", "20260201-") == Span(date(2026, 2, 1)) and as_span("DT", "202602010830") == as_span(
        "D8", "20260201"
    )
    for how, text in (("RD8", "20260201-2026"), ("RD8", "-20260201"), ("TM", "0830"), ("D8", "20260201-20260228")):
        assert as_span(how, text) is None


def segment(*elements: str) -> Segment:
    return Segment(elements[0], elements, 7, 5)


def reader() -> Reader:
    text = interchange(
        OURS,
        "005010X212",
        "HR",
        [Segments(["276", "BHT*1", "HL*1**20*1", "NM1*PR", "HL*2*1*21", "TRN*1", "X", "TRN*2"])],
    )
    return Reader(read(text.encode())[0].transactions[0])


def test_unreadable_values_are_named_and_absent_ones_are_not() -> None:
    own = reader()
    stc = segment("STC", "A", "2026", "", "1.234", "x", "7")
    assert (own.day(stc, 2), own.cents(stc, 3), own.cents(stc, 4), own.ppm(stc, 5), own.count(stc, 6)) == (
        None,
        None,
        None,
        None,
        7,
    )
    assert own.count(stc, 4) is None and own.cents(stc, 99) is None
    assert [(one.where, one.segment, one.text) for one in own.unread] == [
        ("STC02", 7, "2026"), ("STC04", 7, "1.234"), ("STC05", 7, "x"), ("STC04", 7, "1.234"),
    ]  # fmt: skip


def test_places_runs_and_levels() -> None:
    segments = reader().segments()
    assert [(one.tag, one.position, one.number) for one in segments[:2]] == [("BHT", 2, 4), ("HL", 3, 5)]
    assert [[one.tag for one in run] for run in runs(segments, "TRN")] == [["TRN", "X"], ["TRN"]] and runs(
        segments, "ZZ"
    ) == []
    head, tree = levels(segments)
    assert [one.tag for one in head] == ["BHT"] and [level.code for level in tree] == ["20", "21"]
    assert tree[1].above("20") is tree[0] and tree[1].above("21") is tree[1] and tree[0].above("21") is None
    assert segments[1][1] == "1" and segments[1][2] == "" and segments[1][99] == ""


@pytest.mark.parametrize(
    "hls",
    [["HL*1**20", "HL*1*1*21"], ["HL*1*1*20"], ["HL***20"], ["HL"], [f"HL*{n}*{n - 1 or ''}*22" for n in range(1, 9)]],
)
def test_trees_that_hang_on_nothing(hls: list[str]) -> None:
    text = interchange(OURS, "005010X212", "HR", [Segments(["276", "BHT*1", *hls])])
    with pytest.raises(X12Error) as caught:
        levels(Reader(read(text.encode())[0].transactions[0]).segments())
    assert caught.value.code == "hierarchy" and caught.value.segment and caught.value.fix


def test_an_envelope_is_whole() -> None:
    text = interchange(OURS, "005010X212", "HR", [Segments(["276", "BHT*1"]), Segments(["276", "BHT*2"])])
    (one,) = read(text.encode())
    assert [(tx.kind, tx.control, tx.version) for tx in one.transactions] == [
        ("276", "0001", "005010X212"),
        ("276", "0002", "005010X212"),
    ]
