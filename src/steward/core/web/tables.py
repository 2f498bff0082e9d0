"""A small table of a page as CSV or XLSX: words, and cents as ``int``. Lists export themselves (core.listing); this is for what is no list."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Final

import xlsxwriter
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.utils.translation import gettext as _

from steward.core.listing.export import safe
from steward.core.money import format_dollars_file

#: A cell: text as it stands (a spreadsheet's formula is made harmless), or cents.
Cell = str | int
MEDIA: Final = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def leave(rows: Sequence[Sequence[Cell]], name: str, kind: str) -> HttpResponse:
    """The rows as a download ``name.kind``. Raises BadRequest for another kind than csv or xlsx."""
    if kind not in MEDIA:
        raise BadRequest(_("It leaves as csv or xlsx."))
    body = as_csv(rows) if kind == "csv" else as_xlsx(rows)
    return HttpResponse(body, content_type=MEDIA[kind], headers={"Content-Disposition": f'attachment; filename="{name}.{kind}"'})


def as_csv(rows: Sequence[Sequence[Cell]]) -> str:
    """Amounts in dollars with a point, led by the mark that tells a spreadsheet of UTF-8."""
    out = io.StringIO()
    csv.writer(out).writerows([[format_dollars_file(cell) if isinstance(cell, int) else safe(cell) for cell in row] for row in rows])
    return "\ufeff" + out.getvalue()


def as_xlsx(rows: Sequence[Sequence[Cell]]) -> bytes:
    """One sheet, its first row in sight; amounts are numbers with two decimals."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet, money = book.add_worksheet("Steward"), book.add_format({"num_format": "#,##0.00"})
        for y, row in enumerate(rows):
            for x, cell in enumerate(row):
                if isinstance(cell, int):
                    sheet.write_number(y, x, cell / 100, money)
                else:
                    sheet.write_string(y, x, safe(cell))
        sheet.freeze_panes(1, 0)
    return out.getvalue()
