"""A report as it leaves: CSV, XLSX, PDF, all from the same table; and the packet of a month."""

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

from steward.billing.logic.measures import Measure
from steward.billing.logic.report import FIGURES as RIGHT
from steward.billing.logic.report import Cell, Col, Table
from steward.billing.logic.spans import Span
from steward.billing.selectors.reports.catalogue import FIGURES, Report
from steward.billing.views.reports.asked import say_span
from steward.billing.words import cell_file, cell_words
from steward.core.access.policy import may
from steward.core.access.request import OfficeRequest
from steward.core.audit.services import record_read
from steward.core.listing.export import PATIENT_LIMIT, safe
from steward.core.paper import Cell as PaperCell
from steward.core.paper import Facts, Grid, Money, Number, Paper, Text, pdf
from steward.core.refusals import Denied, Refusal
from steward.registry.selectors import practice

#: More columns than these do not stand beside each other on a sheet; the first is repeated above the rest.
COLUMNS_ON_PAPER = 7


def leave(request: OfficeRequest, report: Report, table: Table, span: Span, kind: str) -> HttpResponse:
    """The report as a file. Raises Denied for more patients than may leave; what left is in the log."""
    if kind not in ("csv", "xlsx", "pdf"):
        raise BadRequest(_("Reports leave as csv, xlsx or pdf."))
    told(request, report, table, kind)
    name = f"{report.name}-{span.first.isoformat()}-{span.last.isoformat()}.{kind}"
    if kind == "pdf":
        return _file(report_pdf(request, report, table, span), "application/pdf", name)
    if kind == "csv":
        return _file(_csv(table), "text/csv; charset=utf-8", name)
    return _file(
        _xlsx(table, str(report.title)), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", name
    )


def told(request: OfficeRequest, report: Report, table: Table, kind: str) -> None:
    """Checks how many patients leave and writes down who took them. Raises Denied."""
    call = request.call
    if len(table.patients) > PATIENT_LIMIT and not may(call.subject, "export.phi", None, call.context).allowed:
        raise Denied(
            Refusal("denied", _("Not exported: more than 500 patients."), _("Ask someone whose role allows it."))
        )
    record_read(
        call,
        f"export billing.reports {report.name} {kind}"[:80],
        "registry.party",
        table.patients,
        reason=f"{len(table.lines)} rows",
    )


def _file(body: bytes | str, content_type: str, name: str) -> HttpResponse:
    place = "inline" if content_type.endswith("pdf") else "attachment"
    return HttpResponse(body, content_type=content_type, headers={"Content-Disposition": f'{place}; filename="{name}"'})


def _rows(table: Table) -> Iterator[tuple[Cell, ...]]:
    yield from (line.cells for line in table.lines)
    if table.foot:
        yield table.foot


def _csv(table: Table) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([safe(column.label) for column in table.columns])
    for cells in _rows(table):
        words = (cell_file(column.kind, cell) for column, cell in zip(table.columns, cells, strict=True))
        writer.writerow(
            [word if isinstance(cell, int) else safe(word) for word, cell in zip(words, cells, strict=True)]
        )
    for proof in table.proofs:
        figures = [cell_file(proof.kind, value) for value in (proof.here, proof.books, proof.off)]
        writer.writerow([safe(_("Proof: %s") % proof.what), *figures])
    return "\ufeff" + out.getvalue()


def _xlsx(table: Table, title: str) -> bytes:
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet(safe(title)[:31].translate(str.maketrans("[]:*?/\\'", "       ~")))
        bold = book.add_format({"bold": True})
        forms = {kind: book.add_format({"num_format": form}) for kind, form in FORMS.items()}
        for x, column in enumerate(table.columns):
            sheet.write_string(0, x, safe(column.label), bold)
            sheet.set_column(x, x, 14 if column.kind in RIGHT else 26)
            for y, cells in enumerate(_rows(table), 1):
                _cell(sheet, y, x, column, cells[x], forms)
        sheet.freeze_panes(1, 0)
    return out.getvalue()


FORMS = {"money": "#,##0.00", "points": "#,##0.00", "percent": '0.0" %"', "days": "0.0", "number": "#,##0"}
_PARTS = {"money": 100, "points": 100, "percent": 10, "days": 10}


def _cell(sheet: Any, y: int, x: int, column: Col, value: Cell, forms: dict[str, Any]) -> None:
    if isinstance(value, int):
        sheet.write_number(y, x, Decimal(value) / _PARTS.get(column.kind, 1), forms.get(column.kind))
    elif value is not None:
        sheet.write_string(y, x, safe(cell_file(column.kind, value)))


def report_pdf(request: OfficeRequest, report: Report, table: Table, span: Span) -> bytes:
    """The report on paper, with its formula, its sums and its proof."""
    return _paper(
        request, str(report.title), say_span(span), [Text(str(report.formula), soft=True), *_parts(table, "")]
    )


def packet_pdf(
    request: OfficeRequest, span: Span, against: Span, now: dict[str, Measure], then: dict[str, Measure],
    tables: Sequence[tuple[Report, Table]],
) -> bytes:  # fmt: skip
    """The month for the doctors: every figure with band and formula, then each report; names no patient."""
    parts: list[Any] = [_figures(span, against, now, then)]
    for report, table in tables:
        parts += [Text(str(report.title), big=True), Text(str(report.formula), soft=True), *_parts(table, "")]
    return _paper(request, _("Billing, month packet"), say_span(span), parts)


def _figures(span: Span, against: Span, now: dict[str, Measure], then: dict[str, Measure]) -> Grid:
    rows = []
    for figure in FIGURES:
        one, other, band = now[figure.name], then[figure.name], figure.band
        within = one.within(band)
        mark = "" if within is None else _("within") if within else _("outside")
        words = f"{mark}: {band.words}" if band and mark else band.words if band else ""
        rows.append((
            f"{figure.title}: {figure.formula}", Number(cell_words(figure.unit, one.tenths)),
            Number(cell_words(figure.unit, other.tenths)), words,
        ))  # fmt: skip
    heads = (_("Figure"), say_span(span), say_span(against), _("Band"))
    return Grid(heads, rows, widths=(9, 4, 4, 6))


def _parts(table: Table, title: str) -> Iterator[Grid | Text | Facts]:
    """The table in pieces that fit a sheet, its proofs and notes."""
    rest = list(range(1, len(table.columns)))
    for start in range(0, max(len(rest), 1), COLUMNS_ON_PAPER):
        places = [0, *rest[start : start + COLUMNS_ON_PAPER]]
        heads = [table.columns[at].label for at in places]
        rows = [_on_paper(table.columns, line.cells, places) for line in table.lines]
        foot = _on_paper(table.columns, table.foot, places) if table.foot and rows else ()
        widths = [2 if table.columns[at].kind in RIGHT else 4 for at in places]
        yield Grid(heads, rows, foot, widths, title, _("Nothing in this span."))
    for proof in table.proofs:
        state = _("Ties to %s.") if not proof.off else _("Does not tie to %s.")
        yield Text(f"{state % proof.what} {cell_words(proof.kind, proof.books)}", soft=True)
    for note in table.notes:
        yield Text(note, soft=True)


def _on_paper(columns: Sequence[Col], cells: Sequence[Cell], places: Sequence[int]) -> list[PaperCell]:
    found: list[PaperCell] = []
    for at in places:
        kind, value = columns[at].kind, cells[at]
        if kind == "money" and (value is None or isinstance(value, int)):
            found.append(Money(value))
        else:
            found.append(Number(cell_words(kind, value)) if kind in RIGHT else cell_words(kind, value))
    return found


def _paper(request: OfficeRequest, title: str, under: str, parts: Sequence[Any]) -> bytes:
    call, entity = request.call, practice()
    return pdf(Paper(
        title=title, under=under, practice=entity.party.name if entity else "", parts=parts,
        printed_by=request.user.get_full_name() if request.user.is_authenticated else "", printed_at=call.now,
    ))  # fmt: skip
