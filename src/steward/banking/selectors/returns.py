"""What came back through the clearing house, and what of ours it may be of."""

from __future__ import annotations

from django.db.models import QuerySet

from steward.banking.models import AchReturn, BankLine
from steward.core.access.decide import Subject
from steward.core.access.policy import scoped


def returns(subject: Subject) -> QuerySet[AchReturn]:
    """Returns and notices this person may see, the latest first."""
    rows = AchReturn.objects.select_related("receipt__party", "document", "closed_by")
    return scoped(subject, "return.read", rows).order_by("-due_on", "-id")


def lines_of(row: AchReturn) -> list[BankLine]:
    """Bank lines that carry the trace of what was sent or of what came back; at most 20, the latest first."""
    traces = [trace for trace in (row.trace, row.return_trace) if trace]
    rows = BankLine.objects.filter(trace__in=traces).select_related("bank_account")
    return list(rows.order_by("-posted_on", "-id")[:20])
