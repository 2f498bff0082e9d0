"""Refunds paid in cash, and what still stands to be paid."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from steward.banking.models import CashRefund
from steward.core.access.decide import Subject
from steward.core.access.policy import scoped


def refunds(subject: Subject) -> QuerySet[CashRefund]:
    """Cash refunds this person may see (a cashier her own), newest first."""
    rows = CashRefund.objects.select_related("party__patient", "by", "session__drawer")
    return scoped(subject, "receipt.read", rows, own=Q(by_id=subject.user_id)).order_by("-number")


def refund(subject: Subject, uid: UUID) -> CashRefund | None:
    """One refund, or None when it is not there or not for this person."""
    return refunds(subject).filter(uid=uid).first()


def paid_refs(refs: Iterable[str]) -> set[str]:
    """Which of these (`decision:UID`) were paid in cash and not taken back."""
    return set(CashRefund.objects.filter(for_ref__in=list(refs), voided_at=None).values_list("for_ref", flat=True))


def refunds_of_item(item: str) -> list[CashRefund]:
    """What was given back in cash of one receipt or charge, oldest first."""
    return list(CashRefund.objects.filter(item=item).select_related("by").order_by("id"))


def refunds_of_items(items: Iterable[str]) -> list[CashRefund]:
    """What was given back in cash of many things and not taken back, oldest first. One query."""
    return list(CashRefund.objects.filter(item__in=list(items), voided_at=None).order_by("id"))


def refund_rows(day: date) -> list[dict[str, Any]]:
    """Cash refunds of a day as the day sheet prints them, those taken back too (`void` says why)."""
    rows = CashRefund.objects.filter(day=day).select_related("by").order_by("number")
    return [
        {
            "number": one.number, "cents": one.cents, "reason": one.reason, "by": one.by.name if one.by else "Steward",
            "void": one.void_reason if one.voided_at else "",
        }
        for one in rows
    ]  # fmt: skip
