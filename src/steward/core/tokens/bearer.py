"""Who a request's token stands for: asked by the session middleware, before any view."""

from __future__ import annotations

from dataclasses import replace

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from steward.core import clock
from steward.core.access.address import address_of
from steward.core.access.decide import Context
from steward.core.access.subjects import subject_of
from steward.core.audit.services import record_event
from steward.core.service import Call
from steward.core.tokens import selectors, services
from steward.core.tokens.models import ApiToken
from steward.core.web import limits, machines

MISSES_PER_MINUTE = 30
TOLD_SECONDS = 3600


def presented(request: HttpRequest) -> bool:
    """Whether this request comes with a token; then it is a program's, and no session counts beside it."""
    return machines.speaks_json(request) and "Authorization" in request.headers


def call_of(request: HttpRequest, now: clock.Clock) -> Call | HttpResponse:
    """The call of whoever the token stands for, as of now; 401 (429 after many) for one that does not count.

    The person is read anew at every request, so a leaver's token is dead at once (the rule asks for 60 seconds).
    """
    address = address_of(request)
    if limits.spent(f"token:{address}", MISSES_PER_MINUTE, 60):
        return machines.too_many(request, "Too many tokens that do not count.", 60)
    row = _row(request)
    if row is None:
        limits.count(f"token:{address}", 60)
        return machines.sign_in_first(request)
    call = _call(row, now, address)
    why = (
        "ended"
        if not call.subject.active
        else ""
        if row.counts_at(call.now)
        else "revoked"
        if row.revoked_at
        else "expired"
    )
    if why:
        limits.count(f"token:{address}", 60)
        if cache.add(
            f"dead-token:{row.pk}:{why}", 1, TOLD_SECONDS
        ):  # a program knocks on for days: one row an hour tells it
            record_event(call, "core.use_api_token", obj=row, reason=why, decision="deny")
        return machines.sign_in_first(request)
    request.user = row.user
    services.touch(call, row)
    return call


def _row(request: HttpRequest) -> ApiToken | None:
    scheme, _space, token = request.headers["Authorization"].partition(" ")
    return selectors.by_token(token.strip()) if scheme.lower() == "bearer" else None


def _call(row: ApiToken, now: clock.Clock, address: str) -> Call:
    subject = subject_of(row.user, now.today(), now.now())
    context = Context(
        second_factor=True, stepped_up_at=None, now=now.now(), step_up_seconds=settings.STEWARD_STEP_UP_SECONDS,
        read_only=row.read_only,
    )  # fmt: skip
    return replace(
        Call(subject, now, channel="api", session=f"token {row.uid.hex[:10]}", address=address), context=context
    )
