"""Paper EOBs: the drafts, the typing claim by claim with the running difference, and posting."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.billing.logic import paper_eob as logic
from steward.billing.models import PaperEob
from steward.billing.paper_forms import (
    METHODS,
    STATUSES,
    NumberForm,
    PaperClaimForm,
    PaperHeadForm,
    ProviderForm,
    ScanForm,
)
from steward.billing.selectors import paper_eobs as ask
from steward.billing.selectors.reasons import legend
from steward.billing.services.paper_eobs import (
    PaperHead,
    add_paper_claim,
    change_paper,
    drop_paper,
    drop_paper_claim,
    post_paper,
    save_paper_claim,
    save_paper_provider,
    scan_paper,
    start_paper,
)
from steward.billing.states import RemittanceState
from steward.billing.types import RemittanceResult
from steward.core.access.policy import holds, in_full
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.files.selectors import links_of
from steward.core.listing import (
    Column,
    DateRange,
    Empty,
    Flag,
    Listing,
    MoneyRange,
    Preset,
    ScopedList,
    Sort,
    Text,
    link_to,
)
from steward.core.web.forms import Done, handle, press
from steward.registry.selectors import practice


def _state(row: PaperEob) -> tuple[str, Any]:
    if row.remittance is None:
        return "warn", __("Draft")
    return {"posted": "good", "held": "warn"}.get(row.remittance.state, ""), RemittanceState(row.remittance.state).label


PAPERS = Listing(
    name="billing.papers",
    title=__("Paper EOBs"),
    columns=(
        Column("changed_at", __("Changed"), kind="moment"),
        Column("payer", __("Payer"), value=lambda row: row.payer.name),
        Column("trace", __("Number"), kind="code", link=link_to("billing:paper")),
        Column("paid_on", __("Paid"), kind="date"),
        Column("cents", __("Amount"), kind="money"),
        Column("state", __("State"), kind="badge", badge=_state),
    ),
    filters=(
        Text("trace", __("Number"), "trace"),
        Flag("draft", __("Drafts"), Q(remittance=None)),
        DateRange("paid", __("Paid"), "paid_on"),
        MoneyRange("amount", __("Amount"), "cents"),
    ),
    sorts=(Sort("-changed", __("Latest first"), "-changed_at"),),
    presets=(Preset(__("All"), ""), Preset(__("Drafts"), "draft=1")),
    money="cents",
    export="remittance.read",
    object_type="billing.papereob",
    empty=Empty(__("No paper EOBs"), __("What a payer sends on paper is typed here and posts by the rules of every 835."),
                "billing:paper_new", __("Type one")),
)  # fmt: skip
PAPER_LIST = ScopedList(PAPERS, "remittance.read", ask.papers)


@screen(GET="remittance.read")
def papers(request: OfficeRequest) -> HttpResponse:
    """Every paper typed, the last changed first."""
    may = holds(request.call.subject, "remittance.post")
    return PAPER_LIST.respond(request, template="billing/papers.html", context={"may": may})


@screen(GET="remittance.post", POST="remittance.post")
def paper_new(request: OfficeRequest) -> HttpResponse:
    """The head of a new paper."""
    return handle(
        request, PaperHeadForm, lambda call, **data: start_paper(call, head=PaperHead(**data)),
        initial={"entity": practice(), "paid_on": request.call.today},
        context={"title": _("Paper EOB"), "submit": _("Go on to its claims"), "cancel": reverse("billing:papers")},
        success=lambda row: reverse("billing:paper", args=[row.uid]),
    )  # fmt: skip


def _paper(request: OfficeRequest, uid: UUID) -> PaperEob:
    row = ask.paper_by_uid(request.call.subject, uid)
    if row is None or not in_full(request.call.subject, "remittance.read"):
        raise Http404
    return row


@screen(GET="remittance.read")
def paper(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One paper: its claims, what is still missing to the payment, and the button that posts it."""
    row = _paper(request, uid)
    body = ask.body_of(row)
    may = holds(request.call.subject, "remittance.post")
    return render(request, "billing/paper.html", {
        "paper": row, "claims": list(enumerate(body.claims)), "typed": body.paid_cents, "left": row.cents - body.paid_cents,
        "provider": body.provider, "open": may and ask.open_to_typing(row), "may": may, "number": NumberForm(),
        "faults": logic.faults(ask.head_of(row), body) if body.claims or body.provider else [],
        "scans": links_of(request.call.subject, row), "method": dict(METHODS)[row.method], "state": _state(row),
        "statuses": dict(STATUSES), "legend": legend(*logic.codes_of(body), row.paid_on),
    })  # fmt: skip


@screen(GET="remittance.post", POST="remittance.post")
def head(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Correct the head."""
    row = _paper(request, uid)
    back = reverse("billing:paper", args=[uid])
    names = ("payer", "entity", "method", "trace", "paid_on", "cents")
    return handle(
        request, PaperHeadForm, lambda call, **data: change_paper(call, paper=row, head=PaperHead(**data)),
        initial={name: getattr(row, name) for name in names},
        context={"title": _("Paper EOB %s") % row.trace, "submit": _("Save"), "cancel": back},
        success=lambda _row: Done(back, _("Saved")),
    )  # fmt: skip


@screen(POST="remittance.post")
def claim_add(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Put the next claim on the paper, its services filled in when it is ours."""
    row = _paper(request, uid)
    number = request.POST.get("number", "")
    return press(
        request, lambda call: add_paper_claim(call, paper=row, number=number), back=reverse("billing:paper", args=[uid]),
        success=lambda at: reverse("billing:paper_claim", args=[uid, at]),
    )  # fmt: skip


@screen(GET="remittance.post", POST="remittance.post")
def claim(request: OfficeRequest, uid: UUID, at: int) -> HttpResponse:
    """One claim of the paper, typed service by service with the difference beside each."""
    row = _paper(request, uid)
    body = ask.body_of(row)
    if at >= len(body.claims):
        raise Http404
    typed = body.claims[at]
    _told, ours = ask.claim_to_type(request.call.subject, typed.number)
    if ours is not None:
        request.call.read("patient", [ours.patient.uid])
    back = reverse("billing:paper", args=[uid])
    return handle(
        request, PaperClaimForm, lambda call, claim: save_paper_claim(call, paper=row, at=at, claim=claim),
        "billing/paper_claim.html", claim=typed,
        context={"paper": row, "at": at, "ours": ours, "before": row.cents - body.paid_cents + typed.paid, "back": back},
        success=lambda _row: Done(back, _("Kept")),
    )  # fmt: skip


@screen(POST="remittance.post")
def claim_drop(request: OfficeRequest, uid: UUID, at: int) -> HttpResponse:
    """Take a claim off the paper."""
    row = _paper(request, uid)
    back = reverse("billing:paper", args=[uid])
    return press(request, lambda call: drop_paper_claim(call, paper=row, at=at), success=lambda _r: Done(back, _("Off")), back=back)


@screen(GET="remittance.post", POST="remittance.post")
def provider(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """What was taken from or added to the whole payment."""
    row = _paper(request, uid)
    back = reverse("billing:paper", args=[uid])
    return handle(
        request, ProviderForm, lambda call, **data: save_paper_provider(call, paper=row, **data),
        initial={"rows": ask.body_of(row).provider},
        context={"title": _("Taken from the payment"), "submit": _("Save"), "cancel": back},
        success=lambda _row: Done(back, _("Saved")),
    )  # fmt: skip


@screen(GET="remittance.post", POST="remittance.post")
def scan(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Attach a picture of the paper."""
    row = _paper(request, uid)
    back = reverse("billing:paper", args=[uid])
    return handle(
        request, ScanForm, lambda call, file: scan_paper(call, paper=row, content=file.read()),
        context={"title": _("Picture of the paper"), "submit": _("Attach it"), "cancel": back},
        success=lambda _file: Done(back, _("Attached")),
    )  # fmt: skip


@screen(POST="remittance.post")
def drop(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Throw a draft away."""
    row = _paper(request, uid)
    back = reverse("billing:paper", args=[uid])
    return press(
        request, lambda call: drop_paper(call, paper=row), back=back,
        success=lambda _row: Done(reverse("billing:papers"), _("Thrown away")),
    )  # fmt: skip


@screen(POST="remittance.post")
def post(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Post it like every 835."""
    row = _paper(request, uid)
    back = reverse("billing:paper", args=[uid])

    def told(done: RemittanceResult) -> Done:
        words = {"posted": _("Posted"), "duplicate": _("Known before; nothing was posted")}
        said = words.get(done.state) or " ".join(one[1] for one in done.problems)
        return Done(reverse("billing:remittance", args=[done.uid]) if done.uid else back, said)

    return press(request, lambda call: post_paper(call, paper=row), success=told, back=back)
