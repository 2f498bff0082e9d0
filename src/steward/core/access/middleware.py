"""Every request: who, how fresh, what for. What declares no capability is closed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from steward.core import clock
from steward.core.access.decide import Context, Subject
from steward.core.access.models import User
from steward.core.access.policy import may
from steward.core.access.subjects import subject_of
from steward.core.refusals import Denied, Refusal
from steward.core.service import Call

NOBODY = Subject(user_id=None)
Answer = Callable[[HttpRequest], HttpResponse]
POLLS = ("/jobs/progress/", "/idle/")  # answers that must not keep a session alive


class Session:
    """Builds ``request.call``; ends sessions that are idle, over-age, or whose person's access has ended.

    The person is read anew at every request, so an ended one is out at once (the rule asks for 60 seconds).
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        now = clock.system_clock()
        user = request.user if request.user.is_authenticated else None
        subject = subject_of(user, now.today(), now.now()) if isinstance(user, User) else NOBODY
        if user is not None and (not subject.active or self._expired(request, subject, now.now())):
            logout(request)
            user, subject = None, NOBODY
        request.call = _call(request, subject, now)  # type: ignore[attr-defined]
        response = self.get_response(request)
        _write_reads(request)
        if user is not None:
            response.setdefault("Cache-Control", "no-store")
        return response

    def _expired(self, request: HttpRequest, subject: Subject, now: datetime) -> bool:
        started = _stamp(request, "started_at") or now
        seen = _stamp(request, "seen_at") or now
        idle = settings.STEWARD_IDLE_SECONDS_FRONTDESK if "frontdesk" in subject.roles else settings.STEWARD_IDLE_SECONDS
        if now - seen > timedelta(seconds=idle) or now - started > timedelta(seconds=settings.SESSION_COOKIE_AGE):
            return True
        if "started_at" not in request.session:
            request.session["started_at"] = now.isoformat()
        # written at most once a minute: a write per request would make every page a database write
        if not request.path.startswith(POLLS) and (now - seen > timedelta(seconds=60) or "seen_at" not in request.session):
            request.session["seen_at"] = now.isoformat()
        return False


class DefaultDeny:
    """No view without a declared capability; the decision is made before the view runs."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        capability = declared(request, view)
        if capability == "public":
            return None
        call: Call = request.call  # type: ignore[attr-defined]
        if call.user_id is None:
            return to_sign_in(request)
        if capability == "signed-in":
            return None
        if capability == "method":
            return HttpResponse(status=405)
        if not call.context.second_factor:
            return HttpResponseRedirect(reverse("signin:second_factor"))
        # a form behind a dangerous act may be opened; the act itself asks for the fresh proof
        decision = may(call.subject, capability or "", None, call.context)
        if decision.allowed or (decision.step_up_needed and request.method in ("GET", "HEAD")):
            return None
        if decision.step_up_needed:
            return to_step_up(request)
        from steward.core.audit.services import record_denial

        record_denial(call, request.resolver_match.view_name or "view", capability or "", None, decision.reason)  # type: ignore[union-attr]
        raise Denied(Refusal("denied", f"Not open to you: {decision.reason}.", "Ask the administrator."))


def declared(request: HttpRequest, view: Any) -> str | None:
    """The capability this view declares for this method; allauth's own pages are open or need a sign-in only."""
    methods = getattr(view, "capabilities", None)
    if methods is not None:
        return methods.get(request.method, "method")
    module = getattr(view, "__module__", "")
    name = getattr(view, "view_class", view)
    module = getattr(name, "__module__", module)
    if module.startswith(("allauth.account", "allauth.mfa", "allauth.usersessions")):
        return "public" if (request.resolver_match and request.resolver_match.url_name in OPEN_ALLAUTH) else "signed-in"
    return None


OPEN_ALLAUTH = {"account_login", "account_logout", "mfa_authenticate", "mfa_login_webauthn", "account_reauthenticate", "account_inactive"}


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page and back to the same place (path only: a query may name people)."""
    target = f"{settings.LOGIN_URL}?{urlencode({'next': request.get_full_path() if request.method == 'GET' else '/'})}"
    return _redirect(request, target)


def to_step_up(request: HttpRequest) -> HttpResponse:
    """To the page that asks who you are once more."""
    back = request.headers.get("Referer", "/")
    return _redirect(request, f"{reverse('signin:step_up')}?{urlencode({'next': back})}")


def _redirect(request: HttpRequest, target: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": target})
    return HttpResponseRedirect(target)


def _call(request: HttpRequest, subject: Subject, now: clock.Clock) -> Call:
    session = request.session.session_key or ""
    return Call(
        subject=subject,
        clock=now,
        key=_key(request),
        channel="web",
        session=hashlib.sha256(session.encode()).hexdigest()[:16] if session else "",
        address=request.META.get("REMOTE_ADDR", "")[:45],
        context=Context(
            second_factor=bool(request.session.get("second_factor")) if subject.user_id else True,
            stepped_up_at=_stamp(request, "stepped_up_at"),
            now=now.now(),
            step_up_seconds=settings.STEWARD_STEP_UP_SECONDS,
        ),
    )


def _key(request: HttpRequest) -> UUID | None:
    if request.method not in ("POST", "PUT", "PATCH", "DELETE"):
        return None
    text = request.headers.get("Idempotency-Key") or request.POST.get("_key") or ""
    try:
        return UUID(text)
    except ValueError:
        return None


def _stamp(request: HttpRequest, name: str) -> datetime | None:
    text = request.session.get(name)
    return datetime.fromisoformat(text) if text else None


def _write_reads(request: HttpRequest) -> None:
    call: Call = request.call  # type: ignore[attr-defined]
    if call.patients_read:
        from steward.core.audit.services import record_read

        match = request.resolver_match
        record_read(call, f"read {match.view_name if match else 'page'}"[:80], "frontdesk.patient", call.patients_read)
