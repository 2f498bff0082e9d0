"""Refunds that were asked for and signed: what still stands to be paid to patients, and how each was."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, Sum

from steward.banking.selectors.refunds import paid_refs
from steward.billing.models import CardAttempt, CardRefund, Decision
from steward.billing.states import AttemptState, DecisionKind
from steward.ledger.selectors import open_items


def refund_ref(uid: UUID) -> str:
    """How banking names a signed refund."""
    return f"decision:{uid}"


def refunds_to_pay() -> list[Decision]:
    """Signed refunds of patients that nobody paid yet, oldest first: what the books still owe back. Five queries."""
    open_ones = {row.item for row in open_items(["refunds_payable"]) if row.cents < 0}
    rows = Decision.objects.filter(kind=DecisionKind.REFUND, entry__isnull=False, payer=None, item__in=open_ones)
    found = list(rows.select_related("patient__party", "charge__claim", "asked_by").order_by("id")[:500])
    paid = paid_refs(refund_ref(row.uid) for row in found)
    to_cards = set(CardRefund.objects.filter(decision__in=found, state=AttemptState.APPROVED).values_list("decision_id", flat=True))
    return [row for row in found if refund_ref(row.uid) not in paid and row.pk not in to_cards]


def refund_to_pay(uid: UUID) -> Decision | None:
    """One of them."""
    return next((row for row in refunds_to_pay() if row.uid == uid), None)


def asked_of_item(item: str) -> list[Decision]:
    """Refunds asked of one receipt, the latest first: waiting, signed or not."""
    rows = Decision.objects.filter(kind=DecisionKind.REFUND, item=item).select_related("asked_by")
    return list(rows.order_by("-id"))


def card_payments(row: Decision) -> list[tuple[CardAttempt, int]]:
    """The payments by card that a signed refund may go back to, the latest first, with what was taken less refunds: the very
    payment when a receipt is given back, else any of the account's. One query."""
    if row.patient is None:
        return []
    paid = CardAttempt.objects.filter(
        state=AttemptState.APPROVED, receipt__voided_at=None, card__guarantor=row.patient.guarantor_id
    )
    if row.charge_id is None:
        paid = paid.filter(receipt__uid=row.item.partition(":")[2])
    back = Sum("refunds__cents", filter=~Q(refunds__state=AttemptState.DECLINED))
    rows = paid.exclude(reference="").annotate(back=back).select_related("card", "receipt").order_by("-id")
    return [(one, one.cents - (one.back or 0)) for one in rows]


def asked_of_card(row: Decision) -> CardRefund | None:
    """The question to a card that has no answer yet."""
    waiting = CardRefund.objects.filter(decision=row, state=AttemptState.ASKED)
    return waiting.select_related("attempt__card").first()


def to_cards(rows: list[Decision]) -> set[int]:
    """Those of signed refunds whose account paid by a card on file: they may go back to it. One query."""
    guarantors = {row.patient.guarantor_id: row for row in rows if row.patient}
    paid = CardAttempt.objects.filter(state=AttemptState.APPROVED, receipt__voided_at=None, card__guarantor__in=list(guarantors))
    known = set(paid.values_list("card__guarantor", "receipt__uid"))
    whose = {guarantor for guarantor, _receipt in known}
    receipts = {f"receipt:{uid}" for _guarantor, uid in known}
    return {
        row.pk for row in rows
        if row.patient and (row.item in receipts or (row.charge_id is not None and row.patient.guarantor_id in whose))
    }  # fmt: skip
