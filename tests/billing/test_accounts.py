"""Who owes what, from the ledger alone: lines, ages, prepayments, and what happened to each line in sentences."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from steward.billing.logic.account import BUCKETS, bucket, by_age
from steward.billing.models import Remittance
from steward.billing.selectors import accounts as ask
from steward.billing.services.decisions import apply_prepayment, write_off
from steward.billing.services.remittances import undo_remittance
from steward.billing.words import say
from steward.frontdesk.models import Patient
from tests.support import signed_in

from .conftest import Practice
from .samples import cas, claim, remittance, service_line

SHARED = {"payer_id": "", "member_id": ""}


def the_account(practice: Practice, role: str = "biller", *, whole: bool = False) -> ask.Account:
    subject = practice.office.call(role).subject
    guarantor = Patient.objects.order_by("id").first().guarantor
    return ask.account(subject, guarantor, practice.office.today, whole=whole)


def sentences(account: ask.Account, ref: str) -> list[str]:
    line = next(one for one in account.lines if one.charge.claim.ref == ref)
    return [say(event, account.payers) for event in line.events]


def test_a_line_from_charge_to_small_balance(practice: Practice) -> None:
    practice.claims({"claim_ref": "C-1", "copay_collected": "5.00"})
    account = the_account(practice)
    assert (account.owed_cents, account.credit_cents, account.insurance_cents) == (0, 500, 15_000)
    assert account.lines[0].since is None, "with the payer: nobody asks the patient"
    practice.remit(
        remittance(claim("C-1", service_line(15_000, cas("CO", "45", 5_000), cas("PR", "1", 2_000), control="L1")))
    )
    account = the_account(practice)
    assert (account.owed_cents, account.credit_cents, account.insurance_cents) == (1_500, 0, 0)
    assert sentences(account, "C-1") == [
        "150.00 was charged to Blue Harbor.",
        "Blue Harbor paid 80.00.",
        "50.00 was written off: the contract with the payer.",
        "Blue Harbor left 20.00 for the patient to pay.",
        "The patient's payment of 5.00 was put to it.",
    ]
    charge = account.lines[0].charge
    write_off(practice.office.call("biller"), charge=charge, role="admin_writeoff", cents=900, reason="small")
    account = the_account(practice)
    assert account.owed_cents == 600 and sentences(account, "C-1")[-1] == "9.00 was written off: a small balance."


def test_a_remittance_taken_back_is_told(practice: Practice) -> None:
    practice.claims({"claim_ref": "C-1"})
    practice.remit(remittance(claim("C-1", service_line(15_000, cas("PR", "1", 2_000), control="L1"))))
    assert the_account(practice).owed_cents == 2_000
    undo_remittance(practice.office.call("biller"), remittance=Remittance.objects.get(), reason="wrong file")
    account = the_account(practice)
    assert (account.owed_cents, account.insurance_cents) == (0, 15_000)
    assert sentences(account, "C-1")[-1].startswith("An earlier entry was taken back")


def test_self_pay_prepayment_and_settled_lines(practice: Practice) -> None:
    practice.claims({"claim_ref": "S-1", "copay_collected": "200.00", **SHARED})
    account = the_account(practice)
    assert (account.owed_cents, account.credit_cents) == (15_000, 20_000)
    credit, line = account.credits[0], account.lines[0]
    apply_prepayment(practice.office.call("biller"), receipt_item=credit.item, charge=line.charge, cents=15_000)
    account = the_account(practice)
    assert (account.lines, account.owed_cents, account.credit_cents) == ((), 0, 5_000)
    settled = the_account(practice, whole=True)
    assert sentences(settled, "S-1") == [
        "150.00 was charged to the patient.",
        "The patient's payment of 150.00 was put to it.",
    ]


def test_the_account_agrees_with_the_control_account(practice: Practice) -> None:
    practice.claims({"claim_ref": "S-1", **SHARED}, {"claim_ref": "S-2", "line_ref": "L2", "charge": "31.07", **SHARED})
    account = the_account(practice)
    assert account.owed_cents == practice.balances()["ar_patient"] == sum(line.owed_cents for line in account.lines)
    assert sum(account.ages) == account.owed_cents


def test_balances_by_age(practice: Practice) -> None:
    practice.claims({"claim_ref": "S-1", "copay_collected": "20.00", **SHARED})
    subject = practice.office.call("biller").subject
    (row,) = ask.balances(subject, practice.office.today)
    assert (row.owed, row.prepaid, row.age0) == (15_000, 2_000, 15_000)
    (later,) = ask.balances(subject, practice.office.today + dt.timedelta(days=45))
    assert (later.age0, later.age1) == (0, 15_000)
    assert not ask.balances(practice.office.call("hr").subject, practice.office.today).exists()


def test_screens(practice: Practice) -> None:
    practice.claims({"claim_ref": "S-1", "copay_collected": "20.00", **SHARED})
    biller = signed_in("biller")
    page = biller.get(reverse("billing:accounts"))
    assert page.status_code == 200 and b"150.00" in page.content
    patient = Patient.objects.get()
    for uid in (patient.guarantor.uid, patient.uid, patient.party.uid):
        page = biller.get(reverse("billing:account", args=[uid]))
        assert page.status_code == 200 and b"was charged to the patient" in page.content
    assert b"Doe" not in signed_in("auditor").get(reverse("billing:account", args=[patient.uid])).content
    assert signed_in("hr").get(reverse("billing:account", args=[patient.uid])).status_code in (403, 404)
    assert biller.get(reverse("billing:account", args=[practice.blue.party.uid])).status_code == 404


days = st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1))


@given(st.lists(st.tuples(days, st.integers(-(10**9), 10**9))), days)
def test_ages_lose_no_cent(rows: list[tuple[dt.date, int]], today: dt.date) -> None:
    assert sum(by_age(rows, today)) == sum(cents for _, cents in rows)


@pytest.mark.parametrize(
    ("age", "column"), [(-3, 0), (0, 0), (30, 0), (31, 1), (60, 1), (61, 2), (120, 3), (121, 4), (9_999, 4)]
)
def test_where_an_age_falls(age: int, column: int) -> None:
    assert bucket(age) == column and len(BUCKETS) == 5
