"""The visit: checked in, roomed, seen, checked out; and the reason why one has no charge."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from steward.core.clock import local_day
from steward.core.refusals import Refusal
from steward.core.service import Call, note, refuse, service
from steward.frontdesk.logic.slots import slot_starts
from steward.frontdesk.models import Appointment, AppointmentSlot, Visit, VisitReason
from steward.frontdesk.services.moves import STAMPS, locked, move
from steward.frontdesk.states import KEPT, LIVE, Action, State
from steward.frontdesk.types import PastAppointment
from steward.registry.selectors import place_by_pk
from steward.registry.services import refusing, stand


def _visit_of(call: Call, row: Appointment) -> Visit:
    """The visit of a kept appointment: made, or revived when the check-in had been taken back."""
    visit = Visit.objects.filter(appointment=row).first() or Visit(appointment=row)
    visit.patient_id, visit.provider_id, visit.site_id = row.patient_id, row.provider_id, row.site_id
    visit.service_date = local_day(row.starts_at, call.clock.zone)
    visit.voided_at = None
    visit.save()
    return visit


@service("frontdesk.check_in", "appointment.write", says="checked in", about=lambda **kw: kw["appointment"])
def check_in(call: Call, *, appointment: Appointment) -> Visit:
    """The patient is here: stamps the arrival and makes the visit.

    Refuses `state` (already here, cancelled, ...) and `day` when the appointment is of another day.
    """
    row = locked(appointment)
    if local_day(row.starts_at, call.clock.zone) != call.today:
        raise refuse("day", _("This appointment is of another day."), _("Move it to today, then check in."))
    move(call, row, Action.CHECK_IN)
    row.save()
    visit = _visit_of(call, row)
    note(row, fields=["state", "arrived_at"])
    return visit


@service(
    "frontdesk.undo_check_in", "appointment.write", says="took back a check-in", about=lambda **kw: kw["appointment"]
)
def undo_check_in(call: Call, *, appointment: Appointment) -> Appointment:
    """The wrong patient was checked in. Refuses `state` once the visit went on."""
    row = locked(appointment)
    move(call, row, Action.UNDO_CHECK_IN)
    row.arrived_at = None
    row.save()
    Visit.objects.filter(appointment=row).update(voided_at=call.now)
    note(row, fields=["state", "arrived_at"])
    return row


@service("frontdesk.room", "appointment.write", says="took to a room", about=lambda **kw: kw["appointment"])
def room(call: Call, *, appointment: Appointment, place: int | None = None) -> Appointment:
    """Take the patient to the booked room or to `place`.

    Refuses `state`, `place` (not a room of this site), `taken` (another appointment holds that room at that time).
    """
    row = locked(appointment)
    move(call, row, Action.ROOM)
    if place is not None and place != row.place_id:
        _change_room(row, place)
    row.save()
    note(row, fields=["state", "place"])
    return row


def _change_room(row: Appointment, pk: int) -> None:
    place = place_by_pk(pk)
    if place is None or place.ended_on is not None or place.site_id != row.site_id or not place.bookable:
        raise refuse("place", _("This is no room of this site."), _("Choose another room."), "place")
    row.place_id = pk
    try:
        with transaction.atomic():
            AppointmentSlot.objects.filter(appointment=row).update(place=pk)
    except IntegrityError as error:
        fix = _("Choose another room.")
        raise refuse("taken", _("%s is booked for another patient then.") % place.name, fix, "place") from error


@service(
    "frontdesk.see", "appointment.write", says="noted that the provider began", about=lambda **kw: kw["appointment"]
)
def see(call: Call, *, appointment: Appointment) -> Appointment:
    """The provider is with the patient. Refuses `state`."""
    row = locked(appointment)
    move(call, row, Action.SEE)
    row.save()
    note(row, fields=["state", "seen_at"])
    return row


@service("frontdesk.check_out", "appointment.write", says="checked out", about=lambda **kw: kw["appointment"])
def check_out(call: Call, *, appointment: Appointment) -> Visit:
    """The patient leaves. Charges and payments are taken by their own rooms. Refuses `state`."""
    row = locked(appointment)
    move(call, row, Action.CHECK_OUT)
    row.save()
    note(row, fields=["state", "checked_out_at"])
    return Visit.objects.get(appointment=row)


@service(
    "frontdesk.no_charge",
    "appointment.write",
    says="said why a visit has no charge",
    about=lambda **kw: kw["visit"].appointment,
)
def no_charge(call: Call, *, visit: Visit, reason: str) -> Visit:
    """Say why a kept visit has no charge; an empty reason takes it back. Refuses `voided`."""
    if visit.voided_at is not None:
        raise refuse("voided", _("This check-in was taken back."), _("Nothing is left to do."))
    visit.no_charge_reason = reason.strip()[:200]
    visit.save(update_fields=["no_charge_reason"])
    note(visit, fields=["no_charge_reason"], reason=reason)
    return visit


@service("frontdesk.book_many", "appointment.write", says="entered many appointments")
def book_many(call: Call, *, data: Sequence[PastAppointment]) -> list[Appointment]:
    """Enter many appointments as they went, in bulk: rows, slots of the live ones, visits of the kept ones.

    Hours are not asked: what happened, happened. Refuses `time`, `state`, `stamps` (missing or running backwards) with
    the row's index, `taken` when two of them, or one of them and one already here, hold one provider or room.
    """
    minutes = dict(VisitReason.objects.values_list("pk", "minutes"))
    rows = [_past_row(each, minutes) for each in data]
    stand(
        fault
        for index, (each, row) in enumerate(zip(data, rows, strict=True))
        for fault in _past_faults(index, each, row)
    )
    Appointment.objects.bulk_create(rows, batch_size=500)
    live = [row for row in rows if row.state in LIVE]
    slots = [
        AppointmentSlot(appointment_id=row.pk, provider_id=row.provider_id, place_id=row.place_id, slot_start=start)
        for row in live
        for start in slot_starts(row.starts_at, row.ends_at)
    ]
    with refusing("taken", _("Two appointments hold one provider or room at one time."), _("Move one of them.")):
        AppointmentSlot.objects.bulk_create(slots, batch_size=2000)
    pairs = [(row, each) for row, each in zip(rows, data, strict=True) if row.state in KEPT]
    Visit.objects.bulk_create([_past_visit(call, row, each) for row, each in pairs], batch_size=500)
    note(refs=rows)
    return rows


def _past_row(each: PastAppointment, minutes: dict[int, int]) -> Appointment:
    booking = each.booking
    return Appointment(
        patient_id=booking.patient,
        provider_id=booking.provider,
        site_id=booking.site,
        place_id=booking.place,
        reason_id=booking.reason,
        note=booking.note,
        state=each.state,
        starts_at=booking.starts_at,
        ends_at=booking.starts_at + timedelta(minutes=booking.minutes or minutes[booking.reason]),
        booked_at=each.booked_at or booking.starts_at,
        cancel_reason=each.cancel_reason,
        **dict(each.stamps),
    )


_NEEDED = {
    State.ARRIVED: "arrived_at",
    State.ROOMED: "arrived_at",
    State.SEEN: "arrived_at",
    State.CANCELLED: "cancelled_at",
}


def _past_faults(index: int, each: PastAppointment, row: Appointment) -> list[Refusal]:
    if each.state not in State.values:
        return [Refusal("state", _("This state is not known."), _("Use one of the list."), f"{index}.state")]
    try:
        slot_starts(row.starts_at, row.ends_at)
    except ValueError:
        fix = _("Begin and end on five minutes.")
        return [Refusal("time", _("This time cannot be booked."), fix, f"{index}.starts_at")]
    stamps = [getattr(row, name) for name in STAMPS[2:] if getattr(row, name) is not None]
    needed = {State.CHECKED_OUT: "checked_out_at", State.NO_SHOW: "no_show_at", **_NEEDED}.get(State(each.state))
    kept = each.state in KEPT and row.arrived_at is None
    if kept or stamps != sorted(stamps) or (needed and getattr(row, needed) is None):
        fix = _("Give every stamp of its state, in order.")
        return [Refusal("stamps", _("The stamps do not fit the state."), fix, f"{index}.stamps")]
    return []


def _past_visit(call: Call, row: Appointment, each: PastAppointment) -> Visit:
    return Visit(
        appointment_id=row.pk,
        patient_id=row.patient_id,
        provider_id=row.provider_id,
        site_id=row.site_id,
        service_date=local_day(row.starts_at, call.clock.zone),
        no_charge_reason=each.no_charge_reason,
    )
