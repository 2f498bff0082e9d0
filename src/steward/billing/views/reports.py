"""Reports of billing: the receivable by age, payer, patient or provider as of any day, and the figures with their formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from steward.billing.logic.measures import Measure
from steward.billing.selectors import reports as ask
from steward.billing.words import age_heads
from steward.core.access.policy import masks, may
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.audit.services import record_read
from steward.core.clock import ClockError, parse_date
from steward.core.listing.export import PATIENT_LIMIT, safe
from steward.core.money import format_dollars_file
from steward.core.refusals import Denied, Refusal
from steward.core.web.days import say_whole_day
from steward.registry.logic.names import initials
from steward.registry.models import Party

SHOWN = 200


def _asked(request: OfficeRequest) -> tuple[date, str]:
    today = request.call.today
    by = request.GET.get("by", "age")
    if by not in ask.CUTS:
        raise BadRequest(_("The report is cut by age, payer, patient or provider."))
    try:
        day = parse_date(request.GET["day"], today) if request.GET.get("day") else today
    except ClockError as wrong:
        raise BadRequest(str(wrong)) from wrong
    return min(day, today), by


def _name(row: ask.AgeRow, by: str, masked: bool) -> str:
    if row.party is None:
        return (
            _("Patients")
            if row.role == "ar_patient" and by != "patient"
            else _("Insurance")
            if by == "age"
            else _("Unassigned")
        )
    if by == "patient" and masked:
        return initials(row.party.first_name, row.party.last_name) or "–"
    return row.party.name


@screen(GET="billing.report")
def reports(request: OfficeRequest) -> HttpResponse:
    """The receivable as of a day, tied to the books, and the figures; ``?export=csv`` leaves as a file."""
    call = request.call
    day, by = _asked(request)
    masked = masks(call.subject, "charge.read")
    found = ask.ageing(day, by)
    lines = [(row, _name(row, by, masked)) for row in found.rows]
    if request.GET.get("export") == "csv":
        return _csv(request, found, lines, masked)
    if by == "patient" and not masked:
        record_read(call, "read the receivable by patient", "registry.party",
                    [row.party.uid for row, _words in lines[:SHOWN] if row.party])  # fmt: skip
    first, last = ask.ripe_span(day)
    return render(request, "billing/reports.html", {
        "ageing": found, "lines": lines[:SHOWN], "left": max(len(lines) - SHOWN, 0), "heads": age_heads(), "by": by, "day": day,
        "cuts": [(_("Age"), "age"), (_("Payer"), "payer"), (_("Patient"), "patient"), (_("Provider"), "provider")],
        "figures": [(one, *_words(one, day, first, last)) for one in ask.figures(day, found.columns)],
    })  # fmt: skip


def _words(one: Measure, day: date, first: date, last: date) -> tuple[str, str, str, str]:
    """Name, value, formula, and where the rows behind it are."""
    value = "–" if one.tenths is None else f"{one.tenths / 10:.1f}"
    rows = f"{reverse('billing:report_rows')}?day={day.isoformat()}"
    span = f"{say_whole_day(first)} – {say_whole_day(last)}"
    charges = f"{reverse('billing:charges')}?posted_from={first.isoformat()}&posted_to={last.isoformat()}"
    return {
        "days_in_ar": (_("Days in A/R"), value, _("(receivable − credits) ÷ (charges of the last 12 months ÷ 365)"), rows),
        "over_90": (_("A/R over 90 days"), f"{value} %", _("receivable older than 90 days ÷ receivable"), rows),
        "net_collection": (_("Net collection"), f"{value} %",
                           _("(payments − refunds) ÷ (charges − contractual), charges posted %s") % span, charges),
        "denial_rate": (_("Denial rate"), f"{value} %", _("claims denied by their first answer ÷ claims answered, 12 months"),
                        f"{reverse('billing:work')}?kind=denial"),
    }[one.name]  # fmt: skip


@screen(GET="billing.report")
def rows(request: OfficeRequest) -> HttpResponse:
    """The open items behind a number of the report, largest first."""
    call = request.call
    day, by = _asked(request)
    role = request.GET.get("role", "")
    if role not in ("", *ask.ROLES):
        raise BadRequest(_("The report has insurance and patients."))
    who = _party(request.GET.get("who", ""))
    cut = by if "by" in request.GET and by != "age" else "age"
    found = ask.behind(day, cut, who.pk if who else None, role)
    call.read("patient", [one.charge.claim.patient.uid for one in found if one.charge])
    return render(request, "billing/report_rows.html", {
        "rows": found, "day": day, "cents": sum(one.item.cents for one in found),
    })  # fmt: skip


def _party(text: str) -> Party | None:
    if not text:
        return None
    try:
        return Party.objects.filter(uid=UUID(text)).first()
    except ValueError as wrong:
        raise BadRequest(_("This address names nobody.")) from wrong


def _csv(
    request: OfficeRequest, found: ask.Ageing, lines: Sequence[tuple[ask.AgeRow, str]], masked: bool
) -> HttpResponse:
    call = request.call
    people = [row.party.uid for row, _words in lines if row.party] if found.by == "patient" and not masked else []
    if len(people) > PATIENT_LIMIT and not may(call.subject, "export.phi", None, call.context).allowed:
        raise Denied(
            Refusal("denied", _("Not exported: more than 500 patients."), _("Ask someone whose role allows it."))
        )
    record_read(call, f"export billing.reports {found.by} csv", "registry.party", people, reason=f"{len(lines)} rows")
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_("As of"), _("Whose"), *age_heads(), _("Sum"), _("Items")])
    for row, name in lines:
        writer.writerow(
            [found.day.isoformat(), safe(name), *map(format_dollars_file, (*row.columns, row.cents)), row.items]
        )
    totals = map(format_dollars_file, (*found.columns, found.cents))
    writer.writerow([found.day.isoformat(), _("Sum"), *totals, sum(row.items for row, _words in lines)])
    name = f"receivable-{found.by}-{found.day.isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)
