"""What payers said of coverage, and the visits that want somebody before the day begins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from steward.core.access.decide import Subject
from steward.core.access.policy import scoped
from steward.core.clock import local_day, practice_zone
from steward.insurance.logic import exceptions as logic
from steward.insurance.logic.exceptions import Alarm, Asked
from steward.insurance.logic.retroactive import ClaimFact, Held, Touched, touched
from steward.insurance.models import Coverage, EligibilityBatch, EligibilityCheck
from steward.insurance.selectors.coverage import covering_many


def checks(subject: Subject, patient: int) -> QuerySet[EligibilityCheck]:
    """What was asked about a patient (a party's key), the latest first."""
    rows = EligibilityCheck.objects.filter(patient=patient)
    rows = scoped(subject, "coverage.read", rows, own=Q(patient__user_id=subject.user_id))
    return rows.select_related("coverage__plan__payer", "asked_by").order_by("-asked_at", "-id")


def check_by_uid(subject: Subject, uid: UUID) -> EligibilityCheck | None:
    """One question, or None."""
    rows = EligibilityCheck.objects.select_related("coverage__plan__payer", "patient")
    return scoped(subject, "coverage.read", rows, own=Q(patient__user_id=subject.user_id)).filter(uid=uid).first()


@dataclass(frozen=True)
class VisitFact:
    """A booked visit as its room knows it; `patient` is a party's primary key."""

    ref: str
    patient: int
    day: date


def _asked(row: EligibilityCheck) -> Asked:
    return Asked(row.pk, row.coverage_id, row.service_day, local_day(row.asked_at, practice_zone()), row.answer, bool(row.failure))


def _of_coverages(coverages: Iterable[int], first: date, last: date) -> list[EligibilityCheck]:
    """Questions about coverages whose day of service lies in the months of these days. One query a thousand."""
    wanted = sorted(set(coverages))
    begin, end = first.replace(day=1), last.replace(day=1) + timedelta(days=31)
    found: list[EligibilityCheck] = []
    for start in range(0, len(wanted), 1000):
        rows = EligibilityCheck.objects.filter(
            coverage__in=wanted[start : start + 1000], service_day__range=(begin, end)
        )
        found += rows.order_by("id")
    return found


@dataclass(frozen=True)
class Standings:
    """Visits with their coverages, the questions about them, and those that want somebody."""

    alarms: list[Alarm]
    coverages: dict[int, Coverage]
    checks: dict[int, EligibilityCheck]


def eligibility_of(visits: Iterable[VisitFact], today: date) -> Standings:
    """What is known of the coverage of these visits, and which want somebody, by day and the worst first. Two queries
    (one more a thousand patients or coverages)."""
    wanted = list(visits)
    held = covering_many((visit.patient, visit.day) for visit in wanted)
    coverages = {row.pk: row for rows in held.values() for row in rows}
    days = [visit.day for visit in wanted] or [today]
    rows = _of_coverages(coverages, min(days), max(days))
    pure = [
        logic.Visit(visit.ref, visit.day, tuple(row.pk for row in held[visit.patient, visit.day])) for visit in wanted
    ]
    alarms = logic.exceptions(pure, map(_asked, rows), today)
    return Standings(alarms, coverages, {row.pk: row for row in rows})


def to_ask(visits: Iterable[VisitFact], today: date, *, again_days: int = 3) -> list[tuple[VisitFact, Coverage]]:
    """Visits and coverages to put into the next 270: of payers with a clearinghouse id, not asked about that very day in
    the last ``again_days`` days, nor answered for it. Two queries."""
    wanted = list(visits)
    held = covering_many((visit.patient, visit.day) for visit in wanted)
    pairs = {(row.pk, visit.day): (visit, row) for visit in wanted for row in held[visit.patient, visit.day]}
    days = [visit.day for visit in wanted] or [today]
    for row in _of_coverages({pk for pk, _day in pairs}, min(days), max(days)):
        recent = (today - local_day(row.asked_at, practice_zone())).days < again_days
        if recent or (row.answer and not row.failure):
            pairs.pop((row.coverage_id, row.service_day), None)
    return [(visit, row) for visit, row in pairs.values() if row.plan.payer.edi_id]


def troubled(first: date, last: date) -> list[EligibilityCheck]:
    """The last question for each coverage and day from ``first`` to ``last``, where it says not active, not known, or
    failed. One query."""
    rows = EligibilityCheck.objects.filter(service_day__range=(first, last), coverage__voided_on=None).order_by("id")
    newest = {(row.coverage_id, row.service_day): row for row in rows}
    return [row for row in newest.values() if row.answer in ("inactive", "unknown") or row.failure]


def benefits_for(coverage: int, day: date) -> EligibilityCheck | None:
    """The answer that counts for a coverage on a day of service, or None. One query."""
    rows = {row.pk: row for row in _of_coverages([coverage], day, day)}
    found = logic.latest(map(_asked, rows.values()), coverage, day)
    return rows[found.ref] if found and found.answer == "active" else None


def touched_claims(claims: Iterable[ClaimFact]) -> list[Touched]:
    """Of claims, those that no longer agree with coverage as it stands: after a retroactive change, every claim it
    touches. The caller brings the claims as values. One query a thousand patients."""
    wanted = list(claims)
    held = covering_many((claim.patient, claim.day) for claim in wanted)
    pure = {pair: [Held(row.pk, row.plan.payer_id, row.member_id) for row in rows] for pair, rows in held.items()}
    return touched(wanted, pure)


def unplaced(since: datetime) -> list[EligibilityBatch]:
    """Files written since a moment that no folder holds yet. One query."""
    return list(EligibilityBatch.objects.filter(placed_at=None, written_at__gte=since).order_by("id"))
