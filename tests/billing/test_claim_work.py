"""Finding claims by how they stand, what the contract says beside each charge, and the proof of timely filing in a letter."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from steward.banking import importers
from steward.banking.logic.statement import BankLine as Line
from steward.banking.models import BankAccount
from steward.banking.services.accounts import change_bank_account
from steward.banking.services.reconcile import reconcile
from steward.billing.letters import appeal_letter, appeal_pdf
from steward.billing.models import Claim, Remittance, WorkItem
from steward.billing.selectors.sending import stands
from steward.billing.services.appeals import draft_appeal
from steward.billing.services.submissions import write_claims
from steward.billing.views.filters import STANDS
from steward.core.imports import Options
from steward.insurance.models import CarveOut, Contract
from tests.banking.test_day_of_money import statement
from tests.support import signed_in

from .conftest import Practice
from .samples import cas, claim, remittance, service_line
from .test_acknowledged import judged
from .test_sending import CLEAN, ready  # noqa: F401

pytestmark = pytest.mark.django_db


def entered(practice: Practice, *refs: str) -> None:
    practice.claims(*({**CLEAN, "claim_ref": ref, "patient_ref": f"P{ref}"} for ref in refs))


def sent(practice: Practice, *refs: str):
    entered(practice, *refs)
    (batch,) = write_claims(practice.office.call("biller"), claims=list(Claim.objects.filter(ref__in=refs))).batches
    return batch


def found(how: str) -> set[str]:
    return set(Claim.objects.filter(stands(how)).values_list("ref", flat=True))


def test_claims_are_found_by_how_they_stand(ready: Practice) -> None:  # noqa: F811
    batch = sent(ready, "C-OUT", "C-REJ", "C-PAID", "C-DEN")
    entered(ready, "C-NEW")
    ready.claims({**CLEAN, "claim_ref": "C-SELF", "patient_ref": "P9", "payer_id": "", "member_id": ""})
    assert ready.run(judged("C-REJ", "A7", "562", batch=batch)).status == "posted"
    ready.remit(remittance(claim("C-PAID", service_line(15_000, cas("CO", "45", 5_000), control="L1")), trace="T1"),
                remittance(claim("C-DEN", service_line(15_000, cas("CO", "197", 15_000), control="L1")), trace="T2"))  # fmt: skip
    assert {how: found(how) for how, _words in STANDS} == {
        "unsent": {"C-NEW"}, "out": {"C-OUT", "C-REJ"}, "rejected": {"C-REJ"}, "answered": {"C-PAID", "C-DEN"},
        "denied": {"C-DEN"}, "asked": {"C-REJ", "C-DEN"},
    }  # fmt: skip
    client = signed_in("biller")
    for query, seen in (("stands=denied", {"C-DEN"}), ("stands=unsent", {"C-NEW"}), ("payer=self", {"C-SELF"}),
                        (f"payer={ready.blue.uid}&stands=out", {"C-OUT", "C-REJ"}), ("patient=doe&ref=C-P", {"C-PAID"})):  # fmt: skip
        page = client.get(f"/billing/claims/?{query}").content.decode()
        assert {ref for ref in ("C-OUT", "C-REJ", "C-PAID", "C-DEN", "C-NEW", "C-SELF") if f">{ref}<" in page} == seen, query
    assert client.get("/billing/claims/?stands=never").status_code == 400


def test_the_contract_stands_beside_the_charge(ready: Practice) -> None:  # noqa: F811
    ready.claims(CLEAN, {**CLEAN, "line_ref": "L2", "code": "G2211", "charge": "20"})
    client, page = signed_in("biller"), f"/billing/claims/{Claim.objects.get().uid}/"
    assert ">Contract<" not in client.get(page).content.decode(), "no column where no contract gives a price"
    contract = Contract.objects.create(payer=ready.blue, name="2026", starts_on=dt.date(2026, 1, 1), source="paper", percent_ppm=0)
    CarveOut.objects.create(contract=contract, code="G0438", cents=9_125, starts_on=dt.date(2026, 1, 1))
    shown = client.get(page).content.decode()
    assert ">Contract<" in shown and "91.25" in shown
    with CaptureQueriesContext(connection) as few:
        client.get(page)
    ready.claims(*({**CLEAN, "claim_ref": "C-9", "line_ref": f"L{n}"} for n in range(12)))
    with CaptureQueriesContext(connection) as many:
        client.get(f"/billing/claims/{Claim.objects.get(ref='C-9').uid}/")
    assert len(many) <= len(few) + 2


def test_an_appeal_cites_when_the_claim_was_sent_and_taken(ready: Practice) -> None:  # noqa: F811
    batch = sent(ready, "C-1")
    assert ready.run(judged("C-1", "A2", control="ICN77", batch=batch)).status == "posted"
    ready.remit(remittance(claim("C-1", service_line(15_000, cas("CO", "29", 15_000), control="L1"))))
    appeal = draft_appeal(ready.office.call("biller"), item=WorkItem.objects.get(kind="denial"), argument="It was in time.")
    letter = appeal_letter(appeal)
    assert f"Sent to you: Nov. 23, 2026, {batch.name}" in letter and "Taken by you: Nov. 23, 2026, ICN77" in letter
    assert appeal_pdf(appeal).startswith(b"%PDF")


def test_an_appeal_of_a_claim_never_sent_from_here_cites_nothing(ready: Practice) -> None:  # noqa: F811
    entered(ready, "C-1")
    ready.remit(remittance(claim("C-1", service_line(15_000, cas("CO", "29", 15_000), control="L1"))))
    appeal = draft_appeal(ready.office.call("biller"), item=WorkItem.objects.get(kind="denial"), argument="It was in time.")
    assert "Sent to you" not in appeal_letter(appeal)


def test_a_remittance_says_whether_the_bank_has_shown_its_money(ready: Practice) -> None:  # noqa: F811
    entered(ready, "C-1", "C-2", "C-3")
    for n, (ref, day) in enumerate((("C-1", 2), ("C-2", 2), ("C-3", 20))):
        answer = claim(ref, service_line(15_000, cas("CO", "45", 5_000 + n), control="L1"))
        ready.remit(replace(remittance(answer, trace=f"EFT{n}"), paid_on=dt.date(2026, 11, day), paid_on_text=f"202611{day:02d}"))
    ready.remit(remittance(claim("C-9", service_line(1_000), status="1"), trace="CHECK9", method="CHK"))
    account = change_bank_account(
        ready.office.call("administrator"), account=BankAccount.objects.get(account__code="1050"), number="0000123456",
        opening_cents=1_000_000, opening_on=dt.date(2026, 11, 1),
    )  # fmt: skip
    seen = Line(dt.date(2026, 11, 4), 10_000, "HCCLAIMPMT BLUE TRN*1*EFT0*1512345678", trace="EFT0")
    importers.run(ready.office.call("bookkeeper"), kind="ofx", content=statement([seen]), name="bank.qfx", options=Options())
    reconcile(ready.office.call("bookkeeper"), account=account)
    client = signed_in("biller")
    late = client.get("/billing/remittances/?late=1").content.decode()
    assert "EFT1" in late and "EFT0" not in late and "EFT2" not in late, "three bank days are the rule"
    shown = client.get("/billing/remittances/").content.decode()
    assert [shown.count(f">{words}<") for words in ("Seen", "Not seen", "On its way")] == [1, 1, 1]
    for trace, said in (("EFT0", "November 4"), ("EFT1", "not seen yet")):
        page = client.get(f"/billing/remittances/{Remittance.objects.get(trace=trace).uid}/").content.decode()
        assert "At the bank" in page and (said in page or "Nov 4" in page)
    assert "At the bank" not in client.get(f"/billing/remittances/{Remittance.objects.get(trace='CHECK9').uid}/").content.decode()
