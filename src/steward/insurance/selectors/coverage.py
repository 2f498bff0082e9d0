"""Coverage by the day of service, for one patient or many, in a constant number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from steward.core.access.decide import Subject
from steward.core.access.policy import scoped
from steward.insurance.logic.coverage import Cover, coverage_on
from steward.insurance.models import Coverage


def coverages(subject: Subject, patient: int) -> QuerySet[Coverage]:
    """All coverages of a patient (a party's primary key), voided and ended ones too: running and first-ranked on top."""
    rows = scoped(
        subject, "coverage.read", Coverage.objects.filter(patient=patient), own=Q(patient__user_id=subject.user_id)
    )
    return rows.select_related("plan__payer", "subscriber").order_by("rank", "-starts_on", "id")


def covering(patient: int, day: date) -> list[Coverage]:
    """The coverages of a patient (party key) that hold on a day of service, the first to pay first. One query."""
    return covering_many([(patient, day)])[(patient, day)]


def covered(party: str, day: date) -> Exists:
    """Whether any coverage of the person at this path of a queryset is in force on the day, to annotate rows with."""
    own = Coverage.objects.filter(patient=OuterRef(party), voided_on=None, starts_on__lte=day)
    return Exists(own.filter(Q(ends_on=None) | Q(ends_on__gte=day)))


def covering_many(asked: Iterable[tuple[int, date]]) -> dict[tuple[int, date], list[Coverage]]:
    """As `covering` for many pairs of patient and day, in one query a thousand patients."""
    pairs = list(dict.fromkeys(asked))
    patients = sorted({patient for patient, _ in pairs})
    rows: dict[int, list[Coverage]] = {}
    for start in range(0, len(patients), 1000):
        some = Coverage.objects.filter(patient__in=patients[start : start + 1000], voided_on=None)
        for row in some.select_related("plan__payer", "subscriber"):
            rows.setdefault(row.patient_id, []).append(row)
    return {pair: _on(rows.get(pair[0], []), pair[1]) for pair in pairs}


def _on(rows: list[Coverage], day: date) -> list[Coverage]:
    by_id = {row.pk: row for row in rows}
    covers = [Cover(row.pk, row.rank, row.starts_on, row.ends_on) for row in rows]
    return [by_id[cover.ref] for cover in coverage_on(covers, day)]


def copay_cents(coverage: Coverage) -> int:
    """What the card asks at the desk: the coverage's own copay, else the plan's."""
    return coverage.plan.copay_cents if coverage.copay_cents is None else coverage.copay_cents


def coverage_by_uid(uid: UUID) -> Coverage | None:
    """One coverage; whether the patient may be seen is the caller's to ask."""
    return Coverage.objects.filter(uid=uid).select_related("plan__payer", "subscriber").first()


def coverages_of(patients: Iterable[int]) -> list[Coverage]:
    """Every coverage of these patients (party keys), voided ones too, with plan and payer. One query a thousand."""
    wanted = sorted(set(patients))
    found: list[Coverage] = []
    for start in range(0, len(wanted), 1000):
        rows = Coverage.objects.filter(patient__in=wanted[start : start + 1000]).select_related("plan__payer")
        found.extend(rows.order_by("id"))
    return found


def covers_of(patients: Iterable[int]) -> dict[int, list[Cover]]:
    """Party of a patient -> every coverage, voided ones too, as the pure value. One query a thousand patients."""
    wanted = sorted(set(patients))
    found: dict[int, list[Cover]] = {}
    for start in range(0, len(wanted), 1000):
        for row in Coverage.objects.filter(patient__in=wanted[start : start + 1000]).order_by("id"):
            found.setdefault(row.patient_id, []).append(_cover(row))
    return found


def _cover(row: Coverage) -> Cover:
    return Cover(row.pk, row.rank, row.starts_on, row.ends_on, row.voided_on is not None)
