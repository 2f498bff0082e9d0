"""Registering patients: the patient, who pays, who holds the policy. One service for one person, one for thousands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from steward.core.numbers import reserve
from steward.core.refusals import Refusal
from steward.core.service import Call, note, refuse, service
from steward.frontdesk.models import Appointment, Patient
from steward.frontdesk.states import EXPECTED
from steward.frontdesk.types import CoverageInput, RegistrationData
from steward.insurance.services import add_coverage, add_coverages_many
from steward.insurance.states import Relation
from steward.insurance.types import CoverageData
from steward.registry.selectors import party_by_pk, twins_of
from steward.registry.services import changed, create_parties_many, create_party, refusing, stand, update_party
from steward.registry.types import PersonData

CHARTS = "chart"


def _new_charts(count: int) -> list[str]:
    """`count` chart numbers that nobody has. Taken first in a transaction: the counter is the first lock."""
    charts: list[str] = []
    while len(charts) < count:
        fresh = [f"P{number:05d}" for number in reserve(CHARTS, count - len(charts))]
        used = set(_charts_used(fresh))
        charts += [chart for chart in fresh if chart not in used]
    return charts


def _charts_used(charts: Iterable[str]) -> list[str]:
    wanted = list(charts)
    found: list[str] = []
    for start in range(0, len(wanted), 500):
        rows = Patient.objects.filter(chart__in=wanted[start : start + 500])
        found += rows.values_list("chart", flat=True)
    return found


def _chart_faults(chart: str) -> list[Refusal]:
    if len(chart) <= 40 and chart == chart.strip() and chart.isprintable():
        return []
    return [Refusal("chart", _("This chart number cannot be used."), _("Use up to 40 letters or digits."), "chart")]


def _refuse_twins(data: RegistrationData) -> None:
    """Refuse when a person very like this one is here; the screen shows them and asks again."""
    twins = [each for each in twins_of(data.person) if each.twin.strong]
    if twins:
        names = ", ".join(each.party.name for each in twins[:3])
        fix = _("Open that record, or say that this is somebody else.")
        raise refuse("duplicate", _("%s is already here and looks like the same person.") % names, fix, "last_name")


@service("frontdesk.register_patient", "patient.write", says="registered")
def register_patient(
    call: Call, *, data: RegistrationData, despite_duplicates: bool = False, uid: UUID | None = None
) -> Patient:
    """Register a patient with guarantor and coverage, all or nothing.

    Refuses `duplicate` (a standing party is very like this one) unless `despite_duplicates`; `chart` (unusable) and
    `exists` (chart or person already registered); `guarantor` (the chart it names is nobody's); and whatever entering
    persons (`registry.create_party`) and coverages (`insurance.add_coverage`) refuses.
    """
    stand(_chart_faults(data.chart))
    chart = data.chart or _new_charts(1)[0]
    if data.party is None and not despite_duplicates:
        _refuse_twins(data)
    party = party_by_pk(data.party) if data.party is not None else create_party(call, data=data.person)
    patient = Patient(
        party=party,
        chart=chart,
        guarantor_id=_guarantor(call, data, party.pk),
        primary_provider_id=data.primary_provider,
        site_id=data.site,
        alert=data.alert.strip(),
        registered_on=data.registered_on or call.today,
    )
    if uid is not None:
        patient.uid = uid
    with refusing("exists", _("This chart number or person is already registered."), _("Open that patient."), "chart"):
        patient.save()
    for each in data.coverages:
        cover_patient(call, patient=patient, data=each)
    note(patient)
    return patient


def _guarantor(call: Call, data: RegistrationData, own: int) -> int:
    if data.guarantor_ref and data.guarantor_ref != data.chart:
        found = Patient.objects.filter(chart=data.guarantor_ref).values_list("party", flat=True).first()
        if found is None:
            fix = _("Register that patient first, or choose the guarantor.")
            raise refuse("guarantor", _("Nobody has chart number %s.") % data.guarantor_ref, fix, "guarantor_ref")
        return found
    if data.guarantor is not None:
        return data.guarantor
    if data.guarantor_person is not None:
        return create_party(call, data=data.guarantor_person).pk
    return own


@service("frontdesk.cover_patient", "coverage.write", says="entered coverage")
def cover_patient(call: Call, *, patient: Patient, data: CoverageInput) -> UUID:
    """Enter a coverage of a patient; gives its uid. Refuses `subscriber` (nobody has that chart) and as
    `add_coverage`.
    """
    subscriber = _subscriber(call, patient.party_id, data)
    return add_coverage(call, data=_coverage(patient.party_id, subscriber, data)).uid


def _subscriber(call: Call, patient: int, data: CoverageInput) -> int:
    if data.relation == Relation.SELF:
        return patient
    if data.subscriber_ref:
        found = Patient.objects.filter(chart=data.subscriber_ref).values_list("party", flat=True).first()
        if found is None:
            fix = _("Register that patient first, or enter the subscriber.")
            raise refuse("subscriber", _("Nobody has chart number %s.") % data.subscriber_ref, fix, "subscriber")
        return found
    if data.subscriber is not None:
        return data.subscriber
    if data.subscriber_person is not None:
        return create_party(call, data=data.subscriber_person).pk
    raise refuse("subscriber", _("Who holds the policy is missing."), _("Enter the subscriber."), "subscriber")


def _coverage(patient: int, subscriber: int, data: CoverageInput) -> CoverageData:
    return CoverageData(
        patient=patient,
        plan=data.plan,
        subscriber=subscriber,
        member_id=data.member_id,
        starts_on=data.starts_on,
        ends_on=data.ends_on,
        relation=data.relation,
        group_number=data.group_number,
        rank=data.rank,
        copay_cents=data.copay_cents,
        assigned=data.assigned,
    )


@service("frontdesk.register_many", "patient.write", says="registered many")
def register_many(call: Call, *, data: Sequence[RegistrationData]) -> list[Patient]:
    """Register many patients in bulk, in the order given; charts may name each other as guarantor and subscriber.

    Duplicates are not looked for: the source of the rows vouches for them. Refuses as `register_patient`, the row's
    index before the field.
    """
    rows = _with_charts(data)
    parties = _parties_many(call, rows)
    by_chart = _parties_by_chart(rows, parties)
    guarantors = _others_many(call, [row.guarantor_person for row in rows])
    patients = [
        Patient(
            party_id=parties[index],
            chart=row.chart,
            guarantor_id=_known(by_chart, row.guarantor_ref, index, "guarantor")
            or row.guarantor
            or guarantors[index]
            or parties[index],
            primary_provider_id=row.primary_provider,
            site_id=row.site,
            alert=row.alert.strip(),
            registered_on=row.registered_on or call.today,
        )
        for index, row in enumerate(rows)
    ]
    with refusing("exists", _("A chart number or person is already registered."), _("Leave those rows out."), "chart"):
        Patient.objects.bulk_create(patients, batch_size=500)
    _cover_many(call, rows, parties, by_chart)
    note(refs=patients)
    return patients


def _with_charts(data: Sequence[RegistrationData]) -> list[RegistrationData]:
    stand(
        Refusal(fault.code, fault.message, fault.fix, f"{index}.chart")
        for index, row in enumerate(data)
        for fault in _chart_faults(row.chart)
    )
    fresh = iter(_new_charts(sum(not row.chart for row in data)))
    return [row if row.chart else replace(row, chart=next(fresh)) for row in data]


def _parties_many(call: Call, rows: Sequence[RegistrationData]) -> list[int]:
    """The party of every row, made where it names none."""
    made = iter(create_parties_many(call, data=[row.person for row in rows if row.party is None]))
    return [row.party if row.party is not None else next(made).pk for row in rows]


def _others_many(call: Call, people: Sequence[PersonData | None]) -> list[int | None]:
    made = iter(create_parties_many(call, data=[person for person in people if person is not None]))
    return [next(made).pk if person is not None else None for person in people]


def _parties_by_chart(rows: Sequence[RegistrationData], parties: Sequence[int]) -> dict[str, int]:
    """Chart -> party, for the charts of this batch and for those already here that it names."""
    found = {row.chart: party for row, party in zip(rows, parties, strict=True)}
    named = {row.guarantor_ref for row in rows} | {c.subscriber_ref for row in rows for c in row.coverages}
    outside = sorted(named - set(found) - {""})
    for start in range(0, len(outside), 500):
        some = Patient.objects.filter(chart__in=outside[start : start + 500])
        found.update(some.values_list("chart", "party"))
    return found


def _known(by_chart: dict[str, int], chart: str, index: int, field: str) -> int | None:
    if chart and chart not in by_chart:
        fix = _("Put that patient into the same file, or leave the column empty.")
        raise refuse(field, _("Nobody has chart number %s.") % chart, fix, f"{index}.{field}")
    return by_chart.get(chart)


def _cover_many(call: Call, rows: Sequence[RegistrationData], parties: Sequence[int], by_chart: dict[str, int]) -> None:
    pairs = [(index, each) for index, row in enumerate(rows) for each in row.coverages]
    holders = _others_many(call, [each.subscriber_person if _asks_person(each) else None for _, each in pairs])
    covers = []
    for (index, each), holder in zip(pairs, holders, strict=True):
        subscriber = parties[index]
        if each.relation != Relation.SELF:
            found = _known(by_chart, each.subscriber_ref, index, "subscriber") or each.subscriber or holder
            if found is None:
                fix = _("Enter the subscriber.")
                raise refuse("subscriber", _("Who holds the policy is missing."), fix, f"{index}.subscriber")
            subscriber = found
        covers.append(_coverage(parties[index], subscriber, each))
    if covers:
        add_coverages_many(call, data=covers)


def _asks_person(each: CoverageInput) -> bool:
    named = each.subscriber_ref or each.subscriber is not None
    return each.relation != Relation.SELF and not named


@service("frontdesk.update_patient", "patient.write", says="corrected")
def update_patient(
    call: Call,
    *,
    patient: Patient,
    person: PersonData,
    guarantor: int | None = None,
    primary_provider: int | None = None,
    site: int | None = None,
    alert: str = "",
) -> Patient:
    """Correct a patient's person and particulars. `guarantor` None is the patient. Refuses as
    `registry.update_party`.
    """
    update_party(call, party=patient.party, data=person)
    values: dict[str, object] = {
        "guarantor_id": patient.party_id if guarantor is None else guarantor,
        "primary_provider_id": primary_provider,
        "site_id": site,
        "alert": alert.strip(),
    }
    fields = changed(patient, values)
    patient.save()
    note(patient, fields=[name.removesuffix("_id") for name in fields])
    return patient


@service("frontdesk.end_patient", "patient.write", says="ended the chart")
def end_patient(call: Call, *, patient: Patient, on: date, reason: str = "") -> Patient:
    """End a chart (moved away, died). Refuses `ended`, `booked` while an appointment is still expected."""
    if patient.ended_on is not None:
        raise refuse("ended", _("This chart has already ended."), _("Open it again first, if that was a mistake."))
    if Appointment.objects.filter(patient=patient, state__in=list(EXPECTED), starts_at__gte=call.now).exists():
        raise refuse("booked", _("An appointment is still booked."), _("Cancel it first."))
    patient.ended_on = on
    patient.save(update_fields=["ended_on"])
    note(patient, fields=["ended_on"], reason=reason)
    return patient


@service("frontdesk.reopen_patient", "patient.write", says="opened the chart again")
def reopen_patient(call: Call, *, patient: Patient) -> Patient:
    """Take back the end of a chart."""
    patient.ended_on = None
    patient.save(update_fields=["ended_on"])
    note(patient, fields=["ended_on"])
    return patient
