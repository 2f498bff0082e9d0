"""Claims on their way out: what is ready, what is held and why, the files written, what was said of each claim."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.billing.forms import CorrectionForm, FrequencyForm, LineForm, ReasonForm
from steward.billing.models import Batch, Claim, Submission
from steward.billing.selectors import claims as claim_list
from steward.billing.selectors import submissions as ask
from steward.billing.selectors.doors import sender
from steward.billing.selectors.scrubbing import preview
from steward.billing.selectors.unanswered import unanswered as late
from steward.billing.services.corrections import add_charges, as_before, correct_charge, replace_claim
from steward.billing.services.inquiries import ask_status
from steward.billing.services.paper_claims import print_claims
from steward.billing.services.submissions import deliver, recall, waive, write_claims
from steward.billing.states import Form, said
from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.files.models import StoredFile
from steward.core.jobs.services import enqueue
from steward.core.listing import (
    Bulk,
    Choice,
    Column,
    DateRange,
    Empty,
    Listing,
    Preset,
    ScopedList,
    Sort,
    Text,
    link_to,
    selected,
)
from steward.core.service import Call
from steward.core.web import now
from steward.core.web.forms import Done, handle, press
from steward.insurance.models import Payer
from steward.registry.logic.names import initials

SHOWN = 200

BATCHES = Listing(
    name="billing.batches",
    title=__("Claim files"),
    columns=(
        Column("written_at", __("Written"), kind="moment"),
        Column("name", __("File"), kind="code", link=link_to("billing:batch")),
        Column("payer", __("Payer"), value=lambda row: row.payer.name),
        Column("form", __("Form"), value=lambda row: row.get_form_display()),
        Column("claim_count", __("Claims"), kind="number"),
        Column("charge_cents", __("Charges"), kind="money"),
        Column("delivered", __("State"), kind="badge",
               badge=lambda row: ("good", _("Delivered")) if row.delivered_at else ("warn", _("Not delivered"))),
    ),
    filters=(
        Text("name", __("File"), "name"),
        Choice("form", __("Form"), "form", Form.choices),
        DateRange("written", __("Written"), "written_at", moment=True),
    ),
    sorts=(Sort("-written", __("Latest first"), "-written_at"),),
    presets=(Preset(__("All"), ""),),
    money="charge_cents",
    export="charge.read",
    object_type="billing.batch",
    empty=Empty(__("No claim files yet"), __("A claim file holds the claims of one payer, as an 837."),
                "billing:sending", __("See what is ready")),
)  # fmt: skip
BATCH_LIST = ScopedList(BATCHES, "charge.read", ask.batches)


UNANSWERED = Listing(
    name="billing.unanswered",
    title=__("Claims without an answer"),
    columns=(
        Column("sent_at", __("Sent"), kind="moment"),
        Column("claim", __("Claim"), kind="code", value=lambda row: row.claim.ref, link=link_to("billing:claim", "claim__uid")),
        Column("patient", __("Patient"), value=lambda row: row.claim.patient.party.name),
        Column("payer", __("Payer"), value=lambda row: row.batch.payer.name),
        Column("charge_cents", __("Charge"), kind="money"),
        Column("outcome", __("Last heard"), kind="badge", badge=lambda row: said(row.outcome)),
    ),
    filters=(DateRange("sent", __("Sent"), "sent_at", moment=True),),
    sorts=(Sort("sent", __("Longest waiting first"), "sent_at"),),
    presets=(Preset(__("All"), ""),),
    bulk=(Bulk("ask", __("Ask the payers (276)"), "billing:ask_status", "claim.send"),),
    money="charge_cents",
    export="charge.read",
    object_type="billing.submission",
    patient=lambda row: row.claim.patient.uid,
    empty=Empty(__("Every claim has its answer"), __("Claims come here when their next answer is late: a day for the "
                "clearinghouse, three for the payer's receipt, 14 to 30 for the remittance.")),
)  # fmt: skip
MASKED_UNANSWERED = UNANSWERED.hiding(
    patient=lambda row: initials(row.claim.patient.party.first_name, row.claim.patient.party.last_name)
)
UNANSWERED_LIST = ScopedList(UNANSWERED, "charge.read", lambda subject: late(subject, now.local_now()), MASKED_UNANSWERED)


@screen(GET="charge.read")
def unanswered(request: OfficeRequest) -> HttpResponse:
    """Claims that wait too long for their next answer."""
    return UNANSWERED_LIST.respond(request)


@screen(POST="claim.send")
def ask_payers(request: OfficeRequest) -> HttpResponse:
    """Write a 276 a payer about the chosen claims."""
    back = reverse("billing:unanswered")
    rows = Submission.objects.filter(uid__in=selected(request)).select_related("batch__payer", "claim")
    return press(
        request, lambda call: _asked(call, list(rows)), back=back,
        success=lambda files: Done(reverse("files:show", args=[files[0].uid]), _("%d inquiries written") % len(files)),
    )  # fmt: skip


def _asked(call: Call, rows: list[Submission]) -> list[StoredFile]:
    """Write the inquiries, and let them be put where claim files go when a door stands."""
    files = ask_status(call, submissions=rows)
    if sender() is not None:
        args = {"files": [str(file.uid) for file in files]}
        enqueue(call.with_key(None), kind="doors.put_files", title=_("Inquiries to the clearinghouse"), args=args)
    return files


@screen(GET="charge.read")
def batches(request: OfficeRequest) -> HttpResponse:
    """All claim files, the latest first."""
    context = {"may_report": holds(request.call.subject, "billing.report")}
    return BATCH_LIST.respond(request, template="billing/batches.html", context=context)


@screen(GET="charge.read")
def batch(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One file: its claims in order, what was said of each, its bytes."""
    row = _batch(request, uid)
    rows = list(ask.submissions_of(row)[:SHOWN])
    request.call.read("patient", [one.claim.patient.uid for one in rows])
    shown = [(one, *said(one.outcome)) for one in rows]  # type: ignore[attr-defined]
    return render(request, "billing/batch.html", {
        "batch": row, "rows": shown, "more": max(row.claim_count - SHOWN, 0),
        "may_send": holds(request.call.subject, "claim.send"),
    })  # fmt: skip


@screen(POST="claim.send")
def delivered(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Somebody brought the file to the clearinghouse by hand."""
    row = _batch(request, uid)
    back = reverse("billing:batch", args=[uid])
    act = _("by hand")
    return press(request, lambda call: deliver(call, batch=row, to=act), success=lambda _row: Done(back, _("Noted")), back=back)


def _batch(request: OfficeRequest, uid: UUID) -> Batch:
    row = ask.batch_by_uid(request.call.subject, uid)
    if row is None:
        raise Http404
    return row


@screen(GET="billing.report")
def sending(request: OfficeRequest) -> HttpResponse:
    """What is ready by payer, and what the scrub holds back with its mend."""
    call = request.call
    shown = preview(call.today, SHOWN)
    call.read("patient", [one.claim.patient.uid for one in shown.held])
    undelivered = ask.undelivered().select_related("payer")
    return render(request, "billing/sending.html", {
        "shown": shown, "undelivered": undelivered, "unmailed": ask.unmailed(), "may_send": holds(call.subject, "claim.send"),
    })  # fmt: skip


@screen(POST="claim.send")
def write(request: OfficeRequest) -> HttpResponse:
    """Write the files: of one payer, or of all."""
    code = request.POST.get("payer", "")
    payer = get_object_or_404(Payer, uid=code) if code else None

    def told(done: Any) -> Done:
        sent = sum(one.claim_count for one in done.batches)
        words = _("%(claims)d claims in %(files)d files, %(held)d held") % {
            "claims": sent, "files": len(done.batches), "held": len(done.held),
        }  # fmt: skip
        return Done(reverse("billing:batches" if done.batches else "billing:sending"), words)

    back = reverse("billing:sending")
    act = print_claims if "paper" in request.POST else write_claims
    return press(request, lambda call: act(call, payer=payer), success=told, back=back)


def _claim(request: OfficeRequest, uid: UUID) -> Claim:
    row = claim_list.claim_by_uid(request.call.subject, uid)
    if row is None:
        raise Http404
    request.call.read("patient", [row.patient.uid])
    return row


@screen(GET="claim.send", POST="claim.send")
def send_again(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Let a rejected claim, or one whose file never arrived, go with the next file."""
    row = _claim(request, uid)
    back = reverse("billing:claim", args=[uid])
    return handle(
        request, ReasonForm, lambda call, **data: recall(call, claim=row, **data),
        context={"title": _("Send claim %s again") % row.ref, "submit": _("Send it again"), "cancel": back,
                 "lead": _("It goes out as it now stands, with the next file.")},
        success=lambda _row: Done(back, _("It goes with the next file")),
    )  # fmt: skip


@screen(GET="claim.send", POST="claim.send")
def pass_warning(request: OfficeRequest, uid: UUID, rule: str) -> HttpResponse:
    """Answer a warning of the scrub with a reason."""
    row = _claim(request, uid)
    back = reverse("billing:claim", args=[uid])
    return handle(
        request, ReasonForm, lambda call, **data: waive(call, claim=row, rule=rule, **data),
        context={"title": _("Send claim %s in spite of the warning") % row.ref, "submit": _("Pass it"), "cancel": back},
        success=lambda _row: Done(back, _("The warning is answered")),
    )  # fmt: skip


@screen(GET="charge.enter", POST="charge.enter")
def add_line(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One more service on a claim, as corrections need it."""
    row = _claim(request, uid)
    back = reverse("billing:claim", args=[uid])
    last = row.charges.order_by("-id").first()
    initial = {"diagnoses": last.diagnoses.replace(":", " "), "place": last.place} if last else {}

    def act(call: Any, **_typed: Any) -> Any:
        form = LineForm(request.POST)
        form.full_clean()
        return add_charges(call, claim=row, charges=[form.line()])

    return handle(
        request, LineForm, act, initial=initial,
        context={"title": _("Add a service to claim %s") % row.ref, "submit": _("Post it"), "cancel": back},
        success=lambda _rows: Done(back, _("Added")),
    )  # fmt: skip


@screen(GET="charge.enter", POST="charge.enter")
def correct_line(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """A line nobody has answered, as it should be: what the scrub found wrong is mended here."""
    row = claim_list.charges(request.call.subject).filter(uid=uid).first()
    if row is None:
        raise Http404
    request.call.read("patient", [row.claim.patient.uid])
    back = reverse("billing:claim", args=[row.claim.uid])
    shown = ("code", "modifiers", "units", "charge_cents", "place", "note")
    initial = {name: getattr(row, name) for name in shown} | {"diagnoses": row.diagnoses.replace(":", " ")}

    def act(call: Call, *, reason: str, **_typed: Any) -> Any:
        form = CorrectionForm(request.POST)
        form.full_clean()
        return correct_charge(call, charge=row, data=as_before(form.line(), row), reason=reason)

    return handle(
        request, CorrectionForm, act, initial=initial,
        context={"title": _("Correct %(code)s of claim %(ref)s") % {"code": row.code, "ref": row.claim.ref},
                 "submit": _("Correct it"), "cancel": back},
        success=lambda _row: Done(back, _("Corrected")),
    )  # fmt: skip


@screen(GET="claim.send", POST="claim.send")
def replace(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Replace a claim at the payer, or void it there."""
    row = _claim(request, uid)
    back = reverse("billing:claim", args=[uid])

    def told(done: Any) -> Done:
        if done.held:
            return Done(back, _("Held: %s") % done.held[0].problems[0].message)
        return Done(back, _("Written in %s") % done.batches[0].name)

    return handle(
        request, FrequencyForm, lambda call, **data: replace_claim(call, claim=row, **data),
        context={"title": _("Correct claim %s at the payer") % row.ref, "submit": _("Write it"), "cancel": back,
                 "lead": _("Void wrong services and add the right ones first; it goes out as it now stands.")},
        success=told,
    )  # fmt: skip
