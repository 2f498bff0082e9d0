"""What leaves a list: CSV, XLSX, paper. The same scoped, filtered rows; a capability, a cap, and an audit row with what left.

A cell that begins with = + - @ tab or CR would run as a formula in a spreadsheet; text cells get a ' before it (OWASP, CSV
injection). Numbers stay numbers.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import xlsxwriter
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from steward.core.access.policy import matrix, may
from steward.core.audit.services import record_read
from steward.core.listing import keyset
from steward.core.listing.filters import FilterError
from steward.core.listing.parts import RIGHT, Column, attribute
from steward.core.listing.table import Painter
from steward.core.money import format_dollars_file
from steward.core.refusals import Denied, Refusal, refuse
from steward.core.web import now

if TYPE_CHECKING:
    from steward.core.listing.listing import State

LIMITS = {"csv": 100_000, "xlsx": 100_000, "print": 2_000}
PATIENT_LIMIT = 500  # beyond this, the capability for bulk export of patients (45 CFR 164.408 breach threshold)
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def respond(state: State, kind: str) -> HttpResponse:
    """The file or the page to print. Raises Denied and Refused; 400 for another kind."""
    if kind not in LIMITS:
        raise BadRequest(_("Lists leave as csv, xlsx or print."))
    _allow(state, state.listing.export)
    try:
        rows = list(keyset.ordered(state.filtered, state.sort)[: LIMITS[kind] + 1])
    except FilterError as wrong:
        raise BadRequest(str(wrong)) from wrong
    if len(rows) > LIMITS[kind]:
        raise refuse(
            "too_many", _("More than %(n)s rows.") % {"n": f"{LIMITS[kind]:,}"}, _("Narrow the list with a filter.")
        )
    listing = state.listing
    about_patients = matrix()[listing.export].phi or listing.patient is not None
    if about_patients and not listing.masked and len(rows) > PATIENT_LIMIT:
        _allow(state, "export.phi")
    _record(state, kind, rows)
    return {"csv": _csv, "xlsx": _xlsx, "print": _print}[kind](state, rows)


def _allow(state: State, capability: str) -> None:
    call = state.request.call
    decision = may(call.subject, capability, None, call.context)
    if not decision.allowed:
        fix = (
            _("Confirm who you are, then repeat.")
            if decision.step_up_needed
            else _("Ask someone whose role allows it.")
        )
        raise Denied(Refusal("denied", f"Not exported: {decision.reason}.", fix), step_up=decision.step_up_needed)


def _record(state: State, kind: str, rows: list[Any]) -> None:
    listing, call = state.listing, state.request.call
    about = listing.patient or listing.about or (lambda row: attribute(row, "uid"))
    uids = {uid for row in rows if (uid := about(row)) is not None}
    object_type = "frontdesk.patient" if listing.patient else listing.object_type
    record_read(call, f"export {listing.name} {kind}"[:80], object_type, uids, reason=f"{len(rows)} rows")


def columns_of(state: State) -> list[Column]:
    return [column for column in state.listing.columns if column.export]


def safe(text: str) -> str:
    """Text that no spreadsheet runs."""
    return f"'{text}" if text.startswith(DANGEROUS) else text


def cell(column: Column, row: Any) -> str:
    """A value as a file has it: dollars with two decimals, ISO days, numbers bare, text made safe."""
    value = column.raw(row)
    if value is None or value == "":
        return ""
    if column.kind == "money":
        return format_dollars_file(value)
    if isinstance(value, datetime):
        return now.local(value).isoformat(timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return safe(str(value))


def _csv(state: State, rows: list[Any]) -> HttpResponse:
    out = io.StringIO()
    csv.writer(out).writerows(_lines(state, rows))
    # the mark tells Excel that it is UTF-8
    return _file(state, "\ufeff" + out.getvalue(), "text/csv; charset=utf-8", "csv")


def _lines(state: State, rows: Iterable[Any]) -> Iterator[list[str]]:
    columns = columns_of(state)
    yield [safe(str(column.label)) for column in columns]
    for row in rows:
        yield [cell(column, row) for column in columns]


def _xlsx(state: State, rows: list[Any]) -> HttpResponse:
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet(
            safe(str(state.listing.title))[:31].translate(str.maketrans("[]:*?/\\'", "       ~"))
        )
        bold, money, day = (
            book.add_format(f) for f in ({"bold": True}, {"num_format": "#,##0.00"}, {"num_format": "yyyy-mm-dd"})
        )
        for x, column in enumerate(columns_of(state)):
            sheet.write_string(0, x, safe(str(column.label)), bold)
            sheet.set_column(x, x, 14 if column.kind in RIGHT else 22)
            for y, row in enumerate(rows, 1):
                _write(sheet, y, x, column, row, money, day)
        sheet.freeze_panes(1, 0)
    return _file(state, out.getvalue(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx")


def _write(sheet: Any, y: int, x: int, column: Column, row: Any, money: Any, day: Any) -> None:
    value = column.raw(row)
    if column.kind == "money" and isinstance(value, int):
        sheet.write_number(y, x, Decimal(value) / 100, money)
    elif isinstance(value, date) and not isinstance(value, datetime):
        sheet.write_datetime(y, x, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001 - a day has no zone
    elif isinstance(value, int) and not isinstance(value, bool):
        sheet.write_number(y, x, value)
    else:
        sheet.write_string(y, x, cell(column, row))


def _print(state: State, rows: list[Any]) -> HttpResponse:
    columns = columns_of(state)
    painter = Painter(state.today)
    draws = [(column, painter.drawer(column)) for column in columns]
    lines = [[(column, SafeString(draw(row))) for column, draw in draws] for row in rows]
    money = [c.name for c in columns if c.kind == "money"]
    sums = {c.name: sum(c.raw(row) or 0 for row in rows) for c in columns if c.name in money}
    context = {"list": state, "listing": state.listing, "columns": columns, "lines": lines, "count": len(rows),
               "feet": [(c, sums.get(c.name)) for c in columns] if sums and rows else []}  # fmt: skip
    return render(state.request, "core/listing_print.html", context)


def _file(state: State, body: str | bytes, content_type: str, suffix: str) -> HttpResponse:
    name = f"{state.listing.name.replace('.', '-')}-{state.today.isoformat()}.{suffix}"
    return HttpResponse(
        body, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
