"""Refunds in cash: asked of a receipt, signed by another person, paid out of one's own drawer, taken back while it is open."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from steward.banking import cards as processors
from steward.banking.forms import ReasonForm, RefundForm
from steward.banking.models import CashRefund
from steward.banking.selectors import drawers as cash
from steward.banking.selectors import refunds as ask
from steward.banking.services import refunds
from steward.banking.states import SessionState
from steward.banking.views.receipts import names_shown, payer_name
from steward.billing.models import Decision
from steward.billing.selectors.refunds import refund_to_pay, refunds_to_pay, to_cards
from steward.billing.services.decisions import pay_refund, request_refund
from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.money import format_cents
from steward.core.web.forms import Done, Form, handle
from steward.core.web.papers import patient_paper
from steward.ledger.selectors import item_balances
from steward.registry.models import Party


@screen(GET="receipt.read")
def home(request: OfficeRequest) -> HttpResponse:
    """What is signed and waits to be paid, and the latest that were paid."""
    call = request.call
    subject = call.subject
    may_pay = holds(subject, "refund.pay")
    waiting = refunds_to_pay() if may_pay or holds(subject, "charge.read") else []
    paid = list(ask.refunds(subject)[:50])
    if names_shown(subject):
        _read(request, *(one.patient.party for one in waiting if one.patient), *(one.party for one in paid))
    return render(request, "banking/refunds.html", {
        "waiting": [(one, payer_name(subject, one.patient.party if one.patient else None)) for one in waiting],
        "paid": [(one, payer_name(subject, one.party)) for one in paid],
        "may_pay": may_pay, "may_card": may_pay and processors.processor() is not None, "to_card": to_cards(waiting),
        "own": cash.own_session(call.user_id) if may_pay else None,
    })  # fmt: skip


def _read(request: OfficeRequest, *parties: Party) -> None:
    """Whose record was shown."""
    patients = (getattr(party, "patient", None) for party in parties)
    request.call.read("patient", [one.uid for one in patients if one])


@screen(GET="writeoff.request", POST="writeoff.request")
def ask_for(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Ask to give back what is left of a payment; another person signs it."""
    row = cash.receipt(request.call.subject, uid)
    patient = getattr(row.party, "patient", None) if row and row.party else None
    if row is None or patient is None:
        raise Http404
    _read(request, patient.party)
    back = reverse("banking:receipt", args=[uid])
    left = -item_balances([row.item]).get(row.item, {}).get("patient_prepaid", 0)

    def act(call: Any, *, cents: int, reason: str) -> Decision:
        return request_refund(call, cents=cents, reason=reason, receipt_item=row.item, patient=patient)

    return handle(
        request, RefundForm, act, initial={"cents": left},
        context={"title": _("Refund of receipt %s") % row.number, "submit": _("Ask for it"), "cancel": back,
                 "lead": _("%s of it is not used. Another person signs; then a cashier pays it.") % format_cents(left)},
        success=lambda done: Done(back, _("Signed; it can be paid") if done.entry else _("Waits for a second person")),
    )  # fmt: skip


@screen(GET="refund.pay", POST="refund.pay")
def pay(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Pay a signed refund out of one's own drawer."""
    row = refund_to_pay(uid)
    if row is None or row.patient is None:
        raise Http404
    _read(request, row.patient.party)
    return handle(
        request, Form, lambda call: pay_refund(call, uid=uid),
        context={"title": _("Pay %s in cash") % format_cents(row.cents), "submit": _("Pay it and print the voucher"),
                 "cancel": reverse("banking:refunds"),
                 "lead": _("To %(name)s, out of your own drawer: %(why)s") % {"name": row.patient.party.name, "why": row.reason}},
        success=lambda one: Done(reverse("banking:refund", args=[one.uid]), _("Refund %s is paid") % one.number),
    )  # fmt: skip


def _refund(request: OfficeRequest, uid: UUID) -> CashRefund:
    row = ask.refund(request.call.subject, uid)
    if row is None:
        raise Http404
    _read(request, row.party)
    return row


@screen(GET="receipt.read")
def refund(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """The voucher: printed, signed by whoever got the money, kept with the drawer."""
    row = _refund(request, uid)
    call = request.call
    mine = row.by_id == call.user_id and not row.voided_at and row.session.state == SessionState.OPEN
    told = {"refund": row, "payee": payer_name(call.subject, row.party), "receipt": cash.receipt_of_item(row.item)}
    paper = patient_paper(request, "banking/papers/refund.html", row.party.language, told)
    may_take_back = mine and holds(call.subject, "refund.pay")
    return render(request, "banking/refund.html", {"refund": row, "may_take_back": may_take_back, **paper})


@screen(GET="refund.pay", POST="refund.pay")
def take_back(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """The cash came back into the drawer."""
    row = _refund(request, uid)
    back = reverse("banking:refund", args=[uid])
    return handle(
        request, ReasonForm, lambda call, **data: refunds.take_back_refund(call, refund=row, **data),
        context={"title": _("Take refund %s back") % row.number, "submit": _("Take it back"), "cancel": back,
                 "lead": _("The payment is reversed in the books; the number stays used, and the refund waits again.")},
        success=lambda one: Done(back, _("Refund %s taken back") % one.number),
    )  # fmt: skip
