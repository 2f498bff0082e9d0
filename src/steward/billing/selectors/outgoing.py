"""Claims of ours as the value that is scrubbed and written: a constant number of queries per thousand claims."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from steward.billing.logic.outgoing.model import (
    INSTITUTIONAL,
    PROFESSIONAL,
    Accident,
    Address,
    Adjusted,
    BillingProvider,
    Clinician,
    Drug,
    Human,
    Locum,
    OutgoingClaim,
    PayerName,
    Policy,
    PriorLine,
    PriorPayer,
    ServiceLine,
)
from steward.billing.logic.revenue import Revenue
from steward.billing.logic.scrub.asking import Codes
from steward.billing.logic.scrub.engine import codes_named
from steward.billing.models import Attachment, Charge, Claim, RemittanceClaim, RemittanceLine
from steward.billing.selectors.facts import chunks
from steward.billing.selectors.rules import revenue
from steward.billing.selectors.scrub_rules import rules_in_force
from steward.insurance.models import Coverage, Payer
from steward.insurance.selectors import covering_many
from steward.people.selectors import providers_by_npi
from steward.registry.models import Party, Site
from steward.registry.selectors import contacts_of

RELATED = ("patient__party", "payer__party", "provider__party", "entity__party", "site")
ROLES = ("referring", "ordering", "supervising")
MEDICARE = ("MA", "MB")  # SBR09
ACCIDENTS = {"AA": "AA", "AUTO": "AA", "EM": "EM", "EMPLOYMENT": "EM", "WORK": "EM", "OA": "OA", "OTHER": "OA"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which claim goes out as what. ``control`` is the payer's number of the claim it replaces or voids."""

    claim: int
    rank: int = 1
    frequency: str = "1"
    control: str = ""


@dataclass
class _Around:
    """Everything besides the claims, read once."""

    charges: dict[int, list[Charge]]
    covers: dict[tuple[int, date], list[Coverage]]
    addresses: dict[int, Address]
    phones: dict[int, str]
    clinicians: dict[str, Clinician]
    answers: dict[int, list[RemittanceClaim]] = field(default_factory=dict)
    lines: dict[int, list[RemittanceLine]] = field(default_factory=dict)
    papers: dict[int, list[tuple[str, str, str]]] = field(default_factory=dict)
    revenue: Revenue = field(default_factory=Revenue)
    laboratory: tuple[Codes, ...] = ()


def outgoing(wanted: Sequence[Wanted]) -> dict[int, OutgoingClaim]:
    """Claim -> the value it goes out as, in the order asked. Claims without charges or payer are left out."""
    claims: dict[int, Claim] = {}
    for part in chunks(one.claim for one in wanted):
        claims.update({row.pk: row for row in Claim.objects.filter(pk__in=part).select_related(*RELATED)})
    around = _around(list(claims.values()))
    found = {}
    for one in wanted:
        row = claims[one.claim]
        if around.charges.get(row.pk) and row.payer_id:
            found[row.pk] = _claim(row, one, around)
    return found


def _around(claims: Sequence[Claim]) -> _Around:
    covers = covering_many((row.patient.party_id, row.service_date) for row in claims)
    people = {row.patient.party_id for row in claims} | {row.entity.party_id for row in claims}
    people |= {cover.subscriber_id for rows in covers.values() for cover in rows}
    npis = {row.details.get(name, "") for row in claims for name in map("{}_npi".format, ROLES)} - {""}
    addresses, phones = contacts_of(people)
    around = _Around(
        _charges(claims), covers,
        {pk: Address(a.street, a.street2, a.city, a.state, a.zip) for pk, a in addresses.items()}, phones,
        {p.npi: Clinician(p.npi, p.party.last_name, p.party.first_name, p.taxonomy) for p in providers_by_npi(npis)},
    )  # fmt: skip
    if any(row.site.bill_type for row in claims):
        around.revenue = revenue()
    if any(row.site.clia for row in claims):
        around.laboratory = codes_named(rules_in_force(), "clia_missing")
    _answers(claims, around)
    for part in chunks(row.pk for row in claims):
        rows = Attachment.objects.filter(claim__in=part, ended_at=None).order_by("id")
        for claim, *paper in rows.values_list("claim_id", "kind", "by", "number"):
            around.papers.setdefault(claim, []).append((paper[0], paper[1], paper[2]))
    return around


def _charges(claims: Sequence[Claim]) -> dict[int, list[Charge]]:
    found: dict[int, list[Charge]] = defaultdict(list)
    for part in chunks(row.pk for row in claims):
        for charge in Charge.objects.filter(claim__in=part, voided_on=None).order_by("id"):
            found[charge.claim_id].append(charge)
    return found


def _answers(claims: Sequence[Claim], around: _Around) -> None:
    for part in chunks(row.pk for row in claims):
        rows = RemittanceClaim.objects.filter(claim__in=part, live=True).exclude(outcome="not_posted")
        for answer in rows.select_related("remittance").order_by("id"):
            around.answers.setdefault(answer.claim_id or 0, []).append(answer)
    for part in chunks(answer.pk for rows in around.answers.values() for answer in rows):
        for line in RemittanceLine.objects.filter(answer__in=part, charge__isnull=False).order_by("id"):
            around.lines.setdefault(line.answer_id, []).append(line)


def _claim(row: Claim, wanted: Wanted, around: _Around) -> OutgoingClaim:
    charges = around.charges[row.pk]
    covers = around.covers.get((row.patient.party_id, row.service_date), [])
    policies = _policies(row, covers, around)
    policy = policies.get(wanted.rank) or _unknown(row, around)
    diagnoses = tuple(dict.fromkeys(code for c in charges for code in c.diagnoses.split(":") if code))
    details = row.details
    bill_type = _bill_type(row, policies, wanted.rank)
    papers = [*filter(None, [_attachment(details)]), *around.papers.get(row.pk, [])]
    return OutgoingClaim(
        ref=row.ref, form=INSTITUTIONAL if bill_type else PROFESSIONAL, bill_type=bill_type,
        charge_cents=sum(charge.charge_cents for charge in charges), billing=_billing(row, around),
        policy=policy, patient=_human(row.patient.party, around), place=charges[0].place, diagnoses=diagnoses,
        lines=tuple(_line(charge, diagnoses, _revenue(row, charge, bill_type, around)) for charge in charges),
        rendering=Clinician(row.provider.npi, row.provider.party.last_name, row.provider.party.first_name, row.provider.taxonomy),
        referring=_named(details, "referring", around), supervising=_named(details, "supervising", around),
        ordering=_named(details, "ordering", around), locum=_locum(details), incident_to=bool(details.get("incident_to")),
        split_shared=bool(details.get("split_shared")), self_pay_restricted=row.no_claim,
        facility=_facility(row.site, around.addresses.get(row.entity.party_id)),
        others=tuple(_prior(row, one, charges, around) for rank, one in sorted(policies.items()) if rank != wanted.rank),
        frequency=wanted.frequency, control=wanted.control, authorisation=row.auth_number,
        referral=details.get("referral_number", ""), clia=_clia(row, charges, around), note=details.get("note", ""),
        attachment=papers[0] if papers else None, more_attachments=tuple(papers[1:]),
        accident=_accident(details), onset=_date(details.get("onset", "")),
        patient_ref=row.patient.chart,
    )  # fmt: skip


def _billing(row: Claim, around: _Around) -> BillingProvider:
    entity = row.entity
    where = around.addresses.get(entity.party_id) or _site_address(row.site)
    return BillingProvider(
        entity.name, entity.npi, entity.tin, entity.taxonomy or row.provider.taxonomy, where,
        around.phones.get(entity.party_id, "") or row.site.phone,
    )  # fmt: skip


def _site_address(site: Site) -> Address:
    return Address(site.street, "", site.city, site.state, site.zip)


def _facility(site: Site, billing: Address | None) -> tuple[str, str, Address] | None:
    """Where it was done, only when that is another address than the billing provider's (2310C)."""
    where = _site_address(site)
    if not (where.street and where.city and where.state and where.zip) or billing is None:
        return None
    same = (where.street.upper(), where.zip[:5]) == (billing.street.upper(), billing.zip[:5])
    return None if same else (site.name, site.npi, where)


def _bill_type(row: Claim, policies: Mapping[int, Policy], rank: int) -> str:
    """What the site is on a claim to this payer; empty for a professional one: an office, or a payer that wants it so."""
    asked = policies.get(rank)
    return row.site.bill_type if asked and asked.payer.institutional else ""


def _revenue(row: Claim, charge: Charge, bill_type: str, around: _Around) -> str:
    return around.revenue.of(charge.code, bill_type, row.site.revenue) if bill_type else ""


def _clia(row: Claim, charges: Sequence[Charge], around: _Around) -> str:
    """The laboratory's certificate: what the claim says itself, else the site's where there is laboratory work (REF*X4)."""
    said = str(row.details.get("clia", ""))
    tests = (c for c in charges if "QW" in c.modifiers.split(":") or any(c.code in named for named in around.laboratory))
    return said or (row.site.clia if row.site.clia and any(tests) else "")


def _human(party: Party, around: _Around) -> Human:
    return Human(
        party.last_name or party.name, party.first_name, party.middle_name, party.birth_date, party.death_date, party.sex,
        around.addresses.get(party.pk, Address()),
    )  # fmt: skip


def payer_name(payer: Payer) -> PayerName:
    """A payer as an 837 names it; one without a clearinghouse number goes by the id under which imports know it."""
    return PayerName(payer.name, payer.edi_id or payer.code, payer.filing, payer.ref2u, payer.code, payer.institutional)


def _policies(row: Claim, covers: Sequence[Coverage], around: _Around) -> dict[int, Policy]:
    """Rank -> policy. The claim's own payer is the first, whatever else the coverage of the day says of it."""
    found = {}
    own = next((cover for cover in covers if cover.plan.payer_id == row.payer_id), None)
    if own is not None:
        found[1] = _policy(row, own, 1, row.member_id, around)
    for cover in covers:
        if cover is not own and cover.rank > 1 and cover.plan.payer_id != row.payer_id:
            found[cover.rank] = _policy(row, cover, cover.rank, "", around)
    if own is None and row.payer is not None:
        found[1] = _unknown(row, around)
    return found


def _policy(row: Claim, cover: Coverage, rank: int, member: str, around: _Around) -> Policy:
    return Policy(
        payer_name(cover.plan.payer), member or cover.member_id, rank, cover.relation, _human(cover.subscriber, around),
        cover.group_number, cover.starts_on, cover.ends_on, _medicare_reason(row, cover, rank),
        cover.assigned, cover.plan.payer.assignment, cover.plan.referral,
    )  # fmt: skip


def _medicare_reason(row: Claim, cover: Coverage, rank: int) -> str:
    """SBR05: why Medicare comes second, as the claim says it; of no other payer and of no first one."""
    late = cover.plan.payer.filing in MEDICARE and rank > 1
    return str(row.details.get("medicare_reason", "")) if late else ""


def _unknown(row: Claim, around: _Around) -> Policy:
    """The claim names a payer that no coverage of the day does: the member id is the claim's, the rest is not known."""
    assert row.payer is not None
    return Policy(
        payer_name(row.payer), row.member_id, 1, "18", _human(row.patient.party, around), accepted=row.payer.assignment
    )


def _line(charge: Charge, diagnoses: Sequence[str], revenue_code: str) -> ServiceLine:
    own = [code for code in charge.diagnoses.split(":") if code]
    places = [int(p) for p in charge.pointers.split(":") if p.isdigit()]
    # a pointer to nothing stays one, for the scrub to find: it points beyond the claim's last diagnosis
    pointers = tuple(diagnoses.index(own[p - 1]) + 1 if 0 < p <= len(own) else 99 for p in places)
    drug = Drug(charge.ndc, charge.ndc_quantity or "1", charge.ndc_unit or "UN") if charge.ndc else None
    return ServiceLine(
        charge.line_ref, charge.code, charge.charge_cents, charge.service_date,
        tuple(m for m in charge.modifiers.split(":") if m), charge.units, pointers, charge.place, drug,
        revenue=revenue_code, note=charge.note,
    )  # fmt: skip


def _named(details: Mapping[str, Any], role: str, around: _Around) -> Clinician | None:
    npi = details.get(f"{role}_npi", "")
    if not npi:
        return None
    return around.clinicians.get(npi) or Clinician(
        npi, details.get(f"{role}_last_name", ""), details.get(f"{role}_first_name", "")
    )


def _locum(details: Mapping[str, Any]) -> Locum | None:
    """Who stood in; since the first day known, or without one the claim says nobody did, for the scrub to find."""
    npi, since = details.get("locum_npi", ""), _date(details.get("locum_since", ""))
    return Locum(npi, since) if npi and since else None


def _attachment(details: Mapping[str, Any]) -> tuple[str, str, str] | None:
    kind = details.get("attachment_type", "")
    return (kind, details.get("attachment_by", "EL"), details.get("attachment_number", "")) if kind else None


def _accident(details: Mapping[str, Any]) -> Accident | None:
    kind = str(details.get("accident_type", "")).upper()
    if not kind:
        return None
    return Accident(ACCIDENTS.get(kind, "OA"), _date(details.get("accident_date", "")), details.get("accident_state", ""))


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _prior(row: Claim, policy: Policy, charges: Sequence[Charge], around: _Around) -> PriorPayer:
    """What a payer said so far: sums over its standing answers, so that a reversal takes its original away."""
    told = [a for a in around.answers.get(row.pk, []) if a.rank == policy.rank]
    if not told:
        return PriorPayer(policy)
    last = told[-1]
    lines = [line for answer in told for line in around.lines.get(answer.pk, [])]
    return PriorPayer(
        policy, sum(a.paid_cents for a in told), last.remittance.paid_on, last.payer_control,
        _adjusted(a.adjustments for a in told), tuple(_prior_line(charge, lines) for charge in charges),
    )  # fmt: skip


def _prior_line(charge: Charge, lines: Sequence[RemittanceLine]) -> PriorLine | None:
    own = [line for line in lines if line.charge_id == charge.pk]
    if not own:
        return None
    modifiers = tuple(m for m in charge.modifiers.split(":") if m)
    return PriorLine(
        sum(line.paid_cents for line in own), charge.code, modifiers, charge.units, _adjusted(li.adjustments for li in own)
    )  # fmt: skip


def _adjusted(texts: Iterable[str]) -> tuple[Adjusted, ...]:
    """``CO-45:2000;PR-3:500`` of several answers, summed by reason."""
    sums: dict[tuple[str, str], int] = {}
    for text in texts:
        for part in text.split(";"):
            reason, _, cents = part.rpartition(":")
            if reason:
                group, _, carc = reason.partition("-")
                sums[group, carc] = sums.get((group, carc), 0) + int(cents)
    return tuple(Adjusted(group, carc, cents) for (group, carc), cents in sums.items() if cents)
