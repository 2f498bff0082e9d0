"""Schedules imported, contracts kept, and what is expected of many lines in a constant number of queries."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from steward.core.refusals import Denied, Refused
from steward.insurance import selectors, services
from steward.insurance.demo import build_contracts, build_payers
from steward.insurance.logic.writeoffs import rule_for
from steward.insurance.models import Contract, FeeEdition, FeeRow, FeeSchedule, Payer
from steward.insurance.states import ScheduleKind
from steward.insurance.types import CarveOutData, ContractData, EditionData, PayerData, PlanData, PricedLine, RuleData
from tests.insurance.conftest import YEAR
from tests.insurance.test_fee_files import HEAD, rvu_row
from tests.support import Office

pytestmark = pytest.mark.django_db
DAY, LAST = dt.date(2026, 6, 1), dt.date(2026, 12, 31)
LIST = b"code,place,amount\nG0438,facility,100.00\nG0438,nonfacility,150.00\nG0101,,50.00\n"


@pytest.fixture
def schedule(office: Office) -> FeeSchedule:
    row = services.create_schedule(office.call("biller"), name="Base list")
    services.import_edition(office.call("biller"), schedule=row, data=EditionData(YEAR, LIST, "base.csv"))
    return row


@pytest.fixture
def contract(office: Office, payer: Payer, schedule: FeeSchedule) -> Contract:
    return services.create_contract(
        office.call("biller"), data=terms(payer, schedule=schedule.pk, percent_ppm=1_100_000)
    )


def terms(payer: Payer, **more) -> ContractData:
    return ContractData(
        **{"payer": payer.pk, "name": "Blue 2026", "starts_on": YEAR, "source": "Letter of agreement", **more}
    )


def line(payer: Payer, **more) -> PricedLine:
    values = {"ref": 1, "payer": payer.pk, "plan": None, "day": DAY, "code": "G0438", "charge_cents": 30_000, **more}
    return PricedLine(**values)


def code(call) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code


def expected(*lines: PricedLine) -> list[int | None]:
    return [one.cents for one in selectors.expected_many(lines).values()]


def test_a_percent_of_a_base(payer: Payer, contract: Contract) -> None:
    assert expected(line(payer), line(payer, ref=2, place="22"), line(payer, ref=3, code="J3420")) == [
        16_500,
        11_000,
        None,
    ]
    said = selectors.expected_many([line(payer)])[1]
    assert "150.00" in said.words and "110 %" in said.words and said.source == "Base list 2026-01-01"


def test_the_plans_own_contract_wins(office: Office, payer: Payer, contract: Contract, schedule: FeeSchedule) -> None:
    gold = services.create_plan(office.call("biller"), payer=payer, data=PlanData("Gold"))
    services.create_contract(office.call("biller"), data=terms(payer, plan=gold.pk, schedule=schedule.pk))
    assert expected(line(payer, plan=gold.pk), line(payer, ref=2)) == [15_000, 16_500]


def test_a_new_edition_and_one_that_corrects(
    office: Office, payer: Payer, contract: Contract, schedule: FeeSchedule
) -> None:
    call = office.call("biller")
    later = EditionData(dt.date(2026, 7, 1), b"code,amount\nG0438,200.00\n")
    services.import_edition(call, schedule=schedule, data=later)
    assert expected(line(payer), line(payer, ref=2, day=dt.date(2026, 7, 1))) == [16_500, 22_000]
    assert code(lambda: services.import_edition(call, schedule=schedule, data=later)) == "same"
    services.import_edition(call, schedule=schedule, data=replace(later, content=b"code,amount\nG0438,210.00\n"))
    assert expected(line(payer, day=dt.date(2026, 7, 1))) == [23_100]
    assert FeeEdition.objects.filter(superseded_at=None).count() == 2 and selectors.editions(schedule).count() == 3


def test_relative_values_with_the_files_factor_or_ones_own(office: Office, payer: Payer) -> None:
    call = office.call("biller")
    medicare = services.create_schedule(call, name="Medicare", kind=ScheduleKind.RVU)
    services.import_edition(call, schedule=medicare, data=EditionData(YEAR, (HEAD + rvu_row("G2211")).encode()))
    services.create_contract(call, data=terms(payer, schedule=medicare.pk))
    assert expected(line(payer, code="G2211")) == [1_670]  # 0.50 x 33.4009
    without = (HEAD + rvu_row("G2211", factor="")).encode()
    assert code(lambda: services.import_edition(call, schedule=medicare, data=EditionData(LAST, without))) == "factor"
    services.import_edition(
        call, schedule=medicare, data=EditionData(LAST, without, conversion_e4=400_000, work_gpci_e3=2_000)
    )
    assert expected(line(payer, code="G2211", day=LAST)) == [3_320]  # (0.66 + 0.15 + 0.02) x 40


def test_carve_outs(office: Office, payer: Payer, contract: Contract) -> None:
    call = office.call("biller")
    carved = services.add_carve_out(call, contract=contract, data=CarveOutData("G0438", YEAR, cents=9_900))
    assert expected(line(payer)) == [9_900]
    again = CarveOutData("G0438", YEAR, charge_ppm=5)
    assert code(lambda: services.add_carve_out(call, contract=contract, data=again)) == "exists"
    services.end_carve_out(call, carve_out=carved, on=YEAR)
    assert expected(line(payer)) == [16_500]
    assert code(lambda: services.end_carve_out(call, carve_out=carved, on=dt.date(2025, 1, 1))) == "dates"


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ({"code": "x y"}, "code"),
        ({"modifier": "Q"}, "modifier"),
        ({"place": "Z"}, "place"),
        ({"cents": None}, "price"),
        ({"cents": 1, "charge_ppm": 1}, "price"),
        ({"cents": -1}, "price"),
        ({"ends_on": dt.date(2020, 1, 1)}, "dates"),
    ],
)
def test_faults_of_a_carve_out(office: Office, contract: Contract, more: dict, wrong: str) -> None:
    data = CarveOutData(**{"code": "G0438", "starts_on": YEAR, "cents": 1, **more})
    assert code(lambda: services.add_carve_out(office.call("biller"), contract=contract, data=data)) == wrong


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ({"name": " "}, "name"),
        ({"source": ""}, "source"),
        ({"ends_on": dt.date(2020, 1, 1)}, "dates"),
        ({"percent_ppm": -1}, "percent"),
        ({"later_ppm": 99_000_000}, "percent"),
        ({"modifiers": {"5": 1}}, "modifiers"),
        ({}, "overlap"),
        ({"starts_on": LAST}, "overlap"),
    ],
)
def test_faults_of_a_contract(office: Office, payer: Payer, contract: Contract, more: dict, wrong: str) -> None:
    assert code(lambda: services.create_contract(office.call("biller"), data=terms(payer, **more))) == wrong


def test_another_payers_plan_is_refused(office: Office, payer: Payer) -> None:
    other = services.create_payer(office.call("biller"), data=PayerData("GREEN", "Green Plan"))
    plan = selectors.standard_plan(other)
    assert code(lambda: services.create_contract(office.call("biller"), data=terms(payer, plan=plan.pk))) == "plan"


def test_ended_then_followed_and_voided(office: Office, payer: Payer, contract: Contract) -> None:
    call = office.call("biller")
    services.end_contract(call, contract=contract, on=LAST)
    follows = terms(payer, starts_on=dt.date(2027, 1, 1), percent_ppm=500_000)
    services.create_contract(call, data=follows)
    assert expected(line(payer, day=dt.date(2027, 1, 1))) == [15_000]  # half the charge: no schedule
    assert code(lambda: services.end_contract(call, contract=contract, on=dt.date(2027, 1, 1))) == "overlap"
    services.void_contract(call, contract=contract, reason="typed twice")
    assert expected(line(payer)) == [None]
    assert code(lambda: services.void_contract(call, contract=contract, reason="again")) == "voided"


def test_the_database_refuses_an_overlap_and_a_changed_price(contract: Contract, schedule: FeeSchedule) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Contract.objects.create(payer=contract.payer, name="x", source="x", starts_on=LAST)
    for act in (lambda: FeeRow.objects.update(multiple=True), lambda: FeeRow.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


def test_limits_are_the_contracts_else_the_payers(office: Office, payer: Payer) -> None:
    call = office.call("biller")
    services.update_payer(call, payer=payer, data=PayerData("BLUE", "Blue Harbor Health", filing_limit_days=180))
    services.create_contract(call, data=terms(payer, filing_limit_days=90, appeal_limit_days=60))
    before = YEAR - dt.timedelta(days=1)
    found = selectors.limits_many([(payer.pk, None, DAY), (payer.pk, None, before)])
    assert [(one.filing_days, one.appeal_days) for one in found.values()] == [(90, 60), (180, None)]


def test_a_contracts_own_white_list(office: Office, payer: Payer, contract: Contract) -> None:
    data = RuleData("CO", "97", "contractual", YEAR, "Section 4", payer=payer.pk, contract=contract.pk)
    services.add_write_off_rule(office.call("biller"), data=data)
    rules = selectors.write_off_rules()
    asked = {"payer": payer.pk, "group": "CO", "carc": "97", "day": DAY, "cents": 5}
    assert rule_for(rules, **asked) is None and rule_for(rules, **asked, contract=contract.pk) is not None
    assert rule_for(rules, **asked, contract=contract.pk + 1) is None
    lost = RuleData("CO", "97", "contractual", YEAR, "Section 4", contract=contract.pk)
    assert code(lambda: services.add_write_off_rule(office.call("biller"), data=lost)) == "payer"


def test_queries_do_not_grow_with_lines(payer: Payer, contract: Contract) -> None:
    few, many = [line(payer)], [line(payer, ref=n, code=f"G{n:04}") for n in range(400)]
    counts = []
    for lines in (few, many):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            selectors.expected_many(lines)
        counts.append(len(seen))
    assert counts == [4, 4]


def test_the_demos_contracts_pay_a_share_of_the_charge(office: Office) -> None:
    call = office.system()
    plans = build_payers(call, [(PayerData(f"PAY{n}", f"Payer {n}"), 2500) for n in (1, 2)])
    build_contracts(call, plans, [620_000, 410_000], dt.date(2024, 1, 1))
    assert expected(*(line(plan.payer, ref=plan.pk, plan=plan.pk) for plan in plans)) == [18_600, 12_300]


def test_who_may(office: Office, payer: Payer) -> None:
    for role in ("frontdesk", "clinician", "bookkeeper"):
        with pytest.raises(Denied):
            services.create_contract(office.call(role), data=terms(payer))
