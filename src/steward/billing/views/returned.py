"""A payment that came back: from its receipt, or found from the bank line that shows it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from steward.banking.models import Receipt
from steward.banking.selectors.drawers import receipt as receipt_of
from steward.billing.forms import ReasonForm
from steward.billing.forms_others import ReturnedForm
from steward.billing.logic.other_charges import returned_cap
from steward.billing.models import ReturnedPayment
from steward.billing.selectors import returned as ask
from steward.billing.selectors.rules import policy
from steward.billing.services.returned import return_payment, undo_return
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.money import format_cents
from steward.core.web.forms import Done, handle


def _receipt(request: OfficeRequest, uid: UUID) -> Receipt:
    row = receipt_of(request.call.subject, uid)
    if row is None:
        raise Http404
    patient = getattr(row.party, "patient", None) if row.party else None
    request.call.read("patient", [patient.uid] if patient else [])
    return row


@screen(GET="remittance.post", POST="remittance.post")
def returned_new(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Note that a check was returned or a card payment charged back: it reopens what the payment had paid."""
    row = _receipt(request, uid)
    line = _line(request)
    most = returned_cap(policy().returned, row.session.drawer.site.state, row.cents, request.call.today)
    initial: dict[str, Any] = {"returned_on": line.posted_on if line else request.call.today}
    if row.tender == "check" and most:
        initial["fee_cents"] = min(policy().returned_cents, most)
    back = reverse("banking:receipt", args=[uid])
    after = reverse("banking:line", args=[line.uid]) if line else back
    return handle(
        request, ReturnedForm, lambda call, **data: return_payment(call, receipt=row, **data), initial=initial,
        context={"title": _("Receipt %s came back") % row.number, "submit": _("Reopen what it paid"), "cancel": back,
                 "lead": _("%s: the same charges are owed again, and the bank is expected to show it.") % format_cents(row.cents)},
        success=lambda one: Done(after, _("Posted") if one.decision.entry else _("Waits for a second person")),
    )  # fmt: skip


def _line(request: OfficeRequest) -> Any:
    try:
        return ask.bank_line(UUID(request.GET.get("line", "")))
    except ValueError:
        return None


@screen(GET="remittance.post")
def returned_find(request: OfficeRequest) -> HttpResponse:
    """Which receipt a bank line took back: those of exactly its amount."""
    line = _line(request)
    if line is None:
        raise Http404
    found = ask.receipts_like(line)
    patients = [getattr(row.party, "patient", None) for row in found if row.party]
    request.call.read("patient", [one.uid for one in patients if one])
    return render(request, "billing/returned_find.html", {"line": line, "found": found})


@screen(GET="remittance.post", POST="remittance.post")
def returned_undo(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """It had not come back, or was made good."""
    row = ask.returned_payments(request.call.subject).filter(uid=uid).first()
    if row is None:
        raise Http404
    back = reverse("banking:receipt", args=[row.receipt.uid])
    return handle(
        request, ReasonForm, lambda call, **data: undo_return(call, returned=row, **data),
        context={"title": _("Undo the return of receipt %s") % row.receipt.number, "submit": _("Undo it"), "cancel": back,
                 "lead": _("Everything stands as if it had been paid; an unpaid fee goes with it.")},
        success=lambda row: Done(back, _("Undone") if row.undone_at else _("It waits for a second person's signature")),
    )  # fmt: skip


def on_receipt(request: OfficeRequest, row: Receipt, may: bool) -> dict[str, Any]:
    """What the receipt's page shows of its returns."""
    found = ask.returns_of_receipt(row)
    standing: list[ReturnedPayment] = [one for one in found if not one.undone_at]
    may_return = may and not standing and not row.voided_at and row.tender != "cash" and ask.deposited(row)
    return {"returns": found, "may_return": may_return, "may_undo_return": may}
