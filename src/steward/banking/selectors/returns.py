"""What came back through the clearing house, and what of ours it may be of."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from steward.banking.models import AchReturn, BankLine, Settlement
from steward.core.access.decide import Subject
from steward.core.access.policy import scoped

#: Nobody has closed it, and what it returns does not stand booked.
OPEN = Q(closed_at=None, booked=False)


def returns(subject: Subject) -> QuerySet[AchReturn]:
    """Returns and notices this person may see, the latest first; ``booked`` says that the payment stands booked as come back."""
    booked = Settlement.objects.filter(item=OuterRef("booked_item"), cancelled_at=None).exclude(item="")
    rows = AchReturn.objects.select_related("receipt__party", "document", "closed_by").annotate(booked=Exists(booked))
    return scoped(subject, "return.read", rows).order_by("-due_on", "-id")


def lines_of(row: AchReturn) -> list[BankLine]:
    """Bank lines that carry the trace of what was sent or of what came back; at most 20, the latest first."""
    traces = [trace for trace in (row.trace, row.return_trace) if trace]
    rows = BankLine.objects.filter(trace__in=traces).select_related("bank_account")
    return list(rows.order_by("-posted_on", "-id")[:20])
