"""Charges that are no claim: entered, looked at, paid, voided; and the accounts of employers and attorneys."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.billing.forms import ReasonForm
from steward.billing.forms_others import HolderForm, MissedForm, OtherForm, OtherPaymentForm, SalesTaxForm
from steward.billing.models import AccountHolder, OtherCharge
from steward.billing.selectors import others as ask
from steward.billing.selectors.rules import policy
from steward.billing.services import others
from steward.billing.services.others import OtherData
from steward.billing.states import HolderKind, OtherKind
from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.listing import (
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
from steward.core.money import format_cents
from steward.core.service import Call
from steward.core.web.forms import Done, handle, press
from steward.frontdesk import selectors as frontdesk
from steward.frontdesk.models import Appointment, Patient
from steward.registry.logic.names import initials, name_key
from steward.registry.models import Party
from steward.registry.types import AddressData


def _short(party: Party) -> str:
    return initials(party.first_name, party.last_name) if party.last_name else party.name


def _state(row: OtherCharge) -> tuple[str, str]:
    return ("bad", _("Voided")) if row.voided_at else ("", "")


OTHERS = Listing(
    name="billing.others",
    title=__("Other charges"),
    columns=(
        Column("number", __("Charge"), kind="code", link=link_to("billing:other")),
        Column("charged_on", __("Day"), kind="date"),
        Column("kind", __("For"), value=lambda row: row.get_kind_display()),
        Column("debtor", __("Owed by"), value=lambda row: row.debtor.name),
        Column("what", __("What")),
        Column("cents", __("Amount"), kind="money"),
        Column("tax_cents", __("Tax"), kind="money"),
        Column("state", "", kind="badge", badge=_state),
    ),
    filters=(
        Text("q", __("Last name"), "debtor__last_key", fold=name_key),
        Choice("kind", __("For"), "kind", OtherKind.choices),
        DateRange("day", __("Day"), "charged_on"),
        MoneyRange("cents", __("Amount"), "cents"),
        Flag("voided", __("Voided"), ask.VOIDED),
    ),
    sorts=(Sort("-day", __("Latest first"), "-charged_on"), Sort("-cents", __("Largest first"), "-cents")),
    presets=(Preset(__("All"), ""), Preset(__("Missed appointments"), "kind=no_show"), Preset(__("Products"), "kind=product")),
    money="cents",
    export="charge.read",
    object_type="billing.othercharge",
    patient=lambda row: row.patient.uid if row.patient else None,
    empty=Empty(__("No other charges yet"), __("Fees for missed appointments, forms, copies and products: what no payer is asked for.")),
)  # fmt: skip

OTHER_LIST = ScopedList(
    OTHERS, "charge.read", ask.other_charges, OTHERS.hiding(debtor=lambda row: _short(row.debtor), what=lambda row: "")
)

HOLDERS = Listing(
    name="billing.holders",
    title=__("Employers and attorneys"),
    columns=(
        Column("name", __("Name"), value=lambda row: row.party.name, link=link_to("billing:account", "party__uid")),
        Column("kind", __("Kind"), value=lambda row: row.get_kind_display()),
        Column("owed", __("Owes"), kind="money"),
        Column("prepaid", __("Paid ahead"), kind="money"),
    ),
    filters=(
        Text("q", __("Name"), "party__last_key", fold=name_key),
        Choice("kind", __("Kind"), "kind", HolderKind.choices),
        MoneyRange("owed", __("Owes"), "owed"),
    ),
    sorts=(Sort("name", __("Name"), "party__last_key"), Sort("-owed", __("Largest first"), "-owed")),
    money="owed",
    export="charge.read",
    object_type="billing.accountholder",
    empty=Empty(__("No such accounts yet"), __("Who owes without being a patient: an employer, an attorney."), "billing:holder_new",
                __("Open the first")),
)  # fmt: skip

HOLDER_LIST = ScopedList(HOLDERS, "charge.read", ask.holders, HOLDERS.hiding(name=lambda row: _short(row.party)))


@screen(GET="charge.read")
def others_list(request: OfficeRequest) -> HttpResponse:
    """Every charge that is no claim."""
    return OTHER_LIST.respond(
        request, template="billing/others.html", lead=_("What no payer is asked for; it stands on accounts, statements and reports."),
        context={"may_tax": holds(request.call.subject, "payer.write")},
    )  # fmt: skip


@screen(GET="charge.read")
def holders_list(request: OfficeRequest) -> HttpResponse:
    """Who owes without being a patient."""
    return HOLDER_LIST.respond(request)


@screen(GET="charge.enter", POST="charge.enter")
def holder_new(request: OfficeRequest) -> HttpResponse:
    """Open an account."""

    def act(call: Call, *, kind: str, name: str, street: str, **place: str) -> AccountHolder:
        state = place.pop("state").strip().upper()
        address = AddressData(street.strip(), place["city"].strip(), state, place["zip"].strip()) if street.strip() else None
        return others.open_holder(call, kind=kind, name=name, address=address)

    return handle(
        request, HolderForm, act,
        context={"title": _("Account of an employer or attorney"), "submit": _("Open it"), "cancel": reverse("billing:holders"),
                 "lead": _("For who pays for services without being a patient: charges, statements and payments stand under this name.")},
        success=lambda row: Done(reverse("billing:account", args=[row.party.uid]), _("Opened")),
    )  # fmt: skip


def _debtor(request: OfficeRequest, uid: UUID) -> tuple[Party, Patient | None]:
    """Whoever is charged: a patient by her uid, or an account's party."""
    patient = frontdesk.patients(request.call.subject).select_related("party", "site").filter(uid=uid).first()
    if patient is not None:
        request.call.read("patient", [patient.uid])
        return patient.party, patient
    party = ask.holder_of(request.call.subject, uid)
    if party is None:
        raise Http404
    return party, None


@screen(GET="charge.enter", POST="charge.enter")
def other_new(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Charge a patient (by her uid) or an account's party for something that is no claim."""
    party, patient = _debtor(request, uid)

    def act(call: Call, **data: Any) -> OtherCharge:
        return others.enter_other(call, data=OtherData(debtor=party, patient=patient, **data))

    back = reverse("billing:account", args=[party.uid]) if holds(request.call.subject, "charge.read") else "/"
    return handle(
        request, OtherForm, act, holder=patient is None,
        context={"title": _("Charge %s") % party.name, "submit": _("Charge it"), "cancel": back},
        success=lambda row: Done(_home(request, row), _("Charge %s entered") % row.number),
    )  # fmt: skip


def _home(request: OfficeRequest, row: OtherCharge) -> str:
    """The charge's page, or the way to its payment for who may not read accounts."""
    if holds(request.call.subject, "charge.read"):
        return reverse("billing:other", args=[row.uid])
    return _pay_url(row)


def _pay_url(row: OtherCharge) -> str:
    who = f"patient={row.patient.uid}" if row.patient and row.patient.party_id == row.debtor_id else f"account={row.debtor.uid}"
    return f"{reverse('banking:receipt_new')}?{who}&for=fee:{row.uid}&cents={row.total_cents}"


def _appointment(request: OfficeRequest, uid: UUID) -> Appointment:
    row = frontdesk.appointments(request.call.subject).filter(uid=uid).first()
    if row is None:
        raise Http404
    request.call.read("patient", [row.patient.uid])
    return row


@screen(GET="charge.enter", POST="charge.enter")
def missed(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Charge for a missed appointment; refused for members of Medicaid."""
    seen = _appointment(request, uid)

    def act(call: Call, **data: Any) -> OtherCharge:
        about = OtherData(OtherKind.NO_SHOW, seen.patient.party, patient=seen.patient, appointment=seen, site=seen.site, **data)
        return others.enter_other(call, data=about)

    return handle(
        request, MissedForm, act, initial={"cents": policy().no_show_cents},
        context={"title": _("Fee for a missed appointment"), "submit": _("Charge it"),
                 "cancel": reverse("frontdesk:appointment", args=[seen.uid]),
                 "lead": _("Members of Medicaid are never charged for one.")},
        success=lambda row: Done(_home(request, row), _("Charge %s entered") % row.number),
    )  # fmt: skip


def _row(request: OfficeRequest, uid: UUID) -> OtherCharge:
    row = ask.other_charge(request.call.subject, uid)
    if row is None:
        raise Http404
    if row.patient:
        request.call.read("patient", [row.patient.uid])
    return row


@screen(GET="charge.read")
def other(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One charge: what it is for, what is open of it, how to take the payment."""
    row, subject = _row(request, uid), request.call.subject
    owed = 0 if row.voided_at else ask.owed_cents(row)
    may_enter = holds(subject, "charge.enter")
    return render(request, "billing/other.html", {
        "other": row, "owed": owed, "state": _state(row), "may_void": may_enter and not row.voided_at and owed == row.total_cents,
        "may_pay": may_enter and owed > 0 and bool(ask.paid_ahead(ask.family_of(row))),
        "pay_url": _pay_url(row) if owed > 0 and holds(subject, "receipt.take") else "",
    })  # fmt: skip


@screen(GET="charge.enter", POST="charge.enter")
def other_void(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Take a charge back."""
    row = _row(request, uid)
    back = reverse("billing:other", args=[uid])
    return handle(
        request, ReasonForm, lambda call, **data: others.void_other(call, charge=row, **data),
        context={"title": _("Void charge %s") % row.number, "submit": _("Void it"), "cancel": back,
                 "lead": _("Its entry is reversed; the number stays used.")},
        success=lambda _row: Done(back, _("Voided")),
    )  # fmt: skip


@screen(GET="charge.enter", POST="charge.enter")
def other_pay(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Put to it what was paid ahead."""
    row = _row(request, uid)
    held = ask.paid_ahead(ask.family_of(row))
    back = reverse("billing:other", args=[uid])
    choices = [(one.item, _("%s left") % format_cents(one.cents)) for one in held]
    return handle(
        request, OtherPaymentForm, lambda call, **data: others.apply_to_other(call, charge=row, **data), receipts=choices,
        initial={"cents": min(ask.owed_cents(row), held[0].cents) if held else None},
        context={"title": _("Put a payment to it"), "submit": _("Put it"), "cancel": back},
        success=lambda _row: Done(back, _("Put to it")),
    )  # fmt: skip


@screen(POST="charge.enter")
def settle(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Put what an account's party has paid ahead to what it owes, oldest first."""
    party = ask.holder_of(request.call.subject, uid)
    if party is None:
        raise Http404
    back = reverse("billing:account", args=[party.uid])
    return press(
        request, lambda call: others.settle_others(call, debtor=party), back=back,
        success=lambda cents: Done(back, _("%s put to what is owed") % format_cents(cents)),
    )  # fmt: skip


@screen(GET="payer.write", POST="payer.write")
def sales_tax(request: OfficeRequest) -> HttpResponse:
    """What each site adds to products, from when, and where it was read."""
    back = reverse("billing:sales_tax")
    return handle(
        request, SalesTaxForm, others.set_sales_tax, "billing/sales_tax.html",
        context={"title": _("Sales tax"), "submit": _("Note it"), "cancel": reverse("billing:others"), "rates": ask.sales_tax_rates()},
        success=lambda _row: Done(back, _("Noted")),
    )  # fmt: skip
