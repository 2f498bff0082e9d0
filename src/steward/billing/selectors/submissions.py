"""What went out: batches, and how the last submission of a claim stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from steward.billing.models import Batch, Submission, SubmissionEvent
from steward.billing.states import Form, Sending
from steward.core.access.decide import Subject
from steward.core.access.policy import scoped
from steward.insurance.models import Payer

CHUNK = 5_000
SENT = ("pk", "claim_id", "rank", "frequency", "outcome", "sent_at")


@dataclass(frozen=True, slots=True)
class LastSent:
    """The last submission of a claim to a rank."""

    submission: int
    claim: int
    rank: int
    frequency: str
    outcome: str
    sent_at: datetime


def batches(subject: Subject) -> QuerySet[Batch]:
    """Files written, latest first."""
    return scoped(subject, "charge.read", Batch.objects.select_related("payer", "written_by", "file")).order_by(
        "-written_at", "-id"
    )


def batch_by_uid(subject: Subject, uid: UUID) -> Batch | None:
    """One batch, or None."""
    return batches(subject).filter(uid=uid).first()


def undelivered(payer: Payer | None = None) -> QuerySet[Batch]:
    """Files that no door has taken yet, oldest first; paper goes by mail."""
    rows = Batch.objects.filter(delivered_at=None).exclude(form=Form.PAPER).select_related("file")
    return (rows if payer is None else rows.filter(payer=payer)).order_by("number")


def unmailed() -> QuerySet[Batch]:
    """Claims on paper that nobody said were mailed, oldest first."""
    return Batch.objects.filter(delivered_at=None, form=Form.PAPER).select_related("payer").order_by("number")


def submissions_of(batch: Batch) -> QuerySet[Submission]:
    """The claims of a file in its order, each with ``outcome`` and ``words`` of its last event. One query."""
    return with_outcome(Submission.objects.filter(batch=batch)).select_related("claim__patient__party").order_by("position")


def with_outcome(rows: QuerySet[Submission]) -> QuerySet[Submission]:
    """Submissions with what stands of what was said of them (``STAGES``); ``outcome`` is None while nothing was."""
    last = SubmissionEvent.objects.filter(submission=OuterRef("pk")).order_by("-stage", "-id")
    return rows.annotate(outcome=Subquery(last.values("outcome")[:1]), words=Subquery(last.values("words")[:1]))


def last_sent(claims: Iterable[int]) -> dict[int, list[LastSent]]:
    """Claim -> its last submission to each rank, the latest rank's last first. One query a 5,000 claims."""
    wanted = list(dict.fromkeys(claims))
    found: dict[int, dict[int, LastSent]] = {}
    for start in range(0, len(wanted), CHUNK):
        rows = with_outcome(Submission.objects.filter(claim__in=wanted[start : start + CHUNK])).order_by("id")
        for pk, claim, rank, frequency, outcome, at in rows.values_list(*SENT):
            found.setdefault(claim, {})[rank] = LastSent(pk, claim, rank, frequency, outcome or Sending.SENT, at)
    return {claim: sorted(by_rank.values(), key=lambda one: -one.submission) for claim, by_rank in found.items()}
