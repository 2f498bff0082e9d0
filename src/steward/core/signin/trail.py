"""Signing in, in the audit log: each act one row of its own, by the person whose sign-in it is."""

from __future__ import annotations

import hashlib
from typing import Any

from django.http import HttpRequest

from steward.core import clock
from steward.core.access.address import address_of
from steward.core.access.decide import Subject
from steward.core.access.models import User
from steward.core.audit.services import record_event
from steward.core.service import Call


def did(request: HttpRequest, user: User, action: str, *, fields: tuple[str, ...] = ()) -> None:
    """It happened."""
    record_event(_call(request, user), action, obj=user, fields=fields)


def refused(request: HttpRequest, user: User | None, action: str, reason: str) -> None:
    """It was tried and refused; nobody is named when the name is nobody's."""
    record_event(_call(request, None), action, obj=user, reason=reason, decision="deny")


def _call(request: HttpRequest, user: User | None) -> Call:
    session = getattr(request.session, "session_key", None) or ""
    return Call(
        subject=Subject(user.pk, user.name) if user else Subject(None, "Nobody signed in"),
        clock=clock.system_clock(),
        channel="web",
        session=hashlib.sha256(session.encode()).hexdigest()[:16] if session else "",
        address=address_of(request),
    )


def connect() -> None:
    """Hear what allauth tells by signals: the only place where we listen to any (it has no other way of telling)."""
    from allauth.account.signals import password_changed, password_set
    from allauth.mfa.signals import (
        authentication_failed,
        authenticator_added,
        authenticator_removed,
        authenticator_reset,
    )
    from django.contrib.auth.signals import user_logged_out

    for signal, receiver in (
        (authenticator_added, _added),
        (authenticator_removed, _removed),
        (authenticator_reset, _reset),
        (authentication_failed, _failed),
        (password_changed, _passphrase),
        (password_set, _passphrase),
        (user_logged_out, _out),
    ):
        signal.connect(receiver, dispatch_uid=f"steward.{receiver.__name__}.{id(signal)}")


def _added(request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    from steward.core.signin import proofs

    if authenticator.type != authenticator.Type.RECOVERY_CODES:
        proofs.give_second_factor(request, clock.system_clock().now())
    did(request, user, "signin.set_up_second_factor", fields=(str(authenticator.type),))


def _removed(request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    from allauth.mfa.utils import is_mfa_enabled

    from steward.core.signin import proofs

    if not is_mfa_enabled(user, [authenticator.Type.TOTP, authenticator.Type.WEBAUTHN]):
        proofs.withdraw_second_factor(request)
    did(request, user, "signin.remove_second_factor", fields=(str(authenticator.type),))


def _reset(request: HttpRequest, user: User, **_: Any) -> None:
    did(request, user, "signin.renew_recovery_codes")


def _failed(request: HttpRequest, user: User, **_: Any) -> None:
    refused(request, user, "signin.second_factor", "wrong code")


def _passphrase(request: HttpRequest, user: User, **_: Any) -> None:
    did(request, user, "signin.set_passphrase")


def _out(request: HttpRequest, user: Any, **_: Any) -> None:
    if isinstance(user, User):
        did(request, user, "signin.sign_out")
