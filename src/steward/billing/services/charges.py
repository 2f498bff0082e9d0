"""Entering charges: at check-out one claim at a time, from files in bulk; posted the moment they are entered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from steward.billing import postings
from steward.billing.logic.charges_csv import CHARGE_LIMIT_CENTS, CLAIM_REF, CODE, LINE_REF, MODIFIER
from steward.billing.models import Charge, Claim, Prepayment
from steward.billing.postings import ChargeFacts, Where
from steward.billing.selectors.facts import chunks, where_of
from steward.billing.services import books
from steward.billing.services.holding import hold_visits
from steward.billing.services.prepaid import apply_visit_payments
from steward.billing.services.work import settle
from steward.billing.types import ChargeData, ClaimData, EnteredClaim
from steward.core.access.separation import perform, perform_past
from steward.core.ids import new_uid
from steward.core.numbers import reserve
from steward.core.refusals import Refusal, Refused
from steward.core.service import Call, note, refuse, service
from steward.frontdesk.models import Patient, Visit
from steward.insurance.models import Payer
from steward.insurance.selectors import covering_many
from steward.ledger.types import EntryDraft
from steward.people.models import Provider
from steward.registry.selectors import site_by_ref

SERIES = "billing.claim"


@dataclass(frozen=True)
class _Around:
    """The rows that many claims name, read once."""

    patients: dict[int, Patient]
    providers: dict[int, Provider]
    payers: dict[int, Payer]
    visits: dict[int, Visit]
    first_site: int | None


@service("billing.enter_charges", "charge.enter", says="entered charges")
def enter_charges(call: Call, *, data: ClaimData, uid: UUID | None = None) -> Claim:
    """Enter one claim with its charges and post them: insured to the payer of the first rank, else to the patient.

    Refuses ``charges`` (none), ``code``, ``amount``, ``modifiers``, ``ref`` (form), ``exists`` (the number is taken),
    ``patient``, ``provider``, ``payer``, ``site``, ``future`` (a service day that has not come), ``visit`` (there is none such
    of this patient, or its check-in was taken back).
    """
    if data.visit:
        hold_visits(Visit.objects.filter(pk=data.visit).values_list("uid", flat=True))
    claims, _charges = _enter(call, [data], [uid])
    perform(call, "post_charge", claims[0])
    if claims[0].visit_id and claims[0].payer_id is None:
        apply_visit_payments(call, refs=[claims[0].ref])
    note(claims[0], fields=["charges"])
    return claims[0]


@service("billing.enter_charges_many", "charge.enter", says="entered many charges")
def enter_charges_many(call: Call, *, data: Sequence[ClaimData]) -> list[EnteredClaim]:
    """Enter many claims in bulk, all or nothing, one entry a claim, in the order given. Refuses as ``enter_charges``."""
    claims, charges = _enter(call, data, [None] * len(data))
    # a claim that is new has no other half yet: noted in bulk, so that later acts on it are kept apart as on any other
    perform_past(call, [("post_charge", who, claim) for who in (call.user_id, call.on_behalf_of) if who for claim in claims])
    sums: dict[int, int] = {}
    for charge in charges:
        sums[charge.claim_id] = sums.get(charge.claim_id, 0) + charge.charge_cents
    note(refs=[f"claim:{claims[0].ref}..{claims[-1].ref}" if claims else "claim:none"])
    return [EnteredClaim(claim.uid, claim.ref, sums.get(claim.pk, 0)) for claim in claims]


@service("billing.void_charge", "charge.enter", says="voided a charge")
def void_charge(call: Call, *, charge: Charge, reason: str) -> Charge:
    """Take back a charge that nobody has answered: its entry's share is reversed, the row keeps its place.

    Refuses ``voided``, ``no_reason``, ``answered`` once a payer, a payment or a write-off has touched it, and ``separation``
    of who entered it when the patient owes it and its day is over: that would be a write-off nobody approves.
    """
    charge = Charge.objects.select_for_update(of=("self",)).select_related("claim").get(pk=charge.pk)
    if charge.voided_on:
        raise refuse("voided", _("This charge was voided before."), _("Nothing is left to do."))
    if not reason.strip():
        raise refuse("no_reason", _("A void needs a reason."), _("Say why."), field="reason")
    if charge.claim.payer_id is None and charge.posted_on < call.today:
        perform(call, "void_charge", charge.claim)
    facts = next(f for f in _facts_of(charge.claim_id) if f.uid == str(charge.uid))
    payer = charge.claim.payer.party_id if charge.claim.payer else None
    role = "ar_insurance" if payer else "ar_patient"
    untouched = {(role, payer): charge.charge_cents, ("charges", payer): -charge.charge_cents}
    if charge.charge_cents and dict(facts.balances) != untouched:
        raise refuse(
            "answered", _("A payer or a payment has touched this charge."), _("Write it off, or undo that first.")
        )
    posting = postings.void_charge(facts, payer)
    numbers = books.post(call, "void_charge", charge.uid, posting=posting, day=call.today,
                         memo=f"Void of a charge of claim {charge.claim.ref}", journal="charges", source="charge")  # fmt: skip
    charge.voided_on, charge.void_reason = call.today, reason.strip()[:200]
    charge.void_entry = numbers[0] if numbers else charge.entry
    charge.save(update_fields=["voided_on", "void_reason", "void_entry"])
    settle(call, [charge.pk], _("The charge was voided"))
    note(charge, fields=["voided_on"], reason=reason)
    return charge


def _facts_of(claim: int) -> Sequence[ChargeFacts]:
    from steward.billing.selectors.facts import known_by_pk

    return next(iter(known_by_pk([claim]).by_ref.values())).charges


def _enter(call: Call, data: Sequence[ClaimData], uids: Sequence[UUID | None]) -> tuple[list[Claim], list[Charge]]:
    _refuse_faults(call, data)
    refs = _numbers(data)
    around = _around(data)
    covers = _payers_of_day(data, around)
    claims = [_claim(call, one, refs[n], uids[n], around, covers[n]) for n, one in enumerate(data)]
    _refuse_known(claims)
    drafts: list[EntryDraft] = []
    rows: list[tuple[Claim, list[Charge], Prepayment | None]] = []
    for one, claim in zip(data, claims, strict=True):
        charges = _charges(call, one, claim)
        prepaid = Prepayment(claim=claim, cents=one.copay_cents, taken_on=call.today) if one.copay_cents else None
        draft = _draft(call, claim, charges, prepaid)
        if draft is not None:
            drafts.append(draft)
        rows.append((claim, charges, prepaid))
    numbers = iter(books.post_drafts(call, drafts))
    return claims, _save(rows, numbers)


def _save(rows: Sequence[tuple[Claim, list[Charge], Prepayment | None]], numbers: Any) -> list[Charge]:
    Claim.objects.bulk_create([claim for claim, _, _ in rows], batch_size=500)
    charges: list[Charge] = []
    prepaid: list[Prepayment] = []
    for claim, own, copay in rows:
        entry = next(numbers) if copay or any(charge.charge_cents for charge in own) else 0
        for charge in own:
            charge.claim, charge.entry = claim, entry
        charges.extend(own)
        if copay:
            copay.claim, copay.entry = claim, entry
            prepaid.append(copay)
    Charge.objects.bulk_create(charges, batch_size=500)
    Prepayment.objects.bulk_create(prepaid, batch_size=500)
    return charges


def _refuse_faults(call: Call, data: Sequence[ClaimData]) -> None:
    found: list[Refusal] = []
    for n, one in enumerate(data):
        place = f"{n}." if len(data) > 1 else ""
        found.extend(_claim_faults(call, one, place))
        for line in one.charges:
            found.extend(charge_faults(line, place))
        if len(found) > 50:
            break
    if found:
        raise Refused(*found)


def _claim_faults(call: Call, one: ClaimData, place: str) -> list[Refusal]:
    found = []
    if not one.charges:
        found.append(Refusal("charges", _("There is no charge."), _("Add a service."), place + "charges"))
    if one.ref and not CLAIM_REF.fullmatch(one.ref):
        found.append(
            Refusal("ref", _("A claim number is at most 20 of A-Z, 0-9 and -."), _("Change it."), place + "ref")
        )
    if one.service_date > call.today:
        message = _("%s has not come yet.") % one.service_date.isoformat()
        found.append(
            Refusal("future", message, _("Enter charges on the day of service or later."), place + "service_date")
        )
    if one.copay_cents < 0:
        found.append(Refusal("amount", _("A copay is not negative."), _("Check the amount."), place + "copay_cents"))
    return found


def charge_faults(line: ChargeData, place: str) -> list[Refusal]:
    """What is wrong with one service as entered."""
    found = []
    if not CODE.fullmatch(line.code):
        found.append(Refusal("code", _("A service code has letters and digits only."), _("Check it."), place + "code"))
    if not 0 <= line.charge_cents <= CHARGE_LIMIT_CENTS:
        found.append(Refusal("amount", _("The amount cannot be right."), _("Check it."), place + "charge_cents"))
    if len(line.modifiers) > 4 or any(not MODIFIER.fullmatch(one) for one in line.modifiers):
        found.append(Refusal("modifiers", _("Modifiers have two characters, at most four."), "", place + "modifiers"))
    if line.line_ref and not LINE_REF.fullmatch(line.line_ref):
        found.append(Refusal("line_ref", _("A line number has at most 30 characters."), "", place + "line_ref"))
    return found


def _numbers(data: Sequence[ClaimData]) -> list[str]:
    """Given numbers as they are; the rest from the series, all reserved at once (first lock of the transaction)."""
    missing = sum(not one.ref for one in data)
    fresh = iter(reserve(SERIES, missing)) if missing else iter(())
    return [one.ref or f"C{next(fresh):07d}" for one in data]


def _around(data: Sequence[ClaimData]) -> _Around:
    first = site_by_ref("")
    return _Around(
        patients=_read(Patient, {one.patient for one in data}),
        providers=_read(Provider, {one.provider for one in data}),
        payers=_read(Payer, {one.payer for one in data if one.payer}),
        visits=_read(Visit, {one.visit for one in data if one.visit}),
        first_site=first.pk if first else None,
    )


def _read(model: Any, pks: set[int]) -> dict[int, Any]:
    return {row.pk: row for part in chunks(pks) for row in model.objects.filter(pk__in=part)}


def _payers_of_day(data: Sequence[ClaimData], around: _Around) -> list[tuple[Payer | None, str]]:
    """Payer of the first rank and member id of each claim: as given, or by the coverage of the day of service."""
    asked = [(around.patients[one.patient].party_id, one.service_date) for one in data
             if one.payer_of_day and not one.no_claim and one.patient in around.patients]  # fmt: skip
    covers = covering_many(asked) if asked else {}
    found: list[tuple[Payer | None, str]] = []
    for one in data:
        if one.no_claim:
            found.append((None, ""))
            continue
        if one.payer is not None:
            if one.payer not in around.payers:
                raise refuse("payer", _("This payer is not known."), _("Choose a payer."), field="payer")
            found.append((around.payers[one.payer], one.member_id))
            continue
        patient = around.patients.get(one.patient)
        first = covers.get((patient.party_id, one.service_date), [None])[:1] if one.payer_of_day and patient else []
        cover = first[0] if first else None
        found.append((cover.plan.payer, cover.member_id) if cover else (None, ""))
    return found


def _claim(
    call: Call, one: ClaimData, ref: str, uid: UUID | None, around: _Around, cover: tuple[Payer | None, str]
) -> Claim:
    patient, provider = around.patients.get(one.patient), around.providers.get(one.provider)
    if patient is None:
        raise refuse("patient", _("There is no such patient."), _("Choose the patient."), field="patient")
    if provider is None:
        raise refuse("provider", _("There is no such provider."), _("Choose who saw the patient."), field="provider")
    visit = around.visits.get(one.visit or 0)
    if one.visit and (visit is None or visit.patient_id != patient.pk or visit.voided_at is not None):
        message = _("This is no visit of this patient, or its check-in was taken back.")
        raise refuse("visit", message, _("Choose a visit that stands."), field="visit")
    site = one.site or (visit.site_id if visit else None) or around.first_site
    if site is None:
        raise refuse("site", _("The practice has no site."), _("Set up a site first."), field="site")
    payer, member = cover
    return Claim(
        uid=uid or new_uid(), ref=ref, patient=patient, visit=visit, payer=payer, provider=provider,
        entity_id=one.entity or provider.entity_id, site_id=site, service_date=one.service_date, member_id=member,
        auth_number=one.auth_number[:50], abn_on_file=one.abn_on_file, details=one.details, no_claim=one.no_claim,
        created_at=call.now,
    )  # fmt: skip


def _refuse_known(claims: Sequence[Claim]) -> None:
    refs = [claim.ref for claim in claims]
    known = sorted(
        {ref for part in chunks(refs) for ref in Claim.objects.filter(ref__in=part).values_list("ref", flat=True)}
    )
    twice = {ref for ref in refs if refs.count(ref) > 1} if len(set(refs)) < len(refs) else set()
    if known or twice:
        names = ", ".join([*known, *sorted(twice)][:5])
        raise refuse("exists", _("These claim numbers are taken: %s.") % names, _("Give new numbers."), field="ref")


def _charges(call: Call, one: ClaimData, claim: Claim) -> list[Charge]:
    rows = charges_of(call, one.charges, claim, day=one.service_date)
    refs = [row.line_ref for row in rows]
    if len(set(refs)) < len(refs):
        raise refuse("line_ref", _("Two lines of claim %s have one number.") % claim.ref, _("Give each its own."))
    return rows


def charges_of(
    call: Call, lines: Sequence[ChargeData], claim: Claim, *, first: int = 1, day: date | None = None
) -> list[Charge]:
    """The rows of services not saved yet; numbered from ``first`` where they bring no number."""
    return [
        Charge(
            uid=new_uid(), claim=claim, line_ref=line.line_ref or f"{claim.ref}-{n}",
            service_date=line.service_date or day or claim.service_date,
            posted_on=call.today, code=line.code, modifiers=":".join(line.modifiers), units=line.units[:9],
            charge_cents=line.charge_cents, diagnoses=":".join(line.diagnoses)[:120],
            pointers=":".join(str(p) for p in line.pointers)[:11], place=line.place[:2], ndc=line.ndc[:20],
            ndc_quantity=line.ndc_quantity[:12], ndc_unit=line.ndc_unit[:2], note=line.note[:80],
        )
        for n, line in enumerate(lines, first)
    ]  # fmt: skip


def _draft(call: Call, claim: Claim, charges: Sequence[Charge], prepaid: Prepayment | None) -> EntryDraft | None:
    """One entry a claim: its charges, and the copay that came with it."""
    place = where(claim)
    payer = claim.payer.party_id if claim.payer else None
    lines = [line for charge in charges for line in postings.charge(
        ChargeFacts(str(charge.uid), charge.code, charge.charge_cents, place), payer).lines]  # fmt: skip
    if prepaid is not None:
        lines.extend(postings.copay(prepaid.item, prepaid.cents, place).lines)
    if not lines:
        return None
    return books.draft("enter", claim.uid, day=_day(call), memo=f"Charges of claim {claim.ref}", journal="charges",
                       source="claim", lines=lines)  # fmt: skip


def where(claim: Claim) -> Where:
    """The ledger dimensions of a claim's charges."""
    return where_of({
        "entity_id": claim.entity_id, "site_id": claim.site_id, "provider__party_id": claim.provider.party_id,
        "patient__party_id": claim.patient.party_id,
    })  # fmt: skip


def _day(call: Call) -> date:
    """Service, posting and deposit dates are three dates: a late charge posts to the open day."""
    return call.today
