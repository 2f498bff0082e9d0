"""Adding people, giving and ending roles, ending access, one-time links. Everybody else's rights rest on these."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils.translation import gettext as _

from steward.core.access import selectors
from steward.core.access.granting import chief_only, grant_role, sign_role
from steward.core.access.models import RoleGrant, SignInLink, User
from steward.core.service import Call, note, refuse, service
from steward.core.tokens.services import forget_tokens

__all__ = [
    "add_user", "end_role", "end_user", "grant_role", "keep_link", "make_link", "renew_sign_in", "set_language", "set_look",
    "sign_role", "take_link",
]  # fmt: skip


@service("access.add_user", "user.write", says="added a person who signs in")
def add_user(
    call: Call,
    *,
    username: str,
    name: str,
    email: str = "",
    roles: Sequence[str] = (),
    party: Any = None,
    starts_on: date | None = None,
) -> User:
    """A person without any way in yet: ``make_link`` gives the first. ``party`` is the registry party the login
    belongs to. Each of ``roles`` holds once a second person has signed it (see ``grant_role``).

    Refuses ``username`` (taken or empty), ``role`` (unknown), ``chief`` (see ``grant_role``).
    """
    username = username.strip().casefold()
    if (
        not username
        or not username.isascii()
        or not username.replace("-", "").replace(".", "").replace("_", "").isalnum()
    ):
        raise refuse(
            "username", _("A sign-in name has letters, digits, dots and hyphens."), _("Type another."), field="username"
        )
    if User.objects.filter(username=username).exists():
        raise refuse(
            "username",
            _("Somebody already signs in as %s.") % username,
            _("Add a letter or a number."),
            field="username",
        )
    user = User(username=username, name=name.strip(), email=email.strip(), created_at=call.now)
    user.set_unusable_password()
    user.save()
    if party is not None:
        party.user = user
        party.save(update_fields=["user"])
    for role in roles:
        grant_role(call, user=user, role=role, starts_on=starts_on)
    note(user, fields=["username", "name", *(["email"] if email else [])])
    return user


@service("access.end_role", "user.write", says="ended a role")
def end_role(call: Call, *, grant: RoleGrant, on: date | None = None) -> RoleGrant:
    """The last day of a grant (yesterday when not said: out at once). Refuses ``ended`` and ``last_administrator``."""
    last = on or call.today - timedelta(days=1)
    grant = RoleGrant.objects.select_for_update().select_related("user").get(pk=grant.pk)
    if grant.ends_on is not None and grant.ends_on <= last:
        raise refuse("ended", _("This role has already ended."))
    if grant.role in selectors.CHIEFS:
        chief_only(call)
    _keep_an_administrator(call, grant.user if grant.role == "administrator" else None)
    if last < grant.starts_on:  # given and taken back within the day: it never counted for a whole day, the row stays
        RoleGrant.objects.filter(pk=grant.pk).update(starts_on=last, ends_on=last)
    else:
        RoleGrant.objects.filter(pk=grant.pk).update(ends_on=last)
    grant.refresh_from_db()
    note(grant.user, fields=[f"role:{grant.role}"])
    return grant


def _keep_an_administrator(call: Call, leaving: User | None) -> None:
    if leaving is None or call.subject.is_system:
        return
    left = selectors.chiefs(call.today, "administrator").exclude(pk=leaving.pk)
    if not left.exists():
        raise refuse("last_administrator", _("This is the only administrator."), _("Name another administrator first."))


@service("access.end_user", "user.write", says="ended a person's access")
def end_user(call: Call, *, user: User, at: datetime | None = None, reason: str = "") -> User:
    """Access ends at a moment (now). At once: sessions, links and passphrase are gone; later: every request asks anew.

    Refuses ``self``, ``ended``, ``last_administrator`` and ``chief``.
    """
    if user.pk == call.user_id:
        raise refuse("self", _("Nobody ends his own access."), _("Ask another administrator or the owner."))
    moment = at or call.now
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.ended_at is not None and user.ended_at <= moment:
        raise refuse("ended", _("%s's access has already ended.") % user.name)
    held = selectors.roles_of(user, call.today)
    if set(held) & set(selectors.CHIEFS):
        chief_only(call)
    _keep_an_administrator(call, user if "administrator" in held else None)
    user.ended_at = moment
    SignInLink.objects.filter(user=user, expires_at__gt=moment).update(expires_at=moment)
    if moment <= call.now:
        user.is_active = False
        user.set_unusable_password()
        _forget_sessions(user)
        forget_tokens(user, moment)
    user.save(update_fields=["ended_at", "is_active", "password"])
    note(user, fields=["ended_at"], reason=reason)
    return user


def _forget_sessions(user: User) -> None:
    """Every session of the person, those of allauth's list and those Django's table alone knows of."""
    keys = set(UserSession.objects.filter(user=user).values_list("session_key", flat=True))
    decoder = SessionStore()
    for row in Session.objects.only("session_key", "session_data").iterator():
        if str(decoder.decode(row.session_data).get("_auth_user_id")) == str(user.pk):
            keys.add(row.session_key)
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(user=user).delete()


@service("access.renew_sign_in", "user.write", says="took back passphrase and second factor")
def renew_sign_in(call: Call, *, user: User) -> User:
    """Somebody lost the phone or forgot the passphrase: everything of the old sign-in goes, a new link is to follow.

    Refuses ``self`` and, for owners and administrators, ``chief``.
    """
    if user.pk == call.user_id:
        raise refuse(
            "self", _("Your own sign-in is kept under your name."), _("Ask another administrator or the owner.")
        )
    if set(selectors.roles_of(user, call.today)) & set(selectors.CHIEFS):
        chief_only(call)
    user = User.objects.select_for_update().get(pk=user.pk)
    user.set_unusable_password()
    user.save(update_fields=["password"])
    Authenticator.objects.filter(user=user).delete()
    _forget_sessions(user)
    forget_tokens(user, call.now)
    note(user, fields=["passphrase", "second_factor", "api_tokens"])
    return user


def make_link(call: Call, *, user: User, fully: bool = False, reusable: bool = False, hours: int = 72) -> str:
    """A new one-time link's token, shown this once: only its hash is kept, and no retry gets it again."""
    token = secrets.token_urlsafe(32)
    keep_link(call, user=user, token_sha256=selectors.token_hash(token), fully=fully, reusable=reusable, hours=hours)
    return token


@service("access.make_link", "user.write", says="made a one-time sign-in link")
def keep_link(call: Call, *, user: User, token_sha256: str, fully: bool, reusable: bool, hours: int) -> SignInLink:
    """The row of a link. ``fully`` (counts as second factor) and ``reusable`` are for demo personas, which Steward
    alone makes.

    Refuses ``hours`` (1 to 720), ``demo`` and, when the person already has a passphrase, ``armed``: a link would be
    a way around it.
    """
    if not 1 <= hours <= 720:
        raise refuse("hours", _("A link lives between one hour and thirty days."), "", field="hours")
    if (fully or reusable) and not call.subject.is_system:
        raise refuse("demo", _("Such links are for demo personas."), _("Make a one-time link."))
    if user.has_usable_password() and not call.subject.is_system:
        raise refuse("armed", _("%s already has a passphrase.") % user.name, _("Take back the old sign-in first."))
    _not_own_link(call, user)
    row = SignInLink.objects.create(
        user=user,
        token_sha256=token_sha256,
        fully=fully,
        reusable=reusable,
        expires_at=call.now + timedelta(hours=hours),
    )
    note(user, fields=["sign_in_link"])
    return row


def _not_own_link(call: Call, user: User) -> None:
    if set(selectors.roles_of(user, call.today)) & set(selectors.CHIEFS):
        chief_only(call)


@service("access.take_link", "self.write", says="used a one-time sign-in link")
def take_link(call: Call, *, token: str, loopback: bool) -> selectors.OpenLink:
    """Use a link: a one-time one is gone afterwards. Refuses ``link_gone``."""
    found = selectors.open_link(token, now=call.now, loopback=loopback, lock=True)
    if not found.row.reusable:
        SignInLink.objects.filter(pk=found.row.pk).update(used_at=call.now)
    note(found.user)
    return found


@service("access.set_language", "self.write", says="chose a language")
def set_language(call: Call, *, code: str) -> None:
    """The language of the signed-in person."""
    if call.user_id is not None:
        User.objects.filter(pk=call.user_id).update(language=code)
        note(User.objects.get(pk=call.user_id), fields=["language"])


LOOKS = {"light": "light", "dark": "dark", "": "auto"}
"""What a person may choose -> what is kept; "" follows the machine."""


@service("access.set_look", "self.write", says="chose how pages look")
def set_look(call: Call, *, theme: str | None = None, dense: bool | None = None) -> None:
    """Light, dark or as the machine (""), dense rows or comfortable ones; None leaves a choice. Refuses ``theme``."""
    if theme is not None and theme not in LOOKS:
        raise refuse("theme", _("Pages are light, dark, or as the machine prefers."), _("Choose one."), field="theme")
    given: dict[str, Any] = {} if theme is None else {"dark": LOOKS[theme]}
    given |= {} if dense is None else {"dense": dense}
    if call.user_id is not None and given:
        User.objects.filter(pk=call.user_id).update(**given)
        note(User.objects.get(pk=call.user_id), fields=list(given))
