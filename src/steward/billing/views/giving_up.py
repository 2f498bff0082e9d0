"""What may be given up and what was: small balances, bad debt, the agency's files."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from steward.billing.forms import AgencyForm, ReasonForm
from steward.billing.forms_others import CollectedForm
from steward.billing.models import AgencyFile, AgencyRemittance, WriteOffRun
from steward.billing.selectors import runs as ask
from steward.billing.selectors.credits import credits as credits_of
from steward.billing.selectors.statements import patients_of
from steward.billing.services.agency import recall_account, take_agency_payment, undo_agency_payment
from steward.billing.services.runs import ask_bad_debt, ask_small_balances, make_agency_file
from steward.billing.views.accounts import guarantor_or_404
from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.approvals.selectors import latest
from steward.core.money import format_cents
from steward.core.service import Call
from steward.core.web.forms import Done, handle, press
from steward.core.web.paging import page_of

SHOWN = 100


@screen(GET="billing.report")
def page(request: OfficeRequest) -> HttpResponse:
    """Balances that are small and old, debts that are ripe, runs that were asked for, files that were made."""
    call = request.call
    may_ask = holds(call.subject, "writeoff.request")
    small = ask.small_balances(call.today) if may_ask else []
    debts = ask.bad_debts(call.today) if may_ask else []
    shown = [one.guarantor.pk for one in [*small[:SHOWN], *debts[:SHOWN]]]
    call.read("patient", [row.uid for row in patients_of(shown)])
    return render(request, "billing/giving_up.html", {
        "small": small[:SHOWN], "small_count": len(small), "small_cents": sum(one.cents for one in small),
        "debts": debts[:SHOWN], "debt_count": len(debts), "runs": ask.runs(call.subject)[:50], "may_ask": may_ask,
        "files": AgencyFile.objects.select_related("file").order_by("-number")[:20],
        "waiting": len(ask.to_agency()), "may_send": holds(call.subject, "statement.send"),
        "may_post": holds(call.subject, "remittance.post"),
        "collected": list(AgencyRemittance.objects.select_related("posted_by").order_by("-id")[:SHOWN]),
    })  # fmt: skip


def _said(run: WriteOffRun) -> str:
    return _("Written off") if run.posted_at else _("Waits for a second person")


@screen(POST="writeoff.request")
def small(request: OfficeRequest) -> HttpResponse:
    """Ask to give up every small balance."""
    back = reverse("billing:giving_up")
    return press(request, lambda call: ask_small_balances(call), back=back, success=lambda run: Done(back, _said(run)))


@screen(GET="writeoff.request", POST="writeoff.request")
def bad_debt(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Ask to call a guarantor's ripe lines bad debt."""
    who = guarantor_or_404(request, uid)
    back = reverse("billing:account", args=[who.uid])
    return handle(
        request, ReasonForm, lambda call, **data: ask_bad_debt(call, guarantor=who, **data),
        context={"title": _("Bad debt"), "submit": _("Ask for it"), "cancel": back,
                 "lead": _("Lines that stood on enough statements. Nothing is posted before it is signed.")},
        success=lambda run: Done(back, _said(run)),
    )  # fmt: skip


@screen(GET="statement.send", POST="statement.send")
def agency(request: OfficeRequest) -> HttpResponse:
    """Make the agency's file."""
    back = reverse("billing:giving_up")
    return handle(
        request, AgencyForm, make_agency_file,
        context={"title": _("Collection agency's file"), "submit": _("Make it"), "cancel": back},
        success=lambda row: Done(reverse("files:show", args=[row.file.uid]), _("%d accounts") % row.accounts),
    )  # fmt: skip


@screen(GET="approval.read")
def run(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """What is asked to be given up, for whoever must sign: the sum, the reason, each line for who may see it."""
    call = request.call
    row = WriteOffRun.objects.filter(uid=uid).select_related("asked_by", "hardship").first()
    if row is None:
        raise Http404
    shown = holds(call.subject, "charge.read")
    lines = list(row.lines.select_related("charge__claim__patient__party").order_by("id")[:500]) if shown else []
    call.read("patient", [line.charge.claim.patient.uid for line in lines])
    return render(request, "billing/run.html", {
        "run": row, "lines": lines, "asked": latest(row.uid, "write_off"), "count": row.lines.count(),
    })  # fmt: skip


@screen(GET="billing.report")
def credits(request: OfficeRequest) -> HttpResponse:
    """Money that is not the practice's: whose, since when, by which day it must go back."""
    call = request.call
    rows = credits_of(call.today)
    page = page_of(request, rows)
    call.read("patient", [row.charge.claim.patient.uid for row in page.rows if row.charge])
    return render(request, "billing/credits.html", {
        "page": page, "cents": sum(row.cents for row in rows), "late": sum(row.late for row in rows),
        "may_ask": holds(call.subject, "writeoff.request"),
    })  # fmt: skip


@screen(GET="statement.send", POST="statement.send")
def recall(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Take an account back from the agency."""
    who = guarantor_or_404(request, uid)
    back = reverse("billing:account", args=[who.uid])
    return handle(
        request, ReasonForm, lambda call, **data: recall_account(call, guarantor=who, **data),
        context={"title": _("Recall from the agency"), "submit": _("Recall it"), "cancel": back,
                 "lead": _("Its lines may go into a later file, unless the account is held. Tell the agency.")},
        success=lambda _rows: Done(back, _("Recalled")),
    )  # fmt: skip


@screen(GET="remittance.post", POST="remittance.post")
def collected(request: OfficeRequest) -> HttpResponse:
    """What an agency paid: each claim it names with the gross, and its fee."""
    back = reverse("billing:giving_up")

    def act(call: Call, *, lines: list[tuple[str, int]], **data: Any) -> AgencyRemittance:
        return take_agency_payment(call, parts=ask.agency_parts(lines), **data)

    return handle(
        request, CollectedForm, act, initial={"paid_on": request.call.today},
        context={"title": _("Agency's payment"), "submit": _("Post it"), "cancel": back},
        success=lambda row: Done(back, _("%s collected") % format_cents(row.gross_cents)),
    )  # fmt: skip


@screen(GET="remittance.post", POST="remittance.post")
def collected_undo(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Take an agency's payment back: every charge, the fee and the bank stand as before."""
    row = get_object_or_404(AgencyRemittance, uid=uid)
    back = reverse("billing:giving_up")
    return handle(
        request, ReasonForm, lambda call, **data: undo_agency_payment(call, payment=row, **data),
        context={"title": _("Undo payment %s") % row.reference, "submit": _("Undo it"), "cancel": back,
                 "lead": _("%(agency)s, %(gross)s collected. Every balance returns; the bank is not expected to show it.") % {
                     "agency": row.agency, "gross": format_cents(row.gross_cents)}},
        success=lambda _row: Done(back, _("Undone")),
    )  # fmt: skip
