"""Papers: page x of y on every page, figures right, names of any script, the same bytes for the same input."""

from __future__ import annotations

import re
import zlib
from base64 import a85decode
from datetime import datetime

import pytest

from steward.core.paper import Facts, Grid, Money, Paper, Signatures, Text, pdf


def page_count(made: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b(?!s)", made))


def streams(made: bytes) -> bytes:
    """All streams that are packed as page contents are (ASCII85 over deflate), unpacked."""
    out = b""
    for raw in re.findall(rb"stream\r?\n(.*?~>)endstream", made, re.DOTALL):
        out += zlib.decompress(a85decode(b"<~" + raw, adobe=True))
    return out


@pytest.fixture
def paper() -> Paper:
    return Paper(
        title="Day sheet", under="Monday, November 23, 2026", practice="Cedar Hill Family Practice", address="12 Main St", reference="DS-311",
        printed_by="Dana Reyes", printed_at=datetime(2026, 11, 23, 17, 5),
        parts=[
            Facts([("Drawer", "1"), ("Counted", Money(12_345))]),
            Text("$184,312.40", big=True),
            Grid(("Receipt", "Payer", "Amount"), [(f"R-{i}", "Łukasz Świątek & <Sons>", Money(i * 100)) for i in range(120)],
                 foot=("Sum", "", Money(714_000)), widths=(1, 3, 1), title="Payments"),
            Grid(("Receipt", "Amount"), [], empty="No voids."),
            Signatures([("Prepared by", "Ana"), ("Second signature", "")]),
        ],
    )  # fmt: skip


def test_a_long_paper_has_its_pages_and_is_a_pdf(paper):
    made = pdf(paper)
    assert made.startswith(b"%PDF-")
    assert page_count(made) >= 3


def test_the_same_paper_is_the_same_bytes(paper):
    assert pdf(paper) == pdf(paper)


def test_a_paper_with_nothing_in_it_is_one_page():
    assert page_count(pdf(Paper("Receipt", "Cedar Hill", []))) == 1


def test_a_heading_with_another_number_of_cells_is_a_mistake_of_the_programmer():
    with pytest.raises(ValueError):
        pdf(Paper("x", "y", [Grid(("a",), [("1", "2")])]))


def test_built_in_faces_print_the_page_numbers(paper, monkeypatch):
    monkeypatch.setattr("steward.core.paper.fonts", lambda: ("Helvetica", "Helvetica-Bold"))
    text = streams(pdf(paper))
    for page in (b"Page 1 of", b"Page 2 of", b"Page 3 of"):
        assert page in text
    assert b"$184,312.40" in text
