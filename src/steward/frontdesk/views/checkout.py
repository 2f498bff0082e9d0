"""Check-out: charges entered, a payment taken, the patient leaves. Billing and banking do their own part by their
services.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from steward.billing.selectors.visits import charges_of_visit
from steward.billing.services.charges import enter_charges
from steward.billing.types import ChargeData, ClaimData
from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.clock import local_day
from steward.core.web.forms import Done, handle, press
from steward.frontdesk import services
from steward.frontdesk.forms import ReasonForm
from steward.frontdesk.models import Appointment
from steward.frontdesk.states import Action, possible
from steward.frontdesk.views.charges import ChargesForm
from steward.frontdesk.views.shared import the_appointment
from steward.frontdesk.views.visits import identity, pay_url


@screen(GET="appointment.write", POST="appointment.write")
def check_out(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One page with three parts: the charges of the visit, a payment, and the button that ends it."""
    row = the_appointment(request, uid)
    here = reverse("frontdesk:check_out", args=[uid])
    if request.method == "POST":
        return press(
            request, lambda call: services.check_out(call, appointment=row), back=here,
            success=lambda _visit: Done(reverse("frontdesk:day"), _("Checked out")),
        )  # fmt: skip
    subject = request.call.subject
    visit = getattr(row, "visit", None)
    page = identity(request, row) | {
        "visit": visit,
        "charges": charges_of_visit(visit.pk) if visit else [],
        "ready": Action.CHECK_OUT in possible(row.state),
        "may_charge": holds(subject, "charge.enter") and visit is not None,
        "pay_url": pay_url(row, 0) if holds(subject, "receipt.take") else "",
        "next_url": f"{reverse('frontdesk:book')}?patient={row.patient.uid}",
    }
    return render(request, "frontdesk/check_out.html", page)


@screen(GET="charge.enter", POST="charge.enter")
def charges(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Enter the charges of a visit; they are posted at once to the coverage of the day of service."""
    row = the_appointment(request, uid)
    back = reverse("frontdesk:check_out", args=[uid])

    def act(call: Any, *, data: tuple[ChargeData, ...]) -> Any:
        return enter_charges(call, data=_claim(call, row, data))

    context = identity(request, row) | {"cancel": back, "submit": _("Post the charges")}
    return handle(
        request, ChargesForm, act, "frontdesk/charges.html", context=context,
        success=lambda claim: Done(back, _("Charges posted, claim %s") % claim.ref),
    )  # fmt: skip


def _claim(call: Any, row: Appointment, lines: tuple[ChargeData, ...]) -> ClaimData:
    visit = getattr(row, "visit", None)
    return ClaimData(
        patient=row.patient_id,
        provider=row.provider_id,
        service_date=visit.service_date if visit else local_day(row.starts_at, call.clock.zone),
        charges=lines,
        payer_of_day=True,
        visit=visit.pk if visit else None,
        site=row.site_id,
    )


@screen(GET="appointment.write", POST="appointment.write")
def no_charge(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Say why a kept visit has no charge."""
    row = the_appointment(request, uid)
    back = reverse("frontdesk:check_out", args=[uid])
    visit = getattr(row, "visit", None)
    if visit is None:
        raise Http404
    context = {"title": _("Why has this visit no charge?"), "submit": _("Save"), "cancel": back}
    return handle(
        request, ReasonForm, lambda call, *, reason: services.no_charge(call, visit=visit, reason=reason), context=context,
        initial={"reason": visit.no_charge_reason}, success=lambda _row: Done(back, _("Noted")),
    )  # fmt: skip
