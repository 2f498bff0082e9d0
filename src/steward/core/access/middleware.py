"""Every request: who, how fresh, what for. What declares no capability is closed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse

from steward.core import clock
from steward.core.access.address import address_of
from steward.core.access.decide import Context, Subject
from steward.core.access.models import User
from steward.core.access.policy import may
from steward.core.access.request import OfficeRequest
from steward.core.access.subjects import subject_of
from steward.core.refusals import Denied, Refusal
from steward.core.service import Call
from steward.core.signin.proofs import BACK, CONFIRMED, SECOND, SEEN, STARTED, local_path, stamp_of
from steward.core.tokens import bearer
from steward.core.web import machines

NOBODY = Subject(user_id=None)
Answer = Callable[[HttpRequest], HttpResponse]
POLLS = ("/jobs/progress/", "/idle/", machines.PREFIX)  # answers that must not keep a session alive
READS = ("GET", "HEAD", "OPTIONS")


class Session:
    """Builds ``request.call``; ends sessions that are idle, over-age, or whose person's access has ended.

    The person is read anew at every request, so an ended one is out at once (the rule asks for 60 seconds).
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: OfficeRequest) -> HttpResponse:
        now = clock.system_clock()
        if bearer.presented(request):
            return self._by_token(request, now)
        user = request.user if request.user.is_authenticated else None
        subject = subject_of(user, now.today(), now.now()) if isinstance(user, User) else NOBODY
        was_in = user is not None
        if user is not None and (
            not subject.active or self._expired(request, subject, now.now()) or _unproved(request, user)
        ):
            back = _place(request)
            logout(request)
            request.session[BACK] = back
            user, subject = None, NOBODY
        request.call = _call(request, subject, now)
        response = self.get_response(request)
        _write_reads(request)
        if was_in:
            response.setdefault("Cache-Control", "no-store")
            if not request.user.is_authenticated:  # signed out just now: nothing of it stays in the browser
                response["Clear-Site-Data"] = '"cache"'
        return response

    def _by_token(self, request: OfficeRequest, now: clock.Clock) -> HttpResponse:
        """A program with a token: no session, and so no form token either (nobody's browser sends the header by itself)."""
        call = bearer.call_of(request, now)
        if isinstance(call, HttpResponse):
            return call
        request.call = call.with_key(_key(request))
        request.csrf_processing_done = True  # type: ignore[attr-defined]
        response = self.get_response(request)
        _write_reads(request)
        response.setdefault("Cache-Control", "no-store")
        return response

    def _expired(self, request: HttpRequest, subject: Subject, now: datetime) -> bool:
        started = stamp_of(request, STARTED) or now
        seen = stamp_of(request, SEEN) or now
        idle = (
            settings.STEWARD_IDLE_SECONDS_FRONTDESK if "frontdesk" in subject.roles else settings.STEWARD_IDLE_SECONDS
        )
        if now - seen > timedelta(seconds=idle) or now - started > timedelta(seconds=settings.SESSION_COOKIE_AGE):
            return True
        if STARTED not in request.session:
            request.session[STARTED] = now.isoformat()
        # written at most once a minute: a write per request would make every page a database write
        if not request.path.startswith(POLLS) and (now - seen > timedelta(seconds=60) or SEEN not in request.session):
            request.session[SEEN] = now.isoformat()
        return False


def idle_seconds(subject: Subject) -> int:
    """Ten minutes where patients stand at the counter, fifteen elsewhere."""
    at_counter = "frontdesk" in subject.roles
    return int(settings.STEWARD_IDLE_SECONDS_FRONTDESK if at_counter else settings.STEWARD_IDLE_SECONDS)


class DefaultDeny:
    """No view without a declared capability; the decision is made before the view runs."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: OfficeRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        capability = declared(request, view)
        if capability == "public":
            return None
        call = request.call
        if call.user_id is None:
            return to_sign_in(request)
        if machines.speaks_json(request) and (refusal := machines.at_the_door(request)):
            return refusal
        if capability == "signed-in":
            return None
        if capability == "method":
            return _wrong_method(request, sorted(getattr(view, "capabilities", ALLAUTH_METHODS)))
        if not call.context.second_factor:
            return to_second_factor(request)
        if call.context.read_only and request.method not in READS:
            return machines.read_only(request)
        # a form behind a dangerous act may be opened; the act itself asks for the fresh proof
        decision = may(call.subject, capability or "", None, call.context)
        opens_a_form = request.method in ("GET", "HEAD") and not machines.speaks_json(request)
        if decision.allowed or (decision.step_up_needed and opens_a_form):
            return None
        if decision.step_up_needed:
            return to_step_up(request)
        from steward.core.audit.services import record_denial
        from steward.core.web.middleware import answer

        record_denial(call, request.resolver_match.view_name or "view", capability or "", None, decision.reason)  # type: ignore[union-attr]
        # answered here, not raised: Django shows no exception of a view middleware to process_exception
        return answer(
            request, Denied(Refusal("denied", f"Not open to you: {decision.reason}.", "Ask the administrator."))
        )


def declared(request: HttpRequest, view: Any) -> str | None:
    """The capability this view declares for this method; allauth's own pages are open or need a sign-in only."""
    methods = getattr(view, "capabilities", None)
    if methods is not None:
        return str(methods.get(request.method, "method"))
    module = getattr(view, "__module__", "")
    name = getattr(view, "view_class", view)
    module = getattr(name, "__module__", module)
    if module.startswith(("allauth.account", "allauth.mfa", "allauth.usersessions")) and request.resolver_match:
        if request.method not in ALLAUTH_METHODS:
            return "method"
        name = request.resolver_match.url_name
        return "public" if name in OPEN_ALLAUTH else "signed-in" if name in SIGNED_IN_ALLAUTH else None
    return None


ALLAUTH_METHODS = ("GET", "HEAD", "POST")
# allauth brings more pages than these (signing up, mail addresses, resets by mail): they stay closed
OPEN_ALLAUTH = {"account_login", "account_logout", "account_inactive", "mfa_authenticate", "mfa_login_webauthn"}
SIGNED_IN_ALLAUTH = {
    "account_change_password",
    "account_set_password",
    "account_reauthenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_add_webauthn",
    "mfa_list_webauthn",
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "usersessions_list",
}


def _wrong_method(request: HttpRequest, known: list[str]) -> HttpResponse:
    return machines.wrong_method(request, known) if machines.speaks_json(request) else HttpResponseNotAllowed(known)


def to_second_factor(request: HttpRequest) -> HttpResponse:
    """To the page that sets one up; programs are told."""
    if machines.speaks_json(request):
        return machines.second_factor_first(request)
    return HttpResponseRedirect(reverse("signin:second_factor"))


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page and back to the same place. After a session that ended the place waits in the session,
    with its query; otherwise the address carries the path alone, for a query may name people. Programs get a 401."""
    if machines.speaks_json(request):
        return machines.sign_in_first(request)
    if BACK in request.session:
        return _redirect(request, f"{settings.LOGIN_URL}?locked=1")
    return _redirect(
        request, f"{settings.LOGIN_URL}?{urlencode({'next': request.path if request.method == 'GET' else '/'})}"
    )


def to_step_up(request: HttpRequest) -> HttpResponse:
    """To the page that asks who you are once more, and back to the page the act was started from. Programs get a 403."""
    if machines.speaks_json(request):
        return machines.confirm_first(request)
    return _redirect(request, f"{reverse('signin:step_up')}?{urlencode({'next': _place(request)})}")


def _place(request: HttpRequest) -> str:
    """Where the person is: this address, or for a form that was sent (or a part of a page) the page it stands on."""
    is_page = not request.headers.get("HX-Request") and not machines.speaks_json(request)
    if request.method in ("GET", "HEAD") and is_page:
        return local_path(request.get_full_path())
    return local_path(request.headers.get("Referer"), host=request.get_host())


def _unproved(request: HttpRequest, user: User) -> bool:
    """A session from before the person set up a second factor elsewhere: it must not be the one to add another."""
    return not request.session.get(SECOND) and is_mfa_enabled(user)


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
        channel="api" if machines.speaks_json(request) else "web",
        session=hashlib.sha256(session.encode()).hexdigest()[:16] if session else "",
        address=address_of(request),
        context=Context(
            second_factor=bool(request.session.get(SECOND)) if subject.user_id else True,
            stepped_up_at=stamp_of(request, CONFIRMED),
            now=now.now(),
            step_up_seconds=settings.STEWARD_STEP_UP_SECONDS,
        ),
    )


def _key(request: HttpRequest) -> UUID | None:
    if request.method not in ("POST", "PUT", "PATCH", "DELETE"):
        return None
    # a program's key is in the header; its body is not parsed before its view asks for it
    form = "" if machines.speaks_json(request) else request.POST.get("_key", "")
    try:
        return UUID(request.headers.get("Idempotency-Key") or form)
    except ValueError:
        return None


def _write_reads(request: OfficeRequest) -> None:
    call = request.call
    if call.patients_read:
        from steward.core.audit.services import record_read

        match = request.resolver_match
        record_read(call, f"read {match.view_name if match else 'page'}"[:80], "frontdesk.patient", call.patients_read)
