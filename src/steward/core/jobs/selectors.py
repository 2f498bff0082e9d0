"""What a person sees of long work."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from steward.core.access.decide import Subject
from steward.core.access.policy import may, scoped
from steward.core.jobs import slate
from steward.core.jobs.models import Job
from steward.core.jobs.states import JobState


@dataclass(frozen=True, slots=True)
class Shown:
    """A job as ``{% progress %}`` draws it."""

    uid: UUID
    title: str
    done: int
    total: int
    words: str
    finished: bool
    url: str
    cancel_url: str
    result_url: str
    csrf: str


def jobs(subject: Subject) -> QuerySet[Job]:
    """The jobs this person may see, newest first."""
    rows = Job.objects.select_related("asked_by").order_by("-asked_at", "-id")
    return scoped(subject, "job.read", rows, own=Q(asked_by_id=subject.user_id))


def job(subject: Subject, uid: UUID) -> Job | None:
    """One job, if this person may see it."""
    return jobs(subject).filter(uid=uid).first()


def shown(row: Job, subject: Subject, csrf: str = "") -> Shown:
    """How far a job is, from its row and, while it runs, from its own note."""
    note = slate.read(row.uid) if row.state == JobState.RUNNING.value else None
    done, total, message = note or (row.done, row.total, row.message)
    stoppable = row.is_open and may(subject, "job.run", row).allowed
    return Shown(
        uid=row.uid,
        title=row.title,
        done=done,
        total=total,
        words=message or state_words(row),
        finished=not row.is_open,
        url=reverse("jobs:progress", args=[row.uid]),
        cancel_url=reverse("jobs:cancel", args=[row.uid]) if stoppable else "",
        result_url=row.result_url,
        csrf=csrf,
    )


def state_words(row: Job) -> str:
    """A job's state in words."""
    return {
        JobState.QUEUED: _("Waiting for its turn"),
        JobState.RUNNING: _("Stopping") if row.cancel_requested else _("Running"),
        JobState.DONE: _("Done"),
        JobState.FAILED: _("Failed"),
        JobState.CANCELLED: _("Stopped"),
    }[JobState(row.state)]


def tone(row: Job) -> str:
    """The badge's tone of a job's state."""
    return {"done": "good", "failed": "bad", "running": "accent"}.get(row.state, "")
