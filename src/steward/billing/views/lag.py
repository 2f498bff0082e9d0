"""Charge lag: how long services wait for their charge, by provider, and every charge behind it."""

from __future__ import annotations

from datetime import timedelta

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.billing.models import Charge
from steward.billing.selectors import lag as ask
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.listing import Column, DateRange, Empty, Listing, ScopedList, Sort, Text, link_to
from steward.registry.logic.names import initials

PERIODS, DAYS = (30, 90, 365), 90


def _initials(row: Charge) -> str:
    party = row.claim.patient.party
    return initials(party.first_name, party.last_name)


LAG_ROWS = Listing(
    name="billing.lag",
    title=__("Charges by their lag"),
    columns=(
        Column("posted_on", __("Posted"), kind="date"),
        Column("service_date", __("Day of service"), kind="date"),
        Column("days", __("Days"), kind="number", value=lambda row: max((row.posted_on - row.service_date).days, 0)),
        Column("provider", __("Provider"), value=lambda row: row.claim.provider.party.name),
        Column("claim", __("Claim"), kind="code", value=lambda row: row.claim.ref, link=link_to("billing:claim", "claim__uid")),
        Column("patient", __("Patient"), value=lambda row: row.claim.patient.party.name),
        Column("code", __("Service"), kind="code"),
        Column("charge_cents", __("Charge"), kind="money"),
    ),
    filters=(
        DateRange("posted", __("Posted"), "posted_on"),
        DateRange("service", __("Day of service"), "service_date"),
        Text("npi", __("Provider's NPI"), "claim__provider__npi"),
    ),
    sorts=(Sort("-posted", __("Posted last"), "-posted_on"), Sort("posted", __("Posted first"), "posted_on"),
           Sort("service", __("Oldest service first"), "service_date")),
    money="charge_cents",
    export="billing.report",
    object_type="billing.charge",
    patient=lambda row: row.claim.patient.uid,
    empty=Empty(__("No charges"), __("Charges of every provider appear here with the days they waited.")),
)  # fmt: skip

LAG_LIST = ScopedList(LAG_ROWS, "billing.report", ask.charges_with_lag, LAG_ROWS.hiding(patient=_initials))


@screen(GET="billing.report")
def lag(request: OfficeRequest) -> HttpResponse:
    """The lag by provider over 30, 90 or 365 days of posting."""
    text = request.GET.get("days", "")
    if text and (not text.isdecimal() or int(text) not in PERIODS):
        raise BadRequest(_("The page knows 30, 90 and 365 days."))
    days = int(text or DAYS)
    first, last = request.call.today - timedelta(days=days), request.call.today
    rows = ask.charge_lag(first, last)
    return render(request, "billing/lag.html", {"rows": rows, "days": days, "first": first, "last": last, "periods": PERIODS})


@screen(GET="billing.report")
def rows(request: OfficeRequest) -> HttpResponse:
    """The charges behind it, exported as any list."""
    return LAG_LIST.respond(request, lead=_("Day of posting less day of service, of charges that stand."))
