"""The life of a message, and what kinds there are."""

from __future__ import annotations

from enum import Enum


class Kind(Enum):
    """How it travels."""

    MAIL = "mail"
    SMS = "sms"
    LETTER = "letter"


class MessageState(Enum):
    """Where it stands. SENDING is written before the transport is asked: who finds it later knows it may have left."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


TRANSITIONS: dict[MessageState, frozenset[MessageState]] = {
    MessageState.QUEUED: frozenset({MessageState.SENDING, MessageState.CANCELLED}),
    MessageState.SENDING: frozenset({MessageState.SENT, MessageState.QUEUED, MessageState.FAILED}),
    MessageState.SENT: frozenset(),
    MessageState.FAILED: frozenset({MessageState.QUEUED, MessageState.CANCELLED}),
    MessageState.CANCELLED: frozenset(),
}

# Minutes to wait after the first, second, ... attempt that failed; after the last, a person must look.
PAUSES_MINUTES = (1, 5, 30, 120, 480)


def may_become(now: MessageState, then: MessageState) -> bool:
    """Whether a message in state ``now`` may go to ``then``."""
    return then in TRANSITIONS[now]
