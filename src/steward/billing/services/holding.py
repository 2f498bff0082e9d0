"""Payments held while they are spent: one hand at a time, always in the same order.

Order: receipts by id, copays of files by id, charges by id, charges that are no claim by id; then the ledger's head. Balances
are read after, so that nobody spends what another has spent in the same moment (PostgreSQL; SQLite lets one write at a time).
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from steward.banking.models import Receipt
from steward.billing.models import Charge, Claim, OtherCharge, Prepayment
from steward.billing.selectors.facts import chunks


def hold_paid(items: Iterable[str]) -> None:
    """Lock the receipts and copays behind these items (``receipt:UID``); what is neither is passed over."""
    uids = []
    for item in items:
        kind, _colon, text = item.partition(":")
        with suppress(ValueError):
            uids += [UUID(text)] if kind == "receipt" else []
    _lock(Receipt.objects.all(), "uid", uids)
    _lock(Prepayment.objects.all(), "uid", uids)


def hold_charges(charges: Iterable[int]) -> None:
    """Lock charges by primary key."""
    _lock(Charge.objects.all(), "pk", charges)


def hold_others(charges: Iterable[int]) -> None:
    """Lock charges that are no claim, by primary key."""
    _lock(OtherCharge.objects.all(), "pk", charges)


def hold_claims(refs: Iterable[str]) -> None:
    """Lock what was paid for these claims (with their files, or at their visits), then their charges."""
    wanted = list(refs)
    hold_visits(uid for part in chunks(wanted) for uid in Claim.objects.filter(ref__in=part, visit__isnull=False)
                .values_list("visit__uid", flat=True))  # fmt: skip
    _lock(Prepayment.objects.all(), "claim__ref", wanted)
    _lock(Charge.objects.all(), "claim__ref", wanted)


def hold_visits(visits: Iterable[UUID]) -> None:
    """Lock the receipts that were taken for these visits."""
    _lock(Receipt.objects.all(), "for_ref", [f"visit:{uid}" for uid in visits])


def _lock(rows: QuerySet[Any], by: str, values: Iterable[Any]) -> None:
    """SELECT ... FOR UPDATE in the order of ids, however many. SQLite, which lets one write at a time, is asked nothing."""
    if not connection.features.has_select_for_update:
        return
    pks = sorted({pk for part in chunks(values) for pk in rows.filter(**{f"{by}__in": part}).values_list("pk", flat=True)})
    for part in chunks(pks):
        list(rows.select_for_update(of=("self",)).filter(pk__in=part).order_by("pk").values_list("pk"))
