"""A folder of Synthea's synthetic patients becomes people, coverage, visits and charges: all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import attrgetter

from django.utils.translation import gettext as _

from steward.billing.logic.synthea import Bill, Encounter, Folder, Holding
from steward.billing.models import Claim
from steward.billing.selectors.facts import chunks
from steward.billing.services.charges import enter_charges_many
from steward.billing.services.imports import ImportedClaim, standing
from steward.billing.types import ChargeData, ClaimData
from steward.core.clock import local_day
from steward.core.files.services import store
from steward.core.refusals import Refusal, Refused
from steward.core.service import Call, note, refuse, service
from steward.frontdesk.models import Patient, Visit
from steward.frontdesk.selectors import patients_by_chart
from steward.frontdesk.services import book_many, keep_reason, register_many
from steward.frontdesk.states import State
from steward.frontdesk.types import BookingData, CoverageInput, PastAppointment, RegistrationData
from steward.insurance.models import Payer
from steward.insurance.selectors import payer_by_code, standard_plan
from steward.insurance.services import create_payer
from steward.insurance.types import PayerData
from steward.people.models import Provider
from steward.people.selectors import provider_by_npi
from steward.people.services import create_provider
from steward.people.types import ProviderData
from steward.registry.selectors import practice, site_by_ref
from steward.registry.services import create_parties_many
from steward.registry.types import AddressData, PersonData

SLOT, LONGEST = timedelta(minutes=5), timedelta(hours=8)
ADULT_YEARS = 18
Owners = Mapping[tuple[str, tuple[str, str]], int]  # patient's key, (last, first) -> the holder's party
VISIT_MINUTES = 15  # what most of Synthea's visits take


@dataclass(frozen=True)
class Brought:
    """What a folder gave: its claims one by one, and how much of the rest is new. ``charge_cents`` is of the new claims."""

    claims: tuple[ImportedClaim, ...]
    patients: int
    coverages: int
    visits: int
    charges: int
    charge_cents: int


@dataclass(frozen=True)
class _World:
    """The rows that the folder's keys stand for here."""

    site: int
    entity: int
    payers: dict[str, Payer]
    providers: dict[str, Provider]


@service("billing.import_synthea", "charge.enter", says="imported synthetic patients")
def import_synthea(call: Call, *, folder: Folder, content: bytes, name: str) -> Brought:
    """Enter a folder of synthetic patients; claims that stand with the same lines count as duplicates.

    Payers and providers the practice does not know are made (providers under a number that is no real NPI, so that no
    claim of theirs leaves the house). Refuses ``site``, ``future`` (a service day to come), ``exists`` (a claim number
    with other charges), ``patient_differs``, ``sum`` (what was entered is not what the folder adds up to).
    """
    _refuse_future(call, folder)
    known = standing({bill.ref: (f"claims.csv, row {bill.row}: ", _lines(bill)) for bill in folder.bills})
    fresh = [bill for bill in folder.bills if bill.ref not in known]
    world = _world(call, folder, fresh)
    patients, new, coverages = _patients(call, folder, world)
    visits, made = _visits(call, folder, fresh, known, patients, world)
    entered = enter_charges_many(call, data=_claims(call, folder, fresh, patients, visits, world)) if fresh else []
    cents = sum(one.charge_cents for one in entered)
    if cents + sum(bill.cents for bill in folder.bills if bill.ref in known) != folder.told_cents:
        raise refuse("sum", _("What was read is not what the folder adds up to."), _("Nothing was entered. Bring the folder whole."))
    if fresh:
        store(call, data=content, name=name, capability="charge.read")
    note(refs=[f"claims:{len(fresh)} new, {len(known)} known"])
    told = tuple(ImportedClaim(bill.ref, "duplicate" if bill.ref in known else "posted", bill.cents, 0) for bill in folder.bills)
    return Brought(told, new, coverages, made, sum(len(bill.services) for bill in fresh), cents)


def _lines(bill: Bill) -> dict[str, tuple[str, int]]:
    return {one.line_ref: (one.code, one.cents) for one in bill.services}


def _refuse_future(call: Call, folder: Folder) -> None:
    late = [bill for bill in folder.bills if max(bill.at, *(one.at for one in bill.services)) > call.now]
    if late:
        fix = _("Leave what has not happened out of the folder.")
        raise Refused(*(
            Refusal("future", f"claims.csv, row {bill.row}: " + _("the day of service has not come yet."), fix) for bill in late[:50]
        ))  # fmt: skip


def _world(call: Call, folder: Folder, fresh: Iterable[Bill]) -> _World:
    own, site = practice(), site_by_ref("")
    if own is None or site is None:
        raise refuse("site", _("The practice has no site."), _("Set up a site first."), field="site")
    payers = {}
    for key, payer in folder.payers.items():
        if payer.name != "NO_INSURANCE":
            made = PayerData(payer.code, payer.name, filing=payer.filing)
            payers[key] = payer_by_code(payer.code) or create_payer(call, data=made)
    began = dict(_first_days(call, folder))
    providers = {}
    for key, one in folder.providers.items():
        data = ProviderData(one.npi, own.pk, began.get(key, call.today))
        person = PersonData(one.last, one.first)
        providers[key] = provider_by_npi(one.npi) or create_provider(call, data=data, person=person, unproved_npi=True)
    return _World(site.pk, own.pk, payers, providers)


def _first_days(call: Call, folder: Folder) -> Iterable[tuple[str, date]]:
    """The first day on which each provider saw somebody, the latest told first so that the earliest stands."""
    met = [(one.provider, one.starts) for one in folder.encounters.values()] + [(bill.provider, bill.at) for bill in folder.bills]
    return ((provider, local_day(at, call.clock.zone)) for provider, at in sorted(met, key=lambda pair: pair[1], reverse=True))


# ---- people ----
def _patients(call: Call, folder: Folder, world: _World) -> tuple[dict[str, Patient], int, int]:
    """The folder's people by key, how many are new, and how many coverages came with those."""
    known = patients_by_chart(one.chart for one in folder.people.values())
    _refuse_others(folder, known)
    fresh = [key for key, one in folder.people.items() if one.chart not in known]
    held: dict[str, list[Holding]] = {key: [] for key in fresh}
    for one in folder.holdings:
        if one.patient in held:
            held[one.patient].append(one)
    owners = _owners(call, held)
    rows = [_registration(call, folder, key, held[key], owners, world) for key in fresh]
    made = register_many(call, data=rows) if rows else []
    found = {key: known[one.chart] for key, one in folder.people.items() if one.chart in known}
    return found | dict(zip(fresh, made, strict=True)), len(fresh), sum(len(row.coverages) for row in rows)


def _refuse_others(folder: Folder, known: Mapping[str, Patient]) -> None:
    for one in folder.people.values():
        patient = known.get(one.chart)
        if patient and patient.party.birth_date != one.born:
            message = _("patients.csv: chart %s belongs to a person with another birth date.") % one.chart
            raise refuse("patient_differs", message, _("Import into a practice of its own."))


def _owners(call: Call, held: Mapping[str, list[Holding]]) -> Owners:
    """One party for each person who holds a patient's coverage."""
    asked = list(dict.fromkeys((one.patient, one.owner) for own in held.values() for one in own if one.owner))
    made = create_parties_many(call, data=[PersonData(last, first) for _patient, (last, first) in asked])
    return {who: party.pk for who, party in zip(asked, made, strict=True)}


def _registration(
    call: Call, folder: Folder, key: str, held: list[Holding], owners: Owners, world: _World
) -> RegistrationData:
    one = folder.people[key]
    addresses = (AddressData(*one.address),) if one.address else ()
    person = PersonData(one.last, one.first, birth_date=one.born, death_date=one.died, sex=one.sex, addresses=addresses)
    covers = tuple(cover for held_one in held if (cover := _cover(call, held_one, owners, world)))
    adult = call.today.year - one.born.year >= ADULT_YEARS
    guardian = next((owners[key, h.owner] for h in reversed(held) if h.owner and h.relation == "19"), None)
    return RegistrationData(person, chart=one.chart, guarantor=None if adult else guardian, coverages=covers)


def _cover(call: Call, one: Holding, owners: Owners, world: _World) -> CoverageInput | None:
    """A coverage by days: the day on which the next one begins is the next one's."""
    starts, ends = (local_day(at, call.clock.zone) for at in (one.starts, one.ends))
    if ends <= starts:
        return None
    plan = standard_plan(world.payers[one.payer]).pk
    subscriber = owners[one.patient, one.owner] if one.owner else None
    return CoverageInput(plan, one.member, starts, ends - timedelta(days=1), one.rank, one.relation, subscriber=subscriber)


# ---- visits ----
def _visits(
    call: Call, folder: Folder, fresh: Iterable[Bill], known: Iterable[str], patients: Mapping[str, Patient], world: _World
) -> tuple[dict[str, int], int]:
    """Encounter -> visit for the claims to come, and how many visits are new."""
    refs = {bill.ref: bill.encounter for bill in folder.bills}
    visits: dict[str, int] = {}
    for part in chunks(known):
        for ref, visit in Claim.objects.filter(ref__in=part).exclude(visit=None).values_list("ref", "visit_id"):
            visits[refs[ref]] = visit
    wanted = dict.fromkeys(bill.encounter for bill in fresh if bill.encounter not in visits)
    asked = sorted((folder.encounters[key] for key in wanted if folder.encounters[key].visit), key=attrgetter("starts", "key"))
    reasons = {
        name: keep_reason(call, code=f"SYN-{name.split()[0].upper()}", name=name, minutes=VISIT_MINUTES).pk
        for name in dict.fromkeys(one.visit for one in asked)
    }
    busy: dict[str, datetime] = {}
    data = [_past(one, busy, patients, world, reasons[one.visit]) for one in asked]
    rows = book_many(call, data=data) if data else []
    of_row = {pk: visit for part in chunks(row.pk for row in rows)
              for pk, visit in Visit.objects.filter(appointment__in=part).values_list("appointment_id", "id")}  # fmt: skip
    return visits | {one.key: of_row[row.pk] for one, row in zip(asked, rows, strict=True)}, len(rows)


def _past(
    one: Encounter, busy: dict[str, datetime], patients: Mapping[str, Patient], world: _World, reason: int
) -> PastAppointment:
    """The visit on the book's five minutes; who has somebody else just then sees this one right after."""
    floor = one.starts.replace(minute=one.starts.minute - one.starts.minute % 5, second=0, microsecond=0)
    starts = max(floor, busy.get(one.provider, floor))
    slots = min(max(-(-(one.ends - one.starts) // SLOT), 1), LONGEST // SLOT)
    ends = busy[one.provider] = starts + slots * SLOT
    booking = BookingData(
        patients[one.patient].pk, world.providers[one.provider].pk, world.site, reason, starts, int(slots) * 5
    )
    stamps = (("arrived_at", starts), ("checked_out_at", ends))
    return PastAppointment(booking, State.CHECKED_OUT.value, stamps=stamps)


# ---- claims ----
def _claims(
    call: Call, folder: Folder, fresh: Iterable[Bill], patients: Mapping[str, Patient], visits: Mapping[str, int], world: _World
) -> list[ClaimData]:
    members: dict[tuple[str, str], list[Holding]] = {}
    for one in folder.holdings:
        members.setdefault((one.patient, one.payer), []).append(one)
    return [_claim(call, folder, bill, patients, visits, world, members) for bill in fresh]


def _claim(
    call: Call, folder: Folder, bill: Bill, patients: Mapping[str, Patient], visits: Mapping[str, int], world: _World,
    members: Mapping[tuple[str, str], list[Holding]],
) -> ClaimData:  # fmt: skip
    first = bill.payers[0] if bill.payers else ""
    held = members.get((bill.patient, first), [])
    member = next((one.member for one in held if one.starts <= bill.at < one.ends), held[-1].member if held else "")
    place = folder.encounters[bill.encounter].place
    return ClaimData(
        patient=patients[bill.patient].pk, provider=world.providers[bill.provider].pk, ref=bill.ref, entity=world.entity,
        service_date=local_day(bill.at, call.clock.zone), site=world.site, visit=visits.get(bill.encounter),
        payer=world.payers[first].pk if first else None, member_id=member,
        charges=tuple(
            ChargeData(one.code, one.cents, (), one.units, bill.diagnoses, one.pointers, one.line_ref,
                       local_day(one.at, call.clock.zone), place)
            for one in bill.services
        ),
    )  # fmt: skip
