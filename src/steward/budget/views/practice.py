"""What the practice itself says of visits and what they brought: read from the rooms above, for the pages of the budget alone.

A page may look into every room; the budget's own services never do, so that what is planned is always what was put.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count
from django.db.models.functions import TruncMonth

from steward.billing.models import Claim
from steward.budget.logic.drivers import seasonality
from steward.budget.selectors_driven import working_days
from steward.core.calendar import BANK
from steward.core.money import allocate
from steward.core.sql import day as as_column
from steward.core.sql import query
from steward.frontdesk.models import Visit

SELF_PAY = "Self-pay"


@dataclass(frozen=True, slots=True)
class Seen:
    """One provider's visits for one payer in a span, and what they brought net of every adjustment, cents."""

    provider: str
    payer: str
    visits: int
    cents: int

    @property
    def rate_cents(self) -> int:
        return max(0, round(self.cents / self.visits)) if self.visits else 0


def seen(first: date, last: date) -> list[Seen]:
    """By provider and payer, most visits first. A visit is a patient's day with a provider. Two queries."""
    claims = Claim.objects.filter(service_date__gte=first, service_date__lte=last)
    rows = claims.values_list("provider__party__name", "payer__name", "patient", "service_date").distinct()
    came: dict[tuple[str, str], int] = defaultdict(int)
    for provider, payer, _patient, _day in rows:
        came[provider, payer or SELF_PAY] += 1
    brought = _brought(first, last)
    found = [Seen(who, payer, visits, brought.get((who, payer), 0)) for (who, payer), visits in came.items()]
    return sorted(found, key=lambda one: (-one.visits, one.provider, one.payer))


def _brought(first: date, last: date) -> dict[tuple[str, str], int]:
    """(provider, payer) -> revenue less what was taken off it, by the books' own dimensions. One query."""
    rows = query(
        """SELECT COALESCE(v.name, ''), COALESCE(i.name, p.name, ''), CAST(-SUM(l.cents) AS bigint) FROM ledger_line l
           JOIN ledger_account a ON a.id = l.account_id LEFT JOIN registry_party v ON v.id = l.provider_id
           LEFT JOIN registry_party p ON p.id = l.payer_id LEFT JOIN insurance_payer i ON i.party_id = l.payer_id
           WHERE a.kind = 'revenue' AND l.date >= %s AND l.date <= %s GROUP BY 1, 2""",
        as_column(first), as_column(last),
    )  # fmt: skip
    return {(provider, payer or SELF_PAY): int(cents) for provider, payer, cents in rows}


def pace(today: date) -> tuple[int, ...] | None:
    """The seasonal index in millionths by calendar month (January first), of kept visits in the whole months of the last three years;
    None while no month was seen in two of them. One query."""
    this = today.replace(day=1)
    start = date(this.year - 3, this.month, 1)
    rows = Visit.objects.filter(voided_at=None, service_date__gte=start, service_date__lt=this).annotate(m=TruncMonth("service_date"))
    came = {(m.year, m.month): n for m, n in rows.values("m").annotate(n=Count("pk")).order_by("m").values_list("m", "n")}
    days = {key: working_days(date(*key, 1)) for key in came}
    found = seasonality(came, days)
    return tuple(allocate(12_000_000, [int(one * 1_000_000) for one in found])) if found else None


def last_year(today: date) -> tuple[date, date]:
    """The twelve whole months before this one."""
    this = today.replace(day=1)
    return date(this.year - 1, this.month, 1), this - timedelta(days=1)


def days_of(first: date, last: date) -> int:
    """Working days between two days, both included."""
    return BANK.between(first, last + timedelta(days=1))
