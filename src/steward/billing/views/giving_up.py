"""What may be given up and what was: small balances, bad debt, the agency's files."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from steward.billing.forms import AgencyForm, ReasonForm
from steward.billing.models import AgencyFile, WriteOffRun
from steward.billing.selectors import runs as ask
from steward.billing.selectors.statements import patients_of
from steward.billing.services.runs import ask_bad_debt, ask_small_balances, make_agency_file
from steward.billing.views.accounts import guarantor_or_404
from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.approvals.selectors import latest
from steward.core.web.forms import Done, handle, press

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
