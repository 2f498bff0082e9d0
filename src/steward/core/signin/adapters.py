"""What allauth asks of us: closed sign-up, our stamps, local addresses only, secrets sealed by the vault."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from steward.core import clock
from steward.core.access.address import address_of
from steward.core.access.subjects import subject_of
from steward.core.signin import proofs, trail
from steward.core.vault.keyring import ring
from steward.core.vault.seal import Place

_SECRET = Place("mfa_authenticator", "data", "secret")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Passphrase and session."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("Name and passphrase do not belong together. Check both and try again."),
        "too_many_login_attempts": _("Too many tries. Wait five minutes, then try again."),
        "incorrect_password": _("This is not your passphrase."),
        "enter_current_password": _("This is not your passphrase."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People are added by the administrator (``core.access.services.add_user``), never by themselves."""
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """A place on this server, written as a path: nothing with a host leads anywhere."""
        return bool(url) and proofs.local_path(url) == str(url).partition("#")[0]

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> Any:
        now = clock.system_clock()
        if not subject_of(user, now.today(), now.now()).active:
            from allauth.account.internal.stagekit import clear_login

            clear_login(request)
            trail.refused(request, user, "signin.sign_in", "access has ended")
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **kwargs)

    def login(self, request: HttpRequest, user: Any) -> None:
        """All stages passed. The second factor counts when one of them was given in this very sign-in."""
        proved = any(r.get("method") == "mfa" for r in get_authentication_records(request, user))
        super().login(request, user)
        proofs.begin(request, clock.system_clock().now(), second_factor=proved)
        trail.did(request, user, "signin.sign_in")

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return proofs.local_path(request.session.pop(proofs.BACK, None)) if proofs.BACK in request.session else "/"

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return str(settings.LOGIN_URL)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("signin:second_factor")

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Audited by whose name it was (if anybody's), never by what was typed: people type passphrases into name
        fields."""
        from steward.core.access.models import User

        name = str(credentials.get("username", ""))[:80]
        trail.refused(request, User.objects.filter(username=name).first(), "signin.sign_in", "wrong passphrase")

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """One page confirms who you are, for our dangerous acts and for allauth's."""
        if not user.is_authenticated or not super().get_reauthentication_methods(user):
            return []
        return [{"id": "step_up", "description": _("Confirm who you are"), "url": reverse("signin:step_up")}]

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not within the minutes after signing in or confirming."""
        request = context.request
        stamps = [proofs.stamp_of(request, name) for name in (proofs.STARTED, proofs.CONFIRMED)]
        ages = [(clock.system_clock().now() - at).total_seconds() for at in stamps if at]
        return not any(0 <= age <= settings.STEWARD_STEP_UP_SECONDS for age in ages)

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """The page that follows says what happened; greetings are noise."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Changes of the sign-in are in the audit log and told on the page; mail leaves by the outbox alone."""

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request) or "unknown"

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """One counter a name: allauth's also has the host in it, and a server answers to several names."""
        return f"name:{str(credentials.get('username', '')).casefold()}"


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors: secrets sealed at rest, the last factor stays."""

    def encrypt(self, text: str) -> str:
        return ring().seal(_SECRET, text)

    def decrypt(self, encrypted_text: str) -> str:
        return ring().unseal(_SECRET, encrypted_text)

    def build_totp_svg(self, url: str) -> str:
        """On white, whatever the theme: a phone reads black on white."""
        import qrcode
        from qrcode.image.svg import SvgPathFillImage

        drawn = BytesIO()
        qrcode.make(url, image_factory=SvgPathFillImage).save(drawn)
        return drawn.getvalue().decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """A workforce account keeps at least one second factor; recovery codes alone are none."""
        others = Authenticator.objects.filter(user_id=authenticator.user_id).exclude(pk=authenticator.pk)
        return bool(others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return dict(super().get_public_key_credential_rp_entity(), name="Steward")

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """See ``AccountAdapter.send_notification_mail``."""
