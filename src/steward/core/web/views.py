"""Screens of the shell: look, palette, search, history."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.access.services import set_look
from steward.core.audit.selectors import history as rows_of
from steward.core.listing import services
from steward.core.listing.models import SavedView
from steward.core.service import Call
from steward.core.web.context import DENSITIES, THEMES
from steward.core.web.forms import Done, press
from steward.core.web.history import read_token
from steward.core.web.palette import find

YEAR_SECONDS = 365 * 86_400


def _back(request: OfficeRequest) -> str:
    """The local page a form was sent from; never another host."""
    url = request.POST.get("next", "/")
    return url if url_has_allowed_host_and_scheme(url, {request.get_host()}, request.is_secure()) else "/"


def _keep(request: OfficeRequest, name: str, value: str, allowed: tuple[str, ...]) -> HttpResponse:
    response = HttpResponseRedirect(_back(request))
    response.status_code = 303
    response.set_cookie(name, value if value in allowed else "", max_age=YEAR_SECONDS, httponly=True, samesite="Lax",
                        secure=request.is_secure())  # fmt: skip
    return response


@screen(POST="self.write")
def theme(request: OfficeRequest) -> HttpResponse:
    """Light, dark, or what the machine prefers; kept with the person, and on this machine for the pages before sign-in."""
    chosen = request.POST.get("theme", "")
    set_look(request.call, theme=chosen if chosen in THEMES else "")
    return _keep(request, "theme", chosen, THEMES)


@screen(POST="self.write")
def density(request: OfficeRequest) -> HttpResponse:
    """Dense or comfortable rows; kept with the person."""
    chosen = request.POST.get("density", "")
    set_look(request.call, dense=chosen not in DENSITIES)
    return _keep(request, "density", chosen, DENSITIES)


@screen(GET="history.read")
def history(request: OfficeRequest) -> HttpResponse:
    """The rows of a record's history; the token says which record this person was shown."""
    uid = read_token(request)
    rows = rows_of(uid) if uid is not None else []
    template = "core/parts/history_rows.html" if request.headers.get("HX-Request") else "core/history.html"
    return render(request, template, {"rows": rows})


def _found(request: OfficeRequest, text: str) -> list[dict[str, Any]]:
    """Views stand outside the floors: this one asks every room through the roof's list."""
    from steward.desk import rooms

    subject = request.call.subject
    return find(request, text, lambda words: rooms.search(subject, words), rooms.actions(subject))


@screen(GET="desk.read")
def palette(request: OfficeRequest) -> JsonResponse:
    """Pages, records and acts for what was typed, as JSON groups."""
    return JsonResponse({"groups": _found(request, request.GET.get("q", ""))})


@screen(GET="desk.read")
def search(request: OfficeRequest) -> HttpResponse:
    """The same as the palette, as a page: works without JavaScript."""
    q = request.GET.get("q", "").strip()
    return render(request, "core/search.html", {"search_query": q, "groups": _found(request, q)})


@screen(POST="self.write")
def save_view(request: OfficeRequest) -> HttpResponse:
    """Keep the filters and the order of a list under a name."""
    given = {name: request.POST.get(name, "")[:1001] for name in ("listing", "name", "query")}
    back = _back(request)

    def act(call: Call) -> SavedView:
        return services.save_view(call, shared=request.POST.get("shared") == "1", **given)

    return press(request, act, success=lambda v: Done(f"{back}?{v.query}", _("View “%s” kept.") % v.name), back=back)


@screen(POST="self.write")
def drop_view(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Drop one of your own views."""
    back = _back(request)
    return press(
        request,
        lambda call: services.drop_view(call, uid=uid),
        success=lambda _name: Done(back, _("View dropped.")),
        back=back,
    )
