"""Booking, moving and cancelling. The database decides who was first: slots are unique by provider and by room."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from steward.core.access.decide import Facts
from steward.core.access.policy import in_full
from steward.core.clock import local_day
from steward.core.refusals import Denied, Refusal
from steward.core.service import Call, note, refuse, service
from steward.frontdesk.logic.openings import inside
from steward.frontdesk.logic.slots import slot_starts
from steward.frontdesk.models import Appointment, AppointmentSlot, Patient, VisitReason
from steward.frontdesk.services.moves import locked, move
from steward.frontdesk.states import Action
from steward.frontdesk.types import BookingData
from steward.people.selectors import hours_on, provider_by_pk
from steward.registry.selectors import place_by_pk, site_by_pk
from steward.registry.services import refusing, stand

Times = tuple[datetime, datetime]


def _booking_faults(call: Call, data: BookingData, times: Times) -> list[Refusal]:
    """What does not stand any more: patient, reason, provider, site, room; and a day that is over."""
    day = local_day(times[0], call.clock.zone)
    faults = _time_faults(call, times)
    if not Patient.objects.filter(pk=data.patient, ended_on=None).exists():
        faults.append(
            Refusal("patient", _("This chart has ended."), _("Open it again on the patient's page."), "patient")
        )
    site, provider = site_by_pk(data.site), provider_by_pk(data.provider)
    if site is None or site.ended_on is not None:
        faults.append(Refusal("site", _("This site does not stand."), _("Choose another."), "site"))
    if provider is None or (provider.ended_on is not None and provider.ended_on < day):
        faults.append(Refusal("provider", _("This provider has left by then."), _("Choose another."), "provider"))
    return faults + _place_faults(data)


def _time_faults(call: Call, times: Times) -> list[Refusal]:
    try:
        slot_starts(*times)
    except ValueError:
        fix = _("Begin and end on five minutes, from five minutes to eight hours.")
        return [Refusal("time", _("This time cannot be booked."), fix, "starts_at")]
    if local_day(times[0], call.clock.zone) < call.today:
        return [Refusal("past", _("That day is over."), _("Choose today or later."), "starts_at")]
    return []


def _place_faults(data: BookingData) -> list[Refusal]:
    if data.place is None:
        return []
    place = place_by_pk(data.place)
    if place is None or place.ended_on is not None or place.site_id != data.site or not place.bookable:
        return [Refusal("place", _("This room cannot be booked at this site."), _("Choose another room."), "place")]
    return []


def _times(data: BookingData, reason: VisitReason) -> Times:
    return data.starts_at, data.starts_at + timedelta(minutes=data.minutes or reason.minutes)


def _refuse_outside_hours(call: Call, data: BookingData, times: Times) -> None:
    zone = call.clock.zone
    day = local_day(times[0], zone)
    starts, ends = (each.astimezone(zone).time() for each in times)
    if not inside(hours_on(day), data.provider, data.site, day, starts, ends):
        fix = _("Choose an open time, or tick that it is meant.")
        raise refuse("hours", _("The provider has no hours there at that time."), fix, "starts_at")


def _of_provider(**kwargs: Any) -> Facts:
    """Whose day is booked: a clinician books her own."""
    data: BookingData = kwargs["data"]
    provider = provider_by_pk(data.provider)
    user = provider.party.user_id if provider is not None else None
    return Facts(assigned=frozenset({user} if user else ()), sites=frozenset({data.site}))


@service("frontdesk.book", "appointment.write", says="booked an appointment", about=_of_provider)
def book(call: Call, *, data: BookingData, refusals: Sequence[Refusal] = (), uid: UUID | None = None) -> Appointment:
    """Promise a time to a patient. `refusals` are reasons of upper rooms not to book (a credential that ends, ...).

    Refuses `taken` (provider or room has another appointment then: whoever asked first has it), `hours` (outside the
    provider's hours and not `outside_hours`), `time`, `past`, `patient`, `site`, `provider`, `place`, `exists` (uid).
    """
    stand(refusals)
    reason = VisitReason.objects.get(pk=data.reason)
    times = _times(data, reason)
    stand(_booking_faults(call, data, times))
    if not data.outside_hours:
        _refuse_outside_hours(call, data, times)
    row = Appointment(
        patient_id=data.patient,
        provider_id=data.provider,
        site_id=data.site,
        place_id=data.place,
        reason=reason,
        note=data.note.strip(),
        starts_at=times[0],
        ends_at=times[1],
        booked_at=call.now,
    )
    if uid is not None:
        row.uid = uid
    with refusing("exists", _("This appointment is already booked."), _("Reload the page.")):
        row.save()
    take_slots(row)
    return row


def take_slots(row: Appointment) -> None:
    """Hold the appointment's slots. Refuses `taken`; the unique rows decide, whatever was looked up before."""
    rows = [
        AppointmentSlot(appointment=row, provider_id=row.provider_id, place_id=row.place_id, slot_start=start)
        for start in slot_starts(row.starts_at, row.ends_at)
    ]
    try:
        with transaction.atomic():
            AppointmentSlot.objects.bulk_create(rows)
    except IntegrityError as error:
        raise refuse("taken", _taken_by(row), _("Choose another time or room."), "starts_at") from error


def _taken_by(row: Appointment) -> str:
    """Which of the two is taken, in words that name no other patient."""
    starts = slot_starts(row.starts_at, row.ends_at)
    others = AppointmentSlot.objects.filter(slot_start__in=starts).exclude(appointment=row)
    if row.place_id is not None and not others.filter(provider=row.provider_id).exists():
        return _("The room is taken at that time.")
    return _("That time is taken.")


def free_slots(row: Appointment) -> None:
    """Give the appointment's slots back."""
    AppointmentSlot.objects.filter(appointment=row).delete()


@service("frontdesk.reschedule", "appointment.write", says="moved an appointment", about=lambda **kw: kw["appointment"])
def reschedule(call: Call, *, appointment: Appointment, data: BookingData) -> Appointment:
    """Move an expected appointment to another time, provider or room; the patient stays.

    Refuses as `book`, `state` when the patient came, cancelled or did not come, `patient` when another one is named, and
    `denied` when a clinician moves it to another provider's day: that is for the front desk (facts: "R W s").
    """
    row = locked(appointment)
    _refuse_anothers_day(call, row, data)
    move(call, row, Action.RESCHEDULE)
    if data.patient != row.patient_id:
        raise refuse("patient", _("An appointment stays with its patient."), _("Cancel it and book another."))
    reason = VisitReason.objects.get(pk=data.reason)
    times = _times(data, reason)
    stand(_booking_faults(call, data, times))
    if not data.outside_hours:
        _refuse_outside_hours(call, data, times)
    free_slots(row)
    row.starts_at, row.ends_at = times
    row.provider_id, row.site_id, row.place_id = data.provider, data.site, data.place
    row.reason, row.note = reason, data.note.strip()
    row.save()
    take_slots(row)
    note(row, fields=["starts_at", "provider", "place"])
    return row


def _refuse_anothers_day(call: Call, row: Appointment, data: BookingData) -> None:
    if data.provider != row.provider_id and not in_full(call.subject, "appointment.write"):
        message, fix = _("Another provider's day is booked by the front desk."), _("Ask the front desk to move it.")
        raise Denied(Refusal("denied", message, fix, "provider"))


@service("frontdesk.cancel", "appointment.write", says="cancelled an appointment", about=lambda **kw: kw["appointment"])
def cancel(call: Call, *, appointment: Appointment, reason: str) -> Appointment:
    """Cancel an expected appointment and free its time. Refuses `state`, `reason` when none is given."""
    if not reason.strip():
        raise refuse("reason", _("A reason is missing."), _("Say who cancelled and why, in a few words."), "reason")
    row = locked(appointment)
    move(call, row, Action.CANCEL)
    row.cancel_reason = reason.strip()[:200]
    row.save()
    free_slots(row)
    note(row, fields=["state"], reason=reason)
    return row


@service(
    "frontdesk.confirm", "appointment.write", says="confirmed an appointment", about=lambda **kw: kw["appointment"]
)
def confirm(call: Call, *, appointment: Appointment) -> Appointment:
    """The patient said that she will come. Refuses `state`."""
    row = locked(appointment)
    move(call, row, Action.CONFIRM)
    row.save()
    note(row, fields=["state"])
    return row


@service("frontdesk.mark_no_show", "appointment.write", says="marked a no-show", about=lambda **kw: kw["appointment"])
def mark_no_show(call: Call, *, appointment: Appointment) -> Appointment:
    """The patient did not come. Refuses `state`, `early` before the appointment began."""
    row = locked(appointment)
    if call.now < row.starts_at:
        raise refuse("early", _("The appointment has not begun."), _("Cancel it, or wait until it has begun."))
    move(call, row, Action.NO_SHOW)
    row.save()
    free_slots(row)
    note(row, fields=["state"])
    return row


@service(
    "frontdesk.undo_no_show", "appointment.write", says="took back a no-show", about=lambda **kw: kw["appointment"]
)
def undo_no_show(call: Call, *, appointment: Appointment) -> Appointment:
    """The patient came after all, or the mark was a mistake. Refuses `state`, `taken` when the time went to another."""
    row = locked(appointment)
    move(call, row, Action.UNDO_NO_SHOW)
    row.no_show_at = None
    row.save()
    take_slots(row)
    note(row, fields=["state"])
    return row


@service("frontdesk.keep_reason", "appointment.write", says="kept a visit reason")
def keep_reason(call: Call, *, code: str, name: str, minutes: int) -> VisitReason:
    """Add a visit reason or change the one with this code. Refuses `name`, `minutes` (5 to 480, in fives)."""
    if not name.strip() or not code.strip():
        raise refuse("name", _("Code or name is missing."), _("Fill both."), "name")
    if not 5 <= minutes <= 480 or minutes % 5:
        raise refuse("minutes", _("A visit takes 5 to 480 minutes, in fives."), _("Use 15, 20 or 30."), "minutes")
    row = VisitReason.objects.filter(code=code.strip()).first() or VisitReason(code=code.strip())
    row.name, row.minutes, row.ended_on = name.strip(), minutes, None
    row.save()
    return row
