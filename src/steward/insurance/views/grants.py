"""Screens of referrals and prior authorisations."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.billing.selectors.grants import used_of as charged
from steward.core.access.decide import Subject
from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.clock import system_clock
from steward.core.listing import Choice, Column, DateRange, Empty, Listing, Preset, ScopedList, Sort, link_to
from steward.core.web.forms import Done, handle
from steward.frontdesk import selectors as frontdesk
from steward.frontdesk.models import Patient
from steward.insurance import selectors, services
from steward.insurance.forms import GrantForm, ReasonForm
from steward.insurance.logic.grants import GrantState, Used, state_on, units_left, visits_left
from steward.insurance.models import Grant
from steward.insurance.states import GrantKind
from steward.registry.logic.names import initials

STATES = {
    GrantState.VALID: ("good", __("Valid")),
    GrantState.EXPIRING: ("warn", __("Runs out soon")),
    GrantState.USED_UP: ("bad", __("Used up")),
    GrantState.EXPIRED: ("bad", __("Expired")),
    GrantState.NOT_YET: ("", __("Not yet")),
    GrantState.ASKED: ("accent", __("Asked for")),
    GrantState.DENIED: ("bad", __("Denied")),
    GrantState.WITHDRAWN: ("", __("Withdrawn")),
}


def _badge(row: Grant) -> tuple[str, Any]:
    return STATES[state_on(selectors.grant_terms(row), system_clock().today())]


GRANTS = Listing(
    name="insurance.grants",
    title=__("Referrals and authorizations"),
    columns=(
        Column("number", __("Number"), value=lambda row: row.number or __("asked for"), kind="code",
               link=link_to("insurance:grant")),
        Column("kind", __("Kind"), value=lambda row: row.get_kind_display()),
        Column("patient", __("Patient"), value=lambda row: row.patient.name),
        Column("payer", __("Payer"), value=lambda row: row.payer.name),
        Column("codes", __("For"), value=lambda row: ", ".join(row.codes) or __("any service"), kind="code"),
        Column("starts_on", __("From"), kind="date"),
        Column("ends_on", __("To"), kind="date"),
        Column("state", __("State"), kind="badge", badge=_badge),
    ),
    filters=(Choice("kind", __("Kind"), "kind", GrantKind.choices), DateRange("ends", __("To"), "ends_on")),
    sorts=(Sort("ends", __("Ends first"), "ends_on"), Sort("-asked", __("Latest first"), "-asked_on")),
    presets=(Preset(__("All"), ""), Preset(__("Run out within two weeks"), "ends_from=t&ends_to=%2B13"),
             Preset(__("Ended in the last month"), "ends_from=-30&ends_to=-1")),
    export="coverage.read",
    object_type="insurance.grant",
    empty=Empty(__("None yet"), __("What payers granted in advance: without its number a claim is denied."),
                "frontdesk:patients", __("Find the patient")),
)  # fmt: skip
GRANT_LIST = ScopedList(
    GRANTS, "coverage.read", selectors.grants, GRANTS.hiding(patient=lambda row: initials(row.patient.name))
)


@screen(GET="coverage.read")
def grants(request: OfficeRequest) -> HttpResponse:
    """Referrals and authorisations, those that end first on top."""
    return GRANT_LIST.respond(request, lead=_("What payers granted in advance, by its last day."))


def used_of(subject: Subject, row: Grant) -> Used | None:
    """Units and visits of the charges that name it, as authorisation or as referral; None for who may not read charges. One query."""
    if not row.number or not holds(subject, "charge.read"):
        return None
    key = (row.patient_id, row.number)
    return charged([key]).get(key, Used())


def _grant(request: OfficeRequest, uid: UUID) -> tuple[Grant, Patient]:
    subject = request.call.subject
    row = selectors.grant_by_uid(subject, uid)
    patient = frontdesk.patients(subject).filter(party=row.patient_id).first() if row else None
    if row is None or patient is None:
        raise Http404
    request.call.read("patient", [patient.uid])
    return row, patient


@screen(GET="coverage.read")
def grant(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One referral or authorisation, with what was used of it."""
    row, patient = _grant(request, uid)
    subject = request.call.subject
    used, terms = used_of(subject, row), selectors.grant_terms(row)
    tone, words = STATES[state_on(terms, request.call.today, used or Used())]
    page = {
        "grant": row, "patient": patient, "used": used, "tone": tone, "state": words,
        "units_left": units_left(terms, used) if used else None, "visits_left": visits_left(terms, used) if used else None,
        "may_write": holds(subject, "coverage.write") and row.withdrawn_on is None,
    }  # fmt: skip
    return render(request, "insurance/grant.html", page)


def _page(row: Any) -> str:
    return reverse("insurance:grant", args=[row.uid])


@screen(GET="coverage.write", POST="coverage.write")
def grant_new(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Enter a referral or authorisation of a patient; without a number it is asked for."""
    patient = frontdesk.patient_by_uid(request.call.subject, uid)
    if patient is None:
        raise Http404
    request.call.read("patient", [patient.uid])
    back = f"{reverse('frontdesk:patient', args=[patient.uid])}?tab=coverage"
    context = {"title": _("Referral or authorization of %s") % patient.party.name, "submit": _("Save"), "cancel": back}
    return handle(
        request, GrantForm, services.add_grant, "insurance/form.html", context=context, patient=patient.party_id,
        success=lambda row: Done(_page(row), _("Entered")),
    )  # fmt: skip


@screen(GET="coverage.write", POST="coverage.write")
def grant_edit(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Correct it, or type the number the payer gave."""
    row, _patient = _grant(request, uid)
    context = {"title": str(row), "submit": _("Save"), "cancel": _page(row)}
    return handle(
        request, GrantForm, lambda call, *, data: services.update_grant(call, grant=row, data=data), "insurance/form.html",
        context=context, patient=row.patient_id, initial=GrantForm.initial_of(row),
        success=lambda _row: Done(_page(row), _("Saved")),
    )  # fmt: skip


@screen(GET="coverage.write", POST="coverage.write")
def grant_deny(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """The payer denied it."""
    row, _patient = _grant(request, uid)
    context = {"title": _("Denied by %s") % row.payer.name, "submit": _("Denied"), "cancel": _page(row)}
    return handle(
        request, ReasonForm,
        lambda call, *, reason: services.deny_grant(call, grant=row, on=call.today, reason=reason), context=context,
        success=lambda _row: Done(_page(row), _("Noted")),
    )  # fmt: skip


@screen(GET="coverage.write", POST="coverage.write")
def grant_withdraw(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """It no longer stands."""
    row, _patient = _grant(request, uid)
    context = {"title": _("Withdraw %s") % row, "submit": _("Withdraw it"), "cancel": _page(row)}
    return handle(
        request, ReasonForm, lambda call, *, reason: services.withdraw_grant(call, grant=row, reason=reason),
        context=context, success=lambda _row: Done(_page(row), _("Withdrawn")),
    )  # fmt: skip
