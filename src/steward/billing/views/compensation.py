"""Provider statements on screen: the whole practice with its proof, one provider, contracts, how overhead is shared; as table and paper."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.billing.forms_compensation import BASIS_WORDS, ContractForm, EndForm, OverheadForm
from steward.billing.logic.compensation import Statement
from steward.billing.models import ProviderContract
from steward.billing.selectors import compensation as ask
from steward.billing.services import compensation as services
from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.audit.services import record_read
from steward.core.listing import Column, DateRange, Empty, Listing, ScopedList, Sort, link_to
from steward.core.paper import Facts, Grid, Money, Paper, Text, pdf
from steward.core.web import charts
from steward.core.web.forms import Done, handle
from steward.core.web.tables import leave
from steward.registry.selectors import practice

CONTRACTS = Listing(
    name="billing.contracts", title=__("Providers' contracts"),
    columns=(
        Column("provider", __("Provider"), value=lambda row: row.provider.party.name, link=link_to("billing:contract")),
        Column("starts_on", __("From"), kind="date"), Column("ends_on", __("To"), kind="date"),
        Column("month_cents", __("Guaranteed a month"), kind="money"),
        Column("share_ppm", __("Share"), value=lambda row: _percent(row.share_ppm)),
        Column("point_cents", __("A work unit"), kind="money"),
    ),
    filters=(DateRange("from", __("From"), "starts_on"),), sorts=(Sort("-starts", __("Latest first"), "-starts_on"),),
    export="compensation.read", object_type="billing.providercontract",
    empty=Empty(__("No contract yet"), __("A guarantee, a share of collections, a rate for work units: dated, never changed."),
                "billing:contract_new", __("Make one")),
)  # fmt: skip
CONTRACT_LIST = ScopedList(CONTRACTS, "compensation.read", ask.contracts)


def _percent(ppm: int) -> str:
    return f"{ppm / 10_000:.4f}".rstrip("0").rstrip(".") + " %" if ppm else ""


@screen(GET="compensation.read")
def contracts(request: OfficeRequest) -> HttpResponse:
    """Every contract."""
    return CONTRACT_LIST.respond(request, lead=_("What each provider is paid by, and since when."))


@screen(GET="compensation.write", POST="compensation.write")
def contract_new(request: OfficeRequest) -> HttpResponse:
    """Make one."""
    back = reverse("billing:contracts")
    return handle(
        request, ContractForm, services.make_contract, success=lambda row: Done(reverse("billing:contract", args=[row.uid]), _("Made.")),
        context={"title": _("A provider's contract"), "submit": _("Make it"), "cancel": back, "lead": _("It is ended, never changed.")},
    )  # fmt: skip


@screen(GET="compensation.read", POST="compensation.write")
def contract(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One contract; POST ends it."""
    row = ask.contracts(request.call.subject).filter(uid=uid).first()
    if row is None:
        raise Http404
    may = row.ends_on is None and holds(request.call.subject, "compensation.write")
    here = reverse("billing:contract", args=[uid])

    def act(call: Any, *, ends_on: date) -> ProviderContract:
        return services.end_contract(call, uid=uid, ends_on=ends_on)

    context = {"contract": row, "share": _percent(row.share_ppm), "may_end": may}
    return handle(request, EndForm, act, "billing/contract.html", context=context, success=lambda _row: Done(here, _("Ended.")))


@screen(GET="compensation.read", POST="compensation.write")
def overhead(request: OfficeRequest) -> HttpResponse:
    """How overhead is shared, since when; POST puts another way."""
    here = reverse("billing:overhead")
    rows = [(one, BASIS_WORDS[one.basis]) for one in ask.overheads()]
    context = {"rows": rows, "may_write": holds(request.call.subject, "compensation.write")}
    return handle(
        request, OverheadForm, services.put_overhead, "billing/overhead.html", context=context,
        initial={"starts_on": request.call.today.replace(day=1), "basis": "revenue"}, success=lambda _row: Done(here, _("Put.")),
    )  # fmt: skip


# ---- statements ----
def _span(request: OfficeRequest) -> tuple[date, date]:
    """``?from=2026-01&to=2026-10``, whole months; the year to the month that ended last, or the year before in January."""
    today = request.call.today
    end = date(today.year, today.month, 1)
    last = (end.year, end.month - 1) if end.month > 1 else (end.year - 1, 12)
    first = (last[0], 1)
    try:
        said = [tuple(int(part) for part in request.GET[name].split("-")) if name in request.GET else None for name in ("from", "to")]
        (year, month), (to_year, to_month) = said[0] or first, said[1] or last
        start, stop = date(year, month, 1), date(to_year, to_month, monthrange(to_year, to_month)[1])
    except ValueError as error:
        raise BadRequest(_("Months are written as 2026-01.")) from error
    if start > stop or len(ask.months_of(start, stop)) > 36:
        raise BadRequest(_("Give up to 36 months, the first first."))
    return start, stop


def _words(span: tuple[date, date]) -> str:
    return f"{span[0]:%Y-%m} – {span[1]:%Y-%m}"


@screen(GET="compensation.read")
def statements(request: OfficeRequest) -> HttpResponse:
    """Every provider and the practice, adding to its result; ``?export=csv``, ``xlsx`` or ``pdf``."""
    span = _span(request)
    found = ask.whole(*span)
    if kind := request.GET.get("export", ""):
        return _leave(request, found, _table(found), f"provider-statements-{span[0]:%Y-%m}-{span[1]:%Y-%m}", kind)
    bars = [charts.Bar(one.name, one.contribution_cents, tone="" if one.contribution_cents >= 0 else "bad") for one in found.rows]
    return render(request, "billing/provider_statements.html", {
        "whole": found, "span": _words(span), "query": f"from={span[0]:%Y-%m}&to={span[1]:%Y-%m}", "first": f"{span[0]:%Y-%m}",
        "last": f"{span[1]:%Y-%m}", "basis": ", ".join(str(BASIS_WORDS[one]) for one in found.basis.split(", ") if one),
        "chart": charts.bars(bars, _("Contribution")) if bars else "", "rows": [*found.rows, found.practice],
        "may_write": holds(request.call.subject, "compensation.write"),
    })  # fmt: skip


@screen(GET="compensation.read")
def statement(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One provider's statement, account by account; ``?export=pdf``."""
    span = _span(request)
    found = ask.whole(*span)
    one = next((row for row in found.rows if row.key == str(uid)), None)
    if one is None:
        raise Http404
    if request.GET.get("export", "") == "pdf":
        record_read(request.call, "print provider statement", "people.provider", [uid])
        return _pdf(_("Statement of %s") % one.name, _words(span), [_facts(one), _grid(found, one)], "provider-statement.pdf")
    return render(request, "billing/provider_statement.html", {
        "one": one, "whole": found, "span": _words(span), "query": f"from={span[0]:%Y-%m}&to={span[1]:%Y-%m}",
        "revenue": _accounts(found, one.revenue), "direct": _accounts(found, one.direct),
    })  # fmt: skip


def _accounts(found: ask.Whole, by: dict[str, int]) -> list[tuple[str, str, int]]:
    return [(code, found.names[code], cents) for code, cents in sorted(by.items())]


HEADS = (
    __("Provider"), __("Visits"), __("wRVU"), __("Collections"), __("Revenue"), __("Own costs"), __("Overhead"), __("Contribution"),
    __("Earned"), __("Paid"), __("Balance"),
)  # fmt: skip


def _table(found: ask.Whole) -> list[list[Any]]:
    """Words, figures as text, and cents (int)."""
    rows = [*found.rows, found.practice, found.sum]
    body = [
        [one.name, str(one.visits), f"{one.work / 100:.2f}", one.collected_cents, one.revenue_cents, one.direct_cents, one.overhead_cents,
         one.contribution_cents, one.earned_cents, one.paid_cents, one.balance_cents]
        for one in rows
    ]  # fmt: skip
    return [[str(head) for head in HEADS], *body]


def _leave(request: OfficeRequest, found: ask.Whole, table: list[list[Any]], name: str, kind: str) -> HttpResponse:
    if kind not in ("csv", "xlsx", "pdf"):
        raise BadRequest(_("It leaves as csv, xlsx or pdf."))
    record_read(request.call, f"export provider statements {kind}", "people.provider", [UUID(one.key) for one in found.rows])
    if kind == "pdf":
        cells: list[list[Any]] = [[Money(c) if isinstance(c, int) else c for c in row] for row in table[1:]]
        grid = Grid(table[0], cells, (), [3, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2], "", "")
        proof = Facts([(_("Result of the practice"), Money(found.result_cents)), (_("Difference"), Money(found.difference_cents))])
        return _pdf(_("Provider statements"), _words((found.first, found.last)), [grid, proof], f"{name}.pdf")
    return leave(table, name, kind)


def _facts(one: Statement) -> Facts:
    return Facts([
        (_("Visits"), str(one.visits)), (_("wRVU"), f"{one.work / 100:.2f}"), (_("Collections"), Money(one.collected_cents)),
        (_("Revenue"), Money(one.revenue_cents)), (_("Own costs"), Money(one.direct_cents)), (_("Share of overhead"), Money(one.overhead_cents)),
        (_("Contribution"), Money(one.contribution_cents)), (_("Earned by contract"), Money(one.earned_cents)),
        (_("Paid and drawn"), Money(one.paid_cents)), (_("Balance"), Money(one.balance_cents)),
    ])  # fmt: skip


def _grid(found: ask.Whole, one: Statement) -> Grid:
    rows: list[list[Any]] = [[f"{code} {name}", Money(cents)] for code, name, cents in _accounts(found, one.revenue)]
    rows += [[f"{code} {name}", Money(-cents)] for code, name, cents in _accounts(found, one.direct)]
    return Grid([_("Account"), _("Amount")], rows, (), [5, 2], _("By account"), _("Nothing."))


def _pdf(title: str, under: str, parts: list[Facts | Grid | Text], name: str) -> HttpResponse:
    entity = practice()
    body = pdf(Paper(title, entity.party.name if entity else "", parts, under=under))
    return HttpResponse(body, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'})

