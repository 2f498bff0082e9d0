"""Booking and moving: find the patient, see the free times, press one. Works without JavaScript."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from steward.billing.selectors.grants import used_of
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.clock import at_local
from steward.core.refusals import Refusal
from steward.core.service import refuse
from steward.core.web.days import say_day, say_time
from steward.core.web.forms import Done, handle
from steward.frontdesk import selectors, services
from steward.frontdesk.forms import BookingForm, ReasonForm
from steward.frontdesk.logic.openings import Opening
from steward.frontdesk.models import Appointment, Patient
from steward.frontdesk.types import BookingData
from steward.frontdesk.views.shared import asked_day, filed, shown_name, the_appointment, the_patient
from steward.insurance import selectors as insurance
from steward.people import selectors as people
from steward.registry.services import stand

OFFERED = 12
FAR = 28  # days looked ahead for free times


@screen(GET="appointment.write")
def find(request: OfficeRequest) -> HttpResponse:
    """Find the patient to book for; the rest of the address (provider, time, room) is carried along."""
    call = request.call
    text = request.GET.get("q", "").strip()
    found = selectors.search_patients(call.subject, text) if text else []
    call.read("patient", [row.uid for row in found])
    kept = {k: v for k, v in request.GET.items() if k in ("provider", "site", "place", "day", "time", "reason")}
    rows = [
        (filed(row), row, f"{reverse('frontdesk:book')}?{urlencode({**kept, 'patient': row.uid})}") for row in found
    ]
    return render(request, "frontdesk/find.html", {"q": text, "rows": rows, "kept": list(kept.items())})


@screen(GET="appointment.write", POST="appointment.write")
def book(request: OfficeRequest) -> HttpResponse:
    """Book a time: `?patient= &provider= &site= &place= &day= &time= &reason=`; without a patient, find one first."""
    try:
        uid = UUID(request.GET.get("patient", ""))
    except ValueError:
        return find(request)
    patient = the_patient(request, uid)

    def act(call: Any, **typed: Any) -> Appointment:
        return services.book(call, data=_booking(call, patient, typed), refusals=_gaps(call, patient, typed))

    context = {"title": _("Book %s") % shown_name(request, patient), "patient": patient, "submit": _("Book"),
               "cancel": reverse("frontdesk:patient", args=[uid]), **_free(request, patient)}  # fmt: skip
    return handle(
        request, BookingForm, act, "frontdesk/book.html", context=context, initial=_initial(request, patient),
        success=lambda row: Done(reverse("frontdesk:appointment", args=[row.uid]), _("Booked")),
    )  # fmt: skip


def _gaps(call: Any, patient: Patient, typed: dict[str, Any]) -> list[Refusal]:
    """What the payer granted does not carry a visit of that day, unless somebody says yes to that."""
    if typed["without_grant"]:
        return []
    fix = _("Ask the payer for another, choose another day, or tick that it is meant.")
    notes = insurance.grant_gaps(call.subject, patient.party_id, typed["day"], used_of)
    return [Refusal("grant", note.words, fix, "without_grant") for note in notes]


def _booking(call: Any, patient: Patient, typed: dict[str, Any]) -> BookingData:
    starts_at = at_local(typed["day"], typed["time"], call.clock.zone)
    if starts_at.astimezone(call.clock.zone).time() != typed["time"]:
        raise refuse(
            "time", _("That time does not exist on that day: the clock is put forward."), _("Choose another."), "time"
        )
    return BookingData(
        patient=patient.pk,
        provider=typed["provider"],
        site=typed["site"],
        reason=typed["reason"],
        starts_at=starts_at,
        minutes=typed["minutes"],
        place=typed["place"],
        note=typed["note"],
        outside_hours=typed["outside_hours"],
    )


def _initial(request: OfficeRequest, patient: Patient) -> dict[str, Any]:
    """What the address says, else what the patient's record suggests."""
    given = request.GET
    found: dict[str, Any] = {
        "provider": patient.primary_provider_id,
        "site": patient.site_id,
        "day": asked_day(request, "day") if given.get("day") else None,
    }
    for name in ("provider", "site", "place", "time", "reason"):
        if given.get(name):
            found[name] = given[name]
    return {k: v for k, v in found.items() if v}


def _free(request: OfficeRequest, patient: Patient) -> dict[str, Any]:
    """The next free times of the asked provider (or all), as links that fill the form, and
    what insurance says of a day that was asked for. Six queries at most."""
    call = request.call
    first = max(asked_day(request, "day"), call.today)
    wanted = request.GET.get("provider", "")
    provider = int(wanted) if wanted.isdigit() else patient.primary_provider_id
    reason = next((r for r in selectors.reasons() if str(r.pk) == request.GET.get("reason")), None)
    search = selectors.Search(first, FAR, reason.minutes if reason else 20, provider)
    names = {p.pk: str(p) for p in people.standing_providers(first)}
    found = selectors.free_times(search, call.clock.zone, call.now)[:OFFERED]
    notes = insurance.day_notes(call.subject, patient.party_id, first, used_of) if request.GET.get("day") else []
    return {
        "free": [(_words(each, names, call.today), _link(request, each)) for each in found],
        "insurance_notes": notes,
    }


def _words(each: Opening, names: dict[int, str], today: dt.date) -> dict[str, Any]:
    return {"day": say_day(each.day, today), "time": say_time(each.starts),
            "who": names.get(each.provider, "")}  # fmt: skip


def _link(request: OfficeRequest, each: Opening) -> str:
    given = {
        "patient": request.GET.get("patient", ""),
        "provider": each.provider,
        "site": each.site,
        "place": each.place or "",
        "day": each.day.isoformat(),
        "time": f"{each.starts:%H:%M}",
        "reason": request.GET.get("reason", ""),
    }
    return f"{request.path}?{urlencode({k: v for k, v in given.items() if v})}"


@screen(GET="appointment.write", POST="appointment.write")
def move(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Move an appointment: the same form, filled with what stands."""
    row = the_appointment(request, uid)
    zone = request.call.clock.zone
    starts = row.starts_at.astimezone(zone)

    def act(call: Any, **typed: Any) -> Appointment:
        stand(_gaps(call, row.patient, typed))
        return services.reschedule(call, appointment=row, data=_booking(call, row.patient, typed))

    back = reverse("frontdesk:appointment", args=[uid])
    initial = {"provider": row.provider_id, "site": row.site_id, "place": row.place_id, "reason": row.reason_id,
               "day": starts.date(), "time": starts.time(), "note": row.note} | _asked(request)  # fmt: skip
    context = {"title": _("Move %s") % shown_name(request, row.patient), "patient": row.patient, "submit": _("Move"),
               "cancel": back, **_free(request, row.patient)}  # fmt: skip
    return handle(
        request, BookingForm, act, "frontdesk/book.html", context=context, initial=initial,
        success=lambda _row: Done(back, _("Moved")),
    )  # fmt: skip


def _asked(request: OfficeRequest) -> dict[str, Any]:
    """What a link of a free time says."""
    found: dict[str, Any] = {k: request.GET[k] for k in ("provider", "site", "place", "time") if request.GET.get(k)}
    return found | ({"day": asked_day(request, "day")} if request.GET.get("day") else {})


@screen(GET="appointment.write", POST="appointment.write")
def cancel(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Cancel an appointment, saying why."""
    row = the_appointment(request, uid)
    back = reverse("frontdesk:appointment", args=[uid])
    context = {"title": _("Cancel the appointment of %s") % shown_name(request, row.patient), "submit": _("Cancel it"),
               "lead": _("Its time becomes free. This cannot be taken back; book again instead."), "cancel": back}  # fmt: skip
    return handle(
        request, ReasonForm, lambda call, *, reason: services.cancel(call, appointment=row, reason=reason), context=context,
        success=lambda _row: Done(back, _("Cancelled")),
    )  # fmt: skip
