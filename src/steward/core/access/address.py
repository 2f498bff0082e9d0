"""Where a request comes from, for the audit log, the rate limits and what only this machine may do."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """The client's address. Behind our one proxy it is the last of X-Forwarded-For, the one the proxy wrote; else
    nobody's word counts."""
    if settings.SECURE_PROXY_SSL_HEADER:
        last = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2].strip()
        return last[:45]
    return str(request.META.get("REMOTE_ADDR", ""))[:45]


def from_this_machine(request: HttpRequest) -> bool:
    """Whether the browser runs on the machine that serves."""
    return address_of(request) in ("127.0.0.1", "::1")
