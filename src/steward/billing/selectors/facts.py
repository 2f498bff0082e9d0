"""What the pure postings must be told, read in bulk: a constant number of queries per thousand claims."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import QuerySet

from steward.banking.selectors.trace import receipts
from steward.billing.logic.remittance import ClaimPayment
from steward.billing.logic.remittance import Remittance as Read
from steward.billing.models import Charge, Claim, Prepayment, RemittanceClaim
from steward.billing.postings import ChargeFacts, ClaimFacts, CoverageFacts, PrepaidFacts, Recoupable, Where
from steward.insurance.selectors import covering_many, limits_many
from steward.ledger.selectors import item_balances, item_payer_balances, open_items
from steward.registry.logic.names import name_key

if TYPE_CHECKING:
    from steward.insurance.models import Payer

CHUNK = 500
CLAIM_COLUMNS = (
    "pk", "ref", "patient__party_id", "payer__party_id", "payer__filing", "provider__party_id", "entity_id", "site_id",
    "service_date", "visit__uid", "abn_on_file", "payer_id",
)  # fmt: skip
CHARGE_COLUMNS = ("pk", "uid", "claim_id", "code", "modifiers", "line_ref", "service_date", "charge_cents")


@dataclass
class Known:
    """Claims of ours as facts, with the primary keys behind them."""

    by_ref: dict[str, ClaimFacts] = field(default_factory=dict)
    claim_pk: dict[str, int] = field(default_factory=dict)
    charge_pk: dict[str, int] = field(default_factory=dict)


def chunks(values: Iterable[Any], size: int = CHUNK) -> Iterable[list[Any]]:
    """Distinct values in lists of at most ``size``."""
    wanted = list(dict.fromkeys(values))
    return (wanted[start : start + size] for start in range(0, len(wanted), size))


def known_claims(refs: Iterable[str]) -> Known:
    """The claims with these numbers: charges, what is open on each, coverages of the day, prepayments of the visit."""
    rows = [row for part in chunks(refs) for row in Claim.objects.filter(ref__in=part).values_list(*CLAIM_COLUMNS)]
    return _known([dict(zip(CLAIM_COLUMNS, row, strict=True)) for row in rows])


def known_by_pk(pks: Iterable[int]) -> Known:
    """As ``known_claims``, by primary key."""
    rows = [row for part in chunks(pks) for row in Claim.objects.filter(pk__in=part).values_list(*CLAIM_COLUMNS)]
    return _known([dict(zip(CLAIM_COLUMNS, row, strict=True)) for row in rows])


def _known(claims: Sequence[Mapping[str, Any]]) -> Known:
    known = Known(claim_pk={claim["ref"]: claim["pk"] for claim in claims})
    by_pk = {claim["pk"]: claim for claim in claims}
    charges = _charges(by_pk, known)
    covers = covering_many((claim["patient__party_id"], claim["service_date"]) for claim in claims)
    prepaid = _prepaid(claims)
    limits = _limits(claims, covers)
    for claim in claims:
        on_day = covers.get((claim["patient__party_id"], claim["service_date"]), [])
        known.by_ref[claim["ref"]] = ClaimFacts(
            claim["ref"], tuple(charges.get(claim["pk"], ())), _coverages(claim, on_day, limits),
            tuple(prepaid.get(claim["pk"], ())), claim["abn_on_file"],
        )  # fmt: skip
    return known


def _charges(claims: Mapping[int, Mapping[str, Any]], known: Known) -> dict[int, list[ChargeFacts]]:
    rows: list[tuple[Any, ...]] = []
    for part in chunks(claims):
        asked = Charge.objects.filter(claim__in=part, voided_on=None).order_by("id")
        rows.extend(asked.values_list(*CHARGE_COLUMNS))
    balances = item_payer_balances(f"charge:{row[1]}" for row in rows)
    found: dict[int, list[ChargeFacts]] = defaultdict(list)
    for pk, uid, claim_pk, code, modifiers, line_ref, day, cents in rows:
        known.charge_pk[str(uid)] = pk
        found[claim_pk].append(ChargeFacts(
            str(uid), code, cents, where_of(claims[claim_pk]), tuple(modifiers.split(":")) if modifiers else (),
            line_ref, day, balances.get(f"charge:{uid}", {}),
        ))  # fmt: skip
    return found


def where_of(claim: Mapping[str, Any]) -> Where:
    """The ledger dimensions of a claim's charges."""
    return Where(claim["entity_id"], claim["site_id"], None, claim["provider__party_id"], claim["patient__party_id"])


Terms = Mapping[tuple[int, int | None, Any], Any]


def _limits(claims: Sequence[Mapping[str, Any]], covers: Mapping[tuple[Any, Any], Sequence[Any]]) -> Terms:
    """(payer, plan, day) -> the contract that held. Two queries."""
    asked = {(c.plan.payer_id, c.plan_id, day) for (_patient, day), own in covers.items() for c in own}
    asked |= {(claim["payer_id"], None, claim["service_date"]) for claim in claims if claim["payer_id"]}
    return limits_many(asked)


def _coverages(claim: Mapping[str, Any], on_day: Sequence[Any], limits: Terms) -> tuple[CoverageFacts, ...]:
    """The first payer is the one the charges were posted to; later ranks are read from the coverage of the day."""
    if claim["payer__party_id"] is None:
        return ()
    first = next((c for c in on_day if c.plan.payer_id == claim["payer_id"]), None)
    capitation = bool(first and first.plan.capitation)
    day = claim["service_date"]
    own = limits[claim["payer_id"], first.plan_id if first else None, day]
    covers = [
        CoverageFacts(1, claim["payer__party_id"], claim["payer__filing"], capitation, own.contract, own.appeal_days)
    ]
    for cover in on_day:
        if cover.rank > 1 and cover.plan.payer_id != claim["payer_id"]:
            payer = cover.plan.payer
            terms = limits[payer.pk, cover.plan_id, day]
            covers.append(CoverageFacts(
                cover.rank, payer.party_id, payer.filing, cover.plan.capitation, terms.contract, terms.appeal_days
            ))  # fmt: skip
    return tuple(covers)


def _prepaid(claims: Sequence[Mapping[str, Any]]) -> dict[int, list[PrepaidFacts]]:
    """Copays taken for the claim: with its charge file, or at the desk for its visit; what is left of each."""
    entity = {claim["pk"]: claim["entity_id"] for claim in claims}
    patient = {claim["pk"]: claim["patient__party_id"] for claim in claims}
    items: list[tuple[int, str]] = []
    for part in chunks(entity):
        rows = Prepayment.objects.filter(claim__in=part).order_by("id").values_list("claim_id", "uid")
        items.extend((pk, f"receipt:{uid}") for pk, uid in rows)
    visits = {f"visit:{claim['visit__uid']}": claim["pk"] for claim in claims if claim["visit__uid"]}
    for part in chunks(visits):
        items.extend((visits[taken.for_ref], taken.item) for taken in receipts(for_refs=part))
    left = item_balances(item for _, item in items)
    found: dict[int, list[PrepaidFacts]] = defaultdict(list)
    for pk, item in items:
        cents = -left.get(item, {}).get("patient_prepaid", 0)
        if cents > 0:
            found[pk].append(PrepaidFacts(item, cents, entity[pk], patient[pk]))
    return found


def claim_numbers(read: Read, payer: Payer) -> tuple[list[str], list[str]]:
    """For each CLP the claim of ours it names (empty: none) and how: by our number, or the payer's (CLP07) of before."""
    numbers = [paid.number for paid in read.claims]
    ours = {ref for part in chunks(n for n in numbers if n) for ref in _refs(Claim.objects.filter(ref__in=part))}
    missing = [paid.payer_control for paid in read.claims if paid.number not in ours and paid.payer_control]
    by_control: dict[str, list[tuple[str, Whose]]] = {}
    for part in chunks(missing):
        answers = RemittanceClaim.objects.filter(
            payer_control__in=part, claim__isnull=False, live=True, remittance__payer=payer
        )
        columns = ("payer_control", "claim__ref", "claim__patient__party__last_key", "claim__member_id")
        for control, ref, last_key, member in answers.order_by("id").values_list(*columns):
            by_control.setdefault(control, []).append((ref, Whose(last_key, member)))
    controls = [_by_control(paid, by_control.get(paid.payer_control, ())) for paid in read.claims]
    found = [n if n in ours else ref for n, ref in zip(numbers, controls, strict=True)]
    how = ["number" if n in ours else "control" if ref else "" for n, ref in zip(numbers, found, strict=True)]
    return found, how


class Whose(NamedTuple):
    """By what a claim's patient is told from another: the folded last name, and the member number sent."""

    last_key: str
    member_id: str

    def may_be(self, paid: ClaimPayment) -> bool:
        """Whether the payer names this patient: by last name or by number; a payer that names nobody contradicts nobody."""
        people = [one for role in ("QC", "IL", "74") if (one := paid.person(role)) is not None]
        names = {name_key(one.last) for one in people if one.last}
        numbers = {one.identifier.strip().upper() for one in people if one.identifier.strip()}
        said_nothing = not names and not numbers
        return said_nothing or self.last_key in names or self.member_id.strip().upper() in numbers


def _by_control(paid: ClaimPayment, known: Iterable[tuple[str, Whose]]) -> str:
    """The claim the payer's own number names, if the patient is the same: numbers are used again, people are not."""
    return next((ref for ref, whose in reversed(list(known)) if whose.may_be(paid)), "")


def strangers(read: Read, refs: Sequence[str]) -> list[int]:
    """Positions of answers under our own number that name another patient by name and by member number."""
    rows: dict[str, Whose] = {}
    for part in chunks(ref for ref in refs if ref):
        columns = ("ref", "patient__party__last_key", "member_id")
        for ref, last_key, member in Claim.objects.filter(ref__in=part).values_list(*columns):
            rows[ref] = Whose(last_key, member)
    return [n for n, (ref, paid) in enumerate(zip(refs, read.claims, strict=True)) if ref and not rows[ref].may_be(paid)]


def _refs(rows: QuerySet[Claim]) -> Iterable[str]:
    return rows.values_list("ref", flat=True)


def recoupable(read: Read, payer_party: int) -> dict[str, Recoupable]:
    """What PLB references of this remittance may name: open recoupment payables, and credits of our claims."""
    references = {entry.reference.strip() for entry in read.provider_adjustments if entry.reference.strip()}
    if not references:
        return {}
    prefix = f"recoup:{payer_party}:"
    found = {
        row.item.removeprefix(prefix): Recoupable("recoupment_payable", row.item, -row.cents)
        for row in open_items(["recoupment_payable"], prefix=prefix)
        if row.cents < 0
    }
    rows = Charge.objects.filter(claim__ref__in=references).values_list("claim__ref", "uid")
    refs = {f"charge:{uid}": ref for ref, uid in rows}
    for item, sums in item_payer_balances(refs).items():
        cents = -sums.get(("credit_balance", payer_party), 0)
        if cents > 0:
            found.setdefault(refs[item], Recoupable("credit_balance", item, cents))
    return found
