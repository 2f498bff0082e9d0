"""Booking, moving, cancelling, and the visit from arrival to departure."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from steward.core.refusals import Denied, Refusal, Refused
from steward.frontdesk import selectors, services
from steward.frontdesk.models import Appointment, AppointmentSlot, Visit
from steward.frontdesk.states import LIVE
from steward.frontdesk.types import PastAppointment
from steward.registry.services import link_user
from tests.frontdesk.conftest import TODAY, Desk
from tests.support import ZONE


def code(call) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code


def slots(appointment: Appointment) -> int:
    return AppointmentSlot.objects.filter(appointment=appointment).count()


def test_a_booking_holds_its_slots(desk: Desk) -> None:
    row = desk.book(desk.patient(), 13)
    assert row.ends_at - row.starts_at == dt.timedelta(minutes=20) and slots(row) == 4
    assert row.booked_at == desk.office.now


@pytest.mark.parametrize(("hour", "minute", "minutes"), [(13, 0, 20), (12, 50, 20), (13, 15, 5), (12, 55, 60)])
def test_the_same_provider_is_not_booked_twice(desk: Desk, hour: int, minute: int, minutes: int) -> None:
    desk.book(desk.patient(), 13)
    other = desk.patient("Quill", "Zoe")
    assert code(lambda: desk.book(other, hour, minute, minutes=minutes)) == "taken"
    assert Appointment.objects.count() == 1
    desk.book(other, 13, 20)
    desk.book(other, 12, 40)


def test_a_room_is_not_booked_twice_and_the_words_say_which(desk: Desk) -> None:
    room = desk.rooms[0].pk
    desk.book(desk.patient(), 13, place=room)
    other = desk.patient("Quill", "Zoe")
    with pytest.raises(Refused) as refused:
        desk.book(other, 13, n=1, place=room)
    assert refused.value.code == "taken" and "room" in str(refused.value)
    desk.book(other, 13, n=1, place=desk.rooms[1].pk)
    desk.book(desk.patient("Third", "One"), 14, n=1)


def test_the_database_itself_refuses_double_booking(desk: Desk) -> None:
    row = desk.book(desk.patient(), 13, place=desk.rooms[0].pk)
    slot = row.slots.first()
    same = {"appointment": row, "slot_start": slot.slot_start}
    with pytest.raises(IntegrityError), transaction.atomic():
        AppointmentSlot.objects.create(**same, provider=desk.providers[0])
    with pytest.raises(IntegrityError), transaction.atomic():
        AppointmentSlot.objects.create(**same, provider=desk.providers[1], place=desk.rooms[0])


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ({"hour": 13, "minute": 3}, "time"),
        ({"hour": 13, "minutes": 7}, "time"),
        ({"hour": 13, "minutes": 600}, "time"),
        ({"hour": 18}, "hours"),
        ({"hour": 16, "minute": 50}, "hours"),
        ({"hour": 13, "day": TODAY - dt.timedelta(3)}, "past"),
        ({"hour": 13, "day": TODAY + dt.timedelta(5)}, "hours"),
        ({"hour": 13, "site": 999}, "site"),
        ({"hour": 13, "provider": 999}, "provider"),
        ({"hour": 13, "place": 999}, "place"),
    ],
)
def test_booking_faults(desk: Desk, more: dict, wrong: str) -> None:
    ana = desk.patient()
    assert code(lambda: desk.book(ana, **more)) == wrong
    assert not AppointmentSlot.objects.exists()


def test_outside_hours_when_somebody_said_so(desk: Desk) -> None:
    desk.book(desk.patient(), 18, outside_hours=True)


def test_upper_rooms_bring_their_refusals(desk: Desk) -> None:
    ana = desk.patient()
    no = Refusal("credential", "Dr Wells' licence ends that day.", "Renew it.")
    assert code(lambda: services.book(desk.call(), data=desk.booking(ana), refusals=[no])) == "credential"


def test_moving_frees_the_old_time_and_takes_the_new(desk: Desk) -> None:
    row = desk.book(desk.patient(), 13)
    other = desk.book(desk.patient("Quill", "Zoe"), 14)
    move = desk.booking(row.patient, 14)
    assert code(lambda: services.reschedule(desk.call(), appointment=row, data=move)) == "taken"
    row.refresh_from_db()
    assert row.starts_at == desk.at(13) and slots(row) == 4
    services.reschedule(desk.call(), appointment=row, data=desk.booking(row.patient, 13, 10))
    services.reschedule(desk.call(), appointment=other, data=desk.booking(other.patient, 13, 30))
    stranger = replace(move, patient=other.patient_id)
    assert code(lambda: services.reschedule(desk.call(), appointment=row, data=stranger)) == "patient"


def test_cancelling_frees_the_time_and_asks_why(desk: Desk) -> None:
    row = desk.book(desk.patient(), 13)
    assert code(lambda: services.cancel(desk.call(), appointment=row, reason=" ")) == "reason"
    services.cancel(desk.call(), appointment=row, reason="patient called")
    assert slots(row) == 0
    desk.book(desk.patient("Quill", "Zoe"), 13)
    assert code(lambda: services.check_in(desk.call(), appointment=row)) == "state"


def later(desk: Desk, **delta: float) -> None:
    desk.office.now += dt.timedelta(**delta)


def test_a_visit_from_arrival_to_departure(desk: Desk) -> None:
    row = desk.book(desk.patient(), 12, 20, place=desk.rooms[0].pk)
    later(desk, minutes=15)
    visit = services.check_in(desk.call(), appointment=row)
    assert visit.service_date == TODAY and Visit.objects.count() == 1
    later(desk, minutes=5)
    services.room(desk.call(), appointment=row, place=desk.rooms[1].pk)
    later(desk, minutes=5)
    services.see(desk.call(), appointment=row)
    later(desk, minutes=15)
    assert services.check_out(desk.call(), appointment=row) == visit
    row.refresh_from_db()
    stamps = [row.booked_at, row.arrived_at, row.roomed_at, row.seen_at, row.checked_out_at]
    assert stamps == sorted(stamps) and len(set(stamps)) == 5
    assert row.place == desk.rooms[1] and set(row.slots.values_list("place", flat=True)) == {desk.rooms[1].pk}
    assert slots(row) == 4


def test_a_clock_set_back_never_makes_a_negative_wait(desk: Desk) -> None:
    row = desk.book(desk.patient(), 13)
    services.check_in(desk.call(), appointment=row)
    later(desk, days=-1)
    services.check_out(desk.call(), appointment=row)
    row.refresh_from_db()
    assert row.checked_out_at >= row.arrived_at >= row.booked_at


def test_a_room_that_is_promised_is_not_taken(desk: Desk) -> None:
    row = desk.book(desk.patient(), 13, place=desk.rooms[0].pk)
    desk.book(desk.patient("Quill", "Zoe"), 13, n=1, place=desk.rooms[1].pk)
    services.check_in(desk.call(), appointment=row)
    assert code(lambda: services.room(desk.call(), appointment=row, place=desk.rooms[1].pk)) == "taken"
    assert code(lambda: services.room(desk.call(), appointment=row, place=999)) == "place"
    services.room(desk.call(), appointment=row)


def test_check_in_of_another_day_is_refused(desk: Desk) -> None:
    row = desk.book(desk.patient(), 13, day=TODAY + dt.timedelta(1))
    assert code(lambda: services.check_in(desk.call(), appointment=row)) == "day"


def test_a_check_in_taken_back_takes_the_visit_back_and_again_revives_it(desk: Desk) -> None:
    row = desk.book(desk.patient(), 13)
    visit = services.check_in(desk.call(), appointment=row)
    services.undo_check_in(desk.call(), appointment=row)
    row.refresh_from_db()
    assert row.state == "booked" and row.arrived_at is None
    assert selectors.kept_visits(TODAY, TODAY) == []
    assert services.check_in(desk.call(), appointment=row) == visit
    assert selectors.kept_visits(TODAY, TODAY) == [visit]


def test_no_show_frees_the_time_and_may_be_taken_back(desk: Desk) -> None:
    row = desk.book(desk.patient(), 12, 20)
    assert code(lambda: services.mark_no_show(desk.call(), appointment=row)) == "early"
    later(desk, hours=1)
    services.mark_no_show(desk.call(), appointment=row)
    assert slots(row) == 0
    services.undo_no_show(desk.call(), appointment=row)
    assert slots(row) == 4
    services.mark_no_show(desk.call(), appointment=row)
    desk.office.now -= dt.timedelta(hours=1)
    desk.book(desk.patient("Quill", "Zoe"), 12, 20)
    assert code(lambda: services.undo_no_show(desk.call(), appointment=row)) == "taken"


def test_no_charge_needs_words(desk: Desk) -> None:
    row = desk.book(desk.patient(), 13)
    visit = services.check_in(desk.call(), appointment=row)
    kept = selectors.kept_visits(TODAY, TODAY)
    assert selectors.without_charge(kept, []) == [visit] and selectors.without_charge(kept, [visit.uid]) == []
    services.no_charge(desk.call(), visit=visit, reason="courtesy re-check")
    assert selectors.without_charge(selectors.kept_visits(TODAY, TODAY), []) == []
    services.undo_check_in(desk.call(), appointment=row)
    visit.refresh_from_db()
    assert code(lambda: services.no_charge(desk.call(), visit=visit, reason="x")) == "voided"


def test_a_clinician_acts_on_her_own_appointments_only(desk: Desk) -> None:
    link_user(desk.call("administrator"), party=desk.providers[0].party, user=desk.office.user("clinician"))
    mine, other = desk.book(desk.patient(), 13), desk.book(desk.patient("Quill", "Zoe"), 13, n=1)
    services.check_in(desk.call("clinician"), appointment=mine)
    with pytest.raises(Denied):
        services.check_in(desk.call("clinician"), appointment=other)
    with pytest.raises(Denied):
        services.check_in(desk.call("biller"), appointment=other)


def test_a_clinician_moves_nothing_to_anothers_day(desk: Desk) -> None:
    link_user(desk.call("administrator"), party=desk.providers[0].party, user=desk.office.user("clinician"))
    patient = desk.patient()
    row, nurse = desk.book(patient, 13), desk.call("clinician")
    services.reschedule(nurse, appointment=row, data=desk.booking(patient, 14))
    with pytest.raises(Denied) as caught:
        services.reschedule(nurse, appointment=row, data=desk.booking(patient, 14, n=1))
    assert caught.value.refusals[0].field == "provider" and caught.value.refusals[0].fix
    row.refresh_from_db()
    assert row.provider_id == desk.providers[0].pk
    moved = services.reschedule(desk.call(), appointment=row, data=desk.booking(patient, 14, n=1))
    assert moved.provider_id == desk.providers[1].pk


def past(
    desk: Desk, patient, hour: int, state: str = "checked_out", *, n: int = 0, minute: int = 0, **more
) -> PastAppointment:
    day = dt.date(2026, 11, 2)
    at = desk.at(hour, minute, day)
    names = {"checked_out": ("arrived_at", "roomed_at", "seen_at", "checked_out_at"), "no_show": ("no_show_at",),
             "cancelled": ("cancelled_at",), "booked": ()}[state]  # fmt: skip
    stamps = tuple((name, at + dt.timedelta(minutes=5 * step)) for step, name in enumerate(names))
    base = {"stamps": stamps, "state": state}
    return PastAppointment(desk.booking(patient, hour, minute, n=n, day=day), **{**base, **more})


def test_a_year_comes_in_bulk(desk: Desk) -> None:
    ana = desk.patient()
    rows = [past(desk, ana, 8 + n // 6, minute=n % 6 // 2 * 20, n=n % 2) for n in range(48)]
    with CaptureQueriesContext(connection) as queries:
        found = services.book_many(desk.call(), data=rows)
    assert len(found) == 48 == Visit.objects.count() and len(queries) < 40
    assert AppointmentSlot.objects.count() == 48 * 4
    assert {v.service_date for v in Visit.objects.all()} == {dt.date(2026, 11, 2)}


def test_bulk_frees_what_did_not_happen_and_refuses_what_cannot_be(desk: Desk) -> None:
    ana = desk.patient()
    services.book_many(
        desk.call(), data=[past(desk, ana, 9, "cancelled"), past(desk, ana, 9, "no_show"), past(desk, ana, 9)]
    )
    assert AppointmentSlot.objects.count() == 4 and Visit.objects.count() == 1
    assert code(lambda: services.book_many(desk.call(), data=[past(desk, ana, 9)])) == "taken"
    assert code(lambda: services.book_many(desk.call(), data=[past(desk, ana, 10, stamps=())])) == "stamps"
    backwards = tuple(reversed([("arrived_at", desk.at(10)), ("checked_out_at", desk.at(9))]))
    assert code(lambda: services.book_many(desk.call(), data=[past(desk, ana, 10, stamps=backwards)])) == "stamps"
    assert code(lambda: services.book_many(desk.call(), data=[past(desk, ana, 10, minute=3)])) == "time"
    assert Appointment.objects.count() == 3


def test_slots_are_held_exactly_by_live_appointments(desk: Desk) -> None:
    ana = desk.patient()
    services.book_many(
        desk.call(), data=[past(desk, ana, 9), past(desk, ana, 10, "cancelled"), past(desk, ana, 11, "booked")]
    )
    holding = set(AppointmentSlot.objects.values_list("appointment", flat=True))
    assert holding == {a.pk for a in Appointment.objects.all() if a.state in LIVE}


def test_the_day_is_one_query_and_openings_are_two(desk: Desk) -> None:
    subject = desk.call().subject
    for hour in (13, 14, 15):
        desk.book(desk.patient("P", str(hour)), hour, place=desk.rooms[0].pk)
    with CaptureQueriesContext(connection) as queries:
        rows = selectors.appointments_on(subject, TODAY, ZONE)
        assert [r.patient.party.name + r.place.name + r.provider.party.name for r in rows]
    assert len(queries) == 1 and len(rows) == 3
    search = selectors.Search(TODAY, 28, 20, desk.providers[0].pk)
    with CaptureQueriesContext(connection) as queries:
        found = selectors.free_times(search, ZONE, desk.office.now)
    assert len(queries) == 2
    today = [f.starts for f in found if f.day == TODAY]
    assert today[:4] == [dt.time(12), dt.time(12, 20), dt.time(12, 40), dt.time(13, 20)]
    assert selectors.third_next_available(desk.providers[0].pk, 20, ZONE, desk.office.now) == 0
