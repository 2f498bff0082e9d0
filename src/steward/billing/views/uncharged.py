"""Kept visits without a charge: the daily list, who sees to them, and why some have none."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __
from django.utils.translation import ngettext

from steward.billing.forms import ReasonForm
from steward.billing.logic.kept import age
from steward.billing.selectors import entry
from steward.billing.selectors import uncharged as ask
from steward.billing.services.visit_charges import leave_uncharged, name_owner
from steward.core.access.models import User
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.clock import system_clock
from steward.core.listing import (
    Bulk,
    Column,
    DateRange,
    Empty,
    Listing,
    MoneyRange,
    Preset,
    ScopedList,
    Sort,
    Text,
    link_to,
    selected,
)
from steward.core.money import format_cents
from steward.core.web.forms import Done, Form, handle
from steward.frontdesk.models import Visit


def _age(row: Visit) -> int:
    return age(row.service_date, system_clock().today())


UNCHARGED = Listing(
    name="billing.uncharged",
    title=__("Visits without a charge"),
    columns=(
        Column("service_date", __("Day of service"), kind="date", link=link_to("billing:charge_visit")),
        Column("age", __("Business days"), kind="number", value=_age),
        Column("chart", __("Chart"), kind="code", value=lambda row: row.patient.chart),
        Column("patient", __("Patient"), value=lambda row: row.patient.party.name),
        Column("provider", __("Provider"), value=lambda row: row.provider.party.name),
        Column("owner_name", __("Sees to it")),
        Column("owner_note", __("Note")),
        Column("stake_cents", __("At stake"), kind="money"),
    ),
    filters=(
        DateRange("service", __("Day of service"), "service_date"),
        Text("chart", __("Chart"), "patient__chart"),
        Text("owner", __("Sees to it"), "owner_name", contains=True),
        MoneyRange("stake", __("At stake"), "stake_cents"),
    ),
    sorts=(Sort("service", __("Oldest first"), "service_date"), Sort("-service", __("Latest first"), "-service_date"),
           Sort("-stake", __("Most at stake"), "-stake_cents")),
    presets=(Preset(__("All"), ""),),
    bulk=(Bulk("owner", __("Name who sees to it"), "billing:name_owner", "charge.enter"),),
    money="stake_cents",
    export="visit.charge",
    object_type="frontdesk.visit",
    patient=lambda row: row.patient.uid,
    empty=Empty(__("Every kept visit has its charge"), __("A visit checked in appears here until it is charged or has a reason.")),
)  # fmt: skip

UNCHARGED_LIST = ScopedList(UNCHARGED, "visit.charge", ask.uncharged)


@screen(GET="visit.charge")
def visits(request: OfficeRequest) -> HttpResponse:
    """Every kept visit that was not charged, the oldest first."""
    call = request.call
    rows = list(ask.uncharged(call.subject, call.today).values_list("service_date", "stake_cents"))
    late = sum(age(day, call.today) > 2 for day, _cents in rows)
    lead = _("%(count)s visits, %(late)s older than two business days, about %(money)s at stake") % {
        "count": len(rows), "late": late, "money": format_cents(sum(cents for _day, cents in rows)),
    } if rows else ""  # fmt: skip
    return UNCHARGED_LIST.respond(request, lead=lead)


class OwnerForm(Form):
    """Who sees to it."""

    owner = forms.ModelChoiceField(User.objects.none(), label=__("Sees to it"))
    note_text = forms.CharField(label=__("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, today: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        part = self.fields["owner"]
        assert isinstance(part, forms.ModelChoiceField)
        part.queryset = ask.possible_owners(today)


@screen(GET="charge.enter", POST="charge.enter")
def name_owners(request: OfficeRequest) -> HttpResponse:
    """Name who sees to the chosen visits; the choice comes from the list and stays in the form."""
    call = request.call
    rows = list(ask.uncharged(call.subject, call.today).filter(uid__in=selected(request)))
    call.read("patient", [row.patient.uid for row in rows])
    if "owner" not in request.POST:
        request.method = "GET"
    return handle(
        request, OwnerForm, lambda call, **data: name_owner(call, visits=rows, **data), "billing/name_owner.html",
        context={"rows": rows, "cents": sum(row.stake_cents for row in rows)}, today=call.today,
        success=lambda n: Done(reverse("billing:uncharged"), ngettext("%d visit named", "%d visits named", n) % n),
    )  # fmt: skip


@screen(GET="visit.charge", POST="visit.charge")
def no_charge(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Say why a kept visit has no charge."""
    row = entry.visit_to_charge(request.call.subject, uid)
    if row is None:
        raise Http404
    request.call.read("patient", [row.patient.uid])
    desk = request.GET.get("from") == "desk"
    back = reverse("frontdesk:check_out", args=[row.appointment.uid]) if desk else reverse("billing:uncharged")
    return handle(
        request, ReasonForm, lambda call, *, reason: leave_uncharged(call, visit=row, reason=reason),
        context={"title": _("Why has this visit no charge?"), "submit": _("Save"), "cancel": back,
                 "lead": _("%(who)s, %(provider)s") % {"who": row.patient.party.name, "provider": row.provider}},
        initial={"reason": row.no_charge_reason}, success=lambda _row: Done(back, _("Noted")),
    )  # fmt: skip
