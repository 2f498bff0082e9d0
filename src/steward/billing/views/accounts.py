"""Who owes what: balances of patients by age."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.billing.logic.account import BUCKETS
from steward.billing.selectors import accounts as ask
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.listing import Column, Empty, Flag, Listing, MoneyRange, Preset, ScopedList, Sort, Text, link_to
from steward.core.web import now
from steward.registry.logic.names import initials, name_key
from steward.registry.models import Party


def _age(n: int) -> Column:
    first, last = BUCKETS[n]
    label = __("%(from)s to %(to)s days") if last is not None else __("Over %(before)s days")
    return Column(f"age{n}", label % {"from": first, "to": last, "before": first - 1}, kind="money")


BALANCES = Listing(
    name="billing.accounts",
    title=__("Patient balances"),
    columns=(
        Column("name", __("Patient"), value=lambda row: row.party.name, link=link_to("billing:account", "guarantor__uid")),
        Column("chart", __("Chart"), kind="code"),
        Column("guarantor", __("Guarantor"), value=lambda row: row.guarantor.name),
        Column("owed", __("Owes"), kind="money"),
        *(_age(n) for n in range(len(BUCKETS))),
        Column("prepaid", __("Paid ahead"), kind="money"),
    ),
    filters=(
        Text("q", __("Last name"), "party__last_key", fold=name_key),
        MoneyRange("owed", __("Owes"), "owed"),
        MoneyRange("old", __("Over 120 days"), "age4"),
        Flag("ahead", __("Paid ahead"), ask.PAID_AHEAD),
        Flag("owing", __("Owes"), ask.OWES),
    ),
    sorts=(Sort("-owed", __("Largest first"), "-owed"), Sort("-old", __("Oldest first"), "-age4"),
           Sort("name", __("Name"), "party__last_key"), Sort("-prepaid", __("Most paid ahead"), "-prepaid")),
    presets=(Preset(__("All"), ""), Preset(__("Owing"), "owing=1"), Preset(__("Paid ahead"), "ahead=1&sort=-prepaid")),
    money="owed",
    export="charge.read",
    object_type="frontdesk.patient",
    patient=lambda row: row.uid,
    empty=Empty(__("Nobody owes anything"), __("Patients come here as soon as something is theirs to pay, or paid ahead.")),
)  # fmt: skip


def _initials(party: Party) -> str:
    return initials(party.first_name, party.last_name) or "–"


MASKED = BALANCES.hiding(name=lambda row: _initials(row.party), guarantor=lambda row: _initials(row.guarantor))
BALANCE_LIST = ScopedList(BALANCES, "charge.read", lambda subject: ask.balances(subject, now.today()), MASKED)


@screen(GET="charge.read")
def balances(request: OfficeRequest) -> HttpResponse:
    """Every patient who owes or has paid ahead, by age of what is owed."""
    return BALANCE_LIST.respond(
        request, lead=_("From the books, line by line; as old as the day it became the patient's to pay.")
    )


def guarantor_or_404(request: OfficeRequest, uid: UUID) -> Party:
    """The guarantor of the address, when this person may see the account."""
    found = ask.guarantor_of(request.call.subject, uid)
    if found is None:
        raise Http404
    return found
