"""What the scheduler runs for signing in."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from steward.core.service import Call


def forget_sessions(call: Call) -> int:
    """Take away sessions past their time (they open nothing any more; this only keeps the table small); how many."""
    gone, _kinds = Session.objects.filter(expire_date__lt=call.now).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    return gone
