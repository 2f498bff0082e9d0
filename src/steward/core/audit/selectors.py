"""The log as people read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from steward.core.access.decide import Subject
from steward.core.access.policy import scoped
from steward.core.audit.models import AuditHead, AuditRow, SignedHead
from steward.core.service import SERVICES


@dataclass(frozen=True, slots=True)
class Sentence:
    """One line of a history: who did what, when, and with which reason."""

    at: datetime
    who: str
    did: str
    reason: str
    fields: tuple[str, ...]
    denied: bool
    seq: int


def history(object_uid: UUID, *, limit: int = 100) -> Sequence[Sentence]:
    """What was done to one record, newest first (one query)."""
    rows = AuditRow.objects.filter(Q(object_uid=object_uid)).order_by("-seq")[:limit]
    return [sentence(row) for row in rows]


def sentence(row: AuditRow) -> Sentence:
    """A row in words; an action whose service is gone keeps its name."""
    known = SERVICES.get(row.action)
    did = known.says if known else row.action.split(".")[-1].replace("_", " ")
    if row.decision == "deny":
        did = f"was refused: {did}"
    return Sentence(row.at, row.actor_name, did, row.reason, tuple(row.fields), row.decision == "deny", row.seq)


def log(subject: Subject) -> QuerySet[AuditRow]:
    """The rows the subject may read: all or none."""
    return scoped(subject, "audit.read", AuditRow.objects.all())


def signed_heads(*, limit: int) -> Sequence[SignedHead]:
    """The latest signed days, newest first."""
    return list(SignedHead.objects.order_by("-day")[:limit])


def ends() -> list[tuple[str, int, str]]:
    """Where the log stands, to be printed on paper that leaves the machine: (day signed or "", row, hash). Two queries."""
    rows = [(head.day.isoformat(), head.seq, head.hash) for head in SignedHead.objects.order_by("-day")[:1]]
    return rows + [("", head.seq, head.hash) for head in AuditHead.objects.filter(pk=1, seq__gt=0)]


def refused_tries(object_uid: UUID, actions: Sequence[str]) -> int:
    """How often one of these acts on a record was refused. One query."""
    return AuditRow.objects.filter(object_uid=object_uid, action__in=actions, decision="deny").count()


def last_row() -> int:
    """The number of the last row, 0 in an empty log."""
    head = AuditHead.objects.filter(pk=1).first()
    return head.seq if head else 0
