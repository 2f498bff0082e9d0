"""Queueing, sending and stopping messages."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta

from django.db import models, transaction
from django.utils.translation import gettext as _

from steward.core.outbox.models import Message
from steward.core.outbox.states import PAUSES_MINUTES, Kind, MessageState, may_become
from steward.core.outbox.subjects import fault
from steward.core.outbox.transports import transport_for
from steward.core.service import Call, note, refuse, service

log = logging.getLogger("steward.outbox")
LONGEST_SMS = 480
ABANDONED_MINUTES = 10
MOST_AT_ONCE = 50


@service("outbox.queue", "outbox.send", says="wrote a message")
def queue(
    call: Call,
    *,
    kind: Kind,
    to: str,
    subject: str,
    body: str,
    about: models.Model | None = None,
    private: Iterable[str] = (),
) -> Message:
    """Write a message to be sent after this transaction commits.

    ``about`` is the record it belongs to; ``private`` the names of the people concerned, which the subject must not
    hold. Refuses ``message_to``, ``message_subject``, ``message_body``.
    """
    _check(kind, to, subject, body, private)
    message = Message(
        kind=kind.value,
        to=to.strip(),
        subject=subject.strip(),
        body=body,
        next_try_at=call.now,
        queued_at=call.now,
        asked_by_id=call.user_id,
        object_type=about._meta.label_lower if about is not None else "",
        object_uid=about.uid if about is not None else None,  # type: ignore[attr-defined]
    )
    message.save(force_insert=True)
    return message


def _check(kind: Kind, to: str, subject: str, body: str, private: Iterable[str]) -> None:
    if not to.strip() or len(to) > 254 or any(ord(c) < 32 for c in to) or (kind is Kind.MAIL and "@" not in to):
        raise refuse("message_to", _("There is no usable address."), _("Correct the contact first."), field="to")
    wrong = fault(subject, private) if kind is not Kind.SMS else None
    if wrong:
        fix = _("Say only that there is a message; the rest belongs behind the sign-in.")
        raise refuse("message_subject", _("This subject cannot be sent: %s.") % wrong, fix, field="subject")
    if not body.strip() or (kind is Kind.SMS and len(body) > LONGEST_SMS):
        raise refuse("message_body", _("The text is empty or too long."), _("Shorten it."), field="body")


@service("outbox.cancel", "outbox.send", says="stopped a message")
def cancel(call: Call, *, message: Message) -> Message:
    """Stop a message that has not left. Refuses ``message_left``."""
    row = Message.objects.select_for_update().get(pk=message.pk)
    if not may_become(MessageState(row.state), MessageState.CANCELLED):
        raise refuse("message_left", _("This message has left already."), _("Write another one to correct it."))
    row.state = MessageState.CANCELLED.value
    row.save(update_fields=["state"])
    note(row, fields=["state"])
    return row


@service("outbox.again", "outbox.send", says="sent a message again")
def again(call: Call, *, message: Message) -> Message:
    """Queue a failed message once more. Refuses ``message_not_failed``."""
    row = Message.objects.select_for_update().get(pk=message.pk)
    if row.state != MessageState.FAILED.value:
        raise refuse("message_not_failed", _("Only a message that failed can be sent again."))
    row.state, row.attempts, row.next_try_at, row.trouble = MessageState.QUEUED.value, 0, call.now, ""
    row.save(update_fields=["state", "attempts", "next_try_at", "trouble"])
    note(row, fields=["state"])
    return row


def send_due(call: Call) -> int:
    """Send what is due; how many left. Runs in the job worker, in passing: each message is a claim, a send and a
    note of its own.

    A message found in SENDING after ten minutes belonged to a worker that died: it may have left or not, and goes
    once more under the same Message-ID.
    """
    abandoned = call.now - timedelta(minutes=ABANDONED_MINUTES)
    Message.objects.filter(state=MessageState.SENDING.value, next_try_at__lt=abandoned).update(
        state=MessageState.QUEUED.value, next_try_at=call.now
    )
    sent = 0
    due = Message.objects.filter(state=MessageState.QUEUED.value, next_try_at__lte=call.now).order_by(
        "next_try_at", "id"
    )
    for pk in list(due.values_list("pk", flat=True)[:MOST_AT_ONCE]):
        sent += _send(call, pk)
    return sent


def _send(call: Call, pk: int) -> bool:
    with transaction.atomic():
        claimed = Message.objects.filter(pk=pk, state=MessageState.QUEUED.value).update(
            state=MessageState.SENDING.value, attempts=models.F("attempts") + 1, next_try_at=call.now
        )
    if not claimed:
        return False
    message = Message.objects.get(pk=pk)
    try:
        transport_for(Kind(message.kind))(message)
    except Exception as error:  # whatever a mail server or disk does, the next message must have its turn
        log.warning("message did not leave", extra={"kind": message.kind, "code": type(error).__name__})
        _missed(call, message, type(error).__name__)
        return False
    message.state, message.sent_at, message.trouble = MessageState.SENT.value, call.now, ""
    message.save(update_fields=["state", "sent_at", "trouble"])
    return True


def _missed(call: Call, message: Message, trouble: str) -> None:
    message.trouble = trouble[:120]
    if message.attempts > len(PAUSES_MINUTES):
        message.state = MessageState.FAILED.value
    else:
        message.state = MessageState.QUEUED.value
        message.next_try_at = call.now + timedelta(minutes=PAUSES_MINUTES[message.attempts - 1])
    message.save(update_fields=["state", "trouble", "next_try_at"])
