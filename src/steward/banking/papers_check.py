"""A check on a letter page: the check on top, below it what it pays, twice (for the payee and for the file). Pure drawing.

The forms are bought with the account's magnetic line and numbers on them; ``right_mm`` and ``down_mm`` move what is printed to where
the form wants it.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from reportlab.lib.pagesizes import letter
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from steward.banking.logic.check_words import amount_in_words
from steward.core.money import format_cents
from steward.core.paper import fonts

PAGE_HEIGHT = letter[1]
THIRD = PAGE_HEIGHT / 3


@dataclass(frozen=True, slots=True)
class CheckPaper:
    """One check as it is printed: ``lines`` are (words, cents)."""

    number: int
    day: date
    payee: str
    address: str
    cents: int
    memo: str
    lines: tuple[tuple[str, int], ...]


def checks_pdf(papers: Sequence[CheckPaper], *, right_mm: int = 0, down_mm: int = 0) -> bytes:
    """A page a check, in the order given. The same input gives the same bytes."""
    out = io.BytesIO()
    plain, bold = fonts()
    canvas = Canvas(out, pagesize=letter, invariant=1)
    canvas.setTitle(_("Checks"))
    for one in papers:
        canvas.translate(right_mm * mm, -down_mm * mm)
        _check(canvas, one, plain, bold)
        for part in (1, 2):
            _stub(canvas, one, PAGE_HEIGHT - part * THIRD, plain, bold)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _check(canvas: Canvas, one: CheckPaper, plain: str, bold: str) -> None:
    top = PAGE_HEIGHT
    canvas.setFont(plain, 10)
    canvas.drawRightString(198 * mm, top - 24 * mm, one.day.strftime("%m/%d/%Y"))
    canvas.setFont(bold, 11)
    canvas.drawString(22 * mm, top - 38 * mm, one.payee)
    canvas.drawRightString(198 * mm, top - 38 * mm, f"**{format_cents(one.cents, true_minus=False)}")
    canvas.setFont(plain, 10)
    words = amount_in_words(one.cents)
    canvas.drawString(14 * mm, top - 48 * mm, f"{words} {'*' * max(3, 70 - len(words))}")
    for n, row in enumerate([one.payee, *one.address.splitlines()][:5]):
        canvas.drawString(22 * mm, top - (58 + 5 * n) * mm, row[:60])
    canvas.setFont(plain, 9)
    canvas.drawString(22 * mm, top - 84 * mm, one.memo[:60])


def _stub(canvas: Canvas, one: CheckPaper, top: float, plain: str, bold: str) -> None:
    canvas.setFont(bold, 10)
    canvas.drawString(14 * mm, top - 10 * mm, one.payee[:60])
    canvas.setFont(plain, 9)
    canvas.drawRightString(198 * mm, top - 10 * mm, _("Check %(number)s, %(day)s") % {"number": one.number, "day": one.day.isoformat()})
    rows = list(one.lines)
    for n, (words, cents) in enumerate(rows[:10]):
        canvas.drawString(14 * mm, top - (20 + 5 * n) * mm, words[:90])
        canvas.drawRightString(198 * mm, top - (20 + 5 * n) * mm, format_cents(cents, true_minus=False))
    if len(rows) > 10:
        canvas.drawString(14 * mm, top - 70 * mm, _("and %s lines more") % (len(rows) - 10))
    canvas.setFont(bold, 9)
    canvas.drawString(14 * mm, top - 78 * mm, one.memo[:60])
    canvas.drawRightString(198 * mm, top - 78 * mm, format_cents(one.cents, true_minus=False))
