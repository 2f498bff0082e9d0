"""The History tab: opened from a record's page, it needs no second decision about the record.

The page that showed the record signs which record it was and for whom; the tab answers only to that signature, so nobody can ask for
the history of a thing he was not shown.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core import signing
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

SALT = "steward.history"
MAX_AGE_SECONDS = 12 * 3600  # as long as a session


def history_url(request: HttpRequest | None, thing: Any) -> str:
    """Where the tab is filled from; empty when there is nobody to show it to or nothing to show."""
    uid, user_id = getattr(thing, "uid", None), _user_id(request)
    if uid is None or user_id is None:
        return ""
    token = signing.dumps([str(uid), user_id], salt=SALT)
    try:
        return f"{reverse('core:history')}?of={token}"
    except NoReverseMatch:
        return ""


def read_token(request: HttpRequest) -> UUID | None:
    """The uid the token names when it is ours, young, and made for this person; else None."""
    try:
        uid, user_id = signing.loads(request.GET.get("of", ""), salt=SALT, max_age=MAX_AGE_SECONDS)
    except (signing.BadSignature, ValueError):
        return None
    return UUID(uid) if user_id == _user_id(request) else None


def _user_id(request: HttpRequest | None) -> int | None:
    return getattr(getattr(request, "call", None), "user_id", None)
