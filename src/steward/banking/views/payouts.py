"""Payouts of the card processor: the list, one with its movements, undoing it, its chargebacks, the terms it is held to."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.banking import services
from steward.banking.forms import ReasonForm
from steward.banking.forms_cards import ReceiptNumberForm, TermsForm
from steward.banking.models import PayoutLine
from steward.banking.selectors import payouts as ask
from steward.banking.selectors.drawers import receipts
from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.listing import Column, DateRange, Empty, Flag, Listing, Preset, ScopedList, Sort, Text, link_to
from steward.core.money import format_cents
from steward.core.service import Call, refuse
from steward.core.web.forms import Done, handle

PAYOUTS = Listing(
    name="banking.payouts", title=__("Card payouts"),
    columns=(
        Column("ref", __("Payout"), kind="code", link=link_to("banking:payout")), Column("paid_on", __("Paid on"), kind="date"),
        Column("entity", __("Legal entity"), value=lambda row: str(row.entity)),
        Column("gross_cents", __("Batches"), kind="money"), Column("cents", __("Paid out"), kind="money"),
        Column("state", "", kind="badge", badge=lambda row: _state(row)),
    ),
    filters=(
        DateRange("paid", __("Paid on"), "paid_on"), Text("q", __("Payout"), "ref", contains=True),
        Flag("waits", __("A chargeback waits"), Q(waits=True)),
    ),
    sorts=(Sort("-paid", __("Latest first"), "-paid_on"), Sort("-cents", __("Largest first"), "-cents")),
    presets=(Preset(__("All"), ""), Preset(__("A chargeback waits"), "waits=1")),
    money="cents", export="bank.read", object_type="banking.payout",
    empty=Empty(
        __("No payouts yet"), __("The card processor's report comes as a CSV file: batches, fees, chargebacks, reserve."), "desk:import",
        __("Import a file"),
    ),
)  # fmt: skip
PAYOUT_LIST = ScopedList(PAYOUTS, "bank.read", ask.payouts)


def _state(row: Any) -> tuple[str, Any]:
    if row.undone_at:
        return "bad", _("Undone")
    if row.waits:
        return "warn", _("A chargeback waits")
    return ("good", _("In the bank")) if row.seen or not row.cents else ("warn", _("On its way"))


@screen(GET="bank.read")
def payouts(request: OfficeRequest) -> HttpResponse:
    """Every payout the processor reported."""
    return PAYOUT_LIST.respond(request, lead=_("What the card processor paid, kept and took back, as it reported it."))


def _row(request: OfficeRequest, uid: UUID) -> Any:
    row = ask.payouts(request.call.subject).filter(uid=uid).first()
    if row is None:
        raise Http404
    return row


@screen(GET="bank.read")
def payout(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One payout: what it is made of, to the cent."""
    row, subject = _row(request, uid), request.call.subject
    lines = ask.lines_of(row)
    waiting = set(ask.waiting().filter(payout=row).values_list("pk", flat=True))
    for one in lines:
        one.waits = one.pk in waiting  # type: ignore[attr-defined]
        one.off_cents = one.fee_cents - one.batch.fee_cents if one.batch else 0  # type: ignore[attr-defined]
    return render(request, "banking/payout.html", {
        "payout": row, "lines": lines, "state": _state(row), "may_undo": not row.undone_at and holds(subject, "bank.import"),
        "may_return": holds(subject, "remittance.post"), "may_name": holds(subject, "bank.import"),
        "kept": row.gross_cents - row.cents, "off_cents": sum(one.off_cents for one in lines),  # type: ignore[attr-defined]
        "terms": ask.terms_on(row.entity_id, row.paid_on),
    })  # fmt: skip


@screen(GET="bank.import", POST="bank.import")
def undo(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Take a payout back whole."""
    row, here = _row(request, uid), reverse("banking:payout", args=[uid])
    return handle(
        request, ReasonForm, lambda call, **data: services.undo_payout(call, uid=uid, **data),
        context={"title": _("Undo payout %s") % row.ref, "submit": _("Undo it"), "cancel": here,
                 "lead": _("Its entry is reversed; its batches are expected at the bank again.")},
        success=lambda _row: Done(here, _("Undone.")),
    )  # fmt: skip


@screen(GET="bank.import", POST="bank.import")
def chargeback(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Say which payment was charged back."""
    line = PayoutLine.objects.filter(uid=uid, kind="chargeback").select_related("payout").first()
    if line is None:
        raise Http404
    here = reverse("banking:payout", args=[line.payout.uid])

    def act(call: Call, *, number: int) -> PayoutLine:
        receipt = receipts(call.subject).filter(number=number).first()
        if receipt is None:
            raise refuse("no_receipt", _("There is no receipt %s.") % number, _("Look at the list of receipts."), field="number")
        return services.name_chargeback(call, line=line, receipt=receipt)

    lead = _("Case %(ref)s of %(amount)s: the receipt of this card payment.") % {"ref": line.reference, "amount": format_cents(-line.cents)}
    return handle(
        request, ReceiptNumberForm, act,
        context={"title": _("Which payment was charged back?"), "submit": _("It is this one"), "cancel": here, "lead": lead},
        success=lambda _line: Done(here, _("Noted. Book it now as a payment that came back.")),
    )  # fmt: skip


@screen(GET="bank.read")
def terms(request: OfficeRequest) -> HttpResponse:
    """What the processor keeps, by day."""
    subject = request.call.subject
    return render(request, "banking/card_terms.html", {"rows": ask.terms(subject), "may_change": holds(subject, "bank.import")})


@screen(GET="bank.import", POST="bank.import")
def terms_new(request: OfficeRequest) -> HttpResponse:
    """Note the terms of an agreement."""
    back = reverse("banking:card_terms")
    return handle(
        request, TermsForm, services.set_card_terms, initial={"starts_on": request.call.today, "item_cents": 0},
        context={"title": _("Terms of the card processor"), "submit": _("Note them"), "cancel": back,
                 "lead": _("A batch closed from that day on expects its net by these terms, to the cent.")},
        success=lambda _row: Done(back, _("Noted.")),
    )  # fmt: skip
