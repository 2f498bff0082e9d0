"""A list of work for the tests of jobs: what ``desk.schedule`` is for the product."""

from __future__ import annotations

import os
import time
from datetime import time as walltime
from pathlib import Path

from steward.core.jobs.kinds import Kind, Scheduled
from steward.core.jobs.work import Result, Work
from steward.core.refusals import refuse

seen: list[object] = []


def count(work: Work, n: int) -> Result:
    for step in range(1, n + 1):
        work.progress(step, n, f"step {step}")
        seen.append(step)
    return Result(url="/done/", message=f"{n} counted", data={"n": n})


def refused(work: Work) -> None:
    raise refuse("no", "It cannot be done.", "Do the other thing.")


def broken(work: Work) -> None:
    raise ValueError("Mary Brown, born 1950")


def who(work: Work) -> Result:
    return Result(data={"user": work.call.user_id, "roles": sorted(work.call.subject.roles)})


def slow(work: Work, folder: str, steps: int) -> Result:
    """Leaves a mark at every step; for the test that kills its worker."""
    for step in range(1, steps + 1):
        Path(folder, f"{os.getpid()}-{step}").touch()
        work.progress(step, steps)
        time.sleep(0.05)
    return Result(message="whole")


def passing(call) -> None:
    seen.append(call.channel)


KINDS = (
    Kind("test.count", count),
    Kind("test.refused", refused),
    Kind("test.broken", broken),
    Kind("test.who", who),
    Kind("test.slow", slow),
    Kind("test.once", slow, repeatable=False),
    Kind("test.passing", passing),
)
SCHEDULE = (
    Scheduled("test.who", title="Who am I", at=walltime(2, 30)),
    Scheduled("test.passing", every_seconds=60),
)
