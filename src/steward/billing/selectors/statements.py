"""Who is to get a statement, what it says, and what was sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db.models import Max, Q, QuerySet

from steward.billing.logic.patient_money import Rules, Skip, Standing, skip, stood_on
from steward.billing.models import AccountHold, Charge, Statement
from steward.billing.selectors.accounts import OWING, AccountLine, lines_of
from steward.billing.selectors.facts import chunks
from steward.billing.selectors.others import PREFIX, OtherLine, holder_parties, other_lines
from steward.billing.selectors.returned import returned_of
from steward.core.access.decide import Subject
from steward.core.access.policy import masks, scoped
from steward.frontdesk.models import Patient
from steward.ledger.selectors import balances_by
from steward.ledger.selectors.open_lines import party_items
from steward.registry.models import Address, Party
from steward.registry.selectors import contacts_of, practice, sites

VOIDED = Q(voided_at__isnull=False)


def statements(subject: Subject) -> QuerySet[Statement]:
    """Statements this person may see, the latest first."""
    rows = scoped(subject, "charge.read", Statement.objects.all(), own=Q(guarantor__user_id=subject.user_id))
    return rows.select_related("guarantor", "message").order_by("-made_on", "-id")


def holds_on(guarantors: Iterable[int]) -> dict[int, list[AccountHold]]:
    """Guarantor -> holds that stand. One query per 500."""
    found: dict[int, list[AccountHold]] = {}
    for part in chunks(guarantors):
        for row in AccountHold.objects.filter(guarantor__in=part, lifted_at=None).order_by("id"):
            found.setdefault(row.guarantor_id, []).append(row)
    return found


@dataclass(frozen=True)
class Candidate:
    """A guarantor with a balance: whose money it is about, how it stands, why no statement is made (None: it is)."""

    guarantor: Party
    parties: tuple[int, ...]
    standing: Standing
    skip: Skip | None
    address: Address | None


def candidates(today: date, rule: Rules, *, only: Iterable[int] = ()) -> list[Candidate]:
    """Every guarantor whose patients owe, and every holder that does, largest first; ``only`` narrows to these parties.

    A constant number of queries per 500.
    """
    sums = balances_by("party", roles=["ar_patient", "patient_prepaid"])
    owers = {party for (role, party), cents in sums.items() if role == "ar_patient" and party and cents > 0}
    owing = {pk for part in chunks(owers) for pk in _guarantors(Q(party__in=part))}
    wanted = owing & set(only) if only else owing
    families: dict[int, list[int]] = {}
    people: dict[int, Party] = {}
    for part in chunks(wanted):
        for row in Patient.objects.filter(guarantor__in=part).select_related("guarantor").order_by("id"):
            families.setdefault(row.guarantor_id, []).append(row.party_id)
            people[row.guarantor_id] = row.guarantor
    for pk, holder in holder_parties(owers & set(only) if only else owers).items():
        families[pk], people[pk] = [pk], holder
    last = _last(people)
    held = holds_on(people)
    addresses, _phones = contacts_of(people)
    found = []
    for pk, parties in families.items():
        who = people[pk]
        standing = Standing(
            sum(sums.get(("ar_patient", party), 0) for party in parties),
            -sum(sums.get(("patient_prepaid", party), 0) for party in {*parties, pk}),
            last.get(pk), pk in held, who.death_date is not None, pk in addresses,
        )  # fmt: skip
        found.append(Candidate(who, tuple(parties), standing, skip(standing, rule, today), addresses.get(pk)))
    return sorted(found, key=lambda one: (-one.standing.asked_cents, one.guarantor.pk))


def _guarantors(of: Q) -> list[int]:
    return list(Patient.objects.filter(of).values_list("guarantor_id", flat=True))


def _last(guarantors: Iterable[int]) -> dict[int, date]:
    found: dict[int, date] = {}
    for part in chunks(guarantors):
        rows = Statement.objects.filter(guarantor__in=part, voided_at=None).order_by().values("guarantor")
        found.update(rows.annotate(day=Max("made_on")).values_list("guarantor", "day"))
    return found


def told(rows: Sequence[Candidate], today: date) -> dict[int, dict[str, Any]]:
    """Guarantor -> what the statement says, as plain values. A constant number of queries per 500 lines."""
    both = party_items([party for one in rows for party in one.parties], OWING)
    items = [one for one in both if one.role == "ar_patient"]
    of = {party: one.guarantor.pk for one in rows for party in one.parties}
    uids = [one.item.partition(":")[2] for one in items if one.item.startswith("charge:")]
    related = Charge.objects.select_related("claim__patient__party", "claim__payer", "claim__provider__party")
    charges = [row for part in chunks(uids) for row in related.filter(uid__in=part)]
    charges.sort(key=lambda row: (row.service_date, row.pk))
    lines: dict[int, list[dict[str, Any]]] = {}
    for line in lines_of(charges, both, today):
        if line.owed_cents:
            lines.setdefault(of[line.charge.claim.patient.party_id], []).append(_line(line))
    loose: dict[int, int] = {}
    for one in items:
        if not one.item.startswith(("charge:", PREFIX)):
            loose[of[one.party]] = loose.get(of[one.party], 0) + one.cents
    for other in other_lines(items, today):
        lines.setdefault(of[other.charge.debtor_id], []).append(_other_line(other))
    holders = holder_parties(one.guarantor.pk for one in rows)
    back = _returned(rows, today)
    head = letterhead()
    return {
        one.guarantor.pk: {
            **_told(one, lines.get(one.guarantor.pk, []), loose.get(one.guarantor.pk, 0), head),
            "holder": one.guarantor.pk in holders, "returned": back.get(one.guarantor.pk, []),
        }
        for one in rows
    }


def _line(line: AccountLine) -> dict[str, Any]:
    charge = line.charge
    insurance, paid = line.insurance_paid_cents, line.patient_paid_cents
    # what is left is what contracts and write-offs took off
    taken_off = charge.charge_cents - insurance - paid - line.owed_cents - line.insurance_cents
    return {
        "item": charge.item, "patient": charge.claim.patient.party.name, "day": charge.service_date.isoformat(),
        "code": charge.code, "provider": charge.claim.provider.party.name, "charge": charge.charge_cents,
        "insurance": insurance, "off": taken_off, "paid": paid, "owed": line.owed_cents,
    }  # fmt: skip


def _other_line(line: OtherLine) -> dict[str, Any]:
    """A charge that is no claim, told with its tax; the paper says its kind in the reader's language."""
    row = line.charge
    return {
        "item": row.item, "patient": row.patient.party.name if row.patient else row.debtor.name,
        "day": row.charged_on.isoformat(), "code": "", "kind": row.kind, "what": row.what, "provider": "",
        "charge": row.total_cents, "insurance": 0, "off": 0, "paid": row.total_cents - line.owed_cents, "owed": line.owed_cents,
    }  # fmt: skip


def _returned(rows: Sequence[Candidate], today: date) -> dict[int, list[dict[str, Any]]]:
    """Guarantor -> payments that came back in the last 60 days, or since the last statement when that is longer ago."""
    of = {party: one for one in rows for party in (*one.parties, one.guarantor.pk)}
    found: dict[int, list[dict[str, Any]]] = {}
    for each in returned_of(of):
        one = of[each.receipt.party_id or 0]
        since = min(one.standing.last_statement or today, today - timedelta(days=60))
        if each.returned_on >= since:
            told = {"day": each.receipt.day.isoformat(), "cents": each.cents, "kind": each.kind}
            found.setdefault(one.guarantor.pk, []).append(told)
    return found


def letterhead() -> dict[str, Any]:
    entity, site = practice(), sites().order_by("id").first()
    address = f"{site.street}, {site.city}, {site.state} {site.zip}" if site and site.street else ""
    return {"practice": entity.name if entity else "", "practice_address": address, "phone": site.phone if site else ""}


def _told(one: Candidate, lines: list[dict[str, Any]], loose: int, head: dict[str, Any]) -> dict[str, Any]:
    to = one.address
    address = [to.street, *([to.street2] if to.street2 else []), f"{to.city}, {to.state} {to.zip}"] if to else []
    return {
        **head, "name": one.guarantor.name, "address": address, "lines": lines, "earlier": loose,
        "owed": one.standing.owed_cents, "prepaid": one.standing.prepaid_cents,
    }  # fmt: skip


def statements_of_items(*guarantors: int) -> dict[str, list[date]]:
    """Ledger item -> the days of the statements that stand and had it on them. One query per 500 guarantors."""
    found: dict[str, list[date]] = {}
    for part in chunks(guarantors):
        rows = Statement.objects.filter(guarantor__in=part, voided_at=None).order_by("made_on")
        found.update(stood_on(rows.values_list("made_on", "told")))
    return found


def with_choice(rule: Rules, minimum_cents: int | None, cycle_days: int | None) -> Rules:
    """The rules with what a person typed for this run."""
    return replace(
        rule,
        minimum_cents=rule.minimum_cents if minimum_cents is None else minimum_cents,
        cycle_days=rule.cycle_days if cycle_days is None else cycle_days,
    )


def patients_of(guarantors: Iterable[int]) -> list[Patient]:
    """The patients these guarantors stand for: whom a page about their money tells of. One query per 500."""
    return [row for part in chunks(guarantors) for row in Patient.objects.filter(guarantor__in=part).order_by("id")]


def masked(subject: Subject) -> bool:
    """Whether this person sees money of patients without their names only."""
    return masks(subject, "charge.read")
