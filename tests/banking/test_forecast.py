"""Thirteen weeks of cash in the practice: from the books and the plans, kept as made, held against what happened; on screen."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from steward.banking import services
from steward.banking.models import Forecast, PlannedFlow
from steward.banking.selectors import forecast as ask
from steward.core.refusals import Refused
from steward.ledger import services as ledger
from steward.ledger.services import ScheduleData
from tests.ledger.support import entry, line
from tests.support import signed_in

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
FLOW = services.FlowData("Payroll", "payroll", -500_000, date(2026, 11, 27), "two_weeks")


def history(call, weeks=30, cents=100_000):
    """A charge a week, paid at eighty percent in its third week, the rest written off with it; the last two are open."""
    drafts = []
    for n in range(weeks):
        day = TODAY - timedelta(days=7 * (weeks - n))
        item = f"charge:{n}"
        drafts.append(entry(line("ar_insurance", cents, item=item), line("charges", -cents), day=day, source_ref=f"c{n}"))
        if day + timedelta(days=15) <= TODAY:
            paid = cents * 8 // 10
            drafts.append(entry(
                line("era_clearing", paid), line("contractual", cents - paid), line("ar_insurance", -cents, item=item),
                day=day + timedelta(days=15), journal="remittance", source_ref=f"r{n}",
            ))  # fmt: skip
    ledger.post_many(call, drafts=drafts)


@pytest.fixture
def call(office):
    return office.call("bookkeeper")


@pytest.fixture
def boss(office):
    return office.call("administrator")


def test_receivables_come_at_the_pace_they_came_at(office, call):
    history(call)
    row = services.make_forecast(call)
    weeks = ask.weeks_of(row)
    assert [week.in_cents for week in weeks[:5]] == [80_000] * 5  # one charge a week, paid in its third week
    assert weeks[0].closing_cents == row.opening_cents + 80_000
    assert weeks[0].p10_cents == weeks[0].p90_cents  # every week of the past was like every other


def test_what_is_planned_and_what_posts_itself_is_in_it(office, call, boss):
    services.plan_flow(boss, data=FLOW)
    rent = ScheduleData("recurring", "Rent", date(2026, 12, 1), (line("6000", 240_000), line("bank_operating", -240_000)))
    row = ledger.make_schedule(call, uid=uuid4(), data=rent)
    ledger.sign_schedule(office.call("owner"), uid=row.uid, approve=True)
    weeks = ask.weeks_of(services.make_forecast(call))
    assert [week.planned for week in weeks[:3]] == [(("Payroll", -500_000),), (("Rent", -240_000),), (("Payroll", -500_000),)]
    assert weeks[-1].closing_cents == -500_000 * 7 - 240_000 * 3


def test_a_flow_is_changed_and_ended(office, boss):
    row = services.plan_flow(boss, data=FLOW)
    services.plan_flow(boss, data=services.FlowData("Payroll", "payroll", -600_000, FLOW.first_on, "two_weeks"), uid=row.uid)
    assert PlannedFlow.objects.get().cents == -600_000
    services.end_flow(boss, uid=row.uid)
    services.end_flow(boss, uid=row.uid)
    assert ask.planned(TODAY) == []
    with pytest.raises(Refused):
        services.plan_flow(boss, data=FLOW, uid=row.uid)


@pytest.mark.parametrize(
    ("change", "code"),
    [({"name": " "}, "no_name"), ({"kind": "gift"}, "kind"), ({"every": "day"}, "kind"), ({"cents": 0}, "cents"),
     ({"until": date(2026, 1, 1)}, "until")],
)
def test_a_flow_that_makes_no_sense_is_refused(boss, change, code):
    with pytest.raises(Refused) as found:
        services.plan_flow(boss, data=services.FlowData(**{"name": "x", "kind": "rent", "cents": 1, "first_on": TODAY, **change}))
    assert found.value.code == code and not PlannedFlow.objects.exists()


def test_the_bookkeeper_plans_nothing(call):
    with pytest.raises(Refused) as found:
        services.plan_flow(call, data=FLOW)
    assert found.value.code == "denied"


def test_a_forecast_stands_as_it_was_made(office, call, boss, sql_run):
    services.set_floor(boss, cents=100_000)
    row = services.make_forecast(call)
    assert row.floor_cents == 100_000 and row.low_cents == 0
    for attack in ("UPDATE banking_forecast SET low_cents = 1", "DELETE FROM banking_forecast", "UPDATE banking_cashfloor SET cents = 1"):
        with pytest.raises(DatabaseError), transaction.atomic():
            sql_run(attack)


@pytest.fixture
def sql_run():
    def run(text):
        with connection.cursor() as cursor:
            cursor.execute(text)

    return run


def test_a_week_later_it_is_held_against_the_books(office, call):
    services.make_forecast(call)
    ledger.post(call, draft=entry(line("bank_operating", 40_000), line("patient_prepaid", -40_000), day=TODAY + timedelta(days=3)))
    (one,) = ask.held(TODAY + timedelta(days=7))
    assert (one.said_cents, one.was_cents) == (0, 40_000)
    assert ask.error_ppm([one]) == 1_000_000 and ask.held(TODAY + timedelta(days=6)) == []


def test_the_page(office, call, boss):
    keeper, chief = signed_in("bookkeeper"), signed_in("administrator")
    url = reverse("banking:forecast")
    assert "No forecast yet" in keeper.get(url).content.decode()
    assert chief.post(reverse("banking:floor"), {"cents": "5,000"}).status_code == 303
    typed = {"name": "Payroll", "kind": "payroll", "way": "out", "amount": "5,000", "first_on": "2026-11-27", "every": "two_weeks",
             "until": "", "note": ""}  # fmt: skip
    assert chief.post(reverse("banking:flow_new"), {**typed, "amount": "0"}).status_code == 422
    assert chief.post(reverse("banking:flow_new"), typed).status_code == 303
    assert keeper.post(reverse("banking:forecast_run")).status_code == 303
    page = keeper.get(url).content.decode()
    assert "Under the floor" in page and "−5,000.00" in page and "<svg" in page
    assert "Week to" in keeper.get(url, {"export": "csv"}).content.decode()
    assert keeper.get(url, {"export": "pdf"}).content.startswith(b"%PDF")
    flow = PlannedFlow.objects.get()
    assert chief.get(reverse("banking:flow", args=[flow.uid])).status_code == 200
    assert chief.post(reverse("banking:flow_end", args=[flow.uid])).status_code == 303
    assert "Payroll" in keeper.get(reverse("banking:flows"), {"ended": "1"}).content.decode()


def test_as_many_queries_for_many_as_for_few(office, call):
    def cost():
        with CaptureQueriesContext(connection) as seen:
            ask.receivables(TODAY)
        return len(seen)

    history(call, weeks=3)
    few = cost()
    history(call, weeks=20, cents=50_000)
    assert cost() == few
    assert Forecast.objects.count() == 0


def test_the_command_tells_the_same(office, call, monkeypatch):
    from argparse import Namespace

    from steward.cli import bank

    monkeypatch.setattr(bank, "call_as", lambda _user: call)
    told = bank.run(Namespace(verb="forecast", user="")).data
    assert told["made_on"] == "2026-11-23" and len(told["weeks"]) == 13 and Forecast.objects.count() == 1
