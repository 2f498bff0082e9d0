"""Payers, plans and coverage through the services; overlap refused by the service and, without it, by the database."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from steward.core.refusals import Denied, Refused
from steward.insurance import selectors, services
from steward.insurance.models import Coverage, Payer, WriteOffRule
from steward.insurance.types import CoverageData, PayerData, PlanData, RuleData
from steward.registry.models import Party
from steward.registry.services import create_party
from steward.registry.types import PersonData
from tests.support import Office

pytestmark = pytest.mark.django_db
START, MID, LAST = dt.date(2026, 1, 1), dt.date(2026, 6, 30), dt.date(2026, 12, 31)


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def payer(office: Office) -> Payer:
    data = PayerData("BLUE", "Blue Harbor Health", "BH001", "REF9", "1512345678", "BL")
    return services.create_payer(office.call("administrator"), data=data)


@pytest.fixture
def ana(office: Office) -> Party:
    return create_party(office.call("frontdesk"), data=PersonData("Ortiz", "Ana"))


@pytest.fixture
def luis(office: Office) -> Party:
    return create_party(office.call("frontdesk"), data=PersonData("Ortiz", "Luis"))


def cover(patient: Party, payer: Payer, **more) -> CoverageData:
    plan = selectors.standard_plan(payer).pk
    return CoverageData(
        **{"patient": patient.pk, "plan": plan, "subscriber": patient.pk, "member_id": "M1", "starts_on": START, **more}
    )


def code(call) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code


def test_a_payer_has_a_party_a_plan_and_many_names(office: Office, payer: Payer) -> None:
    assert payer.party.kind == "organisation" and payer.ein == "512345678"
    assert selectors.payer_by_code("blue") == selectors.payer_by_code("BLUE") == payer
    for ways in ({"edi_id": "BH001"}, {"ref2u": "REF9"}, {"ein": "512345678"}, {"name": "blue harbor health"}):
        assert selectors.find_payers(**ways) == [payer]
    assert selectors.find_payers() == [] and selectors.find_payers(edi_id="x") == []
    assert [plan.name for plan in selectors.plans(payer)] == ["Standard"]


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        (PayerData("", "X"), "code"),
        (PayerData("A B", "X"), "code"),
        (PayerData("X", ""), "name"),
        (PayerData("X", "X", filing="QQ"), "filing"),
        (PayerData("X", "X", ein="12"), "ein"),
        (PayerData("BLUE", "X"), "exists"),
    ],
)
def test_payer_faults(office: Office, payer: Payer, data: PayerData, wrong: str) -> None:
    assert code(lambda: services.create_payer(office.call("administrator"), data=data)) == wrong
    assert Payer.objects.count() == 1 and Party.objects.count() == 1


def test_renaming_a_payer_renames_its_party(office: Office, payer: Payer) -> None:
    services.update_payer(office.call("biller"), payer=payer, data=PayerData("BLUE", "Green Harbor"))
    payer.refresh_from_db()
    assert payer.party.name == "Green Harbor" and payer.party.last_key == "green harbor"


def test_clinicians_do_not_enter_payers(office: Office) -> None:
    with pytest.raises(Denied):
        services.create_payer(office.call("clinician"), data=PayerData("X", "X"))


def test_coverage_on_a_day(office: Office, payer: Payer, ana: Party, luis: Party) -> None:
    call = office.call("frontdesk")
    first = services.add_coverage(call, data=cover(ana, payer, ends_on=MID))
    second = services.add_coverage(
        call, data=cover(ana, payer, rank=2, subscriber=luis.pk, relation="01", member_id="M2")
    )
    later = services.add_coverage(call, data=cover(ana, payer, starts_on=MID + dt.timedelta(1)))
    assert selectors.covering(ana.pk, START) == [first, second]
    assert selectors.covering(ana.pk, LAST) == [later, second]
    assert selectors.covering(ana.pk, START - dt.timedelta(1)) == []
    assert selectors.covering(luis.pk, START) == []


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ({"member_id": " "}, "member_id"),
        ({"rank": 4}, "rank"),
        ({"relation": "77"}, "relation"),
        ({"relation": "01"}, "subscriber"),
        ({"ends_on": START - dt.timedelta(1)}, "dates"),
        ({"copay_cents": -1}, "copay"),
    ],
)
def test_coverage_faults(office: Office, payer: Payer, ana: Party, more: dict, wrong: str) -> None:
    assert code(lambda: services.add_coverage(office.call("frontdesk"), data=cover(ana, payer, **more))) == wrong


def test_self_is_one_person(office: Office, payer: Payer, ana: Party, luis: Party) -> None:
    data = cover(ana, payer, subscriber=luis.pk)
    assert code(lambda: services.add_coverage(office.call("frontdesk"), data=data)) == "subscriber"
    with pytest.raises(IntegrityError), transaction.atomic():
        Coverage.objects.create(
            patient=ana, subscriber=luis, plan=selectors.standard_plan(payer), member_id="M", starts_on=START
        )


def test_overlap_is_refused_and_the_day_after_is_not(office: Office, payer: Payer, ana: Party) -> None:
    call = office.call("frontdesk")
    row = services.add_coverage(call, data=cover(ana, payer, ends_on=MID))
    assert code(lambda: services.add_coverage(call, data=cover(ana, payer, starts_on=MID))) == "overlap"
    later = services.add_coverage(call, data=cover(ana, payer, starts_on=MID + dt.timedelta(1)))
    assert code(lambda: services.end_coverage(call, coverage=row, on=LAST)) == "overlap"
    services.void_coverage(call, coverage=later, reason="wrong person")
    services.end_coverage(call, coverage=row, on=LAST)
    assert selectors.covering(ana.pk, LAST) == [row]


def test_the_database_refuses_overlap_whatever_the_application_does(office: Office, payer: Payer, ana: Party) -> None:
    services.add_coverage(office.call("frontdesk"), data=cover(ana, payer, ends_on=MID))
    plan = selectors.standard_plan(payer)
    same = {"patient": ana, "subscriber": ana, "plan": plan, "member_id": "M"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Coverage.objects.create(**same, starts_on=MID)
    later = Coverage.objects.create(**same, starts_on=MID + dt.timedelta(1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Coverage.objects.filter(pk=later.pk).update(starts_on=MID)
    Coverage.objects.filter(pk=later.pk).update(voided_on=MID)
    Coverage.objects.filter(pk=later.pk).update(starts_on=MID)
    with pytest.raises(IntegrityError), transaction.atomic():
        Coverage.objects.filter(pk=later.pk).update(voided_on=None)


def test_many_coverages_and_one_query_for_all(office: Office, payer: Payer) -> None:
    call = office.call("frontdesk")
    people = [create_party(call, data=PersonData("Vega", f"P{n}")) for n in range(20)]
    services.add_coverages_many(call, data=[cover(p, payer) for p in people])
    with CaptureQueriesContext(connection) as queries:
        found = selectors.covering_many([(p.pk, MID) for p in people])
        names = {row[0].plan.payer.name for row in found.values()}
    assert len(queries) == 1 and names == {"Blue Harbor Health"} and len(found) == 20
    assert code(lambda: services.add_coverages_many(call, data=[cover(people[0], payer, starts_on=MID)])) == "overlap"


def test_copay_of_the_card_beats_the_plans(office: Office, payer: Payer, ana: Party) -> None:
    call = office.call("administrator")
    plan = services.create_plan(call, payer=payer, data=PlanData("Gold", copay_cents=2500))
    row = services.add_coverage(call, data=cover(ana, payer, plan=plan.pk))
    assert selectors.copay_cents(row) == 2500
    row = services.update_coverage(call, coverage=row, data=cover(ana, payer, plan=plan.pk, copay_cents=0))
    assert selectors.copay_cents(row) == 0
    assert code(lambda: services.create_plan(call, payer=payer, data=PlanData("Gold"))) == "exists"


def test_no_new_coverage_with_an_ended_payer(office: Office, payer: Payer, ana: Party) -> None:
    call = office.call("administrator")
    services.end_payer(call, payer=payer, on=START)
    assert code(lambda: services.add_coverage(call, data=cover(ana, payer))) == "ended"


def test_default_rules_load_once(office: Office, payer: Payer) -> None:
    call = office.call("administrator")
    assert services.load_default_rules(call) == 7 == WriteOffRule.objects.count()
    assert services.load_default_rules(call) == 0
    assert {rule.role for rule in selectors.write_off_rules()} >= {"contractual", "sequestration", "capitation_contra"}
    data = RuleData("CO", "45", "contractual", START, "Contract of 2026, section 4", payer=payer.pk)
    rule = services.add_write_off_rule(call, data=data)
    assert code(lambda: services.add_write_off_rule(call, data=data)) == "exists"
    services.end_write_off_rule(call, rule=rule, on=MID)
    rule.refresh_from_db()
    assert rule.ends_on == MID


def test_the_patients_share_is_never_white_listed(office: Office) -> None:
    call = office.call("administrator")
    assert (
        code(lambda: services.add_write_off_rule(call, data=RuleData("PR", "1", "contractual", START, "x"))) == "group"
    )
    assert (
        code(lambda: services.add_write_off_rule(call, data=RuleData("CO", "x", "contractual", START, "x"))) == "carc"
    )
    assert code(lambda: services.add_write_off_rule(call, data=RuleData("CO", "1", "bad_debt", START, "x"))) == "role"
    assert (
        code(lambda: services.add_write_off_rule(call, data=RuleData("CO", "1", "contractual", START, " "))) == "source"
    )
