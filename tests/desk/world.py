"""A small practice with two of everybody, so that one can try to reach what is the other's."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from steward.banking.models import DrawerSession, Receipt
from steward.banking.services import accounts, drawers, receipts
from steward.billing.services.charges import enter_charges
from steward.billing.types import ChargeData, ClaimData
from steward.core.access.models import User
from steward.core.files import services as files
from steward.core.files.models import StoredFile
from steward.core.jobs import services as jobs
from steward.core.jobs.models import Job
from steward.core.listing import services as views
from steward.core.listing.models import SavedView
from steward.frontdesk import services as frontdesk
from steward.frontdesk.models import Appointment, Patient
from steward.frontdesk.types import BookingData, CoverageInput, RegistrationData
from steward.insurance.services import create_payer
from steward.insurance.types import PayerData
from steward.people.models import Provider
from steward.people.services import add_sessions_many, create_provider
from steward.people.types import ProviderData, SessionData
from steward.registry.models import Party
from steward.registry.types import AddressData, ContactData, PersonData
from tests.support import Office, make_user, open_office

START = dt.date(2026, 1, 1)
NAMES = (("Quackenbush", "Zebediah"), ("Featherstonehaugh", "Philippa"))


@dataclass
class World:
    """Two patients, each of another provider and another cashier; index 0 belongs to "frontdesk" and "clinician"."""

    office: Office
    patients: list[Patient]
    providers: list[Provider]
    appointments: list[Appointment]
    sessions: list[DrawerSession]
    receipts: list[Receipt]
    claims: list[Any]
    job: Job
    file: StoredFile
    view: SavedView

    def words(self, n: int) -> set[str]:
        """What only who may read this patient may read."""
        party = self.patients[n].party
        return {party.last_name, party.first_name, f"{n}55-0100", f"{n} Canary Lane", f"MEMBER{n}X9"}


def cashier(name: str) -> User:
    """A second front desk person."""
    return make_user("frontdesk", name)


def build() -> World:
    """Everything through the rooms' own services."""
    office = open_office()
    office.users["frontdesk2"], office.users["clinician2"] = cashier("ben"), make_user("clinician", "clinician2")
    providers = _providers(office)
    reason = frontdesk.keep_reason(office.system(), code="FU", name="Follow-up", minutes=20)
    payer = create_payer(office.system(), data=PayerData("BLUE", "Blue Harbor Health"))
    patients = [_patient(office, n, providers[n], payer) for n in (0, 1)]
    appointments = [_seen(office, patients[n], providers[n], reason, 9 + n) for n in (0, 1)]
    sessions = [_drawer(office, n) for n in (0, 1)]
    taken = [
        receipts.take_receipt(
            office.call(("frontdesk", "frontdesk2")[n]), tender="cash", cents=2500, party=patients[n].party
        )
        for n in (0, 1)
    ]
    claims = [_claim(office, patients[n], providers[n], payer, appointments[n]) for n in (0, 1)]
    return World(office, patients, providers, appointments, sessions, taken, claims, *_beside(office, claims[1]))


def _beside(office: Office, claim: Any) -> tuple[Job, StoredFile, SavedView]:
    """What belongs to others or asks for a right of its own: work, a remittance file with a name in it, a kept view."""
    job = jobs.enqueue(office.call("biller"), kind="jobs.tidy", title="Tidy")
    data = f"ISA*00*{NAMES[1][0]}*{NAMES[1][1]}~".encode()
    file = files.store(
        office.call("biller"), data=data, name=f"{NAMES[1][0]}.835", capability="charge.read", link_to=claim
    )
    views.save_view(office.call("frontdesk2"), listing="frontdesk.patients", name="Mine", query="ended=1")
    return job, file, SavedView.objects.get()


def _providers(office: Office) -> list[Provider]:
    found = []
    for npi, last, role in (("1234567893", "Wells", "clinician"), ("1993999998", "Stone", "clinician2")):
        data = ProviderData(npi, office.entity.pk, START, "207Q00000X", "MD")
        provider = create_provider(office.system(), data=data, person=PersonData(last, "Doctor"))
        Party.objects.filter(pk=provider.party_id).update(user=office.user(role))
        found.append(provider)
    hours = [
        SessionData(p.pk, office.site.pk, dt.time(8), dt.time(17), START, weekday=day, slot_minutes=20)
        for p in found
        for day in range(5)
    ]
    add_sessions_many(office.system(), data=hours)
    return found


def _patient(office: Office, n: int, provider: Provider, payer: Any) -> Patient:
    last, first = NAMES[n]
    person = PersonData(
        last,
        first,
        birth_date=dt.date(1950 + n, 7, 13),
        contacts=(ContactData("phone", f"(212) {n}55-0100"),),
        addresses=(AddressData(f"{n} Canary Lane", "Springfield", "NY", "12345"),),
    )
    cover = CoverageInput(plan=payer.plans.first().pk, member_id=f"MEMBER{n}X9", starts_on=START)
    data = RegistrationData(person, primary_provider=provider.pk, site=office.site.pk, coverages=(cover,))
    return frontdesk.register_patient(office.call("frontdesk"), data=data, despite_duplicates=True)


def _seen(office: Office, patient: Patient, provider: Provider, reason: Any, hour: int) -> Appointment:
    starts = dt.datetime.combine(office.today, dt.time(hour), office.clock.zone)
    data = BookingData(patient.pk, provider.pk, office.site.pk, reason.pk, starts_at=starts)
    row = frontdesk.book(office.system(), data=data)
    frontdesk.check_in(office.call("frontdesk"), appointment=row)
    return Appointment.objects.get(pk=row.pk)


def _drawer(office: Office, n: int) -> DrawerSession:
    drawer = accounts.make_drawer(office.call("administrator"), name=f"Front {n}", site=office.site, float_cents=20000)
    return drawers.open_drawer(office.call(("frontdesk", "frontdesk2")[n]), drawer=drawer, float_cents=20000)


def _claim(office: Office, patient: Patient, provider: Provider, payer: Any, appointment: Appointment) -> Any:
    data = ClaimData(
        patient.pk,
        provider.pk,
        office.today,
        (ChargeData("G0438", 15000, (), "1", ("Z0000",), (1,)),),
        payer=payer.pk,
        visit=appointment.visit.pk,
    )
    return enter_charges(office.call("biller"), data=data)
