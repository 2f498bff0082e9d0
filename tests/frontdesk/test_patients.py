"""Patient, guarantor and subscriber as three persons; duplicates warned; found again; a clinician sees her own."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from steward.core.refusals import Denied, Refused
from steward.frontdesk import selectors, services
from steward.frontdesk.models import Patient
from steward.frontdesk.types import CoverageInput, RegistrationData
from steward.insurance import selectors as insurance
from steward.registry.models import Party
from steward.registry.services import create_party, link_user
from steward.registry.types import AddressData, PersonData, email, phone
from tests.frontdesk.conftest import START, TODAY, Desk
from tests.support import ZONE

BORN = dt.date(2018, 5, 6)
KID = PersonData("Ortiz", "Leo", birth_date=BORN, sex="M")
MUM = PersonData("Ortiz", "Ana", birth_date=dt.date(1980, 3, 4), contacts=(phone("212 555 0142"),))
DAD = PersonData("Vega", "Luis", birth_date=dt.date(1979, 1, 2))


def plan(desk: Desk) -> int:
    return insurance.standard_plan(desk.payer).pk


def code(call) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code


def register(desk: Desk, data: RegistrationData, **more) -> Patient:
    return services.register_patient(desk.call(), data=data, **more)


def test_three_persons_in_one_act(desk: Desk) -> None:
    cover = CoverageInput(plan(desk), "M1", START, relation="19", subscriber_person=DAD)
    kid = register(desk, RegistrationData(KID, guarantor_person=MUM, coverages=(cover,)))
    (coverage,) = insurance.covering(kid.party_id, TODAY)
    assert (kid.party.name, kid.guarantor.name, coverage.subscriber.name) == ("Leo Ortiz", "Ana Ortiz", "Luis Vega")
    assert Party.objects.filter(kind="person").count() == 3 + len(desk.providers)
    assert kid.chart == "P00001" and kid.registered_on == TODAY


def test_one_person_in_all_three_roles(desk: Desk) -> None:
    ana = register(desk, RegistrationData(MUM, coverages=(CoverageInput(plan(desk), "M1", START),)))
    (coverage,) = insurance.covering(ana.party_id, TODAY)
    assert ana.guarantor == ana.party == coverage.subscriber


def test_an_employee_becomes_a_patient_and_stays_one_person(desk: Desk) -> None:
    party = create_party(desk.call(), data=MUM)
    ana = register(desk, RegistrationData(MUM, party=party.pk))
    assert ana.party == party
    assert code(lambda: register(desk, RegistrationData(MUM, party=party.pk))) == "exists"


def test_nothing_is_left_when_a_part_is_refused(desk: Desk) -> None:
    before = Party.objects.count()
    bad = RegistrationData(KID, guarantor_person=MUM, coverages=(CoverageInput(plan(desk), " ", START),))
    assert code(lambda: register(desk, bad)) == "member_id"
    assert not Patient.objects.exists() and Party.objects.count() == before


def test_a_duplicate_is_asked_about_once(desk: Desk) -> None:
    ana = register(desk, RegistrationData(MUM))
    again = RegistrationData(PersonData("Ortis", "Anna", birth_date=dt.date(1980, 3, 4)))
    assert code(lambda: register(desk, again)) == "duplicate"
    other = register(desk, again, despite_duplicates=True)
    assert other.party != ana.party


def test_charts_are_given_and_never_twice(desk: Desk) -> None:
    register(desk, RegistrationData(DAD, chart="P00001"))
    assert register(desk, RegistrationData(MUM)).chart == "P00002"
    assert code(lambda: register(desk, RegistrationData(KID, chart="P00001"))) == "exists"
    assert code(lambda: register(desk, RegistrationData(KID, chart=" x"))) == "chart"


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        (RegistrationData(KID, guarantor_ref="NOBODY"), "guarantor"),
        (RegistrationData(KID, coverages=(CoverageInput(0, "M", START, relation="19"),)), "subscriber"),
        (
            RegistrationData(KID, coverages=(CoverageInput(0, "M", START, relation="19", subscriber_ref="X"),)),
            "subscriber",
        ),
    ],
)
def test_persons_that_are_named_but_missing(desk: Desk, data: RegistrationData, wrong: str) -> None:
    assert code(lambda: register(desk, data)) == wrong
    assert code(lambda: services.register_many(desk.call(), data=[data])) == wrong


def test_a_family_at_once(desk: Desk) -> None:
    rows = [
        RegistrationData(KID, chart="K", guarantor_ref="M", coverages=(
            CoverageInput(plan(desk), "M1", START, relation="19", subscriber_ref="M"),
            CoverageInput(plan(desk), "D1", START, rank=2, relation="19", subscriber_person=DAD),
        )),
        RegistrationData(MUM, chart="M", coverages=(CoverageInput(plan(desk), "M1", START),)),
    ]  # fmt: skip
    kid, mum = services.register_many(desk.call(), data=rows)
    assert kid.guarantor_id == mum.party_id == mum.guarantor_id
    assert [c.subscriber.name for c in insurance.covering(kid.party_id, TODAY)] == ["Ana Ortiz", "Luis Vega"]


def test_thousands_cost_few_statements(desk: Desk) -> None:
    rows = [
        RegistrationData(PersonData("Vega", f"P{n}"), coverages=(CoverageInput(plan(desk), f"M{n}", START),))
        for n in range(300)
    ]
    with CaptureQueriesContext(connection) as queries:
        found = services.register_many(desk.call(), data=rows)
    assert [p.chart for p in found[:2]] == ["P00001", "P00002"] and len({p.chart for p in found}) == 300
    assert len(queries) < 60


@pytest.mark.parametrize(
    "text",
    ["ortiz", "ana ort", "Ortiz, A", "3/4/1980", "p00001", "P00001", "212-555-0142", "5550142", "ana@example.org"],
)
def test_a_patient_is_found(desk: Desk, text: str) -> None:
    person = PersonData(
        "Ortiz", "Ana", birth_date=dt.date(1980, 3, 4), contacts=(phone("2125550142"), email("ana@example.org"))
    )
    ana = register(desk, RegistrationData(person))
    register(desk, RegistrationData(DAD))
    assert selectors.search_patients(desk.call().subject, text) == [ana]


@pytest.mark.parametrize("text", ["", "tiz", "p0000", "4/4/1980", "2125550143"])
def test_nobody_is_found(desk: Desk, text: str) -> None:
    register(desk, RegistrationData(MUM))
    assert selectors.search_patients(desk.call().subject, text) == []


def test_a_clinician_sees_her_own_patients_only(desk: Desk) -> None:
    link_user(desk.call("administrator"), party=desk.providers[0].party, user=desk.office.user("clinician"))
    mine = register(desk, RegistrationData(MUM, primary_provider=desk.providers[0].pk))
    booked, other = desk.patient("Quill", "Zoe"), desk.patient("Miller", "Robert")
    desk.book(booked, 13)
    desk.book(other, 13, n=1)
    subject = desk.call("clinician").subject
    assert set(selectors.patients(subject)) == {mine, booked}
    assert selectors.patient_by_uid(subject, other.uid) is None
    assert {a.patient for a in selectors.appointments(subject)} == {booked}
    with pytest.raises(Denied):
        services.register_patient(desk.call("clinician"), data=RegistrationData(KID))


def test_the_page_of_a_patient_costs_the_same_for_any_history(desk: Desk) -> None:
    subject = desk.call().subject
    ana = register(desk, RegistrationData(MUM, coverages=(CoverageInput(plan(desk), "M1", START),)))
    kid = register(desk, RegistrationData(KID, guarantor_ref=ana.chart))

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            page = selectors.patient_page(subject, ana.uid, TODAY, ZONE)
            assert page is not None and page.family == [kid]
            assert [c.plan.payer.name for c in page.covering_today] == ["Blue Harbor Health"]
            assert all(a.provider.party.name and a.reason.name for a in page.coming)
        return len(queries)

    first = cost()
    for hour in (13, 14, 15):
        desk.book(ana, hour)
    assert cost() == first <= 8


def test_correcting_and_ending(desk: Desk) -> None:
    ana = register(desk, RegistrationData(MUM))
    new = PersonData("Ortiz-Vega", "Ana", addresses=(AddressData("1 A St", "B", "NY", "10001"),))
    services.update_patient(desk.call(), patient=ana, person=new, alert="needs an interpreter")
    ana.refresh_from_db()
    assert (ana.party.name, ana.alert, ana.guarantor) == ("Ana Ortiz-Vega", "needs an interpreter", ana.party)
    appointment = desk.book(ana)
    assert code(lambda: services.end_patient(desk.call(), patient=ana, on=TODAY)) == "booked"
    services.cancel(desk.call(), appointment=appointment, reason="moves away")
    services.end_patient(desk.call(), patient=ana, on=TODAY)
    assert selectors.search_patients(desk.call().subject, "ortiz") == []
    assert code(lambda: desk.book(ana)) == "patient"
    services.reopen_patient(desk.call(), patient=ana)
    desk.book(ana)
