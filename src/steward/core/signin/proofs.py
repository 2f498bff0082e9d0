"""What a session has proved, as stamps in it: begun, last seen, second factor given, identity confirmed."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest

STARTED, SEEN, SECOND, CONFIRMED, BACK = "started_at", "seen_at", "second_factor", "stepped_up_at", "return_to"


def begin(request: HttpRequest, now: datetime, *, second_factor: bool) -> None:
    """A session begins. Signing in with a second factor is also a fresh proof of who it is."""
    stamp = now.isoformat()
    request.session[STARTED] = request.session[SEEN] = stamp
    request.session[SECOND] = second_factor
    if second_factor:
        request.session[CONFIRMED] = stamp


def give_second_factor(request: HttpRequest, now: datetime) -> None:
    """This very session set up a second factor and showed that it works."""
    request.session[SECOND] = True
    request.session[CONFIRMED] = now.isoformat()


def withdraw_second_factor(request: HttpRequest) -> None:
    """The last second factor was taken away: everything but setting up another is closed at once."""
    request.session[SECOND] = False
    request.session.pop(CONFIRMED, None)


def confirm(request: HttpRequest, now: datetime) -> None:
    """The person proved once more who they are."""
    request.session[CONFIRMED] = now.isoformat()


def stamp_of(request: HttpRequest, name: str) -> datetime | None:
    """A stamp as a moment; None when it is absent or unreadable (then nothing is proved)."""
    text: Any = request.session.get(name)
    try:
        return datetime.fromisoformat(text) if text else None
    except (TypeError, ValueError):
        return None


def local_path(url: str | None, *, host: str = "") -> str:
    """The path and query of a place on this server, "/" for anything else (another host, a scheme, a back-slash trick).

    ``host`` lets an absolute address of this very server through (a Referer names one).
    """
    text = url or ""
    if "\\" in text or any(ord(c) < 33 for c in text):
        return "/"
    try:
        parts = urlsplit(text)
    except ValueError:
        return "/"
    if (parts.scheme or parts.netloc) and not (host and parts.netloc == host and parts.scheme in ("http", "https")):
        return "/"
    if not parts.path.startswith("/") or parts.path.startswith("//"):
        return "/"
    return parts.path + (f"?{parts.query}" if parts.query else "")
