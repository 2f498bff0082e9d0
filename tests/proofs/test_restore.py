"""The restore drill (R9): a backup made while entries are posted, restored on an empty machine, gives the books of one
moment: the same trial balance and the same audit head as the office's own books had then, to the byte.
"""

from __future__ import annotations

import json
import random
import threading
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from steward.core.audit.chain import verify as verify_audit
from steward.core.backup import services as backup
from steward.core.models import AuditRow
from steward.ledger import services as ledger
from steward.ledger.models import Entry, Line
from steward.ledger.selectors import verify
from tests.core.test_backup import Elsewhere, elsewhere  # noqa: F401
from tests.ledger.support import random_entry
from tests.support import Office, open_office

pytestmark = [pytest.mark.proof, pytest.mark.race]
BATCH = 2_000

RESTORED = """
import json
from datetime import date
from steward.core.audit.chain import verify as verify_audit
from steward.core.models import AuditHead
from steward.ledger.selectors import trial_balance, verify
head, proof = AuditHead.objects.get(), verify()
rows = [[r.account.code, r.balance_cents] for r in trial_balance(date(2026, 12, 31)).rows if r.balance_cents]
print(json.dumps([proof.ok, proof.entries, verify_audit().ok, head.seq, head.hash, rows]))
"""


def test_a_backup_under_load_restores_to_one_moment(real_db, elsewhere: Elsewhere, settings, tmp_path, proofs) -> None:  # noqa: F811
    proof = proofs("R9")
    settings.DATA = Path(real_db["STEWARD_DATA"])
    office, rnd = open_office(), random.Random(proof.seed)
    for start in range(0, proof.count, BATCH):
        drafts = [random_entry(rnd) for _ in range(min(BATCH, proof.count - start))]
        ledger.post_many(office.call("bookkeeper"), drafts=drafts)
    path = tmp_path / "under-load.backup"
    made, restored = _under_load(office, rnd, path), time.perf_counter()
    code, answer = elsewhere.steward("backup", "restore", str(path))
    assert code == 0, answer
    restored = time.perf_counter() - restored
    ok, entries, audit_ok, seq, digest, rows = json.loads(elsewhere.python(RESTORED))
    assert ok and audit_ok and verify().ok and verify_audit().ok
    assert entries >= proof.count
    assert AuditRow.objects.get(seq=seq).hash == digest
    assert rows == _balances_at(entries)
    posted = Entry.objects.filter(state="posted").count()
    assert posted > proof.count, "nothing was posted beside the backup: the proof would be empty"
    proof.done(
        entries=entries, lines=Line.objects.count(), posted_meanwhile=posted - proof.count,
        backup_seconds=round(made, 1), restore_seconds=round(restored, 1), differing_accounts=0,
    )  # fmt: skip


def _under_load(office: Office, rnd: random.Random, path: Path) -> float:
    """Seconds that the backup took while another thread posted one entry after the other."""
    stop, faults = threading.Event(), []

    def load() -> None:
        try:
            while not stop.is_set():
                ledger.post(office.call("bookkeeper"), draft=random_entry(rnd))
        except Exception as fault:  # shown by the test below
            faults.append(fault)
        finally:
            connection.close()

    thread = threading.Thread(target=load)
    thread.start()
    time.sleep(0.2)
    began = time.perf_counter()
    try:
        backup.create(office.call("administrator"), path)
    finally:
        took = time.perf_counter() - began
        stop.set()
        thread.join()
    assert not faults, faults
    return took


def _balances_at(last: int) -> list[list[Any]]:
    """The trial balance after entry ``last``, added up anew from the lines of the office's own books."""
    sums: dict[str, int] = {}
    lines = Line.objects.filter(entry__number__lte=last, entry__state="posted", date__lte=date(2026, 12, 31))
    for code, cents in lines.values_list("account__code", "cents").iterator(chunk_size=10_000):
        sums[code] = sums.get(code, 0) + cents
    return [[code, cents] for code, cents in sorted(sums.items()) if cents]
