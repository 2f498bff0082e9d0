"""Our own pages of signing in; the rest are allauth's (``OPEN_ALLAUTH`` and ``SIGNED_IN_ALLAUTH`` in
``core.access.middleware``)."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.account.models import Login
from allauth.core import ratelimit
from allauth.mfa.base.forms import ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.mfa.webauthn.forms import ReauthenticateWebAuthnForm
from allauth.mfa.webauthn.internal import auth as webauthn
from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from steward.core import clock
from steward.core.access import selectors, services
from steward.core.access.address import from_this_machine
from steward.core.access.models import User
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import public
from steward.core.refusals import Refused
from steward.core.service import system_call
from steward.core.signin import proofs, trail
from steward.core.signin.forms import StepUpForm

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def signed_in(view: Any) -> Any:
    """A page about one's own sign-in: asks for a session, not yet for a second factor."""
    view.capabilities = {"GET": "signed-in", "HEAD": "signed-in", "POST": "signed-in"}
    return view


@signed_in
def second_factor(request: OfficeRequest) -> HttpResponse:
    """Where a person without a second factor is led from everywhere, until one is set up."""
    if request.call.context.second_factor:
        return HttpResponseRedirect(get_adapter(request).get_login_redirect_url(request))
    user: User = request.user  # type: ignore[assignment]
    if not user.has_usable_password() and not settings.DEMO:
        return HttpResponseRedirect(reverse("account_set_password"))
    return render(request, "signin/second_factor.html")


@signed_in
def step_up(request: OfficeRequest) -> Any:
    """Confirm who you are: by passphrase, code or passkey (in a demo folder by pressing the button), then back."""
    back = proofs.local_path(request.POST.get("next") or request.GET.get("next"))
    user: User = request.user  # type: ignore[assignment]
    form, status = StepUpForm(), 200
    if request.method == "POST":
        limited = ratelimit.consume_or_429(request, action="reauthenticate", user=user)
        if limited is not None:
            return limited
        form = StepUpForm(request.POST)
        if _confirmed(request, user, form):
            proofs.confirm(request, clock.system_clock().now())
            trail.did(request, user, "signin.confirm_identity")
            return HttpResponseRedirect(back)
        status = 422
    keys = is_mfa_enabled(user, [Authenticator.Type.WEBAUTHN])
    context = {"form": form, "next": back, "demo": _unarmed(user), "passkey": keys}
    if keys:
        context |= {
            "key_form": ReauthenticateWebAuthnForm(user=user),
            "js_data": {"request_options": webauthn.begin_authentication(user)},
        }
    return render(request, "signin/step_up.html", context, status=status)


def _unarmed(user: User) -> bool:
    """A demo persona has neither passphrase nor factor: pressing the button is all it can do."""
    return settings.DEMO and not user.has_usable_password() and not is_mfa_enabled(user)


def _confirmed(request: OfficeRequest, user: User, form: StepUpForm) -> bool:
    if _unarmed(user):
        return True
    if request.POST.get("credential"):
        key = ReauthenticateWebAuthnForm(request.POST, user=user)
        if key.is_valid():
            key.save()
            return True
        form.add_error(None, _("The key was not recognised. Try it again, or type your passphrase."))
        return False
    if not form.is_valid():
        return False
    proof = form.cleaned_data["proof"]
    if _by_code(user, proof) or _by_passphrase(request, user, proof):
        return True
    trail.refused(request, user, "signin.confirm_identity", "wrong proof")
    form.add_error("proof", _("That is neither your passphrase nor a code that is valid now."))
    return False


def _by_code(user: User, proof: str) -> bool:
    digits = proof.replace(" ", "").replace("-", "")
    if not (digits.isdigit() and len(digits) <= 12 and is_mfa_enabled(user)):
        return False
    form = ReauthenticateForm({"code": digits}, user=user)
    if not form.is_valid():
        return False
    form.save()
    return True


def _by_passphrase(request: OfficeRequest, user: User, proof: str) -> bool:
    try:
        known = user.has_usable_password() and get_adapter(request).reauthenticate(user, proof)
    except ValidationError:  # too many tries
        return False
    if known:
        reauthenticate_by_password(request)
    return bool(known)


@public("GET", "HEAD", "POST")
def link(request: OfficeRequest, token: str) -> Any:
    """A one-time link. Opening it changes nothing (mail scanners open links); the button on it signs in."""
    try:
        if request.method == "POST":
            taken = services.take_link(system_call("web"), token=token, loopback=from_this_machine(request))
            return _sign_in_by_link(request, taken.user, fully=taken.fully)
        found = selectors.open_link(token, now=clock.system_clock().now(), loopback=from_this_machine(request))
    except Refused as refused:
        return render(request, "signin/link_gone.html", {"refusal": refused.refusals[0]}, status=410)
    return render(request, "signin/link.html", {"person": found.user, "demo": found.fully})


def _sign_in_by_link(request: OfficeRequest, user: User, *, fully: bool) -> Any:
    if request.user.is_authenticated:
        logout(request)
    if not fully:
        return perform_login(request, Login(user=user, redirect_url=reverse("signin:second_factor")))
    get_adapter(request).login(request, user)
    proofs.begin(request, clock.system_clock().now(), second_factor=True)
    return HttpResponseRedirect("/")


@public("GET", "HEAD", "POST")
def lock(request: OfficeRequest) -> HttpResponse:
    """Hide the screen and end the session; signing in again returns to the same place."""
    back = proofs.local_path(request.POST.get("next") or request.GET.get("next"))
    if request.user.is_authenticated:
        if request.method != "POST":
            return render(request, "signin/lock.html", {"next": back})
        logout(request)
        return leave_for_sign_in(request, back)
    return HttpResponseRedirect(f"{settings.LOGIN_URL}?locked=1")  # nothing is kept for who has no session


def leave_for_sign_in(request: OfficeRequest, back: str) -> HttpResponse:
    """To the sign-in page; the place to return to waits in the session, not in the address (it may name people)."""
    request.session[proofs.BACK] = back
    return HttpResponseRedirect(f"{settings.LOGIN_URL}?locked=1")


@signed_in
def awake(request: OfficeRequest) -> HttpResponse:
    """Somebody is typing: the script says so at most once a minute, so that a long form is not lost. Answers 204."""
    return HttpResponse(status=204 if request.method == "POST" else 405)


@public("POST")
def language(request: OfficeRequest) -> HttpResponse:
    """English or Spanish, kept in a cookie and for the person who is signed in."""
    code = request.POST.get("language", "")
    back = proofs.local_path(request.POST.get("next"))
    response = HttpResponseRedirect(back)
    if translation.check_for_language(code) and code in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            code,
            samesite="Lax",
            httponly=True,
            secure=settings.PRODUCTION,
            max_age=31_536_000,
        )
        if request.user.is_authenticated:
            services.set_language(request.call, code=code)
    return response
