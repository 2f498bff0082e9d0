"""What insurance tells Today: coverage that was not found active, grants that run out, estimates the law wants."""

from __future__ import annotations

from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __
from django.utils.translation import ngettext

from steward.core.access.decide import Subject
from steward.core.access.policy import holds
from steward.core.today import Action, Task
from steward.insurance import selectors

AHEAD = timedelta(days=7)

ACTIONS = (
    Action(__("Check eligibility"), "insurance:eligibility", "coverage.read"),
    Action(__("Referrals and authorizations"), "insurance:grants", "coverage.read"),
    Action(__("Estimates"), "insurance:estimates", "coverage.read"),
    Action(__("Fee schedules"), "insurance:schedules", "payer.read"),
)


def waiting(subject: Subject, today: date) -> list[Task]:
    """Coverage of the week's visits that payers did not find active, grants that run out, and good-faith estimates
    the law wants handed over. Three queries."""
    if not holds(subject, "coverage.write"):
        return []
    return [*_troubled(today), *_expiring(subject, today), *_owed(today)]


def _troubled(today: date) -> list[Task]:
    rows = selectors.troubled(today, today + AHEAD)
    if not rows:
        return []
    first = min(row.service_day for row in rows)
    what = ngettext("%d coverage was not found active", "%d coverages were not found active", len(rows)) % len(rows)
    why = _("Payers say not active, not known, or would not answer; visits within a week")
    return [Task("today", what, why, reverse("insurance:eligibility"), _("Look"), due=first, order=15)]


def _expiring(subject: Subject, today: date) -> list[Task]:
    ends = list(selectors.expiring(subject, today).values_list("ends_on", flat=True)[:200])
    if not ends:
        return []
    what = ngettext("%d authorization runs out", "%d authorizations run out", len(ends)) % len(ends)
    why = _("Within two weeks; ask the payer for more before the next visit")
    return [Task("wait", what, why, reverse("insurance:grants"), _("Renew"), due=ends[0], order=45)]


def _owed(today: date) -> list[Task]:
    rows = selectors.owed_estimates(today)
    if not rows:
        return []
    first = rows[0][1].day
    what = ngettext("%d good-faith estimate to hand over", "%d good-faith estimates to hand over", len(rows)) % len(
        rows
    )
    why = _("The law sets the day: %s") % selectors.good_faith_rules().source
    url = reverse("insurance:estimates") + "?kind=selfpay"
    return [Task("overdue" if first < today else "today", what, why, url, _("Hand over"), due=first, order=14)]
