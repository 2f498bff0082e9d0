"""Where money and letters go is the administrator's to change: entities, payers, providers, staff and whoever signs in."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest
from django.urls import reverse

from steward.core.audit.models import AuditRow
from steward.core.refusals import Denied
from steward.insurance.models import Payer
from steward.people.models import Employee, Provider
from steward.registry import selectors, services
from steward.registry.models import Address, Party
from steward.registry.types import AddressData, ContactData, EntityData, OrganisationData, PersonData
from tests.support import Office, make_user, signed_in

pytestmark = pytest.mark.django_db
THEIRS = AddressData("66 Elsewhere Rd", "Newark", "NJ", "07101", use="billing")


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def practice(office: Office) -> Party:
    return services.create_entity(office.system(), data=EntityData("P", "Cedar Hill"), is_practice=True).party


@pytest.fixture
def payer(office: Office) -> Party:
    party = services.create_party(office.system(), data=OrganisationData("Bluestone Health"))
    Payer.objects.create(party=party, code="BLUE", name="Bluestone Health")
    return party


def person(office: Office, last: str) -> Party:
    ways = (ContactData("phone", "2125550142", "mobile"), ContactData("phone", "2125550199", "work"))
    home = AddressData("12 Quiet Lane", "Yonkers", "NY", "10701")
    return services.create_party(office.system(), data=PersonData(last, "Una", contacts=ways, addresses=(home,)))


@pytest.fixture
def signs_in(office: Office) -> Party:
    party = person(office, "Keyes")
    party.user = make_user("biller")
    party.save()
    return party


@pytest.fixture
def provider(office: Office, practice: Party) -> Party:
    party = person(office, "Healy")
    Provider.objects.create(party=party, npi="1234567893", entity=practice.entity, started_on=office.today)
    return party


@pytest.fixture
def employee(office: Office, practice: Party) -> Party:
    party = person(office, "Works")
    Employee.objects.create(party=party, entity=practice.entity, job="Nurse", started_on=office.today)
    return party


def moved(party: Party) -> OrganisationData | PersonData:
    return replace(selectors.data_of(party), addresses=(THEIRS,))


@pytest.mark.parametrize("who", ["practice", "payer", "provider", "employee", "signs_in"])
def test_the_front_desk_moves_none_of_them(office: Office, request: pytest.FixtureRequest, who: str) -> None:
    party: Party = request.getfixturevalue(who)
    before = set(Address.objects.filter(party=party, ended_on=None).values_list("street", flat=True))
    with pytest.raises(Denied):
        services.update_party(office.call("frontdesk"), party=party, data=moved(party))
    assert set(Address.objects.filter(party=party, ended_on=None).values_list("street", flat=True)) == before
    assert AuditRow.objects.filter(decision="deny", action="registry.update_party").exists()


@pytest.mark.parametrize("who", ["practice", "payer", "provider", "employee", "signs_in"])
def test_the_administrator_does_having_proved_who_that_is(
    office: Office, request: pytest.FixtureRequest, who: str
) -> None:
    party: Party = request.getfixturevalue(who)
    with pytest.raises(Denied) as found:
        services.update_party(office.call("administrator", stepped_up=False), party=party, data=moved(party))
    assert found.value.step_up
    services.update_party(office.call("administrator"), party=party, data=moved(party))
    assert Address.objects.filter(party=party, street="66 Elsewhere Rd", ended_on=None).exists()


def test_saving_without_a_change_and_patients_stay_the_front_desks(office: Office, payer: Party) -> None:
    desk = office.call("frontdesk")
    services.update_party(desk, party=payer, data=selectors.data_of(payer))
    somebody = person(office, "Nobody")
    services.update_party(desk, party=somebody, data=moved(somebody))
    assert Address.objects.filter(party=somebody, street="66 Elsewhere Rd", ended_on=None).exists()


def test_a_duplicate_brings_no_address_to_a_payer(office: Office, payer: Party) -> None:
    twin = services.create_party(office.system(), data=OrganisationData("Bluestone Health", addresses=(THEIRS,)))
    with pytest.raises(Denied):
        services.merge_parties(office.call("frontdesk"), keep=payer, duplicate=twin, reason="same")
    assert not Address.objects.filter(party=payer).exists()


def test_people_with_a_login_keep_their_own_ways_but_not_their_name(office: Office) -> None:
    mine = person(office, "Deskin")
    mine.user = office.user("frontdesk")
    mine.save()
    desk = office.call("frontdesk")
    services.update_party(desk, party=mine, data=moved(mine))
    renamed = selectors.data_of(mine)
    assert isinstance(renamed, PersonData)
    with pytest.raises(Denied):
        services.update_party(desk, party=mine, data=replace(renamed, last_name="Other"))


def test_the_screen_hides_the_way_and_refuses_it(payer: Party) -> None:
    here, edit = (reverse(f"registry:{name}", args=[payer.uid]) for name in ("party", "party_edit"))
    desk, boss = signed_in("frontdesk"), signed_in("administrator")
    assert edit not in desk.get(here).content.decode()
    assert edit in boss.get(here).content.decode()
    assert desk.get(edit).status_code == 403
    typed = {"_key": str(uuid4()), "name": "Bluestone", "street": "66 Elsewhere Rd", "city": "Newark", "state": "NJ",
             "zip": "07101"}  # fmt: skip
    assert desk.post(edit, typed).status_code == 403
    assert not Address.objects.filter(party=payer).exists()


@pytest.mark.parametrize("who", ["employee", "signs_in", "provider"])
def test_homes_and_mobiles_of_staff_are_not_in_the_directory(request: pytest.FixtureRequest, who: str) -> None:
    party: Party = request.getfixturevalue(who)
    here, everybody = reverse("registry:party", args=[party.uid]), reverse("registry:parties")
    desk, boss = signed_in("frontdesk"), signed_in("administrator")
    for url in (here, everybody):
        text = desk.get(url).content.decode()
        assert "0142" not in text and "Quiet Lane" not in text and "0199" in text
        assert "0142" in boss.get(url).content.decode()
    assert "Quiet Lane" in boss.get(here).content.decode()


def test_the_practices_numbers_take_a_fresh_proof(office: Office, practice: Party) -> None:
    data = EntityData("P", "Cedar Hill", tin="123456789")
    with pytest.raises(Denied) as found:
        services.update_entity(office.call("administrator", stepped_up=False), entity=practice.entity, data=data)
    assert found.value.step_up
    services.update_entity(office.call("administrator"), entity=practice.entity, data=data)
