"""Asking for long work, stopping it, and asking again."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from steward.core.jobs import slate
from steward.core.jobs.kinds import kind_named
from steward.core.jobs.models import Job
from steward.core.jobs.states import JobState, may_become
from steward.core.service import Call, note, refuse, service


@service("jobs.enqueue", "job.run", says="asked for long work")
def enqueue(call: Call, *, kind: str, title: str, args: dict[str, Any] | None = None, key: str | None = None) -> Job:
    """Ask for work of ``kind`` (a name in the schedule's KINDS) with ``args`` (plain values and uids as text,
    nothing personal).

    With a ``key`` that was used before, the job of that time comes back. The job and its place in the queue are
    written in the caller's transaction: either both exist or neither does.
    """
    kind_named(kind)  # a kind nobody knows must fail here, not in the worker
    if key is not None:
        there = Job.objects.filter(key=key).first()
        if there is not None:
            return there
    job = Job(kind=kind, title=title[:160], args=args or {}, key=key, asked_by_id=call.user_id, asked_at=call.now)
    job.save(force_insert=True)
    _queue(job)
    return job


def _queue(job: Job) -> None:
    from steward.core.jobs.runner import run_job

    run_job.enqueue(str(job.uid))


@service("jobs.cancel", "job.run", says="stopped long work", about=lambda **kw: kw["job"])
def cancel(call: Call, *, job: Job) -> Job:
    """Stop a job: at once if it waits, at its next step if it runs. Refuses ``job_ended``."""
    job = Job.objects.select_for_update().get(pk=job.pk)
    if not job.is_open:
        raise refuse("job_ended", _("This work has ended already."), _("Nothing is left to stop."))
    slate.ask_to_stop(job.uid)
    job.cancel_requested = True
    fields = ["cancel_requested"]
    if job.state == JobState.QUEUED.value:
        job.state, job.finished_at, job.message = JobState.CANCELLED.value, call.now, _("Stopped before it began.")
        fields += ["state", "finished_at", "message"]
    job.save(update_fields=fields)
    note(job, fields=fields)
    return job


@service("jobs.again", "job.run", says="asked for long work again", about=lambda **kw: kw["job"])
def again(call: Call, *, job: Job) -> Job:
    """Put a failed job back into the queue. Refuses ``job_not_failed``."""
    job = Job.objects.select_for_update().get(pk=job.pk)
    if not may_become(JobState(job.state), JobState.QUEUED) or job.state != JobState.FAILED.value:
        raise refuse("job_not_failed", _("Only work that failed can be tried again."), _("Start it from its own page."))
    slate.wipe(job.uid)
    job.state, job.finished_at, job.attempts, job.cancel_requested = JobState.QUEUED.value, None, 0, False
    job.message, job.done, job.total = "", 0, 0
    job.save(update_fields=["state", "finished_at", "attempts", "cancel_requested", "message", "done", "total"])
    _queue(job)
    return job
