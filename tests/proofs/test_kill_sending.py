"""kill -9 while claims are written as files and laid into a clearinghouse's folder: file, folder and books agree afterwards.

The clearinghouse takes away what it finds, now and then, as it does: a file that was laid there but not yet noted comes a
second time, and must then be the same file under the same number, by which every clearinghouse knows it.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest

from steward.billing.logic import claim_file
from steward.billing.models import Batch, Claim, Submission
from steward.billing.selectors.sending import due
from steward.billing.selectors.submissions import undelivered
from steward.billing.services.doors import DoorData, save_door
from steward.billing.services.submissions import write_claims
from steward.core.access.models import Office as OfficeRow
from steward.core.audit.chain import verify as verify_audit
from steward.core.files.selectors import content
from steward.core.jobs.models import Job
from steward.core.jobs.work import Work
from steward.desk import collecting
from steward.ledger.selectors import verify
from steward.registry.models import Site
from tests.billing.conftest import NPI, Practice, practise
from tests.proofs.kills import one_turn, settled
from tests.support import open_office

pytestmark = [pytest.mark.race, pytest.mark.proof]
A_TURN, A_LIFE = 2, 4  # claims written at once, and turns made ready for each life


@dataclass
class Clearinghouse:
    """The folder claims are laid into, and what was taken out of it: name -> bytes."""

    out: Path
    taken: dict[str, bytes] = field(default_factory=dict)
    again: int = 0

    def take(self) -> None:
        for path in sorted(self.out.glob("[!.]*")):
            data = path.read_bytes()
            assert self.taken.setdefault(path.name, data) == data, f"{path.name} came again with other bytes"
            path.unlink()

    def count_again(self) -> None:
        self.again += sum(path.name in self.taken for path in self.out.glob("[!.]*"))


@pytest.fixture
def sending(real_db, django_db_blocker) -> Iterator[Practice]:
    """A practice that may send."""
    with django_db_blocker.unblock():
        practice = practise(open_office())
        OfficeRow.objects.update(submitter_id="MAPLE1")
        Site.objects.update(phone="217 555 0142", street="12 Main St", city="Springfield", state="IL", zip="62701")
        practice.provider.taxonomy = "207Q00000X"
        practice.provider.save()
        yield practice


def enter(practice: Practice, count: int) -> list[str]:
    """Claims ready to go, of two payers; their references."""
    payers = ({}, {"payer_id": "MCAID"})
    rows = [
        {"claim_ref": f"K{n}", "patient_ref": f"P{n}", "member_id": f"M{n}", "provider_npi": NPI, "service_date": "2026-11-20",
         "charge": f"{100 + n}.00", **payers[n % 2]} for n in range(count)
    ]  # fmt: skip
    found = practice.claims(*rows)
    assert found.status == "posted", found.parts[0].problems
    return [row["claim_ref"] for row in rows]


def turn(practice: Practice, refs: list[str], n: int) -> None:
    """Write the next claims and send what waits."""
    own = list(Claim.objects.filter(ref__in=refs[n * A_TURN : (n + 1) * A_TURN]))
    done = write_claims(practice.office.call("biller", key=UUID(int=30_000_000 + n)), claims=own)
    assert not done.held, done.held
    send(practice)


def work(practice: Practice, refs: list[str], start: int, tell: Callable[[int], None]) -> None:
    """The child's life: turn after turn, told when it is done."""
    for n in range(start, len(refs) // A_TURN):
        turn(practice, refs, n)
        tell(n)
    time.sleep(60)


def send(practice: Practice) -> None:
    job = Job.objects.create(kind=collecting.KIND, title="x", asked_at=practice.office.now)
    assert not collecting.run(Work(job, practice.office.system())).data["troubled"]


def test_a_killed_sender_loses_no_claim_and_sends_none_twice(sending: Practice, tmp_path: Path, proofs) -> None:
    proof = proofs("R1 sends")
    chance, house = random.Random(proof.seed), Clearinghouse(tmp_path / "out")
    house.out.mkdir()
    data = DoorData("folder", "Harbor Clearing", str(house.out), "")
    save_door(sending.office.call("administrator"), data=data)
    refs = enter(sending, proof.count * A_LIFE * A_TURN)
    turn(sending, refs, 0)  # what is read once a process is read before the children are born
    last = 0
    for _kill in range(proof.count):
        last = max(last, one_turn(partial(work, sending, refs), last + 1, chance.uniform(0, 1.2)))
        house.count_again()
        if chance.random() < 0.5:
            house.take()
    settled()
    assert last >= proof.count, "the children hardly worked: the proof would be empty"
    send(sending)  # what the last life left is taken up by the next run
    house.take()
    judge(sending, house, refs, told=set(refs[: (last + 1) * A_TURN]))
    proof.done(kills=proof.count, acknowledged=last + 1, files=len(house.taken), laid_again=house.again, lost=0, sent_twice=0)


def judge(practice: Practice, house: Clearinghouse, refs: list[str], told: set[str]) -> None:
    """Every batch lies there once as the books have it, every claim is in one of them or still due, and no number is missing."""
    batches = list(Batch.objects.order_by("number"))
    assert [row.number for row in batches] == list(range(1, len(batches) + 1))
    assert house.taken == {row.name: content(row.file) for row in batches}
    assert not undelivered().exists() and all(row.delivered_at for row in batches)
    written: Counter[str] = Counter()
    for row in batches:
        claims = claim_file.parse(house.taken[row.name]).claims
        assert (len(claims), sum(c.charge_cents for one in claims for c in one.charges)) == (row.claim_count, row.charge_cents)
        written.update(one.claim_ref for one in claims)
    assert set(written.values()) == {1}, "a claim stands in two files"
    assert sorted(written) == sorted(Submission.objects.values_list("claim__ref", flat=True))
    waits = set(Claim.objects.filter(pk__in=[one.claim for one in due()]).values_list("ref", flat=True))
    assert told <= set(written) and waits == set(refs) - set(written)
    assert verify().ok and verify_audit().ok
