"""The shape every stored noun has."""

from __future__ import annotations

from django.db import models

from steward.core.ids import new_uid


class Record(models.Model):
    """A row with an inner number (never shown) and a public, unguessable ``uid`` (in URLs, exports and audit rows)."""

    id = models.BigAutoField(primary_key=True)
    uid = models.UUIDField(default=new_uid, unique=True, editable=False)

    class Meta:
        abstract = True
