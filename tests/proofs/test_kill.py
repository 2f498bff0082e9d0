"""kill -9 at random instants while remittances are imported and entries posted: nothing acknowledged is lost, nothing doubled.

The child does real work on real files and tells each acknowledgement through a pipe; the parent kills it, and a new child takes the
same work up again with the same keys, as a client would that never got its answer.
"""

from __future__ import annotations

import os
import random
import signal
import time
from datetime import datetime
from uuid import UUID

import pytest
from django.db import connections

from steward.billing import importers
from steward.billing.logic.remittance_writer import Envelope, write
from steward.core.imports import Options
from steward.desk.demo.payer import DemoClaim, DemoLine, DemoPayer, remittance
from steward.insurance.services import create_payer
from steward.insurance.types import PayerData
from steward.ledger import services as ledger
from steward.ledger.models import Entry
from steward.ledger.selectors.verify import verify
from steward.ledger.types import EntryDraft, LineDraft
from steward.registry.models import Entity
from tests.support import NOON, Office, open_office

KILLS = int(os.environ.get("STEWARD_KILLS", "50"))
PAYER = DemoPayer("PAY1", "First Payer", "123456789", "P0001", "CI", 700_000)

pytestmark = pytest.mark.race


def _file(n: int) -> bytes:
    chance = random.Random(n)
    claims = [
        DemoClaim(f"K{n}-{k}", "DOE", "JO", "M1", "1234567893", NOON.date(), (DemoLine(f"{k}", "T1015", (), 10_000 + k, 1),))
        for k in range(5)
    ]
    answer = remittance(PAYER, ("Practice", "1730400002", "141000017"), claims, NOON.date(), f"KT{n:05d}", chance)
    return write([answer], Envelope("P0001", "US", datetime(2026, 11, 23, 6), n + 1))


def _draft(office: Office, n: int) -> EntryDraft:
    lines = (LineDraft(role="petty_cash", cents=100 + n), LineDraft(role="suspense", cents=-100 - n))
    return EntryDraft(UUID(int=n + 1), office.today, f"post {n}", "general", "test.kill", str(n), lines)


def _work(office: Office, files: list[bytes], start: int, told: int) -> None:
    """The child's life: import and post in turn from ``start`` on; one byte triple an acknowledgement."""
    for n in range(start, len(files)):
        result = importers.run(office.call("biller"), kind="835", content=files[n], name=f"{n}.835", options=Options())
        assert result.status in ("posted", "duplicate"), result
        ledger.post(office.call("bookkeeper", key=UUID(int=10_000_000 + n)), draft=_draft(office, n))
        os.write(told, n.to_bytes(3, "big"))
    os.write(told, (0xFFFFFF).to_bytes(3, "big"))


def _one_life(office: Office, files: list[bytes], start: int, seconds: float) -> int:
    """Fork, let it work, kill it; gives the last acknowledged number, or -1 for none."""
    connections.close_all()
    ears, mouth = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(ears)
            _work(office, files, start, mouth)
        finally:
            os._exit(0)
    os.close(mouth)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    heard = b""
    while part := os.read(ears, 4096):
        heard += part
    os.close(ears)
    said = [int.from_bytes(heard[i : i + 3], "big") for i in range(0, len(heard) - len(heard) % 3, 3)]
    return max([-1, *(n for n in said if n != 0xFFFFFF)])


def test_nothing_acknowledged_is_lost_and_nothing_doubled(real_db, django_db_blocker) -> None:
    chance = random.Random(20261123)
    with django_db_blocker.unblock():
        office = open_office()
        Entity.objects.filter(is_practice=True).update(npi="1730400002", tin="141000017")
        create_payer(office.system(), data=PayerData("PAY1", "First Payer", "P0001", "P0001", "123456789"))
        files = [_file(n) for n in range(600)]
        done, acknowledged = 0, -1
        for _kill in range(KILLS):
            heard = _one_life(office, files, done, chance.uniform(0.02, 0.25))
            acknowledged = max(acknowledged, heard)
            done = max(done, heard + 1) if heard >= 0 else done
            if done >= len(files):
                break
        posted = set(Entry.objects.filter(source_type="test.kill").values_list("source_ref", flat=True))
        remitted = list(Entry.objects.filter(source_type="billing.remittance").values_list("source_ref", flat=True))
        assert acknowledged > 10, "the children hardly worked: the proof would be empty"
        assert {str(n) for n in range(acknowledged + 1)} <= posted
        assert Entry.objects.filter(source_type="test.kill").count() == len(posted)
        assert len(set(remitted)) >= acknowledged + 1
        assert len(set(remitted)) == len(remitted)
        assert verify().ok
