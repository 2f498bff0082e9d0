"""Parties entered, found, corrected, ended and merged, through the services, as a person of the office."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from steward.core.refusals import Denied, Refused
from steward.registry import selectors, services
from steward.registry.models import Address, Contact, Party
from steward.registry.types import AddressData, OrganisationData, PersonData, email, phone
from tests.support import Office, make_user

BORN = dt.date(1980, 3, 4)
HOME = AddressData("12 Elm St", "Springfield", "NY", "10001")
ANA = PersonData(
    "Ortiz", "Ana", "M.", "", BORN, sex="F", tax_id="123-45-6789",
    contacts=(phone("(212) 555-0142"), email("Ana@Example.org")), addresses=(HOME,),
)  # fmt: skip

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return Office()


def enter(office: Office, data: PersonData | OrganisationData = ANA) -> Party:
    return services.create_party(office.call("frontdesk"), data=data)


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {refusal.code for refusal in refused.value.refusals}


def test_a_person_is_entered_with_keys_contacts_and_a_sealed_tax_id(office: Office) -> None:
    party = enter(office)
    kept = Party.objects.get(pk=party.pk)
    assert (kept.name, kept.last_key, kept.first_key) == ("Ana M. Ortiz", "ortiz", "ana m")
    assert kept.tax_id == "123456789"
    with connection.cursor() as cursor:
        cursor.execute("SELECT tax_id FROM registry_party WHERE id = %s", [party.pk])
        assert "123456789" not in cursor.fetchone()[0]
    assert set(Contact.objects.values_list("kind", "key")) == {("phone", "2125550142"), ("email", "ana@example.org")}
    assert Address.objects.get().zip == "10001"


def test_every_fault_is_told_at_once_and_nothing_is_kept(office: Office) -> None:
    bad = PersonData(
        " ", birth_date=dt.date(2030, 1, 1), sex="Q", tax_id="12", contacts=(phone("12"), email("x")),
        addresses=(AddressData("", "", "ZZ", "1"),),
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        enter(office, bad)
    assert codes(refused) == {"name", "birth_date", "sex", "tax_id", "phone", "email", "address", "state", "zip"}
    assert not Party.objects.exists()


def test_the_same_key_enters_once(office: Office) -> None:
    key = uuid4()
    call = office.call("frontdesk", key=key)
    assert services.create_party(call, data=ANA) == services.create_party(call, data=ANA)
    assert Party.objects.count() == 1


def test_who_may_not_is_denied(office: Office) -> None:
    with pytest.raises(Denied):
        services.create_party(office.call("auditor"), data=ANA)


@pytest.mark.parametrize(
    "text",
    ["ortiz", "Ortiz, An", "ana ortiz", "Ana Ort", "ana", "3/4/1980", "1980-03-04", "ortiz 03/04/1980", "212-555-0142",
     "555-0142", "ANA@example.org"],
)  # fmt: skip
def test_search_finds_her(office: Office, text: str) -> None:
    party = enter(office)
    enter(office, PersonData("Miller", "Robert", birth_date=dt.date(1990, 1, 1), contacts=(phone("646 555 0199"),)))
    subject = office.call("frontdesk").subject
    assert selectors.search_parties(subject, text) == [party]


@pytest.mark.parametrize("text", ["", "  ", "rtiz", "ana miller", "3/4/1981", "%", "_", "212-555-0143", "a@b.example"])
def test_search_finds_nobody_else(office: Office, text: str) -> None:
    enter(office)
    assert selectors.search_parties(office.call("frontdesk").subject, text) == []


def test_search_costs_the_same_for_one_and_for_many(office: Office) -> None:
    subject = office.call("frontdesk").subject
    enter(office)
    with CaptureQueriesContext(connection) as one:
        selectors.search_parties(subject, "ortiz")
    people = [PersonData("Ortiz", f"Ana{n}", birth_date=BORN, contacts=(phone("212 555 0142"),)) for n in range(15)]
    services.create_parties_many(office.call("frontdesk"), data=people)
    with CaptureQueriesContext(connection) as many:
        assert len(selectors.search_parties(subject, "ortiz")) == 16
    assert len(one) == len(many) == 3


def test_a_clinician_finds_nobody_in_the_directory(office: Office) -> None:
    enter(office)
    assert selectors.search_parties(office.call("clinician").subject, "ortiz") == []


def test_correction_ends_old_contacts_and_keeps_them(office: Office) -> None:
    party = enter(office)
    new = PersonData(
        "Ortiz-Vega", "Ana", birth_date=BORN, contacts=(phone("(212) 555-0142"), phone("6465550100", "work"))
    )
    services.update_party(office.call("frontdesk"), party=party, data=new)
    party.refresh_from_db()
    assert (party.name, party.last_key, party.tax_id) == ("Ana Ortiz-Vega", "ortiz vega", "")
    assert set(Contact.objects.filter(ended_on=None).values_list("key", flat=True)) == {"2125550142", "6465550100"}
    assert Contact.objects.get(kind="email").ended_on == office.today
    assert Address.objects.get().ended_on == office.today


def test_what_was_typed_comes_back_to_the_form(office: Office) -> None:
    party = enter(office)
    data = selectors.data_of(Party.objects.get(pk=party.pk))
    assert data == PersonData(
        "Ortiz", "Ana", "M.", "", BORN, sex="F", tax_id="123456789",
        contacts=(phone("(212) 555-0142"), email("Ana@Example.org")), addresses=(HOME,),
    )  # fmt: skip
    services.update_party(office.call("frontdesk"), party=party, data=data)
    assert not Contact.objects.exclude(ended_on=None).exists()


def test_duplicates_are_seen_before_saving(office: Office) -> None:
    party = enter(office)
    (twin,) = selectors.twins_of(PersonData("Ortis", "Ana", birth_date=BORN))
    assert twin.party == party and twin.twin.strong
    (by_tax,) = selectors.twins_of(PersonData("Quill", "Zoe", tax_id="123-45-6789"))
    assert by_tax.party == party
    (family,) = selectors.twins_of(PersonData("Ruiz", "Luis", contacts=(phone("2125550142"),)))
    assert not family.twin.strong
    assert selectors.twins_of(PersonData("Ortiz", "Ana", birth_date=BORN), ref=party.pk) == []
    assert selectors.twins_of(PersonData("Quill", "Zoe", birth_date=dt.date(1999, 9, 9))) == []


def test_an_organisation_of_the_same_name_is_a_twin(office: Office) -> None:
    party = enter(office, OrganisationData("Blue Harbor Health", contacts=(email("office@blue.example"),)))
    found = selectors.twins_of(OrganisationData("Other name", contacts=(email("office@blue.example"),)))
    assert [each.party for each in found] == [party]


def test_many_at_once_cost_few_statements(office: Office) -> None:
    people = [PersonData("Vega", f"P{n}", contacts=(phone(f"212555{n:04d}"),), addresses=(HOME,)) for n in range(300)]
    with CaptureQueriesContext(connection) as queries:
        rows = services.create_parties_many(office.call("frontdesk"), data=people)
    assert len(rows) == 300 and all(row.pk for row in rows)
    assert len(queries) < 40


def test_one_bad_row_refuses_all_and_says_which(office: Office) -> None:
    with pytest.raises(Refused) as refused:
        services.create_parties_many(office.call("frontdesk"), data=[ANA, PersonData("")])
    assert [refusal.field for refusal in refused.value.refusals] == ["1.last_name"]
    assert not Party.objects.exists()


def test_end_and_open_again(office: Office) -> None:
    party, call = enter(office), office.call("frontdesk")
    services.end_party(call, party=party, on=office.today, reason="moved away")
    assert selectors.search_parties(call.subject, "ortiz") == []
    with pytest.raises(Refused) as refused:
        services.end_party(call, party=party, on=office.today)
    assert codes(refused) == {"ended"}
    services.reopen_party(call, party=party)
    assert selectors.search_parties(call.subject, "ortiz") == [party]


def test_a_party_with_a_login_does_not_end(office: Office) -> None:
    party = enter(office)
    services.link_user(office.call("administrator"), party=party, user=make_user("biller"))
    with pytest.raises(Refused) as refused:
        services.end_party(office.call("frontdesk"), party=party, on=office.today)
    assert codes(refused) == {"role"}


def test_a_login_belongs_to_one_person(office: Office) -> None:
    user, other = make_user("biller"), enter(office, PersonData("Miller", "Robert"))
    services.link_user(office.call("administrator"), party=enter(office), user=user)
    with pytest.raises(Refused) as refused:
        services.link_user(office.call("administrator"), party=other, user=user)
    assert codes(refused) == {"taken"}


def test_merge_keeps_what_only_the_duplicate_knew(office: Office) -> None:
    keep = enter(office, PersonData("Ortiz", "Ana", contacts=(phone("2125550142"),)))
    contacts = (phone("2125550142"), email("ana@example.org"))
    known = PersonData("Ortis", "Anna", birth_date=BORN, tax_id="123456789", contacts=contacts, addresses=(HOME,))
    twin = enter(office, known)
    merged = services.merge_parties(office.call("frontdesk"), keep=keep, duplicate=twin, reason="typed twice")
    keep.refresh_from_db(), twin.refresh_from_db()
    assert (merged.contacts, merged.addresses) == (1, 1)
    assert (keep.birth_date, keep.tax_id) == (BORN, "123456789")
    assert twin.merged_into == keep and twin.ended_on == office.today
    with pytest.raises(Refused) as refused:
        services.reopen_party(office.call("frontdesk"), party=twin)
    assert codes(refused) == {"merged"}


def test_merge_refuses_what_is_not_one(office: Office) -> None:
    call, person = office.call("frontdesk"), enter(office)
    company = enter(office, OrganisationData("Blue Harbor Health"))
    for duplicate, code in ((person, "same"), (company, "kind")):
        with pytest.raises(Refused) as refused:
            services.merge_parties(call, keep=person, duplicate=duplicate, reason="x")
        assert codes(refused) == {code}


def test_the_database_refuses_a_person_without_a_name(office: Office) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Party.objects.create(kind="person", name="x", last_key="x", created_at=office.now)
