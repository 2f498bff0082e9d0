"""What a person sees of the outbox."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from steward.core.access.decide import Subject
from steward.core.access.policy import scoped
from steward.core.outbox.models import Message
from steward.core.outbox.states import MessageState


def messages(subject: Subject) -> QuerySet[Message]:
    """The messages this person may see, newest first."""
    return scoped(subject, "outbox.read", Message.objects.select_related("asked_by").order_by("-queued_at", "-id"))


def message(subject: Subject, uid: UUID) -> Message | None:
    """One message, if this person may see it."""
    return messages(subject).filter(uid=uid).first()


def state_words(row: Message) -> str:
    """A message's state in words."""
    return {
        MessageState.QUEUED: _("Will be tried again") if row.attempts else _("Waiting"),
        MessageState.SENDING: _("Leaving"),
        MessageState.SENT: _("Sent"),
        MessageState.FAILED: _("Did not leave"),
        MessageState.CANCELLED: _("Stopped"),
    }[MessageState(row.state)]


def tone(row: Message) -> str:
    """The badge's tone."""
    return {"sent": "good", "failed": "bad"}.get(row.state, "warn" if row.attempts else "")


def kind_words(row: Message) -> str:
    """Mail, text or letter."""
    return {"mail": _("Mail"), "sms": _("Text"), "letter": _("Letter")}[row.kind]
