"""The addresses of the API: thin, each asks a selector or calls a service and gives what the command line gives."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from steward.api import schema
from steward.api.lists import LISTS, path_of
from steward.banking.selectors.cash import cash as cash_position
from steward.billing.logic.measures import Measure
from steward.billing.selectors.claims import claim_by_ref, claim_status
from steward.billing.selectors.reports.catalogue import BY_NAME, FIGURES, REPORTS, Figure
from steward.billing.selectors.reports.figures import overview
from steward.billing.views.reports.asked import Question, question
from steward.billing.views.reports.files import told
from steward.billing.views.reports.pages import made
from steward.core.access.policy import holds, matrix, may
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.imports import Options
from steward.core.listing import Listing, ScopedList, machine
from steward.core.refusals import Refusal
from steward.core.web import limits, machines
from steward.desk.imports import import_content
from steward.ledger.importers import post_file
from steward.ledger.selectors.balances import trial_balance as balances

HOUR = 3600
SPANS = ("from", "to", "vs_from", "vs_to")
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@screen(GET="desk.read")
def index(request: OfficeRequest) -> HttpResponse:
    """The lists open to this person, and where the rest is described."""
    subject = request.call.subject
    lists = [
        {"list": each.listing.name, "title": str(each.listing.title), "url": f"/api/{path_of(each)}"}
        for each in LISTS
        if holds(subject, each.capability)
    ]
    return JsonResponse({"lists": lists, "openapi": "/api/openapi.json"})


@screen(GET="desk.read")
def openapi(request: OfficeRequest) -> HttpResponse:
    """What can be asked and what is answered, as OpenAPI 3.1."""
    machines.check_query(request, ())
    return JsonResponse(schema.document())


def list_view(each: ScopedList) -> Callable[..., HttpResponse]:
    """The address of one list."""

    @screen(GET=each.capability)
    def view(request: OfficeRequest) -> HttpResponse:
        listing, rows = each.open(request)
        if not _is_bulk(request, listing):
            return JsonResponse(machine.page(request, listing, rows))
        key = f"api-patients:{request.call.user_id}"
        left = settings.STEWARD_API_PATIENT_ROWS_PER_HOUR - limits.held(key, HOUR)
        if left <= 0:
            return _too_much(request)
        page = machine.page(request, listing, rows, most=left)
        limits.count(key, HOUR, len(page["rows"]))
        return JsonResponse(page)

    view.__doc__ = f"{each.listing.title}, page by page."
    return view


def _is_bulk(request: OfficeRequest, listing: Listing) -> bool:
    """Rows about patients in full, asked by somebody who may not (now) export them in bulk: the rule of the list's files."""
    about_patients = listing.patient is not None or matrix()[listing.export].phi
    call = request.call
    return about_patients and not listing.masked and not may(call.subject, "export.phi", None, call.context).allowed


def _too_much(request: OfficeRequest) -> HttpResponse:
    most = settings.STEWARD_API_PATIENT_ROWS_PER_HOUR
    said = _("More than %(most)s rows about patients in an hour leave only with the right of bulk export.") % {
        "most": most
    }
    return machines.too_many(request, said, limits.seconds_left(HOUR))


@screen(GET="books.read")
def trial_balance(request: OfficeRequest) -> HttpResponse:
    """Every account as of a day, as ``steward books trial-balance`` gives it."""
    machines.check_query(request, ("as_of", "basis"))
    return JsonResponse(balances(_day(request), basis=request.GET.get("basis", "accrual")).as_json())


@screen(GET="cash.read")
def cash(request: OfficeRequest) -> HttpResponse:
    """The cash position, as ``steward bank cash`` gives it."""
    machines.check_query(request, ("as_of",))
    return JsonResponse(cash_position(_day(request)).as_json())


@screen(GET="charge.read")
def claim(request: OfficeRequest, ref: str) -> HttpResponse:
    """One claim by its number, as ``steward billing claim`` gives it; reading it is audited."""
    machines.check_query(request, ())
    call = request.call
    row = claim_by_ref(call.subject, ref) if "\x00" not in ref else None
    found: dict[str, Any] | None = claim_status(call.subject, row.ref) if row is not None else None
    if row is None or found is None:
        raise Http404
    call.read("patient", [row.patient.uid])
    return JsonResponse(found)


@screen(GET="billing.report")
def reports(request: OfficeRequest) -> HttpResponse:
    """The reports of billing with formula, cuts and address, and every figure of a span with its band."""
    machines.check_query(request, SPANS)
    asked = question(request)
    found = overview(asked.asked.span, asked.against.span)
    return JsonResponse({
        **_spans(asked), "figures": [_figure(one, found.now[one.name], found.then[one.name]) for one in FIGURES],
        "reports": [
            {"report": one.name, "title": str(one.title), "formula": str(one.formula), "cuts": [by for by, _words in one.cuts],
             "url": f"/api/billing/reports/{one.name}"}
            for one in REPORTS
        ],
    })  # fmt: skip


def _spans(asked: Question) -> dict[str, str]:
    return {
        name: day.isoformat()
        for name, day in (("from", asked.asked.span.first), ("to", asked.asked.span.last), ("vs_from", asked.against.span.first),
                          ("vs_to", asked.against.span.last))
    }  # fmt: skip


def _figure(figure: Figure, now: Measure, then: Measure) -> dict[str, Any]:
    band = figure.band
    said = {"least": band.least, "most": band.most, "source": band.source, "year": band.year} if band else None
    return {
        "figure": figure.name, "title": str(figure.title), "formula": str(figure.formula), "unit": figure.unit, "value": now.tenths,
        "above": now.numerator, "below": now.denominator, "before": then.tenths, "band": said, "within": now.within(band),
    }  # fmt: skip


@screen(GET="billing.report")
def report(request: OfficeRequest, name: str) -> HttpResponse:
    """One report for a span, by one of its cuts, as its page and its file give it."""
    machines.check_query(request, (*SPANS, "by"))
    one = BY_NAME.get(name)
    if one is None:
        raise Http404
    asked = question(request, one)
    table = made(request, one, asked.asked)
    told(request, one, table, "api")
    return JsonResponse({"report": one.name, **_spans(asked), "by": asked.asked.by, **table.as_json()})


@screen(POST="journal.write")
def post(request: OfficeRequest) -> HttpResponse:
    """Post entries, all or nothing, as ``steward books post``: the body is its file."""
    machines.check_query(request, ())
    if request.content_type != "application/json":
        said = Refusal("media_type", _("The body is no JSON."), _("Send it as application/json."))
        return machines.error(request, 415, said)
    call = request.call
    return JsonResponse(post_file(call, content=request.body, name="api.json").as_json())


@screen(POST="desk.read")
def import_file(request: OfficeRequest) -> HttpResponse:
    """One file through the door of ``steward import``; each kind's own service asks for its own right."""
    machines.check_query(request, ())
    uploads = request.FILES.getlist("file")
    said = {name: str(request.POST.get(name, "")) for name in ("kind", "account", "create_payers")}
    if len(uploads) != 1 or len(request.FILES) != 1 or set(request.POST) - set(said):
        raise BadRequest(_("Send one file, as the field “file”, and beside it kind, account or create_payers."))
    name, content = str(uploads[0].name), uploads[0].read()
    if any("\x00" in text for text in (name, *said.values())) or said["create_payers"] not in ("", "0", "1"):
        raise BadRequest(_("A field beside the file cannot be read."))
    options = Options(account=said["account"] or None, create_payers=said["create_payers"] == "1")
    call = request.call
    imported = import_content(call, content, name, kind=said["kind"] or None, options=options)
    answer = imported.as_json(name, content)
    if problems := imported.problems:
        return machines.error(request, machines.status_of(problems), *problems, more=answer)
    return JsonResponse(answer)


def _day(request: OfficeRequest) -> date:
    if "as_of" not in request.GET:
        return request.call.today
    text = request.GET["as_of"]
    try:
        if not ISO_DAY.fullmatch(text):  # fromisoformat reads weeks too
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise BadRequest(_("“%(value)s” is not a day. Write 2026-11-23.") % {"value": text[:40]}) from None
