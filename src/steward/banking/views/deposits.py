"""Deposits and card batches: what leaves for the bank."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.banking import cards
from steward.banking.forms import BatchForm, DepositForm, ReasonForm
from steward.banking.models import Deposit
from steward.banking.papers import deposit_slip
from steward.banking.selectors import deposits as ask
from steward.banking.selectors.statements import bank_accounts
from steward.banking.services import deposits
from steward.core.access.models import Office
from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.audit.services import record_read
from steward.core.listing import Column, DateRange, Empty, Listing, ScopedList, Sort, link_to
from steward.core.money import format_cents
from steward.core.web.forms import Done, handle

DEPOSITS = Listing(
    name="banking.deposits",
    title=__("Deposits"),
    columns=(
        Column("number", __("Slip"), kind="code", link=link_to("banking:deposit")),
        Column("day", __("Day"), kind="date"),
        Column("bank_account", __("Account"), value=lambda row: str(row.bank_account)),
        Column(
            "prepared_by", __("Prepared by"), value=lambda row: row.prepared_by.name if row.prepared_by else "Steward"
        ),
        Column("bag", __("Bag"), kind="code"),
        Column("cents", __("Total"), kind="money"),
        Column("state", "", kind="badge", badge=lambda row: _state(row)),
    ),
    filters=(DateRange("day", __("Day"), "day"),),
    sorts=(Sort("-number", __("Latest first"), "-number"),),
    export="deposit.read",
    object_type="banking.deposit",
    empty=Empty(
        __("No deposits yet"),
        __("A deposit is what goes to the bank in one bag."),
        "banking:deposit_new",
        __("Prepare one"),
    ),
)
DEPOSIT_LIST = ScopedList(DEPOSITS, "deposit.read", lambda subject: ask.with_seen(ask.deposits(subject)))


def _state(row: Deposit) -> tuple[str, Any]:
    if row.voided_at:
        return "bad", _("Voided")
    if row.settlement.seen:  # type: ignore[attr-defined]
        return "good", _("In the bank")
    return "warn", _("On its way")


@screen(GET="deposit.read")
def deposits_list(request: OfficeRequest) -> HttpResponse:
    """All deposits with where they are."""
    return DEPOSIT_LIST.respond(request)


@screen(GET="deposit.make", POST="deposit.make")
def new(request: OfficeRequest) -> HttpResponse:
    """Choose what goes into the bag; everything in hand is chosen to begin with."""
    there = ask.undeposited()
    choices = [(one.item, f"{one.label or one.item} · {one.check_no} · {format_cents(one.cents)}") for one in there]
    initial = {"items": [one.item for one in there], "bank_account": bank_accounts().first()}
    return handle(
        request, DepositForm, deposits.make_deposit, "banking/deposit_new.html", initial=initial, choices=choices,
        context={"there": there, "total": sum(one.cents for one in there)},
        success=lambda one: Done(reverse("banking:deposit", args=[one.uid]), _("Slip %s is locked") % one.number),
    )  # fmt: skip


def _deposit(request: OfficeRequest, uid: UUID) -> Deposit:
    row = ask.with_seen(ask.deposits(request.call.subject)).filter(uid=uid).first()
    if row is None:
        raise Http404
    return row


@screen(GET="deposit.read")
def deposit(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One deposit with everything in its bag."""
    row = _deposit(request, uid)
    return render(
        request, "banking/deposit.html", {"deposit": row, "lines": row.lines.order_by("id"), "state": _state(row)}
    )


@screen(GET="deposit.read")
def slip(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """The slip as PDF; the whole account number is on it, so printing is audited."""
    row = _deposit(request, uid)
    record_read(request.call, "print", "banking.deposit", [row.uid])
    practice = Office.objects.values_list("name", flat=True).first() or ""
    response = HttpResponse(deposit_slip(row, practice), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="deposit-slip-{row.number}.pdf"'
    return response


@screen(GET="deposit.make", POST="deposit.make")
def void(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Undo a deposit that never left."""
    row = _deposit(request, uid)
    back = reverse("banking:deposit", args=[uid])
    return handle(
        request, ReasonForm, lambda call, **data: deposits.void_deposit(call, deposit=row, **data),
        context={"title": _("Void slip %s") % row.number, "submit": _("Void it"), "cancel": back,
                 "lead": _("Its money is in hand again; the number stays used.")},
        success=lambda one: Done(back, _("Slip %s voided") % one.number),
    )  # fmt: skip


@screen(GET="deposit.make", POST="deposit.make")
def batch_new(request: OfficeRequest) -> HttpResponse:
    """Close the card terminal. What the receipts add up to is shown after the slip's total was typed."""
    return handle(
        request, BatchForm, deposits.close_terminal_batch,
        context={"title": _("Close the card terminal"), "submit": _("Close the batch"), "cancel": reverse("banking:home"),
                 "lead": _("Print the terminal's totals and type them here.")},
        success=lambda one: Done(reverse("banking:batches"), _("Batch %s is closed") % one.number),
    )  # fmt: skip


@screen(GET="deposit.read")
def batches(request: OfficeRequest) -> HttpResponse:
    """Card batches: gross, fee, net, and whether the bank has shown them."""
    rows = list(ask.with_seen(ask.batches(request.call.subject))[:100])
    open_cents = sum(ask.card_receipts_open().values_list("cents", flat=True))
    may_settle = cards.processor() is not None and holds(request.call.subject, "deposit.make")
    return render(request, "banking/batches.html", {"rows": rows, "open_cents": open_cents, "may_settle": may_settle})
