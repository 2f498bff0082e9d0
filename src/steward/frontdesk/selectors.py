"""The front desk's questions, each a constant number of queries. Patients and appointments start from `scoped`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from steward.core.access.decide import Subject
from steward.core.access.policy import scoped
from steward.core.clock import at_local, day_bounds, local_day
from steward.core.findings import Finding, in_order
from steward.frontdesk import checks
from steward.frontdesk.logic.openings import Busy, Opening, openings, third_next
from steward.frontdesk.models import Appointment, Patient, Visit, VisitReason
from steward.frontdesk.states import EXPECTED, HERE, LIVE, State
from steward.insurance import selectors as insurance
from steward.insurance.models import Coverage
from steward.people.selectors import hours_between
from steward.registry.logic.search import read_search
from steward.registry.models import Party
from steward.registry.selectors import known_of, party_q

GONE = (State.CANCELLED, State.NO_SHOW)

RELATED = ("patient__party", "provider__party", "site", "place", "reason")


def _seen_by(user: int | None) -> QuerySet[Appointment, Any]:
    return Appointment.objects.filter(provider__party__user=user).values("patient")


def patients(subject: Subject) -> QuerySet[Patient]:
    """Patients this person may see, by name; a clinician sees her own: hers by record or by an appointment."""
    rows = scoped(
        subject,
        "patient.read",
        Patient.objects.all(),
        own=Q(party__user=subject.user_id),
        assigned=Q(primary_provider__party__user=subject.user_id) | Q(pk__in=_seen_by(subject.user_id)),
    )
    return rows.select_related("party", "primary_provider__party").order_by("party__last_key", "party__first_key", "id")


def patient_q(text: str) -> Q:
    """The condition on patients that a search text means: name, birth date, phone, e-mail, chart number."""
    wanted = read_search(text)
    if wanted.number:
        chart = Q(chart__iexact=wanted.number)
        if wanted.birth_date:
            chart &= Q(party__birth_date=wanted.birth_date)
        return chart | party_q(wanted, "party__") if wanted.phone else chart
    return party_q(wanted, "party__")


def search_patients(subject: Subject, text: str, limit: int = 20) -> list[Patient]:
    """Standing patients a search text means, by name. One query."""
    if read_search(text).empty:
        return []
    return list(patients(subject).filter(patient_q(text), ended_on=None)[:limit])


def patient_by_uid(subject: Subject, uid: UUID) -> Patient | None:
    """One patient, or None when there is none this person may see."""
    return (
        patients(subject)
        .select_related("party", "guarantor", "site", "primary_provider__party")
        .filter(uid=uid)
        .first()
    )


def patients_by_chart(charts: Iterable[str]) -> dict[str, Patient]:
    """Patients of chart numbers, for imports; 500 a query. Not scoped: importing asks its own capability."""
    wanted = list(dict.fromkeys(charts))
    found: dict[str, Patient] = {}
    for start in range(0, len(wanted), 500):
        rows = Patient.objects.filter(chart__in=wanted[start : start + 500]).select_related("party")
        found.update({row.chart: row for row in rows})
    return found


@dataclass(frozen=True)
class PatientPage:
    """What a patient's page shows: nine queries, whatever the patient's history."""

    patient: Patient
    phones: list[Any]  # registry.Contact
    emails: list[Any]
    addresses: list[Any]  # registry.Address
    coverages: list[Coverage]
    covering_today: list[Coverage]
    coming: list[Appointment]
    past: list[Appointment]
    family: list[Patient]


def patient_page(subject: Subject, uid: UUID, today: date, zone: ZoneInfo) -> PatientPage | None:
    """The page of a patient, or None when there is none this person may see. `past` has the latest twenty."""
    patient = patient_by_uid(subject, uid)
    if patient is None:
        return None
    contacts = list(patient.party.contacts.filter(ended_on=None).order_by("-preferred", "id"))
    begin = day_bounds(today, zone)[0]
    rows = appointments(subject).filter(patient=patient)
    coverages = list(insurance.coverages(subject, patient.party_id))
    running = [
        c for c in coverages if c.voided_on is None and c.starts_on <= today and (not c.ends_on or c.ends_on >= today)
    ]
    return PatientPage(
        patient=patient,
        phones=[c for c in contacts if c.kind == "phone"],
        emails=[c for c in contacts if c.kind == "email"],
        addresses=list(patient.party.addresses.filter(ended_on=None).order_by("id")),
        coverages=coverages,
        covering_today=running,
        coming=list(rows.filter(starts_at__gte=begin).order_by("starts_at", "id")[:20]),
        past=list(rows.filter(starts_at__lt=begin).order_by("-starts_at", "-id")[:20]),
        family=list(_family(subject, patient)),
    )


def _family(subject: Subject, patient: Patient) -> QuerySet[Patient]:
    """Patients with the same guarantor, the patient left out."""
    return patients(subject).filter(guarantor=patient.guarantor_id, ended_on=None).exclude(pk=patient.pk)[:12]


def appointments(subject: Subject) -> QuerySet[Appointment]:
    """Appointments this person may see, with all that a line of them shows."""
    rows = scoped(
        subject,
        "appointment.read",
        Appointment.objects.all(),
        own=Q(patient__party__user=subject.user_id),
        assigned=Q(provider__party__user=subject.user_id),
    )
    return rows.select_related(*RELATED).order_by("starts_at", "id")


def appointment_by_uid(subject: Subject, uid: UUID) -> Appointment | None:
    """One appointment, or None."""
    return appointments(subject).select_related(*RELATED, "visit", "patient__guarantor").filter(uid=uid).first()


def appointments_on(subject: Subject, day: date, zone: ZoneInfo, *, site: int | None = None) -> list[Appointment]:
    """The appointments that begin on a local day, cancelled ones too, in order of time. One query."""
    begin, end = day_bounds(day, zone)
    rows = appointments(subject).filter(starts_at__gte=begin, starts_at__lt=end)
    return list(rows.filter(site=site) if site else rows)


def unfinished_on(day: date, zone: ZoneInfo) -> list[Appointment]:
    """The appointments of a local day that are neither checked out nor called off, in order of time. One query.

    For the day's close: whoever is still booked or here is not yet asked for a charge or a copay.
    """
    begin, end = day_bounds(day, zone)
    rows = Appointment.objects.filter(starts_at__gte=begin, starts_at__lt=end, state__in=[*EXPECTED, *HERE])
    return list(rows.select_related("patient").order_by("starts_at", "id"))


def reasons() -> QuerySet[VisitReason]:
    """Visit reasons that can be booked, by name."""
    return VisitReason.objects.filter(ended_on=None).order_by("name", "id")


def visit_by_uid(subject: Subject, uid: UUID) -> Visit | None:
    """A visit whose appointment this person may see, or None."""
    rows = Visit.objects.filter(uid=uid, appointment__in=appointments(subject).values("pk"))
    return rows.select_related("appointment", "patient__party", "provider__party", "site").first()


def kept_visits(first: date, last: date, *, site: int | None = None) -> list[Visit]:
    """Visits of the days of service from `first` to `last`, taken-back check-ins left out. One query.

    For rooms that know charges: "kept visits without a charge" are those whose uid they do not have and whose
    `no_charge_reason` is empty (`without_charge`).
    """
    rows = Visit.objects.filter(service_date__range=(first, last), voided_at=None)
    rows = rows.filter(site=site) if site else rows
    return list(rows.select_related("patient__party", "provider__party", "appointment").order_by("service_date", "id"))


def without_charge(visits: Sequence[Visit], charged: Iterable[UUID]) -> list[Visit]:
    """Of kept visits, those that have neither a charge (by the caller's facts) nor a reason why not. No query."""
    known = set(charged)
    return [visit for visit in visits if visit.uid not in known and not visit.no_charge_reason]


def last_visits(patients: Iterable[int]) -> dict[int, date]:
    """Patient -> day of the last kept visit. One query."""
    rows = Visit.objects.filter(patient__in=list(patients), voided_at=None).order_by("service_date")
    return dict(rows.values_list("patient", "service_date"))


@dataclass(frozen=True)
class Search:
    """Where and when a time is looked for."""

    first: date
    days: int
    minutes: int
    provider: int | None = None
    site: int | None = None


def free_times(search: Search, zone: ZoneInfo, now: datetime) -> list[Opening]:
    """Openings from `first` over `days` days that have not passed. Two queries, whatever the number of days."""
    last = search.first + timedelta(days=search.days - 1)
    hours = hours_between(search.first, last, site=search.site, provider=search.provider)
    begin, end = day_bounds(search.first, zone)[0], day_bounds(last, zone)[1]
    rows = Appointment.objects.filter(starts_at__lt=end, ends_at__gt=begin, state__in=list(LIVE))
    rows = rows.filter(provider=search.provider) if search.provider else rows
    busy = [Busy(*row) for row in rows.values_list("provider", "starts_at", "ends_at")]

    def moment(day: date, at: time) -> datetime:
        return at_local(day, at, zone)

    found = openings(hours, busy, length=timedelta(minutes=search.minutes), moment=moment)
    return [each for each in found if each.starts_at >= now]


def third_next_available(provider: int, minutes: int, zone: ZoneInfo, now: datetime, *, days: int = 90) -> int | None:
    """Days until the provider's third open time of this length, None when there is none within `days`. Two queries."""
    today = local_day(now, zone)
    return third_next(free_times(Search(today, days, minutes, provider), zone, now), today)


LOOK_BACK_DAYS, LOOK_AHEAD_DAYS = 90, 60


def findings(today: date, zone: ZoneInfo) -> list[Finding]:
    """Everything the front desk's checks find, worst first: appointments of the last 90 and the next 60 days, standing
    charts. Five queries.
    """
    begin, end = day_bounds(today - timedelta(days=LOOK_BACK_DAYS), zone)[0], day_bounds(today + timedelta(days=LOOK_AHEAD_DAYS), zone)[1]
    booked = Appointment.objects.filter(starts_at__gte=begin, starts_at__lt=end).exclude(state__in=GONE)
    rows = [_promised(row, zone) for row in booked.select_related("patient", "provider__party").order_by("starts_at", "id")]
    covers = insurance.covers_of(row.patient for row in rows if row.day >= today)
    charts = dict(Patient.objects.filter(ended_on=None).values_list("party_id", "chart"))
    people = known_of(Party.objects.filter(patient__ended_on=None, patient__isnull=False).order_by("id"))
    return in_order([
        *checks.never_checked_out(rows, today),
        *checks.never_told(rows, today),
        *checks.without_provider(rows),
        *checks.coverage_ends_before_visit(rows, covers, today),
        *checks.charts_alike([(charts[one.ref], one) for one in people if one.ref in charts]),
    ])  # fmt: skip


def _promised(row: Appointment, zone: ZoneInfo) -> checks.Promised:
    provider = row.provider
    return checks.Promised(
        str(row.uid), local_day(row.starts_at, zone), row.state, row.patient.party_id, str(provider), provider.started_on,
        provider.ended_on,
    )  # fmt: skip
