"""That a plan covers a patient. That coverages of one rank never overlap is kept by guards/*.sql as well as by the service."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from steward.core.base import Record
from steward.insurance.models.payers import Plan
from steward.insurance.states import Rank, Relation


class Coverage(Record):
    """That a plan covers a patient, in a rank, from a day to a day (included). Mistakes are voided, never edited
    away.
    """

    patient = models.ForeignKey("registry.Party", on_delete=models.PROTECT, related_name="coverages")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="coverages")
    subscriber = models.ForeignKey("registry.Party", on_delete=models.PROTECT, related_name="subscribed")
    relation = models.CharField(max_length=2, choices=Relation, default=Relation.SELF)
    member_id = models.CharField(max_length=80)
    group_number = models.CharField(max_length=50, blank=True)
    rank = models.PositiveSmallIntegerField(choices=Rank, default=Rank.PRIMARY)
    copay_cents = models.BigIntegerField(null=True, blank=True, help_text="absent: the plan's")
    assigned = models.BooleanField(default=True, help_text="CLM08: the patient lets the plan pay the practice")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    voided_on = models.DateField(null=True, blank=True)
    void_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["patient", "rank", "starts_on"], name="insurance_coverage_day"),
            models.Index(fields=["member_id"], name="insurance_coverage_member"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(rank__range=(1, 3)), name="insurance_coverage_rank"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="insurance_coverage_dates"
            ),
            models.CheckConstraint(
                condition=Q(relation="18", subscriber=F("patient")) | (~Q(relation="18") & ~Q(subscriber=F("patient"))),
                name="insurance_coverage_self",
            ),
            models.CheckConstraint(
                condition=Q(copay_cents=None) | Q(copay_cents__gte=0), name="insurance_coverage_copay"
            ),
            models.CheckConstraint(condition=~Q(member_id=""), name="insurance_coverage_member_id"),
        ]

    def __str__(self) -> str:
        return f"{self.plan} {self.member_id}"
