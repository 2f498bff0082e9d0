"""Claims that coverage, changed with days in the past, no longer sends to who should pay."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __
from django.utils.translation import ngettext

from steward.billing.forms import ReasonForm
from steward.billing.logic.coverage_change import Remedy
from steward.billing.selectors.claims import claims
from steward.billing.selectors.coverage_change import changed
from steward.billing.services.coverage_change import Moved, follow_coverage
from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.listing import selected
from steward.core.web.forms import Done, handle
from steward.frontdesk import selectors as frontdesk

REMEDIES = {
    Remedy.MOVE: ("accent", __("Goes to the right payer"), __("Voided at the old payer where it has it, moved in the books, sent.")),
    Remedy.PATIENT: ("warn", __("The patient owes it"), __("Nobody covers that day: the bill becomes the patient's.")),
    Remedy.MEMBER: ("accent", __("Sent with the right member number"), __("As a replacement where the payer has it, anew where not.")),
    Remedy.LATER: ("accent", __("Open rest goes to the next payer"), __("The first payer stays; the later one changes.")),
    Remedy.ASK_BACK: ("bad", __("Wrong payer paid"), __("It has to take its money back first: a question for the work list.")),
}


def _page(uid: UUID) -> str:
    return reverse("billing:coverage_change", args=[uid])


@screen(GET="charge.read")
def coverage_change(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Every claim of a patient that coverage touches, and what would be done about it."""
    call = request.call
    patient = frontdesk.patient_by_uid(call.subject, uid)
    if patient is None:
        raise Http404
    call.read("patient", [patient.uid])
    found = changed(call.subject, call.today, party=patient.party_id)
    return _shown(request, [(one, *REMEDIES[one.remedy]) for one in found], patient=patient)


@screen(GET="billing.report")
def coverage_changes(request: OfficeRequest) -> HttpResponse:
    """The same for all patients."""
    call = request.call
    found = changed(call.subject, call.today)
    rows = [(one, *REMEDIES[one.remedy]) for one in found[:SHOWN]]
    call.read("patient", [one.claim.patient.uid for one, *_rest in rows])
    return _shown(request, rows, more=max(len(found) - SHOWN, 0))


SHOWN = 200


def _shown(request: OfficeRequest, rows: list[Any], **more: Any) -> HttpResponse:
    return render(request, "billing/coverage_change.html", {
        "rows": rows, "may": holds(request.call.subject, "claim.send"), "cents": sum(row[0].cents for row in rows), **more,
    })  # fmt: skip


@screen(POST="claim.send")
def follow(request: OfficeRequest) -> HttpResponse:
    """Say why, then do for every chosen claim what its line says."""
    chosen = selected(request)
    rows = list(claims(request.call.subject).filter(uid__in=chosen))
    request.call.read("patient", [row.patient.uid for row in rows])
    back = _page(rows[0].patient.uid) if len({row.patient_id for row in rows}) == 1 else reverse("billing:coverage_changes")
    if "reason" not in request.POST:
        request.method = "GET"
    return handle(
        request, ReasonForm, lambda call, **data: follow_coverage(call, claims=rows, **data), "billing/coverage_follow.html",
        context={"rows": rows, "cancel": back}, success=lambda done: Done(back, _told(done)),
    )  # fmt: skip


def _told(done: Moved) -> str:
    count = sum(done.by.values())
    words = ngettext("%d claim done", "%d claims done", count) % count
    rest = _("%(files)d files written, %(held)d held, %(asked)d questions in the work list")
    return f"{words}: {rest % {'files': done.files, 'held': done.held, 'asked': done.asked}}"
