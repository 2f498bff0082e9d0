"""Cards on file: kept, charged, taken off file; the processor's settlement."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from steward.banking import cards as processors
from steward.billing.forms import ReasonForm
from steward.billing.forms_others import CardChargeForm, CardForm
from steward.billing.models import CardAttempt, CardOnFile, PaymentPlan
from steward.billing.selectors import cards as ask
from steward.billing.services import cards
from steward.billing.states import AttemptState
from steward.billing.views.accounts import guarantor_or_404
from steward.core.access.policy import holds, masks
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.refusals import refuse
from steward.core.service import Call
from steward.core.web.forms import Done, handle, press
from steward.registry.models import Party


def cards_on_account(request: OfficeRequest, guarantor: Party) -> dict[str, Any]:
    """What the account's page shows of cards; nothing to who sees accounts masked."""
    subject = request.call.subject
    if masks(subject, "charge.read"):
        return {}
    plan = PaymentPlan.objects.filter(guarantor=guarantor, ended_at=None).first()
    paying = ask.plan_card(plan) if plan else None
    ready = processors.processor() is not None
    return {
        "cards": ask.cards_of(guarantor), "attempts": ask.attempts_of(guarantor), "paying_card": paying.pk if paying else None,
        "may_keep": holds(subject, "statement.send"), "may_charge": ready and holds(subject, "receipt.take"),
    }  # fmt: skip


def the_processor() -> processors.Processor:
    """The processor that is set up. Refuses ``no_processor``."""
    found = processors.processor()
    if found is None:
        fix = _("Have STEWARD_CARDS set, or take the payment on the terminal.")
        raise refuse("no_processor", _("No card processor is set up."), fix)
    return found


def _card(request: OfficeRequest, uid: UUID) -> CardOnFile:
    row = get_object_or_404(CardOnFile.objects.select_related("guarantor"), uid=uid)
    guarantor_or_404(request, row.guarantor.uid)
    return row


def _home(guarantor: Party) -> str:
    return reverse("billing:account", args=[guarantor.uid])


@screen(GET="statement.send", POST="statement.send")
def card_new(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Keep a card's token with its owner's consent."""
    who = guarantor_or_404(request, uid)

    def act(call: Call, *, month: int, year: int, **data: Any) -> CardOnFile:
        return cards.keep_card(call, guarantor=who, expires_on=date(year, month, monthrange(year, month)[1]), **data)

    return handle(
        request, CardForm, act,
        context={"title": _("Keep a card on file"), "submit": _("Keep it"), "cancel": _home(who)},
        success=lambda _row: Done(_home(who), _("On file")),
    )  # fmt: skip


@screen(GET="statement.send", POST="statement.send")
def card_end(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """The consent ends."""
    row = _card(request, uid)
    return handle(
        request, ReasonForm, lambda call, **data: cards.end_card(call, card=row, **data),
        context={"title": _("Take the card off file"), "submit": _("Take it off"), "cancel": _home(row.guarantor), "lead": str(row)},
        success=lambda _row: Done(_home(row.guarantor), _("Off file")),
    )  # fmt: skip


@screen(POST="statement.send")
def card_plan(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Let this card pay the plan's instalments."""
    row = _card(request, uid)
    plan = PaymentPlan.objects.filter(guarantor=row.guarantor, ended_at=None).first()
    if plan is None:
        raise Http404
    back = _home(row.guarantor)
    return press(
        request, lambda call: cards.pay_plan_by_card(call, plan=plan, card=row), back=back,
        success=lambda _row: Done(back, _("It pays the plan from now on")),
    )  # fmt: skip


def _said(row: CardAttempt) -> Done:
    words = {AttemptState.APPROVED: _("Paid"), AttemptState.DECLINED: _("Declined: %s") % row.message}
    return Done(_home(row.card.guarantor), words.get(AttemptState(row.state), _("No answer yet; ask again")))


@screen(GET="receipt.take", POST="receipt.take")
def card_charge(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Charge a card on file now, into one's own open drawer."""
    row = _card(request, uid)

    def act(call: Call, *, cents: int) -> CardAttempt:
        return cards.charge_card(call, the_processor(), card=row, cents=cents)

    return handle(
        request, CardChargeForm, act,
        context={"title": _("Charge %s") % row, "submit": _("Charge it"), "cancel": _home(row.guarantor), "lead": row.consent},
        success=_said,
    )  # fmt: skip


@screen(POST="receipt.take")
def card_ask(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Ask again for a payment that has no answer, with the same key."""
    row = get_object_or_404(CardAttempt.objects.select_related("card__guarantor"), uid=uid)
    guarantor_or_404(request, row.card.guarantor.uid)
    return press(
        request, lambda call: cards.ask_processor(call, the_processor(), row), back=_home(row.card.guarantor), success=_said
    )


@screen(POST="deposit.make")
def card_settle(request: OfficeRequest) -> HttpResponse:
    """Take the processor's settlement of today into card batches."""
    back = reverse("banking:batches")

    def act(call: Call) -> int:
        found = the_processor().settle_report(call.today)
        return len([cards.settle_cards(call.with_key(None), settled=one) for one in found])

    return press(request, act, back=back, success=lambda n: Done(back, _("%d batches closed") % n))
