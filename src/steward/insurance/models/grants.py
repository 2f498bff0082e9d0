"""What a payer granted in advance: referrals and prior authorisations."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from steward.core.base import Record
from steward.insurance.models.payers import Payer
from steward.insurance.states import GrantKind


class Grant(Record):
    """A referral or prior authorisation: asked for, then granted under a number or denied. What is used of it is counted
    from the charges that name it, never kept here.
    """

    kind = models.CharField(max_length=14, choices=GrantKind)
    patient = models.ForeignKey("registry.Party", on_delete=models.PROTECT, related_name="grants")
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="grants")
    number = models.CharField(max_length=50, blank=True)
    codes = models.JSONField(default=list, blank=True, help_text="services it is for; empty: any")
    units_allowed = models.PositiveIntegerField(null=True, blank=True)
    visits_allowed = models.PositiveIntegerField(null=True, blank=True)
    referred_by = models.CharField(max_length=120, blank=True)
    referred_npi = models.CharField(max_length=10, blank=True)
    asked_on = models.DateField()
    granted_on = models.DateField(null=True, blank=True)
    denied_on = models.DateField(null=True, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    withdrawn_on = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["patient", "ends_on"], name="insurance_grant_patient"),
            models.Index(fields=["ends_on", "id"], name="insurance_grant_ends"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["payer", "patient", "number"],
                condition=~Q(number="") & Q(withdrawn_on=None),
                name="insurance_grant_once",
            ),
            models.CheckConstraint(
                condition=Q(granted_on=None) | (~Q(number="") & Q(starts_on__isnull=False)),
                name="insurance_grant_has_number",
            ),
            models.CheckConstraint(condition=Q(granted_on=None) | Q(denied_on=None), name="insurance_grant_not_both"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="insurance_grant_dates"
            ),
            models.CheckConstraint(condition=Q(kind__in=GrantKind.values), name="insurance_grant_kind"),
        ]

    def __str__(self) -> str:
        return self.number or self.get_kind_display()
