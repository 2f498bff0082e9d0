"""Statements as files: CSV, XLSX and paper, all from the table that is on the screen; and the packet for the doctors."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.utils.translation import gettext as _

from steward.core.access.request import OfficeRequest
from steward.core.audit.services import record_read
from steward.core.listing.export import safe
from steward.core.money import format_dollars_file
from steward.core.paper import Cell as PaperCell
from steward.core.paper import Grid, Money, Number, Paper, Text, pdf
from steward.ledger.selectors.statement_columns import Asked
from steward.ledger.views.statement_table import Cell, Line, Table, share_words
from steward.registry.selectors import practice

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: More columns of figures than these do not stand beside each other on a sheet.
COLUMNS_ON_PAPER = 6


def leave(request: OfficeRequest, asked: Asked, table: Table, kind: str) -> HttpResponse:
    """The statement as a file; who took it is in the log. 400 for another kind."""
    if kind not in ("csv", "xlsx", "pdf"):
        raise BadRequest(_("Statements leave as csv, xlsx or pdf."))
    record_read(request.call, f"export {asked.name} {kind}", "ledger.account", [])
    name = f"{asked.name}-{'cash-' if asked.basis == 'cash' else ''}{asked.last.isoformat()}.{kind}"
    if kind == "pdf":
        return as_file(paper(request, table.title, table.under, list(parts(table))), "application/pdf", name)
    if kind == "csv":
        return as_file(_csv(table), "text/csv; charset=utf-8", name)
    return as_file(_xlsx(table), SHEET, name)


def as_file(body: bytes | str, content_type: str, name: str) -> HttpResponse:
    """A download; paper opens in the browser."""
    place = "inline" if content_type.endswith("pdf") else "attachment"
    return HttpResponse(body, content_type=content_type, headers={"Content-Disposition": f'{place}; filename="{name}"'})


def _csv(table: Table) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["", *(safe(words) for _kind, words in table.columns)])
    for line in table.lines:
        writer.writerow([safe(line.words), *(_plain(cell) for cell in line.cells)])
    return "\ufeff" + out.getvalue()


def _plain(cell: Cell) -> str:
    if cell.value is None:
        return ""
    return format_dollars_file(cell.value) if cell.kind == "money" else str(Decimal(cell.value) / 10)


def _xlsx(table: Table) -> bytes:
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet(table.title[:31])
        bold = book.add_format({"bold": True})
        forms = {
            (kind, strong): book.add_format({"num_format": form, "bold": strong})
            for kind, form in (("money", "#,##0.00"), ("share", '0.0" %"')) for strong in (False, True)
        }  # fmt: skip
        sheet.set_column(0, 0, 44)
        sheet.set_column(1, max(len(table.columns), 1), 16)
        for x, (_kind, words) in enumerate(table.columns, 1):
            sheet.write_string(0, x, safe(words), bold)
        for y, line in enumerate(table.lines, 1):
            sheet.write_string(y, 0, safe(line.words), None if line.kind in ("account", "computed") else bold)
            _figures(sheet, y, line, forms)
        sheet.freeze_panes(1, 1)
    return out.getvalue()


def _figures(sheet: Any, y: int, line: Line, forms: dict[tuple[str, bool], Any]) -> None:
    for x, cell in enumerate(line.cells, 1):
        if cell.value is not None:
            value = Decimal(cell.value) / (100 if cell.kind == "money" else 10)
            sheet.write_number(y, x, value, forms[cell.kind, line.kind in ("sum", "total")])


def parts(table: Table) -> Iterator[Grid | Text]:
    """The table in pieces that fit a sheet, then its notes."""
    for start in range(0, len(table.columns), COLUMNS_ON_PAPER):
        span = slice(start, start + COLUMNS_ON_PAPER)
        columns = table.columns[span]
        rows = [[line.words, *_on_paper(line, span, len(columns))] for line in table.lines]
        widths = [5, *(2 if kind == "money" else 1 for kind, _words in columns)]
        yield Grid(
            ["", *(words for _kind, words in columns)], rows, (), widths, "", _("Nothing is posted in this span.")
        )
    yield from (Text(note, soft=True) for note in table.notes)


def _on_paper(line: Line, span: slice, wide: int) -> Sequence[PaperCell]:
    if not line.cells:
        return [Money(None)] * wide
    return [Money(c.value) if c.kind == "money" else Number(share_words(c.value)) for c in line.cells[span]]


def packet_pdf(request: OfficeRequest, tables: Sequence[Table], remarks: str) -> bytes:
    """The month for the doctors: the manager's remarks first, then each statement; names no patient."""
    found: list[Any] = [Text(_("Remarks"), big=True), *(Text(part) for part in remarks.splitlines() if part.strip())]
    if not remarks.strip():
        found = []
    for table in tables:
        found += [Text(table.title, big=True), Text(table.under, soft=True), *parts(table)]
    return paper(request, _("The month for the doctors"), tables[0].under, found)


def paper(request: OfficeRequest, title: str, under: str, found: Sequence[Any]) -> bytes:
    """One paper of the practice, with who printed it and when."""
    entity = practice()
    return pdf(Paper(
        title=title, under=under, practice=entity.party.name if entity else "", parts=found,
        printed_by=request.user.get_full_name() if request.user.is_authenticated else "", printed_at=request.call.now,
    ))  # fmt: skip
