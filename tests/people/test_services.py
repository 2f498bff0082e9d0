"""Providers, hours and staff through the services; a leaver's access ends with the employment."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from steward.core.access.subjects import subject_of
from steward.core.refusals import Denied, Refused
from steward.people import selectors, services
from steward.people.models import Provider, ProviderSession
from steward.people.types import EmployeeData, ProviderData, SessionData
from steward.registry.models import Entity, Site
from steward.registry.services import create_entity, create_party, create_site, link_user
from steward.registry.types import EntityData, PersonData, SiteData
from tests.support import Office, make_user

pytestmark = pytest.mark.django_db
START = dt.date(2026, 1, 1)
MONDAY = dt.date(2026, 11, 23)


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def entity(office: Office) -> Entity:
    return create_entity(office.system(), data=EntityData("P", "Practice"), is_practice=True)


@pytest.fixture
def site(office: Office, entity: Entity) -> Site:
    return create_site(office.system(), data=SiteData("MAIN", "Main Street", entity.pk))


@pytest.fixture
def provider(office: Office, entity: Entity) -> Provider:
    data = ProviderData("1234567893", entity.pk, START, "207Q00000X", "MD")
    return services.create_provider(office.call("administrator"), data=data, person=PersonData("Wells", "Iris"))


def hours(provider: Provider, site: Site, **more) -> SessionData:
    base = {
        "provider": provider.pk,
        "site": site.pk,
        "starts": dt.time(8),
        "ends": dt.time(12),
        "starts_on": START,
        "weekday": 0,
    }
    return SessionData(**{**base, **more})


def code(call) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code


def test_a_provider_is_a_person_with_an_npi(office: Office, provider: Provider) -> None:
    assert str(provider) == "Iris Wells, MD"
    assert selectors.provider_by_npi(" 1234567893 ") == provider
    assert list(selectors.standing_providers(START)) == [provider]
    assert list(selectors.standing_providers(START - dt.timedelta(1))) == []


@pytest.mark.parametrize(
    ("npi", "taxonomy", "wrong"),
    [("1234567890", "", "npi"), ("", "", "npi"), ("1234567893", "", "exists"), ("1993999998", "2", "taxonomy")],
)
def test_provider_faults(
    office: Office, provider: Provider, entity: Entity, npi: str, taxonomy: str, wrong: str
) -> None:
    data = ProviderData(npi, entity.pk, START, taxonomy)
    person = PersonData("New", "One")
    assert code(lambda: services.create_provider(office.call("administrator"), data=data, person=person)) == wrong
    assert Provider.objects.count() == 1


def test_who_may_not_is_denied(office: Office, entity: Entity) -> None:
    with pytest.raises(Denied):
        services.create_provider(
            office.call("frontdesk"), data=ProviderData("1234567893", entity.pk, START), person=PersonData("X", "Y")
        )


def test_hours_of_a_day_and_of_many_days_in_one_query(office: Office, provider: Provider, site: Site) -> None:
    call = office.call("administrator")
    services.add_sessions_many(call, data=[hours(provider, site, weekday=day) for day in range(5)])
    closed = hours(provider, site, weekday=None, date=MONDAY, starts=dt.time(10), closed=True)
    services.add_session(call, data=closed)
    assert [(h.starts, h.ends) for h in selectors.hours_on(MONDAY)] == [(dt.time(8), dt.time(10))]
    with CaptureQueriesContext(connection) as queries:
        found = selectors.hours_between(MONDAY, MONDAY + dt.timedelta(27))
    assert len(queries) == 1 and sum(map(len, found.values())) == 20
    assert selectors.hours_on(MONDAY, site=site.pk + 1) == []


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ({"date": MONDAY}, "day"),
        ({"weekday": None}, "day"),
        ({"weekday": 7}, "day"),
        ({"closed": True}, "day"),
        ({"ends": dt.time(8)}, "hours"),
        ({"starts": dt.time(8, 2)}, "hours"),
        ({"slot_minutes": 7}, "slot"),
        ({"starts": dt.time(11), "ends": dt.time(13)}, "overlap"),
    ],
)
def test_hours_faults(office: Office, provider: Provider, site: Site, more: dict, wrong: str) -> None:
    call = office.call("administrator")
    services.add_session(call, data=hours(provider, site))
    assert code(lambda: services.add_session(call, data=hours(provider, site, **more))) == wrong
    assert ProviderSession.objects.count() == 1


def test_ending_hours_and_providers(office: Office, provider: Provider, site: Site) -> None:
    call = office.call("administrator")
    row = services.add_session(call, data=hours(provider, site))
    services.end_session(call, session=row, on=MONDAY - dt.timedelta(1))
    assert selectors.hours_on(MONDAY) == []
    services.add_session(call, data=hours(provider, site, starts_on=MONDAY))
    assert len(selectors.hours_on(MONDAY)) == 1
    services.end_provider(call, provider=provider, on=MONDAY)
    assert len(selectors.hours_on(MONDAY)) == 1 and selectors.hours_on(MONDAY + dt.timedelta(7)) == []
    assert code(lambda: services.end_provider(call, provider=provider, on=MONDAY)) == "ended"


def test_hours_of_a_coming_date_are_taken_back(office: Office, provider: Provider, site: Site) -> None:
    call = office.call("administrator")
    day = MONDAY + dt.timedelta(3)
    row = services.add_session(call, data=hours(provider, site, weekday=None, date=day))
    assert len(selectors.hours_on(day)) == 1
    services.end_session(call, session=row, on=MONDAY)
    assert selectors.hours_on(day) == []
    past = services.add_session(call, data=hours(provider, site, weekday=None, date=MONDAY))
    assert code(lambda: services.end_session(call, session=past, on=MONDAY)) == "dates"


def test_a_leavers_access_ends_with_the_employment(office: Office, entity: Entity) -> None:
    call = office.call("hr")
    party = create_party(office.system(), data=PersonData("Moss", "Ben"))
    user = make_user("biller")
    link_user(office.system(), party=party, user=user)
    employee = services.create_employee(call, data=EmployeeData("Biller", entity.pk, START), party=party)
    assert subject_of(user, office.today, office.now).active
    services.end_employee(call, employee=employee, on=office.today, reason="moved")
    user.refresh_from_db()
    assert not subject_of(user, office.today, office.now).active
    assert code(lambda: services.end_employee(call, employee=employee, on=office.today)) == "ended"


def test_a_leaver_with_notice_works_until_the_last_day_is_over(office: Office, entity: Entity) -> None:
    call = office.call("hr")
    party = create_party(office.system(), data=PersonData("Moss", "Ben"))
    user = make_user("biller")
    link_user(office.system(), party=party, user=user)
    employee = services.create_employee(call, data=EmployeeData("Biller", entity.pk, START), party=party)
    services.end_employee(call, employee=employee, on=office.today + dt.timedelta(3))
    user.refresh_from_db()
    assert subject_of(user, office.today, office.now).active
    midnight = dt.datetime(2026, 11, 27, 5, tzinfo=dt.UTC)
    assert subject_of(user, office.today, midnight - dt.timedelta(seconds=1)).active
    assert not subject_of(user, office.today, midnight + dt.timedelta(seconds=1)).active


def test_a_person_works_here_once(office: Office, entity: Entity) -> None:
    call = office.call("hr")
    person = create_party(office.system(), data=PersonData("Moss", "Ben"))
    services.create_employee(call, data=EmployeeData("Biller", entity.pk, START), party=person)
    assert (
        code(lambda: services.create_employee(call, data=EmployeeData("Nurse", entity.pk, START), party=person))
        == "exists"
    )
    assert (
        code(
            lambda: services.create_employee(
                call, data=EmployeeData(" ", entity.pk, START), person=PersonData("A", "B")
            )
        )
        == "job"
    )


def test_roles_are_listed_in_two_queries_for_all(office: Office) -> None:
    subject = office.call("administrator").subject
    for role in ("biller", "frontdesk", "clinician"):
        make_user(role)
    with CaptureQueriesContext(connection) as queries:
        rows = list(selectors.users(subject))
        titles = {user.username: [held.title for held in selectors.roles_held(user, office.today)] for user in rows}
    assert len(queries) == 2 and titles["biller"] == ["Biller"]
