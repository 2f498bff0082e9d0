"""Estimates, and the day by which the law wants each."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from uuid import UUID

from django.db.models import Q, QuerySet

from steward.core.access.decide import Subject
from steward.core.access.policy import scoped
from steward.core.calendar import BANK
from steward.insurance.logic import good_faith
from steward.insurance.logic.good_faith import Due, Rules, Scheduled
from steward.insurance.models import Estimate, EstimateLine
from steward.insurance.states import EstimateKind

DATA = Path(__file__).parent.parent / "data" / "good_faith.toml"


@cache
def good_faith_rules() -> Rules:
    """The clock as shipped."""
    said = tomllib.loads(DATA.read_text())
    return Rules(
        tuple(Scheduled(one["id"], one["days_ahead"], one["within_days"]) for one in said["scheduled"]),
        said["requested"]["within_days"], said["changed"]["before_days"], said["dispute"]["over_cents"],
        said["dispute"]["within_days"], said["source"], said["starts_on"],
    )  # fmt: skip


def estimates(subject: Subject) -> QuerySet[Estimate]:
    """Estimates this person may see, the latest first."""
    rows = scoped(subject, "coverage.read", Estimate.objects.all(), own=Q(patient__user_id=subject.user_id))
    return rows.select_related("patient", "coverage__plan__payer", "replaced_by").order_by("-number")


def estimate_by_uid(subject: Subject, uid: UUID) -> Estimate | None:
    """One estimate, or None."""
    return estimates(subject).select_related("made_by", "replaces").filter(uid=uid).first()


def lines_of(estimate: Estimate) -> list[EstimateLine]:
    """The services of an estimate, in order."""
    return list(EstimateLine.objects.filter(estimate=estimate).order_by("position"))


def due_of(row: Estimate) -> Due | None:
    """By when the law wants a good-faith estimate handed over; None when it does not. No query."""
    if row.kind != EstimateKind.SELF_PAY:
        return None
    return good_faith_due(row.service_day, row.scheduled_on, row.requested_on, changed=row.replaces_id is not None)


def good_faith_due(
    service_day: date, scheduled_on: date | None = None, requested_on: date | None = None, *, changed: bool = False
) -> Due | None:
    """As `logic.good_faith.due`, by the shipped rules over federal business days."""
    return good_faith.due(
        good_faith_rules(), BANK, service_day=service_day, scheduled_on=scheduled_on, requested_on=requested_on,
        changed=changed,
    )  # fmt: skip


def owed_estimates(today: date) -> list[tuple[Estimate, Due]]:
    """Good-faith estimates made and not handed over, of visits to come, with their legal day, the first due on top. One
    query."""
    rows = Estimate.objects.filter(kind=EstimateKind.SELF_PAY, given_on=None, service_day__gte=today, replaced_by=None)
    found = [(row, due) for row in rows.order_by("id") if (due := due_of(row))]
    return sorted(found, key=lambda pair: (pair[1].day, pair[0].pk))


def over_estimate(patient: int, day: date, billed_cents: int) -> tuple[Estimate, int] | None:
    """The good-faith estimate of a patient (a party) for a day, and by how much the bill is above it, where the patient may
    dispute the bill for that (45 CFR 149.620); else None. One query."""
    rows = Estimate.objects.filter(kind=EstimateKind.SELF_PAY, patient=patient, service_day=day, replaced_by=None)
    row = rows.order_by("-number").first()
    if row is None or not good_faith.disputable(good_faith_rules(), row.total_cents, billed_cents):
        return None
    return row, billed_cents - row.total_cents


def estimated(patients: list[int], first: date, last: date) -> set[tuple[int, date]]:
    """Pairs of patient and day of service that have an estimate which was not replaced. One query."""
    rows = Estimate.objects.filter(patient__in=patients, service_day__range=(first, last), replaced_by=None)
    return set(rows.values_list("patient", "service_day"))
