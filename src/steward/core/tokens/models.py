"""The rows behind tokens."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from steward.core.access.decide import Facts
from steward.core.access.models import User
from steward.core.base import Record


class ApiToken(Record):
    """A program's way in as a person. Only the hash is kept; ``last_used_at`` is true to the hour."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    token_sha256 = models.CharField(max_length=64, unique=True)
    read_only = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "core"
        constraints = [models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="core_token_dates")]

    def __str__(self) -> str:
        return self.name

    def access_facts(self) -> Facts:
        return Facts(owners=frozenset({self.user_id}))

    def counts_at(self, moment: datetime) -> bool:
        """Whether it still opens anything, as far as the token itself goes."""
        return self.revoked_at is None and moment < self.expires_at
