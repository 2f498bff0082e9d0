"""Who a request's token stands for: asked by the session middleware, before any view."""

from __future__ import annotations

from dataclasses import replace

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from steward.core import clock
from steward.core.access.address import address_of
from steward.core.access.decide import Context
from steward.core.access.subjects import subject_of
from steward.core.audit.services import record_event
from steward.core.service import Call
from steward.core.tokens import selectors, services
from steward.core.tokens.models import ApiToken
from steward.core.web import limits, machines

MISSES_PER_MINUTE, MINUTE = 30, 60
TOLD_SECONDS = 3600


def presented(request: HttpRequest) -> bool:
    """Whether this request comes with a token; then it is a program's, and no session counts beside it."""
    return machines.speaks_json(request) and "Authorization" in request.headers


def call_of(request: HttpRequest, now: clock.Clock) -> Call | HttpResponse:
    """The call of whoever the token stands for, as of now; 401 (429 after many) for one that does not count.

    The person is read anew at every request, so a leaver's token is dead at once (the rule asks for 60 seconds).
    """
    row, address = _row(request), address_of(request)
    if row is None:
        return _missed(request, address)
    call = _call(row, now, address)
    if why := _why_not(row, call):
        # a program knocks on for days: one row an hour tells it
        if cache.add(f"dead-token:{row.pk}:{why}", 1, TOLD_SECONDS):
            record_event(call, "core.use_api_token", obj=row, reason=why, decision="deny")
        return _missed(request, address)
    request.user = row.user
    services.touch(call, row)
    return call


def _why_not(row: ApiToken, call: Call) -> str:
    """Why the token does not count; empty when it does."""
    if not call.subject.active:
        return "ended"
    return "" if row.counts_at(call.now) else "revoked" if row.revoked_at else "expired"


def _missed(request: HttpRequest, address: str) -> HttpResponse:
    """What counts is never held up by what does not: many programs may share one address."""
    if limits.count(f"token:{address}", MINUTE) > MISSES_PER_MINUTE:
        return machines.too_many(request, _("Too many tokens that do not count."), limits.seconds_left(MINUTE))
    return machines.sign_in_first(request)


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
