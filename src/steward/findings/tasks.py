"""What the scheduler runs for findings: every check, at night, so that the morning begins with what is wrong."""

from __future__ import annotations

from django.utils.translation import gettext as _

from steward.core.jobs.work import Result, Work
from steward.findings.services import run_checks as run


def run_checks(work: Work) -> Result:
    """Run every room's checks. Safe to repeat."""
    work.progress(0, 0, _("Looking"))
    done = run(work.call)
    words = _("%(found)s findings stand, %(told)s of them new; %(gone)s are cured.")
    values = {"found": done.found, "told": done.told, "gone": done.gone, "broken": done.broken}
    if done.broken:
        words += " " + _("Not looked at: %(broken)s.")
    return Result("/findings/", words % values, values)
