"""Claims on paper and what goes with a claim: where the printer puts a form's data, and attachments."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from steward.billing.models.charges import Claim
from steward.billing.states import AttachmentBy, AttachmentKind
from steward.core.base import Record


class FormAlignment(Record):
    """How far the office's printer is off, in hundredths of an inch; one row."""

    form = models.CharField(max_length=8, unique=True, default="cms1500")
    right_e2 = models.SmallIntegerField(default=0)
    down_e2 = models.SmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(right_e2__range=(-50, 50), down_e2__range=(-50, 50)), name="billing_alignment_near")
        ]

    def __str__(self) -> str:
        return f"{self.form} {self.right_e2:+d} {self.down_e2:+d}"


class Attachment(Record):
    """A paper a claim names (PWK): what it is, how the payer gets it, and the number that is written on it."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="attachments")
    kind = models.CharField(max_length=2, choices=AttachmentKind)
    by = models.CharField(max_length=2, choices=AttachmentBy)
    number = models.CharField(max_length=50, help_text="attachment control number, on the paper too")
    file = models.ForeignKey("core.StoredFile", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True, help_text="the next file names it no more")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["claim", "number"], condition=Q(ended_at=None), name="billing_attachment_once"),
            models.CheckConstraint(condition=~Q(number=""), name="billing_attachment_number"),
        ]

    def __str__(self) -> str:
        return self.number
