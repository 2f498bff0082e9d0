"""The denial queue: what payers refused, by deadline, dollars and chance; one denial; causes and their rates."""

from __future__ import annotations

from datetime import timedelta
from textwrap import shorten
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __
from django.utils.translation import ngettext

from steward.billing.denial_forms import CategoryForm, CauseForm, MendedForm, NoteForm, OwnerForm
from steward.billing.logic.denials import BeforeAfter, Month, before_after, months_between
from steward.billing.models import DenialCause, WorkItem
from steward.billing.selectors import appeals as appeal_list
from steward.billing.selectors import denials as ask
from steward.billing.selectors.reasons import of_item
from steward.billing.selectors.rules import categories
from steward.billing.selectors.scrub_rules import every_rule, rule_by_id
from steward.billing.services.denials import CauseData, assign_denials, mend_cause, name_cause, note_work, recategorise
from steward.billing.states import CauseKind
from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.listing import (
    Bulk,
    Choice,
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
    selected,
)
from steward.core.money import format_cents
from steward.core.web import now
from steward.core.web.charts import Point, line
from steward.core.web.forms import Done, handle
from steward.insurance.selectors import standing_payers
from steward.registry.logic.names import initials


def _categories() -> list[tuple[str, str]]:
    return [(one.id, one.title) for one in categories().known]


def _category(row: WorkItem) -> str:
    return dict(_categories()).get(row.category, _("Other"))


def _chance(row: Any) -> str:
    if row.chance_ppm is None:
        return _("no history")
    words = {"share": (row.chance_ppm + 5_000) // 10_000, "n": row.past_recovered, "of": row.past_denials}
    return _("%(share)d %%, %(n)d of %(of)d") % words


DENIALS = Listing(
    name="billing.denials",
    title=__("Denials"),
    columns=(
        Column("due", __("By"), kind="date"),
        Column("category", __("About"), value=_category, link=link_to("billing:denial")),
        Column("payer", __("Payer"), value=lambda row: row.remittance.payer.name if row.remittance and row.remittance.payer else ""),
        Column("claim", __("Claim"), kind="code", value=lambda row: row.claim.ref if row.claim else ""),
        Column("patient", __("Patient"), value=lambda row: row.claim.patient.party.name if row.claim else ""),
        Column("carc", __("Code"), kind="code", value=lambda row: f"{row.group}-{row.carc}" if row.carc else ""),
        Column("carc_words", __("In words"), value=lambda row: shorten(row.carc_words or "", 90)),
        Column("open_cents", __("Open"), kind="money"),
        Column("chance", __("Chance"), value=_chance),
        Column("expected_cents", __("Expected"), kind="money"),
        Column("owner", __("Owner"), value=lambda row: row.owner.name if row.owner else ""),
    ),
    filters=(
        Choice("category", __("About"), "category", _categories),
        Choice("payer", __("Payer"), "remittance__payer__code", lambda: [(p.code, p.name) for p in standing_payers()]),
        Choice("owner", __("Owner"), "owner", lambda: [(u.pk, u.name) for u in ask.workers(now.today())]),
        Flag("nobody", __("Nobody's"), Q(owner=None)),
        DateRange("due", __("By"), "due"),
        MoneyRange("amount", __("Open"), "open_cents"),
        Text("carc", __("Reason code"), "carc"),
    ),
    sorts=(
        Sort("due", __("Deadline first"), ("due", "-open_cents"), nullable=True),
        Sort("-expected", __("Most expected first"), "-expected_cents", nullable=True),
        Sort("-open", __("Most dollars first"), "-open_cents"),
        Sort("-chance", __("Best chance first"), ("-chance_ppm", "-open_cents"), nullable=True),
    ),
    presets=(Preset(__("All open"), ""), Preset(__("Worth most"), "sort=-expected"), Preset(__("Nobody's"), "nobody=1"),
             Preset(__("Eligibility"), "category=eligibility"), Preset(__("Authorisation"), "category=authorisation")),
    bulk=(Bulk("assign", __("Give to somebody"), "billing:assign_denials", "remittance.post"),
          Bulk("resolve", __("Close with a sentence"), "billing:resolve_many", "remittance.post")),
    money="open_cents",
    export="charge.read",
    object_type="billing.workitem",
    patient=lambda row: row.claim.patient.uid if row.claim else None,
    empty=Empty(__("No denial is open"), __("What payers refuse comes here with its deadline and what it is worth to ask again."),
                "billing:paper_new", __("Type a paper EOB")),
)  # fmt: skip


def _initials(row: WorkItem) -> str:
    party = row.claim.patient.party if row.claim else None
    return initials(party.first_name, party.last_name) if party else ""


DENIAL_LIST = ScopedList(
    DENIALS, "charge.read", lambda subject: ask.denials(subject, now.today()), DENIALS.hiding(patient=_initials)
)


@screen(GET="charge.read")
def denials(request: OfficeRequest) -> HttpResponse:
    """Every open denial, the nearest deadline first."""
    today = request.call.today
    found = ask.totals(ask.denials(request.call.subject, today), today)
    lead = _("%(n)d open, %(late)d past their day, %(money)s; %(back)s of it expected back") % {
        "n": found.count, "late": found.late, "money": format_cents(found.open_cents), "back": format_cents(found.expected_cents),
    }  # fmt: skip
    if found.unknown:
        lead += ngettext("; %d without a history", "; %d without a history", found.unknown) % found.unknown
    context = {"may_report": holds(request.call.subject, "billing.report")}
    return DENIAL_LIST.respond(request, template="billing/denials.html", lead=lead, context=context)


def denial_or_404(request: OfficeRequest, uid: UUID) -> WorkItem:
    """The denial of the address; its patient's reading is logged."""
    row = ask.denial_by_uid(request.call.subject, uid, request.call.today)
    if row is None:
        raise Http404
    if row.claim:
        request.call.read("patient", [row.claim.patient.uid])
    return row


@screen(GET="charge.read")
def denial(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One denial: what it is about, what it is worth, what was done, what can be done next."""
    row = denial_or_404(request, uid)
    told = appeal_list.appeals_of(row)
    subject, today = request.call.subject, request.call.today
    return render(request, "billing/denial.html", {
        "item": row, "category": categories().get(row.category), "chance": _chance(row), "notes": ask.notes(row),
        "appeals": told, "way": appeal_list.way(row), "may": holds(subject, "remittance.post") and not row.closed_at,
        "may_send": holds(subject, "claim.send"), "may_report": holds(subject, "billing.report"),
        "late": bool(row.due and row.due < today and not row.closed_at), "legend": of_item(row, today),
    })  # fmt: skip


@screen(POST="remittance.post")
def assign_many(request: OfficeRequest) -> HttpResponse:
    """Give the chosen denials to somebody; the choice comes from the list and stays in the form."""
    chosen, subject, today = selected(request), request.call.subject, request.call.today
    rows = list(ask.denials(subject, today).filter(uid__in=chosen))
    request.call.read("patient", [row.claim.patient.uid for row in rows if row.claim])
    if "owner" not in request.POST:
        request.method = "GET"
    return handle(
        request, OwnerForm, lambda call, **data: assign_denials(call, items=rows, **data), "billing/assign_denials.html",
        users=ask.workers(today), initial={"owner": request.call.user_id},
        context={"rows": rows, "cents": ask.totals(ask.denials(subject, today).filter(uid__in=chosen), today).open_cents},
        success=lambda n: Done(reverse("billing:denials"), ngettext("%d denial given", "%d denials given", n) % n),
    )  # fmt: skip


@screen(GET="remittance.post", POST="remittance.post")
def assign(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Give one denial to somebody."""
    row = denial_or_404(request, uid)
    back = reverse("billing:denial", args=[uid])
    return handle(
        request, OwnerForm, lambda call, **data: assign_denials(call, items=[row], **data),
        users=ask.workers(request.call.today), initial={"owner": row.owner_id or request.call.user_id},
        context={"title": _("Who works it"), "submit": _("Give it"), "cancel": back, "lead": row.reason},
        success=lambda _n: Done(back, _("Given")),
    )  # fmt: skip


@screen(GET="remittance.post", POST="remittance.post")
def write_note(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Write down what was found out."""
    row = denial_or_404(request, uid)
    back = reverse("billing:denial", args=[uid])
    return handle(
        request, NoteForm, lambda call, **data: note_work(call, item=row, **data),
        context={"title": _("Note"), "submit": _("Keep it"), "cancel": back, "lead": row.reason},
        success=lambda _row: Done(back, _("Kept")),
    )  # fmt: skip


@screen(GET="remittance.post", POST="remittance.post")
def change_category(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Say what it is really about."""
    row = denial_or_404(request, uid)
    back = reverse("billing:denial", args=[uid])
    return handle(
        request, CategoryForm, lambda call, **data: recategorise(call, item=row, **data), categories=_categories(),
        initial={"category": row.category},
        context={"title": _("What it is about"), "submit": _("Save"), "cancel": back, "lead": row.reason},
        success=lambda _row: Done(back, _("Saved")),
    )  # fmt: skip


@screen(GET="remittance.post", POST="remittance.post")
def cause_new(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """From a denial to its cause: a scrub rule or a duty that stops the next one."""
    row = denial_or_404(request, uid)
    back = reverse("billing:denial", args=[uid])
    about = categories().get(row.category)
    desk = about.cause == "front desk"
    payer = row.remittance.payer if row.remittance else None
    initial = {
        "title": about.title, "category": row.category, "carc": row.carc, "payer": payer, "owner": request.call.user_id,
        "kind": CauseKind.DESK if desk else CauseKind.SCRUB, "code": row.charge.code if row.charge and not desk else "",
        "rule": "" if desk else _rule_id(row), "duty": about.first if desk else "",
    }  # fmt: skip
    return handle(
        request, CauseForm, lambda call, **data: name_cause(call, data=CauseData(**data)), initial=initial,
        categories=_categories(), users=ask.workers(request.call.today),
        context={"title": _("Name the cause"), "submit": _("Name it"), "cancel": back},
        success=lambda one: Done(
            reverse("billing:cause", args=[one.uid]) if holds(request.call.subject, "billing.report") else back,
            _("Named; denials like it are tied to it")),
    )  # fmt: skip


def _rule_id(row: WorkItem) -> str:
    payer = row.remittance.payer.code.lower() if row.remittance and row.remittance.payer else ""
    return "-".join(one for one in ("own", payer, row.charge.code.lower() if row.charge else "", row.carc.lower()) if one)


@screen(GET="billing.report")
def causes(request: OfficeRequest) -> HttpResponse:
    """Every cause, with its rate before and after it was mended."""
    today = request.call.today
    known = {one.id for one in every_rule()}
    rows = [(row, _both(ask.rates(row, today), row), row.rule in known) for row in ask.causes(request.call.subject)[:50]]
    return render(request, "billing/causes.html", {"rows": rows, "may_write": holds(request.call.subject, "payer.write")})


def _both(months: list[Month], cause: DenialCause) -> BeforeAfter:
    """The rate before and after the mend; while it is not mended, all of the year is before it."""
    ahead = months_between(months[-1].month, months[-1].month + timedelta(days=31))[-1]
    return before_after(months, cause.fixed_on or ahead)


def _cause(request: OfficeRequest, uid: UUID) -> DenialCause:
    row = ask.cause_by_uid(request.call.subject, uid)
    if row is None:
        raise Http404
    return row


@screen(GET="billing.report")
def cause(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One cause: who mends it and how, and the denial rate month by month."""
    row = _cause(request, uid)
    months = ask.rates(row, request.call.today)
    points = [Point(f"{one.month:%b %Y}", one.ppm) for one in months]
    at = next((n for n, one in enumerate(months) if row.fixed_on and one.month == row.fixed_on.replace(day=1)), None)
    mark = _("Mended") if at is not None else ""
    return render(request, "billing/cause.html", {
        "cause": row, "months": months, "category": categories().get(row.category) if row.category else None,
        "chart": line(points, _("Denied of services answered, a month"), mark=at, mark_label=mark, show=_percent),
        "both": _both(months, row), **_mender(request, row),
        "may": holds(request.call.subject, "remittance.post") and row.fixed_on is None,
    })  # fmt: skip


def _mender(request: OfficeRequest, cause: DenialCause) -> dict[str, Any]:
    """The scrub rule that mends the cause, or what leads to one: the shipped rule that fits, and the right to make another."""
    own = rule_by_id(cause.rule) if cause.rule else None
    fits = rule_by_id(categories().get(cause.category).rule) if own is None and cause.category else None
    may_make = own is None and cause.kind != CauseKind.DESK and holds(request.call.subject, "payer.write")
    return {"rule": own, "fitting": fits, "may_make": may_make}


def _percent(ppm: int) -> str:
    return f"{ppm // 10_000}.{ppm % 10_000 // 1_000} %"


@screen(GET="remittance.post", POST="remittance.post")
def mended(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Say since when a cause is mended."""
    row = _cause(request, uid)
    back = reverse("billing:cause", args=[uid])
    return handle(
        request, MendedForm, lambda call, **data: mend_cause(call, cause=row, **data), initial={"on": request.call.today},
        context={"title": _("Since when is it mended?"), "submit": _("Save"), "cancel": back, "lead": row.title},
        success=lambda _row: Done(back, _("Saved; the rate is compared around this month")),
    )  # fmt: skip
