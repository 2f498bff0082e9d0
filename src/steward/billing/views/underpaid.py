"""What payers allowed below their contracts: by payer with the sum, and each service with how the figure comes about; the
letters about it, and what they brought."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.billing.denial_forms import DisputeEndForm, DisputeForm
from steward.billing.forms import ReasonForm
from steward.billing.letters import dispute_pdf
from steward.billing.models import Dispute
from steward.billing.selectors import disputes as ask
from steward.billing.selectors.underpaid import by_payer, underpaid
from steward.billing.services.disputes import MOST_LINES, end_dispute, let_underpaid_go, send_dispute
from steward.billing.states import DisputeState
from steward.core.access.policy import holds, masks
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.listing import (
    Choice,
    Column,
    DateRange,
    Empty,
    Listing,
    MoneyRange,
    Preset,
    ScopedList,
    Sort,
    link_to,
)
from steward.core.web.forms import Done, handle
from steward.insurance.models import Payer
from steward.insurance.selectors import standing_payers

SHOWN = 200
DAYS = 90
PERIODS = (30, 90, 365)
ANSWER_DAYS = 45
TONES = {DisputeState.SENT: "accent", DisputeState.WON: "good", DisputeState.LOST: "bad", DisputeState.GIVEN_UP: ""}

DISPUTES = Listing(
    name="billing.disputes",
    title=__("Letters about underpayment"),
    columns=(
        Column("number", __("Letter"), kind="number", link=link_to("billing:dispute")),
        Column("payer", __("Payer"), value=lambda row: row.payer.name),
        Column("sent_on", __("Sent"), kind="date"),
        Column("answer_by", __("Answer by"), kind="date"),
        Column("services", __("Services"), kind="number"),
        Column("asked_cents", __("Asked"), kind="money"),
        Column("recovered_cents", __("Recovered"), kind="money"),
        Column("open_cents", __("Open"), kind="money"),
        Column("state", __("State"), kind="badge", badge=lambda row: (TONES[row.state], row.get_state_display())),
    ),
    filters=(
        Choice("state", __("State"), "state", DisputeState.choices),
        Choice("payer", __("Payer"), "payer__code", lambda: [(p.code, p.name) for p in standing_payers()]),
        DateRange("sent", __("Sent"), "sent_on"),
        DateRange("answer", __("Answer by"), "answer_by"),
        MoneyRange("asked", __("Asked"), "asked_cents"),
    ),
    sorts=(Sort("-made", __("Latest first"), "-made_at"), Sort("answer", __("Answer due first"), "answer_by"),
           Sort("-asked", __("Most asked first"), "-asked_cents")),
    presets=(Preset(__("All"), ""), Preset(__("Waiting"), "state=sent&sort=answer")),
    money="asked_cents",
    export="billing.report",
    object_type="billing.dispute",
    empty=Empty(__("No letter yet"), __("Payers are asked for what they paid below contract from the list of what is underpaid."),
                "billing:underpaid", __("See what is underpaid")),
)  # fmt: skip
DISPUTE_LIST = ScopedList(DISPUTES, "billing.report", ask.disputes)


@screen(GET="billing.report")
def services(request: OfficeRequest) -> HttpResponse:
    """Services of remittances of the last 90 days (or 30, 365), the largest gap first."""
    call = request.call
    days = _days(request.GET.get("days", ""))
    first, last = call.today - timedelta(days=days), call.today
    rows = underpaid(first, last)
    call.read("patient", [row.charge.claim.patient.uid for row in rows[:SHOWN]])
    waiting = ask.in_dispute([row.charge.pk for row in rows])
    return render(request, "billing/underpaid.html", {
        "rows": [(row, waiting.get(row.charge.pk)) for row in rows[:SHOWN]], "more": max(len(rows) - SHOWN, 0),
        "payers": by_payer(rows), "days": days, "short": sum(row.short_cents for row in rows), "first": first,
        "periods": PERIODS, "recovery": ask.recovery(call.subject), "may": holds(call.subject, "remittance.post"),
        "gone": ask.let_go().count(),
    })  # fmt: skip


def _days(text: str) -> int:
    if text and (not text.isdecimal() or int(text) not in PERIODS):
        raise BadRequest(_("The page knows 30, 90 and 365 days."))
    return int(text or DAYS)


@screen(GET="billing.report")
def disputes(request: OfficeRequest) -> HttpResponse:
    """Every letter, the latest first."""
    return DISPUTE_LIST.respond(request)


@screen(GET="remittance.post", POST="remittance.post")
def dispute_new(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One letter to a payer about everything it is short of that no letter waits for; services may be left out."""
    call = request.call
    payer = get_object_or_404(Payer, uid=uid)
    days = _days(request.GET.get("days", ""))
    rows = [row for row in underpaid(call.today - timedelta(days=days), call.today) if row.payer == payer]
    waiting = ask.in_dispute([row.charge.pk for row in rows])
    rows = [row for row in rows if row.charge.pk not in waiting][:MOST_LINES]
    call.read("patient", [row.charge.claim.patient.uid for row in rows])
    chosen = set(request.POST.getlist("uid")) if request.method == "POST" else {str(row.charge.uid) for row in rows}

    def act(call: Any, **data: Any) -> Dispute:
        return send_dispute(call, payer=payer, charges=[r.charge for r in rows if str(r.charge.uid) in chosen], **data)

    return handle(
        request, DisputeForm, act, "billing/dispute_new.html",
        initial={"how": "letter", "answer_by": call.today + timedelta(days=ANSWER_DAYS)},
        context={"rows": [(row, str(row.charge.uid) in chosen) for row in rows], "payer": payer, "days": days,
                 "short": sum(row.short_cents for row in rows)},
        success=lambda row: Done(reverse("billing:dispute", args=[row.uid]), _("Sent")),
    )  # fmt: skip


def _dispute(request: OfficeRequest, uid: UUID) -> Dispute:
    row = ask.dispute_by_uid(request.call.subject, uid)
    if row is None:
        raise Http404
    return row


@screen(GET="billing.report")
def dispute(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One letter: what was asked, what came back service by service, what is still open."""
    row = _dispute(request, uid)
    lines = ask.lines_of(row)
    request.call.read("patient", [line.charge.claim.patient.uid for line in lines])
    return render(request, "billing/dispute.html", {
        "dispute": row, "lines": lines, "tone": TONES[DisputeState(row.state)],
        "may": holds(request.call.subject, "remittance.post") and row.state == DisputeState.SENT,
        "late": row.state == DisputeState.SENT and row.answer_by < request.call.today,
        "masked": masks(request.call.subject, "billing.report"),
    })  # fmt: skip


@screen(GET="billing.report")
def dispute_paper(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """The letter as PDF, in the practice's letterhead."""
    row = _dispute(request, uid)
    if masks(request.call.subject, "billing.report"):
        raise Http404
    request.call.read("patient", [line.charge.claim.patient.uid for line in ask.lines_of(row)])
    headers = {"Content-Disposition": f'inline; filename="letter-{row.number}.pdf"', "Cache-Control": "no-store"}
    return HttpResponse(dispute_pdf(row), content_type="application/pdf", headers=headers)


@screen(GET="remittance.post", POST="remittance.post")
def dispute_end(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Say what became of a letter."""
    row = _dispute(request, uid)
    back = reverse("billing:dispute", args=[uid])
    return handle(
        request, DisputeEndForm, lambda call, **data: end_dispute(call, dispute=row, **data),
        context={"title": _("What became of letter %s") % row.number, "submit": _("Save"), "cancel": back,
                 "lead": _("What came back is read from the books.")},
        success=lambda _row: Done(back, _("Saved")),
    )  # fmt: skip


@screen(GET="remittance.post", POST="remittance.post")
def let_go(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Let one service go; it never comes back to the list."""
    row = ask.charge_by_uid(uid)
    if row is None:
        raise Http404
    request.call.read("patient", [row.claim.patient.uid])
    back = reverse("billing:underpaid")
    return handle(
        request, ReasonForm, lambda call, **data: let_underpaid_go(call, charge=row, **data),
        context={"title": _("Let %(code)s of claim %(ref)s go") % {"code": row.code, "ref": row.claim.ref},
                 "submit": _("Let it go"), "cancel": back, "lead": _("It never comes back to this list.")},
        success=lambda _row: Done(back, _("Let go")),
    )  # fmt: skip
