"""Plans, small balances, hardship and bad debt: one signature for many lines, never over a hold, never twice."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
from django.urls import reverse
from hypothesis import assume, given
from hypothesis import strategies as st

from steward.billing.logic.patient_money import PlanState, due_days, hardship_cents, plan_standing
from steward.billing.models import Claim, Hardship, PaymentPlan, Prepayment, WriteOffLine, WriteOffRun
from steward.billing.selectors.claims import claim_status
from steward.billing.selectors.plans import running_plans
from steward.billing.selectors.runs import bad_debts, hardship_lines, small_balances
from steward.billing.services.decisions import apply_prepayment
from steward.billing.services.plans import agree_plan, end_plan
from steward.billing.services.runs import (
    ask_bad_debt,
    ask_hardship,
    ask_small_balances,
    grant_hardship,
    make_agency_file,
    sign_run,
)
from steward.billing.services.statements import hold_account, make_statements
from steward.core.files.selectors import content
from steward.core.refusals import Refused
from steward.frontdesk.models import Patient
from tests.support import signed_in

from .conftest import Practice
from .test_statements import RULES, SELF, TODAY, later


@pytest.fixture
def spring(practice: Practice) -> Practice:
    """The practice in April: the months to come have their periods in the books."""
    practice.office.now = dt.datetime(2026, 4, 6, 17, 0, tzinfo=dt.UTC)
    return practice


def owe(practice: Practice, ref: str, charge: str, patient: str = "P1", paid: str = "") -> Patient:
    row = {"claim_ref": ref, "line_ref": f"{ref}-1", "charge": charge, "patient_ref": patient, "copay_collected": paid,
           "service_date": practice.office.today.isoformat(),
           "last_name": f"Doe{patient}", **SELF}  # fmt: skip
    assert practice.claims(row).status == "posted"
    return Patient.objects.get(chart=patient)


def pay(practice: Practice, ref: str, cents: str) -> None:
    """Money that came in after the plan was agreed: a receipt of the patient's, with another charge file."""
    owe(practice, ref, "0.00", paid=cents)


def test_small_balances_need_one_signature_by_their_sum(spring: Practice) -> None:
    for n in range(3):
        owe(spring, f"S-{n}", "9.00", f"P{n}")
    owe(spring, "S-9", "10.00", "P9")
    assert small_balances(spring.office.today) == [], "too young"
    later(spring, 90)
    biller = spring.office.call("biller")
    assert [one.cents for one in small_balances(spring.office.today)] == [900, 900, 900]
    run = ask_small_balances(biller)
    assert (run.cents, run.posted_at) == (2_700, None), "2,700 together is more than goes without a second person"
    with pytest.raises(Refused):
        ask_small_balances(spring.office.call("biller"))
    assert spring.balances().get("admin_writeoff") is None
    with pytest.raises(Refused):
        sign_run(spring.office.call("biller"), uid=run.uid, approve=True)
    sign_run(spring.office.call("administrator"), uid=run.uid, approve=True)
    books = spring.balances()
    assert (books["admin_writeoff"], books["ar_patient"]) == (2_700, 1_000)
    assert WriteOffLine.objects.filter(entry__isnull=False).count() == 3


def test_what_was_paid_or_held_meanwhile_is_left_out(spring: Practice) -> None:
    who = [owe(spring, f"S-{n}", "9.00", f"P{n}") for n in range(3)]
    later(spring, 90)
    run = ask_small_balances(spring.office.call("biller"))
    owe(spring, "S-8", "0.00", "P0", paid="4.00")
    line = run.lines.get(charge__claim__patient=who[0])
    item = Prepayment.objects.get().item
    apply_prepayment(spring.office.call("biller"), receipt_item=item, charge=line.charge, cents=400)
    hold_account(spring.office.call("biller"), guarantor=who[1].guarantor, kind="bankruptcy", reason="court letter")
    sign_run(spring.office.call("administrator"), uid=run.uid, approve=True)
    posted = dict(WriteOffLine.objects.values_list("charge__claim__patient__chart", "posted_cents"))
    assert posted == {"P0": 500, "P1": 0, "P2": 900}
    assert spring.balances()["admin_writeoff"] == 1_400


def test_a_no_posts_nothing_and_frees_the_lines(spring: Practice) -> None:
    for n in range(2):
        owe(spring, f"S-{n}", "9.00", f"P{n}")
    later(spring, 90)
    run = ask_small_balances(spring.office.call("biller"))
    sign_run(spring.office.call("administrator"), uid=run.uid, approve=False, comment="they will pay")
    assert WriteOffRun.objects.get().rejected_at and "admin_writeoff" not in spring.balances()
    assert len(small_balances(spring.office.today)) == 2


def test_hardship_takes_its_percent_once(spring: Practice) -> None:
    who = owe(spring, "S-1", "150.00").guarantor
    row = grant_hardship(spring.office.call("biller"), guarantor=who, percent=40, starts_on=dt.date(2026, 4, 1),
                         ends_on=dt.date(2026, 12, 31), reason="income below the line")  # fmt: skip
    run = ask_hardship(spring.office.call("biller"), hardship=row)
    sign_run(spring.office.call("administrator"), uid=run.uid, approve=True)
    assert (spring.balances()["charity"], spring.balances()["ar_patient"]) == (6_000, 9_000)
    assert hardship_lines(row).lines == ()
    with pytest.raises(Refused):
        ask_hardship(spring.office.call("biller"), hardship=row)
    early = Hardship(guarantor=who, percent=50, starts_on=dt.date(2026, 1, 1), ends_on=dt.date(2026, 3, 31))
    assert hardship_lines(early).lines == (), "the service lies after it"


def test_bad_debt_after_three_statements_then_the_agency(spring: Practice) -> None:
    who = owe(spring, "S-1", "150.00").guarantor
    biller = spring.office.call

    def stage() -> tuple[object, ...]:
        told = claim_status(biller("biller").subject, "S-1")
        return tuple(told["patient"].values())[:2] if told and told["patient"] else ()

    assert stage() == ("DUE", 0)
    with pytest.raises(Refused):
        ask_bad_debt(biller("biller"), guarantor=who, reason="never answers")
    for _n in range(3):
        assert make_statements(biller("biller")).count == 1
        later(spring, 30)
    assert [one.cents for one in bad_debts(spring.office.today)] == [15_000]
    assert stage() == ("STATEMENT", 3)
    run = ask_bad_debt(biller("biller"), guarantor=who, reason="never answers")
    with pytest.raises(Refused):
        make_agency_file(biller("biller"), agency="Keel Recovery")
    sign_run(biller("administrator"), uid=run.uid, approve=True)
    assert (spring.balances()["bad_debt"], spring.balances().get("ar_patient")) == (15_000, None)
    assert stage() == ("BAD_DEBT", 3)
    row = make_agency_file(biller("biller"), agency="Keel Recovery")
    (line,) = csv.DictReader(io.StringIO(content(row.file).decode()))
    assert (line["account"], line["amount"], line["claim"], line["zip"]) == ("P1", "150.00", "S-1", "62701")
    assert "123456789" not in str(line) and "Z00" not in str(line)
    assert stage() == ("COLLECTIONS", 3)
    page = signed_in("biller").get(reverse("billing:claim", args=[Claim.objects.get(ref="S-1").uid]))
    assert "with a collection agency; 3 statements" in page.content.decode()
    with pytest.raises(Refused):
        make_agency_file(biller("biller"), agency="Keel Recovery")


@pytest.mark.parametrize("kind", ["bankruptcy", "deceased", "dispute"])
def test_a_hold_stops_bad_debt_and_the_agency(spring: Practice, kind: str) -> None:
    who = owe(spring, "S-1", "150.00").guarantor
    for _n in range(3):
        make_statements(spring.office.call("biller"))
        later(spring, 30)
    run = ask_bad_debt(spring.office.call("biller"), guarantor=who, reason="never answers")
    sign_run(spring.office.call("administrator"), uid=run.uid, approve=True)
    hold_account(spring.office.call("biller"), guarantor=who, kind=kind, reason="letter")
    with pytest.raises(Refused):
        make_agency_file(spring.office.call("biller"), agency="Keel Recovery")


def test_a_plan_is_kept_late_broken_and_protects_while_kept(spring: Practice) -> None:
    who = owe(spring, "S-1", "150.00").guarantor
    biller = spring.office.call
    with pytest.raises(Refused):
        agree_plan(biller("biller"), guarantor=who, cents=15_001, day_of_month=5, first_due=dt.date(2026, 5, 5))
    plan = agree_plan(biller("biller"), guarantor=who, cents=5_000, day_of_month=5, first_due=dt.date(2026, 5, 5))
    with pytest.raises(Refused):
        agree_plan(biller("biller"), guarantor=who, cents=5_000, day_of_month=5, first_due=dt.date(2026, 5, 5))

    def standing() -> tuple[str, int, dt.date | None]:
        view = running_plans([who.pk], spring.office.today)[who.pk].standing
        return view.state, view.paid_cents, view.next_due

    assert standing() == ("current", 0, dt.date(2026, 5, 5))
    later(spring, 29 + 7)  # twenty-nine days to the fifth, seven of grace
    assert standing()[0] == "current"
    later(spring, 1)
    assert standing()[0] == "late"
    pay(spring, "S-2", "50.00")
    assert standing() == ("current", 5_000, dt.date(2026, 6, 5))
    assert spring.balances()["ar_patient"] == 15_000, "the plan settles nothing by itself"
    later(spring, 65)
    assert standing()[0] == "broken"
    end_plan(biller("biller"), plan=plan, reason="broken")
    assert running_plans([who.pk], spring.office.today) == {} and PaymentPlan.objects.get().end_reason == "broken"


def test_screens(practice: Practice) -> None:
    who = owe(practice, "S-1", "150.00").guarantor
    owe(practice, "S-2", "9.00", "P2")
    owe(practice, "S-3", "9.00", "P3")
    biller = signed_in("biller")
    agreed = biller.post(
        reverse("billing:plan", args=[who.uid]), {"cents": "50", "day_of_month": "5", "first_due": "+20"}
    )
    assert agreed.status_code == 303
    given_ = {"percent": "40", "starts_on": "2026-01-01", "ends_on": "2027-12-31", "reason": "income"}
    assert biller.post(reverse("billing:hardship", args=[who.uid]), given_).status_code == 303
    page = biller.get(reverse("billing:account", args=[who.uid])).content
    assert b"50.00 a month" in page and b"40 %" in page
    assert biller.post(reverse("billing:hardship_ask", args=[Hardship.objects.get().uid])).status_code == 303
    run = WriteOffRun.objects.get()
    assert b"income" in biller.get(reverse("billing:giving_up")).content
    owner = signed_in("owner")
    assert b"60.00" in owner.get(reverse("billing:run", args=[run.uid])).content
    assert b"Doe" not in owner.get(reverse("billing:run", args=[run.uid])).content
    refused = biller.post(reverse("billing:bad_debt", args=[who.uid]), {"reason": "never answers"})
    assert refused.status_code == 422


months = st.integers(1, 28)


@given(st.dates(dt.date(2024, 1, 1), dt.date(2026, 12, 31)), months, st.dates(dt.date(2024, 1, 1), dt.date(2028, 1, 1)))
def test_payments_fall_due_once_a_month(first: dt.date, day: int, until: dt.date) -> None:
    found = due_days(first, day, until)
    assert len({(one.year, one.month) for one in found}) == len(found)
    assert all(one.day == day for one in found[1:]) and found == sorted(found)


@given(
    st.integers(1, 10**6),
    st.integers(1, 10**7),
    st.integers(0, 10**7),
    st.integers(0, 10**7),
    st.dates(TODAY, dt.date(2028, 1, 1)),
)
def test_who_paid_what_was_expected_is_never_late(
    cents: int, agreed: int, paid: int, owed: int, today: dt.date
) -> None:
    assume(cents <= agreed)
    one = plan_standing(cents, agreed, TODAY, 5, paid_cents=paid, owed_cents=owed, rules=RULES, today=today)
    if paid >= one.expected_cents:
        assert one.state in (PlanState.CURRENT, PlanState.PAID) and one.missed == 0
    if owed <= 0:
        assert one.state is PlanState.PAID and one.next_due is None


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(1, 100))
def test_a_discount_settles(owed: int, given_: int, percent: int) -> None:
    cents = hardship_cents(owed, given_, percent)
    assert 0 <= cents <= owed
    assert hardship_cents(owed - cents, given_ + cents, percent) == 0
