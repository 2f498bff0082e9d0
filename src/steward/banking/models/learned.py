"""What was learned of an account's lines: a text of the bank, and what it is booked to."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from steward.banking.models.bank import BankAccount
from steward.banking.models.fields import down, user
from steward.banking.states import RuleState
from steward.core.base import Record


class LearnedRule(Record):
    """Lines of this account whose text names ``text`` (``ledger.logic.costs.payee``: no numbers, no months), of one sign and between two
    amounts, are booked to ``account`` by themselves, once a second person has signed it. Its terms stand; it is ended, never changed.
    """

    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="rules")
    text = models.CharField(max_length=120)
    inward = models.BooleanField()
    least_cents = models.BigIntegerField()
    most_cents = models.BigIntegerField()
    account = down("ledger.Account")
    memo = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=8, choices=RuleState, default=RuleState.WAITING)
    made_by = user(null=True)
    made_at = models.DateTimeField()
    approved_by = user(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    ended_by = user(null=True, blank=True)
    end_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["text", "id"]
        indexes = [models.Index(fields=["text", "id"], name="banking_rule_text")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RuleState.values), name="banking_rule_state"),
            models.CheckConstraint(condition=Q(least_cents__gt=0, most_cents__gte=F("least_cents")), name="banking_rule_cents"),
            models.CheckConstraint(condition=~Q(text=""), name="banking_rule_text_given"),
            models.CheckConstraint(condition=Q(approved_by=None) | ~Q(approved_by=F("made_by")), name="banking_rule_two_persons"),
            models.CheckConstraint(
                condition=~Q(state="ended") | (Q(ended_on__isnull=False) & ~Q(end_reason="")), name="banking_rule_ended"
            ),
        ]

    def __str__(self) -> str:
        return self.text

    def fits(self, name: str, cents: int) -> bool:
        """Whether a line of this name and amount (positive: money in) is one of its."""
        return name == self.text and (cents > 0) == self.inward and self.least_cents <= abs(cents) <= self.most_cents
