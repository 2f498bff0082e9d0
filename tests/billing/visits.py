"""A practice with booked patients who came: what charge entry stands on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from steward.billing.logic import entry
from steward.billing.models import Claim
from steward.billing.services.visit_charges import charge_visit
from steward.billing.types import VisitCharges
from steward.core.clock import at_local
from steward.frontdesk import services as frontdesk
from steward.frontdesk.models import Appointment, Patient, Visit, VisitReason
from steward.frontdesk.states import State
from steward.frontdesk.types import BookingData, CoverageInput, PastAppointment, RegistrationData
from steward.insurance.models import Payer
from steward.insurance.services import create_schedule, import_edition, make_standard
from steward.insurance.types import EditionData
from steward.people.models import Provider
from steward.people.services import create_provider
from steward.people.types import ProviderData
from steward.registry.models import Party
from steward.registry.types import PersonData
from tests.support import ZONE, Office, open_office

from .conftest import practise

JANUARY = dt.date(2026, 1, 1)
FRIDAY = dt.date(2026, 11, 20)
FEES = b"code,amount\nG0439,210.00\nG2211,16.05\nJ0585,6.50\nG8427,0.00\nQ2035,25.00\n"


@dataclass
class Clinic:
    """One payer's patients, two providers (the first with the clinician's login), the practice's own fees."""

    office: Office
    blue: Payer
    medicaid: Payer
    providers: list[Provider]
    reason: VisitReason
    made: int = field(default=0)

    def patient(self, *covers: tuple[Payer, int], last: str = "", until: dt.date | None = None) -> Patient:
        self.made += 1
        person = PersonData(last or f"Rowe{self.made}", "Nell", birth_date=dt.date(1950, 3, self.made % 28 + 1), sex="F")
        rows = tuple(
            CoverageInput(payer.plans.first().pk, f"M{self.made}{rank}", JANUARY, until, rank) for payer, rank in covers
        )
        data = RegistrationData(person, coverages=rows, registered_on=JANUARY)
        return frontdesk.register_patient(self.office.system(), data=data, despite_duplicates=True)

    def visit(self, patient: Patient | None = None, day: dt.date = FRIDAY, *, n: int = 0, at: tuple[int, int] | None = None) -> Visit:
        """A visit that was kept and checked out, as it went."""
        self.made += 1
        hour, minute = at or (8 + self.made // 12 % 9, self.made % 12 * 5)
        start = at_local(day, dt.time(hour, minute), ZONE)
        who = patient or self.patient((self.blue, 1))
        booking = BookingData(who.pk, self.providers[n].pk, self.office.site.pk, self.reason.pk, starts_at=start, minutes=5)
        stamps: dict[str, Any] = {
            "arrived_at": start, "roomed_at": start, "seen_at": start, "checked_out_at": start + dt.timedelta(minutes=5)
        }  # fmt: skip
        rows = frontdesk.book_many(self.office.system(), data=[PastAppointment(booking, State.CHECKED_OUT.value, start, stamps)])
        return Visit.objects.select_related("patient__party", "provider__party").get(appointment=rows[0])

    def charge(self, visit: Visit, *lines: entry.Typed, dx: str = "Z00.00", role: str = "biller", insured: bool = True, **more: Any) -> Claim:
        place = {name: more.pop(name) for name in ("place", "telehealth", "details") if name in more}
        typed = entry.Visit(visit.service_date, entry.words_of(dx), lines, insured=insured, **place)
        return charge_visit(self.office.call(role), visit=visit, data=VisitCharges(typed, **more))


def open_clinic() -> Clinic:
    practice = practise(open_office())
    office = practice.office
    Party.objects.filter(pk=practice.provider.party_id).update(user=office.user("clinician"))
    second = create_provider(
        office.system(), data=ProviderData("1993999998", office.entity.pk, dt.date(2020, 1, 1)), person=PersonData("Wells", "Iris")
    )
    call = office.call("biller")
    schedule = create_schedule(call, name="Our fees")
    import_edition(call, schedule=schedule, data=EditionData(JANUARY, FEES))
    make_standard(call, schedule=schedule)
    reason = frontdesk.keep_reason(office.system(), code="FU", name="Follow-up", minutes=20)
    provider = Provider.objects.select_related("party").get(pk=practice.provider.pk)
    return Clinic(office, practice.blue, practice.medicaid, [provider, second], reason)


__all__ = ["FRIDAY", "JANUARY", "Appointment", "Clinic", "open_clinic"]
