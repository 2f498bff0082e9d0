"""Budgets with their lines and assumptions, what is bound by orders, and what people say of variances."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from steward.core.base import Record

KINDS: Final = ("plan", "reforecast", "whatif")
DRIVER_KINDS: Final = ("income", "staff", "cost")
STATES: Final = ("draft", "waiting", "approved")


def _down(to: str, **more: Any) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(to, models.PROTECT, related_name="+", **more)


def _person() -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")


class Budget(Record):
    """Twelve months from ``first_on``: a plan, a reforecast of it, or a what-if beside it. Approved, it stands (guards/)."""

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, default="plan")
    first_on = models.DateField()
    assumptions = models.TextField(blank=True, default="")
    state = models.CharField(max_length=8, default="draft")
    based_on = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    made_by = _person()
    made_at = models.DateTimeField()
    approved_by = _person()
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-first_on", "name"]
        constraints = [
            models.CheckConstraint(name="budget_kind", condition=Q(kind__in=KINDS)),
            models.CheckConstraint(name="budget_state", condition=Q(state__in=STATES)),
            models.CheckConstraint(name="budget_two_persons", condition=Q(approved_by=None) | ~Q(approved_by=F("made_by"))),
            models.UniqueConstraint(name="budget_one_plan", fields=["first_on"], condition=Q(kind="plan", state="approved")),
        ]
        indexes = [models.Index(name="budget_year", fields=["-first_on", "-id"])]

    def __str__(self) -> str:
        return self.name


class BudgetLine(models.Model):
    """An account of a site and department in one month of the budget's year, 1 to 12; cents positive in the account's own sense."""

    id = models.BigAutoField(primary_key=True)
    budget = models.ForeignKey(Budget, models.PROTECT, related_name="lines")
    account = _down("ledger.Account")
    site = _down("registry.Site", null=True, blank=True)
    department = _down("registry.Department", null=True, blank=True)
    month = models.PositiveSmallIntegerField()
    cents = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="budget_line_month", condition=Q(month__gte=1, month__lte=12)),
            models.CheckConstraint(name="budget_line_cents", condition=~Q(cents=0)),
            models.UniqueConstraint(
                F("budget"), F("account"), Coalesce("site", 0), Coalesce("department", 0), F("month"), name="budget_line_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.month} {self.cents}"


class Driver(Record):
    """What moves some accounts of a budget: visits of a provider for a payer, a post, or a cost that follows visits and places.

    Which figures count depends on ``kind`` (``logic.drivers``: ``Income``, ``Staff``, ``Cost``); the others are 0. Visits and places are in
    thousandths, months 1 to 12 of the budget's year, cents positive in the account's own sense. Its accounts' lines are reckoned from it.
    """

    budget = models.ForeignKey(Budget, models.PROTECT, related_name="drivers")
    kind = models.CharField(max_length=6)
    name = models.CharField(max_length=120)
    account = _down("ledger.Account")
    site = _down("registry.Site", null=True, blank=True)
    department = _down("registry.Department", null=True, blank=True)
    provider = models.CharField(max_length=120, blank=True, default="")
    payer = models.CharField(max_length=120, blank=True, default="")
    visits_milli = models.PositiveIntegerField(default=0)
    rate_cents = models.PositiveBigIntegerField(default=0)
    fte_milli = models.PositiveIntegerField(default=0)
    year_cents = models.PositiveBigIntegerField(default=0)
    first = models.PositiveSmallIntegerField(default=1)
    last = models.PositiveSmallIntegerField(default=12)
    fixed_cents = models.PositiveBigIntegerField(default=0)
    visit_cents = models.PositiveBigIntegerField(default=0)
    fte_cents = models.PositiveBigIntegerField(default=0)
    step_cents = models.PositiveBigIntegerField(default=0)
    step_visits = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ["budget", "name", "id"]
        constraints = [
            models.CheckConstraint(name="budget_driver_kind", condition=Q(kind__in=DRIVER_KINDS)),
            models.CheckConstraint(
                name="budget_driver_months", condition=Q(first__gte=1, first__lte=F("last"), last__lte=12) | Q(kind="income", last=0)
            ),
            models.CheckConstraint(name="budget_driver_step", condition=Q(step_cents=0) | Q(step_visits__gte=1)),
        ]

    def __str__(self) -> str:
        return self.name


class Season(models.Model):
    """A budget's working days a month and its seasonal index in millionths, by month of its year; the index adds up to twelve."""

    budget = models.OneToOneField(Budget, models.PROTECT, related_name="season")
    days = models.JSONField()
    index_ppm = models.JSONField()

    def __str__(self) -> str:
        return f"Season of {self.budget}"


class Commitment(Record):
    """What an order binds before its bill is in the books. ``ref`` is the order's own name; released when the bill is booked."""

    ref = models.CharField(max_length=80, unique=True)
    account = _down("ledger.Account")
    site = _down("registry.Site", null=True, blank=True)
    department = _down("registry.Department", null=True, blank=True)
    on = models.DateField()
    cents = models.BigIntegerField()
    words = models.CharField(max_length=200, blank=True, default="")
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(name="budget_commitment_cents", condition=Q(cents__gt=0))]
        indexes = [models.Index(name="budget_commitment_open", fields=["account", "on"], condition=Q(released_at=None))]

    def __str__(self) -> str:
        return self.ref


class Comment(models.Model):
    """What somebody says of an account's variance in a month. Append only; the latest counts."""

    id = models.BigAutoField(primary_key=True)
    budget = models.ForeignKey(Budget, models.PROTECT, related_name="comments")
    account = _down("ledger.Account")
    month = models.PositiveSmallIntegerField()
    words = models.CharField(max_length=400)
    by = _person()
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="budget_comment_month", condition=Q(month__gte=1, month__lte=12)),
            models.CheckConstraint(name="budget_comment_words", condition=~Q(words="")),
        ]

    def __str__(self) -> str:
        return self.words[:40]
