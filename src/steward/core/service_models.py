"""What makes a retry harmless."""

from __future__ import annotations

from django.db import models


class ServiceKey(models.Model):
    """An idempotency key that was used: by whom, for which service, with what body, and the first answer."""

    key = models.UUIDField(primary_key=True)
    service = models.CharField(max_length=80)
    actor = models.BigIntegerField(null=True)
    body_sha256 = models.CharField(max_length=64)
    answer = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        app_label = "core"
