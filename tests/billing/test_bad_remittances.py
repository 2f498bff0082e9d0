"""What a remittance may do to us: an amount beyond any payment, an answer to a claim voided meanwhile, a bill above its estimate,
an appeal that is out. Each told apart, its money safe."""

from __future__ import annotations

import datetime as dt

import pytest

from steward.billing.logic.remittance_writer import write
from steward.billing.models import Charge, Claim, WorkItem
from steward.billing.selectors.claims import claim_status
from steward.billing.services.appeals import draft_appeal, send_appeal
from steward.billing.services.charges import void_charge
from steward.insurance.services import make_estimate
from steward.insurance.types import EstimateData, EstimateItem
from tests.support import signed_in

from .conftest import Practice
from .samples import ENVELOPE, cas, claim, remittance, service_line

pytestmark = pytest.mark.django_db
ANSWER = remittance(claim("C-1", service_line(15_000, cas("CO", "45", 5_000), control="L1")))


@pytest.mark.parametrize("amount", [b"1000000000000000000", b"99999999999.00", b"1e9", b"12.345"])
def test_an_amount_that_is_none_refuses_the_file_and_posts_nothing(practice: Practice, amount: bytes) -> None:
    practice.claims({})
    raw = write([ANSWER], ENVELOPE)
    told = raw if isinstance(raw, bytes) else raw.encode()
    hurt = told.replace(b"*100.00*", b"*" + amount + b"*")
    assert hurt != told
    found = practice.run(hurt, kind="835")
    problems = [one for part in found.parts for one in part.problems]
    assert found.status == "refused" and problems and all(one.message and one.fix for one in problems)
    assert practice.balances() == {"ar_insurance": 15_000, "charges": -15_000}


def test_an_answer_to_a_claim_voided_meanwhile_keeps_its_money_safe(practice: Practice) -> None:
    practice.claims({})
    void_charge(practice.office.call("biller"), charge=Charge.objects.get(), reason="Entered twice")
    found = practice.remit(ANSWER)
    assert found.status == "posted" and found.parts[0].posted_cents == 10_000
    assert practice.balances() == {"eft_in_transit": 10_000, "unapplied": -10_000}
    (item,) = WorkItem.objects.filter(closed_at=None)
    assert item.amount_cents == 10_000 and item.reason


def test_an_appeal_that_is_out_is_said_of_the_claim(practice: Practice) -> None:
    practice.claims({})
    practice.remit(remittance(claim("C-1", service_line(15_000, cas("CO", "197", 15_000), control="L1"))))
    call = practice.office.call("biller")

    def said() -> str:
        found = claim_status(call.subject, "C-1")
        assert found
        return str(found["state"])

    assert said() == "DENIED"
    appeal = draft_appeal(call, item=WorkItem.objects.get(kind="denial"), argument="It was authorised.")
    assert said() == "DENIED", "a draft is nothing yet"
    send_appeal(practice.office.call("biller"), appeal=appeal, how="portal")
    assert said() == "APPEALED"
    practice.remit(remittance(claim("C-1", service_line(15_000, control="L1")), trace="T2"))
    assert said() == "PAID"


@pytest.mark.parametrize(("charge", "told"), [("549.99", False), ("550.00", True)])
def test_a_bill_far_above_its_good_faith_estimate_is_said(practice: Practice, charge: str, told: bool) -> None:
    practice.claims({"payer_id": "", "member_id": "", "charge": charge, "service_date": "2026-11-20"})
    row = Claim.objects.get()
    make_estimate(practice.office.call("frontdesk"), data=EstimateData(
        row.patient.party_id, dt.date(2026, 11, 20), (EstimateItem("G0438", 15_000),), scheduled_on=dt.date(2026, 11, 16)))  # fmt: skip
    page = signed_in("biller").get(f"/billing/claims/{row.uid}/").content.decode()
    assert ("more than good-faith estimate" in page) is told and ("400.00" in page) is told


def test_an_appeal_drafted_in_the_evening_is_sent_the_same_day(practice: Practice) -> None:
    """After seven in New York the day in UTC is the next one; the practice's own day counts."""
    practice.office.now = dt.datetime(2026, 11, 24, 1, 0, tzinfo=dt.UTC)
    practice.claims({})
    practice.remit(remittance(claim("C-1", service_line(15_000, cas("CO", "197", 15_000), control="L1"))))
    item = WorkItem.objects.get(kind="denial")
    appeal = draft_appeal(practice.office.call("biller"), item=item, argument="It was authorised.")
    sent = send_appeal(practice.office.call("biller"), appeal=appeal, how="fax", on=dt.date(2026, 11, 23))
    assert sent.sent_on == dt.date(2026, 11, 23)
