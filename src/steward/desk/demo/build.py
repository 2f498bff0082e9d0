"""The demo practice, stage by stage, through the bulk services, told by a progress bar. Same seed and day, same practice."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from django.db import transaction

from steward.billing.services.codes import ask_icd10
from steward.billing.services.visit_charges import pin_code
from steward.core import ids
from steward.core.access import services as access
from steward.core.access.models import User
from steward.core.clock import at_local, local_day
from steward.core.office import name_administrator
from steward.core.service import Call
from steward.desk.demo import plan
from steward.desk.opening import open_practice
from steward.frontdesk import demo as frontdesk_demo
from steward.frontdesk.models import Appointment, Patient
from steward.insurance import demo as insurance_demo
from steward.insurance.models import Plan
from steward.insurance.types import PayerData
from steward.people import demo as people_demo
from steward.people.models import Provider
from steward.registry import demo as registry_demo
from steward.registry import services as registry
from steward.registry.demo import DemoPlaces
from steward.registry.models import Entity
from steward.registry.types import PersonData

Tell = Callable[[str, int, int], None]


@dataclass
class World:
    """What the stages hand on. ``now`` is the moment the demo's last day stands at."""

    call: Call
    chance: Random
    as_of: date
    now: datetime
    zone: ZoneInfo
    tell: Tell
    entity: Entity
    places: DemoPlaces
    users: dict[str, User] = field(default_factory=dict)
    providers: list[Provider] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)
    patients: list[Patient] = field(default_factory=list)
    appointments: list[Appointment] = field(default_factory=list)
    reason_of: dict[int, str] = field(default_factory=dict)  # visit -> code of its reason
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Built:
    """What was built: the practice's name and how much of each thing."""

    name: str
    counts: dict[str, int]


def demo_practice(call: Call, *, seed: int, as_of: date, tell: Tell) -> Built:
    """Build it all. Deterministic by ``seed`` and ``as_of``; removable with its folder."""
    chance = Random(seed)  # noqa: S311 - invented people, not secrets
    ids.use_source(lambda: uuid.UUID(int=chance.getrandbits(128), version=4))
    try:
        with transaction.atomic():
            world = _open(call, chance, as_of, tell)
            _people(world)
            _insurance(world)
            _patients(world)
            _appointments(world)
        _money(world)
        return Built(plan.PRACTICE.name, world.counts)
    finally:
        ids.use_source(None)


def _open(call: Call, chance: Random, as_of: date, tell: Tell) -> World:
    tell("Opening the books", 0, 1)
    started = as_of - timedelta(days=400)
    opened = open_practice(call, opened_on=started, said=plan.PRACTICE, until=as_of, demo=True)
    zone = ZoneInfo(opened.office.zone)
    places = registry_demo.build_places(call, opened.entity, opened.sites)
    now = standing_at(as_of, call.now, zone)
    tell("Opening the books", 1, 1)
    return World(call, chance, as_of, now, zone, tell, opened.entity, places)


def standing_at(as_of: date, moment: datetime, zone: ZoneInfo) -> datetime:
    """The moment the demo's last day has come to: the machine's own, to the minute, so that nothing lies ahead of it.

    A day that is over has come to half past three; one that has not come yet, to its late morning.
    """
    if local_day(moment, zone) < as_of:
        return at_local(as_of, time(11, 10), zone)
    return min(moment.replace(second=0, microsecond=0), at_local(as_of, time(15, 30), zone))


def _people(world: World) -> None:
    started = world.as_of - timedelta(days=400)
    world.providers = people_demo.build_providers(world.call, world.chance, world.entity, world.places, started)
    staff = people_demo.build_staff(world.call, world.chance, world.entity, world.places, started)
    for member in staff:
        if member.role:
            username = _free_name(world, member.role)
            party = member.employee.party
            world.users[username] = access.add_user(
                world.call, username=username, name=party.name, roles=(member.role,), party=party, starts_on=started
            )
    for username, name, roles in plan.OTHER_PERSONAS:
        user = access.add_user(world.call, username=username, name=name, roles=roles, starts_on=started)
        last = name.split()[-1]
        provider = next((p.party for p in world.providers if p.party.last_name == last and p.party.user_id is None), None)
        party = provider or registry.create_party(world.call, data=PersonData(last, name.split()[-2]))
        registry.link_user(world.call, party=party, user=user)
        world.users[username] = user
    name_administrator(world.call, user=world.users["administrator"])
    world.counts |= {"staff": len(staff), "providers": len(world.providers)}


def _free_name(world: World, role: str) -> str:
    names: Sequence[str] = (role, *(f"{role}{n}" for n in range(2, 9)))
    return next(name for name in names if name not in world.users)


def _insurance(world: World) -> None:
    data = [
        (PayerData(p.code, p.name, p.edi_id, p.edi_id, p.ein, p.filing), copay)
        for p, copay, _weight in plan.PAYERS
    ]  # fmt: skip
    world.plans = insurance_demo.build_payers(world.call, data)
    shares = [p.allowed_ppm for p, _copay, _weight in plan.PAYERS]
    insurance_demo.build_contracts(world.call, world.plans, shares, date(world.as_of.year - 2, 1, 1))
    _entry(world)


def _entry(world: World) -> None:
    """What charge entry wants: the practice's fees, every provider's favourites, and ICD-10-CM, which the job worker loads
    when the server starts: the package alone takes two seconds of the cold start's minute.
    """
    fees = {code: cents for lines in plan.FEES.values() for code, _modifiers, cents in lines}
    insurance_demo.build_fees(world.call, fees, date(world.as_of.year - 2, 1, 1))
    for provider in world.providers:
        for kind, codes in plan.AT_HAND.items():
            for key, code in enumerate(codes, 1):
                pin_code(world.call, provider=provider, kind=kind, code=code, key=key)
    ask_icd10(world.call, starts_on=date(world.as_of.year - 2, 10, 1))


def _patients(world: World) -> None:
    world.tell("Patients", 0, 1)
    weights = [*(w for _p, _c, w in plan.PAYERS), plan.SELF_PAY_WEIGHT]
    payers = frontdesk_demo.DemoPayers(world.plans, weights, medicare=0)
    world.patients = frontdesk_demo.build_patients(
        world.call, world.chance, payers, world.providers, world.places, world.as_of
    )
    world.counts["patients"] = len(world.patients)
    world.tell("Patients", 1, 1)


def _appointments(world: World) -> None:
    world.appointments = frontdesk_demo.build_year(
        world.call, world.chance, world.patients, world.as_of, world.now, world.zone,
        tell=lambda done, of: world.tell("Appointments", done, of),
    )  # fmt: skip
    world.counts["appointments"] = len(world.appointments)


def _money(world: World) -> None:
    from steward.desk.demo.money import build_money
    from steward.desk.demo.present import build_present

    build_money(world)
    with transaction.atomic():
        build_present(world)
