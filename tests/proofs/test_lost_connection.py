"""PostgreSQL ends our connection at any statement of any command (R8): rolled back, or committed once; never in between.

The cut falls just before a statement, just before the commit, or just after it (the answer is lost, the work is not).
The person repeats with the same key and gets what a quiet day would have given, once.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError, close_old_connections, connection
from django.test import Client
from django.urls import reverse

from steward.core.audit.chain import verify as verify_audit
from steward.frontdesk.models import Appointment
from steward.ledger.selectors import verify
from tests.proofs.house import COMMANDS, DAY, House, open_house, rows
from tests.support import signed_in

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(connection.vendor == "sqlite", reason="left out on SQLite: its connection is a file"),
]


class Knife:
    """Counts the statements of our connection and has the server end it before number ``at``.

    After the statements come two more numbers: before the commit, and after it.
    """

    def __init__(self) -> None:
        import psycopg

        self.seen, self.at, self.statements, self.fell = 0, 0, 0, False
        self.admin = psycopg.connect(**_parameters(), autocommit=True)

    def statement(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.seen += 1
        if self.seen == self.at:
            self.cut()
        return execute(sql, params, many, context)

    def commit(self, real: Callable[[], None]) -> None:
        self.seen += 1
        if self.seen == self.at:
            self.cut()
        real()
        self.seen += 1
        if self.seen == self.at:
            self.cut()
            raise OperationalError("the answer was lost on its way")

    def cut(self) -> None:
        self.fell = True
        pid = connection.connection.info.backend_pid
        assert self.admin.execute("SELECT pg_terminate_backend(%s, 5000)", [pid]).fetchone() == (True,)


def _parameters() -> dict[str, Any]:
    given = connection.get_connection_params()
    return {k: v for k, v in given.items() if k in ("dbname", "user", "password", "host", "port")}


@contextmanager
def cutting(knife: Knife, at: int) -> Iterator[None]:
    """Within, the connection is cut before statement ``at``; 0 never cuts and only counts."""
    connection.ensure_connection()
    knife.seen, knife.at, knife.fell = 0, at, False
    real = connection._commit
    connection._commit = lambda: knife.commit(real)
    try:
        with connection.execute_wrapper(knife.statement):
            yield
    finally:
        del connection._commit
        close_old_connections()  # as the end of a request does


@pytest.fixture
def knife(real_db) -> Iterator[Knife]:
    made = Knife()
    yield made
    made.admin.close()


def added(before: dict[str, int]) -> dict[str, int]:
    return {table: n - before[table] for table, n in rows().items() if n != before[table]}


def quiet_day(house: House, knife: Knife) -> list[tuple[int, dict[str, int]]]:
    """Of each command: how many places a cut can fall, and the rows it adds."""
    found = []
    for n, command in enumerate(COMMANDS):
        for turn in (n, n + len(COMMANDS)):  # the second has warm caches, as all that follow
            act, before = command.ready(house, turn), rows()
            with cutting(knife, 0):
                act(uuid4())
        found.append((knife.seen, added(before)))
    return found


def test_rolled_back_or_committed_once_wherever_the_connection_ends(knife: Knife, proofs) -> None:
    proof = proofs("R8")
    house = open_house()
    quiet = quiet_day(house, knife)
    places = [(n, at) for n, (last, _rows) in enumerate(quiet) for at in range(1, last + 1)]
    chosen = random.Random(proof.seed).sample(places, proof.count) if proof.count else places
    cuts = committed = 0
    for turn, (n, at) in enumerate(sorted(chosen), 2 * len(COMMANDS)):
        command, where = COMMANDS[n], f"seed {proof.seed}: {COMMANDS[n].name}, cut {at} of {quiet[n][0]}"
        act, key, before = command.ready(house, turn), uuid4(), rows()
        with cutting(knife, at):
            told = _told(act, key)
        assert knife.fell, where
        assert told in ("lost", "posted"), where
        stood = added(before)
        assert stood in ({}, quiet[n][1]) or not command.keyed, f"{where}: half done, {stood}"
        act(key)
        once = added(before)
        if not command.keyed:  # that the file was brought twice is a row of its own
            once["core_auditrow"] = min(once["core_auditrow"], quiet[n][1]["core_auditrow"])
        assert once == quiet[n][1], f"{where}: after the retry {added(before)}"
        cuts, committed = cuts + 1, committed + bool(stood)
    assert verify().ok and verify_audit().ok
    proof.done(cuts=cuts, commands=len(COMMANDS), half_done=0, committed=committed, rolled_back=cuts - committed)


def _told(act: Callable[[Any], Any], key: Any) -> str:
    """What the caller learns: the connection is lost, nothing else, or (cut after all was done) the answer."""
    try:
        act(key)
    except OperationalError:
        return "lost"
    return "posted"


def test_the_person_is_told_and_may_send_the_form_again(knife: Knife, monkeypatch, proofs) -> None:
    """Through the whole web layer: 503 and what to do, at any statement of a booking; the same form books it once."""
    proof = proofs("R8 browser")
    monkeypatch.setenv("STEWARD_NOW", "2026-11-23T12:00:00-05:00")
    house = open_house()
    client = signed_in("frontdesk", Client(raise_request_exception=False))
    last = _press(house, knife, client, 0, 0)
    places = range(1, last + 1)
    chosen = random.Random(proof.seed).sample(places, proof.count) if proof.count else places
    for n, at in enumerate(chosen, 1):
        _press(house, knife, client, n, at)
    proof.done(cuts=len(chosen), statements=last, told=len(chosen), booked_once=len(chosen))


def _press(house: House, knife: Knife, client: Client, n: int, at: int) -> int:
    patient = house.patient(n)
    wanted = house.booking(patient)
    form = {
        "provider": wanted.provider, "site": wanted.site, "reason": wanted.reason, "minutes": 5, "day": DAY.isoformat(),
        "time": f"{wanted.starts_at:%H:%M}", "_key": str(uuid4()),
    }  # fmt: skip
    address = reverse("frontdesk:book") + f"?patient={patient.uid}"
    with cutting(knife, at):
        answer = client.post(address, form)
    seen = knife.seen
    if at:
        text = answer.content.decode()
        assert answer.status_code == 503 or (at >= seen - 1 and answer.status_code == 303), (
            at,
            answer.status_code,
            text[:300],
        )
        assert answer.status_code == 303 or ("Nothing was half done" in text and "repeat" in text), (at, text)
    assert client.post(address, form).status_code == 303, f"cut {at}: the retry"
    assert Appointment.objects.filter(patient=patient).count() == 1
    return seen
