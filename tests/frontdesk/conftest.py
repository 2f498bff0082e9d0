"""A small practice: one site, two rooms, two providers with hours every weekday, three visit reasons, one payer."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest

from steward.core.clock import at_local
from steward.frontdesk import services
from steward.frontdesk.models import Appointment, Patient, VisitReason
from steward.frontdesk.types import BookingData, RegistrationData
from steward.insurance.models import Payer
from steward.insurance.services import create_payer
from steward.insurance.types import PayerData
from steward.people.models import Provider
from steward.people.services import add_sessions_many, create_provider
from steward.people.types import ProviderData, SessionData
from steward.registry.models import Entity, Place, Site
from steward.registry.selectors import practice, site_by_ref
from steward.registry.services import create_entity, create_place, create_site
from steward.registry.types import EntityData, PersonData, PlaceData, SiteData
from tests.support import NOON, ZONE, Office

START = dt.date(2026, 1, 1)
TODAY = dt.date(2026, 11, 23)  # the Monday of tests.support.NOON


@dataclass
class Desk:
    """What the tests of the front desk stand on, and short ways to do things."""

    office: Office
    entity: Entity
    site: Site
    rooms: list[Place]
    providers: list[Provider]
    reason: VisitReason
    payer: Payer

    def call(self, role: str = "frontdesk", **more):
        return self.office.call(role, **more)

    def at(self, hour: int, minute: int = 0, day: dt.date = TODAY) -> dt.datetime:
        return at_local(day, dt.time(hour, minute), ZONE)

    def patient(self, last: str = "Ortiz", first: str = "Ana", **more) -> Patient:
        person = PersonData(last, first, birth_date=more.pop("birth_date", dt.date(1980, 3, 4)))
        data = RegistrationData(person, **more)
        return services.register_patient(self.call(), data=data, despite_duplicates=True)

    def booking(self, patient: Patient, hour: int = 13, minute: int = 0, *, n: int = 0, **more) -> BookingData:
        day = more.pop("day", TODAY)
        base = {"patient": patient.pk, "provider": self.providers[n].pk, "site": self.site.pk, "reason": self.reason.pk}
        return BookingData(**{**base, "starts_at": self.at(hour, minute, day), **more})

    def book(self, patient: Patient, hour: int = 13, minute: int = 0, **more) -> Appointment:
        return services.book(self.call(), data=self.booking(patient, hour, minute, **more))


def open_desk(office: Office) -> Desk:
    """The practice, through the rooms' own services."""
    system = office.system()
    entity = practice() or create_entity(system, data=EntityData("P", "Cedar Hill"), is_practice=True)
    site = site_by_ref("") or create_site(system, data=SiteData("MAIN", "Main Street", entity.pk))
    rooms = [create_place(system, data=PlaceData(f"Exam {n}", site.pk)) for n in (1, 2)]
    providers = [
        create_provider(
            system, data=ProviderData(npi, entity.pk, START, "207Q00000X", "MD"), person=PersonData(last, first)
        )
        for npi, last, first in (("1234567893", "Wells", "Iris"), ("1993999998", "Stone", "Karl"))
    ]
    hours = [
        SessionData(p.pk, site.pk, dt.time(8), dt.time(17), START, weekday=day, slot_minutes=20)
        for p in providers
        for day in range(5)
    ]
    add_sessions_many(system, data=hours)
    reason = services.keep_reason(system, code="FU", name="Follow-up", minutes=20)
    payer = create_payer(system, data=PayerData("BLUE", "Blue Harbor Health"))
    return Desk(office, entity, site, rooms, providers, reason, payer)


@pytest.fixture
def desk(db) -> Desk:
    return open_desk(Office(now=NOON))
