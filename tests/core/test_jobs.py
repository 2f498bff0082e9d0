"""Jobs: one end whatever dies, progress while they run, stopped when asked,
and by the clock without gaps or doubles.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from datetime import time as walltime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.urls import reverse

from steward.core import clock
from steward.core.clock import system_clock
from steward.core.jobs import runner, selectors, services, slate, worker
from steward.core.jobs.kinds import kind_named, last_due, schedule
from steward.core.jobs.models import Job
from steward.core.jobs.states import FINISHED, TRANSITIONS, JobState, may_become
from steward.core.jobs.work import JobInterrupted, Stop, Work
from steward.core.refusals import Denied, Refused
from tests.core import jobs_list
from tests.support import Office, signed_in

NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture
def office(db) -> Office:
    """People alone: the ground needs no room above it."""
    return Office()


@pytest.fixture(autouse=True)
def own_list(settings, tmp_path, monkeypatch):
    # the worker drops stale connections between jobs; a test's one is inside a transaction that must survive
    for module in ("steward.core.jobs.worker", "django_tasks_db.management.commands.db_worker"):
        monkeypatch.setattr(f"{module}.close_old_connections", lambda: None)
    settings.DATA = tmp_path
    settings.STEWARD_SCHEDULE = "tests.core.jobs_list"
    jobs_list.seen.clear()


def ask(office, kind: str = "test.count", role: str = "biller", **args) -> Job:
    return services.enqueue(
        office.call(role), kind=kind, title="Counting", args=args or ({"n": 3} if "count" in kind else {})
    )


def run_all() -> None:
    while worker.run_one():
        pass


def test_a_job_runs_to_its_result(office):
    job = ask(office)
    assert job.state == "queued"
    run_all()
    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.message) == ("done", 3, 3, "3 counted")
    assert job.result == {"n": 3} and job.result_url == "/done/" and job.attempts == 1
    assert jobs_list.seen == [1, 2, 3]


def test_a_job_of_a_rolled_back_act_never_runs(office):
    with pytest.raises(RuntimeError), transaction.atomic():
        ask(office)
        raise RuntimeError
    run_all()
    assert Job.objects.count() == 0 and jobs_list.seen == []


def test_asked_twice_with_one_key_runs_once(office):
    call = office.call("biller")
    one = services.enqueue(call, kind="test.count", title="x", args={"n": 1}, key="once")
    two = services.enqueue(call, kind="test.count", title="x", args={"n": 1}, key="once")
    assert one == two
    run_all()
    assert jobs_list.seen == [1]


def test_a_job_acts_as_whoever_asked(office):
    job = ask(office, "test.who")
    run_all()
    job.refresh_from_db()
    assert job.result == {"user": office.user("biller").pk, "roles": ["biller"]}


def test_a_refusal_is_the_answer(office):
    job = ask(office, "test.refused")
    run_all()
    job.refresh_from_db()
    assert (job.state, job.message) == ("failed", "It cannot be done. Do the other thing.")


def test_a_fault_shows_a_reference_and_nothing_else(office, caplog):
    job = ask(office, "test.broken")
    run_all()
    job.refresh_from_db()
    assert job.state == "failed" and "reference" in job.message and "Mary" not in job.message
    from django_tasks_db.models import DBTaskResult

    assert not any("Mary" in task.traceback for task in DBTaskResult.objects.all())


def test_an_unknown_kind_is_refused_when_asked_and_said_when_gone(office, settings):
    with pytest.raises(KeyError):
        ask(office, "test.nothing")
    job = ask(office)
    Job.objects.update(kind="test.gone")
    run_all()
    job.refresh_from_db()
    assert job.state == "failed" and "not known" in job.message


def test_a_waiting_job_stops_at_once_and_a_running_one_at_its_next_step(office):
    job = ask(office)
    services.cancel(office.call("biller"), job=job)
    run_all()
    job.refresh_from_db()
    assert job.state == "cancelled" and jobs_list.seen == []

    running = ask(office, n=5)
    slate.ask_to_stop(running.uid)
    run_all()
    running.refresh_from_db()
    assert running.state == "cancelled" and jobs_list.seen == []
    with pytest.raises(Refused) as refused:
        services.cancel(office.call("biller"), job=running)
    assert refused.value.code == "job_ended"


def test_only_the_asker_or_who_may_all_stops_it(office):
    job = ask(office)
    with pytest.raises(Denied):
        services.cancel(office.call("bookkeeper"), job=job)
    services.cancel(office.call("administrator"), job=job)


def test_progress_shows_from_inside_a_transaction(office):
    job = ask(office)
    Job.objects.update(state="running")
    job.refresh_from_db()
    with transaction.atomic():
        Work(job, office.call("biller")).progress(7, 20, "seventh")
    shown = selectors.shown(job, office.call("biller").subject)
    assert (shown.done, shown.total, shown.words, shown.finished) == (7, 20, "seventh", False)


def test_progress_is_never_more_than_all(office):
    job = ask(office)
    work = Work(job, office.call("biller"))
    work.progress(30, 20)
    assert (job.done, job.total) == (20, 20)


def test_a_failed_job_can_be_tried_again(office):
    job = ask(office, "test.refused")
    run_all()
    Job.objects.update(kind="test.count", args={"n": 2})
    services.again(office.call("biller"), job=job)
    run_all()
    job.refresh_from_db()
    assert job.state == "done"
    with pytest.raises(Refused):
        services.again(office.call("biller"), job=job)


# --- death


def test_a_job_whose_worker_died_is_begun_again(office):
    job = ask(office)
    from django_tasks_db.models import DBTaskResult

    DBTaskResult.objects.update(status="RUNNING")
    Job.objects.update(state="running", attempts=1)
    assert runner.recover(alone=True) == 1
    run_all()
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("done", 2)


def test_one_that_keeps_killing_its_worker_is_given_up(office):
    job = ask(office)
    Job.objects.update(state="running", attempts=3)
    runner.recover(alone=True)
    run_all()
    job.refresh_from_db()
    assert job.state == "failed" and "cut off" in job.message


def test_one_that_must_not_repeat_says_so(office, tmp_path):
    job = ask(office, "test.once", folder=str(tmp_path), steps=1)
    Job.objects.update(state="running", attempts=1)
    runner.recover(alone=True)
    job.refresh_from_db()
    assert job.state == "failed"


def test_a_living_job_of_another_worker_is_left_alone(office):
    job = ask(office)
    now = clock.system_clock().now()
    Job.objects.update(state="running", seen_alive_at=now, attempts=1)
    runner.recover(alone=False)
    job.refresh_from_db()
    assert job.state == "running"
    Job.objects.update(seen_alive_at=now - timedelta(seconds=runner.DEAD_AFTER_SECONDS + 5))
    runner.recover(alone=False)
    job.refresh_from_db()
    assert job.state == "queued"


def test_an_ending_worker_gives_its_job_back(office, monkeypatch):
    job = ask(office)
    monkeypatch.setattr(Stop, "asked", True)
    with pytest.raises(JobInterrupted):
        Work(job, office.call("biller")).progress(1, 2)
    worker.run_one()
    job.refresh_from_db()
    assert job.state == "queued"
    monkeypatch.setattr(Stop, "asked", False)
    run_all()
    job.refresh_from_db()
    assert job.state == "done"


def test_a_delivery_that_was_lost_is_made_again(office):
    from django_tasks_db.models import DBTaskResult

    job = ask(office)
    DBTaskResult.objects.all().delete()
    runner.recover(alone=True)
    run_all()
    job.refresh_from_db()
    assert job.state == "done"


@pytest.mark.race
def test_killed_workers_lose_nothing_and_double_nothing(real_db, tmp_path, settings):
    office = Office()
    marks = tmp_path / "marks"
    marks.mkdir()
    settings.DATA = Path(real_db["STEWARD_DATA"])
    job = ask(office, "test.slow", folder=str(marks), steps=20)
    env = {**real_db, "DJANGO_SETTINGS_MODULE": "tests.core.jobs_settings"}
    program = "import django; django.setup(); from steward.core.jobs.worker import work; work()"
    for kill in (True, False):
        child = subprocess.Popen([sys.executable, "-c", program], env=env, cwd=Path(__file__).parents[2])
        until = time.monotonic() + 60
        while time.monotonic() < until:
            time.sleep(0.1)
            job.refresh_from_db()
            if kill and len(list(marks.iterdir())) >= 3:
                break
            if JobState(job.state) in FINISHED:
                break
        child.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
        child.wait(timeout=30)
        if kill:
            job.refresh_from_db()
            assert job.state == "running"
            Job.objects.update(seen_alive_at=clock.system_clock().now() - timedelta(minutes=5))
            if os.environ.get("DATABASE_URL"):
                runner.recover(alone=False)
    job.refresh_from_db()
    assert (job.state, job.message, job.attempts) == ("done", "whole", 2)


# --- by the clock


def test_daily_work_is_asked_for_once_a_day(office, monkeypatch):
    item = schedule()[0]
    moment = [datetime(2026, 11, 23, 7, 29, tzinfo=UTC)]  # 02:29 in New York
    monkeypatch.setattr(clock, "system_clock", lambda *_: clock.FixedClock(moment[0], NEW_YORK))
    assert worker.ask_if_due(item) is not None, "yesterday's was never asked for"
    assert worker.ask_if_due(item) is None
    moment[0] += timedelta(minutes=1)
    assert worker.ask_if_due(item) is not None
    assert worker.ask_if_due(item) is None
    moment[0] += timedelta(days=5)
    assert worker.ask_if_due(item) is not None, "after days off it runs once, not five times"
    assert worker.ask_if_due(item) is None
    assert Job.objects.count() == 3


def test_passing_work_leaves_no_rows(office):
    seconds = [0.0]
    scheduler = worker.Scheduler(lambda: seconds[0])
    scheduler._looked = 1e9  # the daily work is not asked about here
    for at in (0, 30, 59, 60, 119, 120):
        seconds[0] = at
        scheduler.look()
    assert jobs_list.seen == ["job"] * 3
    assert Job.objects.count() == 0


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-23T12:00:00-05:00", "2026-11-23T02:30:00-05:00"),
        ("2026-11-23T02:29:59-05:00", "2026-11-22T02:30:00-05:00"),
        ("2026-03-08T12:00:00-04:00", "2026-03-08T03:30:00-04:00"),  # 02:30 does not exist that night
        ("2026-11-01T12:00:00-05:00", "2026-11-01T02:30:00-05:00"),
        ("2027-01-01T00:00:00-05:00", "2026-12-31T02:30:00-05:00"),
    ],
)
def test_when_daily_work_was_last_due(now, due):
    fixed = clock.FixedClock(datetime.fromisoformat(now), NEW_YORK)
    assert last_due(walltime(2, 30), fixed) == datetime.fromisoformat(due)


def test_the_product_s_own_list_is_whole(settings):
    del settings.STEWARD_SCHEDULE
    for item in schedule():
        assert kind_named(item.kind)
        assert (item.at is None) != (item.every_seconds == 0)


def test_the_life_of_a_job_is_the_table():
    for now in JobState:
        for then in JobState:
            assert may_become(now, then) == (then in TRANSITIONS[now])


# --- screens


def test_the_screens(office):
    job, other = ask(office), ask(office, role="administrator")
    client = signed_in("biller")
    page = client.get(reverse("jobs:list")).content.decode()
    assert str(job.uid) in page and str(other.uid) not in page
    part = client.get(reverse("jobs:progress", args=[job.uid]))
    assert part.status_code == 200 and b"<progress" in part.content and b"hx-get" in part.content
    assert client.get(reverse("jobs:job", args=[other.uid])).status_code == 404
    assert client.post(reverse("jobs:cancel", args=[other.uid])).status_code == 404
    client.post(reverse("jobs:cancel", args=[job.uid]))
    job.refresh_from_db()
    assert job.state == "cancelled"
    part = client.get(reverse("jobs:progress", args=[job.uid]))
    assert b"hx-get" not in part.content, "an ended job is not asked about any more"
    assert signed_in("clinician").get(reverse("jobs:list")).status_code == 403


def test_asking_how_far_a_job_is_never_keeps_a_session_alive(office):
    job = ask(office)
    client = signed_in("biller")
    session = client.session
    seen = (system_clock().now() - timedelta(minutes=5)).isoformat()
    session["seen_at"] = seen
    session.save()
    client.get(reverse("jobs:progress", args=[job.uid]))
    assert client.session["seen_at"] == seen
    client.get(reverse("jobs:list"))
    assert client.session["seen_at"] != seen
