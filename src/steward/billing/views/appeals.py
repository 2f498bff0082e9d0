"""Appeals: drafted from a denial, sent, answered; the letter as paper."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from steward.billing.denial_forms import AppealForm, OutcomeForm, SendForm
from steward.billing.letters import appeal_pdf
from steward.billing.logic.appeals import TRANSITIONS
from steward.billing.models import Appeal
from steward.billing.selectors import appeals as ask
from steward.billing.selectors.rules import categories
from steward.billing.services.appeals import answer_appeal, draft_appeal, send_appeal
from steward.billing.views.denials import denial_or_404
from steward.core.access.policy import holds, masks
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.web.forms import Done, handle


def _appeal(request: OfficeRequest, uid: UUID) -> Appeal:
    row = ask.appeal_by_uid(request.call.subject, uid)
    if row is None:
        raise Http404
    if row.item.claim:
        request.call.read("patient", [row.item.claim.patient.uid])
    return row


@screen(GET="remittance.post", POST="remittance.post")
def draft(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Draft the next level's letter."""
    item = denial_or_404(request, uid)
    way = ask.way(item)
    about = categories().get(item.category)
    initial = {"asked_cents": item.amount_cents, "argument": _begin(item.carc, about.title)}
    title = _("Appeal: %s") % way.level.title if way.level else _("Appeal")
    return handle(
        request, AppealForm, lambda call, **data: draft_appeal(call, item=item, **data), initial=initial,
        context={"title": title, "submit": _("Keep the draft"), "lead": about.first,
                 "cancel": reverse("billing:denial", args=[uid])},
        success=lambda row: Done(reverse("billing:appeal", args=[row.uid]), _("Drafted; read the letter, then send it")),
    )  # fmt: skip


def _begin(carc: str, about: str) -> str:
    return _("The service was refused with reason %(carc)s (%(about)s). We ask you to decide again, because ") % {
        "carc": carc, "about": about.lower()}  # fmt: skip


@screen(GET="charge.read")
def appeal(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One appeal: where it stands, its letter, what came of it."""
    row = _appeal(request, uid)
    may = holds(request.call.subject, "remittance.post")
    return render(request, "billing/appeal.html", {
        "appeal": row, "acts": TRANSITIONS[row.state] if may else {}, "won": ask.won_cents(row),
        "masked": masks(request.call.subject, "charge.read"),
    })  # fmt: skip


@screen(GET="charge.read")
def paper(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """The letter as PDF, in the practice's letterhead."""
    row = _appeal(request, uid)
    if masks(request.call.subject, "charge.read"):
        raise Http404
    headers = {"Content-Disposition": f'inline; filename="appeal-{row.pk}.pdf"', "Cache-Control": "no-store"}
    return HttpResponse(appeal_pdf(row), content_type="application/pdf", headers=headers)


@screen(GET="remittance.post", POST="remittance.post")
def send(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Send it: as a letter through the outbox, or noted as sent by portal or fax."""
    row = _appeal(request, uid)
    back = reverse("billing:appeal", args=[uid])
    return handle(
        request, SendForm, lambda call, **data: send_appeal(call, appeal=row, **data),
        initial={"on": request.call.today, "how": "letter"},
        context={"title": _("Send the appeal"), "submit": _("Send it"), "cancel": back,
                 "lead": _("A letter goes into the outbox; what went by portal or fax is only noted.")},
        success=lambda _row: Done(back, _("Sent")),
    )  # fmt: skip


@screen(GET="remittance.post", POST="remittance.post")
def answer(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Enter what the payer decided."""
    row = _appeal(request, uid)
    back = reverse("billing:denial", args=[row.item.uid])
    return handle(
        request, OutcomeForm, lambda call, **data: answer_appeal(call, appeal=row, **data),
        initial={"on": request.call.today},
        context={"title": _("What the payer decided"), "submit": _("Save"), "cancel": reverse("billing:appeal", args=[uid])},
        success=lambda _row: Done(back, _("Entered")),
    )  # fmt: skip
