"""The same remittance fifty times at once is posted once; nothing is lost, nothing doubled."""

from __future__ import annotations

import threading

import pytest
from django.db import connections

from steward.billing import importers
from steward.billing.logic.remittance_writer import write
from steward.billing.models import Remittance, RemittanceClaim
from steward.core.imports import Options
from tests.support import open_office

from .conftest import practise
from .samples import ENVELOPE, cas, claim, remittance, service_line
from .test_charges_csv import ROW, file_of

TIMES = 50


@pytest.mark.race
def test_fifty_imports_at_once_post_once(real_db) -> None:
    practice = practise(open_office())
    practice.run(file_of({**ROW, "copay_collected": "20"}))
    answer = claim("C-1", service_line(15_000, cas("CO", "45", 5_000), cas("PR", "3", 2_000), control="L1"))
    content = write([remittance(answer)], ENVELOPE).replace(b"*XV*60054", b"").replace(b"REF*2U*BH1", b"REF*2U*XX1")
    call = practice.office.call("biller")
    found, faults, gate = [], [], threading.Barrier(TIMES)

    def take() -> None:
        gate.wait()
        try:
            found.append(importers.run(call, kind="835", content=content, name="x.835", options=Options()).status)
        except Exception as fault:  # any other outcome fails the test below
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take) for _ in range(TIMES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults, faults[:3]
    assert sorted(found) == ["duplicate"] * (TIMES - 1) + ["posted"]
    assert Remittance.objects.count() == RemittanceClaim.objects.count() == 1
    assert practice.balances() == {
        "charges": -15_000,
        "contractual": 5_000,
        "eft_in_transit": 8_000,
        "undeposited": 2_000,
    }
