"""Budgets with their lines and assumptions, what is bound by orders, and what people say of variances."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from steward.core.base import Record

KINDS: Final = ("plan", "reforecast", "whatif")
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
