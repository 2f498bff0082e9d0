"""The rows of the audit log and its heads."""

from __future__ import annotations

from uuid import UUID

from django.db import models


class AuditRow(models.Model):
    """One act or one read. Field names, never values; ``hash`` = SHA-256(prev + canonical JSON of the row)."""

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor = models.BigIntegerField(null=True)  # core.User; no foreign key: a log depends on nothing
    actor_name = models.CharField(max_length=160)
    on_behalf_of = models.BigIntegerField(null=True)
    session = models.CharField(max_length=16, blank=True)  # a prefix of the session's hash, enough to tell apart
    address = models.CharField(max_length=45, blank=True)
    channel = models.CharField(max_length=12)  # web api cli job test
    action = models.CharField(max_length=80)
    capability = models.CharField(max_length=60, blank=True)
    decision = models.CharField(max_length=8)  # allow | deny
    object_type = models.CharField(max_length=60, blank=True)
    object_uid = models.UUIDField(null=True)
    refs = models.JSONField(default=list)  # uids of a bulk act or of the patients read
    fields = models.JSONField(default=list)
    reason = models.CharField(max_length=400, blank=True)
    parent = models.BigIntegerField(null=True)
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        app_label = "core"
        indexes = [
            models.Index(fields=["object_uid", "seq"], name="core_audit_object"),
            models.Index(fields=["actor", "seq"], name="core_audit_actor"),
            models.Index(fields=["action", "seq"], name="core_audit_action"),
        ]

    @property
    def uid(self) -> UUID | None:
        """What the row is about: lists and exports ask every row for its ``uid``."""
        return self.object_uid


class AuditHead(models.Model):
    """The last row's number and hash. Locked last, just before commit, by everyone who writes."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="0" * 64)

    class Meta:
        app_label = "core"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="core_one_audit_head")]


class SignedHead(models.Model):
    """The head of a day, signed (Ed25519): a chain alone cannot show that its tail was cut."""

    day = models.DateField(primary_key=True)
    seq = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)
    public_key = models.CharField(max_length=64)

    class Meta:
        app_label = "core"
