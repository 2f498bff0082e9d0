"""The same remittance fifty times at once is posted once; nothing is lost, nothing doubled."""

from __future__ import annotations

import threading

import pytest
from django.db import connections

from steward.billing import importers
from steward.billing.logic.remittance_writer import write
from steward.billing.models import Remittance, RemittanceClaim
from steward.core.imports import Options
from tests.support import Office, open_office

from .conftest import practise
from .samples import ENVELOPE, cas, claim, remittance, service_line
from .test_charges_csv import ROW, file_of

TIMES = 50


@pytest.mark.race
@pytest.mark.proof
def test_fifty_imports_at_once_post_once(real_db, proofs) -> None:
    proof = proofs("R4 remittance")
    practice = practise(open_office())
    for round_ in range(proof.count):
        ref = f"C-{round_}"
        practice.run(file_of({**ROW, "claim_ref": ref, "patient_ref": f"P{round_}", "copay_collected": "20"}))
        answer = claim(ref, service_line(15_000, cas("CO", "45", 5_000), cas("PR", "3", 2_000), control="L1"))
        content = write([remittance(answer, trace=f"T{round_}")], ENVELOPE)
        content = content.replace(b"*XV*60054", b"").replace(b"REF*2U*BH1", b"REF*2U*XX1")
        assert sorted(at_once(practice.office, content)) == ["duplicate"] * (TIMES - 1) + ["posted"]
        assert Remittance.objects.count() == RemittanceClaim.objects.count() == round_ + 1
    assert practice.balances() == {
        role: cents * proof.count
        for role, cents in (
            ("charges", -15_000),
            ("contractual", 5_000),
            ("eft_in_transit", 8_000),
            ("undeposited", 2_000),
        )
    }
    proof.done(rounds=proof.count, at_once=TIMES, posted=proof.count, known=proof.count * (TIMES - 1), other_answers=0)


def at_once(office: Office, content: bytes) -> list[str]:
    """What fifty people who bring one file in the same moment are told."""
    call = office.call("biller")
    found, faults, gate = [], [], threading.Barrier(TIMES)

    def take() -> None:
        gate.wait()
        try:
            found.append(importers.run(call, kind="835", content=content, name="x.835", options=Options()).status)
        except Exception as fault:  # any other outcome fails the test
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take) for _ in range(TIMES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults, faults[:3]
    return found
