"""What people puts into the demo practice: four providers with their hours, eighteen staff."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from random import Random

from steward.core.service import Call
from steward.people.models import Employee, Provider
from steward.people.services import add_sessions_many, create_employee, create_provider
from steward.people.types import EmployeeData, ProviderData, SessionData
from steward.registry.demo import DemoPlaces, invent_person
from steward.registry.logic.identifiers import npi_of
from steward.registry.models import Entity
from steward.registry.types import PersonData

# taxonomy patterns: family medicine physician, internal medicine physician, nurse practitioner, physician assistant
PROVIDERS = (
    ("Wells", "Iris", "MD", "207Q00000X", "F"),
    ("Stone", "Karl", "DO", "207R00000X", "M"),
    ("Ramos", "Lucia", "NP", "363L00000X", "F"),
    ("Hale", "Theo", "PA", "363A00000X", "M"),
)
# job, department, the role the person would sign in with ("" none), at the second site
STAFF = (
    ("Office manager", "ADMIN", "administrator", False),
    ("Assistant to the manager", "ADMIN", "assistant", False),
    ("Bookkeeper", "ADMIN", "bookkeeper", False),
    ("Human resources", "ADMIN", "hr", False),
    ("Payroll", "ADMIN", "payroll", False),
    ("Front desk lead", "FRONT", "frontdesk", False),
    ("Front desk", "FRONT", "frontdesk", False),
    ("Front desk", "FRONT", "frontdesk", True),
    ("Front desk", "FRONT", "frontdesk", True),
    ("Billing lead", "BILL", "biller", False),
    ("Biller", "BILL", "biller", False),
    ("Biller", "BILL", "biller", False),
    ("Nurse", "CLIN", "", False),
    ("Nurse", "CLIN", "", True),
    ("Medical assistant", "CLIN", "", False),
    ("Medical assistant", "CLIN", "", False),
    ("Medical assistant", "CLIN", "", True),
    ("Laboratory assistant", "CLIN", "", False),
)


@dataclass(frozen=True)
class DemoStaff:
    """An employee of the demo and the role the person signs in with; "" for those who do not."""

    employee: Employee
    role: str


def build_providers(call: Call, rng: Random, entity: Entity, places: DemoPlaces, started_on: dt.date) -> list[Provider]:
    """Four providers. The first two and the third work at the first site, the fourth at the second; the third changes
    over.
    """
    found = []
    for n, (last, first, credential, taxonomy, sex) in enumerate(PROVIDERS):
        born = dt.date(rng.randrange(1962, 1992), rng.randrange(1, 13), rng.randrange(1, 29))
        data = ProviderData(npi_of(f"1{20365410 + 977 * n:08d}"), entity.pk, started_on, taxonomy, credential,
                            places.departments["CLIN"].pk)  # fmt: skip
        found.append(create_provider(call, data=data, person=PersonData(last, first, birth_date=born, sex=sex)))
    add_sessions_many(call, data=[hours for n, p in enumerate(found) for hours in _week(n, p, places, started_on)])
    return found


def _week(n: int, provider: Provider, places: DemoPlaces, started_on: dt.date) -> list[SessionData]:
    """Morning and afternoon of every weekday; a half day off on the provider's own weekday."""
    found = []
    for day in range(5):
        site = places.sites[1 if n == 3 or (n == 2 and day in (3, 4)) else 0]
        room = places.rooms[site.pk][n % len(places.rooms[site.pk])]
        for starts, ends in ((dt.time(8), dt.time(12)), (dt.time(13), dt.time(16, 40))):
            if starts.hour == 13 and day == (n + 2) % 5:
                continue
            found.append(
                SessionData(provider.pk, site.pk, starts, ends, started_on, room.pk, weekday=day, slot_minutes=20)
            )
    return found


def build_staff(call: Call, rng: Random, entity: Entity, places: DemoPlaces, started_on: dt.date) -> list[DemoStaff]:
    """Eighteen employees, the office manager first."""
    found = []
    for job, department, role, second in STAFF:
        born = dt.date(rng.randrange(1960, 2003), rng.randrange(1, 13), rng.randrange(1, 29))
        began = started_on - dt.timedelta(days=rng.randrange(0, 2500))
        data = EmployeeData(job, entity.pk, began, places.sites[second].pk, places.departments[department].pk)
        found.append(DemoStaff(create_employee(call, data=data, person=invent_person(rng, born)), role))
    return found
