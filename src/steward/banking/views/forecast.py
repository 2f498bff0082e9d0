"""Thirteen weeks of cash: the picture, its weeks, what is planned, how the last ones held."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.banking import services
from steward.banking.forms import FloorForm, FlowForm
from steward.banking.logic.forecast import Week
from steward.banking.models import Forecast, PlannedFlow
from steward.banking.selectors import forecast as ask
from steward.banking.states import FLOW_EVERY, FLOW_KINDS
from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.audit.services import record_read
from steward.core.listing import Choice, Column, DateRange, Empty, Flag, Listing, Preset, ScopedList, Sort, link_to
from steward.core.money import format_dollars_file
from steward.core.paper import Grid, Money, Paper, Text, pdf
from steward.core.web import charts
from steward.core.web.forms import Done, handle, press
from steward.core.web.tables import Cell, leave
from steward.registry.selectors import practice

FLOWS = Listing(
    name="banking.flows", title=__("Planned money"),
    columns=(
        Column("name", __("What"), link=link_to("banking:flow")),
        Column("kind", __("Kind"), value=lambda row: FLOW_KINDS[row.kind]),
        Column("every", __("How often"), value=lambda row: FLOW_EVERY[row.every]),
        Column("first_on", __("From"), kind="date"),
        Column("until", __("Until"), kind="date"),
        Column("cents", __("Amount"), kind="money"),
        Column("ended_at", "", kind="badge", badge=lambda row: ("", _("Ended")) if row.ended_at else ("good", _("Planned"))),
    ),
    filters=(
        Choice("kind", __("Kind"), "kind", list(FLOW_KINDS.items())),
        DateRange("from", __("From"), "first_on"),
        Flag("ended", __("Ended"), Q(ended_at__isnull=False)),
    ),
    sorts=(Sort("first_on", __("Earliest first"), "first_on"),),
    presets=(Preset(__("All"), ""), Preset(__("Payroll"), "kind=payroll"), Preset(__("Taxes"), "kind=tax")),
    money="cents", export="cash.read", object_type="banking.plannedflow",
    empty=Empty(__("Nothing is planned yet"), __("Payroll, taxes, rent, bills, equipment, draws: what the bank will feel in the next weeks."),
                "banking:flow_new", __("Plan money")),
)  # fmt: skip
FLOW_LIST = ScopedList(FLOWS, "cash.read", ask.flows)


@screen(GET="cash.read")
def forecast(request: OfficeRequest) -> HttpResponse:
    """The latest forecast; ``?export=csv``, ``xlsx`` or ``pdf`` takes it along."""
    row = ask.latest()
    weeks = ask.weeks_of(row) if row else []
    if row and (kind := request.GET.get("export", "")):
        return _leave(request, row, weeks, kind)
    past = ask.held(request.call.today)
    return render(request, "banking/forecast.html", {
        "forecast": row, "weeks": [(week, _named(week)) for week in weeks], "chart": _chart(row, weeks) if row else "",
        "groups": _groups(weeks), "plans": _plans(weeks), "held": past, "error_ppm": ask.error_ppm(past),
        "below": bool(row and row.low_cents < row.floor_cents), "floor_cents": ask.floor_cents(),
        "may_plan": holds(request.call.subject, "bank.accounts"), "may_run": holds(request.call.subject, "cash.forecast"),
    })  # fmt: skip


def _named(week: Week) -> list[tuple[str, int]]:
    return [(name or _("Patients"), cents) for name, cents in week.receipts] + list(week.planned)


def _groups(weeks: Sequence[Week]) -> list[tuple[str, int]]:
    """What each debtor is expected to bring in all, the largest first."""
    return sorted(_added(week.receipts for week in weeks).items(), key=lambda pair: -pair[1])


def _plans(weeks: Sequence[Week]) -> list[tuple[str, int]]:
    return sorted(_added(week.planned for week in weeks).items(), key=lambda pair: pair[1])


def _added(parts: Any) -> dict[str, int]:
    sums: dict[str, int] = {}
    for part in parts:
        for name, cents in part:
            sums[name or _("Patients")] = sums.get(name or _("Patients"), 0) + cents
    return sums


def _chart(row: Forecast, weeks: Sequence[Week]) -> Any:
    points = [charts.Point(date_format(row.made_on, "M j"), row.opening_cents, row.opening_cents, row.opening_cents)]
    points += [charts.Point(date_format(w.last, "M j"), w.p50_cents, w.p10_cents, w.p90_cents) for w in weeks]
    floor = row.floor_cents or None
    return charts.line(points, _("Cash at the end of each week"), threshold=floor, threshold_label=_("Floor") if floor else "")


def _leave(request: OfficeRequest, row: Forecast, weeks: Sequence[Week], kind: str) -> HttpResponse:
    if kind not in ("csv", "xlsx", "pdf"):
        raise BadRequest(_("A forecast leaves as csv, xlsx or pdf."))
    record_read(request.call, f"export forecast {kind}", "banking.forecast", [row.uid])
    name = f"forecast-{row.made_on.isoformat()}"
    if kind != "pdf":
        table: list[list[Cell]] = [[str(words) for words in COLUMNS]]
        table += [[week.last.isoformat(), *_cents(week)] for week in weeks]
        return leave(table, name, kind)
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return HttpResponse(_pdf(request, row, weeks), content_type="application/pdf", headers=headers)


COLUMNS = (__("Week to"), __("Receipts"), __("Planned"), __("Expected"), "P10", "P50", "P90")


def _cents(week: Week) -> tuple[int, ...]:
    return week.in_cents, week.planned_cents, week.closing_cents, week.p10_cents, week.p50_cents, week.p90_cents


def _pdf(request: OfficeRequest, row: Forecast, weeks: Sequence[Week]) -> bytes:
    entity = practice()
    rows: list[list[str | Money]] = [[week.last.isoformat(), *(Money(cents) for cents in _cents(week))] for week in weeks]
    grid = Grid([str(words) for words in COLUMNS], rows, (), [2, 2, 2, 2, 2, 2, 2], "", "")
    parts: list[Text | Grid] = [Text(_("Opening, available: %s") % format_dollars_file(row.opening_cents)), grid, Text(_about(), soft=True)]
    return pdf(Paper(
        title=_("Thirteen weeks of cash"), under=row.made_on.isoformat(), practice=entity.party.name if entity else "", parts=parts,
        printed_by=request.user.get_full_name() if request.user.is_authenticated else "", printed_at=request.call.now,
    ))  # fmt: skip


def _about() -> str:
    return _("Nine of ten futures drawn from the practice's own history lie above P10, one of ten above P90.")


@screen(POST="cash.forecast")
def forecast_run(request: OfficeRequest) -> HttpResponse:
    """Make it anew with what is known today."""
    back = reverse("banking:forecast")
    return press(request, services.make_forecast, success=lambda _row: Done(back, _("Thirteen weeks reckoned anew.")), back=back)


@screen(GET="bank.accounts", POST="bank.accounts")
def floor(request: OfficeRequest) -> HttpResponse:
    """Set what should never be missing."""
    back = reverse("banking:forecast")
    return handle(
        request, FloorForm, services.set_floor, "banking/flow_form.html",
        context={"title": _("The floor of cash"), "lead": _("Below it, the forecast says so and so does Today."), "back": back},
        initial={"cents": ask.floor_cents()}, success=lambda _row: Done(back, _("The floor is set; make the forecast anew.")),
    )  # fmt: skip


@screen(GET="cash.read")
def flows(request: OfficeRequest) -> HttpResponse:
    """Everything planned."""
    return FLOW_LIST.respond(
        request, template="banking/flows.html", lead=_("What the bank will feel; schedules of the books are in the forecast by themselves."),
        context={"may_plan": holds(request.call.subject, "bank.accounts")},
    )  # fmt: skip


@screen(GET="bank.accounts", POST="bank.accounts")
def flow_new(request: OfficeRequest) -> HttpResponse:
    """Plan a flow."""
    return _flow_form(request, None, {"first_on": request.call.today, "every": "month", "way": "out"})


@screen(GET="bank.accounts", POST="bank.accounts")
def flow(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Change one."""
    row = PlannedFlow.objects.filter(uid=uid).first()
    if row is None:
        raise Http404
    first = {"name": row.name, "kind": row.kind, "amount": abs(row.cents), "way": "in" if row.cents > 0 else "out",
             "first_on": row.first_on, "every": row.every, "until": row.until, "note": row.note}  # fmt: skip
    return _flow_form(request, row, first)


def _flow_form(request: OfficeRequest, row: PlannedFlow | None, first: dict[str, Any]) -> HttpResponse:
    back = reverse("banking:flows")

    def act(call: Any, *, data: services.FlowData) -> PlannedFlow:
        return services.plan_flow(call, data=data, uid=row.uid if row else None)

    return handle(
        request, FlowForm, act, "banking/flow_form.html", initial=first,
        context={"title": row.name if row else _("Plan money"), "lead": _("In or out, when and how often."), "back": back, "flow": row},
        success=lambda one: Done(back, _("%s is planned.") % one.name),
    )  # fmt: skip


@screen(POST="bank.accounts")
def flow_end(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Plan it no more."""
    back = reverse("banking:flows")
    return press(request, lambda call: services.end_flow(call, uid=uid), success=lambda one: Done(back, _("%s has ended.") % one.name), back=back)
