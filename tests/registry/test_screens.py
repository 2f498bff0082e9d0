"""The registry's screens: they open for who may, refuse who may not, keep what was typed, and enter through the
services.
"""

from __future__ import annotations

import pytest
from django.urls import reverse

from steward.registry import services
from steward.registry.models import Department, Entity, Party, Place, Site
from steward.registry.types import EntityData, OrganisationData, PersonData, PlaceData, SiteData, phone
from tests.support import Office, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def site(office: Office) -> Site:
    entity = services.create_entity(office.system(), data=EntityData("P", "Cedar Hill"), is_practice=True)
    return services.create_site(office.system(), data=SiteData("MAIN", "Main Street", entity.pk))


@pytest.fixture
def room(office: Office, site: Site) -> Place:
    return services.create_place(office.system(), data=PlaceData("Exam 1", site.pk))


@pytest.fixture
def ana(office: Office) -> Party:
    data = PersonData("Ortiz", "Ana", tax_id="123456789", contacts=(phone("2125550142"),))
    return services.create_party(office.system(), data=data)


def page(role: str, name: str, *args, **query) -> tuple[int, str]:
    answer = signed_in(role).get(reverse(f"registry:{name}", args=args), query)
    return answer.status_code, answer.content.decode()


def test_every_page_opens(site: Site, room: Place, ana: Party, office: Office) -> None:
    department = Department.objects.create(code="C", name="Clinical")
    pages = [
        ("sites",), ("site", site.uid), ("site_edit", site.uid), ("site_end", site.uid), ("site_new",), ("places",),
        ("place", room.uid), ("place_end", room.uid), ("place_new", site.uid), ("departments",), ("department_new",),
        ("department", department.uid), ("department_end", department.uid), ("entity_new",), ("entity", site.entity.uid),
        ("parties",), ("party", ana.uid), ("party_edit", ana.uid), ("party_end", ana.uid), ("person_new",), ("organisation_new",),
    ]  # fmt: skip
    for name, *args in pages:
        status, text = page("administrator", name, *args)
        assert status == 200, name
        assert "<h1>" in text


@pytest.mark.parametrize(
    ("role", "name", "status"),
    [("frontdesk", "sites", 200), ("frontdesk", "site_new", 403), ("clinician", "parties", 403), ("patient", "sites", 403),
     ("biller", "person_new", 403), ("auditor", "parties", 200)],
)  # fmt: skip
def test_who_may(role: str, name: str, status: int, site: Site) -> None:
    assert page(role, name)[0] == status


def test_a_place_is_added_and_a_name_used_twice_comes_back(site: Site) -> None:
    client = signed_in("administrator")
    url = reverse("registry:place_new", args=[site.uid])
    assert client.post(url, {"name": "Exam 1", "kind": "exam", "bookable": "on"}).status_code == 303
    again = client.post(url, {"name": "Exam 1", "kind": "exam"})
    assert again.status_code == 422 and "Exam 1" in again.content.decode()
    assert Place.objects.get().bookable


def test_a_person_is_entered_and_a_twin_asked_about(ana: Party) -> None:
    client = signed_in("frontdesk")
    url = reverse("registry:person_new")
    typed = {"last_name": "Ortis", "first_name": "Ana", "mobile": "212 555 0142", "language": "en"}
    first = client.post(url, typed)
    assert first.status_code == 422 and "Ana Ortiz" in first.content.decode()
    assert client.post(url, typed | {"somebody_else": "1"}).status_code == 303
    assert Party.objects.filter(last_key="ortis").count() == 1


def test_correcting_keeps_the_tax_number_that_is_never_shown(ana: Party) -> None:
    client = signed_in("frontdesk")
    url = reverse("registry:party_edit", args=[ana.uid])
    assert "123456789" not in client.get(url).content.decode()
    typed = {"last_name": "Ortiz", "first_name": "Ana", "phone": "212 555 0142", "language": "en"}
    assert client.post(url, typed).status_code == 303
    ana.refresh_from_db()
    assert ana.tax_id == "123456789"
    client.post(url, typed | {"tax_id": "-"})
    assert Party.objects.get(pk=ana.pk).tax_id == ""


def test_an_auditor_sees_initials_only(ana: Party) -> None:
    for text in (page("auditor", "parties")[1], page("auditor", "party", ana.uid)[1]):
        assert "A. O." in text and "Ortiz" not in text and "555-0142" not in text
    assert page("auditor", "parties", q="ortiz")[0] == 400


def test_ending_and_merging(office: Office, ana: Party) -> None:
    client = signed_in("frontdesk")
    twin = services.create_party(office.system(), data=PersonData("Ortiz", "Ana", contacts=(phone("2125550142"),)))
    assert "entered twice" in client.get(reverse("registry:party", args=[twin.uid])).content.decode()
    url = reverse("registry:party_merge", args=[twin.uid])
    assert client.get(url, {"keep": str(ana.uid)}).status_code == 200
    assert client.get(url).status_code == 404
    assert client.post(url, {"keep": str(ana.uid), "reason": "same phone"}).status_code == 303
    twin.refresh_from_db()
    assert twin.merged_into == ana
    client.post(reverse("registry:party_end", args=[ana.uid]), {"on": "t"})
    ana.refresh_from_db()
    assert ana.ended_on is not None
    assert client.post(reverse("registry:party_reopen", args=[ana.uid])).status_code == 303


def test_the_directory_lists_in_a_constant_number_of_queries(office: Office, django_assert_max_num_queries) -> None:
    people = [OrganisationData(f"Vendor {n:03d}") for n in range(40)]
    services.create_parties_many(office.system(), data=people)
    client = signed_in("administrator")
    client.get(reverse("registry:parties"))
    with django_assert_max_num_queries(14):
        client.get(reverse("registry:parties"))


def test_a_new_entity_is_the_practice_only_when_there_is_none(site: Site) -> None:
    client = signed_in("administrator")
    assert client.post(reverse("registry:entity_new"), {"code": "LAB", "name": "Cedar Lab"}).status_code == 303
    assert Entity.objects.filter(is_practice=True).count() == 1 and Entity.objects.count() == 2
