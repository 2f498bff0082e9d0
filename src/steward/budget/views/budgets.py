"""Budgets: the list, one with its twelve months, against the books, the table there and back, signatures, comments."""

from __future__ import annotations

import csv
import io
from calendar import month_abbr
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import xlsxwriter
from django.core.exceptions import BadRequest
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.budget import selectors as ask
from steward.budget import services
from steward.budget.forms import KIND_WORDS, AssumptionsForm, CommentForm, FileForm, NewForm, SignForm
from steward.budget.logic import sheet, workbook
from steward.budget.models import Budget
from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.approvals import selectors as approvals
from steward.core.audit.services import record_read
from steward.core.ids import new_uid
from steward.core.listing import Choice, Column, Empty, Flag, Listing, Preset, ScopedList, Sort, Text, link_to
from steward.core.listing.export import safe
from steward.core.refusals import Refusal, Refused
from steward.core.web import charts
from steward.core.web.forms import Done, handle, press
from steward.ledger.selectors.balances import heads

STATE_WORDS = {"draft": ("", __("Draft")), "waiting": ("warn", __("Waits for the second signature")), "approved": ("good", __("Approved"))}

BUDGETS = Listing(
    name="budget.budgets", title=__("Budgets"),
    columns=(
        Column("name", __("Name"), link=link_to("budget:budget")),
        Column("kind", __("Kind"), value=lambda row: KIND_WORDS[row.kind]),
        Column("first_on", __("From"), kind="date"),
        Column("based_on", __("Based on"), value=lambda row: str(row.based_on or "")),
        Column("made_by", __("By"), value=lambda row: row.made_by.name if row.made_by else ""),
        Column("state", __("State"), kind="badge", badge=lambda row: STATE_WORDS[row.state]),
    ),
    filters=(
        Text("q", __("Name"), "name", contains=True), Choice("kind", __("Kind"), "kind", list(KIND_WORDS.items())),
        Flag("approved", __("Approved"), Q(state="approved")),
    ),
    sorts=(Sort("-first_on", __("Latest year first"), "-first_on"),),
    presets=(Preset(__("All"), ""), Preset(__("Plans"), "kind=plan"), Preset(__("Approved"), "approved=1")),
    export="budget.read", object_type="budget.budget",
    empty=Empty(__("No budget yet"), __("Begin with the books of the last twelve months, change what will change, have it signed."),
                "budget:new", __("New budget")),
)  # fmt: skip
BUDGET_LIST = ScopedList(BUDGETS, "budget.read", ask.budgets)


@screen(GET="budget.read")
def home(request: OfficeRequest) -> HttpResponse:
    """Every budget."""
    return BUDGET_LIST.respond(request, lead=_("What the year is meant to bring and cost; beside it, what it did."))


@screen(GET="budget.write", POST="budget.write")
def new(request: OfficeRequest) -> HttpResponse:
    """Draft one."""
    year = request.call.today.year + 1
    initial = {"uid": new_uid(), "kind": "plan", "start": "books", "first_on": date(year, 1, 1), "name": _("Budget %s") % year}
    return handle(
        request, NewForm, services.draft_budget, "budget/form.html", initial=initial, budgets=ask.budgets(request.call.subject),
        context={"title": _("New budget"), "lead": _("It stays a draft until it is submitted."), "submit": _("Draft it"),
                 "back": reverse("budget:home")},
        success=lambda row: Done(reverse("budget:budget", args=[row.uid]), _("Drafted.")),
    )  # fmt: skip


def _row(request: OfficeRequest, uid: UUID) -> Budget:
    row = ask.budget(request.call.subject, uid)
    if row is None:
        raise Http404
    return row


@screen(GET="budget.read", POST="approval.decide")
def budget(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One budget: its twelve months by account; ``?export=csv`` or ``xlsx``; POST is the second signature."""
    row = _row(request, uid)
    lines, months = ask.year_of(row), ask.months_of(row.first_on)
    if kind := request.GET.get("export", ""):
        return _leave(request, row, sheet.table(lines, months), kind)
    call = request.call
    waits = approvals.latest(uid, services.KIND) if row.state == "waiting" else None
    context = {
        "budget": row, "kind_words": KIND_WORDS[row.kind], "state": STATE_WORDS[row.state], "months": months, "groups": _groups_of_year(lines),
        "heads": [month_abbr[int(month[5:])] for month in months], "whole": all(one.cents % 100 == 0 for one in lines),
        "count": len({one.account for one in lines}), "may_write": row.state == "draft" and holds(call.subject, "budget.write"),
        "to_sign": waits is not None and waits.waiting and call.user_id in approvals.may_sign(waits, call.now),
    }  # fmt: skip

    def act(call: Any, *, answer: str, comment: str) -> Budget:
        return services.sign_budget(call, uid=uid, approve=answer == "yes", comment=comment)

    here = reverse("budget:budget", args=[uid])
    said = {"approved": _("Approved: it stands."), "draft": _("Handed back."), "waiting": _("Signed; one more has to.")}
    return handle(request, SignForm, act, "budget/budget.html", context=context, success=lambda one: Done(here, said[one.state]))


@dataclass(frozen=True, slots=True)
class Twelve:
    """An account's twelve amounts, or the sums of several; cents."""

    code: str
    name: str
    amounts: list[int]

    @property
    def year(self) -> int:
        return sum(self.amounts)


def _added(name: str, rows: list[Twelve]) -> Twelve:
    return Twelve("", name, [sum(one.amounts[n] for one in rows) for n in range(12)])


def _groups_of_year(lines: list[Any]) -> list[tuple[str, list[Twelve], Twelve]]:
    """Income, cost and what is left of it: the words, the accounts, their sum. One query."""
    found: dict[str, list[int]] = {}
    for one in lines:
        found.setdefault(one.account, [0] * 12)[one.month - 1] += one.cents
    named = {head.code: head for head in heads()}
    rows = [Twelve(code, named[code].name, amounts) for code, amounts in sorted(found.items())]
    income, cost = ([one for one in rows if named[one.code].kind == kind] for kind in ("revenue", "expense"))
    earned, spent = _added(_("Income"), income), _added(_("Cost"), cost)
    rest = Twelve("", _("Result"), [a - b for a, b in zip(earned.amounts, spent.amounts, strict=True)])
    return [(_("Income"), income, earned), (_("Cost"), cost, spent), ("", [], rest)] if rows else []


def _leave(request: OfficeRequest, row: Budget, table: list[list[str]], kind: str) -> HttpResponse:
    if kind not in ("csv", "xlsx"):
        raise BadRequest(_("A budget leaves as csv or xlsx."))
    record_read(request.call, f"export budget {kind}", "budget.budget", [row.uid])
    media = "text/csv; charset=utf-8" if kind == "csv" else "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    body: bytes | str = _csv(table) if kind == "csv" else _xlsx(table)
    name = f"budget-{row.first_on.isoformat()}.{kind}"
    return HttpResponse(body, content_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _csv(table: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(table)
    return "\ufeff" + out.getvalue()


def _xlsx(table: list[list[str]]) -> bytes:
    """Codes and headings as text, amounts as numbers with two decimals."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        page, form = book.add_worksheet("Budget"), book.add_format({"num_format": "#,##0.00"})
        for y, cells in enumerate(table):
            for x, cell in enumerate(cells):
                if y and x >= len(sheet.NAMES):
                    page.write_number(y, x, float(cell), form)
                else:
                    page.write_string(y, x, safe(cell))
        page.freeze_panes(1, len(sheet.NAMES))
    return out.getvalue()


@screen(GET="budget.write", POST="budget.write")
def take(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """The table back from the spreadsheet: taken whole, or each wrong cell named."""
    row = _row(request, uid)

    def act(call: Any, *, file: Any) -> Budget:
        return services.put_lines(call.with_key(None), uid=uid, lines=_read(row, file))

    here = reverse("budget:budget", args=[uid])
    return handle(
        request, FileForm, act, "budget/form.html", success=lambda _row: Done(here, _("Taken.")),
        context={"title": _("The table back"), "lead": _("It replaces every line of the draft."), "submit": _("Take it"), "back": here},
    )  # fmt: skip


def _read(row: Budget, file: Any) -> tuple[Any, ...]:
    known = ask.codes()
    content = file.read()
    try:
        rows = workbook.read_xlsx(content) if content[:2] == b"PK" else sheet.read_csv(content)
        return sheet.read(rows, ask.months_of(row.first_on), known.accounts, known.sites, known.departments)
    except sheet.SheetError as error:
        raise Refused(*(
            Refusal("cell", _("Row %(row)s, column %(column)s: %(what)s") % _said(one), one.mend, "file") for one in error.faults
        )) from error  # fmt: skip


def _said(fault: sheet.SheetFault) -> dict[str, Any]:
    return {"row": fault.row, "column": fault.column, "what": fault.what}


@screen(GET="budget.write", POST="budget.write")
def assumptions(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """What it rests on."""
    row, here = _row(request, uid), reverse("budget:budget", args=[uid])
    return handle(
        request, AssumptionsForm, lambda call, **data: services.write_assumptions(call, uid=uid, **data), "budget/form.html",
        initial={"assumptions": row.assumptions}, success=lambda _row: Done(here, _("Kept.")),
        context={"title": _("What it rests on"), "lead": row.name, "submit": _("Keep"), "back": here},
    )  # fmt: skip


@screen(POST="budget.write")
def submit(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Ask for the second signature."""
    here = reverse("budget:budget", args=[uid])
    return press(request, lambda call: services.submit_budget(call, uid=uid), success=lambda _row: Done(here, _("Submitted.")), back=here)


@screen(GET="budget.read")
def against(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """The books beside it: a month (``?month=2027-03``), the year to its end, the full year."""
    row = _row(request, uid)
    months = ask.months_of(row.first_on)
    today = f"{request.call.today:%Y-%m}"
    chosen = request.GET.get("month", today if today in months else months[0])
    if chosen not in months:
        raise Http404
    n = months.index(chosen) + 1
    rows = ask.against(row, n)
    return render(request, "budget/against.html", {
        "budget": row, "rows": rows, "month": chosen, "months": months, "n": n, "groups": _groups(rows),
        "may_comment": holds(request.call.subject, "budget.write"), "wanting": sum(1 for one in rows if one.beyond and not one.comment),
        "chart": _chart(rows),
    })  # fmt: skip


def _groups(rows: list[ask.Row]) -> list[tuple[str, list[ask.Row], int, int, int]]:
    """Income and cost with what was planned and booked of the year to date, and booked less planned."""
    parts = ((_("Income"), "revenue"), (_("Cost"), "expense"))
    groups = [(words, [one for one in rows if one.kind == kind]) for words, kind in parts]
    sums = [(sum(o.to_date.budget_cents for o in own), sum(o.to_date.spent_cents for o in own)) for _words, own in groups]
    return [(words, own, plan, spent, spent - plan) for (words, own), (plan, spent) in zip(groups, sums, strict=True) if own]


def _chart(rows: list[ask.Row]) -> Any:
    """The ten largest differences of the year to date."""
    largest = sorted(rows, key=lambda one: -abs(one.difference_cents))[:10]
    tones = {"F": "good", "U": "bad"}
    bars = [charts.Bar(f"{o.code} {o.name}", o.difference_cents, tone=tones[o.favourable]) for o in largest if o.difference_cents]
    return charts.bars(bars, _("Booked less planned, year to date")) if bars else ""


@screen(GET="budget.write", POST="budget.write")
def comment(request: OfficeRequest, uid: UUID, account: str, month: int) -> HttpResponse:
    """Say why an account differs in a month."""
    row = _row(request, uid)
    months = ask.months_of(row.first_on)
    if not 1 <= month <= 12:
        raise Http404
    back = f"{reverse('budget:against', args=[uid])}?month={months[month - 1]}"

    def act(call: Any, *, words: str) -> Any:
        return services.comment(call, uid=uid, account=account, month=month, words=words)

    return handle(
        request, CommentForm, act, "budget/form.html", success=lambda _said: Done(back, _("Kept.")),
        context={"title": _("Why %s differs") % account, "lead": months[month - 1], "submit": _("Keep"), "back": back},
    )  # fmt: skip
