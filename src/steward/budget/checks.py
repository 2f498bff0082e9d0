"""What is wrong against the budget, pure: check 42 of the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from steward.budget.logic.against import Left
from steward.core.findings import Evidence, Finding, Severity
from steward.core.money import format_cents


@dataclass(frozen=True, slots=True)
class Spent:
    """An account of cost against its plan: the month, and the year to its end."""

    code: str
    name: str
    month: Left
    to_date: Left


def budget_overrun(rows: Iterable[Spent], month: str, plan: str, threshold_ppm: int, threshold_cents: int) -> Iterator[Finding]:
    """Spent and ordered beyond the plan by more than both thresholds. The year to date speaks before the month, so that one account
    cries once; ``month`` is ``2026-11``, ``plan`` names the budget."""
    fix = _("Ask for a reforecast, move what stands on the wrong account, or cancel an order.")
    for one in rows:
        spans = ((one.to_date, _("the year to date"), Evidence("budget", plan)), (one.month, month, Evidence("month", month)))
        for span, words, where in spans:
            if span.over(threshold_ppm, threshold_cents):
                said = {"account": f"{one.code} {one.name}", "over": format_cents(-span.left_cents), "span": words}
                title = _("%(account)s is %(over)s over its budget of %(span)s, orders counted") % said
                yield Finding("budget_overrun", Severity.MEDIUM, title, (Evidence("account", one.code, -span.left_cents), where), fix=fix)
                break
