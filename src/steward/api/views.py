"""The addresses of the API: thin, each asks a selector or calls a service and gives what the command line gives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from steward.api import schema
from steward.api.lists import LISTS, path_of
from steward.banking.selectors.cash import cash as cash_position
from steward.billing.selectors.claims import claim_by_ref, claim_status
from steward.core.access.policy import holds, matrix, may
from steward.core.access.routes import screen
from steward.core.listing import Listing, ScopedList, machine
from steward.core.web import limits, machines
from steward.ledger.selectors.balances import trial_balance as balances

HOUR = 3600


@screen(GET="desk.read")
def index(request: HttpRequest) -> HttpResponse:
    """The lists open to this person, and where the rest is described."""
    subject = request.call.subject  # type: ignore[attr-defined]
    lists = [
        {"list": each.listing.name, "title": str(each.listing.title), "url": f"/api/{path_of(each)}"}
        for each in LISTS
        if holds(subject, each.capability)
    ]
    return JsonResponse({"lists": lists, "openapi": "/api/openapi.json"})


@screen(GET="desk.read")
def openapi(request: HttpRequest) -> HttpResponse:
    """What can be asked and what is answered, as OpenAPI 3.1."""
    _only(request)
    return JsonResponse(schema.document())


def list_view(each: ScopedList) -> Callable[..., HttpResponse]:
    """The address of one list."""

    @screen(GET=each.capability)
    def view(request: HttpRequest) -> HttpResponse:
        listing, rows = each.open(request)
        bulk = _is_bulk(request, listing)
        if bulk and limits.spent(_bulk_key(request), settings.STEWARD_API_PATIENT_ROWS_PER_HOUR, HOUR):
            return _too_much(request)
        page = machine.page(request, listing, rows)
        if bulk:
            limits.count(_bulk_key(request), HOUR, len(page["rows"]))
        return JsonResponse(page)

    view.__doc__ = f"{each.listing.title}, page by page."
    return view


def _is_bulk(request: HttpRequest, listing: Listing) -> bool:
    """Rows about patients in full, asked by somebody who may not (now) export them in bulk: the rule of the list's files."""
    about_patients = listing.patient is not None or matrix()[listing.export].phi
    call = request.call  # type: ignore[attr-defined]
    return about_patients and not listing.masked and not may(call.subject, "export.phi", None, call.context).allowed


def _bulk_key(request: HttpRequest) -> str:
    return f"api-patients:{request.call.user_id}"  # type: ignore[attr-defined]


def _too_much(request: HttpRequest) -> HttpResponse:
    most = settings.STEWARD_API_PATIENT_ROWS_PER_HOUR
    said = _("More than %(most)s rows about patients in an hour leave only with the right of bulk export.") % {
        "most": most
    }
    return machines.too_many(request, said, limits.seconds_left(HOUR))


@screen(GET="books.read")
def trial_balance(request: HttpRequest) -> HttpResponse:
    """Every account as of a day, as ``steward books trial-balance`` gives it."""
    _only(request, "as_of", "basis")
    return JsonResponse(balances(_day(request), basis=request.GET.get("basis", "accrual")).as_json())


@screen(GET="cash.read")
def cash(request: HttpRequest) -> HttpResponse:
    """The cash position, as ``steward bank cash`` gives it."""
    _only(request, "as_of")
    return JsonResponse(cash_position(_day(request)).as_json())


@screen(GET="charge.read")
def claim(request: HttpRequest, ref: str) -> HttpResponse:
    """One claim by its number, as ``steward billing claim`` gives it; reading it is audited."""
    _only(request)
    call = request.call  # type: ignore[attr-defined]
    row = claim_by_ref(call.subject, ref) if "\x00" not in ref else None
    found: dict[str, Any] | None = claim_status(call.subject, row.ref) if row is not None else None
    if row is None or found is None:
        raise Http404
    call.read("patient", [row.patient.uid])
    return JsonResponse(found)


def _only(request: HttpRequest, *known: str) -> None:
    """A parameter nobody reads is a mistake of the caller's, and is said."""
    for name in request.GET:
        if name not in known:
            raise BadRequest(_("This address has no parameter “%(name)s”.") % {"name": name[:40]})


def _day(request: HttpRequest) -> date:
    text = request.GET.get("as_of", "")
    if not text:
        return request.call.today  # type: ignore[attr-defined,no-any-return]
    try:
        if len(text) != 10:
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise BadRequest(_("“%(value)s” is not a day. Write 2026-11-23.") % {"value": text[:40]}) from None
