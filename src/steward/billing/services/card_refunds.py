"""A signed refund given back to the card it came from.

As with charges the question is noted and committed before the processor is asked, and answered in a transaction of its own: a
lost answer is asked again with the same key, and the card is credited once. Until it is approved the refund stands in
``refunds_payable`` and nothing is posted; declined, it may be paid another way.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.utils.translation import gettext as _

from steward.banking.cards import APPROVED, Answer, LostAnswer, Processor
from steward.banking.selectors.refunds import paid_refs
from steward.banking.services.deposits import Expected, expect
from steward.billing.models import CardAttempt, CardRefund, Decision
from steward.billing.selectors.refunds import card_payments, refund_ref
from steward.billing.services import books
from steward.billing.services.cards import clean, is_number
from steward.billing.services.decisions import owed_line
from steward.billing.states import AttemptState, DecisionKind
from steward.core.access.separation import perform
from steward.core.money import format_cents
from steward.core.service import Call, note, refuse, service
from steward.ledger.selectors import item_balances
from steward.ledger.types import LineDraft


@service("billing.begin_card_refund", "refund.pay", says="asked for a refund to a card")
def begin_card_refund(call: Call, *, uid: UUID, attempt: CardAttempt) -> CardRefund:
    """Note that a signed refund is to go back to the card of ``attempt``, before the processor is asked.

    Refuses ``not_signed``, ``paid``, ``asked`` (it has no answer yet, or was approved), ``card`` (another's card, or a payment the
    refund is not of), ``amount`` (more than was taken less refunds), and ``separation`` for whoever signed it.
    """
    row = Decision.objects.select_for_update(of=("self",)).filter(uid=uid, kind=DecisionKind.REFUND).first()
    if row is None or row.entry is None or row.payer_id:
        raise refuse("not_signed", _("No signed refund of a patient stands under this name."), _("Have it signed first."))
    taken = CardAttempt.objects.select_for_update(of=("self",)).get(pk=attempt.pk)
    if row.card_refunds.exclude(state=AttemptState.DECLINED).exists():
        raise refuse("asked", _("A card was asked to take this refund back."), _("Look at its answer first."))
    stands = -item_balances([row.item]).get(row.item, {}).get("refunds_payable", 0)
    if paid_refs([refund_ref(uid)]) or stands < row.cents:
        raise refuse("paid", _("This refund was paid already."), _("Nothing is left to do."))
    left = {one.pk: cents for one, cents in card_payments(row)}
    if taken.pk not in left:
        message = _("This payment by card is not what is given back.")
        raise refuse("card", message, _("Choose a card payment of this account, or pay it in cash."), "attempt")
    if row.cents > left[taken.pk]:
        message = _("At most %s of this payment can go back to the card.") % format_cents(left[taken.pk])
        raise refuse("amount", message, _("Choose another payment, or pay it in cash."), "attempt")
    perform(call, "pay_refund", row)
    found = CardRefund(decision=row, attempt=taken, cents=row.cents, asked_at=call.now, asked_by_id=call.user_id)
    found.save(force_insert=True)
    note(found, fields=["cents"], reason=row.reason)
    return found


@service("billing.finish_card_refund", "refund.pay", says="took the processor's answer to a refund")
def finish_card_refund(call: Call, *, refund: CardRefund, answer: Answer) -> CardRefund:
    """Write down what the processor said. Approved: Dr refunds_payable, Cr card_clearing, and the bank is expected to show it.
    Answered before, nothing changes."""
    row = CardRefund.objects.select_for_update(of=("self",)).select_related("decision__charge__claim", "attempt").get(pk=refund.pk)
    if row.state != AttemptState.ASKED:
        return row
    row.answered_at, row.message = call.now, clean(answer.message)
    row.reference = answer.reference if not is_number(answer.reference) else ""
    row.state = AttemptState.DECLINED
    if answer.outcome == APPROVED:
        row.state, row.entry = AttemptState.APPROVED, _post(call, row)
    row.save(update_fields=["answered_at", "message", "reference", "state", "entry"])
    note(row, fields=["state"])
    return row


def _post(call: Call, row: CardRefund) -> int:
    owed = replace(owed_line(row.decision), role="refunds_payable", cents=row.cents)
    out = LineDraft(role="card_clearing", cents=-row.cents, entity=owed.entity, site=owed.site, item=row.item)
    numbers = books.post_drafts(call, [books.draft(
        "cardrefund", row.uid, day=call.today, memo="Refund to a card", journal="receipts", source="cardrefund", lines=(owed, out),
    )])  # fmt: skip
    label = f"Refund to card {row.attempt.card.last4}"
    expect(call, expected=Expected(
        "other", row.reference or row.item[-12:], -row.cents, call.today, "card_clearing", row.item, owed.entity or 0, label,
    ))  # fmt: skip
    return numbers[0]


def ask_refund(call: Call, processor: Processor, refund: CardRefund) -> CardRefund:
    """Ask for one refund and take the answer down; a lost answer leaves it waiting. No transaction is open while it is asked."""
    try:
        answer = processor.refund(reference=refund.attempt.reference, cents=refund.cents, key=refund.uid)
    except LostAnswer:
        return refund
    return finish_card_refund(call.with_key(None), refund=refund, answer=answer)


def refund_to_card(call: Call, processor: Processor, *, uid: UUID, attempt: CardAttempt) -> CardRefund:
    """Give a signed refund back to the card of ``attempt`` now. Refuses as ``begin_card_refund``."""
    return ask_refund(call, processor, begin_card_refund(call, uid=uid, attempt=attempt))
