"""A signed refund goes back to the card it came from."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.billing.models import CardAttempt, CardRefund
from steward.billing.selectors.refunds import asked_of_card, card_payments, refund_to_pay
from steward.billing.services.card_refunds import ask_refund, refund_to_card
from steward.billing.states import AttemptState
from steward.billing.views.cards import the_processor
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.money import format_cents
from steward.core.service import Call
from steward.core.web.forms import Done, Form, handle


class CardRefundForm(Form):
    """Which payment by card is given back."""

    attempt = forms.ChoiceField(label=__("Payment"))

    def __init__(self, *args: Any, payments: list[tuple[CardAttempt, int]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.payments = {str(one.uid): one for one, _left in payments}
        field = self.fields["attempt"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (str(one.uid), _("%(card)s, %(day)s: %(left)s left") % {
                "card": one.card, "day": one.tried_on.isoformat(), "left": format_cents(left)})
            for one, left in payments
        ]  # fmt: skip

    def clean_attempt(self) -> CardAttempt:
        return self.payments[self.cleaned_data["attempt"]]


def _said(row: CardRefund) -> Done:
    words = {AttemptState.APPROVED: _("Given back to the card"), AttemptState.DECLINED: _("Declined: %s") % row.message}
    return Done(reverse("banking:refunds"), words.get(AttemptState(row.state), _("No answer yet; ask again")))


@screen(GET="refund.pay", POST="refund.pay")
def card_refund(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Give a signed refund back to the card; asked before and not answered, ask again with the same key."""
    row = refund_to_pay(uid)
    if row is None or row.patient is None:
        raise Http404
    request.call.read("patient", [row.patient.uid])
    context = {"title": _("Give %s back to the card") % format_cents(row.cents), "submit": _("Give it back"),
               "cancel": reverse("banking:refunds"), "lead": f"{row.patient.party.name}: {row.reason}"}  # fmt: skip
    waiting = asked_of_card(row)
    if waiting is not None:
        context |= {"submit": _("Ask again"), "lead": _("%s was asked and has not answered.") % waiting.attempt.card}
        return handle(request, Form, lambda call: ask_refund(call, the_processor(), waiting), context=context, success=_said)

    def act(call: Call, *, attempt: CardAttempt) -> CardRefund:
        return refund_to_card(call, the_processor(), uid=uid, attempt=attempt)

    payments = [(one, left) for one, left in card_payments(row) if left >= row.cents]
    if not payments:
        raise Http404
    return handle(request, CardRefundForm, act, context=context, success=_said, payments=payments)
