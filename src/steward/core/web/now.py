"""The clock for what is only shown; services use the clock of their call."""

from __future__ import annotations

from datetime import date, datetime

from steward.core import clock


def today() -> date:
    """Today on the practice's wall."""
    return clock.system_clock().today()


def local_now() -> datetime:
    """This moment in the practice's zone."""
    running = clock.system_clock()
    return running.now().astimezone(running.zone)


def local(moment: datetime) -> datetime:
    """A stored moment in the practice's zone."""
    return moment.astimezone(clock.practice_zone())
