"""Entities, sites, departments and places: one practice, codes used once, trees without rings, ends in order."""

from __future__ import annotations

import pytest

from steward.core.refusals import Denied, Refused
from steward.registry import selectors, services
from steward.registry.checks import npi_unproved
from steward.registry.models import Entity, Place, Site
from steward.registry.types import DepartmentData, EntityData, PlaceData, SiteData
from tests.support import Office

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def practice(office: Office) -> Entity:
    data = EntityData("CHFP", "Cedar Hill Family Practice", "12-3456789", "1234567893", "207Q00000X")
    return services.create_entity(office.call("administrator"), data=data, is_practice=True)


@pytest.fixture
def site(office: Office, practice: Entity) -> Site:
    return services.create_site(office.call("administrator"), data=SiteData("MAIN", "Main Street", practice.pk))


def refused_code(call) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code


def test_the_practice_has_a_party_and_is_one(office: Office, practice: Entity) -> None:
    assert selectors.practice() == practice
    assert practice.party.name == practice.name and practice.party.tax_id == "123456789"
    call = office.call("administrator")
    again = EntityData("B", "Second")
    assert refused_code(lambda: services.create_entity(call, data=again, is_practice=True)) == "exists"
    assert refused_code(lambda: services.end_entity(call, entity=practice, on=office.today)) == "practice"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (EntityData("", "X"), "code"),
        (EntityData("X", " "), "name"),
        (EntityData("X", "X", tin="12"), "tax_id"),
        (EntityData("X", "X", npi="1234567890"), "npi"),
        (EntityData("X", "X", taxonomy="207"), "taxonomy"),
        (EntityData("CHFP", "X"), "exists"),
        (EntityData("X", "X", tin="123456789"), "exists"),
        (EntityData("X", "X", npi="1234567893"), "exists"),
    ],
)
def test_entity_faults(office: Office, practice: Entity, data: EntityData, code: str) -> None:
    assert refused_code(lambda: services.create_entity(office.call("administrator"), data=data)) == code
    assert Entity.objects.count() == 1


def test_front_desk_does_not_build(office: Office, practice: Entity) -> None:
    with pytest.raises(Denied):
        services.create_site(office.call("frontdesk"), data=SiteData("X", "X", practice.pk))


def test_files_name_things_in_many_ways(office: Office, practice: Entity, site: Site) -> None:
    other = services.create_entity(office.call("administrator"), data=EntityData("LAB", "Cedar Lab", "98-7654321"))
    for ref in ("lab", "Cedar LAB", "98-7654321", "987654321"):
        assert selectors.entity_by_ref(ref) == other
    assert selectors.entity_by_ref("") == practice and selectors.entity_by_ref("none") is None
    assert selectors.site_by_ref("main street") == selectors.site_by_ref("MAIN") == selectors.site_by_ref("") == site
    assert selectors.site_by_ref("elsewhere") is None


def test_places_stand_in_a_tree(office: Office, site: Site) -> None:
    call = office.call("administrator")
    floor = services.create_place(call, data=PlaceData("Ground floor", site.pk, "floor"))
    room = services.create_place(call, data=PlaceData("Exam 1", site.pk, "exam", floor.pk))
    shelf = services.create_place(call, data=PlaceData("Cabinet", site.pk, "cabinet", room.pk))
    assert [(branch.place, branch.depth) for branch in selectors.place_tree(site)] == [
        (floor, 0),
        (room, 1),
        (shelf, 2),
    ]
    assert list(selectors.rooms(site)) == [room]
    ring = PlaceData("Ground floor", site.pk, "floor", shelf.pk)
    assert refused_code(lambda: services.update_place(call, place=floor, data=ring)) == "parent"
    twin = PlaceData("Exam 1", site.pk, "exam", floor.pk)
    assert refused_code(lambda: services.create_place(call, data=twin)) == "exists"
    assert refused_code(lambda: services.end_place(call, place=room, on=office.today)) == "in_use"
    services.end_place(call, place=shelf, on=office.today)
    services.end_place(call, place=room, on=office.today)
    services.create_place(call, data=twin)


def test_a_name_at_the_top_is_used_once_too(office: Office, site: Site) -> None:
    call = office.call("administrator")
    services.create_place(call, data=PlaceData("Exam 1", site.pk))
    assert refused_code(lambda: services.create_place(call, data=PlaceData("Exam 1", site.pk))) == "exists"


def test_a_parent_of_another_site_is_refused(office: Office, practice: Entity, site: Site) -> None:
    call = office.call("administrator")
    other = services.create_site(call, data=SiteData("EAST", "East", practice.pk))
    floor = services.create_place(call, data=PlaceData("Floor", other.pk, "floor"))
    data = PlaceData("Exam", site.pk, parent=floor.pk)
    assert refused_code(lambda: services.create_place(call, data=data)) == "parent"


def test_sites_end_when_empty_but_never_the_last(office: Office, practice: Entity, site: Site) -> None:
    call = office.call("administrator")
    assert refused_code(lambda: services.end_site(call, site=site, on=office.today)) == "last"
    services.create_site(
        call, data=SiteData("EAST", "East", practice.pk, street="1 A St", city="B", state="ny", zip="10001")
    )
    place = services.create_place(call, data=PlaceData("Exam 1", site.pk))
    assert refused_code(lambda: services.end_site(call, site=site, on=office.today)) == "in_use"
    services.end_place(call, place=place, on=office.today)
    services.end_site(call, site=site, on=office.today)
    assert refused_code(lambda: services.end_site(call, site=site, on=office.today)) == "ended"
    assert [each.code for each in selectors.sites(office.today)] == ["EAST"]
    assert refused_code(lambda: services.create_place(call, data=PlaceData("Exam 9", site.pk))) == "site"


def test_departments(office: Office, site: Site) -> None:
    call = office.call("administrator")
    department = services.create_department(call, data=DepartmentData("CLIN", "Clinical", site.pk))
    assert refused_code(lambda: services.create_department(call, data=DepartmentData("CLIN", "Again"))) == "exists"
    services.update_department(call, department=department, data=DepartmentData("CLIN", "Clinic"))
    department.refresh_from_db()
    assert (department.name, department.site) == ("Clinic", None)
    assert selectors.department_by_ref("clinic") == department
    services.end_department(call, department=department, on=office.today)
    assert list(selectors.departments(office.today)) == []


def test_corrections_refuse_as_creation_does(office: Office, practice: Entity, site: Site) -> None:
    call = office.call("administrator")
    services.create_site(call, data=SiteData("EAST", "East", practice.pk))
    assert (
        refused_code(lambda: services.update_site(call, site=site, data=SiteData("EAST", "X", practice.pk))) == "exists"
    )
    site.refresh_from_db()
    assert site.code == "MAIN"
    services.update_entity(call, entity=practice, data=EntityData("CHFP", "Cedar Hill"))
    practice.refresh_from_db()
    assert (practice.name, practice.tin) == ("Cedar Hill", "")
    assert Place.objects.count() == 0


def test_a_file_may_bring_an_npi_with_a_wrong_check_digit_and_a_finding_says_so(office: Office) -> None:
    call, data = office.call("administrator"), EntityData("X", "X", npi="5544667733")
    assert refused_code(lambda: services.create_entity(call, data=data)) == "npi"
    entity = services.create_entity(call, data=data, unproved_npi=True)
    (finding,) = npi_unproved(
        [("entity", str(entity.uid), entity.npi), ("entity", "b", ""), ("entity", "c", "1234567893")]
    )
    assert finding.evidence[0].ref == str(entity.uid)
    services.update_entity(call, entity=entity, data=EntityData("X", "Renamed", npi="5544667733"))
    with pytest.raises(Refused):
        services.update_entity(call, entity=entity, data=EntityData("X", "Renamed", npi="5544667734"))
