"""Checks the practice writes, how an account's forms lie in the printer, and what was told to the bank of them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from steward.banking.models.bank import BankAccount, Settlement
from steward.banking.models.fields import down, user
from steward.banking.states import CheckState
from steward.core.base import Record


class WrittenCheck(Record):
    """A check: asked for by one person, issued with its number when another has signed. A number is used once, whatever becomes of it.

    Its money lies in the books under ``item`` until the bank shows it. ``spoiled`` is a form without money: torn, misprinted, lost.
    """

    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="checks")
    number = models.PositiveIntegerField(null=True, blank=True)
    day = models.DateField()
    payee = models.CharField(max_length=80)
    address = models.CharField(max_length=300, blank=True)
    memo = models.CharField(max_length=120, blank=True)
    cents = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=CheckState, default=CheckState.WAITING)
    written_by = user(null=True)
    written_at = models.DateTimeField()
    issued_by = user(null=True, blank=True)
    issued_at = models.DateTimeField(null=True, blank=True)
    settlement = models.OneToOneField(Settlement, on_delete=models.PROTECT, related_name="written", null=True, blank=True)
    entry = models.PositiveBigIntegerField(null=True, blank=True)
    printed_at = models.DateTimeField(null=True, blank=True)
    prints = models.PositiveSmallIntegerField(default=0)
    ended_on = models.DateField(null=True, blank=True)
    ended_by = user(null=True, blank=True)
    end_reason = models.CharField(max_length=200, blank=True)
    end_entry = models.PositiveBigIntegerField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-day", "-id"], name="banking_check_day")]
        constraints = [
            models.UniqueConstraint(fields=["bank_account", "number"], name="banking_check_number"),
            models.CheckConstraint(condition=Q(state__in=CheckState.values), name="banking_check_state"),
            models.CheckConstraint(
                condition=Q(state__in=("waiting", "rejected"), number=None, entry=None)
                | Q(state__in=("issued", "voided", "stopped"), number__gte=1, entry__isnull=False)
                | Q(state="spoiled", number__gte=1, entry=None),
                name="banking_check_numbered",
            ),
            models.CheckConstraint(condition=Q(state="spoiled", cents=0) | Q(cents__gt=0), name="banking_check_cents"),
            models.CheckConstraint(
                condition=~Q(state__in=("voided", "stopped", "spoiled")) | (Q(ended_on__isnull=False) & ~Q(end_reason="")),
                name="banking_check_ended",
            ),
            models.CheckConstraint(condition=Q(issued_by=None) | ~Q(issued_by=F("written_by")), name="banking_check_two_persons"),
        ]

    def __str__(self) -> str:
        return f"Check {self.number}" if self.number else f"Check to {self.payee}"

    @property
    def item(self) -> str:
        """The ledger item of its money until the bank has paid it."""
        return f"check:{self.uid}"


class WrittenCheckLine(models.Model):
    """What a check pays: an account and cents (less than zero for a credit taken off)."""

    id = models.BigAutoField(primary_key=True)
    check_row = models.ForeignKey(WrittenCheck, on_delete=models.PROTECT, related_name="lines")
    n = models.PositiveSmallIntegerField()
    account = down("ledger.Account")
    cents = models.BigIntegerField()
    memo = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["check_row", "n"]
        constraints = [
            models.UniqueConstraint(fields=["check_row", "n"], name="banking_checkline_once"),
            models.CheckConstraint(condition=~Q(cents=0), name="banking_checkline_cents"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.cents}"


class CheckSetting(Record):
    """An account's checks: the next number, where the printer must move the text (millimetres), the bank's positive-pay file."""

    bank_account = models.OneToOneField(BankAccount, on_delete=models.PROTECT, related_name="check_setting")
    next_number = models.PositiveIntegerField(default=1001)
    right_mm = models.SmallIntegerField(default=0)
    down_mm = models.SmallIntegerField(default=0)
    positive_pay = models.JSONField(default=dict, blank=True)
    saved_at = models.DateTimeField()
    saved_by = user(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(next_number__gte=1), name="banking_check_next"),
            models.CheckConstraint(
                condition=Q(right_mm__gte=-30, right_mm__lte=30, down_mm__gte=-30, down_mm__lte=30), name="banking_check_offset"
            ),
        ]

    def __str__(self) -> str:
        return f"Checks of {self.bank_account}"


class PositivePay(Record):
    """One file of issued and voided checks made for the bank."""

    number = models.PositiveBigIntegerField(unique=True)
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="positive_pays")
    file = down("core.StoredFile")
    made_at = models.DateTimeField()
    made_by = user(null=True)
    checks = models.PositiveIntegerField()
    cents = models.BigIntegerField()

    def __str__(self) -> str:
        return f"Positive pay {self.number}"


class PositivePayLine(models.Model):
    """One check in a file, as issued or as void: each is told once."""

    id = models.BigAutoField(primary_key=True)
    file = models.ForeignKey(PositivePay, on_delete=models.PROTECT, related_name="lines")
    check_row = models.ForeignKey(WrittenCheck, on_delete=models.PROTECT, related_name="told")
    void = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["check_row", "void"], name="banking_positivepay_once")]

    def __str__(self) -> str:
        return f"{self.file_id} {self.check_row_id}"
