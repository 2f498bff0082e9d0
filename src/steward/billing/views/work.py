"""The work list: what a person must decide, by when, and what was done."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __
from django.utils.translation import ngettext

from steward.billing.forms import PostponeForm, ResolutionForm
from steward.billing.models import WorkItem
from steward.billing.selectors import work as ask
from steward.billing.selectors.reasons import of_item
from steward.billing.services.work import postpone_work, resolve_work, resolve_work_many
from steward.billing.states import WorkKind
from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.listing import (
    Bulk,
    Choice,
    Column,
    DateRange,
    Empty,
    Listing,
    MoneyRange,
    Preset,
    ScopedList,
    Sort,
    Text,
    link_to,
    selected,
)
from steward.core.money import format_cents
from steward.core.web.forms import Done, handle
from steward.registry.logic.names import initials

WORK = Listing(
    name="billing.work",
    title=__("Work list"),
    columns=(
        Column("due", __("By"), kind="date"),
        Column("kind", __("What"), value=lambda row: row.get_kind_display(),
               link=link_to("billing:work_item")),
        Column("reason", __("Why")),
        Column("claim", __("Claim"), kind="code", value=lambda row: row.claim.ref if row.claim else ""),
        Column("patient", __("Patient"), value=lambda row: row.claim.patient.party.name if row.claim else ""),
        Column("carc", __("Code"), kind="code", value=lambda row: f"{row.group}-{row.carc}" if row.carc else ""),
        Column("amount_cents", __("Amount"), kind="money"),
    ),
    filters=(
        Choice("kind", __("What"), "kind", WorkKind.choices),
        DateRange("due", __("By"), "due"),
        MoneyRange("amount", __("Amount"), "amount_cents"),
        Text("carc", __("Reason code"), "carc"),
    ),
    sorts=(Sort("due", __("Due first"), "due", nullable=True), Sort("-amount", __("Largest first"), "-amount_cents")),
    presets=(Preset(__("All open"), ""), Preset(__("Denials"), "kind=denial"),
             Preset(__("Unmatched"), "kind=unmatched_claim"), Preset(__("Eligibility"), "kind=eligibility")),
    bulk=(Bulk("resolve", __("Close with a sentence"), "billing:resolve_many", "remittance.post"),),
    money="amount_cents",
    export="charge.read",
    object_type="billing.workitem",
    patient=lambda row: row.claim.patient.uid if row.claim else None,
    empty=Empty(__("Nothing to decide"), __("Denials, unmatched payments and other questions of payers appear here.")),
)  # fmt: skip


def _initials(row: WorkItem) -> str:
    party = row.claim.patient.party if row.claim else None
    return initials(party.first_name, party.last_name) if party else ""


MASKED_WORK = WORK.hiding(patient=_initials)
WORK_LIST = ScopedList(WORK, "charge.read", ask.work, MASKED_WORK)


@screen(GET="charge.read")
def work_list(request: OfficeRequest) -> HttpResponse:
    """Everything open, the earliest due first."""
    subject, today = request.call.subject, request.call.today
    counts = ask.work_counts(subject, today)
    late = sum(overdue for _kind, _count, overdue, _cents in counts)
    cents = sum(amount for *_rest, amount in counts)
    lead = _("%(count)s open, %(late)s overdue, %(money)s") % {
        "count": sum(count for _kind, count, _late, _cents in counts), "late": late, "money": format_cents(cents)}  # fmt: skip
    return WORK_LIST.respond(request, lead=lead)


def _item(request: OfficeRequest, uid: UUID) -> WorkItem:
    row = ask.work_by_uid(request.call.subject, uid)
    if row is None:
        raise Http404
    if row.claim:
        request.call.read("patient", [row.claim.patient.uid])
    return row


@screen(GET="charge.read")
def item(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One question: what it is about and what can be done."""
    row = _item(request, uid)
    subject = request.call.subject
    return render(request, "billing/work_item.html", {
        "item": row, "may": holds(subject, "remittance.post"), "today": request.call.today,
        "legend": of_item(row, request.call.today),
        "late": bool(row.due and row.due < request.call.today),
    })  # fmt: skip


@screen(GET="remittance.post", POST="remittance.post")
def resolve(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Close one item with what was done."""
    row = _item(request, uid)
    return handle(
        request, ResolutionForm, lambda call, **data: resolve_work(call, item=row, **data),
        context={"title": row.get_kind_display(), "submit": _("Close it"), "lead": row.reason,
                 "cancel": reverse("billing:work_item", args=[uid])},
        success=lambda _row: Done(reverse("billing:work"), _("Closed")),
    )  # fmt: skip


@screen(GET="remittance.post", POST="remittance.post")
def postpone(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Look again on another day."""
    row = _item(request, uid)
    back = reverse("billing:work_item", args=[uid])
    return handle(
        request, PostponeForm, lambda call, **data: postpone_work(call, item=row, **data), initial={"due": row.due},
        context={"title": _("When to look again"), "submit": _("Save"), "lead": row.reason, "cancel": back},
        success=lambda _row: Done(back, _("Moved")),
    )  # fmt: skip


@screen(GET="remittance.post", POST="remittance.post")
def resolve_many(request: OfficeRequest) -> HttpResponse:
    """Close the chosen items with one sentence; the choice comes from the list and stays in the form."""
    chosen = selected(request)
    subject = request.call.subject
    rows = list(ask.work(subject).filter(Q(uid__in=chosen)))
    if "resolution" not in request.POST:
        request.method = "GET"
    return handle(
        request, ResolutionForm, lambda call, **data: resolve_work_many(call, items=rows, **data),
        "billing/resolve_many.html", context={"rows": rows, "cents": sum(row.amount_cents for row in rows)},
        success=lambda n: Done(reverse("billing:work"), ngettext("%d item closed", "%d items closed", n) % n),
    )  # fmt: skip
