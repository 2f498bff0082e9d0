"""What payers allowed below their contracts: by payer with the sum, and each service with how the figure comes about."""

from __future__ import annotations

from datetime import timedelta

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from steward.billing.selectors.underpaid import by_payer, underpaid
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen

SHOWN = 200
DAYS = 90
PERIODS = (30, 90, 365)


@screen(GET="billing.report")
def services(request: OfficeRequest) -> HttpResponse:
    """Services of remittances of the last 90 days (or 30, 365), the largest gap first."""
    call = request.call
    days = _days(request.GET.get("days", ""))
    first, last = call.today - timedelta(days=days), call.today
    rows = underpaid(first, last)
    call.read("patient", [row.charge.claim.patient.uid for row in rows[:SHOWN]])
    return render(request, "billing/underpaid.html", {
        "rows": rows[:SHOWN], "more": max(len(rows) - SHOWN, 0), "payers": by_payer(rows), "days": days,
        "short": sum(row.short_cents for row in rows), "first": first, "periods": PERIODS,
    })  # fmt: skip


def _days(text: str) -> int:
    if text and (not text.isdecimal() or int(text) not in PERIODS):
        raise BadRequest(_("The page knows 30, 90 and 365 days."))
    return int(text or DAYS)


