"""Referrals and prior authorisations: of patients on a day, running out soon, as a list."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from django.db.models import F, Q, QuerySet

from steward.core.access.decide import Subject
from steward.core.access.policy import scoped
from steward.insurance.logic.grants import SOON_DAYS, GrantTerms
from steward.insurance.models import Grant


def grants(subject: Subject) -> QuerySet[Grant]:
    """Referrals and authorisations this person may see, those that end first on top."""
    rows = scoped(subject, "coverage.read", Grant.objects.all(), own=Q(patient__user_id=subject.user_id))
    return rows.select_related("patient", "payer").order_by(F("ends_on").asc(nulls_last=True), "id")


def grant_by_uid(subject: Subject, uid: UUID) -> Grant | None:
    """One of them, or None."""
    return grants(subject).filter(uid=uid).first()


def grants_of(patients: Iterable[int], day: date) -> dict[int, list[Grant]]:
    """Patient (party) -> what was granted and holds on that day, by its last day; what is used of it is the caller's to
    say. One query a thousand patients."""
    wanted = sorted(set(patients))
    found: dict[int, list[Grant]] = {pk: [] for pk in wanted}
    for start in range(0, len(wanted), 1000):
        rows = Grant.objects.filter(
            patient__in=wanted[start : start + 1000], withdrawn_on=None, granted_on__isnull=False
        )
        rows = rows.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)
        for row in rows.select_related("payer").order_by(F("ends_on").asc(nulls_last=True), "id"):
            found[row.patient_id].append(row)
    return found


def registered_grants(patients: Iterable[int]) -> dict[int, list[Grant]]:
    """Patient (party) -> everything granted and not withdrawn, ended ones too, so that one may say why a number does not
    hold; patients without any are left out. One query a thousand patients."""
    wanted = sorted(set(patients))
    found: dict[int, list[Grant]] = {}
    for start in range(0, len(wanted), 1000):
        part = wanted[start : start + 1000]
        for row in Grant.objects.filter(patient__in=part, withdrawn_on=None, granted_on__isnull=False).order_by("id"):
            found.setdefault(row.patient_id, []).append(row)
    return found


def expiring(subject: Subject, today: date) -> QuerySet[Grant]:
    """What holds today and runs out within two weeks, the first to end on top."""
    rows = grants(subject).filter(withdrawn_on=None, granted_on__isnull=False, starts_on__lte=today)
    return rows.filter(ends_on__gte=today, ends_on__lt=today + timedelta(days=SOON_DAYS))


def grant_terms(row: Grant) -> GrantTerms:
    """A grant as the pure value."""
    return GrantTerms(
        row.number, tuple(row.codes), row.units_allowed, row.visits_allowed, row.starts_on, row.ends_on,
        row.granted_on is not None, row.denied_on is not None, row.withdrawn_on is not None,
    )  # fmt: skip
