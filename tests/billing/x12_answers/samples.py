"""Answers and inquiries made by hand or by Hypothesis, as clearinghouses and payers would send them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from hypothesis import strategies as st

from steward.billing.logic.acknowledgement import (
    Asked,
    ClaimStatus,
    Inquiry,
    LevelStatus,
    LineStatus,
    Status,
    StatusAnswer,
)
from steward.billing.logic.acknowledgement.status import Code
from steward.billing.logic.acknowledgement.syntax import (
    ElementFault,
    InterchangeAnswer,
    SegmentFault,
    SyntaxAnswer,
    TransactionAnswer,
)
from steward.core.x12.segments import Span
from steward.core.x12.write import Envelope

AT = datetime(2026, 11, 23, 8, 0)
DAY = date(2026, 11, 20)
OURS = Envelope("CEDARHILL", "CEDAR HILL", "ANN WELLS", "6145550100", "HOUSE", "CLEARING HOUSE", AT, 7, 7)
THEIRS = Envelope("HOUSE", "CLEARING HOUSE", "HELP", "8005550100", "CEDARHILL", "CEDAR HILL", AT, 41, 41)

TA1 = InterchangeAnswer("000000007", date(2026, 11, 23), "accepted_with_errors", "022", "HOUSE")
TRIGGER = ("SITUATIONAL TRIGGER", "CLM", "22", "", "5:3", "1325")
BAD_CODE = SegmentFault(
    "SV1", 31, "2400", "8", (ElementFault(1, 2, 0, "234", "7", "ZZZZZ"), ElementFault(2, 0, 0, "782", "1", "", (TRIGGER,))), "C-1"
)  # fmt: skip
SYNTAX = SyntaxAnswer(
    "HC", "7", "005010X222A1", "partial", (), 2, 2, 1,
    (
        TransactionAnswer("837", "0001", "005010X222A1", "accepted", (), ()),
        TransactionAnswer("837", "0002", "005010X222A1", "rejected", ("5",), (BAD_CODE, SegmentFault("NM1", 5, "", "3"))),
    ),
    "0001", "HOUSE",
)  # fmt: skip


def status(
    category: str,
    code: str = "20",
    *more: str,
    action: str = "",
    charge: int | None = None,
    on: date | None = DAY,
    **rest: Any,
) -> Status:
    """One STC; ``more`` are the categories of its second and third composite."""
    codes = tuple(Code(one, code, rest.pop("entity", "")) for one in (category, *more))
    values = {"paid_cents": None, "decided_on": None, "paid_on": None, "check": "", "message": "", **rest}
    return Status(codes, on, action, charge, **values)


def claim(ref: str, *statuses: Status, control: str = "", **more: Any) -> ClaimStatus:
    """A claim of ANN DOE's on one day."""
    values: dict[str, Any] = {
        "trace": ref, "clearinghouse": "", "bill_type": "", "days": Span(DAY, DAY), "lines": (), "patient_last": "DOE",
        "patient_first": "ANN", "member_id": "M1", "provider_id": "1730400002", "provider_name": "CEDAR HILL",
        "segment": 0,
    }  # fmt: skip
    return ClaimStatus(ref=ref, control=control, statuses=statuses, **{**values, **more})


LINE = LineStatus("L2", "J3420", ("JZ",), "", 2_500, None, Span(DAY, DAY), (status("A7", "454", action="U"),))
ACKNOWLEDGED = StatusAnswer(
    "277CA", "B0001", "0001", "BLUE HARBOR", "60054", DAY, DAY,
    (
        LevelStatus(
            "receiver", "CEDAR HILL", "CEDARHILL", "B0001", (status("A1", "19", action="WQ", charge=40_000),), 1, 2, 15_000, 25_000
        ),
        LevelStatus(
            "provider", "CEDAR HILL", "1730400002", "0", (status("A1", "19", action="WQ", charge=40_000, on=None),), 1, 2, 15_000, 25_000
        ),
    ),
    (
        claim("C-1", status("A2", action="WQ", charge=15_000), control="ICN1", clearinghouse="H1"),
        claim("C-2", status("A7", "562", "A3", action="U", charge=12_500), lines=(LINE,)),
        claim("C-3", status("A6", "21", action="U", charge=12_500)),
    ),
)  # fmt: skip
TOLD = StatusAnswer(
    "277", "Q1-1", "0001", "BLUE HARBOR", "60054", None, None, (),
    (
        claim("C-1", status("P3", "317", charge=15_000), trace="T1", control="ICN1"),
        claim("C-2", status("F1", "65", charge=12_500, paid_cents=8_000, paid_on=DAY, check="998"), trace="T2", bill_type="131"),
        claim("", status("R4", "110", charge=100), trace="T3", days=Span(DAY, date(2026, 11, 22))),
        claim("C-4", status("D0", "35"), trace="T4", provider_id="1234567893", provider_name="WELLS"),
    ),
)  # fmt: skip
ASKED = (
    Inquiry(
        "T1", "C-1", "BLUE HARBOR", "60054", "CEDAR HILL", "1730400002", Asked("DOE", "ANN", date(1980, 1, 1), "F"), "M1",
        15_000, DAY, DAY, None, "ICN1",
    ),
    Inquiry(
        "T2", "C-2", "BLUE HARBOR", "60054", "CEDAR HILL", "1730400002", Asked("DOE", "ANN"), "M1", 12_550, DAY,
        date(2026, 11, 22), Asked("DOE", "BO", date(2015, 2, 3), "M"), "", "131",
    ),
    Inquiry(
        "T3", "C-3", "MEDICARE", "00120", "CEDAR HILL", "1730400002", Asked("ROE", "SAM", date(1940, 5, 6)), "1EG4TE5MK73",
        9_900, DAY, DAY,
    ),
)  # fmt: skip


def unplaced(answer: StatusAnswer) -> StatusAnswer:
    """Without the places of its claims in the file."""
    return replace(answer, claims=tuple(replace(one, segment=0) for one in answer.claims))


# ---- Hypothesis ----
words = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -.", min_size=1, max_size=30).map(
    lambda t: " ".join(t.split()) or "X"
)
codes = st.text("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789-", min_size=1, max_size=20)
npis = st.text("0123456789", min_size=10, max_size=10)
cents = st.integers(0, 10**9)
days = st.dates(date(1990, 1, 1), date(2030, 12, 31))
categories = st.sampled_from(
    ["A0", "A1", "A2", "A3", "A6", "A7", "A8", "P1", "P3", "F0", "F1", "F2", "F3F", "R12", "E0", "D0", "X0"]
)
numbers = st.integers(0, 99_999)


@st.composite
def statuses(draw: st.DrawFn) -> Status:
    said = tuple(
        Code(
            draw(categories),
            str(draw(st.integers(0, 900))),
            draw(st.sampled_from(["", "85", "QC"])),
            draw(st.sampled_from(["", "RX"])),
        )
        for _ in range(draw(st.integers(1, 3)))
    )
    maybe_day, maybe_cents = st.none() | days, st.none() | cents
    return Status(
        said, draw(maybe_day), draw(st.sampled_from(["", "WQ", "U"])), draw(maybe_cents), draw(maybe_cents),
        draw(maybe_day), draw(maybe_day), draw(st.just("") | codes), draw(st.just("") | words),
    )  # fmt: skip


spans = st.tuples(days, days).map(lambda pair: Span(min(pair), max(pair)))


@st.composite
def lines_said(draw: st.DrawFn) -> LineStatus:
    code = draw(st.sampled_from(["", "G0438", "J3420"]))
    return LineStatus(
        draw(st.just("") | codes), code, draw(st.sampled_from([(), ("25",), ("25", "59")])) if code else (),
        draw(st.sampled_from(["0521", "0636"])) if not code else draw(st.sampled_from(["", "0521"])), draw(cents),
        draw(st.none() | cents), draw(st.none() | spans), tuple(draw(st.lists(statuses(), max_size=2))),
    )  # fmt: skip


@st.composite
def answers(draw: st.DrawFn, kind: str) -> StatusAnswer:
    """Any answer of that kind the writer can say."""
    claims = []
    for npi in draw(st.lists(npis, max_size=3, unique=True)):
        name = draw(words)
        for _ in range(draw(st.integers(1, 2))):
            trace = draw(codes)
            claims.append(
                ClaimStatus(
                    trace if kind == "277CA" else draw(st.just("") | codes), trace, draw(st.just("") | codes),
                    draw(st.just("") | codes), draw(st.sampled_from(["", "131"])), draw(st.none() | spans),
                    tuple(draw(st.lists(statuses(), max_size=2))), tuple(draw(st.lists(lines_said(), max_size=2))),
                    draw(words), draw(words), draw(st.just("") | codes), npi, name, 0,
                )
            )  # fmt: skip
    batch = LevelStatus(
        "receiver", draw(words), draw(codes), draw(codes), tuple(draw(st.lists(statuses(), min_size=1, max_size=2))),
        draw(st.none() | numbers), draw(st.none() | numbers), draw(st.none() | cents), draw(st.none() | cents),
    )  # fmt: skip
    when = (draw(days), draw(days)) if kind == "277CA" else (None, None)
    levels = (batch,) if draw(st.booleans()) else ()
    return StatusAnswer(kind, draw(codes), "0001", draw(words), draw(codes), *when, levels, tuple(claims))


contexts = st.lists(st.tuples(st.just("SITUATIONAL TRIGGER"), st.sampled_from(["CLM", "NM1"]), codes), max_size=2).map(
    tuple
)


@st.composite
def faults(draw: st.DrawFn) -> SegmentFault:
    elements = tuple(
        ElementFault(
            draw(st.integers(1, 20)), draw(st.integers(0, 5)), draw(st.integers(0, 3)), str(draw(numbers)), draw(st.sampled_from(["1", "7", "I12"])),
            draw(st.just("") | codes), draw(contexts),
        )
        for _ in range(draw(st.integers(0, 3)))
    )  # fmt: skip
    place = draw(st.integers(1, 99_999))
    loop, code = draw(st.sampled_from(["", "2300"])), draw(st.sampled_from(["3", "8", "I7"]))
    return SegmentFault(draw(st.sampled_from(["NM1", "CLM", "SV1"])), place, loop, code,
                        elements, draw(st.just("") | codes), draw(contexts))  # fmt: skip


@st.composite
def syntax_answers(draw: st.DrawFn) -> SyntaxAnswer:
    outcomes = st.sampled_from(["accepted", "accepted_with_errors", "rejected"])
    said = st.lists(st.sampled_from(["1", "5", "I5"]), max_size=5).map(tuple)
    own = tuple(
        TransactionAnswer(
            "837", f"{n:04d}", "005010X222A1", draw(outcomes), draw(said), tuple(draw(st.lists(faults(), max_size=3)))
        )
        for n in range(draw(st.integers(0, 3)))
    )
    return SyntaxAnswer(
        "HC", str(draw(numbers)), "005010X222A1", draw(outcomes | st.just("partial")), draw(said), draw(numbers), draw(numbers),
        draw(numbers), own, "0001", "HOUSE",
    )  # fmt: skip


@st.composite
def inquiries(draw: st.DrawFn) -> Inquiry:
    people = st.builds(Asked, words, words)
    known = st.builds(Asked, words, words, days, st.sampled_from(["", "F", "M"]))
    other = draw(st.none() | known)
    first, last = sorted((draw(days), draw(days)))
    return Inquiry(
        draw(codes), draw(codes), *draw(st.sampled_from([("BLUE HARBOR", "60054"), ("MEDICARE", "00120")])), draw(words), draw(npis),
        draw(people if other else known), draw(codes), draw(cents), first, last, other, draw(st.just("") | codes),
        draw(st.sampled_from(["", "131", "771"])),
    )  # fmt: skip
