"""Answers to programs: everything under ``/api/`` speaks JSON, its errors too, each with a number to quote.

An error is ``{"refused": [{"code", "message", "fix"}], "reference"}``, the shape of the command line. 409 says that what stands
here is in the way (the same request may pass later, or under another key), 422 that the request itself must change.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from steward.core.access.request import OfficeRequest
from steward.core.ids import new_uid
from steward.core.refusals import Refusal
from steward.core.web import limits

log = logging.getLogger("steward.api")

PREFIX = "/api/"
MINUTE = 60
CONFLICTS = frozenset({"key_reused", "changed", "period_locked", "period_soft", "account_closed", "day_closed"})
FORBIDDEN = frozenset({"denied", "step_up", "separation"})
CODES = {400: "bad_request", 401: "sign_in", 403: "denied", 404: "not_found", 405: "method", 409: "changed",
         413: "too_large", 415: "media_type", 422: "refused", 429: "too_many_requests", 500: "broken", 503: "unavailable"}  # fmt: skip


def speaks_json(request: HttpRequest) -> bool:
    """Whether this address answers programs."""
    return request.path_info.startswith(PREFIX)


def check_query(request: HttpRequest, known: Sequence[str] | None) -> None:
    """What nobody reads, stands twice or says nothing is a mistake of the caller's, and is said. Raises BadRequest (400).

    ``known`` None leaves it to the caller to know the names.
    """
    for name, values in request.GET.lists():
        if known is not None and name not in known:
            raise BadRequest(_("This address has no parameter “%(name)s”.") % {"name": name[:40]})
        if len(values) != 1 or not values[0]:
            raise BadRequest(_("“%(name)s” is given once, with a value, or left out.") % {"name": name[:40]})


def at_the_door(request: OfficeRequest) -> HttpResponse | None:
    """Before a program's request is decided on: 429 beyond the rate of a person, 400 for an idempotency key that is none."""
    call = request.call
    most = settings.STEWARD_API_PER_MINUTE
    if limits.count(f"api:{call.user_id}", MINUTE) > most:
        return too_many(
            request, _("More than %(most)s requests in a minute.") % {"most": most}, limits.seconds_left(MINUTE)
        )
    if request.headers.get("Idempotency-Key") and request.method == "POST" and call.key is None:
        return error(
            request, 400, Refusal("key", _("The Idempotency-Key is no UUID."), _("Make one UUID for each act."))
        )
    return None


def too_large(request: HttpRequest) -> HttpResponse | None:
    """413 before a body beyond the limit of imports is read."""
    said = request.META.get("CONTENT_LENGTH") or "0"
    if not speaks_json(request) or not said.isdecimal() or int(said) <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        return None
    return error(
        request, 413, Refusal("too_large", _("The request is larger than 64 MB."), _("Split it and send the parts."))
    )


def reference() -> str:
    """Eight letters and figures that a person can read out on the telephone."""
    return str(new_uid())[:8].upper()


def status_of(refusals: Sequence[Refusal]) -> int:
    """403, 409 or 422, by the first refusal."""
    code = refusals[0].code
    return 403 if code in FORBIDDEN else 409 if code in CONFLICTS else 422


def error(
    request: HttpRequest,
    status: int,
    *refusals: Refusal,
    number: str = "",
    headers: dict[str, str] | None = None,
    more: dict[str, Any] | None = None,
) -> JsonResponse:
    """The answer, and a log line under the same number (view, status and code alone: never a value). ``more`` stands beside."""
    number = number or reference()
    match = getattr(request, "resolver_match", None)
    view = match.view_name if match else ""
    log.info("refused", extra={"reference": number, "status": status, "code": refusals[0].code, "view": view})
    body = {**(more or {}), "refused": [told(one) for one in refusals], "reference": number}
    return JsonResponse(body, status=status, headers=headers)


def told(refusal: Refusal) -> dict[str, str]:
    """A refusal as programs read it."""
    return {"code": refusal.code, "message": refusal.message, "fix": refusal.fix}


def sign_in_first(request: HttpRequest) -> JsonResponse:
    """401: neither a session nor a token that counts."""
    said = Refusal("sign_in", _("Nobody is signed in, or the token does not count (any more)."),
                   _("Send a valid token: Authorization: Bearer ..., made under your name, API tokens."))  # fmt: skip
    return error(request, 401, said, headers={"WWW-Authenticate": "Bearer"})


def confirm_first(request: HttpRequest) -> JsonResponse:
    """403: the act asks for a fresh proof of identity, which only a person at a screen can give."""
    return error(
        request, 403, Refusal("step_up", _("This asks who you are once more."), _("Do it on its screen; no token can."))
    )


def read_only(request: HttpRequest) -> JsonResponse:
    """403: the token only reads."""
    said = Refusal("read_only", _("This token only reads."), _("Make one that may write, under your name, API tokens."))
    return error(request, 403, said)


def second_factor_first(request: HttpRequest) -> JsonResponse:
    """403: signed in with a passphrase alone."""
    said = Refusal("second_factor", _("A second factor is missing."), _("Set one up on the screen, then repeat."))
    return error(request, 403, said)


def wrong_method(request: HttpRequest, allowed: Sequence[str]) -> JsonResponse:
    """405, with what is known here."""
    words = ", ".join(allowed)
    said = Refusal("method", _("This address knows no %s.") % (request.method or "")[:10], _("Use %s.") % words)
    return error(request, 405, said, headers={"Allow": words})


def too_many(request: HttpRequest, message: str, seconds: int) -> JsonResponse:
    """429, with when to come back."""
    return error(request, 429, Refusal("too_many_requests", message, _("Wait, then repeat.")),
                 headers={"Retry-After": str(max(1, seconds))})  # fmt: skip
