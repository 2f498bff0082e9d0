"""The row behind each gapless series."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Counter(models.Model):
    """The last number given out in a series; the database refuses to let it fall, be renamed or go."""

    series = models.CharField(max_length=60, primary_key=True)
    value = models.BigIntegerField(default=0)

    class Meta:
        app_label = "core"
        constraints = [models.CheckConstraint(condition=Q(value__gte=0), name="core_counter_not_negative")]

    def __str__(self) -> str:
        return f"{self.series} {self.value}"
