"""A bank account held against its statement to the cent, finished by a person; from then on what is in it stands."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from steward.banking.models.bank import BankAccount
from steward.banking.models.fields import user
from steward.core.base import Record


class Reconciliation(Record):
    """One statement day of one account. ``sheet`` holds every figure and row as it stood (``selectors.reconciliations``)."""

    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="reconciliations")
    statement_on = models.DateField()
    bank_cents = models.BigIntegerField()
    book_cents = models.BigIntegerField()
    outstanding_cents = models.BigIntegerField()
    sheet = models.JSONField(default=dict)
    finished_at = models.DateTimeField()
    finished_by = user(null=True)
    reopened_at = models.DateTimeField(null=True, blank=True)
    reopened_by = user(null=True, blank=True)
    reopen_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["bank_account", "statement_on"], condition=Q(reopened_at=None), name="banking_reconciled_once"
            ),
            models.CheckConstraint(
                condition=Q(bank_cents=models.F("book_cents") - models.F("outstanding_cents")), name="banking_reconciled_to_the_cent"
            ),
        ]
        indexes = [models.Index(fields=["-statement_on", "-id"], name="banking_reconciled_day")]

    def __str__(self) -> str:
        return f"{self.bank_account} {self.statement_on}"
