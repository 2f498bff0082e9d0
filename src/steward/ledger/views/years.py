"""The year's end: what must be in order, the owners' capital, the result to them, who may want a 1099; owners and their shares."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from steward.banking.selectors.payees import Payee, payees, threshold_cents
from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.audit.services import record_read
from steward.core.calendar import fiscal_year_bounds
from steward.core.paper import Facts, Grid, Money, Paper, Text, pdf
from steward.core.web.forms import Done, handle, press
from steward.core.web.tables import Cell, leave
from steward.ledger import services
from steward.ledger.forms_owners import OwnerForm, ShareForm
from steward.ledger.logic.owners import Capital
from steward.ledger.models import Owner, Period
from steward.ledger.selectors import owners as ask
from steward.ledger.selectors.statements import year_month
from steward.registry.selectors import practice


@screen(GET="books.read")
def years(request: OfficeRequest) -> HttpResponse:
    """The fiscal years of the books, the latest first."""
    month = year_month()
    starts = sorted({ask.this_year(date(p.year, p.month, 1), month) for p in Period.objects.all()}, reverse=True)
    rows = [(start, start.year, "locked" if _locked(start)[0] == 12 else "open") for start in starts]
    return render(request, "ledger/years.html", {
        "rows": rows, "owners": Owner.objects.select_related("capital", "draws").prefetch_related("shares").order_by("name"),
        "may_owner": holds(request.call.subject, "owner.write"),
    })  # fmt: skip


def _locked(start: date) -> tuple[int, list[Period]]:
    """How many of the year's months are locked, and the others."""
    last = date(start.year + 1, start.month, 1)
    own = [p for p in Period.objects.order_by("year", "month") if start <= date(p.year, p.month, 1) < last]
    return sum(1 for p in own if p.state == "locked"), [p for p in own if p.state != "locked"]


def _year(number: int) -> ask.Year:
    if not 1900 <= number <= 2998:
        raise Http404
    return ask.year(fiscal_year_bounds(number, year_month())[0])


@screen(GET="books.read")
def year(request: OfficeRequest, number: int) -> HttpResponse:
    """One fiscal year's end; ``?export=pdf`` prints it, ``csv`` or ``xlsx`` gives the payees."""
    found = _year(number)
    rows, paid = ask.capital(found), payees(found.last_on.year)
    if kind := request.GET.get("export", ""):
        return _leave(request, found, rows, paid, kind)
    locked, still = _locked(found.first_on)
    reopened = ask.reopenings(found)
    over = [one for one in paid if one.over]
    checks = [
        (locked == 12, _("Every month is locked"), _("%s of 12") % locked, reverse("ledger:periods")),
        (not reopened or locked == 12, _("Reopened months are locked again"), _("%s times reopened") % len(reopened), ""),
        (bool(found.shares), _("Owners are named, each with a share"), _("%s owners") % len(found.owners), reverse("ledger:years")),
        (not found.left_cents and not found.open_draws, _("The result is with the owners"), "", ""),
        (not over, _("Payees over the limit are looked at for a 1099"), _("%s payees") % len(over), ""),
    ]
    return render(request, "ledger/year.html", {
        "year": found, "number": number, "checks": checks, "still": still, "rows": rows, "sum": _sum(rows), "paid": paid, "reopened": reopened,
        "limit": threshold_cents(found.last_on.year), "calendar": found.last_on.year,
        "may_distribute": holds(request.call.subject, "journal.write") and found.last_on < request.call.today,
    })  # fmt: skip


def _sum(rows: list[Capital]) -> Capital:
    figures = ("opening_cents", "put_in_cents", "drawn_cents", "share_cents")
    return Capital(0, _("Sum"), *(sum(getattr(one, name) for one in rows) for name in figures))


@screen(POST="journal.write")
def distribute(request: OfficeRequest, number: int) -> HttpResponse:
    """Draft the entry; it waits for a second person."""
    found, back = _year(number), reverse("ledger:year", args=[number])
    return press(
        request, lambda call: services.distribute_year(call, first_on=found.first_on), back=back,
        success=lambda state: Done(reverse("ledger:entry", args=[state.uid]), _("It waits for a second person.")),
    )  # fmt: skip


@screen(GET="owner.write", POST="owner.write")
def owner_new(request: OfficeRequest) -> HttpResponse:
    """Name an owner."""
    back = reverse("ledger:years")
    return handle(
        request, OwnerForm, services.add_owner, success=lambda _row: Done(back, _("Named.")),
        context={"title": _("An owner"), "submit": _("Name"), "cancel": back, "lead": _("Each has an account of capital of their own.")},
    )  # fmt: skip


@screen(GET="owner.write", POST="owner.write")
def share(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Another share from a day on."""
    row, back = Owner.objects.filter(uid=uid).first(), reverse("ledger:years")
    if row is None:
        raise Http404
    return handle(
        request, ShareForm, lambda call, **data: services.put_share(call, owner=row, **data), success=lambda _row: Done(back, _("Put.")),
        context={"title": _("The share of %s") % row.name, "submit": _("Put it"), "cancel": back, "lead": _("Earlier days keep the share they had.")},
    )  # fmt: skip


def _leave(request: OfficeRequest, found: ask.Year, rows: list[Capital], paid: list[Payee], kind: str) -> HttpResponse:
    if kind not in ("pdf", "csv", "xlsx"):
        raise BadRequest(_("It leaves as pdf, csv or xlsx."))
    record_read(request.call, f"export year {kind}", "ledger.owner", [])
    if kind != "pdf":
        table: list[list[Cell]] = [[_("Payee"), _("Checks"), _("Paid"), _("Accounts"), _("Over the limit")]]
        table += [[one.name, str(one.checks), one.cents, "; ".join(one.accounts), _("yes") if one.over else ""] for one in paid]
        return leave(table, f"payees-{found.last_on.year}", kind)
    cells: list[list[Any]] = [
        [one.name, Money(one.opening_cents), Money(one.put_in_cents), Money(-one.drawn_cents), Money(one.share_cents), Money(one.closing_cents)]
        for one in [*rows, _sum(rows)]
    ]
    heads = [_("Owner"), _("Opening"), _("Put in"), _("Drawn"), _("Share of the result"), _("Closing")]
    over: list[list[Any]] = [[one.name, str(one.checks), Money(one.cents)] for one in paid if one.over]
    parts: list[Facts | Grid | Text] = [
        Facts([(_("Result of the year"), Money(found.result_cents)), (_("Not with the owners yet"), Money(found.left_cents))]),
        Grid(heads, cells, (), [3, 2, 2, 2, 2, 2], _("Owners' capital"), _("Nobody is named.")),
        Grid([_("Payee"), _("Checks"), _("Paid")], over, (), [5, 1, 2], _("To be looked at for a 1099"), _("Nobody.")),
    ]
    entity = practice()
    body = pdf(Paper(_("Year %s") % found.name, entity.party.name if entity else "", parts))
    headers = {"Content-Disposition": f'inline; filename="year-{found.last_on.year}.pdf"'}
    return HttpResponse(body, content_type="application/pdf", headers=headers)
