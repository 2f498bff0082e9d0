"""What the registry puts into the demo practice: two sites, departments, rooms; and people that never were."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass
from pathlib import Path
from random import Random

from steward.core.service import Call
from steward.registry.models import Department, Entity, Place, Site
from steward.registry.services import create_department, create_place, create_site
from steward.registry.types import (
    AddressData,
    ContactData,
    DepartmentData,
    PersonData,
    PlaceData,
    SiteData,
    email,
    phone,
)

_WORDS = {
    key: text.split()
    for key, text in tomllib.loads((Path(__file__).parent / "data" / "names.toml").read_text()).items()
}
FIRST = {"F": _WORDS["women"], "M": _WORDS["men"]}
LAST, STREETS = _WORDS["families"], _WORDS["streets"]
TOWNS = (("Cedar Hill", "12047"), ("Millbrook", "12545"), ("Ashford", "12061"), ("Dover Plains", "12522"))


@dataclass(frozen=True)
class DemoPlaces:
    """Where the demo practice works; `rooms` are the bookable ones of each site, by its primary key."""

    sites: tuple[Site, Site]
    departments: dict[str, Department]
    rooms: dict[int, list[Place]]


def build_places(call: Call, entity: Entity, sites: tuple[Site, ...] = ()) -> DemoPlaces:
    """Two sites (those given first), four departments, rooms and cabinets."""
    street = {"city": "Cedar Hill", "state": "NY", "zip": "12047", "phone": "518 555 0100"}
    wanted = (SiteData("MAIN", "Main Street", entity.pk, street="12 Main Street", **street),
              SiteData("LAKE", "Lakeside", entity.pk, street="480 Lake Road", **street))  # fmt: skip
    made = [*sites[:2], *(create_site(call, data=data) for data in wanted[len(sites) :])]
    rooms = {made[0].pk: _rooms(call, made[0], 6), made[1].pk: _rooms(call, made[1], 3)}
    names = {"FRONT": "Front desk", "CLIN": "Clinical", "BILL": "Billing", "ADMIN": "Administration"}
    departments = {code: create_department(call, data=DepartmentData(code, name)) for code, name in names.items()}
    return DemoPlaces((made[0], made[1]), departments, rooms)


def _rooms(call: Call, site: Site, count: int) -> list[Place]:
    create_place(call, data=PlaceData("Front desk", site.pk, "desk"))
    create_place(call, data=PlaceData("Waiting room", site.pk, "waiting"))
    store = create_place(call, data=PlaceData("Storeroom", site.pk, "store"))
    for shelf in "AB":
        create_place(call, data=PlaceData(f"Shelf {shelf}", site.pk, "shelf", store.pk))
    return [create_place(call, data=PlaceData(f"Exam {n}", site.pk, "exam")) for n in range(1, count + 1)]


def invent_address(rng: Random) -> AddressData:
    """An address that never was, in one of four towns."""
    town, code = rng.choice(TOWNS)
    return AddressData(f"{rng.randrange(1, 980)} {rng.choice(STREETS)} Street", town, "NY", code)


def invent_phone(rng: Random) -> ContactData:
    """A number of the range kept for fiction (555-0100 to 555-0199)."""
    return phone(f"{rng.choice(('518', '845', '914'))} 555 01{rng.randrange(100):02d}", rng.choice(("home", "mobile")))


def invent_person(
    rng: Random, born: dt.date, *, last: str = "", sex: str = "", address: AddressData | None = None
) -> PersonData:
    """A person that never was, of a birth date; a family shares `last` and `address`."""
    sex = sex or rng.choice("FM")
    first = rng.choice(FIRST[sex])
    family = last or rng.choice(LAST)
    contacts = [invent_phone(rng)]
    if rng.random() < 0.6:
        contacts.append(email(f"{first}.{family}{rng.randrange(10, 99)}@example.com".lower()))
    middle = rng.choice("ABCDEFGHJKLMNPRSTW") if rng.random() < 0.3 else ""
    home = address or invent_address(rng)
    return PersonData(family, first, middle, "", born, sex=sex, contacts=tuple(contacts), addresses=(home,))
