"""Claims on their way out, and what was said of them before any remittance."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from steward.billing.models.charges import Claim
from steward.billing.states import Form, Sending
from steward.core.base import Record


class Batch(Record):
    """One 837 file for one payer. Its bytes never change; what is wrong in it is sent anew in another."""

    number = models.PositiveBigIntegerField(unique=True, help_text="ISA13 and GS06; gapless")
    form = models.CharField(max_length=1, choices=Form)
    payer = models.ForeignKey("insurance.Payer", on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey("core.StoredFile", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80, help_text="how the file is called where it is put; names nobody")
    claim_count = models.PositiveIntegerField()
    charge_cents = models.BigIntegerField()
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    delivered_at = models.DateTimeField(
        null=True, blank=True, help_text="when its bytes lay where the payer takes them"
    )
    delivered_to = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name_plural = "batches"
        indexes = [models.Index(fields=["-written_at", "-id"], name="billing_batch_when")]
        constraints = [
            models.CheckConstraint(condition=Q(claim_count__gt=0, charge_cents__gte=0), name="billing_batch_whole")
        ]

    def __str__(self) -> str:
        return self.name


class Submission(Record):
    """That a claim went out in a batch: as what (original, replacement, void), to which rank, for how much."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="submissions")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="submissions")
    position = models.PositiveIntegerField(help_text="which CLM of the file, from 1")
    frequency = models.CharField(max_length=1, default="1", help_text="CLM05-3: 1 original, 7 replacement, 8 void")
    rank = models.PositiveSmallIntegerField(default=1)
    charge_cents = models.BigIntegerField()
    sent_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["claim", "-id"], name="billing_submission_claim")]
        constraints = [
            models.UniqueConstraint(fields=["batch", "position"], name="billing_submission_once"),
            models.UniqueConstraint(fields=["batch", "claim"], name="billing_submission_one_a_batch"),
            models.CheckConstraint(condition=Q(frequency__in=["1", "7", "8"]), name="billing_submission_frequency"),
            models.CheckConstraint(condition=Q(rank__range=(1, 3)), name="billing_submission_rank"),
        ]

    def __str__(self) -> str:
        return f"{self.claim.ref} {self.frequency}"


class SubmissionEvent(models.Model):
    """What a clearinghouse or payer said of a submission before any remittance, or that a person took it back."""

    id = models.BigAutoField(primary_key=True)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="events")
    outcome = models.CharField(max_length=20, choices=Sending)
    source = models.CharField(max_length=6, help_text="TA1, 999, 277CA, 277, or person")
    stage = models.PositiveSmallIntegerField(help_text="which answer outranks which, see STAGES")
    codes = models.CharField(max_length=200, blank=True, help_text="as sent: A7:562:85;A3:21")
    words = models.CharField(max_length=300, blank=True)
    payer_control = models.CharField(max_length=50, blank=True)
    file = models.ForeignKey("core.StoredFile", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["submission", "-stage", "-id"], name="billing_event_submission")]
        constraints = [
            # the same answer read twice says nothing new
            models.UniqueConstraint(
                fields=["submission", "source", "outcome", "codes", "file"], name="billing_event_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.outcome}"


class Waiver(Record):
    """A warning of the scrub that a person answered with a reason; stands while the claim's facts stay the same."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="waivers")
    rule = models.CharField(max_length=60)
    where = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["claim", "rule", "where"], name="billing_waiver_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="billing_waiver_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.claim.ref} {self.rule}"
