"""Patients: found, registered, corrected; their coverage; the page with everything the desk needs of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from steward.billing.selectors.coverage_change import changed
from steward.billing.selectors.desk_money import money_of_patient
from steward.billing.services.coverage_change import note_coverage_change
from steward.core.access.policy import SYSTEM, holds, masks
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.listing import Choice, Column, DateRange, Empty, Flag, Listing, ScopedList, Sort, link_to
from steward.core.service import Call
from steward.core.web.forms import Done, handle, press
from steward.core.web.now import today
from steward.frontdesk import selectors, services
from steward.frontdesk.forms import CoverageEditForm, CoverageForm, PatientEditForm, PatientForm, ReasonForm
from steward.frontdesk.models import Patient
from steward.frontdesk.search import PatientSearch
from steward.frontdesk.types import RegistrationData
from steward.frontdesk.views.shared import about, filed, shown_name, the_patient
from steward.insurance import selectors as insurance
from steward.insurance import services as insurance_services
from steward.insurance.models import Coverage
from steward.insurance.types import CoverageData
from steward.people import selectors as people
from steward.registry import selectors as registry
from steward.registry.forms import EndForm, person_initial
from steward.registry.logic.names import initials
from steward.registry.types import PersonData


def _providers() -> list[tuple[Any, Any]]:
    return [(p.pk, str(p)) for p in people.standing_providers(today())]


PATIENTS = Listing(
    name="frontdesk.patients",
    title=_("Patients"),
    columns=(
        Column("name", _("Name"), value=filed, link=link_to("frontdesk:patient")),
        Column("birth_date", _("Born"), kind="date", value=lambda row: row.party.birth_date),
        Column("chart", _("Chart"), kind="code"),
        Column("provider", _("Provider"), value=lambda row: str(row.primary_provider or "")),
        Column("registered_on", _("Registered"), kind="date"),
        Column("state", _("State"), badge=lambda row: ("", _("Ended")) if row.ended_on else ("", "")),
    ),
    filters=(
        PatientSearch("q", _("Name, birth date, phone or chart")),
        Choice("provider", _("Provider"), "primary_provider", _providers),
        DateRange("since", _("Registered"), "registered_on"),
        Flag("ended", _("Ended"), Q(ended_on__isnull=False)),
    ),
    sorts=(Sort("name", _("Name"), ("party__last_key", "party__first_key")), Sort("chart", _("Chart"), "chart")),
    export="export.phi",
    object_type="frontdesk.patient",
    noun=_("patients"),
    patient=lambda row: row.uid,
    empty=Empty(_("No patients yet"), _("Patients are registered here, or come with a charge file."), "frontdesk:patient_new",
                _("Register the first")),
)  # fmt: skip

# Who may only see masked values reads initials, the year of birth and the chart number.
MASKED = replace(
    PATIENTS,
    columns=(
        Column(
            "name",
            _("Name"),
            value=lambda row: initials(row.party.first_name, row.party.last_name),
            link=PATIENTS.columns[0].link,
        ),
        Column("born", _("Born"), value=lambda row: str(row.party.birth_date.year) if row.party.birth_date else ""),
        *PATIENTS.columns[2:],
    ),
    filters=PATIENTS.filters[1:],
    masked=True,
)
PATIENT_LIST = ScopedList(PATIENTS, "patient.read", selectors.patients, MASKED)


@screen(GET="patient.read")
def patients(request: OfficeRequest) -> HttpResponse:
    """Patients as a list; a search text that means one opens that one."""
    subject = request.call.subject
    return PATIENT_LIST.respond(
        request, template="frontdesk/patients.html", context={"may_write": holds(subject, "patient.write")}
    )


@screen(GET="patient.write", POST="patient.write")
def patient_new(request: OfficeRequest) -> HttpResponse:
    """Register a patient; people very like the typed one are shown before anything is saved."""
    twins: list[registry.PartyTwin] = []

    def act(call: Any, *, data: RegistrationData) -> Patient:
        sure = request.POST.get("somebody_else") == "1"
        twins.extend(registry.twins_of(data.person))
        return services.register_patient(call, data=data, despite_duplicates=sure)

    context = {
        "title": _("New patient"),
        "submit": _("Register"),
        "cancel": reverse("frontdesk:patients"),
        "twins": twins,
    }
    return handle(
        request, PatientForm, act, "frontdesk/patient_form.html", context=context,
        success=lambda row: Done(reverse("frontdesk:patient", args=[row.uid]), _("Registered as %s") % row.chart),
    )  # fmt: skip


TABS = ("overview", "coverage", "appointments", "history")


@screen(GET="patient.read")
def patient(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """The page of a patient: overview, coverage, appointments, history."""
    call = request.call
    page = selectors.patient_page(call.subject, uid, call.today, call.clock.zone)
    if page is None:
        raise Http404
    about(request, page.patient)
    call.read("patient", [each.uid for each in page.family])
    tab = request.GET.get("tab", "") if request.GET.get("tab") in TABS else "overview"
    words = {
        "overview": _("Overview"),
        "coverage": _("Coverage"),
        "appointments": _("Appointments"),
        "history": _("History"),
    }
    context = {
        "page": page,
        "patient": page.patient,
        "name": shown_name(request, page.patient),
        "masked": masks(call.subject, "patient.read"),
        "tab": tab,
        "tabs": [(words[each], f"{request.path}?tab={each}", each == tab) for each in TABS],
        "copay": insurance.copay_cents(page.covering_today[0]) if page.covering_today else None,
        "today": call.today,
        "may_write": holds(call.subject, "patient.write"),
        "may_cover": holds(call.subject, "coverage.write"),
        "may_book": holds(call.subject, "appointment.write"),
        "money": money_of_patient(call.subject, page.patient),
    }
    return render(request, "frontdesk/patient.html", context)


@screen(GET="patient.write", POST="patient.write")
def patient_edit(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Correct a patient."""
    row = the_patient(request, uid)
    known = registry.data_of(row.party)
    assert isinstance(known, PersonData)

    def act(call: Any, *, person: PersonData, guarantor_ref: str, **more: Any) -> Patient:
        return services.update_patient(
            call, patient=row, person=person, guarantor=_guarantor(row, guarantor_ref), **more
        )

    initial = person_initial(known) | {
        "alert": row.alert,
        "primary_provider": row.primary_provider_id,
        "site": row.site_id,
    }
    back = reverse("frontdesk:patient", args=[uid])
    return handle(
        request, PatientEditForm, act, "frontdesk/patient_form.html", initial=initial, known=known,
        context={"title": filed(row), "submit": _("Save"), "cancel": back}, success=lambda _row: Done(back, _("Saved")),
    )  # fmt: skip


def _guarantor(row: Patient, typed: str) -> int | None:
    """Who pays: as it stands, the patient (a hyphen), or the patient of a chart number."""
    if not typed.strip():
        return row.guarantor_id
    if typed.strip() == "-":
        return None
    found = selectors.patients_by_chart([typed.strip()])
    if not found:
        from steward.core.service import refuse

        message = _("Nobody has chart number %s.") % typed
        raise refuse("guarantor", message, _("Register that person first."), "guarantor_ref")
    return next(iter(found.values())).party_id


@screen(GET="patient.write", POST="patient.write")
def patient_end(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """End a chart."""
    row = the_patient(request, uid)
    back = reverse("frontdesk:patient", args=[uid])
    context = {"title": _("End the chart of %s") % filed(row), "submit": _("End it"), "cancel": back}
    return handle(
        request, EndForm, lambda call, *, on: services.end_patient(call, patient=row, on=on), context=context,
        initial={"on": request.call.today}, success=lambda _row: Done(back, _("Ended")),
    )  # fmt: skip


@screen(POST="patient.write")
def patient_reopen(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Take back the end of a chart."""
    row, back = the_patient(request, uid), reverse("frontdesk:patient", args=[uid])
    return press(
        request,
        lambda call: services.reopen_patient(call, patient=row),
        success=lambda _row: Done(back, _("Open again")),
        back=back,
    )


def _coverage_tab(uid: UUID) -> str:
    return f"{reverse('frontdesk:patient', args=[uid])}?tab=coverage"


@screen(GET="coverage.write", POST="coverage.write")
def coverage_new(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Enter a coverage of a patient."""
    row = the_patient(request, uid)
    back = _coverage_tab(uid)
    context = {"title": _("Coverage of %s") % filed(row), "submit": _("Save"), "cancel": back}
    return handle(
        request, CoverageForm, lambda call, *, data: services.cover_patient(call, patient=row, data=data),
        "frontdesk/patient_form.html", context=context, initial={"starts_on": request.call.today},
        success=lambda _row: _covered(request, row, _("Coverage entered")),
    )  # fmt: skip


def _covered(request: OfficeRequest, patient: Patient, words: str) -> Done:
    """After a change of coverage: on to the claims it touches, or, for who reads none, a question to the billers."""
    call = request.call
    found = changed(SYSTEM, call.today, party=patient.party_id)
    if not found:
        return Done(_coverage_tab(patient.uid), words)
    note_coverage_change(call.with_key(None), patient=patient, found=found)
    touched = ngettext("%d claim is touched", "%d claims are touched", len(found)) % len(found)
    page = reverse("billing:coverage_change", args=[patient.uid]) if holds(call.subject, "charge.read") else _coverage_tab(patient.uid)
    return Done(page, f"{words}. {touched}.")


@screen(GET="coverage.write", POST="coverage.write")
def coverage_edit(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Correct a coverage: plan, numbers, rank, days."""
    row, patient = _the_coverage(request, uid)
    names = ("member_id", "group_number", "rank", "starts_on", "ends_on", "copay_cents", "assigned")
    initial = {"plan": row.plan_id, **{name: getattr(row, name) for name in names}}
    context = {"title": _("Correct %s") % row.plan, "submit": _("Save"), "cancel": _coverage_tab(patient.uid)}

    def act(call: Call, **typed: Any) -> Coverage:
        data = CoverageData(patient=row.patient_id, subscriber=row.subscriber_id, relation=row.relation, **typed)
        return insurance_services.update_coverage(call, coverage=row, data=data)

    return handle(
        request, CoverageEditForm, act, context=context, initial=initial,
        success=lambda _row: _covered(request, patient, _("Corrected")),
    )  # fmt: skip


@screen(GET="coverage.write", POST="coverage.write")
def coverage_first(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Let a coverage change places with the one that pays before it on its days."""
    row, patient = _the_coverage(request, uid)
    today = request.call.today
    day = max(row.starts_on, min(today, row.ends_on or today))
    before = next((each for each in insurance.covering(row.patient_id, day) if each.rank == row.rank - 1), None)
    if before is None:
        raise Http404
    context = {"title": _("%(this)s pays before %(that)s") % {"this": row.plan, "that": before.plan}, "submit": _("Change places"),
               "lead": _("For all their days. Bills of days in the past that it touches are shown next."),
               "cancel": _coverage_tab(patient.uid)}  # fmt: skip
    return handle(
        request, ReasonForm, lambda call, *, reason: insurance_services.order_benefits(call, first=row, second=before, reason=reason),
        context=context, success=lambda _rows: _covered(request, patient, _("The order is changed")),
    )  # fmt: skip


def _the_coverage(request: OfficeRequest, uid: UUID) -> tuple[Coverage, Patient]:
    """A coverage and its patient, or 404 when either may not be seen."""
    row = insurance.coverage_by_uid(uid)
    patient = selectors.patients(request.call.subject).filter(party=row.patient_id).first() if row else None
    if row is None or patient is None:
        raise Http404
    about(request, patient)
    return row, patient


@screen(GET="coverage.write", POST="coverage.write")
def coverage_end(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Set the last day of a coverage."""
    row, patient = _the_coverage(request, uid)
    back = _coverage_tab(patient.uid)
    context = {"title": _("End %s") % row.plan, "submit": _("End it"), "cancel": back}
    return handle(
        request, EndForm, lambda call, *, on: insurance_services.end_coverage(call, coverage=row, on=on), context=context,
        initial={"on": request.call.today}, success=lambda _row: _covered(request, patient, _("Ended")),
    )  # fmt: skip


@screen(GET="coverage.write", POST="coverage.write")
def coverage_void(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Say that a coverage never was."""
    row, patient = _the_coverage(request, uid)
    back = _coverage_tab(patient.uid)
    context = {"title": _("Void %s") % row.plan, "submit": _("Void it"), "cancel": back,
               "lead": _("It stays readable, and covers no day any more.")}  # fmt: skip
    return handle(
        request, ReasonForm, lambda call, *, reason: insurance_services.void_coverage(call, coverage=row, reason=reason),
        context=context, success=lambda _row: _covered(request, patient, _("Voided")),
    )  # fmt: skip
