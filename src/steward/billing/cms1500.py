"""CMS-1500 data on paper: marks of ``logic.cms1500`` put where the pre-printed form has its boxes."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Final

from reportlab.lib.pagesizes import letter
from reportlab.pdfgen.canvas import Canvas

from steward.billing.logic.cms1500 import Mark

INCH: Final = 72.0
#: Courier is 0.6 of its size wide: 12 points are ten characters an inch.
FACE, SIZE = "Courier", 12
LEFT: Final = 0.3 * INCH
#: The form's line 8 holds the first box, whose upper edge lies 1.33 inches below the paper's (manual, section 30).
TOP: Final = 1.33 * INCH - 7 * INCH / 6
BASELINE: Final = 9.5  # of a line's twelve points
CORNERS: Final = ((8, 1), (8, 50), (8, 78), (36, 1), (36, 42), (44, 1), (44, 50), (54, 68), (62, 1), (62, 51), (62, 78))


def place(line: int, column: int, right_e2: int = 0, down_e2: int = 0) -> tuple[float, float]:
    """Points from the lower left corner of a letter page; offsets are hundredths of an inch to the right and down."""
    across = LEFT + (column - 1) * INCH / 10 + right_e2 * INCH / 100
    return across, letter[1] - TOP - (line - 1) * INCH / 6 - BASELINE - down_e2 * INCH / 100


def draw(forms: Iterable[Sequence[Mark]], right_e2: int = 0, down_e2: int = 0) -> bytes:
    """A PDF, one form a page, data only. The same marks give the same bytes."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=letter, invariant=1, pageCompression=1)
    canvas.setTitle("CMS-1500")
    for marks in forms:
        canvas.setFont(FACE, SIZE)
        for mark in marks:
            canvas.drawString(*place(mark.line, mark.column, right_e2, down_e2), _latin(mark.text))
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _latin(text: str) -> str:
    """The printer's face knows Latin-1; a letter beyond it becomes a question mark rather than nothing."""
    return text.encode("latin-1", "replace").decode("latin-1")


def alignment_page(right_e2: int = 0, down_e2: int = 0) -> bytes:
    """An X in eleven boxes, to be held over a form: each falls into the middle of its box when all is right."""
    marks = [Mark(line, column, "X", "test") for line, column in CORNERS]
    words = f"RIGHT {right_e2:+d} DOWN {down_e2:+d} HUNDREDTHS OF AN INCH"
    return draw([[*marks, Mark(40, 10, words, "test")]], right_e2, down_e2)
