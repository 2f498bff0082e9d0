"""What is known of money to come: planned flows, the floor cash should not fall under, forecasts as they were made."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from steward.banking.logic.forecast import EVERY
from steward.banking.models.fields import user
from steward.banking.states import FLOW_KINDS
from steward.core.base import Record


class PlannedFlow(Record):
    """Money somebody knows of: when, how often, how much (in positive, out negative). Ended, never deleted."""

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=8)
    cents = models.BigIntegerField()
    first_on = models.DateField()
    every = models.CharField(max_length=10, default="once")
    until = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["first_on", "id"]
        constraints = [
            models.CheckConstraint(name="banking_flow_kind", condition=Q(kind__in=list(FLOW_KINDS))),
            models.CheckConstraint(name="banking_flow_every", condition=Q(every__in=EVERY)),
            models.CheckConstraint(name="banking_flow_cents", condition=~Q(cents=0)),
            models.CheckConstraint(name="banking_flow_until", condition=Q(until=None) | Q(until__gte=models.F("first_on"))),
        ]
        indexes = [models.Index(name="banking_flow_day", fields=["first_on", "id"])]

    def __str__(self) -> str:
        return self.name


class Forecast(Record):
    """Thirteen weeks as they looked on a day: never changed, so that it can be held against what happened."""

    made_on = models.DateField()
    made_at = models.DateTimeField()
    made_by = user(null=True, blank=True)
    opening_cents = models.BigIntegerField()
    book_cents = models.BigIntegerField()  # of the bank accounts, to hold the forecast against what happened
    floor_cents = models.BigIntegerField(default=0)
    low_cents = models.BigIntegerField()  # the lowest P10 of the thirteen weeks
    low_on = models.DateField()
    seed = models.BigIntegerField()
    weeks = models.JSONField(default=list)

    class Meta:
        ordering = ["-made_at"]
        indexes = [models.Index(name="banking_forecast_day", fields=["-made_on", "-id"])]

    def __str__(self) -> str:
        return f"{self.made_on}"


class CashFloor(Record):
    """What should never be missing from the bank; the latest row counts."""

    cents = models.BigIntegerField()
    set_at = models.DateTimeField()
    set_by = user(null=True)

    class Meta:
        constraints = [models.CheckConstraint(name="banking_floor_cents", condition=Q(cents__gte=0))]

    def __str__(self) -> str:
        return f"{self.cents}"


