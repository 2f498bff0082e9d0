"""Payments: take one, look at it, print it, void it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.banking.forms import ReasonForm, ReceiptForm
from steward.banking.models import Receipt
from steward.banking.selectors import drawers as ask
from steward.banking.selectors.refunds import refunds_of_item
from steward.banking.services import receipts
from steward.banking.states import Tender
from steward.billing.selectors.claims import pieces_of_visits
from steward.billing.selectors.others import holder_paying
from steward.billing.selectors.refunds import asked_of_item
from steward.billing.services.others import pay_other
from steward.billing.services.prepaid import apply_visit_payments
from steward.billing.views.returned import on_receipt
from steward.core.access.decide import Subject
from steward.core.access.policy import holds, in_full
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.listing import Choice, Column, DateRange, Empty, Listing, MoneyRange, ScopedList, Sort, link_to
from steward.core.web.forms import Done, handle
from steward.core.web.papers import patient_paper
from steward.frontdesk import selectors as frontdesk
from steward.ledger.selectors import item_balances
from steward.registry.logic.names import initials
from steward.registry.models import Party

RECEIPTS = Listing(
    name="banking.receipts",
    title=__("Receipts"),
    columns=(
        Column("number", __("Receipt"), kind="code", link=link_to("banking:receipt")),
        Column("day", __("Day"), kind="date"),
        Column("party", __("From"), value=lambda row: row.party.name if row.party else ""),
        Column("tender", __("Paid by"), value=lambda row: row.get_tender_display()),
        Column("by", __("Taken by"), value=lambda row: row.by.name if row.by else "Steward"),
        Column("cents", __("Amount"), kind="money"),
        Column("state", "", kind="badge", badge=lambda row: ("bad", __("Voided")) if row.voided_at else ("", "")),
    ),
    filters=(
        DateRange("day", __("Day"), "day"),
        Choice("tender", __("Paid by"), "tender", Tender.choices),
        MoneyRange("cents", __("Amount"), "cents"),
    ),
    sorts=(Sort("-number", __("Latest first"), "-number"), Sort("number", __("Oldest first"), "number")),
    money="cents",
    export="receipt.read",
    object_type="banking.receipt",
    patient=lambda row: _patient_uid(row),
    empty=Empty(
        __("No receipts yet"), __("A receipt is one payment taken."), "banking:receipt_new", __("Take a payment")
    ),
)


# Who reads receipts but no patients (owner, bookkeeper) or patients only masked (auditor) sees initials.
MASKED = RECEIPTS.hiding(party=lambda row: _initials(row))


RECEIPT_LIST = ScopedList(
    RECEIPTS,
    "receipt.read",
    lambda subject: ask.receipts(subject).select_related("party__patient"),
    MASKED,
    masks=lambda subject: not names_shown(subject),
)


def _initials(row: Receipt) -> str:
    return initials(row.party.first_name, row.party.last_name) if row.party else ""


def _patient_uid(row: Receipt) -> UUID | None:
    """The patient whose payment it is, for the audit of what was shown."""
    patient = getattr(row.party, "patient", None) if row.party_id else None
    return patient.uid if patient else None


@screen(GET="receipt.read")
def receipts_list(request: OfficeRequest) -> HttpResponse:
    """All receipts this person may see."""
    return RECEIPT_LIST.respond(request)


def names_shown(subject: Subject) -> bool:
    """Whether this person may read the payer's name: a patient's name with what was paid is the patient's record."""
    return in_full(subject, "patient.read")


@screen(GET="receipt.take", POST="receipt.take")
def new(request: OfficeRequest) -> HttpResponse:
    """Take a payment: `?patient=UID` or `?account=UID` says from whom (`for`, `cents`, `purpose` fill the rest); without, find them."""
    call = request.call
    patient = _patient(request)
    party = patient.party if patient else _holder(request)
    if party is None:
        return _find(request)
    if patient:
        call.read("patient", [patient.uid])
    session = ask.own_session(call.user_id)

    def act(call: Any, **data: Any) -> Receipt:
        return _take(call, party=party, for_ref=request.GET.get("for", "")[:80], **data)

    initial = {"tender": Tender.CASH, "purpose": request.GET.get("purpose", ""), "cents": _cents(request)}
    return handle(
        request, ReceiptForm, act, "banking/receipt_new.html", initial=initial,
        context={"patient": patient, "payer": party, "session": session},
        success=lambda one: Done(reverse("banking:receipt", args=[one.uid]), _("Receipt %s taken") % one.number),
    )  # fmt: skip


def _take(call: Any, **data: Any) -> Receipt:
    """Take it, and put it to what the patient already owes for that visit (a visit without insurance)."""
    kind, _colon, uid = data["for_ref"].partition(":")
    visit = frontdesk.visit_by_uid(call.subject, UUID(uid)) if kind == "visit" and _is_uid(uid) else None
    facts: dict[str, Any] = {"visit_of": visit.patient.party, "guarantor": visit.patient.guarantor} if visit else {}
    receipt = receipts.take_receipt(call, **data, **facts)
    refs = [claim.ref for claim in pieces_of_visits([uid]).claims] if visit else []
    if refs:
        apply_visit_payments(call.with_key(None), refs=refs)
    if kind == "fee" and _is_uid(uid):
        pay_other(call.with_key(None), uid=UUID(uid), receipt=receipt)
    return receipt


def _is_uid(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


def _cents(request: OfficeRequest) -> int | None:
    text = request.GET.get("cents", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _patient(request: OfficeRequest) -> Any:
    try:
        uid = UUID(request.GET.get("patient", ""))
    except ValueError:
        return None
    return frontdesk.patients(request.call.subject).select_related("party").filter(uid=uid).first()


def _holder(request: OfficeRequest) -> Party | None:
    """An employer or attorney who pays at the desk."""
    text = request.GET.get("account", "")
    return holder_paying(UUID(text)) if _is_uid(text) else None


def _find(request: OfficeRequest) -> HttpResponse:
    """Choose who pays: a search without scripts."""
    call = request.call
    text = request.GET.get("q", "").strip()
    found = list(frontdesk.search_patients(call.subject, text)[:20]) if text else []
    call.read("patient", [one.uid for one in found])
    return render(request, "banking/receipt_find.html", {"q": text, "found": found})


def _receipt(request: OfficeRequest, uid: UUID) -> Receipt:
    row = ask.receipt(request.call.subject, uid)
    if row is None:
        raise Http404
    patient = _patient_uid(row)
    if patient:
        request.call.read("patient", [patient])
    return row


@screen(GET="receipt.read")
def receipt(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One receipt, made to be printed and handed over."""
    row = _receipt(request, uid)
    may_void = row.by_id == request.call.user_id and not row.voided_at and row.session.state == "open"
    subject = request.call.subject
    left = -item_balances([row.item]).get(row.item, {}).get("patient_prepaid", 0)
    given = refunds_of_item(row.item)
    told = {"receipt": row, "payer": payer_name(subject, row.party), "given": given}
    paper = patient_paper(request, "banking/papers/receipt.html", row.party.language if row.party else "", told)
    return render(request, "banking/receipt.html", {
        "receipt": row, "may_void": may_void, "may_take": holds(subject, "receipt.take"),
        "may_ask": left > 0 and _patient_uid(row) is not None and holds(subject, "writeoff.request"),
        "asked": asked_of_item(row.item), "given": given, **on_receipt(request, row, holds(subject, "remittance.post")), **paper,
    })  # fmt: skip


def payer_name(subject: Subject, party: Party | None) -> str:
    """The name on a paper, or initials for who may not read it."""
    if party is None:
        return ""
    return party.name if names_shown(subject) else initials(party.first_name, party.last_name)


@screen(GET="receipt.void", POST="receipt.void")
def void(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Take a payment back."""
    row = _receipt(request, uid)
    back = reverse("banking:receipt", args=[uid])
    return handle(
        request, ReasonForm, lambda call, **data: receipts.void_receipt(call, receipt=row, **data),
        context={"title": _("Void receipt %s") % row.number, "submit": _("Void it"), "cancel": back,
                 "lead": _("The payment is reversed in the books; the number stays used.")},
        success=lambda one: Done(back, _("Receipt %s voided") % one.number),
    )  # fmt: skip
