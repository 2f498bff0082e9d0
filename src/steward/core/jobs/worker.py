"""The job worker: takes jobs one after another, and is the scheduler. One with SQLite, any number with PostgreSQL."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, IntegrityError, close_old_connections, connection, transaction

from steward.core import clock
from steward.core.jobs.kinds import Scheduled, kind_named, last_due, schedule
from steward.core.jobs.models import Job
from steward.core.jobs.runner import is_alone, recover
from steward.core.jobs.services import enqueue
from steward.core.jobs.states import JobState
from steward.core.jobs.work import Stop
from steward.core.service import system_call

log = logging.getLogger("steward.jobs")
IDLE_SECONDS = 0.5
LOOK_SECONDS = 15
HEARTBEAT_SECONDS = 20
KEEP_TASKS_DAYS = 30


def work() -> None:
    """Run until SIGTERM. A database that is away for a while (disk full, restart) is waited for, not died of."""
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    worker_id = f"{os.uname().nodename[:30]}-{os.getpid()}"
    if not is_alone():
        threading.Thread(target=_heartbeat, daemon=True).start()
    scheduler = Scheduler()
    recovered = False
    while not Stop.asked:
        try:
            if not recovered:
                recover(alone=is_alone())
                recovered = True
            scheduler.look()
            if not run_one(worker_id):
                time.sleep(IDLE_SECONDS)
        except DatabaseError:
            log.exception("the database does not answer")
            connection.close()
            time.sleep(2)


def _stop(*_ignored: Any) -> None:
    Stop.asked = True


def run_one(worker_id: str = "test") -> bool:
    """Run the next job that waits; False if none does."""
    from django_tasks_db.management.commands.db_worker import Worker
    from django_tasks_db.models import DBTaskResult

    close_old_connections()
    if not DBTaskResult.objects.ready().exists():
        return False
    Worker(
        queue_names=["*"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=1,
        worker_id=worker_id,
        excluded_queue_names=[],
    ).run()
    return True


class Scheduler:
    """Looks at the clock now and then, and asks for what is due. Several schedulers may look at once:
    a job's key is unique.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._looked = -1e9
        self._passing: dict[str, float] = {}

    def look(self) -> None:
        """Ask for daily work that is due and was not asked for; do passing work whose pause is over."""
        now = self._monotonic()
        if now - self._looked >= LOOK_SECONDS:
            self._looked = now
            for item in schedule():
                if item.at is not None:
                    ask_if_due(item)
        for item in schedule():
            if item.every_seconds and now - self._passing.get(item.kind, -1e9) >= item.every_seconds:
                self._passing[item.kind] = now
                _in_passing(item)


def ask_if_due(item: Scheduled) -> Job | None:
    """Ask for a daily piece of work unless it was asked for since it was last due;
    missed days are not made up one by one.
    """
    now = clock.system_clock()
    if item.at is None:
        return None
    due = last_due(item.at, now)
    key = f"{item.kind}@{due.isoformat(timespec='minutes')}"
    if Job.objects.filter(key=key).exists():
        return None
    try:
        with transaction.atomic():
            return enqueue(system_call("job"), kind=item.kind, title=item.title or item.kind, args=item.args, key=key)
    except IntegrityError:  # another scheduler was quicker
        return None


def _in_passing(item: Scheduled) -> None:
    try:
        kind_named(item.kind).function(system_call("job"), **item.args)
    except DatabaseError:
        raise
    except Exception:
        log.exception("passing work failed", extra={"kind": item.kind})


def _heartbeat() -> None:
    """Say that this worker's job is alive even while the job itself is silent (PostgreSQL: others would take it up)."""
    from steward.core.jobs import current

    while not Stop.asked:
        time.sleep(HEARTBEAT_SECONDS)
        uid = current.uid
        if uid is None:
            continue
        try:
            Job.objects.filter(uid=uid, state=JobState.RUNNING.value).update(seen_alive_at=clock.system_clock().now())
        except DatabaseError:
            connection.close()
