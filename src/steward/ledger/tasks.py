"""What the scheduler runs for the books: what posts itself."""

from __future__ import annotations

from django.utils.translation import gettext as _

from steward.core.jobs.work import Result, Work
from steward.ledger.services import post_schedules


def run_schedules(work: Work) -> Result:
    """Post what schedules have due today, take back accruals whose month is over. Safe to repeat."""
    work.progress(0, 0, _("Posting what is due"))
    ran = post_schedules(work.call)
    values = {"posted": ran.posted, "released": ran.released, "held": len(ran.held)}
    words = _("%(posted)s entries posted by schedule, %(released)s accruals taken back, %(held)s held.") % values
    return Result("/ledger/schedules/", words, values)
