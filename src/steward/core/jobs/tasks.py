"""What the queue does for itself."""

from __future__ import annotations

from datetime import timedelta

from steward.core.jobs.runner import is_alone, recover
from steward.core.service import Call

KEEP_TASKS_DAYS = 30


def tidy(call: Call) -> int:
    """Forget finished deliveries of the queue after 30 days (the job rows stay),
    and take up jobs of dead workers elsewhere.
    """
    from django_tasks_db.models import DBTaskResult

    old = call.now - timedelta(days=KEEP_TASKS_DAYS)
    gone, _kinds = DBTaskResult.objects.finished().filter(finished_at__lt=old).delete()
    return gone + (0 if is_alone() else recover(alone=False))
