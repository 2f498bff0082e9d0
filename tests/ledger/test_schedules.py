"""Schedules in the books: signed once, posted once, held where a month takes nothing, taken back, ended; guarded; on screen."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from steward.core.approvals import deciders
from steward.core.approvals import selectors as asked
from steward.core.refusals import Refused
from steward.ledger import services
from steward.ledger.models import Entry, Schedule, ScheduleStep
from steward.ledger.selectors import account_balance, verify
from steward.ledger.selectors.findings import findings
from steward.ledger.selectors.schedules import due, loan_steps, schedules
from steward.ledger.services import ScheduleData
from tests.ledger.support import entry, line
from tests.support import signed_in

pytestmark = pytest.mark.django_db

RENT = ScheduleData("recurring", "Rent", date(2026, 9, 1), (line("6000", 240_000), line("bank_operating", -240_000)))
COVER = ScheduleData("spread", "Malpractice cover", date(2026, 9, 15), (line("6200", 1_000_00), line("1300", -1_000_00)), steps=12)
LOAN = ScheduleData(
    "loan", "Ultrasound loan", date(2026, 10, 5), (line("2600", 0), line("interest_expense", 0), line("bank_operating", 0)),
    steps=24, total_cents=2_400_000, rate_ppm=60_000,
)  # fmt: skip


def made(office, data, uid=None):
    """Made by the bookkeeper, signed by the owner."""
    row = services.make_schedule(office.call("bookkeeper"), uid=uid or uuid4(), data=data)
    assert row.state == "waiting"
    return services.sign_schedule(office.call("owner"), uid=row.uid, approve=True)


def code_of(act, *args, **values):
    with pytest.raises(Refused) as found:
        act(*args, **values)
    assert all(r.message and r.fix for r in found.value.refusals)
    return found.value.code


def test_rent_posts_itself_once_however_often_it_runs(office, call):
    row = made(office, RENT)
    ran = services.post_schedules(office.system())
    assert (ran.posted, ran.held) == (3, ())  # September, October, November
    assert services.post_schedules(office.system()).posted == 0
    entries = [step.entry for step in row.posted_steps.select_related("entry")]
    assert [e.date for e in entries] == [date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)]
    assert all(e.drafted_by == office.user("bookkeeper") and e.approved_by == office.user("owner") for e in entries)
    assert all(e.memo == "Rent" and e.document_id == row.document_id for e in entries)
    assert account_balance(date(2026, 11, 30), code="6000") == 720_000
    assert verify().ok


def test_nothing_posts_before_the_second_signature_nor_after_a_no(office, call):
    row = services.make_schedule(call, uid=uuid4(), data=RENT)
    assert services.post_schedules(office.system()).posted == 0
    assert code_of(services.sign_schedule, call, uid=row.uid, approve=True)
    services.sign_schedule(office.call("owner"), uid=row.uid, approve=False, comment="not our landlord")
    assert services.post_schedules(office.system()).posted == 0
    assert Schedule.objects.get(pk=row.pk).state == "rejected"


def test_a_cover_paid_ahead_becomes_expense_month_by_month(office):
    made(office, COVER)
    assert services.post_schedules(office.system()).posted == 3
    assert account_balance(date(2026, 11, 30), code="6200") == 25_000
    assert account_balance(date(2026, 11, 30), code="1300") == -25_000


def test_a_loans_payments_are_split(office):
    made(office, LOAN)
    services.post_schedules(office.system())
    first = ScheduleStep.objects.get(n=1).entry
    by_code = {row.account.code: row.cents for row in first.lines.select_related("account")}
    assert by_code == {"2600": 94_369, "6700": 12_000, "1050": -106_369}  # 6 % of 24,000 for a month is 120.00
    one = loan_steps(date(2026, 10, 1), date(2026, 11, 30))[0]
    assert (one.principal_cents, one.interest_cents, one.posted) == (94_369, 12_000, True)


def test_an_accrual_is_taken_back_on_the_first(office):
    accrual = ScheduleData(
        "recurring", "Cleaning accrued", date(2026, 10, 31), (line("6020", 30_000), line("2100", -30_000)), steps=1, released=True
    )
    made(office, accrual)
    ran = services.post_schedules(office.system())
    assert (ran.posted, ran.released) == (1, 1)
    assert account_balance(date(2026, 10, 31), code="6020") == 30_000
    assert account_balance(date(2026, 11, 1), code="6020") == 0
    assert services.post_schedules(office.system()).released == 0


def test_a_locked_month_holds_a_step_and_says_so_and_the_rest_goes_on(office):
    row, other = made(office, RENT), made(office, COVER)
    services.lock_period(office.call("administrator"), period="2026-09")
    ran = services.post_schedules(office.system())
    assert ran.posted == 0 and {h.schedule.pk for h in ran.held} == {row.pk, other.pk} and "locked" in ran.held[0].why
    services.reopen_period(office.call("administrator"), period="2026-09", reason="rent")
    assert services.post_schedules(office.system()).posted == 6


def test_what_was_ended_stops(office, call):
    row = made(office, RENT)
    services.post_schedules(office.system(), until=date(2026, 10, 15))
    assert code_of(services.end_schedule, call, uid=row.uid, ended_on=date(2026, 9, 30), reason="moved") == "posted"
    assert code_of(services.end_schedule, call, uid=row.uid, ended_on=date(2026, 10, 31), reason=" ") == "no_reason"
    services.end_schedule(call, uid=row.uid, ended_on=date(2026, 10, 31), reason="moved")
    assert services.post_schedules(office.system()).posted == 0 and due(date(2030, 1, 1)) == []


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (ScheduleData("recurring", "x", date(2026, 10, 1), (line("6000", 5), line("1050", -4))), "unbalanced"),
        (ScheduleData("recurring", " ", date(2026, 10, 1), (line("6000", 5), line("1050", -5))), "no_name"),
        (ScheduleData("spread", "x", date(2026, 10, 1), (line("6000", 500), line("1300", -500))), "steps"),
        (ScheduleData("recurring", "x", date(2019, 10, 1), (line("6000", 5), line("1050", -5))), "no_period"),
        (ScheduleData("recurring", "x", date(2026, 10, 1), (line("9999", 5), line("1050", -5))), "unknown_account"),
        (ScheduleData("loan", "x", date(2026, 10, 1), (line("2600", 0), line("1050", 0)), steps=3, total_cents=5), "loan"),
    ],
)
def test_bad_terms_are_refused_and_leave_nothing(call, data, code):
    assert code_of(services.make_schedule, call, uid=uuid4(), data=data) == code
    assert not Schedule.objects.exists()


def test_made_twice_is_one(call):
    uid = uuid4()
    assert services.make_schedule(call, uid=uid, data=RENT).pk == services.make_schedule(call, uid=uid, data=RENT).pk


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE ledger_schedule SET every_months = 12",
        "UPDATE ledger_schedule SET state = 'waiting'",
        "UPDATE ledger_schedule SET approved_by_id = NULL",
        "DELETE FROM ledger_schedule",
        "UPDATE ledger_scheduleline SET cents = cents * 2",
        "DELETE FROM ledger_scheduleline",
        "INSERT INTO ledger_scheduleline (schedule_id, n, account_id, cents, memo)"
        " SELECT schedule_id, 9, account_id, 1, '' FROM ledger_scheduleline WHERE n = 1",
        "UPDATE ledger_schedulestep SET n = 7",
        "DELETE FROM ledger_schedulestep",
    ],
)
def test_the_database_keeps_what_was_signed(office, sql, attack):
    made(office, RENT)
    services.post_schedules(office.system())
    with pytest.raises(DatabaseError), transaction.atomic():
        sql(attack)


def test_a_posted_step_can_be_reversed_by_hand_and_stays_reversed(office):
    made(office, RENT)
    services.post_schedules(office.system())
    step = ScheduleStep.objects.get(n=2)
    services.reverse_entry(office.call("bookkeeper"), number=step.entry.number, date=date(2026, 11, 20), reason="paid by the owner")
    assert services.post_schedules(office.system()).posted == 0


def test_the_screens(office):
    keeper, boss = signed_in("bookkeeper"), signed_in("owner")
    url = reverse("ledger:schedule_new")
    assert keeper.get(url).status_code == 200
    typed = {
        "uid": str(uuid4()), "memo": "Rent", "date": "2026-09-01", "kind": "recurring", "every_months": "1", "steps": "",
        "account": ["6000 Rent", "1050"], "note": ["", ""], "debit": ["2,400", ""], "credit": ["", "2,400"], "do": "submit",
    }  # fmt: skip
    wrong = keeper.post(url, {**typed, "credit": ["", "2,300"]})
    assert wrong.status_code == 422 and "do not balance" in wrong.content.decode()
    done = keeper.post(url, typed)
    assert done.status_code == 303, done.content.decode()
    row = Schedule.objects.get()
    page = reverse("ledger:schedule", args=[row.uid])
    assert "Waits for the second signature" in keeper.get(page).content.decode()
    assert boss.post(page, {"answer": "yes", "comment": ""}).status_code == 303
    assert keeper.post(reverse("ledger:schedules_run")).status_code == 303
    shown = keeper.get(page).content.decode()
    assert shown.count("2,400.00") >= 12 and str(Entry.objects.order_by("number").first().number) in shown
    entry = ScheduleStep.objects.get(n=1).entry
    assert keeper.get(reverse("ledger:entry", args=[entry.uid])).status_code == 200
    assert "2,400.00" in keeper.get(reverse("ledger:journal_like", args=[entry.uid])).content.decode()
    assert "2,400.00" in keeper.get(url, {"like": str(entry.uid)}).content.decode()
    assert keeper.get(reverse("ledger:schedule_end", args=[row.uid])).status_code == 200
    assert keeper.post(reverse("ledger:schedule_end", args=[row.uid]), {"ended_on": "2026-12-31", "reason": "moving"}).status_code == 303
    assert "Rent" in keeper.get(reverse("ledger:schedules")).content.decode()


def test_a_loan_is_made_on_its_form(office):
    keeper, url = signed_in("bookkeeper"), reverse("ledger:loan_new")
    assert "1050" in keeper.get(url).content.decode()
    typed = {
        "uid": str(uuid4()), "name": "Ultrasound loan", "total_cents": "24,000", "rate": "6", "steps": "24", "payment_cents": "",
        "first_on": "2026-10-05", "every_months": "1", "loan": "2600", "interest": "6700", "paid_from": "1050",
    }  # fmt: skip
    assert keeper.post(url, {**typed, "payment_cents": "100"}).status_code == 422
    assert keeper.post(url, typed).status_code == 303
    page = keeper.get(reverse("ledger:schedule", args=[Schedule.objects.get().uid])).content.decode()
    assert "1,063.69" in page and "120.00" in page


def test_lists_and_runs_cost_the_same_for_many(office, call):
    def cost(act):
        with CaptureQueriesContext(connection) as seen:
            act()
        return len(seen)

    made(office, COVER)
    one = cost(lambda: (list(schedules(call.subject)), due(date(2026, 11, 30))))
    for _ in range(3):
        made(office, COVER)
    assert cost(lambda: (list(schedules(call.subject)), due(date(2026, 11, 30)))) == one


def found(office, check, today=date(2026, 11, 23)):
    return [one for one in findings(today, office.clock.zone) if one.check == check]


def test_a_step_nobody_posted_is_found(office):
    made(office, RENT)
    late = found(office, "missing_recurring")
    late.sort(key=lambda one: one.evidence[1].ref)
    assert [one.evidence[1].ref for one in late] == ["2026-09-01", "2026-10-01", "2026-11-01"]
    assert late[0].evidence[0].amount_cents == 240_000 and late[0].proposal is None  # the schedule itself posts it
    services.post_schedules(office.system())
    assert found(office, "missing_recurring") == []


def test_an_accrual_nobody_took_back_is_found(office):
    accrual = ScheduleData(
        "recurring", "Cleaning accrued", date(2026, 10, 31), (line("6020", 30_000), line("2100", -30_000)), steps=1, released=True
    )
    made(office, accrual)
    services.post_schedules(office.system(), until=date(2026, 10, 31))
    (one,) = found(office, "accrual_not_released")
    assert one.proposal.date == date(2026, 11, 1) and one.proposal.lines[0].cents == -30_000
    services.post_schedules(office.system())
    assert found(office, "accrual_not_released") == []


@pytest.mark.parametrize(
    ("on", "cents", "right"),
    [("2600", 106_369, [("6700", 12_000), ("2600", -12_000)]), ("6700", 106_369, [("2600", 94_369), ("6700", -94_369)]),
     ("2600", 94_369, None), ("2600", 106_370, None)],
)  # fmt: skip
def test_a_loan_payment_booked_whole_is_found_and_a_right_one_stays_quiet(office, call, on, cents, right):
    made(office, LOAN)
    services.post(call, draft=entry(line(on, cents), line("1050", -cents), day=date(2026, 10, 6), journal="bank"))
    told = found(office, "loan_split")
    assert [[(p.account, p.cents) for p in one.proposal.lines] for one in told] == ([right] if right else [])


def test_it_is_signed_on_the_page_of_approvals_too(office, call):
    row = services.make_schedule(call, uid=uuid4(), data=RENT)
    deciders.decide(office.call("owner"), request=asked.latest(row.uid, "journal"), approve=True)
    assert Schedule.objects.get().state == "active" and services.post_schedules(office.system()).posted == 3


def test_taken_back_it_posts_nothing(office, call):
    row = services.make_schedule(call, uid=uuid4(), data=RENT)
    deciders.withdraw(call, request=asked.latest(row.uid, "journal"))
    assert Schedule.objects.get().state == "rejected" and services.post_schedules(office.system()).posted == 0
    assert code_of(services.withdraw_schedule, call, uid=row.uid) == "no_schedule"
