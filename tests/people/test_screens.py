"""The screens of people: providers and hours, staff, logins and roles."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from steward.core.access.models import RoleGrant, User
from steward.core.approvals.models import ApprovalRequest
from steward.people.models import Employee, Provider, ProviderSession
from steward.people.services import create_employee, create_provider
from steward.people.types import EmployeeData, ProviderData
from steward.registry.models import Entity, Site
from steward.registry.services import create_entity, create_site
from steward.registry.types import EntityData, PersonData, SiteData
from tests.support import Office, make_user, signed_in

pytestmark = pytest.mark.django_db
START = dt.date(2026, 1, 1)


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
def provider(office: Office, entity: Entity, site: Site) -> Provider:
    data = ProviderData("1234567893", entity.pk, START, credential="MD")
    return create_provider(office.system(), data=data, person=PersonData("Wells", "Iris"))


@pytest.fixture
def employee(office: Office, entity: Entity) -> Employee:
    return create_employee(
        office.system(), data=EmployeeData("Biller", entity.pk, START), person=PersonData("Moss", "Ben")
    )


def url(name: str, *args) -> str:
    return reverse(f"people:{name}", args=args)


def test_every_page_opens(provider: Provider, employee: Employee) -> None:
    client = signed_in("administrator")
    other = make_user("biller")
    pages = [
        ("providers",), ("provider_new",), ("provider", provider.uid), ("provider_edit", provider.uid), ("provider_end", provider.uid),
        ("hours_new", provider.uid), ("staff",), ("employee_new",), ("employee", employee.uid), ("employee_edit", employee.uid),
        ("employee_end", employee.uid), ("user_new", employee.uid), ("users",), ("user", other.uid), ("grant", other.uid),
        ("user_end", other.uid),
    ]  # fmt: skip
    for name, *args in pages:
        assert client.get(url(name, *args)).status_code == 200, name


@pytest.mark.parametrize(
    ("role", "name", "status"),
    [("frontdesk", "providers", 200), ("frontdesk", "provider_new", 403), ("frontdesk", "staff", 403), ("hr", "staff", 200),
     ("hr", "users", 403), ("auditor", "users", 200), ("clinician", "users", 403)],
)  # fmt: skip
def test_who_may(role: str, name: str, status: int, provider: Provider) -> None:
    assert signed_in(role).get(url(name)).status_code == status


def test_a_provider_with_hours(entity: Entity, site: Site) -> None:
    client = signed_in("administrator")
    typed = {
        "last_name": "Stone",
        "first_name": "Karl",
        "npi": "1234567890",
        "started_on": "1/1/2026",
        "entity": entity.pk,
        "language": "en",
    }
    bad = client.post(url("provider_new"), typed)
    assert bad.status_code == 422 and "NPI is not right" in bad.content.decode()
    assert client.post(url("provider_new"), typed | {"npi": "1234567893"}).status_code == 303
    row = Provider.objects.get()
    hours = {
        "weekday": "0",
        "starts": "8",
        "ends": "12",
        "slot_minutes": "20",
        "site": site.pk,
        "starts_on": "1/1/2026",
    }
    assert client.post(url("hours_new", row.uid), hours).status_code == 303
    again = client.post(url("hours_new", row.uid), hours)
    assert again.status_code == 422 and "overlap" in again.content.decode()
    session = ProviderSession.objects.get()
    assert (session.starts, session.ends) == (dt.time(8), dt.time(12))
    page = client.get(url("provider", row.uid)).content.decode()
    assert "Monday" in page and "8:00 am" in page
    assert client.post(url("hours_end", session.uid), {"on": "t"}).status_code == 303


def test_hiring_a_login_a_role_and_leaving(entity: Entity, site: Site) -> None:
    client, owner = signed_in("administrator"), signed_in("owner")
    typed = {
        "last_name": "Moss",
        "first_name": "Ben",
        "job": "Biller",
        "started_on": "1/1/2026",
        "entity": entity.pk,
        "language": "en",
    }
    assert client.post(url("employee_new"), typed).status_code == 303
    row = Employee.objects.get()
    assert client.post(url("user_new", row.uid), {"username": "bmoss", "role": "biller"}).status_code == 303
    user = User.objects.get(username="bmoss")
    assert user.party == row.party and not RoleGrant.objects.filter(user=user).exists()
    assert client.post(url("grant", user.uid), {"role": "frontdesk"}).status_code == 303
    assert client.post(url("grant", user.uid), {"role": "frontdesk"}).status_code == 422, "it waits already"
    page = client.get(url("user", user.uid)).content.decode()
    assert "Asked for" in page and "Waits for a signature" in page
    for asked in ApprovalRequest.objects.filter(kind="role_grant"):
        said = owner.post(reverse("approvals:request", args=[asked.uid]), {"answer": "yes"})
        assert said.status_code == 303, said.content[:400]
    assert "Asked for" not in client.get(url("user", user.uid)).content.decode()
    shown = client.post(url("link", user.uid))
    assert shown.status_code == 200 and "/welcome/link/" in shown.content.decode()
    held = RoleGrant.objects.get(user=user, role="frontdesk")
    assert client.post(url("role_end", held.uid)).status_code == 303
    assert client.post(url("employee_end", row.uid), {"on": "t", "reason": "moved"}).status_code == 303
    user.refresh_from_db()
    assert user.ended_at is not None and not user.is_active


def test_nobody_keeps_his_own_roles(provider: Provider) -> None:
    client = signed_in("administrator")
    myself = make_user("administrator")
    page = client.get(url("user", myself.uid)).content.decode()
    assert "This is you" in page and "Give a role" not in page
    assert client.post(url("grant", myself.uid), {"role": "biller"}).status_code == 422


def test_an_auditor_sees_initials_of_staff(employee: Employee) -> None:
    client = signed_in("auditor")
    for path in (url("staff"), url("employee", employee.uid)):
        text = client.get(path).content.decode()
        assert "B. M." in text and "Moss" not in text
