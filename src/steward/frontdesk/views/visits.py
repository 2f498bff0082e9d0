"""One appointment: its page, check-in, and the small steps between arrival and departure."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from steward.billing.selectors.desk_money import money_of_patient
from steward.billing.selectors.grants import used_of
from steward.core.access.decide import Subject
from steward.core.access.policy import holds, masks
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.clock import local_day
from steward.core.web.forms import Done, handle, press
from steward.frontdesk import selectors, services
from steward.frontdesk.forms import RoomForm
from steward.frontdesk.models import Appointment, Visit
from steward.frontdesk.states import EXPECTED, Action, State, possible
from steward.frontdesk.views.day import TONES
from steward.frontdesk.views.shared import shown_name, the_appointment
from steward.insurance import selectors as insurance

# Actions that are one button on the appointment's page; the others have a page of their own.
BUTTONS = {
    Action.CONFIRM: services.confirm,
    Action.UNDO_CHECK_IN: services.undo_check_in,
    Action.SEE: services.see,
    Action.NO_SHOW: services.mark_no_show,
    Action.UNDO_NO_SHOW: services.undo_no_show,
}
PAGES = {Action.CHECK_IN: "check_in", Action.ROOM: "room", Action.CHECK_OUT: "check_out", Action.RESCHEDULE: "move",
         Action.CANCEL: "cancel"}  # fmt: skip
FIRST = (Action.CHECK_IN, Action.ROOM, Action.SEE, Action.CHECK_OUT)  # the one filled button: what comes next


@screen(GET="appointment.read")
def appointment(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """An appointment: where it stands, what can be done, its stamps, its history."""
    row = the_appointment(request, uid)
    call = request.call
    may_act = holds(call.subject, "appointment.write")
    can = possible(row.state) if may_act else []
    next_step = next((action for action in FIRST if action in can), None)
    page = {
        "row": row,
        "name": shown_name(request, row.patient),
        "state": State(row.state).label,
        "tone": TONES.get(State(row.state), ""),
        "buttons": [(action.value, action.label, action == next_step) for action in can if action in BUTTONS],
        "pages": [
            (reverse(f"frontdesk:{PAGES[action]}", args=[uid]), action.label, action == next_step)
            for action in can
            if action in PAGES
        ] + _fee(row, call.subject),
        "stamps": [(label, getattr(row, name)) for name, label in _STAMPS if getattr(row, name)],
        "visit": getattr(row, "visit", None),
        "may_patient": holds(call.subject, "patient.read") and not masks(call.subject, "patient.read"),
        "insurance_notes": insurance.day_notes(
            call.subject, row.patient.party_id, row.starts_at.astimezone(call.clock.zone).date(), used_of
        ) if row.state in EXPECTED else [],
    }  # fmt: skip
    return render(request, "frontdesk/appointment.html", page)


def _fee(row: Appointment, subject: Subject) -> list[tuple[str, str, bool]]:
    """The way to the fee of an appointment that was missed."""
    if row.state != State.NO_SHOW or not holds(subject, "charge.enter"):
        return []
    return [(reverse("billing:missed", args=[row.uid]), str(_("Fee for a missed appointment")), False)]


_STAMPS = (("booked_at", _("Booked")), ("confirmed_at", _("Confirmed")), ("arrived_at", _("Arrived")), ("roomed_at", _("In room")),
           ("seen_at", _("Seen")), ("checked_out_at", _("Checked out")), ("cancelled_at", _("Cancelled")),
           ("no_show_at", _("No-show")))  # fmt: skip


@screen(POST="appointment.write")
def act(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One of the buttons: `action` names it."""
    row = the_appointment(request, uid)
    try:
        action = Action(request.POST.get("action") or request.GET.get("action", ""))
        service = BUTTONS[action]
    except (ValueError, KeyError) as error:
        raise Http404 from error
    back = reverse("frontdesk:appointment", args=[uid])
    return press(
        request, lambda call: service(call, appointment=row), success=lambda _row: Done(back, action.label), back=back
    )


def identity(request: OfficeRequest, row: Appointment) -> dict[str, Any]:
    """What the desk compares with the card in its hand: who, reached where, covered by whom, owing which copay."""
    call = request.call
    day = local_day(row.starts_at, call.clock.zone)
    page = selectors.patient_page(call.subject, row.patient.uid, day, call.clock.zone)
    covering = page.covering_today if page else []
    copay = insurance.copay_cents(covering[0]) if covering else 0
    return {"row": row, "name": shown_name(request, row.patient), "page": page, "covering": covering, "copay": copay}


def pay_url(row: Appointment, cents: int, visit: Visit | None = None) -> str:
    """Where a payment of this visit is taken: banking's form, filled with patient, visit and amount."""
    visit = visit or getattr(row, "visit", None)
    given = {"patient": row.patient.uid, "for": f"visit:{visit.uid}" if visit else "", "cents": cents or "",
             "purpose": "copay" if cents else ""}  # fmt: skip
    return f"{reverse('banking:receipt_new')}?{urlencode({k: v for k, v in given.items() if v})}"


@screen(GET="appointment.write", POST="appointment.write")
def check_in(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Compare the patient with the record, then Enter. With a copay due, taking it comes next."""
    row = the_appointment(request, uid)
    page = identity(request, row)
    if request.method == "POST":
        owes = page["copay"] > 0 and holds(request.call.subject, "receipt.take")
        undo = reverse("frontdesk:act", args=[uid])
        said = _("%s is checked in") % page["name"]
        return press(
            request, lambda call: services.check_in(call, appointment=row), back=reverse("frontdesk:appointment", args=[uid]),
            success=lambda visit: Done(
                pay_url(row, page["copay"], visit) if owes else reverse("frontdesk:day"), said,
                f"{undo}?action={Action.UNDO_CHECK_IN}",
            ),
        )  # fmt: skip
    page["money"] = money_of_patient(request.call.subject, row.patient)
    page["ready"] = Action.CHECK_IN in possible(row.state)
    return render(request, "frontdesk/check_in.html", page)


@screen(GET="appointment.write", POST="appointment.write")
def room(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Take the patient to the booked room, or to another."""
    row = the_appointment(request, uid)
    back = reverse("frontdesk:appointment", args=[uid])
    context = {
        "title": _("Take %s to a room") % shown_name(request, row.patient),
        "submit": _("In room"),
        "cancel": back,
    }
    return handle(
        request, RoomForm, lambda call, *, place: services.room(call, appointment=row, place=place), context=context,
        initial={"place": row.place_id or ""}, site=row.site_id, success=lambda _row: Done(back, _("In room")),
    )  # fmt: skip
