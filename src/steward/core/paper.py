"""Printed papers: receipts, deposit slips, day sheets. Letter size, black on white, practice on top, page x of y.

``pdf(Paper(...))`` gives the bytes. Text and cells are plain strings, already in the reader's language; amounts are cents
in ``Money`` cells, so that every column of figures is right-aligned and printed alike. The same input gives the same
bytes (no clock, no random ids).
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _
from reportlab.lib import colors
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from steward.core.money import format_cents

MARGIN = 16 * mm
WIDTH = letter[0] - 2 * MARGIN
INK, SOFT, LINE = colors.black, colors.Color(0.3, 0.3, 0.3), colors.Color(0.6, 0.6, 0.6)
# Helvetica of PDF knows Latin-1 only; names of people go further. The first face found is embedded.
FACES = (
    ("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"),
    (
        "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
        "/usr/share/fonts/truetype/liberation/LiberationSans-Bold.ttf",
    ),
    ("/Library/Fonts/Arial Unicode.ttf", "/Library/Fonts/Arial Unicode.ttf"),
    ("C:/Windows/Fonts/arial.ttf", "C:/Windows/Fonts/arialbd.ttf"),
)


@dataclass(frozen=True, slots=True)
class Money:
    """A cell of cents; None prints nothing."""

    cents: int | None


@dataclass(frozen=True, slots=True)
class Number:
    """A cell of a figure that is no money, already in words (``12.1 %``); it stands right, as money does."""

    text: str


Cell = str | Money | Number


@dataclass(frozen=True, slots=True)
class Facts:
    """Pairs of a label and a value, two columns."""

    pairs: Sequence[tuple[str, Cell]]


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; ``big`` for the number that matters, ``soft`` for the small print."""

    text: str
    big: bool = False
    soft: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table whose heading repeats on every page. ``widths`` are shares; ``foot`` is its sum line."""

    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    foot: Sequence[Cell] = ()
    widths: Sequence[int] = ()
    title: str = ""
    empty: str = ""


@dataclass(frozen=True, slots=True)
class Signatures:
    """Lines to sign on, each with who signs; a name is printed under its line when it is known."""

    lines: Sequence[tuple[str, str]]


Part = Facts | Text | Grid | Signatures


@dataclass(frozen=True, slots=True)
class Paper:
    """One document. ``practice`` heads every page; ``reference`` (a number) and who printed it when stand in its foot."""

    title: str
    practice: str
    parts: Sequence[Part]
    under: str = ""
    address: str = ""
    reference: str = ""
    printed_by: str = ""
    printed_at: datetime | None = None
    language: str = "en"


def pdf(paper: Paper) -> bytes:
    """The document as PDF bytes."""
    plain, bold = fonts()
    styles = _styles(plain, bold)
    story: list[Any] = [Paragraph(escape(paper.title), styles["title"])]
    if paper.under:
        story.append(Paragraph(escape(paper.under), styles["soft"]))
    story.append(Spacer(0, 5 * mm))
    for part in paper.parts:
        story += [*_flow(part, styles), Spacer(0, 5 * mm)]
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=letter, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=24 * mm, bottomMargin=20 * mm,
        title=paper.title, author=paper.practice, lang=paper.language, invariant=1,
    )  # fmt: skip
    document.build(story, canvasmaker=_counting(paper, plain, bold))
    return out.getvalue()


def fonts() -> tuple[str, str]:
    """Names of the plain and the bold face; embedded when one is found, else the built-in Helvetica."""
    if "Paper" in pdfmetrics.getRegisteredFontNames():
        return "Paper", "Paper-Bold"
    for plain, bold in FACES:
        if Path(plain).exists() and Path(bold).exists():
            try:
                pdfmetrics.registerFont(TTFont("Paper", plain))
                pdfmetrics.registerFont(TTFont("Paper-Bold", bold))
            except TTFError:
                continue
            return "Paper", "Paper-Bold"
    return "Helvetica", "Helvetica-Bold"


def _styles(plain: str, bold: str) -> dict[str, ParagraphStyle]:
    base = ParagraphStyle("base", fontName=plain, fontSize=9.5, leading=12.5, textColor=INK)
    return {
        "base": base,
        "right": ParagraphStyle("right", base, alignment=TA_RIGHT),
        "bold": ParagraphStyle("bold", base, fontName=bold),
        "bold-right": ParagraphStyle("bold-right", base, fontName=bold, alignment=TA_RIGHT),
        "soft": ParagraphStyle("soft", base, fontSize=8.5, leading=11, textColor=SOFT),
        "soft-right": ParagraphStyle("soft-right", base, fontSize=8.5, leading=11, textColor=SOFT, alignment=TA_RIGHT),
        "big": ParagraphStyle("big", base, fontName=bold, fontSize=17, leading=21),
        "title": ParagraphStyle("title", base, fontName=bold, fontSize=14, leading=18),
    }


def _flow(part: Part, styles: dict[str, ParagraphStyle]) -> list[Any]:
    if isinstance(part, Text):
        return [Paragraph(escape(part.text), styles["big" if part.big else "soft" if part.soft else "base"])]
    if isinstance(part, Facts):
        return [_facts(part, styles)]
    if isinstance(part, Signatures):
        return [KeepTogether([_signatures(part, styles)])]
    head = [Paragraph(escape(part.title), styles["bold"]), Spacer(0, 1.5 * mm)] if part.title else []
    if not part.rows:
        return [*head, Paragraph(escape(part.empty or _("None.")), styles["soft"])]
    return [*head, _grid(part, styles)]


def _shown(cell: Cell, styles: dict[str, ParagraphStyle], bold: bool = False) -> Paragraph:
    kind = "bold" if bold else "base"
    if isinstance(cell, Money):
        return Paragraph(
            "" if cell.cents is None else format_cents(cell.cents),
            styles[{"bold": "bold-right", "base": "right"}[kind]],
        )
    if isinstance(cell, Number):
        return Paragraph(escape(cell.text), styles[{"bold": "bold-right", "base": "right"}[kind]])
    return Paragraph(escape(cell), styles[kind])


def _facts(part: Facts, styles: dict[str, ParagraphStyle]) -> Table:
    rows = [
        [
            Paragraph(escape(label), styles["soft"]),
            Paragraph(escape(_said(v)), styles["base"]),
        ]
        for label, v in part.pairs
    ]
    table = Table(rows or [["", ""]], colWidths=[WIDTH * 0.28, WIDTH * 0.72], hAlign="LEFT")
    table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), *_tight()]))
    return table


def _said(cell: Cell) -> str:
    if isinstance(cell, Money):
        return format_cents(cell.cents or 0)
    return cell.text if isinstance(cell, Number) else cell


def _grid(part: Grid, styles: dict[str, ParagraphStyle]) -> Table:
    money = [isinstance(cell, Money | Number) for cell in part.rows[0]]
    heads = [
        Paragraph(escape(h), styles["soft-right" if m else "soft"]) for h, m in zip(part.heads, money, strict=True)
    ]
    body = [[_shown(cell, styles) for cell in row] for row in part.rows]
    foot = [[_shown(cell, styles, bold=True) for cell in part.foot]] if part.foot else []
    shares = part.widths or [1] * len(part.heads)
    table = Table(
        [heads, *body, *foot], colWidths=[WIDTH * share / sum(shares) for share in shares], repeatRows=1, hAlign="LEFT"
    )
    rules = [
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, INK),
        ("LINEBELOW", (0, 1), (-1, -1), 0.3, LINE),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]
    if foot:
        rules.append(("LINEABOVE", (0, -1), (-1, -1), 0.8, INK))
    table.setStyle(TableStyle([*rules, *_tight()]))
    return table


def _signatures(part: Signatures, styles: dict[str, ParagraphStyle]) -> Table:
    cells = [
        [Paragraph(escape(who), styles["soft"]), Paragraph(escape(name), styles["base"])] for who, name in part.lines
    ]
    table = Table([cells], colWidths=[WIDTH / max(1, len(cells))] * len(cells), hAlign="LEFT")
    lines = [("LINEABOVE", (i, 0), (i, 0), 0.8, INK) for i in range(len(cells))]
    table.setStyle(TableStyle([*lines, ("TOPPADDING", (0, 0), (-1, -1), 3), ("LEFTPADDING", (0, 0), (-1, -1), 0)]))
    table.spaceBefore = 14 * mm
    return table


def _tight() -> list[Any]:
    return [("TOPPADDING", (0, 0), (-1, -1), 2), ("BOTTOMPADDING", (0, 0), (-1, -1), 2), ("LEFTPADDING", (0, 0), (0, -1), 0),
            ("RIGHTPADDING", (-1, 0), (-1, -1), 0)]  # fmt: skip


def _counting(paper: Paper, plain: str, bold: str) -> type[Canvas]:
    """A canvas that knows at the end how many pages there are, and only then writes "page 1 of 3"."""

    class Counted(Canvas):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.pages: list[dict[str, Any]] = []

        def showPage(self) -> None:
            self.pages.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, page in enumerate(self.pages, 1):
                self.__dict__.update(page)
                _frame(self, paper, plain, bold, number, len(self.pages))
                super().showPage()
            super().save()

    return Counted


def _frame(canvas: Canvas, paper: Paper, plain: str, bold: str, number: int, count: int) -> None:
    top, right = letter[1] - 12 * mm, letter[0] - MARGIN
    canvas.setFillColor(INK)
    canvas.setFont(bold, 9.5)
    canvas.drawString(MARGIN, top, paper.practice)
    canvas.setFont(plain, 8.5)
    canvas.drawRightString(right, top, paper.address)
    canvas.setLineWidth(0.6)
    canvas.line(MARGIN, top - 3 * mm, right, top - 3 * mm)
    canvas.setFillColor(SOFT)
    canvas.drawString(MARGIN, 11 * mm, paper.reference)
    canvas.drawCentredString(letter[0] / 2, 11 * mm, _printed(paper))
    canvas.drawRightString(right, 11 * mm, _("Page %(n)d of %(all)d") % {"n": number, "all": count})


def _printed(paper: Paper) -> str:
    if paper.printed_at is None:
        return paper.printed_by
    at = f"{paper.printed_at:%Y-%m-%d %H:%M}"
    return _("Printed %(at)s, %(who)s") % {"at": at, "who": paper.printed_by} if paper.printed_by else at
