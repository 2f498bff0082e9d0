"""The message that leaves."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from steward.core.base import Record
from steward.core.outbox.states import Kind, MessageState
from steward.core.vault.fields import EncryptedTextField


class Message(Record):
    """One mail, text or letter. ``object_type`` and ``object_uid`` say what it is about; ``body`` is sealed."""

    kind = models.CharField(max_length=8)
    to = models.CharField(max_length=254)
    subject = models.CharField(max_length=78, blank=True)
    body = EncryptedTextField()
    state = models.CharField(max_length=10, default=MessageState.QUEUED.value)
    attempts = models.SmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    queued_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=120, blank=True)  # the kind of failure, never the server's words
    object_type = models.CharField(max_length=60, blank=True)
    object_uid = models.UUIDField(null=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "core"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=[k.value for k in Kind]), name="core_message_kind"),
            models.CheckConstraint(condition=Q(state__in=[s.value for s in MessageState]), name="core_message_state"),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=False, state="sent") | Q(sent_at__isnull=True) & ~Q(state="sent"),
                name="core_message_sent",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "next_try_at"], name="core_message_due"),
            models.Index(fields=["object_uid"], name="core_message_object"),
        ]

    def __str__(self) -> str:
        return self.subject or self.kind
