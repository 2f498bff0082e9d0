"""Screens of estimates: what a patient will owe before the visit, and its paper in the patient's language."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.clock import system_clock
from steward.core.listing import Choice, Column, DateRange, Empty, Listing, ScopedList, Sort, link_to
from steward.core.web.forms import Done, handle
from steward.core.web.papers import patient_paper
from steward.frontdesk import selectors as frontdesk
from steward.frontdesk.models import Patient
from steward.insurance import selectors, services
from steward.insurance.forms import EstimateForm, GivenForm
from steward.insurance.models import Estimate
from steward.insurance.states import EstimateKind
from steward.registry.logic.names import initials
from steward.registry.selectors import practice


def _badge(row: Estimate) -> tuple[str, Any]:
    if getattr(row, "replaced_by", None):
        return "", __("Replaced")
    if row.given_on:
        return "good", __("Handed over")
    due = selectors.due_of(row)
    return ("bad", __("Overdue")) if due and due.day < system_clock().today() else ("warn", __("To hand over"))


def _due(row: Estimate) -> Any:
    due = selectors.due_of(row)
    return due.day if due else None


ESTIMATES = Listing(
    name="insurance.estimates",
    title=__("Estimates"),
    columns=(
        Column("number", __("Number"), kind="code", link=link_to("insurance:estimate")),
        Column("patient", __("Patient"), value=lambda row: row.patient.name),
        Column("kind", __("Kind"), value=lambda row: row.get_kind_display()),
        Column("service_day", __("Visit"), kind="date"),
        Column("patient_cents", __("Patient owes"), kind="money"),
        Column("due", __("Due by law"), kind="date", value=_due),
        Column("state", __("State"), kind="badge", badge=_badge),
    ),
    filters=(Choice("kind", __("Kind"), "kind", EstimateKind.choices), DateRange("visit", __("Visit"), "service_day")),
    sorts=(Sort("-number", __("Latest first"), "-number"), Sort("visit", __("Nearest visit"), "service_day")),
    export="coverage.read",
    object_type="insurance.estimate",
    empty=Empty(__("No estimates yet"), __("What a visit will cost the patient, told before it."),
                "frontdesk:patients", __("Find the patient")),
)  # fmt: skip
ESTIMATE_LIST = ScopedList(
    ESTIMATES, "coverage.read", selectors.estimates, ESTIMATES.hiding(patient=lambda row: initials(row.patient.name))
)


@screen(GET="coverage.read")
def estimates(request: OfficeRequest) -> HttpResponse:
    """Estimates, the latest first, each with its legal day."""
    rules = selectors.good_faith_rules()
    return ESTIMATE_LIST.respond(request, lead=_("Told before the visit; legal days by %s.") % rules.source)


def _patient(request: OfficeRequest, uid: UUID) -> Patient:
    found = frontdesk.patient_by_uid(request.call.subject, uid)
    if found is None:
        raise Http404
    request.call.read("patient", [found.uid])
    return found


@screen(GET="coverage.write", POST="coverage.write")
def estimate_new(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Estimate a visit of a patient: by the coverage of that day, or as a good-faith estimate."""
    patient = _patient(request, uid)
    back = reverse("insurance:patient", args=[patient.uid])
    context = {"title": _("Estimate for %s") % patient.party.name, "submit": _("Estimate"), "cancel": back}
    doctor = patient.primary_provider
    who = (str(doctor), doctor.npi) if doctor else ("", "")
    today = request.call.today
    return handle(
        request, EstimateForm, services.make_estimate, "insurance/form.html", context=context, patient=patient.party_id,
        provider=who, initial={"service_day": request.GET.get("day") or today, "scheduled_on": request.GET.get("scheduled") or today},
        success=lambda row: Done(reverse("insurance:estimate", args=[row.uid]), _("Estimated")),
    )  # fmt: skip


def _estimate(request: OfficeRequest, uid: UUID) -> tuple[Estimate, Patient]:
    subject = request.call.subject
    row = selectors.estimate_by_uid(subject, uid)
    patient = frontdesk.patients(subject).filter(party=row.patient_id).first() if row else None
    if row is None or patient is None:
        raise Http404
    request.call.read("patient", [patient.uid])
    return row, patient


@screen(GET="coverage.read", POST="coverage.write")
def estimate(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One estimate with its paper; posting notes that the patient got it."""
    row, patient = _estimate(request, uid)
    here = reverse("insurance:estimate", args=[row.uid])
    if request.method == "POST":
        return handle(
            request, GivenForm, lambda call, **data: services.give_estimate(call, estimate=row, **data),
            context={"title": _("Handed over"), "submit": _("Save"), "cancel": here},
            success=lambda _row: Done(here, _("Noted")),
        )  # fmt: skip
    told = {"estimate": row, "lines": selectors.lines_of(row), "practice": practice(), "unknown": row.unknown.split()}
    paper = patient_paper(request, "insurance/papers/estimate.html", row.patient.language, told)
    page = {
        "estimate": row, "patient": patient, "due": selectors.due_of(row), "rules": selectors.good_faith_rules(), **paper,
        "today": request.call.today, "lines": told["lines"], "form": GivenForm(initial={"on": request.call.today}),
        "may_write": holds(request.call.subject, "coverage.write"), "newer": getattr(row, "replaced_by", None),
    }  # fmt: skip
    return render(request, "insurance/estimate.html", page)
