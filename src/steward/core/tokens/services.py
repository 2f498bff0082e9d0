"""Making tokens, taking them back, noting their use."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from steward.core.access.models import User
from steward.core.audit.services import record_event
from steward.core.service import Call, note, refuse, service
from steward.core.tokens import selectors
from steward.core.tokens.models import ApiToken

MOST_DAYS = 365
MOST_TOKENS = 20
COARSE = timedelta(hours=1)


def issue_api_token(call: Call, *, name: str, days: int, read_only: bool = True) -> tuple[str, ApiToken]:
    """A new token of the caller's own, shown this once: only its hash is kept, and no retry gets it again.

    Asks for a fresh proof of identity. Refuses what ``keep_api_token`` refuses.
    """
    token = selectors.PREFIX + secrets.token_urlsafe(32)
    row = keep_api_token(call, name=name, days=days, read_only=read_only, token_sha256=selectors.token_hash(token))
    return token, row


@service("core.issue_api_token", "token.issue", says="made an API token")
def keep_api_token(call: Call, *, name: str, days: int, read_only: bool, token_sha256: str) -> ApiToken:
    """The row of a token, always the caller's own.

    Refuses ``name`` (empty, long, or of another token that counts), ``days`` (1 to 365) and ``many`` (20 that count).
    """
    name = name.strip()
    if not name or len(name) > 60:
        raise refuse("name", _("A token needs a name of at most 60 letters."), _("Say what will use it."), "name")
    if not 1 <= days <= MOST_DAYS:
        raise refuse("days", _("A token lives between a day and a year."), _("Choose 1 to 365 days."), "days")
    live = selectors.tokens_of(call.subject).filter(revoked_at=None, expires_at__gt=call.now)
    if live.filter(name=name).exists():
        raise refuse(
            "name", _("You have a token of this name."), _("Take it back first, or choose another name."), "name"
        )
    if live.count() >= MOST_TOKENS:
        raise refuse("many", _("You have %d tokens already.") % MOST_TOKENS, _("Take back those nothing uses."))
    row = ApiToken.objects.create(
        user_id=call.user_id or 0, name=name, token_sha256=token_sha256, read_only=read_only, created_at=call.now,
        expires_at=call.now + timedelta(days=days),
    )  # fmt: skip
    note(row, fields=["name", "read_only", "expires_at"])
    return row


@service("core.revoke_api_token", "self.write", says="took back an API token", about=lambda token: token)
def revoke_api_token(call: Call, *, token: ApiToken) -> ApiToken:
    """The token opens nothing from now on. Refuses ``revoked``."""
    if not ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=call.now):
        raise refuse("revoked", _("This token was already taken back."))
    token.refresh_from_db()
    note(token, fields=["revoked_at"])
    return token


def forget_tokens(user: User, moment: datetime) -> None:
    """Every token of a person ends: access ended, or the sign-in it rested on is gone. Part of those services."""
    ApiToken.objects.filter(user=user, revoked_at=None).update(revoked_at=moment)


def touch(call: Call, token: ApiToken) -> None:
    """It was used: kept, and told to the audit log, once an hour (a write a request would make reading a writing)."""
    before = call.now - COARSE
    if token.last_used_at is not None and token.last_used_at > before:
        return
    due = ApiToken.objects.filter(Q(last_used_at=None) | Q(last_used_at__lte=before), pk=token.pk)
    if due.update(last_used_at=call.now):  # of several at once, one tells
        record_event(call, "core.use_api_token", obj=token)
