"""Turns what views raise into our pages. Outermost of ours, so that every page carries the shell, the policy and its number."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.db import DatabaseError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError

from steward.core.refusals import Denied, Refused
from steward.core.web import errors, machines


class ErrorPages:
    """Refused -> 422, Denied -> 403 or step-up, BadRequest -> 400, busy or full database -> 503, the unexpected -> 500; what
    a program sends beyond the limit is not read (413).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return machines.too_large(request) or self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return answer(request, exception)


def answer(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for an exception; also used by the default-deny middleware, whose refusals no view raised."""
    if isinstance(exception, Denied):
        return _step_up(request) if exception.step_up else errors.denied(request, exception)
    if isinstance(exception, Refused):
        return errors.refused(request, exception)
    if isinstance(exception, Http404):
        return errors.not_found(request, exception)
    if isinstance(exception, PermissionDenied):
        return errors.denied(request, exception)
    if isinstance(exception, BadRequest | SuspiciousOperation | MultiPartParserError):
        return errors.bad_request(request, exception if isinstance(exception, BadRequest) else None)
    if isinstance(exception, OperationalError) or (isinstance(exception, DatabaseError) and "full" in str(exception)):
        return errors.unavailable(request, exception)
    return errors.broken(request, exception)


def _step_up(request: HttpRequest) -> HttpResponse:
    from steward.core.access.middleware import to_step_up

    return to_step_up(request)
