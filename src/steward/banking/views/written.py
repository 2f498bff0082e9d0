"""The practice's own checks on screen: the register, writing one, one check, printing, void and stop, the bank's file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.banking.forms import ReasonForm
from steward.banking.forms_checks import CheckForm, SettingForm, SignForm, SpoilForm
from steward.banking.logic.positive_pay import layout_of
from steward.banking.models import BankAccount, CheckSetting, WrittenCheck
from steward.banking.papers_check import CheckPaper, checks_pdf
from steward.banking.selectors import written as ask
from steward.banking.selectors.statements import bank_accounts
from steward.banking.services import written as services
from steward.banking.states import CheckState
from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.approvals import selectors as asked
from steward.core.audit.services import record_read
from steward.core.ids import new_uid
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
)
from steward.core.listing.listing import selected
from steward.core.web.forms import Done, handle, press
from steward.ledger.selectors.registers import entry_number

CHECKS = Listing(
    name="banking.checks", title=__("Checks"),
    columns=(
        Column("number", __("Number"), kind="code", value=lambda row: str(row.number or "–"), link=link_to("banking:check")),
        Column("day", __("Day"), kind="date"),
        Column("payee", __("Payee")),
        Column("memo", __("For")),
        Column("bank_account", __("Account"), value=lambda row: str(row.bank_account)),
        Column("cents", __("Amount"), kind="money"),
        Column("state", "", kind="badge", badge=lambda row: _state(row)),
    ),
    filters=(
        Choice("state", __("State"), "state", CheckState.choices), DateRange("day", __("Day"), "day"),
        MoneyRange("cents", __("Amount"), "cents"), Text("q", __("Payee"), "payee", contains=True),
        Flag("open", __("Outstanding"), Q(state="issued", paid=False)), Flag("unprinted", __("Not printed"), Q(state="issued", prints=0)),
    ),
    sorts=(
        Sort("-day", __("Latest first"), "-day"), Sort("-cents", __("Largest first"), "-cents"), Sort("payee", __("By payee"), "payee"),
    ),
    presets=(Preset(__("All"), ""), Preset(__("Outstanding"), "open=1"), Preset(__("To print"), "unprinted=1")),
    bulk=(Bulk("print", __("Print"), "banking:checks_print", "check.write"),),
    money="cents", export="check.read", object_type="banking.writtencheck",
    empty=Empty(__("No check yet"), __("A check is written by one person and signed by another."), "banking:check_new", __("Write one")),
)  # fmt: skip
CHECK_LIST = ScopedList(CHECKS, "check.read", ask.checks)


def _state(row: Any) -> tuple[str, Any]:
    tone, words = ask.state_of(row)
    return tone, _("Paid by the bank") if words == "paid" else words


@screen(GET="check.read")
def register(request: OfficeRequest) -> HttpResponse:
    """Every check with where it is."""
    return CHECK_LIST.respond(
        request, template="banking/checks.html", lead=_("Written by one, signed by another, paid by the bank."),
        context={"may_write": holds(request.call.subject, "check.write")},
    )  # fmt: skip


@screen(GET="check.write", POST="check.write")
def new(request: OfficeRequest) -> HttpResponse:
    """Write one."""
    return handle(
        request, CheckForm, services.write_check, "banking/check_form.html",
        initial={"uid": new_uid(), "day": request.call.today, "bank_account": bank_accounts().first()},
        context={"title": _("Write a check"), "submit": _("Write it"), "cancel": reverse("banking:checks"),
                 "lead": _("It has its number when somebody else has signed.")},
        success=lambda row: Done(reverse("banking:check", args=[row.uid]), _("Written")),
    )  # fmt: skip


def _row(request: OfficeRequest, uid: UUID) -> Any:
    row = ask.check_by_uid(request.call.subject, uid)
    if row is None:
        raise Http404
    return row


@screen(GET="check.read", POST="approval.decide")
def check(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One check: what it pays, how it stands; whoever is asked signs here."""
    row, here = _row(request, uid), reverse("banking:check", args=[uid])
    subject = request.call.subject
    waiting = asked.latest(uid, services.KIND) if row.state == CheckState.WAITING else None
    mine = waiting is not None and subject.user_id in asked.may_sign(waiting, request.call.now)
    context = {
        "check": row, "lines": row.lines.select_related("account"), "state": _state(row), "to_sign": mine,
        "entries": [one for n in (row.entry, row.end_entry) if n and (one := entry_number(n))],
        "may_write": holds(subject, "check.write"), "own": waiting is not None and waiting.requester_id == subject.user_id,
    }  # fmt: skip

    def act(call: Any, *, answer: str, comment: str) -> WrittenCheck:
        return services.sign_check(call, uid=uid, approve=answer == "yes", comment=comment)

    return handle(request, SignForm, act, "banking/check.html", context=context, success=lambda _row: Done(here, _("Answered.")))


@screen(POST="check.write")
def withdraw(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Take one's own back before it is signed."""
    here = reverse("banking:check", args=[uid])
    return press(request, lambda call: services.withdraw_check(call, uid=uid), success=lambda _row: Done(here, _("Taken back.")), back=here)


@screen(GET="check.write", POST="check.write")
def void(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """It never left, or came back."""
    row, here = _row(request, uid), reverse("banking:check", args=[uid])
    return handle(
        request, ReasonForm, lambda call, **data: services.void_check(call, uid=uid, **data),
        context={"title": _("Void %s") % row, "submit": _("Void it"), "cancel": here, "lead": _("Its entry is reversed; its number stays used.")},
        success=lambda _row: Done(here, _("Voided.")),
    )  # fmt: skip


@screen(GET="check.write", POST="check.write")
def stop(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """It left and must not be paid."""
    row, here = _row(request, uid), reverse("banking:check", args=[uid])
    return handle(
        request, ReasonForm, lambda call, **data: services.stop_check(call, uid=uid, **data),
        context={"title": _("Stop %s") % row, "submit": _("Stop it"), "cancel": here,
                 "lead": _("Tell the bank first. Its entry is reversed, and the next positive-pay file names it as void.")},
        success=lambda _row: Done(here, _("Stopped.")),
    )  # fmt: skip


@screen(GET="check.write", POST="check.write")
def spoil(request: OfficeRequest) -> HttpResponse:
    """A form that was torn or lost."""
    return handle(
        request, SpoilForm, services.spoil_check, initial={"bank_account": bank_accounts().first()},
        context={"title": _("A spoiled form"), "submit": _("Note it"), "cancel": reverse("banking:checks"),
                 "lead": _("So that no gap is left in the numbers.")},
        success=lambda _row: Done(reverse("banking:checks"), _("Noted.")),
    )  # fmt: skip


@screen(POST="check.write")
def print_many(request: OfficeRequest) -> HttpResponse:
    """The chosen checks as one PDF, a page each; each is noted as printed."""
    return _printed(request, selected(request))


@screen(POST="check.write")
def print_one(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """This check."""
    return _printed(request, [uid])


def _printed(request: OfficeRequest, uids: Sequence[UUID]) -> HttpResponse:
    back = reverse("banking:checks")
    found: list[WrittenCheck] = []

    def act(call: Any) -> None:
        found.extend(services.mark_printed(call, uids=uids))

    answer = press(request, act, success=lambda _rows: Done(back), back=back)
    if not found:
        return answer
    record_read(request.call, "print", "banking.writtencheck", [row.uid for row in found])
    setting = ask.setting_of(found[0].bank_account)
    papers = [
        CheckPaper(
            row.number or 0, row.day, row.payee, row.address, row.cents, row.memo,
            tuple((one.memo or one.account.name, one.cents) for one in row.lines.select_related("account")),
        )
        for row in found
    ]  # fmt: skip
    body = checks_pdf(papers, right_mm=setting.right_mm if setting else 0, down_mm=setting.down_mm if setting else 0)
    return HttpResponse(body, content_type="application/pdf", headers={"Content-Disposition": 'inline; filename="checks.pdf"'})


def _account(uid: UUID) -> BankAccount:
    row = bank_accounts().filter(uid=uid).first()
    if row is None:
        raise Http404
    return row


@screen(GET="bank.accounts", POST="bank.accounts")
def setting(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """An account's numbers, printing and positive-pay columns."""
    account, back = _account(uid), reverse("banking:account", args=[uid])
    row = ask.setting_of(account) or CheckSetting(bank_account=account)
    layout = layout_of(row.positive_pay)
    columns = ", ".join(f"{name} {width}" if width else name for name, width in layout.columns)
    initial = {
        "next_number": row.next_number, "right_mm": row.right_mm, "down_mm": row.down_mm, "columns": columns, "fixed": layout.fixed,
        "day": layout.day, "amount": layout.amount, "issue": layout.issue, "void": layout.void, "heading": layout.heading,
    }  # fmt: skip
    return handle(
        request, SettingForm, lambda call, **data: services.save_check_setting(call, bank_account=account, **data), initial=initial,
        context={"title": _("Checks of %s") % account, "submit": _("Keep"), "cancel": back,
                 "lead": _("Print one on plain paper and hold it against a form: then move the text.")},
        success=lambda _row: Done(back, _("Kept.")),
    )  # fmt: skip


@screen(GET="check.read", POST="check.write")
def positive_pay(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """What the bank is to be told, and the files it was given."""
    account, here = _account(uid), reverse("banking:positive_pay", args=[uid])
    if request.method == "POST":
        return press(
            request, lambda call: services.make_positive_pay(call, bank_account=account),
            success=lambda made: Done(here, _("File %s is made: upload it at the bank.") % made.number), back=here,
        )  # fmt: skip
    rows = ask.to_tell(account)
    return render(request, "banking/positive_pay.html", {
        "account": account, "rows": rows, "cents": sum(row.cents for row, void in rows if not void),
        "files": ask.positive_pays(request.call.subject).filter(bank_account=account)[:50],
        "may_write": holds(request.call.subject, "check.write"),
    })  # fmt: skip
