"""The agency: paid net of its fee to the cent, recalled, and stopped by bankruptcy and death; credits with their legal clock."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from steward.banking.models import Settlement
from steward.billing.models import AgencyRecall, AgencyRemittance, Charge, Claim, PaymentPlan, Statement, WriteOffLine
from steward.billing.selectors.credits import _later as later_by
from steward.billing.selectors.credits import credits, late_before
from steward.billing.selectors.runs import to_agency
from steward.billing.selectors.sending import glance
from steward.billing.services.agency import recall_account, take_agency_payment, undo_agency_payment
from steward.billing.services.plans import agree_plan
from steward.billing.services.runs import ask_bad_debt, make_agency_file, sign_run
from steward.billing.services.statements import hold_account, lift_hold, make_statements
from steward.core.outbox.models import Message
from steward.core.refusals import Refused
from steward.registry.models import Party, Site
from tests.support import signed_in

from .conftest import Practice
from .test_giving_up import owe
from .test_giving_up import spring as spring
from .test_other_charges import code
from .test_returned import _whole
from .test_statements import later


@pytest.fixture
def placed(spring: Practice) -> Practice:
    """150.00 of one guarantor signed as bad debt and handed to an agency."""
    who = owe(spring, "S-1", "150.00").guarantor
    for _n in range(3):
        make_statements(spring.office.call("biller"))
        later(spring, 30)
    run = ask_bad_debt(spring.office.call("biller"), guarantor=who, reason="never answers")
    sign_run(spring.office.call("administrator"), uid=run.uid, approve=True)
    make_agency_file(spring.office.call("biller"), agency="Keel Recovery")
    return spring


def pay(practice: Practice, cents: int, fee: int, **change: object) -> AgencyRemittance:
    data = {"agency": "Keel Recovery", "reference": "R1", "parts": [(Charge.objects.get(claim__ref="S-1"), cents)], "fee_cents": fee,
            "paid_on": practice.office.today}  # fmt: skip
    return take_agency_payment(practice.office.call("biller"), **{**data, **change})  # type: ignore[arg-type]


def test_gross_to_the_account_fee_to_expense_net_to_the_bank(placed: Practice) -> None:
    before = placed.balances()
    row = pay(placed, 10_000, 3_000)
    books = placed.balances()
    assert (books["bad_debt"], books["eft_in_transit"], books[None]) == (5_000, 7_000, 3_000)
    assert Settlement.objects.get(item=row.item).cents == 7_000
    assert _whole(Claim.objects.get(ref="S-1").pk), "the claim adds up to its charges"
    with pytest.raises(Refused) as refused:
        pay(placed, 1_000, 0)
    assert code(refused) == "exists"
    with pytest.raises(Refused) as refused:
        pay(placed, 5_001, 0, reference="R2")
    assert code(refused) == "amount"
    undo_agency_payment(placed.office.call("biller"), payment=row, reason="another practice's")
    assert placed.balances() == before and Settlement.objects.get(item=row.item).cancelled_at
    pay(placed, 15_000, 0)


@pytest.mark.parametrize(("change", "refusal"), [
    ({"agency": " "}, "reference"), ({"fee_cents": 15_000}, "amount"), ({"paid_on": dt.date(2030, 1, 1)}, "day"), ({"parts": []}, "amount"),
])  # fmt: skip
def test_bad_input_is_told(placed: Practice, change: dict, refusal: str) -> None:
    with pytest.raises(Refused) as refused:
        pay(placed, 15_000, 0, **change)
    assert code(refused) == refusal
    recall_account(placed.office.call("biller"), guarantor=Party.objects.get(pk=_who().pk), reason="paid us")
    with pytest.raises(Refused) as refused:
        pay(placed, 100, 0)
    assert code(refused) == "at_agency"


def _who() -> Party:
    return Claim.objects.get(ref="S-1").patient.guarantor


def test_recalled_lines_may_go_into_a_later_file(placed: Practice) -> None:
    (row,) = recall_account(placed.office.call("biller"), guarantor=_who(), reason="wrong person")
    assert (row.agency, row.cents, row.lines) == ("Keel Recovery", 15_000, 1) and len(to_agency()) == 1
    with pytest.raises(Refused):
        recall_account(placed.office.call("biller"), guarantor=_who(), reason="again")
    make_agency_file(placed.office.call("biller"), agency="Other Recovery")
    assert to_agency() == []


@pytest.mark.parametrize("kind", ["bankruptcy", "deceased"])
def test_bankruptcy_and_death_stop_what_is_under_way_and_it_may_be_reopened(placed: Practice, kind: str) -> None:
    who = owe(placed, "S-2", "80.00").guarantor
    soon = placed.office.today + dt.timedelta(days=9)
    agree_plan(placed.office.call("biller"), guarantor=who, cents=2_000, day_of_month=5, first_due=soon)
    later(placed, 1)
    make_statements(placed.office.call("biller"))
    letter = Statement.objects.order_by("-id")[0].message
    assert letter and letter.state == "queued"
    day = placed.office.today - dt.timedelta(days=2)
    with pytest.raises(Refused):
        hold_account(placed.office.call("biller"), guarantor=who, kind=kind, reason="x", effective_on=soon)
    held = hold_account(placed.office.call("biller"), guarantor=who, kind=kind, reason="court letter", effective_on=day)
    assert held.effective_on == day
    assert PaymentPlan.objects.get().ended_at and Message.objects.get(pk=letter.pk).state == "cancelled"
    assert AgencyRecall.objects.get().guarantor == who and not WriteOffLine.objects.filter(agency_file__isnull=False).exists()
    with pytest.raises(Refused):
        make_agency_file(placed.office.call("biller"), agency="Keel Recovery")
    later(placed, 60)
    assert make_statements(placed.office.call("biller")).count == 0
    lift_hold(placed.office.call("biller"), hold=held, reason="case dismissed")
    assert make_statements(placed.office.call("biller")).count == 1
    make_agency_file(placed.office.call("biller"), agency="Keel Recovery")


def test_a_dispute_waits_but_ends_nothing(placed: Practice) -> None:
    hold_account(placed.office.call("biller"), guarantor=_who(), kind="dispute", reason="says paid")
    assert not AgencyRecall.objects.exists()


def test_credits_have_their_clock(practice: Practice) -> None:
    owe(practice, "S-1", "1.00", paid="40.00")
    Site.objects.update(state="ZZ")
    (row,) = credits(practice.office.today)
    assert (row.cents, row.due_on, row.late) == (4_000, None, False)
    Site.objects.update(state="NY")
    (row,) = credits(practice.office.today)
    assert (row.due_on, row.rule) == (dt.date(2029, 11, 23), "unclaimed")
    assert glance(dt.date(2029, 11, 23)).late_credits == 0  # due that day, late the next
    seen = glance(dt.date(2029, 11, 24))
    assert (seen.late_credits, seen.since, seen.late_cents) == (1, practice.office.today, 4_000)
    page = signed_in("biller").get(reverse("billing:credits")).content
    assert b"40.00" in page and b"unclaimed property" in page
    assert signed_in("frontdesk").get(reverse("billing:credits")).status_code == 403


@given(st.dates(dt.date(2023, 2, 20), dt.date(2029, 3, 5)), st.integers(1, 5), st.integers(-3, 3))
def test_today_judges_a_credit_as_its_page_does(today: dt.date, years: int, off: int) -> None:
    first = late_before(today, years) + dt.timedelta(days=off)
    assert (later_by(first, years) < today) is (first < late_before(today, years))


def test_screens(placed: Practice) -> None:
    biller = signed_in("biller")
    assert biller.get(reverse("billing:collected")).status_code == 200
    typed = {"agency": "Keel", "reference": "K-7", "paid_on": "2026-07-01", "fee_cents": "20", "lines": "S-1 85.00\n"}
    wrong = biller.post(reverse("billing:collected"), {**typed, "lines": "NOBODY 1.00"})
    assert wrong.status_code == 422 and b"No agency has claim" in wrong.content
    assert biller.post(reverse("billing:collected"), {**typed, "lines": "S-1"}).status_code == 422
    assert biller.post(reverse("billing:collected"), typed).status_code == 303
    assert AgencyRemittance.objects.get().gross_cents == 8_500
    assert b"Recall from the agency" in biller.get(reverse("billing:account", args=[_who().uid])).content
    assert biller.post(reverse("billing:recall", args=[_who().uid]), {"reason": "settled"}).status_code == 303


def test_payments_are_listed_and_undone_on_their_page(placed: Practice) -> None:
    before = placed.balances()
    row = pay(placed, 10_000, 3_000)
    biller = signed_in("biller")
    assert b"Keel Recovery" in biller.get(reverse("billing:giving_up")).content
    url = reverse("billing:collected_undo", args=[row.uid])
    assert b"100.00 collected" in biller.get(url).content
    assert biller.post(url, {"reason": ""}).status_code == 422
    assert biller.post(url, {"reason": "another practice\'s"}).status_code == 303
    assert placed.balances() == before and _whole(Claim.objects.get(ref="S-1").pk)
    assert b"another practice" in biller.get(reverse("billing:giving_up")).content
    assert biller.post(url, {"reason": "again"}).status_code == 422
    assert signed_in("frontdesk").get(url).status_code == 403
