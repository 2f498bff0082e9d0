"""Appeals: which level is next, by when, and what a letter to a payer says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from steward.billing.logic.appeals import Ladder, Level, Step, deadline, ladder_of, next_level
from steward.billing.models import Appeal, Charge, Claim, RemittanceLine, Submission, SubmissionEvent, WorkItem
from steward.billing.selectors.rules import ladders
from steward.billing.selectors.statements import letterhead
from steward.billing.states import Sending
from steward.core.access.decide import Subject
from steward.core.access.policy import scoped
from steward.core.clock import local_day, practice_zone
from steward.insurance.models import Payer
from steward.insurance.selectors import covering_many, limits_many
from steward.registry.selectors import contacts_of


def appeals(subject: Subject) -> QuerySet[Appeal]:
    """Appeals this person may see, the latest first."""
    rows = scoped(subject, "charge.read", Appeal.objects.all(), own=Q(pk__in=[]))
    related = ("item__claim__patient__party", "item__charge", "payer", "message", "made_by", "sent_by", "outcome_by")
    return rows.select_related(*related).order_by("-id")


def appeal_by_uid(subject: Subject, uid: UUID) -> Appeal | None:
    """One appeal, or None."""
    return appeals(subject).filter(uid=uid).first()


def appeals_of(item: WorkItem) -> list[Appeal]:
    """The appeals of a denial, oldest first."""
    return list(Appeal.objects.filter(item=item).select_related("payer", "made_by").order_by("id"))


def steps_of(rows: list[Appeal]) -> list[Step]:
    """The same as the logic reads them."""
    return [Step(row.level, row.state, row.outcome_on) for row in rows]


@dataclass(frozen=True)
class Way:
    """Where a denial's appeal goes: the payer, its ladder, the next level (None: not now) and its last day (None: unsaid)."""

    payer: Payer | None
    ladder: Ladder | None
    level: Level | None
    deadline: date | None


def way(item: WorkItem) -> Way:
    """The next step of a denial. At most six queries."""
    payer = item.remittance.payer if item.remittance else None
    ladder = ladder_of(ladders(), payer.code, payer.filing) if payer else None
    if payer is None or ladder is None:
        return Way(payer, ladder, None, None)
    steps = steps_of(appeals_of(item))
    level = next_level(ladder, steps)
    answered = item.remittance.paid_on if item.remittance else None
    day = deadline(level, answered or local_day(item.opened_at, practice_zone()), steps, contract_days(item, payer)) if level else None
    return Way(payer, ladder, level, day)


def contract_days(item: WorkItem, payer: Payer) -> int | None:
    """The days to appeal of the contract that held on the day of service."""
    claim = item.claim
    if claim is None:
        return None
    party, day = claim.patient.party_id, claim.service_date
    covers = covering_many([(party, day)]).get((party, day), [])
    plan = next((one.plan_id for one in covers if one.plan.payer_id == payer.pk), None)
    return limits_many([(payer.pk, plan, day)])[payer.pk, plan, day].appeal_days


def address_of(payer: Payer) -> list[str]:
    """The lines of a payer's postal address; none on file: none."""
    found, _phones = contacts_of([payer.party_id])
    to = found.get(payer.party_id)
    return [to.street, *([to.street2] if to.street2 else []), f"{to.city}, {to.state} {to.zip}"] if to else []


def told(item: WorkItem, payer: Payer, level: Level) -> dict[str, Any]:
    """What the letter rests on, as plain values: practice, payer, claim, service and the payer's answer."""
    claim, charge, answer = item.claim, item.charge, item.answer
    facts: dict[str, Any] = {"payer": payer.name, "address": address_of(payer), "to": level.to, "level": level.title}
    if claim is not None:
        party = claim.patient.party
        facts |= {
            "claim": claim.ref, "patient": party.name, "born": party.birth_date.isoformat() if party.birth_date else "",
            "member": claim.member_id, "provider": claim.provider.party.name, "npi": claim.provider.npi,
            "day": claim.service_date.isoformat(), "auth": claim.auth_number,
        }  # fmt: skip
    if charge is not None:
        facts |= {
            "code": charge.code, "modifiers": charge.modifiers.replace(":", " "), "charge": charge.charge_cents,
            "diagnoses": charge.diagnoses.replace(":", " "), "day": charge.service_date.isoformat(),
        }  # fmt: skip
    facts |= {
        "control": answer.payer_control if answer else "", "remarks": answer.remarks if answer else "",
        "reason": f"{item.group}-{item.carc}" if item.carc else "", "denied": item.amount_cents,
        "trace": item.remittance.trace if item.remittance else "",
        "answered": item.remittance.paid_on.isoformat() if item.remittance and item.remittance.paid_on else "",
    }  # fmt: skip
    if claim is not None:
        facts |= filed(claim, payer)
    return {**letterhead(), **facts}


def filed(claim: Claim, payer: Payer) -> dict[str, str]:
    """When the claim first went to this payer and in which file, and when the payer first took it, under which number of its
    own: the proof of timely filing (277CA A1, A2). Two queries."""
    sent = Submission.objects.filter(claim=claim, batch__payer=payer).order_by("id")
    first = sent.select_related("batch").first()
    if first is None:
        return {}
    events = SubmissionEvent.objects.filter(submission__in=sent.values("pk"), outcome=Sending.ACCEPTED)
    taken = events.order_by("at", "id").first()
    zone = practice_zone()
    return {
        "sent": local_day(first.sent_at, zone).isoformat(), "file": first.batch.name,
        "accepted": local_day(taken.at, zone).isoformat() if taken else "",
        "accepted_control": taken.payer_control if taken else "",
    }  # fmt: skip


def won_cents(row: Appeal) -> int:
    """What the payer paid on the service in standing answers since the appeal was sent, at most what was asked. One query."""
    if row.sent_on is None or row.item.charge_id is None:
        return 0
    return min(max(paid_since(row.item.charge, row.sent_on), 0), row.asked_cents)


def paid_since(charge: Charge | None, day: date) -> int:
    """Cents paid on a charge by remittances posted on or after a day that stand."""
    lines = RemittanceLine.objects.filter(charge=charge, answer__live=True, answer__remittance__posted_at__date__gte=day)
    return lines.aggregate(cents=Sum("paid_cents"))["cents"] or 0
