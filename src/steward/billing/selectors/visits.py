"""What the day's close asks of billing: kept visits nobody charged."""

from __future__ import annotations

from datetime import date

from steward.banking.selectors.sheet import DayFacts
from steward.billing.models import Charge
from steward.frontdesk.selectors import kept_visits, without_charge


def day_facts(day: date) -> DayFacts:
    """Kept visits of a day, and those with neither a charge that stands nor a reason, by time and chart. Two queries."""
    visits = kept_visits(day, day)
    rows = Charge.objects.filter(claim__visit__in=[one.pk for one in visits], voided_on=None)
    missing = without_charge(visits, rows.values_list("claim__visit__uid", flat=True))
    return DayFacts(len(visits), tuple(f"{one.patient.chart}, {one.provider}" for one in missing))


def charges_of_visit(visit: int) -> list[Charge]:
    """The charges of a visit (its primary key) that stand, with their claims, in the order they were entered. One query."""
    rows = Charge.objects.filter(claim__visit=visit, voided_on=None)
    return list(rows.select_related("claim__payer").order_by("id"))
