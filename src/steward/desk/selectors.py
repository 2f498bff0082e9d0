"""What Today shows, asked of the rooms in a constant number of queries."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from steward.core.access.decide import Subject
from steward.core.clock import Clock
from steward.core.today import sharing
from steward.core.web.days import say_time
from steward.desk import rooms
from steward.frontdesk import desk as frontdesk


def today(subject: Subject, clock: Clock) -> dict[str, Any]:
    """Everything the page needs: tasks, figures, the day's strips, the steps of the close."""
    with sharing():
        return _today(subject, clock)


def _today(subject: Subject, clock: Clock) -> dict[str, Any]:
    day = clock.today()
    steps = rooms.closing(subject, day)
    done = sum(step.done for step in steps)
    return {
        "day": day,
        "now": _("now %s") % say_time(clock.now().astimezone(clock.zone)),
        "sentence": frontdesk.sentence(subject, day),
        "tasks": rooms.waiting(subject, day),
        "figures": rooms.figures(subject, day),
        "strips": frontdesk.strips(subject, day, clock),
        "steps": steps,
        "done_of": _("%(done)d of %(all)d") % {"done": done, "all": len(steps)},
    }
