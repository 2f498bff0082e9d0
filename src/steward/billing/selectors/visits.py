"""What the day's close asks of billing: kept visits nobody charged."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from steward.banking.selectors.sheet import DayFacts
from steward.billing.models import Charge
from steward.core.clock import Clock
from steward.frontdesk.models import Appointment
from steward.frontdesk.selectors import kept_visits, unfinished_on, without_charge


def day_facts(day: date, clock: Clock) -> DayFacts:
    """Kept visits of a day, those with neither a charge that stands nor a reason, and the appointments still booked or
    here, by time and chart. Three queries.
    """
    visits = kept_visits(day, day)
    rows = Charge.objects.filter(claim__visit__in=[one.pk for one in visits], voided_on=None)
    missing = without_charge(visits, rows.values_list("claim__visit__uid", flat=True))
    left = unfinished_on(day, clock.zone)
    return DayFacts(
        len(visits),
        tuple(f"{one.patient.chart}, {one.provider}" for one in missing),
        tuple(_still(one, clock.zone) for one in left),
        any(one.ends_at > clock.now() for one in left),
    )


def _still(one: Appointment, zone: ZoneInfo) -> str:
    return f"{one.starts_at.astimezone(zone):%H:%M} {one.patient.chart}, {one.get_state_display()}"


def charges_of_visit(visit: int) -> list[Charge]:
    """The charges of a visit (its primary key) that stand, with their claims, in the order they were entered. One query."""
    rows = Charge.objects.filter(claim__visit=visit, voided_on=None)
    return list(rows.select_related("claim__payer").order_by("id"))
