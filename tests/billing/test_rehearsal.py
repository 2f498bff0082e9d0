"""A payer played by ``tools/payer_simulator.py`` answers what we send; what stands in the books is what it planted, to the cent."""

from __future__ import annotations

import datetime as dt
import random
import sys
from collections import Counter
from pathlib import Path

import pytest

from steward.billing.models import Claim, WorkItem
from steward.billing.selectors.claims import standings, states
from steward.billing.selectors.underpaid import underpaid
from steward.billing.services.submissions import write_claims
from steward.core.files.selectors import content
from steward.insurance.services import add_write_off_rule, create_contract
from steward.insurance.types import ContractData, RuleData
from steward.ledger.selectors.verify import verify
from tests.support import signed_in

from .conftest import Practice
from .samples import cas, claim, remittance, service_line
from .test_sending import CLEAN, ready

__all__ = ["ready"]
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import payer_simulator as simulator

pytestmark = pytest.mark.django_db
CLAIMS = 240
SEEDS = (1, 2)


def enter(practice: Practice, seed: int) -> None:
    chance = random.Random(seed)
    rows = []
    for n in range(CLAIMS):
        day = dt.date(2026, 11, 1) + dt.timedelta(days=chance.randrange(18))
        whose = {**CLEAN, "claim_ref": f"S{n}", "patient_ref": f"P{n}", "member_id": f"M{n}", "service_date": day.isoformat()}
        for line, code in enumerate(chance.sample(["G0438", "G2211", "G0444", "G0447"], chance.choice((1, 1, 2, 3)))):
            rows.append({**whose, "line_ref": f"S{n}-{line}", "code": code, "charge": f"{chance.randrange(2000, 30000) / 100:.2f}"})
    assert practice.claims(*rows).status == "posted"


@pytest.mark.parametrize("seed", SEEDS)
def test_every_answer_finds_its_claim_and_no_cent_is_lost(ready: Practice, seed: int) -> None:
    enter(ready, seed)
    terms = ContractData(ready.blue.pk, "Blue Harbor 2026", dt.date(2026, 1, 1), "contract of 2025-12-01", percent_ppm=620_000)
    create_contract(ready.office.system(), data=terms)
    chances = simulator.Chances(rejected=40, denied=100, underpaid=80, reversed=60, interest=60)
    payer = simulator.Payer(seed, chances)
    done = write_claims(ready.office.call("biller"))
    assert done.held == ()
    ready.office.now += dt.timedelta(days=2)
    for batch in done.batches:
        sent = simulator.read(content(batch.file))
        assert [claim.ref for claim in sent.claims] == [s.claim.ref for s in batch.submissions.order_by("position")]
        files = simulator.answer(payer, sent, dt.date(2026, 11, 24), "512345678")
        for name in sorted(files, reverse=True):  # the remittance comes before the acknowledgements
            found = ready.run(files[name])
            assert found.status == "posted", (name, [p for part in found.parts for p in part.problems][:3])
    truths = {truth.ref: truth for truth in payer.truth}
    judge(ready, truths)
    short: Counter[str] = Counter()
    for one in underpaid(dt.date(2026, 11, 1), dt.date(2026, 11, 30)):
        short[one.charge.claim.ref] += one.short_cents
    assert dict(short) == {ref: truth.underpaid_cents for ref, truth in truths.items() if truth.underpaid_cents}


def judge(practice: Practice, truths: dict[str, simulator.Truth]) -> None:
    rows = list(Claim.objects.order_by("id"))
    books = standings(row.pk for row in rows)
    stands = states(rows, books)
    planted = Counter(truth.outcome for truth in truths.values())
    assert len(truths) == CLAIMS and min(planted[name] for name in ("rejected", "denied", "underpaid", "reversed", "paid")) > 0
    for row in rows:
        truth, book = truths[row.ref], books[row.pk]
        assert book.whole, row.ref
        assert (book.paid_cents, book.patient_due_cents) == (truth.paid_cents, patient_share(truth)), (row.ref, truth)
        assert book.adjusted["denial"] == 0  # nothing denied is written off by itself
        if truth.outcome == "rejected":
            assert stands[row.pk] == "PAYER_REJECTED"
        elif truth.outcome == "denied":
            assert book.insurance_due_cents == book.charge_cents
        else:
            assert book.insurance_due_cents == 0, (row.ref, truth)
    open_items = WorkItem.objects.filter(closed_at=None)
    asked = set(open_items.filter(kind__in=("denial", "eligibility", "review")).values_list("claim__ref", flat=True))
    assert asked == {ref for ref, truth in truths.items() if truth.outcome == "denied"}
    assert set(open_items.filter(kind="rejected_claim").values_list("claim__ref", flat=True)) == {
        ref for ref, truth in truths.items() if truth.outcome == "rejected"
    }
    assert not open_items.exclude(kind__in=("denial", "eligibility", "review", "rejected_claim")).exists()
    assert practice.balances().get("era_clearing", 0) == 0
    assert verify().ok


def patient_share(truth: simulator.Truth) -> int:
    """A denial for eligibility (PR-27) asks a person before the patient is billed."""
    return 0 if truth.outcome == "denied" else truth.patient_cents


def test_the_page_of_what_is_underpaid(ready: Practice) -> None:
    biller = signed_in("biller")
    assert "Nothing is underpaid" in biller.get("/billing/underpaid/").content.decode()
    ready.claims(CLEAN)
    terms = ContractData(ready.blue.pk, "Blue Harbor 2026", dt.date(2026, 1, 1), "contract", percent_ppm=800_000)
    create_contract(ready.office.system(), data=terms)
    ready.remit(remittance(claim("C-1", service_line(15_000, cas("CO", "45", 5_000), cas("PR", "3", 2_000), control="L1"))))
    page = biller.get("/billing/underpaid/?days=365").content.decode()
    assert "120.00" in page and "100.00" in page and "20.00" in page and "C-1" in page
    assert biller.get("/billing/underpaid/?days=7").status_code == 400
    assert signed_in("hr").get("/billing/underpaid/").status_code == 403


def test_a_contract_says_which_reductions_post_by_themselves(ready: Practice) -> None:
    system = ready.office.system()
    terms = ContractData(ready.blue.pk, "Blue Harbor 2026", dt.date(2026, 1, 1), "contract", percent_ppm=620_000)
    contract = create_contract(system, data=terms)
    rule = RuleData("CO", "59", "contractual", dt.date(2026, 1, 1), "contract, 4.2", payer=ready.blue.pk, contract=contract.pk)
    add_write_off_rule(system, data=rule)
    ready.claims(CLEAN)
    ready.remit(remittance(claim("C-1", service_line(15_000, cas("CO", "59", 5_000), control="L1"))))
    assert ready.balances("charge:") == {"contractual": 5_000, "charges": -15_000}
    assert not WorkItem.objects.exists()
