"""What approvals tell Today: what waits for my signature, and what the owner has not read."""

from __future__ import annotations

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from steward.core.access.decide import Subject
from steward.core.access.policy import holds
from steward.core.approvals import selectors, words
from steward.core.approvals.models import ApprovalRequest
from steward.core.clock import Clock, local_day, system_clock
from steward.core.today import Action, Task

ACTIONS = (
    Action(_("Lend my approvals"), "approvals:delegate", "approval.delegate"),
    Action(_("Ask for a standing approval"), "approvals:envelope", "approval.request"),
)


def waiting(subject: Subject, today: date) -> list[Task]:
    """One line for each request that is mine to sign, and one for the owner's review list."""
    clock = system_clock()
    tasks = []
    if holds(subject, "approval.decide"):
        tasks = [_task(waits.request, clock) for waits in selectors.waiting_for(subject.user_id, clock.now())[:20]]
    if holds(subject, "review.owner"):
        unread = selectors.unreviewed(today).count()
        if unread:
            what = _("%s acts done by one person alone") % unread
            why = _("Unread, they keep the month from being locked")
            tasks.append(Task("wait", what, why, reverse("approvals:reviews"), _("Read"), order=20))
    return tasks


def _task(asked: ApprovalRequest, clock: Clock) -> Task:
    by = asked.requester.name if asked.requester else _("Steward")
    why = _("%(kind)s, asked by %(name)s") % {"kind": words.plain(asked.kind), "name": by}
    return Task(
        state="wait", what=asked.title, why=why, url=reverse("approvals:request", args=[asked.uid]), verb=_("Decide"),
        cents=asked.amount_cents or None, due=local_day(asked.asked_at, clock.zone), order=10,
    )  # fmt: skip
