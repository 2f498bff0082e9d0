"""Who looks like somebody the OIG excluded: the list, one match, and what a person says of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.billing.models import ExclusionMatch
from steward.billing.selectors import exclusions as ask
from steward.billing.selectors.codes import latest
from steward.billing.services.exclusions import decide_match, screen_exclusions
from steward.billing.states import MATCH_TONES, ListKind, MatchHow, MatchState, Screened
from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.listing import Choice, Column, DateRange, Empty, Listing, Preset, ScopedList, Sort, Text, link_to
from steward.core.web.forms import Done, Form, handle, press

MATCHES = Listing(
    name="billing.exclusions",
    title=__("Exclusions"),
    columns=(
        Column("found_on", __("Found"), kind="date"),
        Column("party", __("Who"), value=lambda row: row.party.name, link=link_to("billing:exclusion")),
        Column("role", __("As"), value=lambda row: row.get_role_display()),
        Column("listed", __("On the list"), value=lambda row: row.exclusion.name),
        Column("how", __("Alike by"), value=lambda row: row.get_how_display()),
        Column("excluded_on", __("Excluded since"), kind="date", value=lambda row: row.exclusion.excluded_on),
        Column("state", __("State"), kind="badge", badge=lambda row: (MATCH_TONES[row.state], row.get_state_display())),
    ),
    filters=(
        Text("q", __("Name"), "party__last_key"), Choice("state", __("State"), "state", MatchState.choices),
        Choice("role", __("As"), "role", Screened.choices), Choice("how", __("Alike by"), "how", MatchHow.choices),
        DateRange("found", __("Found"), "found_on"),
    ),
    sorts=(Sort("-found", __("Latest first"), "-found_on"),),
    presets=(Preset(__("All"), ""), Preset(__("To be looked at"), "state=open"), Preset(__("Excluded"), "state=confirmed")),
    export="provider.read",
    object_type="billing.exclusionmatch",
    empty=Empty(__("Nobody looks like an excluded one"),
                __("Providers, staff and organisations are compared with the OIG's list whenever it is imported."),
                "billing:codes", __("Code sets")),
)  # fmt: skip
MATCH_LIST = ScopedList(MATCHES, "provider.read", ask.matches)


class DecideForm(Form):
    """Whether it is the same, and why."""

    same = forms.ChoiceField(
        label=__("Is it the same?"), choices=[("", "–"), ("no", __("No, somebody else")), ("yes", __("Yes, excluded"))]
    )
    reason = forms.CharField(
        label=__("Why"), max_length=300, help_text=__("Birth date, address, number; or the answer of exclusions.oig.hhs.gov.")
    )

    def clean_same(self) -> bool:
        return bool(self.cleaned_data["same"] == "yes")


@screen(GET="provider.read")
def matches(request: OfficeRequest) -> HttpResponse:
    """Possible matches, the latest first."""
    edition = latest().get(ListKind.LEIE)
    lead = _("The OIG's list of %s.") % edition.starts_on.isoformat() if edition else _("No list of the OIG is in yet.")
    may = edition is not None and holds(request.call.subject, "provider.write")
    return MATCH_LIST.respond(request, template="billing/exclusions.html", lead=lead, context={"may": may})


@screen(POST="provider.write")
def screen_again(request: OfficeRequest) -> HttpResponse:
    """Screen everybody once more."""
    back = reverse("billing:exclusions")
    return press(request, lambda call: screen_exclusions(call), back=back, success=lambda n: Done(back, _("%d new to be looked at") % n))


def _match(request: OfficeRequest, uid: UUID) -> ExclusionMatch:
    row = ask.match_by_uid(request.call.subject, uid)
    if row is None:
        raise Http404
    return row


@screen(GET="provider.read")
def match(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One match, both sides beside each other."""
    row = _match(request, uid)
    may = holds(request.call.subject, "provider.write")
    return render(request, "billing/exclusion.html", {"match": row, "tone": MATCH_TONES[row.state], "may": may})


@screen(GET="provider.write", POST="provider.write")
def decide(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Say whether it is the same."""
    row = _match(request, uid)
    back = reverse("billing:exclusion", args=[uid])

    def act(call: Any, **data: Any) -> ExclusionMatch:
        return decide_match(call, match=row, **data)

    return handle(
        request, DecideForm, act, context={"title": _("Is it the same?"), "submit": _("Save"), "cancel": back, "lead": row.party.name},
        success=lambda _row: Done(reverse("billing:exclusions"), _("Noted")),
    )  # fmt: skip
