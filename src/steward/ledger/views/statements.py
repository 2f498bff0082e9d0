"""Profit and loss, balance sheet, cash flow: any span against any other, as of any day, by month, site, payer ...; the packet."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.audit.services import record_read
from steward.core.refusals import Refused
from steward.core.web.forms import DateField, Form
from steward.ledger.logic.periods import Month
from steward.ledger.selectors.statement_columns import BALANCED, CUTS, NAMES, Asked, as_of, entities, entity_of
from steward.ledger.selectors.statement_columns import statement as made
from steward.ledger.selectors.statements import year_month, year_start
from steward.ledger.views.statement_files import as_file, leave, packet_pdf
from steward.ledger.views.statement_table import TITLES, Table, table

CUT_WORDS = {
    "": __("Against another span"), "month": __("By month"), "entity": __("By legal entity"), "site": __("By site"),
    "department": __("By department"), "provider": __("By provider"), "payer": __("By payer"),
}  # fmt: skip


class AskForm(Form):
    """What of the books is asked."""

    first = DateField(label=__("From"), required=False)
    last = DateField(label=__("To"), required=False)
    vs_first = DateField(label=__("Against, from"), required=False)
    vs_last = DateField(label=__("Against, to"), required=False)
    by = forms.ChoiceField(label=__("Columns"), required=False, choices=[(name, CUT_WORDS[name]) for name in CUTS])
    basis = forms.ChoiceField(
        label=__("Basis"), required=False, choices=[("accrual", __("Accrual")), ("cash", __("Cash"))]
    )
    entity = forms.CharField(label=__("Legal entity"), required=False, max_length=20)
    shares = forms.BooleanField(label=__("Shares"), required=False)


class PacketForm(Form):
    """The packet for the doctors."""

    first = DateField(label=__("From"))
    last = DateField(label=__("To"))
    basis = forms.ChoiceField(label=__("Basis"), choices=[("accrual", __("Accrual")), ("cash", __("Cash"))])
    remarks = forms.CharField(
        label=__("Remarks"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 8}),
        help_text=__("Printed before the figures. No names of patients."),
    )  # fmt: skip


@screen(GET="books.read")
def home(request: OfficeRequest) -> HttpResponse:
    """The way in leads to the profit and loss."""
    return HttpResponseRedirect(reverse("ledger:statement", args=["profit-loss"]))


@screen(GET="books.read")
def statement(request: OfficeRequest, name: str) -> HttpResponse:
    """One statement as asked by the address; as a file with ``export=csv|xlsx|pdf``."""
    if name not in NAMES:
        raise Http404
    form = AskForm(request.GET)
    if not form.is_valid():
        return _page(request, form, _defaults(name, request.call.today), None, status=400)
    asked = _asked(name, form.cleaned_data, request.call.today)
    found = table(made(asked), shares=form.cleaned_data["shares"])
    if "export" in request.GET:
        if not holds(request.call.subject, "books.export"):
            raise Http404
        return leave(request, asked, found, request.GET["export"])
    return _page(request, form, asked, found)


def _defaults(name: str, today: date) -> Asked:
    first = year_start(today, year_month())
    return Asked(name, first, today, year_back(first), year_back(today))


def _asked(name: str, data: dict[str, Any], today: date) -> Asked:
    """What is not said: this year so far, against the same days a year before."""
    last = data["last"] or today
    first = data["first"] or year_start(last, year_month())
    vs_last = data["vs_last"] or year_back(last)
    vs_first = data["vs_first"] or (year_back(first) if not data["vs_last"] else vs_last - (last - first))
    entity = entity_of(data["entity"])
    return Asked(name, first, last, vs_first, vs_last, data["by"], data["basis"] or "accrual", entity)


def year_back(day: date) -> date:
    """The same day a year before; the last day of a month stays the last."""
    before = Month.of(day).plus(-12)
    return before.last if day == Month.of(day).last else date(before.year, before.month, min(day.day, before.last.day))


def _page(
    request: OfficeRequest, form: AskForm, asked: Asked, found: Table | None, status: int = 200
) -> HttpResponse:  # fmt: skip
    cuts = [cut for cut in CUTS if asked.name == "profit-loss" or cut in BALANCED]
    return render(request, "ledger/statement.html", {
        "form": form, "asked": asked, "table": found, "title": TITLES[asked.name], "shares": request.GET.get("shares"),
        "statements": [(TITLES[n], _to(request, as_of(asked, n)), n == asked.name) for n in NAMES],
        "cuts": [(CUT_WORDS[cut], _to(request, asked, by=cut), cut == asked.by) for cut in cuts],
        "bases": [(words, _to(request, asked, basis=b, by=""), b == asked.basis)
                  for b, words in (("accrual", _("Accrual")), ("cash", _("Cash")))],
        "spans": [(words, _to(request, asked, span=span), span == (asked.first, asked.last))
                  for words, span in _spans(request.call.today, year_month())],
        "share_url": _to(request, asked, shares="" if request.GET.get("shares") else "on"),
        "exports": [(kind.upper(), _to(request, asked, export=kind)) for kind in ("pdf", "xlsx", "csv")]
        if holds(request.call.subject, "books.export") else [],
        "entities": entities(), "entity": request.GET.get("entity", ""),
    }, status=status)  # fmt: skip


def _spans(today: date, start: int) -> list[tuple[str, tuple[date, date]]]:
    month = Month.of(today)
    quarter = date(today.year, today.month - (today.month - 1) % 3, 1)
    before = Month.of(quarter).plus(-3)
    return [
        (_("This month"), (month.first, today)), (_("Last month"), (month.plus(-1).first, month.plus(-1).last)),
        (_("Last quarter"), (before.first, Month.of(quarter).plus(-1).last)), (_("This year"), (year_start(today, start), today)),
        (_("Last year"), (year_back(year_start(today, start)), year_start(today, start) - timedelta(days=1))),
    ]  # fmt: skip


def _to(request: OfficeRequest, asked: Asked, *, span: tuple[date, date] | None = None, **change: str) -> str:
    """The address of the same question, changed; a new span is held against its own year before."""
    first, last = span or (asked.first, asked.last)
    vs = (year_back(first), year_back(last)) if span else (asked.vs_first, asked.vs_last)
    given = request.GET.copy()
    given.pop("export", None)
    for key, value in {"by": asked.by, **change}.items():
        given[key] = value
    days = (first, last, *vs)
    for key, day in zip(("first", "last", "vs_first", "vs_last"), days, strict=True):
        given[key] = day.isoformat()
    for key in [key for key, value in given.items() if not value]:
        del given[key]
    return f"{reverse('ledger:statement', args=[asked.name])}?{given.urlencode()}"


@screen(GET="books.export", POST="books.export")
def packet(request: OfficeRequest) -> HttpResponse:
    """Profit and loss, balance sheet and cash flow of a span against the span before, with remarks, as one paper."""
    last = request.call.today.replace(day=1) - timedelta(days=1)
    first = {"first": Month.of(last).first, "last": last, "basis": "accrual"}
    form = PacketForm(request.POST if request.method == "POST" else None, initial=first)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            tables = packet_tables(data["first"], data["last"], data["basis"])
        except Refused as refused:
            form.add_error(None, str(refused.refusals[0].message))
        else:
            record_read(request.call, "export packet for the doctors pdf", "ledger.account", [])
            body = packet_pdf(request, tables, data["remarks"])
            return as_file(body, "application/pdf", f"packet-{data['last'].isoformat()}.pdf")
    return render(request, "ledger/packet.html", {"form": form}, status=422 if request.method == "POST" else 200)


def packet_tables(first: date, last: date, basis: str) -> list[Table]:
    """The three statements of the span, each against the same span a year before. Refuses as ``statement`` does."""
    asked = [Asked(name, first, last, year_back(first), year_back(last), basis=basis) for name in NAMES]
    return [table(made(each), shares=each.name == "profit-loss") for each in asked]
