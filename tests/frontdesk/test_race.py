"""Sixty-four people want one slot: one wins, sixty-three are told, nothing else happens."""

from __future__ import annotations

import datetime as dt
import http.client
import os
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.db import close_old_connections, connection
from django.test import Client
from django.urls import reverse

from steward.core.refusals import Refused
from steward.frontdesk import services
from steward.frontdesk.models import Appointment, AppointmentSlot
from tests.frontdesk.conftest import TODAY, open_desk
from tests.support import NOON, Office, signed_in

PEOPLE = 64
ROUNDS_A_DAY = 27  # nine hours of twenty minutes


@pytest.mark.race
@pytest.mark.proof
def test_sixty_four_people_one_slot(real_db, proofs) -> None:
    proof = proofs("R3")
    desk = open_desk(Office(now=NOON))
    patients = [desk.patient("Rival", str(n)) for n in range(4)]
    calls = [desk.call() for _ in range(PEOPLE)]
    for round_ in range(proof.count):
        day, slot = TODAY + dt.timedelta(days=round_ // ROUNDS_A_DAY), round_ % ROUNDS_A_DAY
        time = {"hour": 8 + slot // 3, "minute": 20 * (slot % 3), "day": day, "place": desk.rooms[0].pk}
        bookings = [desk.booking(patients[n % 4], **time) for n in range(PEOPLE)]

        def book(n: int, wanted=bookings) -> str:
            try:
                services.book(calls[n], data=wanted[n])
                return "booked"
            except Refused as refused:
                return refused.code

        answers = at_once(book)
        assert Counter(answers) == {"booked": 1, "taken": PEOPLE - 1}
        assert Appointment.objects.count() == round_ + 1
        assert AppointmentSlot.objects.count() == 4 * (round_ + 1)
    proof.done(rounds=proof.count, people=PEOPLE, winners=proof.count, told=proof.count * (PEOPLE - 1), other_answers=0)


SERVE = """
import sys
import django; django.setup()
from steward.core.supervisor import WEB_THREADS, WEB_WORKERS
from steward.core.webserver import WebServer
WebServer(int(sys.argv[1]), WEB_WORKERS, WEB_THREADS).run()
"""


@pytest.fixture
def server(real_db, settings) -> Iterator[int]:
    """The port of a real server, as the supervisor starts it, on the database of this test and at its time."""
    data = Path(real_db["STEWARD_DATA"])
    env = {
        **real_db, "DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": os.pathsep.join(sys.path),
        "STEWARD_TEST_ROOT": str(data.parent), "PYTEST_XDIST_WORKER": data.name, "STEWARD_SECRET_KEY": settings.SECRET_KEY,
        "STEWARD_NOW": "2026-11-23T07:00:00-05:00",
    }  # fmt: skip
    with socket.create_server(("127.0.0.1", 0), backlog=128) as door:
        number = door.fileno()
        child = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(number)], env=env, pass_fds=[number], stderr=subprocess.DEVNULL
        )
        try:
            yield int(door.getsockname()[1])
        finally:
            child.terminate()
            child.wait(timeout=30)


@pytest.mark.race
@pytest.mark.proof
def test_sixty_four_browsers_one_slot(server: int, proofs, monkeypatch) -> None:
    """The same through a real server: one is led on, the others keep their form and read why; never a 5xx."""
    proof = proofs("R3 browsers")
    monkeypatch.setenv("STEWARD_NOW", "2026-11-23T07:00:00-05:00")
    desk = open_desk(Office(now=NOON))
    patients = [desk.patient("Rival", str(n)) for n in range(4)]
    cookies = [signed_in("frontdesk", Client()).cookies["steward"].value for _ in range(PEOPLE)]
    connection.close()
    for round_ in range(proof.count):
        days, slot = divmod(round_, ROUNDS_A_DAY)
        day, time = f"11/{TODAY.day + days}/2026", f"{8 + slot // 3}:{20 * (slot % 3):02d}"
        form = {"provider": desk.providers[0].pk, "site": desk.site.pk, "reason": desk.reason.pk, "minutes": 20}
        form |= {"day": day, "time": time}
        addresses = [f"{reverse('frontdesk:book')}?patient={patients[n % 4].uid}" for n in range(PEOPLE)]
        told = at_once(lambda n, to=addresses, what=form: post(server, to[n], cookies[n], what))
        assert Counter(status for status, _text in told) == {303: 1, 422: PEOPLE - 1}, [t for t in told if t[0] > 499][
            :1
        ]
        assert all(day in text for status, text in told if status == 422), "what was typed is kept"
        assert Appointment.objects.count() == round_ + 1
    proof.done(
        rounds=proof.count, browsers=PEOPLE, winners=proof.count, told=proof.count * (PEOPLE - 1), server_errors=0
    )


def post(port: int, address: str, session: str, form: dict[str, Any]) -> tuple[int, str]:
    """Send a form as a browser does; the answer's status and text."""
    token = "t" * 32
    browser = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    body = urlencode({**form, "_key": str(uuid4()), "csrfmiddlewaretoken": token})
    headers = {
        "Host": f"localhost:{port}", "Cookie": f"steward={session}; csrftoken={token}", "Origin": f"http://localhost:{port}",
        "Content-Type": "application/x-www-form-urlencoded",
    }  # fmt: skip
    browser.request("POST", address, body, headers)
    answer = browser.getresponse()
    text = answer.read().decode()
    browser.close()
    return answer.status, text


def at_once(act: Callable[[int], Any]) -> list[Any]:
    """What sixty-four people get who act in the same moment; a fault stands for itself."""
    answers: list[Any] = []
    gate = threading.Barrier(PEOPLE)

    def one(n: int) -> None:
        gate.wait()
        try:
            answers.append(act(n))
        except BaseException as fault:
            answers.append(fault)
        finally:
            connection.close()

    people = [threading.Thread(target=one, args=(n,)) for n in range(PEOPLE)]
    for each in people:
        each.start()
    for each in people:
        each.join()
    close_old_connections()
    return answers


def test_two_people_one_after_the_other(desk) -> None:
    first, second = desk.patient("Rival", "One"), desk.patient("Rival", "Two")
    desk.book(first, 13)
    with pytest.raises(Refused) as refused:
        desk.book(second, 13)
    assert refused.value.code == "taken"
