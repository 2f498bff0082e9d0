"""Drivers of a budget: lines reckoned from them and nothing else touched; season; what-if beside; price, quantity and mix to the cent."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from steward.billing.logic import entry
from steward.budget import services
from steward.budget.logic import drivers as logic
from steward.budget.logic.variances import Sold, against_lines
from steward.budget.models import Budget, BudgetLine, Driver, Season
from steward.budget.selectors_driven import driven, season_of, working_days
from steward.budget.services import DriverData
from steward.budget.views import practice
from steward.core.refusals import Refused
from tests.billing.visits import Clinic, open_clinic
from tests.budget.test_room import code_of
from tests.support import Office, signed_in

YEAR = date(2027, 1, 1)
NURSE = DriverData("staff", "Nurse", "5100", fte_milli=1_500, year_cents=6_000_000, first=4)
STONE = DriverData("income", "Stone, Blue", "4000", provider="Stone, Ida", payer="Blue Harbor", visits_milli=10_000, rate_cents=12_345)
SUPPLIES = DriverData("cost", "Supplies", "5310", fixed_cents=10_000, visit_cents=250)


@given(st.lists(st.builds(Sold, st.just("x"), *(st.integers(0, 500) for _ in range(3)), st.integers(0, 10**7)), min_size=1, max_size=5), st.data())
def test_parts_add_up_to_what_the_lines_say(rows: list[Sold], data: Any) -> None:
    lines = [data.draw(st.integers(0, 10**7)) for _ in rows]
    for one, plan, part in zip(rows, lines, against_lines(rows, lines), strict=True):
        assert part.all_cents == one.cents - plan


def test_working_days_leave_out_weekends_and_holidays() -> None:
    assert [working_days(date(2027, month, 1)) for month in (1, 2, 7, 12)] == [19, 19, 21, 23]  # Christmas is a Saturday


pytest_db = pytest.mark.django_db


@pytest.fixture
def call(office: Office) -> Any:
    return office.call("bookkeeper")


def draft(call: Any, *drivers: DriverData) -> Budget:
    row = services.draft_budget(call, uid=uuid4(), name="Budget 2027", first_on=YEAR)
    for data in drivers:
        services.put_driver(call, uid=row.uid, data=data)
    return row


def amounts(row: Budget, code: str) -> list[int]:
    found = dict(BudgetLine.objects.filter(budget=row, account__code=code).values_list("month", "cents"))
    return [found.get(month, 0) for month in range(1, 13)]


@pytest_db
def test_lines_are_what_the_drivers_say_and_the_others_stay(call: Any) -> None:
    row = draft(call)
    services.put_lines(call, uid=row.uid, lines=[logic.BudgetLine("6000", "", "", 1, 500), logic.BudgetLine("5310", "", "", 1, 7)])
    for data in (NURSE, STONE, SUPPLIES):
        services.put_driver(call, uid=row.uid, data=data)
    assert amounts(row, "5100") == [0, 0, 0] + [750_000] * 9 and amounts(row, "6000")[0] == 500
    found = driven(row)
    assert sum(amounts(row, "4000")) == 10 * sum(found.days) * 12_345 and amounts(row, "5310")[0] == 10_000 + 250 * 10 * found.days[0]
    supplies = Driver.objects.get(name="Supplies")
    services.put_driver(call, uid=row.uid, driver=supplies.uid, data=DriverData("cost", "Supplies", "5300", fixed_cents=1))
    assert sum(amounts(row, "5310")) == 0 and amounts(row, "5300") == [1] * 12
    services.remove_driver(call, uid=row.uid, driver=supplies.uid)
    assert sum(amounts(row, "5300")) == 0 and amounts(row, "6000")[0] == 500


@pytest_db
@pytest.mark.parametrize(
    ("data", "code"),
    [
        (DriverData("staff", " ", "5100"), "no_name"), (DriverData("thing", "x", "5100"), "kind"),
        (DriverData("staff", "x", "9x"), "unknown_account"),
        (DriverData("cost", "x", "5310", step_cents=5), "driver"), (DriverData("staff", "x", "5100", first=5, last=4), "driver"),
    ],
)  # fmt: skip
def test_what_is_no_driver(call: Any, data: DriverData, code: str) -> None:
    row = draft(call)
    assert code_of(services.put_driver, call, uid=row.uid, data=data) == code and not row.drivers.exists()


@pytest_db
def test_the_season_moves_months_and_not_the_year(call: Any) -> None:
    row = draft(call, STONE)
    before = sum(amounts(row, "4000"))
    index = [1_500_000, 500_000] + [1_000_000] * 10
    services.put_season(call, uid=row.uid, days=[20] * 12, index_ppm=index)
    assert amounts(row, "4000")[:3] == [3_703_500, 1_234_500, 2_469_000] and before != 0
    assert code_of(services.put_season, call, uid=row.uid, days=[20] * 12, index_ppm=[1_000_000] * 11 + [1]) == "index"
    assert code_of(services.put_season, call, uid=row.uid, days=[20] * 11, index_ppm=index) == "days"
    assert season_of(row).own and Season.objects.count() == 1


@pytest_db
def test_submitted_it_stands(office: Office, call: Any) -> None:
    row = draft(call, NURSE)
    services.submit_budget(call, uid=row.uid)
    with pytest.raises(Refused):
        services.put_driver(call, uid=row.uid, data=STONE)
    for attack in ("UPDATE budget_driver SET fte_milli = 9", "DELETE FROM budget_driver",
                   f"INSERT INTO budget_season (budget_id, days, index_ppm) VALUES ({row.pk}, '[]', '[]')"):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attack)


@pytest_db
def test_a_what_if_stands_beside_and_the_plan_is_not_touched(call: Any) -> None:
    wells = DriverData("income", "Wells, State", "4000", provider="Wells, Iris", payer="State", visits_milli=5_000, rate_cents=8_000)
    row = draft(call, NURSE, STONE, wells, SUPPLIES)
    plan = {code: sum(amounts(row, code)) for code in ("4000", "5100", "5310")}
    days = driven(row).days
    made = services.draft_what_if(
        call, uid=uuid4(), base=row, name="Stone leaves", provider="Stone, Ida", last=6, payer="State", change_ppm=-50_000
    )  # fmt: skip
    assert {code: sum(amounts(row, code)) for code in plan} == plan
    assert sum(amounts(made, "4000")) == 10 * sum(days[:6]) * 12_345 + 5 * sum(days) * 7_600
    assert sum(amounts(made, "5100")) == plan["5100"] and sum(amounts(made, "5310")) < plan["5310"]
    more = services.draft_what_if(call, uid=uuid4(), base=row, name="More visits", visits_ppm=100_000)
    assert sum(amounts(more, "4000")) == 11 * sum(days) * 12_345 + 11 * sum(days) * 8_000 // 2
    assert code_of(services.draft_what_if, call, uid=uuid4(), base=row, name="x", provider="Nobody") == "driver"
    assert code_of(services.draft_what_if, call, uid=uuid4(), base=draft(call), name="x") == "no_drivers"


@pytest.fixture
def clinic(db: Any) -> Clinic:
    return open_clinic()


def test_what_was_seen_and_what_it_brought(clinic: Clinic) -> None:
    for day in (date(2026, 10, 12), date(2026, 10, 13)):
        clinic.charge(clinic.visit(day=day), entry.Typed("G0439"))
    (one,) = practice.seen(date(2026, 10, 1), date(2026, 10, 31))
    assert (one.visits, one.payer) == (2, "Blue Harbor") and "Stone" in one.provider
    assert practice.pace(clinic.office.today) is None
    assert practice.last_year(date(2026, 11, 23)) == (date(2025, 11, 1), date(2026, 10, 31))


def test_the_screens(clinic: Clinic) -> None:
    office = clinic.office
    for day in (date(2026, 10, 12), date(2026, 10, 13)):
        clinic.charge(clinic.visit(day=day), entry.Typed("G0439"))
    row = services.draft_budget(office.call("bookkeeper"), uid=uuid4(), name="Budget 2026", first_on=date(2026, 1, 1))
    keeper = signed_in("bookkeeper")
    here = reverse("budget:drivers", args=[row.uid])
    assert "None yet" in keeper.get(here).content.decode()
    assert keeper.post(reverse("budget:prefill", args=[row.uid])).status_code == 303
    staff = reverse("budget:driver_new", args=[row.uid, "staff"])
    assert keeper.get(staff).status_code == 200
    typed = {"name": "Nurse", "account": "5100", "fte_milli": "1.5", "year_cents": "60000.00", "first": "4", "last": "12"}
    assert keeper.post(staff, {**typed, "last": "3"}).status_code == 422
    assert keeper.post(staff, typed).status_code == 303
    cost = {"name": "Supplies", "account": "5310", "visit_cents": "2.50"}
    assert keeper.post(reverse("budget:driver_new", args=[row.uid, "cost"]), cost).status_code == 303
    assert keeper.post(reverse("budget:driver_new", args=[row.uid, "thing"])).status_code == 404
    page = keeper.get(here).content.decode()
    assert "1.5 places" in page and "Stone" in page and "67,500.00" in page
    nurse = Driver.objects.get(name="Nurse")
    change = reverse("budget:driver", args=[row.uid, nurse.uid])
    assert 'value="1.5"' in keeper.get(change).content.decode()
    assert keeper.post(change, {**typed, "fte_milli": "2"}).status_code == 303
    season = reverse("budget:season", args=[row.uid])
    assert keeper.get(season).status_code == 200
    twelve = {f"days_{n}": "20" for n in range(12)} | {f"index_{n}": "1" for n in range(12)}
    assert keeper.post(season, twelve).status_code == 303
    why = reverse("budget:variances", args=[row.uid]) + "?month=2026-10"
    shown = keeper.get(why).content.decode()
    assert "Price" in shown and "5310" in shown
    for kind in ("csv", "xlsx"):
        assert keeper.get(f"{why}&export={kind}").status_code == 200
    what = reverse("budget:what_if", args=[row.uid])
    income = Driver.objects.get(kind="income")
    typed = {"uid": str(uuid4()), "name": "He leaves", "provider": income.provider, "last": "3", "payer": "", "change": "", "visits": ""}
    assert keeper.post(what, typed).status_code == 303
    made = Budget.objects.get(kind="whatif")
    beside = reverse("budget:beside", args=[made.uid])
    assert "Result as planned" in keeper.get(beside).content.decode()
    for kind in ("csv", "xlsx"):
        assert keeper.get(f"{beside}?export={kind}").status_code == 200
    assert keeper.get(reverse("budget:beside", args=[row.uid])).status_code == 404
    assert keeper.post(reverse("budget:driver_remove", args=[row.uid, nurse.uid])).status_code == 303
    assert signed_in("frontdesk").get(here).status_code == 403
