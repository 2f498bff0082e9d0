"""What a job's function holds in its hands: who asked, how to say how far it is, and whether to go on."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from steward.core.jobs import slate
from steward.core.jobs.models import Job
from steward.core.service import Call

PAUSE_SECONDS = 0.4


class JobCancelled(Exception):
    """Somebody asked this job to stop; raised by ``progress``, caught by the runner."""


class JobInterrupted(Exception):
    """The worker is being ended; raised by ``progress``; the job goes back to the queue if its kind may be repeated."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a job leaves: where to look (a path), one sentence, and plain data for the command line."""

    url: str = ""
    message: str = ""
    data: dict[str, Any] = field(default_factory=dict)


class Stop:
    """Whether the worker has been told to end. One a process."""

    asked = False


@dataclass
class Work:
    """``call`` acts as the person who asked (the system, for scheduled work)."""

    job: Job
    call: Call
    _told: float = 0.0

    def progress(self, done: int, total: int = 0, message: str = "") -> None:
        """Say that ``done`` of ``total`` steps are behind us. Call it at every step: it writes at most twice a second.

        Raises JobCancelled or JobInterrupted; let them pass, the runner's transaction handling undoes what is half
        done.
        """
        if slate.asked_to_stop(self.job.uid):
            raise JobCancelled
        if Stop.asked:
            raise JobInterrupted
        now = time.monotonic()
        if now - self._told < PAUSE_SECONDS and (not total or done < total):
            return
        self._told = now
        total = max(total, 0)
        self.job.done, self.job.total = (min(done, total) if total else max(done, 0)), total
        self.job.message = (message or self.job.message)[:300]
        slate.write(self.job.uid, self.job.done, self.job.total, self.job.message)
        if not connection.in_atomic_block:
            Job.objects.filter(pk=self.job.pk).update(
                done=self.job.done, total=self.job.total, message=self.job.message, seen_alive_at=self.call.now
            )
