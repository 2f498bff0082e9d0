"""Papers of the desk: the day's schedule, the encounter form a provider marks, the card a patient takes home."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from steward.core.access.policy import masks
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.clock import local_day
from steward.core.web.days import say_time
from steward.core.web.papers import patient_paper
from steward.frontdesk import selectors
from steward.frontdesk.models import Appointment
from steward.frontdesk.states import LIVE
from steward.frontdesk.views.shared import asked_day, asked_site, filed, shown_name, the_appointment
from steward.insurance import selectors as insurance
from steward.registry import selectors as registry


def _of_day(request: OfficeRequest) -> dict[str, Any]:
    """The live appointments of the asked day and site, their patients noted as read."""
    call = request.call
    when = asked_day(request)
    site = asked_site(request, list(registry.sites(call.today)))
    rows = selectors.appointments_on(call.subject, when, call.clock.zone, site=site.pk if site else None)
    live = [row for row in rows if row.state in LIVE]
    call.read("patient", {row.patient.uid for row in live})
    return {"when": when, "site": site, "rows": live, "masked": masks(call.subject, "patient.read")}


@screen(GET="appointment.read")
def schedule(request: OfficeRequest) -> HttpResponse:
    """The day by provider, to be printed. Three queries."""
    page = _of_day(request)
    groups: dict[str, list[tuple[str, Appointment]]] = {}
    for row in page["rows"]:
        groups.setdefault(str(row.provider), []).append((shown_name(request, row.patient), row))
    return render(request, "frontdesk/schedule.html", {**page, "groups": sorted(groups.items())})


@screen(GET="appointment.write")
def encounters(request: OfficeRequest) -> HttpResponse:
    """The encounter forms of a day, one page each."""
    page = _of_day(request)
    return render(request, "frontdesk/encounters.html", {**page, "forms": _forms(page["rows"], page["when"])})


@screen(GET="appointment.write")
def encounter(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """The encounter form of one appointment."""
    row = the_appointment(request, uid)
    when = local_day(row.starts_at, request.call.clock.zone)
    return render(request, "frontdesk/encounters.html", {"when": when, "rows": [row], "forms": _forms([row], when)})


@screen(GET="appointment.read")
def card(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """What the patient takes home: day, time, with whom and where, in the patient's language; never why."""
    row = the_appointment(request, uid)
    starts = row.starts_at.astimezone(request.call.clock.zone)
    told = {"row": row, "name": shown_name(request, row.patient), "when": starts.date(), "time": say_time(starts)}
    paper = patient_paper(request, "frontdesk/papers/appointment.html", row.patient.party.language, told)
    return render(request, "frontdesk/card.html", {"row": row, "name": told["name"], **paper})


def _forms(rows: list[Appointment], when: Any) -> list[dict[str, Any]]:
    """Each appointment with the coverage of its day. One query for all coverages."""
    covers = insurance.covering_many([(row.patient.party_id, when) for row in rows])
    return [{"row": row, "name": filed(row.patient), "covers": covers[(row.patient.party_id, when)]} for row in rows]
