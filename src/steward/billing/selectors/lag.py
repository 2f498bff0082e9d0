"""Charge lag by provider over a span of posting days, and the charges behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from steward.billing.logic import lag
from steward.billing.models import Charge
from steward.core.access.decide import Subject
from steward.core.access.policy import scoped
from steward.people.models import Provider


@dataclass(frozen=True)
class LagRow:
    """The lag of a provider; None: of all."""

    provider: Provider | None
    lag: lag.Lag

    @property
    def share(self) -> str:
        """``87.5 %`` within two business days."""
        return f"{self.lag.prompt_tenths / 10:.1f} %"


def charge_lag(first: date, last: date) -> list[LagRow]:
    """The lag of charges posted from ``first`` to ``last`` that stand, the slowest provider first, all at the end. Two queries."""
    rows = Charge.objects.filter(posted_on__range=(first, last), voided_on=None)
    found = lag.by_provider(
        lag.Posted(*row) for row in rows.order_by().values_list("claim__provider", "service_date", "posted_on")
    )
    people = {row.pk: row for row in Provider.objects.filter(pk__in=[one.provider for one in found]).select_related("party")}
    return [LagRow(people.get(one.provider), one) for one in found]


def charges_with_lag(subject: Subject) -> QuerySet[Charge]:
    """Charges that stand, the rows behind the figures."""
    rows = scoped(subject, "billing.report", Charge.objects.filter(voided_on=None))
    return rows.select_related("claim__patient__party", "claim__provider__party").order_by("-posted_on", "-id")
