"""What a provider is paid by, and how the practice's overhead is shared: dated, and never changed once made."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from steward.billing.logic.compensation import BASES
from steward.core.base import Record


def _person() -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")


class ProviderContract(Record):
    """A provider's terms from the first of a month until they are ended (``logic.compensation.Terms``). Two never hold at once (guards/)."""

    provider = models.ForeignKey("people.Provider", on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField(help_text="the first of a month")
    ends_on = models.DateField(null=True, blank=True, help_text="the last of a month")
    month_cents = models.PositiveBigIntegerField(default=0)
    share_ppm = models.PositiveIntegerField(default=0)
    threshold_cents = models.PositiveBigIntegerField(default=0)
    point_cents = models.PositiveBigIntegerField(default=0)
    note = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField()
    made_by = _person()

    class Meta:
        indexes = [models.Index(fields=["provider", "starts_on"], name="billing_contract_days")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="billing_contract_ends"),
            models.CheckConstraint(condition=Q(share_ppm__lte=1_000_000), name="billing_contract_share"),
            models.CheckConstraint(
                condition=Q(month_cents__gt=0) | Q(share_ppm__gt=0) | Q(point_cents__gt=0), name="billing_contract_pays"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider_id} from {self.starts_on}"


class OverheadRule(Record):
    """How what no provider's own cost is, is shared from a month on; the latest one counts. ``weights`` are of basis ``fixed``, by the
    provider's uid."""

    starts_on = models.DateField(unique=True, help_text="the first of a month")
    basis = models.CharField(max_length=12)
    weights = models.JSONField(default=dict, blank=True)
    made_at = models.DateTimeField()
    made_by = _person()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(basis__in=BASES), name="billing_overhead_basis")]

    def __str__(self) -> str:
        return f"{self.basis} from {self.starts_on}"
