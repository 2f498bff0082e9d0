"""Codes of an app, signing in, older stamps, and what the audit says of it."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.test import Client

from steward.core.access.models import User
from steward.core.audit.models import AuditRow
from steward.core.clock import system_clock

PHRASE = "otter lamp quilt meadow 19"
ME = "/sign-in/2fa/"  # a page that asks for nothing but a session


def arm(user: User) -> str:
    """Give the user an authenticator app; its secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def code(secret: str, step: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step))


def sign_in(client: Client, name: str = "ana", phrase: str = PHRASE, **extra: Any) -> Any:
    return client.post("/sign-in/login/", {"login": name, "password": phrase, **extra})


def age(client: Client, **ages: timedelta) -> None:
    """Make stamps of the session older."""
    session = client.session
    for name, by in ages.items():
        session[name] = (system_clock().now() - by).isoformat()
    session.save()


def acts(action: str, decision: str = "allow") -> int:
    return AuditRow.objects.filter(action=action, decision=decision).count()
