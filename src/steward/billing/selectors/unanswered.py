"""Claims that went out and of which nobody says anything: they come to somebody before the payer's clock runs out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from steward.billing.models import RemittanceClaim, Submission
from steward.billing.selectors.sending import SILENT
from steward.billing.selectors.submissions import with_outcome
from steward.billing.states import Form, Sending
from steward.core.access.decide import Subject
from steward.core.access.policy import scoped

#: How long a state may last before somebody asks (facts of billing: 999 after 1 day, 277CA after 3, 835 after 14 to 30).
PATIENCE: Final = {
    Sending.SENT: timedelta(days=1), Sending.SYNTAX_OK: timedelta(days=3), Sending.ACCEPTED: timedelta(days=30),
    Sending.IN_PROCESS: timedelta(days=30),
}  # fmt: skip
MEDICARE: Final = ("MA", "MB")
MEDICARE_DAYS: Final = timedelta(days=14)
MAIL_DAYS: Final = timedelta(days=45)  # a paper claim gets no 999; clean ones are paid within 29 to 30 days, and mail takes its own


def unanswered(subject: Subject, now: datetime) -> QuerySet[Submission]:
    """The last submission of each claim that has waited too long for its next answer, the oldest first, with ``outcome``."""
    told = RemittanceClaim.objects.filter(
        claim=OuterRef("claim"), live=True, rank=OuterRef("rank"), remittance__imported_at__gte=OuterRef("sent_at")
    ).exclude(outcome__in=SILENT)
    later = Submission.objects.filter(claim=OuterRef("claim"), rank=OuterRef("rank"), pk__gt=OuterRef("pk"))
    rows = with_outcome(scoped(subject, "charge.read", Submission.objects.all()))
    mailed = Q(batch__form=Form.PAPER)
    late = Q(outcome=None, sent_at__lt=now - PATIENCE[Sending.SENT]) & ~mailed
    late |= Q(outcome=None, sent_at__lt=now - MAIL_DAYS) & mailed
    for state, patience in PATIENCE.items():
        late |= Q(outcome=state, sent_at__lt=now - patience)
    medicare = Q(batch__payer__filing__in=MEDICARE, sent_at__lt=now - MEDICARE_DAYS)
    late |= medicare & Q(outcome__in=(Sending.ACCEPTED, Sending.IN_PROCESS))
    found = rows.filter(late).filter(~Exists(told), ~Exists(later))
    return found.select_related("claim__patient__party", "batch__payer").order_by("sent_at", "id")
