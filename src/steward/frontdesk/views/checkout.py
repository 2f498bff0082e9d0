"""Check-out: charges entered, a payment taken, the patient leaves. Charges are entered on billing's screen, money on banking's."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from steward.billing.selectors.visits import charges_of_visit
from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.web.forms import Done, press
from steward.frontdesk import services
from steward.frontdesk.states import Action, possible
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
        "may_charge": holds(subject, "visit.charge") and visit is not None,
        "pay_url": pay_url(row, 0) if holds(subject, "receipt.take") else "",
        "next_url": f"{reverse('frontdesk:book')}?patient={row.patient.uid}",
    }
    return render(request, "frontdesk/check_out.html", page)
