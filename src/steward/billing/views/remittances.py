"""Remittances: what each payer sent, what became of it, and the payments nobody could place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.banking.checks import BANK_DAYS
from steward.banking.selectors.deposits import shown_on
from steward.billing.forms import ChargeForm, MatchForm, ReasonForm, ReleaseForm
from steward.billing.models import Charge, Remittance, RemittanceClaim
from steward.billing.selectors import claims as claim_list
from steward.billing.selectors import work as ask
from steward.billing.selectors.reasons import of_answers
from steward.billing.services.answers import apply_unapplied_money, match_unmatched
from steward.billing.services.remittances import dismiss_remittance, release_remittance, undo_remittance
from steward.billing.states import REMITTANCE_ACTS, TONES, RemittanceState
from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.calendar import BANK
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
from steward.core.service import refuse
from steward.core.web import now
from steward.core.web.forms import Done, handle

SHOWN = 200

def _late(today: date) -> date:
    """Transfers paid before this day should have been seen: file and money come within three bank days of each other."""
    return BANK.add(today, -BANK_DAYS)


def _at_bank(row: Any) -> tuple[str, str]:
    """How the money of a remittance stands at the bank; nothing of checks, zero pay and what is not in the books."""
    if row.state != RemittanceState.POSTED or not row.transfer:
        return "", ""
    if not row.unseen:
        return "good", _("Seen")
    return ("bad", _("Not seen")) if row.paid_on and row.paid_on < _late(now.today()) else ("", _("On its way"))


class Late(Flag):
    """Transfers that should have been seen by now."""

    def apply(self, rows: QuerySet[Any], given: Mapping[str, str], today: date) -> QuerySet[Any]:
        rows = Flag.apply(self, rows, given, today)
        return rows.filter(state=RemittanceState.POSTED, paid_on__lt=_late(today)) if given.get(self.name) == "1" else rows


REMITTANCES = Listing(
    name="billing.remittances",
    title=__("Remittances"),
    columns=(
        Column("imported_at", __("Imported"), kind="moment"),
        Column("payer", __("Payer"), value=lambda row: row.payer.name if row.payer else row.payer_name),
        Column("trace", __("Trace"), kind="code", link=link_to("billing:remittance")),
        Column("paid_on", __("Paid"), kind="date"),
        Column("method", __("By"), kind="code"),
        Column("claim_count", __("Claims"), kind="number"),
        Column("paid_cents", __("Amount"), kind="money"),
        Column("state", __("State"), kind="badge",
               badge=lambda row: (TONES.get(row.state, ""), row.get_hold_display() or row.get_state_display())),
        Column("bank", __("Bank"), kind="badge", badge=_at_bank),
    ),
    filters=(
        Text("trace", __("Trace number"), "trace"),
        Choice("state", __("State"), "state", RemittanceState.choices),
        DateRange("paid", __("Paid"), "paid_on"),
        MoneyRange("amount", __("Amount"), "paid_cents"),
        Late("late", __("Money not seen at the bank"), Q(unseen=True)),
    ),
    sorts=(Sort("-imported", __("Latest first"), "-imported_at"),),
    presets=(Preset(__("All"), ""), Preset(__("Held"), "state=held"), Preset(__("Refused"), "state=refused"),
             Preset(__("Posted"), "state=posted"), Preset(__("Money not seen"), "late=1")),
    money="paid_cents",
    export="remittance.read",
    object_type="billing.remittance",
    empty=Empty(__("No remittances yet"), __("A remittance is a payer's letter about many claims, an 835 file."),
                "desk:import", __("Import one")),
)  # fmt: skip
REMITTANCE_LIST = ScopedList(REMITTANCES, "remittance.read", ask.remittances_at_bank)


@screen(GET="remittance.read")
def remittances_list(request: OfficeRequest) -> HttpResponse:
    """All remittances, the latest first."""
    return REMITTANCE_LIST.respond(request, template="billing/remittances.html")


def _remittance(request: OfficeRequest, uid: UUID) -> Remittance:
    row = ask.remittance_by_uid(request.call.subject, uid)
    if row is None:
        raise Http404
    return row


@screen(GET="remittance.read")
def remittance(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One remittance: its money, its claims as the payer wrote them, what is left to decide."""
    row = _remittance(request, uid)
    subject = request.call.subject
    answers = list(ask.answers(row)[: SHOWN + 1])
    shown = [answer.claim.patient.uid for answer in answers if answer.claim]
    request.call.read("patient", shown)
    legend = of_answers(answers[:SHOWN], row.paid_on or request.call.today)
    acts = REMITTANCE_ACTS[row.state] if holds(subject, "remittance.release") else ()
    said = {message[:300] for _code, message, _fix in row.problems}  # stands above already: not told twice
    work = list(row.work.filter(closed_at=None).select_related("claim").order_by("due", "id")[:50])
    return render(request, "billing/remittance.html", {
        "remittance": row, "answers": answers[:SHOWN], "more": max(row.claim_count - SHOWN, 0), "acts": acts,
        "work": [one for one in work if one.reason not in said], "told": [one for one in work if one.reason in said],
        "tone": TONES.get(row.state, ""), "may_match": holds(subject, "remittance.post") and row.state == "posted",
        "bank_line": shown_on(row.item), "may_bank": holds(subject, "bank.read"),
        "transfer": row.state == RemittanceState.POSTED and row.paid_cents > 0 and row.method != "CHK",
        "unapplied": sum(answer.unapplied_cents for answer in answers), "legend": legend,
    })  # fmt: skip


@screen(GET="remittance.release", POST="remittance.release")
def release(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Post a held remittance, naming what the file could not."""
    row = _remittance(request, uid)
    back = reverse("billing:remittance", args=[uid])
    return handle(
        request, ReleaseForm, lambda call, **data: release_remittance(call, remittance=row, **data),
        initial={"payer": row.payer, "entity": row.entity},
        context={"title": _("Release remittance %s") % row.trace, "submit": _("Post it"), "cancel": back,
                 "lead": row.problems[0][1] if row.problems else ""},
        success=lambda _done: Done(back, _("Posted")),
    )  # fmt: skip


@screen(GET="remittance.release", POST="remittance.release")
def dismiss(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Put a held remittance away: it was not ours."""
    return _end(request, uid, dismiss_remittance, _("Dismiss remittance %s"), _("Dismiss it"), _("Dismissed"))


@screen(GET="remittance.release", POST="remittance.release")
def undo(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Take a posted remittance back, whole."""
    return _end(request, uid, undo_remittance, _("Take remittance %s back"), _("Reverse it"), _("Taken back"))


def _end(request: OfficeRequest, uid: UUID, act: Any, title: str, submit: str, said: str) -> HttpResponse:
    row = _remittance(request, uid)
    back = reverse("billing:remittance", args=[uid])
    return handle(
        request, ReasonForm, lambda call, **data: act(call, remittance=row, **data),
        context={"title": title % row.trace, "submit": submit, "cancel": back},
        success=lambda _row: Done(back, said),
    )  # fmt: skip


def _answer(request: OfficeRequest, uid: UUID) -> RemittanceClaim:
    row = RemittanceClaim.objects.filter(uid=uid).select_related("remittance", "claim").first()
    if row is None:
        raise Http404
    return row


@screen(GET="remittance.post", POST="remittance.post")
def match(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Name the claim that a payer's payment answers."""
    row = _answer(request, uid)
    back = reverse("billing:remittance", args=[row.remittance.uid])

    def act(call: Any, *, ref: str) -> RemittanceClaim:
        found = claim_list.claim_by_ref(call.subject, ref.strip())
        if found is None:
            raise refuse(
                "no_claim", _("There is no claim %s.") % ref, _("Look the number up on the claims list."), "ref"
            )
        return match_unmatched(call, answer=row, claim=found)

    return handle(
        request, MatchForm, act,
        context={"title": _("Which claim is %s?") % (row.number or row.payer_control), "submit": _("Match"),
                 "cancel": back, "lead": _("What the payer said of it is posted by the map.")},
        success=lambda _row: Done(back, _("Matched")),
    )  # fmt: skip


@screen(GET="remittance.post", POST="remittance.post")
def apply(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Put money that waits to a charge of the claim."""
    row = _answer(request, uid)
    back = reverse("billing:remittance", args=[row.remittance.uid])
    charges = Charge.objects.filter(claim=row.claim, voided_on=None) if row.claim else Charge.objects.none()
    return handle(
        request, ChargeForm, lambda call, **data: apply_unapplied_money(call, answer=row, **data), charges=charges,
        initial={"cents": row.unapplied_cents},
        context={"title": _("Apply money of %s") % row.number, "submit": _("Apply"), "cancel": back},
        success=lambda _row: Done(back, _("Applied")),
    )  # fmt: skip
