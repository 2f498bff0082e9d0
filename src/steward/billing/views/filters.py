"""Filters that several lists of billing share: whose claim it is, and when its payer answered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.billing.models import RemittanceLine
from steward.billing.selectors.reports.whose import SELF
from steward.billing.selectors.sending import stands
from steward.core.listing import Choice, DateRange
from steward.insurance.models import Payer
from steward.people.models import Provider


def payer_choices() -> list[tuple[str, str]]:
    """Every payer by its uid, and self-pay."""
    rows = Payer.objects.order_by("name", "pk").values_list("uid", "name")
    return [(SELF, _("Self-pay")), *((str(uid), name) for uid, name in rows)]


def provider_choices() -> list[tuple[str, str]]:
    """Every provider by its uid."""
    rows = Provider.objects.select_related("party").order_by("party__last_name", "pk")
    return [(str(row.uid), str(row)) for row in rows]


def of_payer(field: str) -> Choice:
    """The filter of a claim's payer; ``field`` leads to it."""

    def where(uid: str) -> Q:
        return Q(**{f"{field}__isnull": True}) if uid == SELF else Q(**{f"{field}__uid": uid})

    return Choice("payer", __("Payer"), field, payer_choices, where)


def of_provider(field: str) -> Choice:
    """The filter of a claim's provider; ``field`` leads to it."""
    return Choice("provider", __("Provider"), field, provider_choices, lambda uid: Q(**{f"{field}__uid": uid}))


STANDS = (
    ("unsent", __("went to nobody yet")), ("out", __("out, no answer of a payer")), ("rejected", __("rejected")),
    ("answered", __("answered by a payer")), ("denied", __("denied, open")), ("asked", __("a person is asked")),
)  # fmt: skip


def how_it_stands() -> Choice:
    """The filter of where a claim is on its way."""
    return Choice("stands", __("Stands"), "", STANDS, stands)


class Answered(DateRange):
    """Charges whose first payer answered between two days, by the day it paid or denied."""

    def apply(self, rows: QuerySet[Any], given: Mapping[str, str], today: date) -> QuerySet[Any]:
        if not any(given.get(param, "").strip() for param in self.params):
            return rows
        lines = RemittanceLine.objects.filter(answer__live=True, answer__rank=1, charge__isnull=False)
        return rows.filter(pk__in=DateRange.apply(self, lines, given, today).values("charge"))


def answered() -> Answered:
    """The filter of the day a first payer answered."""
    return Answered("answered", __("Answered"), "answer__remittance__paid_on")
