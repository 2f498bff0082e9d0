"""What the practice changed in the scrub: each change one row that is never edited; the latest of a rule holds."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from steward.core.base import Record


class ScrubRule(Record):
    """One version of a rule: a shipped one in the practice's words, or one of its own. ``withdrawn``: from here on the shipped
    rule holds again, or, where none was shipped, none. That rows never change is kept by guards/*.sql."""

    rule = models.CharField(max_length=60, help_text="the rule's id")
    version = models.PositiveIntegerField(help_text="of this rule, from 1")
    data = models.JSONField(help_text="as logic.scrub.rules.data_of gives it, days as text")
    withdrawn = models.BooleanField(default=False)
    reason = models.CharField(max_length=200)
    tried = models.JSONField(help_text="what the change would have done to a month's claims, before it went live")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "version"], name="billing_scrub_rule_once"),
            models.CheckConstraint(
                condition=~Q(rule="") & ~Q(reason="") & Q(version__gt=0), name="billing_scrub_rule_said"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.version}"
