"""What came back of the entries sent through the bank's clearing house: returns and notices of change."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from steward.banking.models.cash import Receipt
from steward.banking.models.fields import down, user
from steward.core.base import Record
from steward.core.vault import EncryptedTextField


class AchReturn(Record):
    """One entry that came back, or one notice to change what is sent. Written once by an import.

    It is done when a person closed it, or while the payment it returns stands booked as come back (`booked_item`, what the books then
    expect of the bank): undone there, it is open here again.
    `cents` as the bank account sees it. `corrected` may be an account number of another person, so it is sealed.
    """

    document = down("ledger.Document")
    kind = models.CharField(max_length=6, choices=[("return", "return"), ("change", "change")])
    code = models.CharField(max_length=3)
    codes = models.CharField(max_length=60, help_text="every code of its story, in order")
    trace = models.CharField(max_length=15, blank=True)
    return_trace = models.CharField(max_length=15, blank=True)
    cents = models.BigIntegerField(default=0)
    sec = models.CharField(max_length=3, blank=True)
    name = models.CharField(max_length=22, blank=True)
    ident = models.CharField(max_length=15, blank=True)
    account_last4 = models.CharField(max_length=4, blank=True)
    company = models.CharField(max_length=16, blank=True)
    info = models.CharField(max_length=44, blank=True)
    corrected = EncryptedTextField(blank=True, default="")
    settled_on = models.DateField(null=True)
    identity = models.CharField(max_length=64, unique=True, help_text="what it says, hashed: the same again is known")
    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, null=True, related_name="+")
    booked_item = models.CharField(max_length=80, blank=True, help_text="the item of the return that was booked")
    brought_at = models.DateTimeField()
    brought_by = user(null=True)
    due_on = models.DateField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = user(null=True, blank=True)
    outcome = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["due_on", "id"], name="banking_achreturn_due")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["return", "change"]), name="banking_achreturn_kind"),
            models.CheckConstraint(
                condition=Q(closed_at=None, outcome="") | (Q(closed_at__isnull=False) & ~Q(outcome="")),
                name="banking_achreturn_closed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.trace}"
