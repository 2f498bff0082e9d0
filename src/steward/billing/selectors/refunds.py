"""Refunds that were asked for and signed: what still stands to be paid to patients, and how each was."""

from __future__ import annotations

from uuid import UUID

from steward.banking.selectors.refunds import paid_refs
from steward.billing.models import Decision
from steward.billing.states import DecisionKind
from steward.ledger.selectors import open_items


def refund_ref(uid: UUID) -> str:
    """How banking names a signed refund."""
    return f"decision:{uid}"


def refunds_to_pay() -> list[Decision]:
    """Signed refunds of patients that nobody paid yet, oldest first: what the books still owe back. Four queries."""
    open_ones = {row.item for row in open_items(["refunds_payable"]) if row.cents < 0}
    rows = Decision.objects.filter(kind=DecisionKind.REFUND, entry__isnull=False, payer=None, item__in=open_ones)
    found = list(rows.select_related("patient__party", "charge__claim", "asked_by").order_by("id")[:500])
    paid = paid_refs(refund_ref(row.uid) for row in found)
    return [row for row in found if refund_ref(row.uid) not in paid]


def refund_to_pay(uid: UUID) -> Decision | None:
    """One of them."""
    return next((row for row in refunds_to_pay() if row.uid == uid), None)


def asked_of_item(item: str) -> list[Decision]:
    """Refunds asked of one receipt, the latest first: waiting, signed or not."""
    rows = Decision.objects.filter(kind=DecisionKind.REFUND, item=item).select_related("asked_by")
    return list(rows.order_by("-id"))
