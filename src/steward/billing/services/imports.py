"""A charge file becomes patients, coverages, claims and entries: all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.utils.translation import gettext as _

from steward.billing.logic.charges_csv import ChargeFile, ChargeRow, ClaimRow, PersonRow
from steward.billing.models import Charge, Claim
from steward.billing.selectors.facts import chunks
from steward.billing.services.charges import enter_charges_many
from steward.billing.types import ChargeData, ClaimData
from steward.core.access.policy import may
from steward.core.files.services import store
from steward.core.refusals import Refusal, Refused
from steward.core.service import Call, note, service
from steward.frontdesk.models import Patient
from steward.frontdesk.selectors import patients_by_chart
from steward.frontdesk.services.patients import register_many
from steward.frontdesk.types import CoverageInput, RegistrationData
from steward.insurance.models import Coverage, Payer
from steward.insurance.selectors import coverages, covering_many, find_payers, payer_by_code, payers, standard_plan
from steward.insurance.services import add_coverages_many, create_payer
from steward.insurance.types import CoverageData, PayerData
from steward.people.models import Provider
from steward.people.selectors import provider_by_npi
from steward.registry.models import Entity, Site
from steward.registry.selectors import entity_by_ref, site_by_ref
from steward.registry.services import create_parties_many
from steward.registry.types import AddressData, PersonData

DETAILS = ("referring_npi", "supervising_npi", "accident_type")


@dataclass(frozen=True)
class ImportedClaim:
    """What became of one claim of the file. ``copay_cents`` is the cash that came with it."""

    ref: str
    state: str
    charge_cents: int
    copay_cents: int


@dataclass(frozen=True)
class _World:
    """What the file names, found here; keys are as the file writes them."""

    payers: dict[str, Payer]
    providers: dict[str, Provider]
    entities: dict[str, Entity]
    sites: dict[str, Site]


@service("billing.import_charges", "charge.enter", says="imported charges")
def import_charges(
    call: Call, *, file: ChargeFile, content: bytes, name: str, create_payers: bool = False
) -> list[ImportedClaim]:
    """Enter every claim of a charge file; a claim that stands with the same lines counts as duplicate.

    Refuses, naming row and claim: ``unknown_payer`` (with the known ones, unless ``create_payers`` by somebody who may add
    payers), ``provider``,
    ``site``, ``entity``, ``patient_differs`` (another birth date under this chart), ``exists`` (the number is taken by
    other charges), ``future``. All of the file or nothing.
    """
    world = _world(call, file.claims, create_payers)
    before = standing({one.claim_ref: (_place(one, one.charges[0]), _lines(one)) for one in file.claims})
    fresh = [claim for claim in file.claims if claim.claim_ref not in before]
    patients = _patients(call, fresh, world)
    data = [_claim_data(claim, patients[claim.patient_ref], world) for claim in fresh]
    if data:
        enter_charges_many(call, data=data)
        store(call, data=content, name=name, capability="charge.read")
    note(refs=[f"claims:{len(fresh)} new, {len(before)} known"])
    return [
        ImportedClaim(claim.claim_ref, "duplicate", 0, 0)
        if claim.claim_ref in before
        else ImportedClaim(claim.claim_ref, "posted", claim.total_cents, claim.copay_cents)
        for claim in file.claims
    ]


def _world(call: Call, claims: Sequence[ClaimRow], create_payers: bool) -> _World:
    faults: list[Refusal] = []
    rows = [(claim, row) for claim in claims for row in claim.charges]
    found = _World(
        _payers(call, claims, create_payers, faults),
        _each({row.provider_npi: (claim, row) for claim, row in reversed(rows)}, provider_by_npi, "provider", faults),
        _each(
            {_entity_ref(claim): (claim, claim.charges[0]) for claim in reversed(claims)},
            entity_by_ref,
            "entity",
            faults,
        ),
        _each({row.site: (claim, row) for claim, row in reversed(rows)}, site_by_ref, "site", faults),
    )
    faults.extend(
        Refusal("future", _place(claim, row) + _("the day of service has not come yet."), _("Correct the date."))
        for claim, row in rows
        if row.service_date > call.today
    )
    if faults:
        raise Refused(*faults[:50])
    return found


def _entity_ref(claim: ClaimRow) -> str:
    return claim.entity or claim.billing_npi


def _place(claim: ClaimRow, row: ChargeRow) -> str:
    return f"row {row.row}, claim {claim.claim_ref}: "


def _each(asked: dict[str, tuple[ClaimRow, ChargeRow]], find, what: str, faults: list[Refusal]) -> dict:  # type: ignore[type-arg, no-untyped-def]
    found = {}
    for value, (claim, row) in asked.items():
        thing = find(value)
        if thing is None and (value or what != "entity"):
            message = _place(claim, row) + _("there is no %(what)s %(value)s.") % {"what": what, "value": value or "''"}
            faults.append(Refusal(what, message, _("Add it to the practice first, or correct the row.")))
        else:
            found[value] = thing
    return found


def _payers(call: Call, claims: Sequence[ClaimRow], create: bool, faults: list[Refusal]) -> dict[str, Payer]:
    asked: dict[str, ClaimRow] = {}
    for claim in claims:
        for value in (claim.payer_id, claim.payer2_id):
            if value:
                asked.setdefault(value, claim)
    found: dict[str, Payer] = {}
    adds = create and may(call.subject, "payer.write", None, call.context).allowed
    for value, claim in asked.items():
        payer = payer_by_code(value) or _single(find_payers(edi_id=value))
        if payer is None and adds:
            payer = create_payer(call, data=PayerData(value, value))
        if payer is None:
            known = ", ".join(payers(call.subject).values_list("code", flat=True)[:40]) or _("none yet")
            message = _place(claim, claim.charges[0]) + _("the payer %s is not known.") % value
            fix = _("Known: %s. Have somebody add it who may add payers.") if create else _(
                "Known: %s. Add it, or import with --create-payers.")
            fix %= known
            faults.append(Refusal("unknown_payer", message, fix))
        else:
            found[value] = payer
    return found


def _single(rows: list[Payer]) -> Payer | None:
    return rows[0] if len(rows) == 1 else None


def standing(asked: Mapping[str, tuple[str, dict[str, tuple[str, int]]]]) -> set[str]:
    """Numbers that stand here with the same lines; refuses ``exists`` for those that stand with others.

    ``asked``: claim number -> where the file has it (words before the sentence), and line -> code and cents.
    """
    known = {ref for part in chunks(asked) for ref in Claim.objects.filter(ref__in=part).values_list("ref", flat=True)}
    lines: dict[str, dict[str, tuple[str, int]]] = {ref: {} for ref in known}
    for part in chunks(known):
        rows = Charge.objects.filter(claim__ref__in=part, voided_on=None)
        for ref, line, code, cents in rows.values_list("claim__ref", "line_ref", "code", "charge_cents"):
            lines[ref][line] = (code, cents)
    faults = [
        Refusal("exists", place + _("this number stands here with other charges."),
                _("Give corrections a new claim number; charges posted are never edited."))
        for ref, (place, own) in asked.items()
        if ref in known and lines[ref] != own
    ]  # fmt: skip
    if faults:
        raise Refused(*faults[:50])
    return known


def _lines(claim: ClaimRow) -> dict[str, tuple[str, int]]:
    return {row.line_ref: (row.code, row.charge_cents) for row in claim.charges}


def _claim_data(claim: ClaimRow, patient: Patient, world: _World) -> ClaimData:
    first = claim.charges[0]
    payer, entity = world.payers.get(claim.payer_id), world.entities.get(_entity_ref(claim))
    details = {name: value for name in DETAILS if (value := getattr(first, name))}
    if first.accident_date:
        details["accident_date"] = first.accident_date.isoformat()
    return ClaimData(
        patient=patient.pk, provider=world.providers[first.provider_npi].pk, ref=claim.claim_ref,
        service_date=min(row.service_date for row in claim.charges), payer=payer.pk if payer else None,
        entity=entity.pk if entity and _entity_ref(claim) else None, site=world.sites[first.site].pk,
        member_id=claim.member_id, auth_number=first.auth_number, copay_cents=claim.copay_cents, details=details,
        charges=tuple(_charge_data(row) for row in claim.charges),
    )  # fmt: skip


def _charge_data(row: ChargeRow) -> ChargeData:
    return ChargeData(row.code, row.charge_cents, row.modifiers, row.units, row.diagnoses, row.pointers, row.line_ref,
                      row.service_date, row.place, row.ndc)  # fmt: skip


# ---- patients and coverage ----
def _patients(call: Call, claims: Sequence[ClaimRow], world: _World) -> dict[str, Patient]:
    """The patients of the file by chart, the unknown ones registered, each with the coverage the file tells."""
    found = dict(patients_by_chart(claim.patient_ref for claim in claims))
    _refuse_others(found, claims)
    of_patient: dict[str, list[ClaimRow]] = {}
    for claim in claims:
        of_patient.setdefault(claim.patient_ref, []).append(claim)
    fresh = [ref for ref in of_patient if ref not in found]
    rows = [_registration(ref, of_patient, world) for ref in fresh]
    if rows:
        found.update(zip(fresh, register_many(call, data=rows), strict=True))
    _cover(call, [claim for claim in claims if claim.patient_ref not in fresh], found, world)
    return found


def _refuse_others(found: dict[str, Patient], claims: Sequence[ClaimRow]) -> None:
    faults = []
    for claim in claims:
        patient = found.get(claim.patient_ref)
        born = patient.party.birth_date if patient else None
        if patient and born and born != claim.patient.birth_date:
            message = _place(claim, claim.charges[0]) + _("chart %s belongs to a person with another birth date.")
            fix = _("Correct the chart number or the birth date.")
            faults.append(Refusal("patient_differs", message % claim.patient_ref, fix))
    if faults:
        raise Refused(*faults[:50])


def _registration(ref: str, of_patient: dict[str, list[ClaimRow]], world: _World) -> RegistrationData:
    claims = sorted(of_patient[ref], key=lambda claim: min(row.service_date for row in claim.charges))
    first = claims[0]
    guarantor = first.guarantor_ref if first.guarantor_ref in of_patient else ""
    return RegistrationData(
        _person(first.patient, first), chart=ref, guarantor_ref=guarantor, coverages=tuple(_inputs(claims, world))
    )


def _person(person: PersonRow, claim: ClaimRow | None = None) -> PersonData:
    at = claim.address if claim else None
    addresses = (AddressData(at.street, at.city, at.state, at.zip),) if at and at.is_whole else ()
    return PersonData(
        person.last_name, person.first_name, birth_date=person.birth_date, sex=person.sex, addresses=addresses
    )


@dataclass(frozen=True)
class _Span:
    """A coverage the file tells of: a payer in a rank from a day on."""

    rank: int
    payer: str
    member: str
    relation: str
    subscriber: PersonRow | None
    starts_on: date
    ends_on: date | None = None


def _spans(claims: Iterable[ClaimRow]) -> list[_Span]:
    """Runs of one payer and member, by rank: each ends the day before the next begins. Claims in order of day."""
    runs: dict[int, list[_Span]] = {1: [], 2: []}
    for claim in claims:
        day = min(row.service_date for row in claim.charges)
        told = ((1, claim.payer_id, claim.member_id), (2, claim.payer2_id, claim.member2_id))
        for rank, payer, member in told:
            last = runs[rank][-1] if runs[rank] else None
            if not payer or (last and (last.payer, last.member) == (payer, member)):
                continue
            relation, holder = (claim.relation, claim.subscriber) if rank == 1 else ("18", None)
            if last and last.starts_on == day:
                continue  # two payers of one rank on one day: the claim names its own, the coverage stays the first
            if last:
                runs[rank][-1] = replace(last, ends_on=day - timedelta(days=1))
            runs[rank].append(_Span(rank, payer, member, relation, holder, day))
    return [*runs[1], *runs[2]]


def _inputs(claims: Sequence[ClaimRow], world: _World) -> Iterable[CoverageInput]:
    for span in _spans(claims):
        yield CoverageInput(
            standard_plan(world.payers[span.payer]).pk, span.member, span.starts_on, span.ends_on, span.rank,
            span.relation, subscriber_person=_person(span.subscriber) if span.subscriber else None,
        )  # fmt: skip


def _cover(call: Call, claims: Sequence[ClaimRow], patients: dict[str, Patient], world: _World) -> None:
    """Patients that stand here already: a coverage only for a day on which nothing of that rank is known."""
    asked = [(patients[claim.patient_ref].party_id, claim.charges[0].service_date) for claim in claims]
    known = covering_many(asked) if asked else {}
    wanted: dict[tuple[int, int], _Span] = {}
    for claim, (party, day) in zip(claims, asked, strict=True):
        ranks = {cover.rank for cover in known.get((party, day), [])}
        for span in _spans([claim]):
            if span.rank not in ranks:
                wanted.setdefault((party, span.rank), span)
    rows = []
    for (party, _rank), span in wanted.items():
        subscriber = party
        if span.subscriber is not None:
            subscriber = create_parties_many(call, data=[_person(span.subscriber)])[0].pk
        rows.append(CoverageData(
            party, standard_plan(world.payers[span.payer]).pk, subscriber, span.member, span.starts_on,
            _day_before_next(call, party, span), span.relation, rank=span.rank,
        ))  # fmt: skip
    if rows:
        add_coverages_many(call, data=rows)


def _day_before_next(call: Call, party: int, span: _Span) -> date | None:
    later: list[Coverage] = [
        cover
        for cover in coverages(call.subject, party)
        if cover.rank == span.rank and cover.voided_on is None and cover.starts_on > span.starts_on
    ]
    return min(cover.starts_on for cover in later) - timedelta(days=1) if later else None
