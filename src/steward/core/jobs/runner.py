"""Running one job, and taking up those whose worker died. The runner's notes on the job row are nobody's act:
no audit row.
"""

from __future__ import annotations

import logging
import secrets
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django_tasks import task

from steward.core import clock
from steward.core.access.decide import Context
from steward.core.access.subjects import subject_of
from steward.core.jobs import current, slate
from steward.core.jobs.kinds import kind_named
from steward.core.jobs.models import Job
from steward.core.jobs.states import JobState
from steward.core.jobs.work import JobCancelled, JobInterrupted, Result, Work
from steward.core.refusals import Refused
from steward.core.service import Call, system_call

log = logging.getLogger("steward.jobs")
MOST_ATTEMPTS = 3
DEAD_AFTER_SECONDS = 90


@task()
def run_job(uid: str) -> None:
    """The one task of the queue: run the job with this uid to an end. Never raises for what the job does."""
    job = _begin(UUID(uid))
    if job is None:
        return
    if _unknown(job):
        return _end(job, JobState.FAILED, _("This kind of work is not known any more."))
    current.uid = job.uid
    try:
        found = kind_named(job.kind).function(Work(job, _call_for(job)), **job.args)
        result = found if isinstance(found, Result) else Result()
        _end(job, JobState.DONE, result.message or _("Done."), result)
    except JobCancelled:
        _end(job, JobState.CANCELLED, _("Stopped. What was half done was undone."))
    except JobInterrupted:
        _give_back(job)
    except Refused as refused:
        first = refused.refusals[0]
        _end(job, JobState.FAILED, f"{first.message} {first.fix}".strip())
    except Exception:
        reference = secrets.token_hex(4)
        log.exception("job failed", extra={"reference": reference, "job": str(job.uid), "kind": job.kind})
        _end(job, JobState.FAILED, _("Something went wrong; tell support reference %s.") % reference)
    finally:
        current.uid = None
    return None


def _unknown(job: Job) -> bool:
    try:
        kind_named(job.kind)
    except KeyError:
        return True
    return False


def _begin(uid: UUID) -> Job | None:
    """Take the job from the queue; None if it is not waiting (cancelled meanwhile, or a second delivery)."""
    now = clock.system_clock().now()
    taken = Job.objects.filter(uid=uid, state=JobState.QUEUED.value).update(
        state=JobState.RUNNING.value, started_at=now, seen_alive_at=now
    )
    if not taken:
        return None
    job = Job.objects.select_related("asked_by").get(uid=uid)
    job.attempts += 1
    job.save(update_fields=["attempts"])
    return job


def _call_for(job: Job) -> Call:
    """The call a job's function makes its services with: the person who asked, as far as they may today."""
    if job.asked_by is None:
        return system_call("job")
    now = clock.system_clock()
    subject = subject_of(job.asked_by, now.today(), now.now())
    return Call(subject, now, channel="job", context=Context(second_factor=True, now=now.now()))


def _end(job: Job, state: JobState, message: str, result: Result | None = None) -> None:
    note = slate.read(job.uid)
    if note:
        job.done, job.total = note[0], note[1]
    if state is JobState.DONE and job.total:
        job.done = job.total
    job.state, job.message, job.finished_at = state.value, message[:300], clock.system_clock().now()
    if result is not None:
        job.result, job.result_url = result.data, result.url[:200]
    job.save(update_fields=["state", "message", "finished_at", "done", "total", "result", "result_url"])
    slate.wipe(job.uid)


def _give_back(job: Job) -> None:
    """Put a job whose worker ends or died back into the queue, or say that it will not be repeated."""
    repeatable = not _unknown(job) and kind_named(job.kind).repeatable
    if job.cancel_requested or slate.asked_to_stop(job.uid):
        return _end(job, JobState.CANCELLED, _("Stopped."))
    if not repeatable or job.attempts >= MOST_ATTEMPTS:
        return _end(
            job,
            JobState.FAILED,
            _("It was cut off and is not begun again by itself. Look at what it did, then try again."),
        )
    with transaction.atomic():
        job.state = JobState.QUEUED.value
        job.save(update_fields=["state"])
        run_job.enqueue(str(job.uid))
    slate.wipe(job.uid)
    return None


def recover(*, alone: bool) -> int:
    """Take up jobs whose worker died; how many. ``alone``: no other worker exists (SQLite),
    so every running job is such a one.
    """
    running = Job.objects.filter(state=JobState.RUNNING.value).select_related("asked_by")
    if not alone:
        running = running.filter(seen_alive_at__lt=clock.system_clock().now() - timedelta(seconds=DEAD_AFTER_SECONDS))
    count = 0
    for job in running:
        _give_back(job)
        count += 1
    return count + _requeue_lost()


def _requeue_lost() -> int:
    """Queued jobs without a task waiting for them (a task taken by a worker that died before it began the job)."""
    from django_tasks_db.models import DBTaskResult

    waiting = {
        row["args"][0] for row in DBTaskResult.objects.ready().values_list("args_kwargs", flat=True) if row["args"]
    }
    lost = [job for job in Job.objects.filter(state=JobState.QUEUED.value) if str(job.uid) not in waiting]
    for job in lost:
        run_job.enqueue(str(job.uid))
    return len(lost)


def is_alone() -> bool:
    """Whether this database has one worker at most (SQLite: the supervisor's lock sees to it)."""
    return connection.vendor == "sqlite"
