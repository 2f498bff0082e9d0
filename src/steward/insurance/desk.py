"""What insurance tells Today: coverage that was not found active, grants that run out, estimates the law wants."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __
from django.utils.translation import ngettext

from steward.core.access.decide import Subject
from steward.core.access.policy import holds
from steward.core.today import Action, Task
from steward.insurance import selectors
from steward.insurance.logic.good_faith import Due
from steward.insurance.selectors.glance import glance

AHEAD = timedelta(days=7)

ACTIONS = (
    Action(__("Check eligibility"), "insurance:eligibility", "coverage.read"),
    Action(__("Referrals and authorizations"), "insurance:grants", "coverage.read"),
    Action(__("Estimates"), "insurance:estimates", "coverage.read"),
    Action(__("Fee schedules"), "insurance:schedules", "payer.read"),
)


def waiting(subject: Subject, today: date) -> list[Task]:
    """Coverage of the week's visits that payers did not find active, grants that run out, and good-faith estimates
    the law wants handed over. One query."""
    if not holds(subject, "coverage.write"):
        return []
    seen = glance(today, AHEAD)
    return [*_troubled(seen.troubled), *_silent(seen.silent), *_expiring(seen.expiring), *_owed(seen.owed, today)]


def _troubled(days: Sequence[date]) -> list[Task]:
    if not days:
        return []
    what = ngettext("%d coverage was not found active", "%d coverages were not found active", len(days)) % len(days)
    why = _("Payers say not active, not known, or would not answer; visits within a week")
    return [Task("today", what, why, reverse("insurance:eligibility"), _("Look"), due=days[0], order=15)]


def _silent(days: Sequence[date]) -> list[Task]:
    if not days:
        return []
    what = ngettext("%d payer has not answered about coverage", "%d payers have not answered about coverage", len(days)) % len(days)
    why = _("Asked before today; visits of today and tomorrow. Telephone, or look at the payer's website")
    return [Task("today", what, why, reverse("insurance:eligibility"), _("Look"), due=days[0], order=16)]


def _expiring(ends: Sequence[date]) -> list[Task]:
    if not ends:
        return []
    what = ngettext("%d authorization runs out", "%d authorizations run out", len(ends)) % len(ends)
    why = _("Within two weeks; ask the payer for more before the next visit")
    url = reverse("insurance:grants") + "?ends_from=t&ends_to=%2B13"
    return [Task("wait", what, why, url, _("Renew"), due=ends[0], order=45)]


def _owed(rows: Sequence[Due], today: date) -> list[Task]:
    if not rows:
        return []
    first = rows[0].day
    what = ngettext("%d good-faith estimate to hand over", "%d good-faith estimates to hand over", len(rows)) % len(
        rows
    )
    why = _("The law sets the day: %s") % selectors.good_faith_rules().source
    url = reverse("insurance:estimates") + "?kind=selfpay"
    return [Task("overdue" if first < today else "today", what, why, url, _("Hand over"), due=first, order=14)]
