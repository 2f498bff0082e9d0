"""Drawers, sessions and receipts: whose, how much, and what went through them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from steward.banking.logic.day import DrawerFlow
from steward.banking.models import CashMove, CashRefund, Drawer, DrawerSession, Receipt
from steward.banking.states import MoveKind, SessionState, Tender
from steward.core.access.decide import Subject
from steward.core.access.policy import scoped
from steward.ledger.selectors import item_balances


def drawers() -> QuerySet[Drawer]:
    """All drawers in use."""
    return Drawer.objects.filter(ended_on=None).select_related("site").order_by("name")


def sessions(subject: Subject) -> QuerySet[DrawerSession]:
    """Sessions this person may see, newest first: a cashier her own, whoever sees all deposits every one."""
    rows = DrawerSession.objects.select_related("drawer__site", "cashier", "counted_by")
    return scoped(subject, "deposit.read", rows, own=Q(cashier_id=subject.user_id)).order_by("-day", "-id")


def open_sessions(day: date | None = None) -> QuerySet[DrawerSession]:
    """Sessions nobody counted yet (opened up to `day`)."""
    rows = DrawerSession.objects.filter(state=SessionState.OPEN).select_related("drawer__site", "cashier")
    return (rows.filter(day__lte=day) if day else rows).order_by("drawer__name")


def own_session(user_id: int | None) -> DrawerSession | None:
    """The open session of a person."""
    if user_id is None:
        return None
    return open_sessions().filter(cashier_id=user_id).first()


def receipts(subject: Subject) -> QuerySet[Receipt]:
    """Receipts this person may see (a cashier her own), newest first."""
    rows = Receipt.objects.select_related("party", "by", "session__drawer", "batch")
    return scoped(subject, "receipt.read", rows, own=Q(by_id=subject.user_id)).order_by("-number")


def receipt(subject: Subject, uid: UUID) -> Receipt | None:
    """One receipt, or None when it is not there or not for this person."""
    return receipts(subject).filter(uid=uid).first()


def receipt_of_item(item: str) -> Receipt | None:
    """The receipt behind a ledger item (`receipt:UID`), with its session and drawer; None when it is none of banking's."""
    kind, _colon, uid = item.partition(":")
    if kind != "receipt":
        return None
    return Receipt.objects.select_related("session__drawer", "party").filter(uid=uid).first()


def flows(rows: Iterable[DrawerSession]) -> dict[int, DrawerFlow]:
    """Session primary key -> what went through it, from its own documents. Three queries for all of them.

    A receipt voided in its session never was; its cash was given back. So with a refund that was taken back.
    """
    found = list(rows)
    keys = [one.pk for one in found]
    cash = dict(
        Receipt.objects.filter(session__in=keys, tender=Tender.CASH, voided_at=None)
        .values_list("session").annotate(total=Sum("cents"))
    )  # fmt: skip
    given = dict(
        CashRefund.objects.filter(session__in=keys, voided_at=None).values_list("session").annotate(total=Sum("cents"))
    )
    moves: dict[tuple[int, str], int] = {}
    for key, kind, cents in (
        CashMove.objects.filter(session__in=keys).values_list("session", "kind").annotate(total=Sum("cents"))
    ):
        moves[key, kind] = cents
    return {
        one.pk: DrawerFlow(
            float_cents=one.float_cents,
            cash_receipts_cents=cash.get(one.pk, 0),
            cash_refunds_cents=given.get(one.pk, 0),
            paid_out_cents=-moves.get((one.pk, MoveKind.PAID_OUT), 0),
            safe_drop_cents=-moves.get((one.pk, MoveKind.SAFE_DROP), 0),
            handover_cents=moves.get((one.pk, MoveKind.HANDOVER), 0),
        )
        for one in found
    }


def book_cash(rows: Iterable[DrawerSession]) -> dict[int, int]:
    """Session primary key -> cents the books hold in its drawer."""
    items = {one.item: one.pk for one in rows}
    held = item_balances(items)
    return {pk: held.get(item, {}).get("drawer", 0) for item, pk in items.items()}
