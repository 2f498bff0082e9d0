"""Providers and their hours."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.listing import Column, Empty, Flag, Listing, ScopedList, Sort, Text, link_to
from steward.core.web.forms import Done, handle
from steward.people import selectors, services
from steward.people.forms import DAYS, ProviderEditForm, ProviderForm, SessionForm
from steward.people.models import Provider
from steward.registry.forms import EndForm
from steward.registry.logic.names import name_key

PROVIDERS = Listing(
    name="people.providers",
    title=__("Providers"),
    columns=(
        Column("name", __("Name"), value=str, link=link_to("people:provider")),
        Column("npi", __("NPI"), kind="code"),
        Column("taxonomy", __("Taxonomy"), kind="code"),
        Column("entity", __("Bills through"), value=lambda row: row.entity.name),
        Column("started_on", __("From"), kind="date"),
        Column("state", __("State"), badge=lambda row: ("", __("Ended")) if row.ended_on else ("", "")),
    ),
    filters=(
        Text("q", __("Name"), "party__last_key", fold=name_key),
        Flag("ended", __("Ended"), Q(ended_on__isnull=False)),
    ),
    sorts=(Sort("name", __("Name"), ("party__last_key", "party__first_key")), Sort("npi", __("NPI"), "npi")),
    export="provider.read",
    object_type="people.provider",
    empty=Empty(
        __("No providers yet"),
        __("A provider sees patients and appears on claims."),
        "people:provider_new",
        __("Add the first"),
    ),
)
PROVIDER_LIST = ScopedList(PROVIDERS, "provider.read", selectors.providers)


@screen(GET="provider.read")
def providers(request: OfficeRequest) -> HttpResponse:
    """Providers as a list."""
    subject = request.call.subject
    context = {
        "new_url": reverse("people:provider_new"),
        "new_words": _("New provider"),
        "may_new": holds(subject, "provider.write"),
    }
    return PROVIDER_LIST.respond(request, template="people/list.html", context=context)


def _provider(request: OfficeRequest, uid: UUID) -> Provider:
    found = selectors.provider_by_uid(request.call.subject, uid)
    if found is None:
        raise Http404
    return found


@screen(GET="provider.read")
def provider(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One provider: particulars and hours."""
    row = _provider(request, uid)
    today = request.call.today
    hours = [h for h in selectors.sessions(row) if not h.ended_on or h.ended_on >= today]
    page = {
        "provider": row,
        "weekly": [(DAYS[h.weekday][1], h) for h in hours if h.weekday is not None],
        "dated": [h for h in hours if h.date is not None and h.date >= today and not h.ended_on],
        "may_write": holds(request.call.subject, "provider.write"),
    }
    return render(request, "people/provider.html", page)


@screen(GET="provider.write", POST="provider.write")
def provider_new(request: OfficeRequest) -> HttpResponse:
    """Add a provider with the person."""
    context = {"title": _("New provider"), "submit": _("Save"), "cancel": reverse("people:providers")}
    return handle(
        request, ProviderForm, services.create_provider, "registry/form.html", context=context,
        initial={"started_on": request.call.today},
        success=lambda row: Done(reverse("people:provider", args=[row.uid]), _("Provider added")),
    )  # fmt: skip


@screen(GET="provider.write", POST="provider.write")
def provider_edit(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Correct a provider."""
    row = _provider(request, uid)
    back = reverse("people:provider", args=[uid])
    initial = {name: getattr(row, name) for name in ("npi", "taxonomy", "credential", "started_on")}
    initial |= {"entity": row.entity_id, "department": row.department_id}
    context = {"title": str(row), "submit": _("Save"), "cancel": back}
    return handle(
        request, ProviderEditForm, lambda call, *, data: services.update_provider(call, provider=row, data=data),
        "registry/form.html", context=context, initial=initial, success=lambda _row: Done(back, _("Saved")),
    )  # fmt: skip


@screen(GET="provider.write", POST="provider.write")
def provider_end(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """The last day on which a provider sees patients."""
    row = _provider(request, uid)
    back = reverse("people:provider", args=[uid])
    context = {"title": _("End %s") % row, "submit": _("End it"), "cancel": back,
               "lead": _("Weekly hours end that day; booked appointments stay until somebody moves them.")}  # fmt: skip
    return handle(
        request, EndForm, lambda call, *, on: services.end_provider(call, provider=row, on=on), context=context,
        initial={"on": request.call.today}, success=lambda _row: Done(back, _("Ended")),
    )  # fmt: skip


@screen(GET="provider.write", POST="provider.write")
def hours_new(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Add hours, or close some on one date."""
    row = _provider(request, uid)
    back = reverse("people:provider", args=[uid])

    def act(call: Any, *, data: Any) -> Any:
        return services.add_session(call, data=data)

    context = {"title": _("Hours of %s") % row, "submit": _("Save"), "cancel": back}
    return handle(
        request, SessionForm, act, "registry/form.html", context=context, provider=row.pk,
        initial={"starts_on": request.call.today}, success=lambda _row: Done(back, _("Hours added")),
    )  # fmt: skip


@screen(GET="provider.write", POST="provider.write")
def hours_end(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """The last day of weekly hours; hours of one date are taken back."""
    hours = selectors.session_by_uid(uid)
    if hours is None:
        raise Http404
    back = reverse("people:provider", args=[hours.provider.uid])
    context = {"title": _("End the hours %s") % hours, "submit": _("End them"), "cancel": back}
    return handle(
        request, EndForm, lambda call, *, on: services.end_session(call, session=hours, on=on), context=context,
        initial={"on": request.call.today}, success=lambda _row: Done(back, _("Ended")),
    )  # fmt: skip
