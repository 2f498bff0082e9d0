"""What charge entry keeps besides charges: codes a provider wants at hand, and who sees to a visit nobody charged yet."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from steward.billing.states import CodeKind
from steward.core.base import Record


class Favourite(Record):
    """A code pinned for one provider, on a key of its own if wanted. What is used most is counted, never kept here."""

    provider = models.ForeignKey("people.Provider", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=9, choices=CodeKind)
    code = models.CharField(max_length=12)
    key = models.PositiveSmallIntegerField(null=True, blank=True, help_text="1 to 9, with Alt")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "kind", "code"], name="billing_favourite_once"),
            models.UniqueConstraint(
                fields=["provider", "kind", "key"], condition=Q(key__isnull=False), name="billing_favourite_key"
            ),
            models.CheckConstraint(condition=Q(key=None) | Q(key__range=(1, 9)), name="billing_favourite_digit"),
            models.CheckConstraint(condition=Q(kind__in=CodeKind.values) & ~Q(code=""), name="billing_favourite_kind"),
        ]

    def __str__(self) -> str:
        return self.code


class VisitDuty(Record):
    """Who was named to see that a kept visit gets its charge. Nobody named: it is the provider's."""

    visit = models.OneToOneField("frontdesk.Visit", on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey("core.User", on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=200, blank=True)
    named_by = models.ForeignKey("core.User", null=True, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.visit_id}: {self.owner.name}"
