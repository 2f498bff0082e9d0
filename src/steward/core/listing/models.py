"""A view of a list that somebody keeps."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from steward.core.access.decide import Facts
from steward.core.base import Record


class SavedView(Record):
    """Filters and order of one list under a name; ``shared`` shows it to everybody who may see the list (rows stay scoped)."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    listing = models.CharField(max_length=60)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000, blank=True)
    shared = models.BooleanField(default=False)

    class Meta:
        app_label = "core"
        constraints = [models.UniqueConstraint(fields=["owner", "listing", "name"], name="core_view_once")]
        indexes = [models.Index(fields=["listing"], name="core_view_listing")]

    def __str__(self) -> str:
        return self.name

    def access_facts(self) -> Facts:
        return Facts(owners=frozenset({self.owner_id}))
