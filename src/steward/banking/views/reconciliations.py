"""A bank account against its statement: the sheet, finishing it, the report as an auditor wants it, reopening; tying a bank line to
what stands in the books."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.banking import services
from steward.banking.forms import FinishForm, ReasonForm, StatementDayForm, TieForm
from steward.banking.models import BankAccount, BankLine, Reconciliation
from steward.banking.selectors import reconciliations as ask
from steward.banking.selectors import statements
from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.audit.services import record_read
from steward.core.listing import Column, DateRange, Empty, Flag, Listing, Preset, ScopedList, Sort, link_to
from steward.core.money import format_cents
from steward.core.paper import Facts, Grid, Money, Paper, Text, pdf
from steward.core.web.forms import Done, handle
from steward.core.web.tables import leave
from steward.registry.selectors import practice

RECONCILIATIONS = Listing(
    name="banking.reconciliations", title=__("Reconciliations"),
    columns=(
        Column("statement_on", __("Statement of"), kind="date", link=link_to("banking:reconciliation")),
        Column("bank_account", __("Account"), value=lambda row: str(row.bank_account)),
        Column("bank_cents", __("Bank"), kind="money"),
        Column("outstanding_cents", __("Outstanding"), kind="money"),
        Column("book_cents", __("Books"), kind="money"),
        Column("finished_by", __("Finished by"), value=lambda row: row.finished_by.name if row.finished_by else ""),
        Column("finished_at", __("When"), kind="moment"),
        Column("reopened_at", "", kind="badge", badge=lambda row: ("warn", _("Reopened")) if row.reopened_at else ("good", _("Finished"))),
    ),
    filters=(DateRange("day", __("Statement of"), "statement_on"), Flag("reopened", __("Reopened"), Q(reopened_at__isnull=False))),
    sorts=(Sort("-day", __("Latest first"), "-statement_on"), Sort("day", __("Oldest first"), "statement_on")),
    presets=(Preset(__("All"), ""), Preset(__("Reopened"), "reopened=1")),
    export="bank.read", object_type="banking.reconciliation",
    empty=Empty(__("Nothing is reconciled yet"), __("Open a bank account and hold it against the last day of a statement."), "banking:home",
                __("Choose an account")),
)  # fmt: skip
RECONCILIATION_LIST = ScopedList(RECONCILIATIONS, "bank.read", ask.reconciliations)


@screen(GET="bank.read")
def reconciliations(request: OfficeRequest) -> HttpResponse:
    """Every statement day that was finished."""
    return RECONCILIATION_LIST.respond(request, lead=_("What the bank said, what the books said, who held them together."))


def _account(uid: UUID) -> BankAccount:
    row = statements.bank_accounts().filter(uid=uid).first()
    if row is None:
        raise Http404
    return row


@screen(GET="bank.read", POST="bank.import")
def sheet(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """The account held against a statement day (``?on=``); POST finishes it."""
    account = _account(uid)
    closings = list(account.statements.order_by("-closing_on").values_list("closing_on", flat=True).distinct()[:24])
    form = StatementDayForm(request.GET if "on" in request.GET else None, initial={"on": closings[0] if closings else request.call.today})
    on = form.cleaned_data["on"] if form.is_bound and form.is_valid() else (closings[0] if closings else request.call.today)
    found = ask.sheet(account, on)
    context = {
        "account": account, "sheet": found, "day_form": form, "closings": closings, "through": ask.finished_through(account),
        "may_finish": holds(request.call.subject, "bank.import"),
    }  # fmt: skip

    def act(call: Any) -> Reconciliation:
        return services.finish_reconciliation(call, account=account, statement_on=on)

    if request.method == "POST":
        return handle(
            request, FinishForm, act, "banking/sheet_of_bank.html", context=context,
            success=lambda row: Done(reverse("banking:reconciliation", args=[row.uid]), _("Reconciled to the cent.")),
        )  # fmt: skip
    return render(request, "banking/sheet_of_bank.html", context)


@screen(GET="bank.read")
def reconciliation(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """The report as it stood; ``?export=pdf``, ``csv`` or ``xlsx``."""
    row = _row(request, uid)
    kind = request.GET.get("export", "")
    if kind:
        return _leave(request, row, kind)
    state = next((one for one in ask.state_at(row.statement_on) if one.last and one.last.pk == row.pk), None)
    return render(request, "banking/reconciliation.html", {
        "row": row, "sheet": row.sheet, "changed_cents": state.changed_cents if state else 0,
        "may_reopen": not row.reopened_at and holds(request.call.subject, "bank.accounts"),
    })  # fmt: skip


def _row(request: OfficeRequest, uid: UUID) -> Reconciliation:
    row: Reconciliation | None = ask.reconciliations(request.call.subject).filter(uid=uid).first()
    if row is None:
        raise Http404
    return row


def _leave(request: OfficeRequest, row: Reconciliation, kind: str) -> HttpResponse:
    if kind not in ("csv", "xlsx", "pdf"):
        raise BadRequest(_("A reconciliation leaves as csv, xlsx or pdf."))
    record_read(request.call, f"export reconciliation {kind}", "banking.reconciliation", [row.uid])
    name = f"reconciliation-{row.bank_account.account.code}-{row.statement_on.isoformat()}"
    if kind != "pdf":
        return leave(_table(row), name, kind)
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return HttpResponse(_pdf(request, row), content_type="application/pdf", headers=headers)


def _table(row: Reconciliation) -> list[list[Any]]:
    lines = [[one["day"], str(one["number"]), one["memo"], str(one["age"]), one["cents"]] for one in row.sheet["outstanding"]]
    return [[_("Bank"), "", "", "", row.bank_cents], *lines, [_("Books"), "", "", "", row.book_cents]]


def _pdf(request: OfficeRequest, row: Reconciliation) -> bytes:
    entity, said = practice(), row.sheet
    lines: list[list[str | Money]] = [
        [one["day"], str(one["number"]), one["memo"][:60], str(one["age"]), Money(one["cents"])] for one in said["outstanding"]
    ]
    parts: list[Facts | Grid | Text] = [
        Facts([
            (_("Balance by the bank"), Money(row.bank_cents)), (_("Outstanding in the books"), Money(row.outstanding_cents)),
            (_("Adjusted"), Money(said["adjusted_cents"])), (_("Balance of the books"), Money(row.book_cents)), (_("Difference"), Money(0)),
            (_("Lines of the bank in the books"), str(said["cleared"])),
            (_("Finished"), f"{row.finished_by.name if row.finished_by else ''} {row.finished_at.date().isoformat()}"),
        ]),
        Grid([_("Day"), _("Entry"), _("What"), _("Days"), _("Amount")], lines, (), [2, 1, 5, 1, 2], "", _("Nothing is outstanding.")),
    ]  # fmt: skip
    if row.reopened_at:
        parts.append(Text(_("Reopened: %s") % row.reopen_reason))
    return pdf(Paper(
        title=_("Reconciliation of %s") % row.bank_account, under=row.statement_on.isoformat(), practice=entity.party.name if entity else "",
        parts=parts, printed_by=request.user.get_full_name() if request.user.is_authenticated else "", printed_at=request.call.now,
    ))  # fmt: skip


@screen(GET="bank.accounts", POST="bank.accounts")
def reopen(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Open a finished day again."""
    row = _row(request, uid)
    back = reverse("banking:reconciliation", args=[uid])
    return handle(
        request, ReasonForm, lambda call, **data: services.reopen_reconciliation(call, row=row, **data),
        context={"title": _("Reopen a reconciliation"), "submit": _("Reopen"), "cancel": back,
                 "lead": _("Its sheet stays written; matches in it can be undone again.")},
        success=lambda _row: Done(back, _("It is open again.")),
    )  # fmt: skip


@screen(GET="bank.import", POST="bank.import")
def tie(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Tie a bank line to a line of the books on the same account."""
    line = statements.bank_lines(request.call.subject).filter(uid=uid).first()
    if line is None:
        raise Http404
    back = reverse("banking:line", args=[uid])

    def act(call: Any, *, book_line: int) -> Any:
        return services.tie_line(call, line=BankLine.objects.get(pk=line.pk), book_line=book_line)

    return handle(
        request, TieForm, act, found=ask.candidates(line),
        context={"title": _("It stands in the books"), "submit": _("That is it"), "cancel": back,
                 "lead": f"{line.posted_on} · {line.text} · {format_cents(line.cents)}"},
        success=lambda _match: Done(back, _("Tied: nothing was posted.")),
    )  # fmt: skip
