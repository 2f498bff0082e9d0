"""kill -9 at random instants while remittances are imported, entries posted and payments taken: nothing acknowledged is lost, nothing doubled.

The child does real work on real files and tells each acknowledgement through a pipe; the parent kills it, and a new child takes the
same work up again with the same keys, as a client would that never got its answer.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from uuid import UUID

import pytest

from steward.banking.models import Receipt
from steward.banking.services.accounts import make_drawer
from steward.banking.services.drawers import open_drawer
from steward.banking.services.receipts import take_receipt
from steward.billing import importers
from steward.billing.logic.remittance_writer import Envelope, write
from steward.core.audit.chain import verify as verify_audit
from steward.core.imports import Options
from steward.desk.demo.payer import DemoClaim, DemoLine, DemoPayer, remittance
from steward.insurance.services import create_payer
from steward.insurance.types import PayerData
from steward.ledger import services as ledger
from steward.ledger.models import Entry
from steward.ledger.selectors import account_balance, verify
from steward.ledger.types import EntryDraft, LineDraft
from steward.registry.models import Entity
from tests.proofs.kills import one_life, settled
from tests.support import NOON, Office, open_office

PAYER = DemoPayer("PAY1", "First Payer", "123456789", "P0001", "CI", 700_000)

pytestmark = [pytest.mark.race, pytest.mark.proof]


def _file(n: int) -> bytes:
    chance = random.Random(n)
    claims = [
        DemoClaim(
            f"K{n}-{k}", "DOE", "JO", "M1", "1234567893", NOON.date(), (DemoLine(f"{k}", "T1015", (), 10_000 + k, 1),)
        )
        for k in range(5)
    ]
    answer = remittance(PAYER, ("Practice", "1730400002", "141000017"), claims, NOON.date(), f"KT{n:05d}", chance)
    return write([answer], Envelope("P0001", "US", datetime(2026, 11, 23, 6), n + 1))


def _draft(office: Office, n: int) -> EntryDraft:
    lines = (LineDraft(role="petty_cash", cents=100 + n), LineDraft(role="suspense", cents=-100 - n))
    return EntryDraft(UUID(int=n + 1), office.today, f"post {n}", "general", "test.kill", str(n), lines)


def _work(office: Office, start: int, tell: Callable[[int], None]) -> None:
    """The child's life: import, post and take a payment in turn from ``start`` on; an acknowledged turn is told."""
    payer = office.entity.party
    for n in range(start, 0xFFFFFF):
        result = importers.run(office.call("biller"), kind="835", content=_file(n), name=f"{n}.835", options=Options())
        assert result.status in ("posted", "duplicate"), result
        ledger.post(office.call("bookkeeper", key=UUID(int=10_000_000 + n)), draft=_draft(office, n))
        key = UUID(int=20_000_000 + n)
        take_receipt(office.call("frontdesk", key=key), tender="cash", cents=100 + n, party=payer, for_ref=f"kill {n}")
        tell(n)


@pytest.fixture
def killed(real_db, django_db_blocker) -> Iterator[Office]:
    """An office that has a payer, and a cashier with an open drawer."""
    with django_db_blocker.unblock():
        office = open_office()
        Entity.objects.filter(is_practice=True).update(npi="1730400002", tin="141000017")
        create_payer(office.system(), data=PayerData("PAY1", "First Payer", "P0001", "P0001", "123456789"))
        drawer = make_drawer(office.call("administrator"), name="Front", site=office.site)
        open_drawer(office.call("frontdesk"), drawer=drawer, float_cents=0)
        assert office.entity
        yield office


def test_nothing_acknowledged_is_lost_and_nothing_doubled(killed: Office, proofs) -> None:
    proof = proofs("R1")
    chance, last = random.Random(proof.seed), -1
    for _kill in range(proof.count):
        last = max(last, one_life(partial(_work, killed), last + 1, chance.uniform(0.02, 0.5)))
    settled()
    assert last > proof.count // 5, "the children hardly worked: the proof would be empty"
    refs = {kind: _refs(kind) for kind in ("test.kill", "billing.remittance")}
    taken = list(Receipt.objects.values_list("for_ref", flat=True))
    lost = len({str(n) for n in range(last + 1)} - set(refs["test.kill"]))
    lost += len({f"kill {n}" for n in range(last + 1)} - set(taken)) + max(
        0, last + 1 - len(set(refs["billing.remittance"]))
    )
    doubled = sum(len(found) - len(set(found)) for found in (*refs.values(), taken))
    assert (lost, doubled) == (0, 0), f"seed {proof.seed}: lost {lost}, doubled {doubled}"
    assert verify().ok and verify_audit().ok
    drawer = sum(Receipt.objects.values_list("cents", flat=True))
    assert account_balance(killed.today, role="drawer") == drawer
    proof.done(
        kills=proof.count, acknowledged=3 * (last + 1), entries=Entry.objects.count(), lost=lost, doubled=doubled
    )


def _refs(kind: str) -> list[str]:
    return list(Entry.objects.filter(source_type=kind).values_list("source_ref", flat=True))
