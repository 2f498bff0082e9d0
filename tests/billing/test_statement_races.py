"""Two runs at once tell nobody twice; a run killed in its midst leaves all or nothing; the same run repeated makes none."""

from __future__ import annotations

import os
import signal
import threading
import time
from uuid import UUID

import pytest
from django.db import connections

from steward.billing.models import Statement
from steward.billing.services.statements import StatementRun, make_statements
from steward.core.outbox.models import Message
from steward.core.refusals import Refused
from tests.support import open_office

from .conftest import Practice, practise
from .test_charges_csv import ROW, file_of
from .test_statements import SELF

PEOPLE, AT_ONCE = 40, 4

pytestmark = pytest.mark.race


def owing() -> Practice:
    """Forty guarantors who owe."""
    practice = practise(open_office())
    rows = [{**ROW, "claim_ref": f"S-{n}", "line_ref": f"L{n}", "patient_ref": f"P{n}", "last_name": f"Doe{n}", **SELF} for n in range(PEOPLE)]
    assert practice.run(file_of(*rows)).status == "posted"
    return practice


def whole() -> None:
    """Everybody was told once: numbers without gaps, one letter each."""
    rows = list(Statement.objects.order_by("number"))
    assert [row.number for row in rows] == list(range(1, PEOPLE + 1))
    assert len({row.guarantor_id for row in rows}) == PEOPLE == Message.objects.filter(kind="letter").count()


def test_runs_at_once_tell_nobody_twice(real_db) -> None:
    practice = owing()
    made: list[int] = []
    faults: list[Exception] = []
    gate = threading.Barrier(AT_ONCE)

    def run() -> None:
        gate.wait()
        try:
            made.append(make_statements(practice.office.call("biller")).count)
        except Refused as fault:
            made.append(0)
            assert fault.refusals[0].code == "meanwhile"
        except Exception as fault:  # any other outcome fails the test
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults, faults[:3]
    assert sorted(made) == [0] * (AT_ONCE - 1) + [PEOPLE]
    whole()


def test_a_killed_run_leaves_all_or_nothing_and_is_repeated(real_db) -> None:
    practice = owing()
    for seconds in (0.005, 0.02, 0.05, 0.1, 0.2):
        connections.close_all()
        child = os.fork()
        if child == 0:
            try:
                make_statements(practice.office.call("biller", key=UUID(int=7)))
                time.sleep(60)
            finally:
                os._exit(1)
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        assert Statement.objects.count() in (0, PEOPLE), "never a part of a run"
        assert Message.objects.filter(kind="letter").count() == Statement.objects.count()
    first = make_statements(practice.office.call("biller", key=UUID(int=7)))
    again = make_statements(practice.office.call("biller", key=UUID(int=7)))
    assert first == again == StatementRun(PEOPLE, first.cents, 1, PEOPLE), "the same key is answered with the same run"
    assert make_statements(practice.office.call("biller")).count == 0
    whole()
