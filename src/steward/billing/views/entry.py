"""Charge entry: a visit's charges by keyboard, the codes at hand, and the search as one types."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.billing.entry_form import PATIENT, PLAN, SHOWN_LINES, EntryForm, same_as
from steward.billing.logic.scrub.asking import MEDICARE
from steward.billing.models import Claim, Favourite
from steward.billing.selectors import entry as ask
from steward.billing.selectors.scrubbing import held_by
from steward.billing.selectors.uncharged import next_after
from steward.billing.services import visit_charges as services
from steward.billing.states import CodeKind
from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.clock import ClockError, parse_date
from steward.core.money import format_cents
from steward.core.web.forms import Done, Form, handle, press
from steward.frontdesk.models import Visit
from steward.people.models import Provider


def _visit(request: OfficeRequest, uid: UUID) -> Visit:
    row = ask.visit_to_charge(request.call.subject, uid)
    if row is None:
        raise Http404
    request.call.read("patient", [row.patient.uid])
    return row


@screen(GET="visit.charge", POST="visit.charge")
def charge_visit(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """A visit's charges; ``?same=1`` copies the visit before, ``?from=desk`` goes back to check-out."""
    visit = _visit(request, uid)
    page = ask.entry_page(visit, request.call.today)
    initial = {"provider": visit.provider_id, "bill_to": PLAN if page.covers else PATIENT, "place": "11"}
    rows = SHOWN_LINES
    if "same" in request.GET and page.last is not None:
        copied = ask.lines_of(page.last)
        initial |= same_as(page.last, copied)
        rows = max(rows, len(copied) + 1)
    return handle(
        request, EntryForm, lambda call, *, data: services.charge_visit(call, visit=visit, data=data),
        "billing/charge_entry.html", context=_context(request, page), initial=initial, visit=visit, rows=rows,
        success=lambda claim: _posted(request, visit, claim),
    )  # fmt: skip


def _context(request: OfficeRequest, page: ask.EntryPage) -> dict[str, Any]:
    visit = page.visit
    used = [one.code for one in page.hand[CodeKind.SERVICE]]
    fees = ask.fees_of(used, visit.service_date)
    return {
        "visit": visit, "page": page, "back": _back(request, visit), "from_desk": request.GET.get("from") == "desk",
        "hand": [(__("Services"), CodeKind.SERVICE.value, [(one, fees.get((one.code, ""))) for one in page.hand[CodeKind.SERVICE]]),
                 (__("Diagnoses"), CodeKind.DIAGNOSIS.value, [(one, None) for one in page.hand[CodeKind.DIAGNOSIS]])],
        "medicare": any(one.plan.payer.filing in MEDICARE for one in page.covers),
        "may_claim": holds(request.call.subject, "charge.read"),
    }  # fmt: skip


def _back(request: OfficeRequest, visit: Visit) -> str:
    if request.GET.get("from") == "desk":
        return reverse("frontdesk:check_out", args=[visit.appointment.uid])
    return reverse("billing:uncharged")


def _next_url(request: OfficeRequest, visit: Visit) -> str:
    """After posting: the next visit without a charge when that was asked for, else where one came from."""
    if "next" in request.POST:
        row = next_after(request.call.subject, visit)
        if row is not None:
            return reverse("billing:charge_visit", args=[row.uid])
    return _back(request, visit)


def _posted(request: OfficeRequest, visit: Visit, claim: Claim) -> Done:
    """Where to go next, what was posted, and what, if anything, keeps the claim from going out, with the way to mend it."""
    cents = sum(one.charge_cents for one in ask.lines_of(claim))
    words = {"cents": format_cents(cents), "ref": claim.ref, "payer": claim.payer.name if claim.payer else _("the patient")}
    held = held_by(claim, request.call.today)
    url = _next_url(request, visit)
    if not held:
        return Done(url, _("%(cents)s posted to %(payer)s, claim %(ref)s") % words)
    told = _("%(cents)s posted to %(payer)s, claim %(ref)s; before it goes out: %(why)s") % {**words, "why": held[0].message}
    may = holds(request.call.subject, "charge.read")
    return Done(url, told, after=(reverse("billing:claim", args=[claim.uid]), _("Mend it")) if may else ("", ""), tone="warn")


# ---- codes ----
MOST_FOUND = 12


@screen(GET="visit.charge")
def codes(request: OfficeRequest) -> HttpResponse:
    """Codes that begin with what was typed, as JSON, with words and fee: of the imported sets, and of what was used here."""
    kind, text = request.GET.get("kind", ""), request.GET.get("q", "").strip()[:40]
    if kind not in CodeKind.values:
        raise BadRequest(_("A code is a service or a diagnosis."))
    try:
        day = parse_date(request.GET.get("day") or "t", request.call.today)
    except ClockError as wrong:
        raise BadRequest(str(wrong)) from wrong
    found = ask.search_codes(kind, text, day, MOST_FOUND) if text.replace("\x00", "") else []
    return JsonResponse({"codes": [{"code": one.code, "words": one.words, "cents": one.cents} for one in found]})


class PinForm(Form):
    """A code to keep at hand."""

    kind = forms.ChoiceField(label=__("Kind"), choices=CodeKind.choices)
    code = forms.CharField(label=__("Code"), max_length=12)
    key = forms.TypedChoiceField(
        label=__("Key"), coerce=int, empty_value=None, required=False,
        choices=[("", __("The next free one")), *((n, f"Alt {n}") for n in range(1, 10))],
    )  # fmt: skip


def _provider(request: OfficeRequest, uid: UUID) -> Provider:
    """A provider whose codes this person may keep: a provider sees the own ones."""
    row = ask.providers_to_charge(request.call.subject).filter(uid=uid).first()
    if row is None:
        raise Http404
    return row


@screen(GET="visit.charge", POST="visit.charge")
def codes_at_hand(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """The codes of a provider: pinned, and counted from the charges of the last 120 days."""
    provider = _provider(request, uid)
    here = reverse("billing:codes_at_hand", args=[uid])
    hand = ask.favourites(provider, request.call.today)
    return handle(
        request, PinForm, lambda call, **data: services.pin_code(call, provider=provider, **data), "billing/codes_at_hand.html",
        context={"provider": provider, "pinned": ask.pinned(provider), "submit": _("Pin it"),
                 "hand": [(__("Services"), hand[CodeKind.SERVICE]), (__("Diagnoses"), hand[CodeKind.DIAGNOSIS])]},
        success=lambda row: Done(here, _("%s is at hand") % row.code),
    )  # fmt: skip


@screen(POST="visit.charge")
def unpin(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Let a pinned code go."""
    row = Favourite.objects.filter(uid=uid).select_related("provider__party").first()
    if row is None or not ask.providers_to_charge(request.call.subject).filter(pk=row.provider_id).exists():
        raise Http404
    here = reverse("billing:codes_at_hand", args=[row.provider.uid])
    return press(
        request, lambda call: services.unpin_code(call, favourite=row), back=here,
        success=lambda _none: Done(here, _("%s is pinned no more") % row.code),
    )  # fmt: skip
