"""What may be written off without a person."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from steward.core.base import Record
from steward.insurance.models.contracts import Contract
from steward.insurance.models.payers import Payer
from steward.insurance.states import AdjustmentGroup, WriteOffRole


class WriteOffRule(Record):
    """A pair of adjustment group and reason code that may post by itself, for one contract, one payer or
    all, from a day to a day. A rule of a contract names its payer too."""

    payer = models.ForeignKey(Payer, null=True, blank=True, on_delete=models.PROTECT, related_name="rules")
    contract = models.ForeignKey(Contract, null=True, blank=True, on_delete=models.PROTECT, related_name="rules")
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
                condition=Q(payer__isnull=False, contract=None),
                name="insurance_rule_payer_once",
            ),
            models.UniqueConstraint(
                fields=["contract", "group", "carc", "starts_on"],
                condition=Q(contract__isnull=False),
                name="insurance_rule_contract_once",
            ),
            models.CheckConstraint(
                condition=Q(contract=None) | Q(payer__isnull=False), name="insurance_rule_contract_payer"
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
