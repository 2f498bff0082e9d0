"""Schedules: the list, one with its plan, three ways to make one, its signature, its end."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.approvals import selectors as approvals
from steward.core.listing import Choice, Column, Empty, Listing, Preset, ScopedList, Sort, Text, link_to
from steward.core.web import charts
from steward.core.web.forms import Done, handle, press
from steward.ledger import services
from steward.ledger.forms import JournalForm, SignForm, fresh_uid, rows_of, sums_of
from steward.ledger.forms_schedules import EndForm, LoanForm, ScheduleForm
from steward.ledger.logic.schedules import LOAN, RECURRING, SPREAD
from steward.ledger.models import Schedule
from steward.ledger.selectors import registers
from steward.ledger.selectors import schedules as asked
from steward.ledger.services.journals import KIND
from steward.ledger.views.entries import choices

KIND_WORDS = {RECURRING: __("Repeats"), SPREAD: __("Spread"), LOAN: __("Loan")}
STATE_WORDS = {
    "waiting": ("warn", __("Waits for the second signature")), "active": ("good", __("Runs")),
    "rejected": ("bad", __("Handed back")), "ended": ("", __("Ended")), "draft": ("", __("Draft")),
}  # fmt: skip
#: How far an unending schedule's plan is shown ahead.
AHEAD = timedelta(days=366)


def _state(row: Any) -> tuple[str, Any]:
    if row.state == "active" and row.steps is not None and row.posted >= row.steps:
        return "", _("Done")
    return STATE_WORDS[row.state]


def _progress(row: Any) -> str:
    return f"{row.posted} / {row.steps}" if row.steps else str(row.posted)


SCHEDULES = Listing(
    name="ledger.schedules", title=__("Schedules"),
    columns=(
        Column("name", __("What"), link=link_to("ledger:schedule")),
        Column("kind", __("Kind"), value=lambda row: KIND_WORDS[row.kind]),
        Column("first_on", __("From"), kind="date"),
        Column("next", __("Next"), kind="date", value=asked.next_day),
        Column("posted", __("Posted"), value=_progress),
        Column("state", __("State"), kind="badge", badge=_state),
    ),
    filters=(
        Text("q", __("Name"), "name", contains=True),
        Choice("kind", __("Kind"), "kind", list(KIND_WORDS.items())),
        Choice("state", __("State"), "state", [(name, words) for name, (_tone, words) in STATE_WORDS.items()]),
    ),
    sorts=(Sort("name", __("Name"), "name"),),
    presets=(Preset(__("All"), ""), Preset(__("Running"), "state=active"), Preset(__("Waiting"), "state=waiting")),
    export="books.read", object_type="ledger.schedule",
    empty=Empty(__("Nothing posts itself yet"), __("Rent, insurance paid ahead, accruals and loans: agreed once, posted every month."),
                "ledger:schedule_new", __("New schedule")),
)  # fmt: skip
SCHEDULE_LIST = ScopedList(SCHEDULES, "books.read", asked.schedules)


@screen(GET="books.read")
def schedules(request: OfficeRequest) -> HttpResponse:
    """Everything that posts itself."""
    return SCHEDULE_LIST.respond(
        request, template="ledger/schedules.html", lead=_("Agreed once and signed; the books post it when its day comes."),
        context={"may_enter": holds(request.call.subject, "journal.write")},
    )  # fmt: skip


@screen(GET="books.read", POST="approval.decide")
def schedule(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One schedule: terms, plan, what was posted; POST is the second signature."""
    row = _schedule(request, uid)
    call = request.call
    lines = asked.lines_of([row])[row.pk]
    waits = approvals.latest(uid, KIND) if row.state == "waiting" else None
    plan = asked.plan_rows(row, lines, date.max if row.steps else call.today + AHEAD, call.today)
    context = {
        "schedule": row, "kind_words": KIND_WORDS[row.kind], "lines": registers.named(lines), "plan": plan,
        "chart": _chart(row, plan), "state": _state_of(row, plan), "posted": sum(1 for one in plan if one.posted),
        "to_sign": waits is not None and waits.waiting and call.user_id in approvals.may_sign(waits, call.now),
        "may_end": row.state == "active" and holds(call.subject, "journal.write"), "asked": waits,
        "rate": f"{row.rate_ppm / 10_000:.4f}".rstrip("0").rstrip("."), "late": [one for one in plan if one.late],
    }  # fmt: skip

    def act(call: Any, *, answer: str, comment: str) -> Schedule:
        return services.sign_schedule(call, uid=uid, approve=answer == "yes", comment=comment)

    return handle(request, SignForm, act, "ledger/schedule.html", context=context, success=_signed)


def _schedule(request: OfficeRequest, uid: UUID) -> Schedule:
    row = asked.schedule(request.call.subject, uid)
    if row is None:
        raise Http404
    return row


def _state_of(row: Schedule, plan: list[asked.PlanRow]) -> tuple[str, Any]:
    if row.state == "active" and row.steps is not None and all(one.posted for one in plan):
        return "", _("Done")
    return STATE_WORDS[row.state]


def _chart(row: Schedule, plan: list[asked.PlanRow]) -> Any:
    """What is left after each step, of a spread or a loan."""
    if row.kind == RECURRING or len(plan) < 3:
        return ""
    points = [charts.Point(one.step.day.isoformat(), one.step.left_cents) for one in plan]
    return charts.line(points, _("Left after each step"))


def _signed(row: Schedule) -> Done:
    said = {"active": _("Signed: it posts by itself from now on."), "rejected": _("Handed back."), "waiting": _("Signed; one more has to.")}
    return Done(reverse("ledger:schedule", args=[row.uid]), said[row.state])


@screen(GET="journal.write", POST="journal.write")
def schedule_new(request: OfficeRequest) -> HttpResponse:
    """Make one that repeats or is spread; ``?like=`` begins with the lines of an entry."""
    like = _like(request)
    rows = list(rows_of(like)) if like is not None else []
    kind = SPREAD if request.GET.get("kind") == SPREAD else RECURRING
    initial = {"uid": fresh_uid(), "date": request.call.today, "memo": like.memo if like else "", "kind": kind, "every_months": "1"}
    context = {**choices(request, None), "sums": sums_of(JournalForm(request.POST).rows if request.method == "POST" else rows)}
    if request.method == "POST" and request.POST.get("do") == "more":
        kept = {name: request.POST.get(name, "") for name in ScheduleForm.base_fields if name != "document"}
        form = ScheduleForm(initial={**initial, **kept}, rows=JournalForm(request.POST).rows, spare=4)
        return render(request, "ledger/schedule_form.html", {**context, "form": form, "sums": sums_of(form.rows)})
    return handle(request, ScheduleForm, _make, "ledger/schedule_form.html", context=context, initial=initial, rows=rows, success=_made)


def _like(request: OfficeRequest) -> Any:
    text = request.GET.get("like", "")
    try:
        return registers.entry(request.call.subject, UUID(text)) if text else None
    except ValueError:
        return None


@screen(GET="journal.write", POST="journal.write")
def loan_new(request: OfficeRequest) -> HttpResponse:
    """Make a loan's schedule."""
    initial = {"uid": fresh_uid(), "first_on": request.call.today, "every_months": "1"}
    accounts = list(registers.accounts(request.call.subject).filter(active=True))
    return handle(request, LoanForm, _make, "ledger/loan_form.html", initial=initial, accounts=accounts, success=_made)


def _make(call: Any, *, uid: UUID, data: services.ScheduleData, document: Any = None) -> Schedule:
    call = call.with_key(None)
    paper = services.store_document(call, content=document.read(), name=document.name) if document is not None else None
    return services.make_schedule(call, uid=uid, data=data, document=paper)


def _made(row: Schedule) -> Done:
    said = _("It runs.") if row.state == "active" else _("Submitted: it runs once the second person has signed.")
    return Done(reverse("ledger:schedule", args=[row.uid]), said)


@screen(GET="journal.write", POST="journal.write")
def schedule_end(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """End a running schedule, with a reason."""
    row = _schedule(request, uid)
    if row.state != "active" and request.method == "GET":
        raise Http404

    def act(call: Any, **data: Any) -> Schedule:
        return services.end_schedule(call, uid=uid, **data)

    return handle(
        request, EndForm, act, "ledger/schedule_end.html", context={"schedule": row}, initial={"ended_on": request.call.today},
        success=lambda one: Done(reverse("ledger:schedule", args=[one.uid]), _("It ended.")),
    )  # fmt: skip


@screen(POST="journal.write")
def schedules_run(request: OfficeRequest) -> HttpResponse:
    """Post now what is due; the night does the same."""
    back = reverse("ledger:schedules")

    def said(ran: services.Ran) -> Done:
        words = _("%(posted)s posted, %(released)s taken back.") % {"posted": ran.posted, "released": ran.released}
        held = "; ".join(f"{one.schedule.name}, {one.day.isoformat()}: {one.why}" for one in ran.held[:3])
        return Done(back, f"{words} {_('Held:')} {held}" if held else words)

    return press(request, services.post_schedules, success=said, back=back)


@screen(GET="journal.write")
def journal_like(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """An entry as the template of a new one: the same lines, today."""
    shown = registers.entry(request.call.subject, uid)
    if shown is None:
        raise Http404
    rows = list(rows_of(shown))
    form = JournalForm(initial={"uid": fresh_uid(), "date": request.call.today, "memo": shown.memo}, rows=rows)
    context = {**choices(request, None), "form": form, "sums": sums_of(rows), "action": reverse("ledger:journal_new")}
    return render(request, "ledger/journal_form.html", context)
