"""Stored files and what they belong to."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from steward.core.base import Record
from steward.core.vault.fields import EncryptedTextField


class StoredFile(Record):
    """One content, readable by whoever holds ``capability``. ``name`` is what its owner called it: sealed,
    it may say too much.
    """

    sha256 = models.CharField(max_length=64)
    size_bytes = models.BigIntegerField()
    mime = models.CharField(max_length=80)  # found in the content, never believed from outside
    name = EncryptedTextField()
    capability = models.CharField(max_length=60, default="file.read")
    stored_at = models.DateTimeField()
    stored_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "core"
        constraints = [
            models.UniqueConstraint(fields=["sha256", "capability"], name="core_file_once"),
            models.CheckConstraint(condition=Q(size_bytes__gte=0), name="core_file_size"),
        ]

    def __str__(self) -> str:
        return str(self.name)


class FileLink(Record):
    """That a file belongs to a record (``object_type`` is the model's label, ``ledger.entry``), and as what."""

    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="links")
    object_type = models.CharField(max_length=60)
    object_uid = models.UUIDField()
    label = models.CharField(max_length=80, blank=True)
    linked_at = models.DateTimeField()
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "core"
        constraints = [
            models.UniqueConstraint(fields=["file", "object_type", "object_uid", "label"], name="core_file_link_once"),
        ]
        indexes = [models.Index(fields=["object_uid"], name="core_file_link_object")]
