"""What the scheduler runs for banking."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _

from steward.banking.selectors.forecast import latest
from steward.banking.services import make_forecast
from steward.core.jobs.work import Result, Work


def run_forecast(work: Work) -> Result:
    """Make the week's forecast, once a week; by hand at any time."""
    last = latest()
    if last is None or last.made_on <= work.call.today - timedelta(days=7):
        work.progress(0, 0, _("Reckoning thirteen weeks"))
        last = make_forecast(work.call)
    return Result("/banking/forecast/", _("The forecast of %s stands.") % last.made_on.isoformat())
