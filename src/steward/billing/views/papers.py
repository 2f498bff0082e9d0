"""Claims on the pre-printed form, the printer's alignment, papers and notes that go with a claim."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from steward.billing.cms1500 import alignment_page
from steward.billing.forms import AlignmentForm, AttachmentForm, PayerNoteForm
from steward.billing.models import Attachment, Claim
from steward.billing.selectors.claims import claim_by_uid
from steward.billing.services import paper_claims as services
from steward.billing.services.submissions import Written
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.service import Call
from steward.core.web.forms import Done, Form, handle, press


def _claim(request: OfficeRequest, uid: UUID) -> Claim:
    row = claim_by_uid(request.call.subject, uid)
    if row is None:
        raise Http404
    request.call.read("patient", [row.patient.uid])
    return row


def _page(claim: Claim) -> str:
    return reverse("billing:claim", args=[claim.uid])


@screen(GET="claim.send", POST="claim.send")
def attach(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Name a paper with a claim."""
    row = _claim(request, uid)

    def act(call: Call, *, file: Any, **typed: str) -> Attachment:
        data, name = (file.read(), file.name) if file else (b"", "")
        return services.add_attachment(call, claim=row, data=data, name=name, **typed)

    return handle(
        request, AttachmentForm, act, success=lambda made: Done(_page(row), _("Named as %s") % made.number),
        context={"title": _("Paper for claim %s") % row.ref, "submit": _("Add it"), "cancel": _page(row)},
    )  # fmt: skip


@screen(POST="claim.send")
def attachment_end(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Name a paper no more."""
    paper = get_object_or_404(Attachment.objects.select_related("claim"), uid=uid)
    row = _claim(request, paper.claim.uid)
    return press(
        request, lambda call: services.end_attachment(call, attachment=paper), back=_page(row),
        success=lambda _row: Done(_page(row), _("The next file names it no more")),
    )  # fmt: skip


@screen(GET="claim.send", POST="claim.send")
def payer_note(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Write the note that goes with a claim."""
    row = _claim(request, uid)
    return handle(
        request, PayerNoteForm, lambda call, **data: services.note_for_payer(call, claim=row, **data),
        initial={"text": row.details.get("note", "")}, success=lambda _row: Done(_page(row), _("It goes with the next file")),
        context={"title": _("Note on claim %s") % row.ref, "submit": _("Save"), "cancel": _page(row)},
    )  # fmt: skip


@screen(GET="claim.send", POST="claim.send")
def print_one(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Lay one claim out for the pre-printed form instead of a file."""
    row = _claim(request, uid)

    def told(done: Written) -> Done:
        if done.held:
            return Done(_page(row), _("Held: %s") % done.held[0].problems[0].message)
        return Done(reverse("billing:batch", args=[done.batches[0].uid]), _("Print it on the red form and mail it"))

    return handle(
        request, Form, lambda call: services.print_claims(call, claims=[row]), success=told,
        context={"title": _("Print claim %s on a form") % row.ref, "submit": _("Lay it out"), "cancel": _page(row),
                 "lead": _("It counts as sent and waits for the payer's answer.")},
    )  # fmt: skip


@screen(GET="claim.send", POST="claim.send")
def alignment(request: OfficeRequest) -> HttpResponse:
    """How far print is to be moved so that it falls into the boxes."""
    now = services.alignment()
    here = reverse("billing:alignment")
    return handle(
        request, AlignmentForm, services.align_form, "billing/alignment.html",
        initial={"right_e2": now.right_e2, "down_e2": now.down_e2}, success=lambda _row: Done(here, _("Print the test page again")),
        context={"title": _("Paper forms"), "submit": _("Save"), "cancel": reverse("billing:sending")},
    )  # fmt: skip


@screen(GET="claim.send")
def alignment_test(request: OfficeRequest) -> HttpResponse:
    """The test page as a PDF: nobody's data is on it."""
    off = services.alignment()
    response = HttpResponse(alignment_page(off.right_e2, off.down_e2), content_type="application/pdf")
    response["Content-Disposition"] = 'attachment; filename="cms1500-test.pdf"'
    return response
