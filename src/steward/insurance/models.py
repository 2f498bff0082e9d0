"""The nouns of insurance. That coverages of one rank never overlap is kept by guards/*.sql as well as by the service."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from steward.core.base import Record
from steward.insurance.states import AdjustmentGroup, Filing, Rank, Relation, WriteOffRole


class Payer(Record):
    """An insurer, as claims and remittances name it."""

    party = models.OneToOneField("registry.Party", on_delete=models.PROTECT, related_name="payer")
    code = models.CharField(max_length=40, unique=True, help_text="how imports name it")
    name = models.CharField(max_length=200)
    edi_id = models.CharField(
        max_length=80, blank=True, db_index=True, help_text="payer id of the clearinghouse, NM109"
    )
    ref2u = models.CharField(
        max_length=50, blank=True, db_index=True, help_text="additional payer id in an 835, REF*2U"
    )
    ein = models.CharField(max_length=9, blank=True, db_index=True, help_text="tax number, 835 TRN03 without its 1")
    filing = models.CharField(max_length=2, choices=Filing, default=Filing.COMMERCIAL)
    filing_limit_days = models.PositiveSmallIntegerField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Plan(Record):
    """One product of a payer; every payer has at least a standard one."""

    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="plans")
    name = models.CharField(max_length=120)
    capitation = models.BooleanField(default=False, help_text="CO-24 is contractual only here")
    copay_cents = models.BigIntegerField(default=0)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payer", "name"], name="insurance_plan_once"),
            models.CheckConstraint(condition=Q(copay_cents__gte=0), name="insurance_plan_copay"),
        ]

    def __str__(self) -> str:
        return f"{self.payer.name}, {self.name}"


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


class WriteOffRule(Record):
    """A pair of adjustment group and reason code that may post by itself, for one payer or all, from a day to a day."""

    payer = models.ForeignKey(Payer, null=True, blank=True, on_delete=models.PROTECT, related_name="rules")
    group = models.CharField(max_length=2, choices=AdjustmentGroup)
    carc = models.CharField(max_length=5)
    role = models.CharField(max_length=24, choices=WriteOffRole)
    capitation_only = models.BooleanField(default=False)
    negative_only = models.BooleanField(default=False, help_text="only amounts that raise the payment")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=200)
    confirmed = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group", "carc", "starts_on"], condition=Q(payer=None), name="insurance_rule_general_once"
            ),
            models.UniqueConstraint(
                fields=["payer", "group", "carc", "starts_on"],
                condition=Q(payer__isnull=False),
                name="insurance_rule_payer_once",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="insurance_rule_dates"
            ),
            models.CheckConstraint(condition=~Q(source=""), name="insurance_rule_source"),
            # CO and PI never become the patient's, PR never becomes a write-off by rule
            models.CheckConstraint(condition=~Q(group="PR"), name="insurance_rule_never_patient"),
        ]

    def __str__(self) -> str:
        return f"{self.group}-{self.carc}"
