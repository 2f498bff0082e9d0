"""The pages: the dozen figures with their bands and a year of each, one report, the open items behind the receivable, the packet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from steward.billing.logic.report import FIGURES as RIGHT
from steward.billing.logic.report import Cell, Table
from steward.billing.logic.spans import Span, months_to
from steward.billing.selectors.reports import ageing as ask
from steward.billing.selectors.reports.catalogue import BY_NAME, FIGURE_BY_NAME, FIGURES, REPORTS, Figure, Report
from steward.billing.selectors.reports.figures import Overview, overview
from steward.billing.selectors.reports.whose import Asked
from steward.billing.views.reports.asked import Question, behind_url, presets, question, say_span
from steward.billing.views.reports.files import leave, packet_pdf
from steward.billing.words import cell_words
from steward.core.access.policy import masks
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.audit.services import record_read
from steward.core.clock import ClockError, parse_date
from steward.core.web import charts
from steward.registry.models import Party

SHOWN, BARS = 200, 12
#: The packet of a month: which reports, cut by what.
PACKET = (
    ("receivable", "age"), ("receivable", "payer"), ("collection", "month"), ("clean-claims", "payer"), ("denials", "category"),
    ("denials", "payer"), ("lag", "provider"), ("lag", "payer"), ("mix", "charges"), ("productivity", "provider"), ("given-up", "person"),
)  # fmt: skip


@dataclass(frozen=True)
class FigureView:
    """A figure as it is shown: words, mark, twelve months, where it opens."""

    figure: Figure
    value: str
    before: str
    tone: str
    mark: str
    trail: tuple[int, ...]
    url: str


def figure_view(figure: Figure, found: Overview, asked: Question) -> FigureView:
    """One figure of an overview in words."""
    one, other = found.now[figure.name], found.then[figure.name]
    within = one.within(figure.band)
    tone, mark = {None: ("", ""), True: ("good", _("within")), False: ("warn", _("outside"))}[within]
    report = BY_NAME[figure.report]
    path = reverse("billing:report", args=[report.name])
    return FigureView(
        figure, cell_words(figure.unit, one.tenths), cell_words(figure.unit, other.tenths), tone, mark,
        tuple(value for value in found.trail[figure.name] if value is not None), asked.url(path, by=figure.by or report.cuts[0][0]),
    )  # fmt: skip


@screen(GET="billing.report")
def reports(request: OfficeRequest) -> HttpResponse:
    """Every figure of a span against another, with its band and twelve months of it, and the list of reports."""
    asked = question(request)
    found = overview(asked.asked.span, asked.against.span)
    shown = [figure_view(figure, found, asked) for figure in FIGURES]
    out = sum(one.tone == "warn" for one in shown)
    return render(request, "billing/reports.html", {
        **_asking(asked, reverse("billing:reports")), "figures": shown, "out": out, "judged": sum(bool(one.mark) for one in shown),
        "reports": [(one, reverse("billing:report", args=[one.name])) for one in REPORTS],
        "packet_url": asked.url(reverse("billing:packet")), "trail_from": found.months[0].first,
    })  # fmt: skip


def _asking(asked: Question, path: str, as_of: bool = False) -> dict[str, Any]:
    """What the picker of spans needs; a report as of a day names the days alone."""
    span, against = asked.asked.span, asked.against.span
    if as_of:
        span, against = Span(span.last, span.last), Span(against.last, against.last)
    return {
        "asked": asked.asked, "against": asked.against, "span_words": say_span(span), "against_words": say_span(against),
        "presets": presets(asked, path), "path": path,
    }  # fmt: skip


def _report(name: str) -> Report:
    if name not in BY_NAME:
        raise Http404
    return BY_NAME[name]


def made(request: OfficeRequest, report: Report, asked: Asked) -> Table:
    """The table of a report for the person of this request."""
    subject = request.call.subject
    return report.make(asked, subject, masks(subject, "billing.report"))


@screen(GET="billing.report")
def report(request: OfficeRequest, name: str) -> HttpResponse:
    """One report for a span against another; ``?export=csv|xlsx|pdf`` leaves as a file."""
    one = _report(name)
    asked = question(request, one)
    table = made(request, one, asked.asked)
    if "export" in request.GET:
        return leave(request, one, table, asked.asked.span, request.GET["export"])
    then = made(request, one, asked.against)
    if table.patients:
        record_read(request.call, "read the receivable by patient", "registry.party", table.patients[:SHOWN])
    path = reverse("billing:report", args=[name])
    figures = []
    if one.figures:
        found = overview(asked.asked.span, asked.against.span)
        figures = [figure_view(FIGURE_BY_NAME[each], found, asked) for each in one.figures]
    return render(request, "billing/report.html", {
        **_asking(asked, path, one.as_of), "report": one, "figures": figures, "chart": _chart(one, table, asked.asked.by),
        "cuts": [(words, asked.url(path, by=by), by == asked.asked.by) for by, words in one.cuts],
        "heads": [(column.label, column.kind in RIGHT) for column in table.columns], "main": table.columns[table.at(table.main)].label,
        "lines": _lines(table, then)[:SHOWN], "left": max(len(table.lines) - SHOWN, 0), "foot": _foot(table, then), "proofs": table.proofs,
        "notes": table.notes, "exports": [(kind.upper(), asked.url(path, export=kind)) for kind in ("csv", "xlsx", "pdf")],
    })  # fmt: skip


def _lines(table: Table, then: Table) -> list[dict[str, Any]]:
    """Lines in words, each with what its main number was in the other span and the change."""
    kind = table.columns[table.at(table.main)].kind
    found = []
    for line in table.lines:
        before = then.main_of(line.key)
        now = line.cells[table.at(table.main)]
        change = now - before if isinstance(now, int) and before is not None else None
        cells = [
            (cell_words(column.kind, cell), column.kind in RIGHT, column.label)
            for column, cell in zip(table.columns, line.cells, strict=True)
        ]
        found.append({
            "name": cells[0][0], "head": cells[0][2], "cells": cells[1:], "url": behind_url(line.behind), "tone": line.tone,
            "then": cell_words(kind, before), "change": _signed(kind, change),
        })  # fmt: skip
    return found


def _signed(kind: str, value: int | None) -> str:
    return "" if value is None else f"{'+' if value > 0 else ''}{cell_words(kind, value)}"


def _foot(table: Table, then: Table) -> list[tuple[str, bool]]:
    if not table.foot:
        return []
    place, other = table.at(table.main), then.foot[then.at(then.main)] if then.foot else None
    kind = table.columns[place].kind
    now: Cell = table.foot[place]
    change = now - other if isinstance(now, int) and isinstance(other, int) else None
    cells = [
        (cell_words(column.kind, cell) if cell is not None else "", column.kind in RIGHT)
        for column, cell in zip(table.columns, table.foot, strict=True)
    ]
    return [*cells, (cell_words(kind, other) if other is not None else "", True), (_signed(kind, change), True)]


def _chart(one: Report, table: Table, by: str) -> SafeString:
    """Months as a line with the band's edge, everything else as bars of the largest."""
    place = table.at(table.main)
    kind, label = table.columns[place].kind, f"{one.title}: {table.columns[place].label}"
    values = [
        (str(line.cells[0]), line.cells[1], value)
        for line in table.lines
        if isinstance(value := line.cells[place], int)
    ]

    def show(value: int) -> str:
        return cell_words(kind, value)

    if by == "age" and table.foot:
        ages = [(c.label, cell) for c, cell in zip(table.columns, table.foot, strict=True) if c.name.startswith("age")]
        return charts.bars([charts.Bar(name, cell) for name, cell in ages if isinstance(cell, int)], label, show)

    if by == "month":  # months that are still being paid would draw a fall that is none
        ripe = {str(line.cells[0]) for line in table.lines if line.tone != "soft"}
        return _line(one, [charts.Point(name, value) for name, _second, value in values if name in ripe], label, show)
    rows = sorted(values, key=lambda row: -row[2])[:BARS]
    named = table.columns[0].name == "code"
    return charts.bars(
        [charts.Bar(name, value, str(second) if named else "") for name, second, value in rows], label, show
    )


def _line(one: Report, points: Sequence[charts.Point], label: str, show: Any) -> SafeString:
    band = FIGURE_BY_NAME[one.figures[0]].band if one.figures else None
    edge = (band.least if band.least is not None else band.most) if band else None
    words = _("band: %s") % band.words if band else ""
    last = len(points) - 1 if points else None
    return charts.line(points, label, threshold=edge, threshold_label=words, mark=last, show=show)


@screen(GET="billing.report")
def packet(request: OfficeRequest) -> HttpResponse:
    """The month for the doctors as one PDF: figures with bands, then the reports."""
    asked = question(request)
    span, today = asked.asked.span, asked.asked.today
    found = overview(span, asked.against.span)
    year = Span(months_to(span.last, 12)[0].first, span.last)
    tables = []
    for name, by in PACKET:
        of = year if BY_NAME[name].months == 12 else span
        tables.append((BY_NAME[name], made(request, BY_NAME[name], Asked(of, by, today))))
    record_read(request.call, "export billing.packet pdf", "registry.party", [], reason=f"{len(tables)} reports")
    body = packet_pdf(request, span, asked.against.span, found.now, found.then, tables)
    name = f"billing-{span.first.isoformat()}-{span.last.isoformat()}.pdf"
    return HttpResponse(
        body, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'}
    )


@screen(GET="billing.report")
def rows(request: OfficeRequest) -> HttpResponse:
    """The open items behind a number of the receivable, largest first."""
    call = request.call
    day, by = _day(request), request.GET.get("by", "age")
    if by not in ask.CUTS:
        raise BadRequest(_("The report is cut by age, payer, patient or provider."))
    role = request.GET.get("role", "")
    if role not in ("", *ask.ROLES):
        raise BadRequest(_("The report has insurance and patients."))
    who = _party(request.GET.get("who", ""))
    found = ask.behind(day, by, who.pk if who else None, role)
    call.read("patient", [one.charge.claim.patient.uid for one in found if one.charge])
    return render(request, "billing/report_rows.html", {
        "rows": found, "day": day, "cents": sum(one.item.cents for one in found), "by": by,
    })  # fmt: skip


def _day(request: OfficeRequest) -> date:
    today = request.call.today
    try:
        return min(parse_date(request.GET["day"], today) if request.GET.get("day") else today, today)
    except ClockError as wrong:
        raise BadRequest(str(wrong)) from wrong


def _party(text: str) -> Party | None:
    if not text:
        return None
    try:
        return Party.objects.filter(uid=UUID(text)).first()
    except ValueError as wrong:
        raise BadRequest(_("This address names nobody.")) from wrong
