"""The questions about tokens."""

from __future__ import annotations

import hashlib

from django.db.models import QuerySet

from steward.core.access.decide import Subject
from steward.core.tokens.models import ApiToken

PREFIX = "stw_"  # so that a leaked one is recognised for what it is
LONGEST = 100


def token_hash(token: str) -> str:
    """What is kept of a token (256 random bits need no salt)."""
    return hashlib.sha256(token.encode()).hexdigest()


def tokens_of(subject: Subject) -> QuerySet[ApiToken]:
    """A person's own tokens, the newest first; those that ended stay to be seen."""
    return ApiToken.objects.filter(user_id=subject.user_id or 0).order_by("-created_at", "-id")


def by_token(token: str) -> ApiToken | None:
    """The row of a token with its person, or None. Whether it counts is the caller's to ask."""
    if not token.startswith(PREFIX) or len(token) > LONGEST:
        return None
    return ApiToken.objects.select_related("user").filter(token_sha256=token_hash(token)).first()
