"""Charges and claims: what was done, what payers said of it, what is still owed by whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __
from django.utils.translation import ngettext

from steward.billing.forms import PrepaymentForm, ReasonForm, RefundForm, WriteOffForm
from steward.billing.logic.patient_part import PatientPart
from steward.billing.models import Charge, Claim, Decision
from steward.billing.selectors import claims as ask
from steward.billing.selectors.facts import known_by_pk
from steward.billing.selectors.patient_part import part_of
from steward.billing.selectors.reasons import of_claim
from steward.billing.selectors.scrubbing import held_by
from steward.billing.selectors.submissions import with_outcome
from steward.billing.selectors.underpaid import agreed
from steward.billing.services.charges import void_charge
from steward.billing.services.decisions import apply_prepayment, approval_kind, request_refund
from steward.billing.services.decisions import write_off as ask_write_off
from steward.billing.states import REJECTED, TONES, ClaimState, PatientStage, said
from steward.billing.views.filters import answered, how_it_stands, of_payer, of_provider
from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.approvals.selectors import latest, requests_for
from steward.core.listing import (
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
from steward.core.web.days import say_day
from steward.core.web.forms import Done, handle
from steward.insurance.logic.allowed import Expected
from steward.insurance.models import Payer
from steward.insurance.selectors import good_faith_rules, over_estimate
from steward.registry.logic.names import initials, name_key

CHARGES = Listing(
    name="billing.charges",
    title=__("Charges"),
    columns=(
        Column("posted_on", __("Posted"), kind="date"),
        Column("service_date", __("Service"), kind="date"),
        Column("claim", __("Claim"), kind="code", value=lambda row: row.claim.ref,
               link=link_to("billing:claim", "claim__uid")),
        Column("patient", __("Patient"), value=lambda row: row.claim.patient.party.name),
        Column("payer", __("Payer"), value=lambda row: row.claim.payer.name if row.claim.payer else _("Self-pay")),
        Column("provider", __("Provider"), value=lambda row: row.claim.provider.party.name),
        Column("code", __("Code"), kind="code"),
        Column("modifiers", __("Mod."), kind="code"),
        Column("units", __("Units"), kind="number"),
        Column("charge_cents", __("Charge"), kind="money"),
        Column("state", "", kind="badge", badge=lambda row: ("bad", _("Voided")) if row.voided_on else ("", "")),
    ),
    filters=(
        DateRange("posted", __("Posted"), "posted_on"),
        DateRange("service", __("Day of service"), "service_date"),
        Text("code", __("Code"), "code"),
        of_payer("claim__payer"),
        of_provider("claim__provider"),
        answered(),
        MoneyRange("charge", __("Charge"), "charge_cents"),
        Flag("voided", __("Voided"), Q(voided_on__isnull=False)),
    ),
    sorts=(Sort("-posted", __("Latest posted first"), "-posted_on"), Sort("posted", __("Oldest posted first"), "posted_on")),
    presets=(Preset(__("All"), ""), Preset(__("Voided"), "voided=1")),
    money="charge_cents",
    export="charge.read",
    object_type="billing.charge",
    patient=lambda row: row.claim.patient.uid,
    empty=Empty(__("No charges yet"), __("A charge is one service. Enter it at check-out, or import a charge file."),
                "desk:import", __("Import a file")),
)  # fmt: skip

CLAIMS = Listing(
    name="billing.claims",
    title=__("Claims"),
    columns=(
        Column("ref", __("Claim"), kind="code", link=link_to("billing:claim")),
        Column("service_date", __("Service"), kind="date"),
        Column("patient", __("Patient"), value=lambda row: row.patient.party.name),
        Column("payer", __("Payer"), value=lambda row: row.payer.name if row.payer else _("Self-pay")),
        Column("provider", __("Provider"), value=lambda row: row.provider.party.name),
        Column("site", __("Site"), value=lambda row: row.site.name),
        Column("charge_sum", __("Charges"), kind="money"),
    ),
    filters=(
        Text("ref", __("Claim number"), "ref"),
        Text("patient", __("Patient's last name"), "patient__party__last_key", fold=name_key),
        DateRange("service", __("Day of service"), "service_date"),
        of_payer("payer"),
        of_provider("provider"),
        how_it_stands(),
        Flag("selfpay", __("Self-pay"), Q(payer=None)),
    ),
    sorts=(Sort("-service", __("Latest first"), "-service_date"), Sort("service", __("Oldest first"), "service_date")),
    presets=(Preset(__("All"), ""), Preset(__("Went to nobody"), "stands=unsent"), Preset(__("No answer"), "stands=out"),
             Preset(__("Rejected"), "stands=rejected"), Preset(__("Denied"), "stands=denied"), Preset(__("Self-pay"), "selfpay=1")),
    export="charge.read",
    object_type="billing.claim",
    patient=lambda row: row.patient.uid,
    empty=Empty(__("No claims yet"), __("A claim is the charges of a visit under one number."), "desk:import",
                __("Import a file")),
)  # fmt: skip


def _initials(party: Any) -> str:
    return initials(party.first_name, party.last_name)


MASKED_CHARGES = CHARGES.hiding(patient=lambda row: _initials(row.claim.patient.party))
MASKED_CLAIMS = CLAIMS.hiding(patient=lambda row: _initials(row.patient.party))
CHARGE_LIST = ScopedList(CHARGES, "charge.read", ask.charges, MASKED_CHARGES)
CLAIM_LIST = ScopedList(CLAIMS, "charge.read", ask.claims, MASKED_CLAIMS)


@screen(GET="charge.read")
def charges_list(request: OfficeRequest) -> HttpResponse:
    """All charges, by the day they were posted."""
    lead = _("Every service with the day it was done and the day it reached the books.")
    return CHARGE_LIST.respond(request, lead=lead)


@screen(GET="charge.read")
def claims_list(request: OfficeRequest) -> HttpResponse:
    """All claims, by day of service."""
    return CLAIM_LIST.respond(request)


def _priced(row: Claim, charges: Sequence[ask.ChargeView]) -> list[tuple[ask.ChargeView, Expected | None]]:
    """The charges, each with what the contract allows for it; None where no contract gives a price."""
    for one in charges:
        one.charge.claim = row  # with all that is read of it: not asked again for each charge
    found = agreed([one.charge for one in charges if one.charge.voided_on is None]) if row.payer_id else {}
    prices = [found.get(one.charge.pk) for one in charges]
    return [(one, price if price and price.cents is not None else None) for one, price in zip(charges, prices, strict=True)]


def _claim(request: OfficeRequest, uid: UUID) -> Claim:
    row = ask.claim_by_uid(request.call.subject, uid)
    if row is None:
        raise Http404
    request.call.read("patient", [row.patient.uid])
    return row


UNSENT = (ClaimState.DRAFT, *REJECTED)
SEVERITY_TONES = {"error": "bad", "warning": "warn", "info": ""}


@screen(GET="charge.read")
def claim(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One claim: where it stands, its charges with what is open of whom, every answer, what people must decide."""
    row = _claim(request, uid)
    subject = request.call.subject
    view = ask.claim_view(row)
    lines = _priced(row, view.charges)
    waiting = [d for d in view.decisions if d.entry is None and d.rejected_at is None]
    sent = [(one, *said(one.outcome)) for one in with_outcome(row.submissions.all()).select_related("batch").order_by("-id")]  # type: ignore[attr-defined]
    return render(request, "billing/claim.html", {
        "sent": sent, "problems": [
            (SEVERITY_TONES[one.severity], one)
            for one in (held_by(row, request.call.today) if view.state in UNSENT else ())
        ],
        "papers": row.attachments.filter(ended_at=None).select_related("file").order_by("id"),
        "may_send": holds(subject, "claim.send"), "may_send_again": view.state in {*REJECTED, ClaimState.SENT},
        "over": None if row.payer_id else over_estimate(row.patient.party_id, row.service_date, ask.billed_to_patient(row)),
        "dispute_days": good_faith_rules().dispute_days, "lines": lines, "priced": any(price for _one, price in lines),
        "claim": row, "view": view, "part": _part_words(part_of(row, view.books), request.call.today),
        "tone": TONES.get(view.state, ""), "waiting": waiting,
        "adjusted": [(word.replace("_", " "), cents) for word, cents in view.books.adjusted.items() if cents],
        "may_ask": holds(subject, "writeoff.request"), "may_void": holds(subject, "charge.enter"),
        "may_post": holds(subject, "remittance.post"), "may_remittance": holds(subject, "remittance.read"), "money": format_cents,
        "legend": of_claim(view, request.call.today),
    })  # fmt: skip


def _part_words(part: PatientPart | None, today: date) -> str:
    """What became of the patient's part, under its sum: its stage, how often it was asked for and when last."""
    if part is None:
        return ""
    words = str(PatientStage(part.stage).label)
    if part.last_on is None:
        return words
    asked = ngettext("%(n)s statement", "%(n)s statements", part.statements) % {"n": part.statements}
    return _("%(stage)s; %(asked)s, the last of %(day)s") % {"stage": words, "asked": asked, "day": say_day(part.last_on, today)}


@screen(GET="charge.enter", POST="charge.enter")
def void(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Take back a charge nobody has answered."""
    row = ask.charges(request.call.subject).filter(uid=uid).first()
    if row is None:
        raise Http404
    back = reverse("billing:claim", args=[row.claim.uid])
    return handle(
        request, ReasonForm, lambda call, **data: void_charge(call, charge=row, **data),
        context={"title": _("Void %(code)s of claim %(ref)s") % {"code": row.code, "ref": row.claim.ref},
                 "submit": _("Void it"), "cancel": back, "lead": _("Its entry is reversed; the line stays to be seen.")},
        success=lambda _row: Done(back, _("Voided")),
    )  # fmt: skip


def _owers(row: Claim) -> list[tuple[str, str]]:
    """Who may owe on a claim: its payers by rank, and the patient."""
    facts = next(iter(known_by_pk([row.pk]).by_ref.values()))
    parties = [cover.payer for cover in facts.coverages]
    payers = {payer.party_id: payer for payer in Payer.objects.filter(party__in=parties)}
    named = [(str(payers[party].uid), payers[party].name) for party in parties if party in payers]
    return [*named, ("patient", _("Patient"))]


def _payer(of: str) -> Payer | None:
    return None if of == "patient" else Payer.objects.get(uid=of)


@screen(GET="writeoff.request", POST="writeoff.request")
def write_off(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Ask for a write-off; a second person signs it unless the rules say that nobody need."""
    row = _claim(request, uid)
    back = reverse("billing:claim", args=[uid])

    def act(call: Any, *, of: str, **data: Any) -> Decision:
        return ask_write_off(call, payer=_payer(of), **data)

    return handle(
        request, WriteOffForm, act, charges=Charge.objects.filter(claim=row, voided_on=None), owers=_owers(row),
        context={"title": _("Write off on claim %s") % row.ref, "submit": _("Ask for it"), "cancel": back,
                 "lead": _("Nothing is posted before it is signed.")},
        success=lambda done: Done(back, _("Written off") if done.entry else _("Waits for a second person")),
    )  # fmt: skip


@screen(GET="writeoff.request", POST="writeoff.request")
def refund(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Ask to give a credit back."""
    row = _claim(request, uid)
    back = reverse("billing:claim", args=[uid])

    def act(call: Any, *, of: str, **data: Any) -> Decision:
        return request_refund(call, payer=_payer(of), **data)

    return handle(
        request, RefundForm, act, charges=Charge.objects.filter(claim=row, voided_on=None), owers=_owers(row),
        context={"title": _("Refund on claim %s") % row.ref, "submit": _("Ask for it"), "cancel": back,
                 "lead": _("A credit of a charge, given back. It is paid after it is signed.")},
        success=lambda done: Done(back, _("To be paid") if done.entry else _("Waits for a second person")),
    )  # fmt: skip


@screen(GET="remittance.post", POST="remittance.post")
def prepayment(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Put a payment of the visit to what the patient owes."""
    row = _claim(request, uid)
    back = reverse("billing:claim", args=[uid])
    held = next(iter(known_by_pk([row.pk]).by_ref.values())).prepaid
    receipts = [(one.item, format_cents(one.cents)) for one in held]
    return handle(
        request, PrepaymentForm, apply_prepayment, charges=Charge.objects.filter(claim=row, voided_on=None),
        receipts=receipts,
        context={"title": _("Apply a prepayment to claim %s") % row.ref, "submit": _("Apply"), "cancel": back},
        success=lambda _row: Done(back, _("Applied")),
    )  # fmt: skip


@screen(GET="approval.read")
def decision(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """What somebody asks to be signed, for whoever must sign: the amount, the reason, the claim's figures."""
    row = Decision.objects.filter(uid=uid).select_related("charge__claim", "payer", "asked_by").first()
    subject = request.call.subject
    shown = holds(subject, "charge.read")
    # who may see neither charges nor the request among the approvals may not see what it asks
    if row is None or not (shown or requests_for(subject).filter(object_uid=row.uid).exists()):
        raise Http404
    if shown and row.charge:
        request.call.read("patient", [row.charge.claim.patient.uid])
    return render(request, "billing/decision.html", {"decision": row, "asked": latest(row.uid, approval_kind(row)), "shown": shown})
