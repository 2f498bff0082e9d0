"""Sixty-four people want one slot: one wins, sixty-three are told, nothing else happens."""

from __future__ import annotations

import os
import threading
from collections import Counter

import pytest
from django.db import close_old_connections, connection

from steward.core.refusals import Refused
from steward.frontdesk import services
from steward.frontdesk.models import Appointment, AppointmentSlot
from tests.frontdesk.conftest import open_desk
from tests.support import NOON, Office

PEOPLE = 64
ROUNDS = int(os.environ.get("STEWARD_RACE_ROUNDS", "3"))


@pytest.mark.race
def test_sixty_four_people_one_slot(real_db) -> None:
    desk = open_desk(Office(now=NOON))
    patients = [desk.patient("Rival", str(n)) for n in range(4)]
    calls = [desk.call() for _ in range(PEOPLE)]
    for round_ in range(ROUNDS):
        bookings = [desk.booking(patients[n % 4], 13, 20 * round_, place=desk.rooms[0].pk) for n in range(PEOPLE)]
        answers: list[str] = []
        gate = threading.Barrier(PEOPLE)

        def book(n: int, wanted=bookings, told=answers, start=gate) -> None:
            start.wait()
            try:
                services.book(calls[n], data=wanted[n])
                told.append("booked")
            except Refused as refused:
                told.append(refused.code)
            except BaseException as fault:
                told.append(type(fault).__name__)
            finally:
                connection.close()

        people = [threading.Thread(target=book, args=(n,)) for n in range(PEOPLE)]
        for each in people:
            each.start()
        for each in people:
            each.join()
        close_old_connections()
        assert Counter(answers) == {"booked": 1, "taken": PEOPLE - 1}
        assert Appointment.objects.count() == round_ + 1
        assert AppointmentSlot.objects.count() == 4 * (round_ + 1)


def test_two_people_one_after_the_other(desk) -> None:
    first, second = desk.patient("Rival", "One"), desk.patient("Rival", "Two")
    desk.book(first, 13)
    with pytest.raises(Refused) as refused:
        desk.book(second, 13)
    assert refused.value.code == "taken"
