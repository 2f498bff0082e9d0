"""The pages of approvals: what waits, one request, the owner's list, lending, standing approvals."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.approvals import deciders, pages, selectors, services
from steward.core.approvals.forms import DecideForm, DelegateForm, EnvelopeForm, ReviewForm
from steward.core.approvals.models import ApprovalRequest, Delegation, StandingApproval
from steward.core.approvals.states import Outcome
from steward.core.listing import Choice, Column, Empty, Listing, Preset, ScopedList, Sort, link_to
from steward.core.web.forms import Done, handle, press

_TONES = {"approved": "good", "rejected": "bad", "": "warn"}

REQUESTS = Listing(
    name="approvals.requests",
    title=__("Requests"),
    columns=(
        Column("title", __("What"), link=link_to("approvals:request")),
        Column("amount_cents", __("Amount"), kind="money"),
        Column("requester", __("Asked by"), value=lambda row: row.requester.name if row.requester else _("Steward")),
        Column("asked_at", __("Asked"), kind="moment"),
        Column("outcome", __("State"), kind="badge",
               badge=lambda row: (_TONES.get(row.outcome, ""), row.get_outcome_display() or _("Waiting"))),
    ),
    filters=(Choice("state", __("State"), "outcome", Outcome.choices),),
    sorts=(Sort("-asked", __("Newest first"), "-asked_at"), Sort("-amount", __("Largest first"), "-amount_cents")),
    presets=(Preset(__("All"), ""), Preset(__("Rejected"), "state=rejected")),
    export="approval.read",
    object_type="core.approvalrequest",
    empty=Empty(__("No requests yet"), __("What needs a second person is asked for here."), "", ""),
)  # fmt: skip
REQUEST_LIST = ScopedList(REQUESTS, "approval.read", selectors.requests_for)


@screen(GET="approval.read")
def waiting(request: OfficeRequest) -> HttpResponse:
    """What waits for me, what I asked for, what the owner has to read, what is lent and granted."""
    call = request.call
    everything = selectors.open_requests(call.now)
    owner = holds(call.subject, "review.owner")
    return render(request, "core/approvals/waiting.html", {
        "mine": [w for w in everything if call.user_id in w.who],
        "asked": [w for w in everything if w.request.requester_id == call.user_id],
        "unread": selectors.unreviewed().count() if owner else 0,
        "lent": selectors.lent_by(call.user_id, call.now) if call.user_id else [],
        "standing": selectors.standing(call.today),
        "may_lend": holds(call.subject, "approval.delegate"),
    })  # fmt: skip


@screen(GET="approval.read")
def requests(request: OfficeRequest) -> HttpResponse:
    """Every request the reader may see, with its outcome."""
    return REQUEST_LIST.respond(request)


@screen(GET="approval.read", POST="approval.decide")
def one(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One request: what, by which rule, who else may, what was said; and the two buttons for whoever is asked."""
    asked = _visible(request, uid)
    call = request.call

    def act(call: Any, *, answer: str, comment: str) -> ApprovalRequest:
        return deciders.decide(call, request=asked, approve=answer == "yes", comment=comment)

    return handle(
        request, DecideForm, act, "core/approvals/request.html",
        context={"shown": pages.shown(asked, call.user_id, call.now), "own": asked.requester_id == call.user_id},
        success=lambda row: Done(reverse("approvals:waiting"), _said(row)),
    )  # fmt: skip


@screen(POST="approval.request")
def withdraw(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Take my own open request back."""
    asked = _visible(request, uid)
    return press(
        request,
        lambda call: deciders.withdraw(call, request=asked),
        back=reverse("approvals:request", args=[uid]),
        success=lambda row: Done(reverse("approvals:waiting"), _("Withdrawn")),
    )


@screen(GET="review.owner", POST="review.owner")
def reviews(request: OfficeRequest) -> HttpResponse:
    """What one person did alone; the owner reads it and says so."""
    rows = list(selectors.unreviewed()[:200])
    return handle(
        request, ReviewForm, lambda call, comment: services.review(call, reviews=rows, comment=comment),
        "core/approvals/reviews.html", context={"rows": rows},
        success=lambda count: Done(reverse("approvals:reviews"), _("%s read") % count),
    )  # fmt: skip


@screen(GET="approval.delegate", POST="approval.delegate")
def delegate(request: OfficeRequest) -> HttpResponse:
    """Lend my say for some days."""
    return handle(
        request, DelegateForm, services.delegate, "core/approvals/delegate.html",
        initial={"starts_on": request.call.today},
        success=lambda row: Done(reverse("approvals:waiting"), _("Lent to %s") % row.taker.name),
    )  # fmt: skip


@screen(POST="approval.delegate")
def end_delegation(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """End a delegation I gave or received."""
    call = request.call
    row = get_object_or_404(selectors.lent_by(call.user_id, call.now), uid=uid)
    return press(
        request,
        lambda call: services.end_delegation(call, delegation=Delegation.objects.get(pk=row.pk)),
        back=reverse("approvals:waiting"),
        success=lambda _row: Done(reverse("approvals:waiting"), _("Ended")),
    )


@screen(GET="approval.request", POST="approval.request")
def envelope(request: OfficeRequest) -> HttpResponse:
    """Ask for a standing approval."""
    return handle(
        request, EnvelopeForm, services.grant_envelope, "core/approvals/envelope.html",
        initial={"starts_on": request.call.today},
        success=lambda row: Done(reverse("approvals:waiting"), _("Asked for; it counts once it is approved")),
    )  # fmt: skip


@screen(POST="approval.delegate")
def end_envelope(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """End a standing approval from today."""
    row = get_object_or_404(StandingApproval, uid=uid)
    return press(
        request,
        lambda call: services.end_envelope(call, standing=row),
        back=reverse("approvals:waiting"),
        success=lambda _row: Done(reverse("approvals:waiting"), _("Ended")),
    )


def _visible(request: OfficeRequest, uid: UUID) -> ApprovalRequest:
    """The request, if the reader may see it: by his role, as whoever asked, or as one who is asked to sign."""
    call = request.call
    row = selectors.requests_for(call.subject).filter(uid=uid).first()
    if row is None:
        row = ApprovalRequest.objects.select_related("requester").filter(uid=uid).first()
        if row is None or call.user_id not in selectors.may_sign(row, call.now):
            raise Http404
    return row


def _said(row: ApprovalRequest) -> str:
    if row.waiting:
        return _("Signed; it waits for another person")
    return f"{row.get_outcome_display()}: {row.title}"
