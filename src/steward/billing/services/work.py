"""The work list: opened by postings, closed by people with a sentence or by what answers it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from steward.billing.models import Remittance, WorkItem
from steward.billing.selectors.facts import chunks
from steward.billing.states import DENIED_KINDS
from steward.core.service import Call, note, refuse, service
from steward.ledger.selectors import item_balances


@service("billing.resolve_work", "remittance.post", says="closed a work item")
def resolve_work(call: Call, *, item: WorkItem, resolution: str) -> WorkItem:
    """Close a work item with what was done. Refuses ``closed`` and ``resolution`` (empty)."""
    row = WorkItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if row.closed_at is not None:
        raise refuse("closed", _("This is done already."), _("Nothing is left to do."))
    if not resolution.strip():
        raise refuse("resolution", _("Say what was done."), _("One sentence is enough."), field="resolution")
    row.closed_at, row.closed_by_id, row.resolution = call.now, call.user_id, resolution.strip()[:200]
    row.save(update_fields=["closed_at", "closed_by", "resolution"])
    note(row, fields=["closed_at"], reason=resolution)
    return row


@service("billing.resolve_work_many", "remittance.post", says="closed work items")
def resolve_work_many(call: Call, *, items: Sequence[WorkItem], resolution: str) -> int:
    """Close many open items with one sentence; how many were still open."""
    if not resolution.strip():
        raise refuse("resolution", _("Say what was done."), _("One sentence is enough."), field="resolution")
    rows = WorkItem.objects.filter(pk__in=[item.pk for item in items], closed_at=None)
    closed = close_for(call, rows, resolution)
    note(refs=[item.uid for item in items])
    return closed


@service("billing.postpone_work", "remittance.post", says="moved the due day of a work item")
def postpone_work(call: Call, *, item: WorkItem, due: date) -> WorkItem:
    """Give an open item another due day. Refuses ``closed`` and ``due`` in the past."""
    if due < call.today:
        raise refuse("due", _("That day is past."), _("Choose a day to come."), field="due")
    if not WorkItem.objects.filter(pk=item.pk, closed_at=None).update(due=due):
        raise refuse("closed", _("This is done already."), _("Nothing is left to do."))
    item.due = due
    note(item, fields=["due"])
    return item


def close_for(call: Call, rows: QuerySet[WorkItem], resolution: str) -> int:
    """Close open items because of an event; part of the event's own service."""
    return rows.filter(closed_at=None).update(
        closed_at=call.now, closed_by=call.user_id, resolution=resolution.strip()[:200]
    )


def settle(call: Call, charges: Iterable[int], why: str, by: Remittance | None = None) -> int:
    """Close the denials of these charges on which the books show nothing open of any payer; part of the event's own service.

    ``by`` is the payment that settled them: taken back, it opens them again (``reopen``). Two queries a 500 charges.
    """
    closed = 0
    for part in chunks(charges):
        rows = list(WorkItem.objects.filter(charge__in=part, closed_at=None, kind__in=DENIED_KINDS).select_related("charge"))
        books = item_balances({row.charge.item for row in rows if row.charge})
        over = [row.pk for row in rows if row.charge and books.get(row.charge.item, {}).get("ar_insurance", 0) <= 0]
        if over:
            closed += close_for(call, WorkItem.objects.filter(pk__in=over), why)
            WorkItem.objects.filter(pk__in=over).update(settled_by=by)
    return closed


def reopen(rows: QuerySet[WorkItem]) -> int:
    """Open items again whose settlement was taken back; part of the event's own service."""
    return rows.update(closed_at=None, closed_by=None, resolution="", settled_by=None)


def open_work(call: Call, rows: Iterable[dict[str, Any]]) -> list[WorkItem]:
    """Open items in bulk; part of the event's own service."""
    items = [WorkItem(opened_at=call.now, **row) for row in rows]
    return WorkItem.objects.bulk_create(items, batch_size=500)
