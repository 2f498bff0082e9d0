"""The questions about people who sign in."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from steward.core.access.decide import Subject
from steward.core.access.models import RoleGrant, SignInLink, User
from steward.core.access.policy import role_names, scoped
from steward.core.refusals import refuse

CHIEFS = ("owner", "administrator")


def users(subject: Subject, *, today: date) -> QuerySet[User]:
    """Everybody who signs in, as far as the subject may see them; ``current_grants`` holds today's (two queries)."""
    rows = scoped(subject, "user.read", User.objects.order_by("name", "id"), own=Q(pk=subject.user_id))
    return rows.prefetch_related(Prefetch("grants", queryset=grants_on(today), to_attr="current_grants"))


def grants_on(today: date) -> QuerySet[RoleGrant]:
    """The grants that hold on a day."""
    return (
        RoleGrant.objects.filter(starts_on__lte=today)
        .filter(Q(ends_on=None) | Q(ends_on__gte=today))
        .order_by("role", "id")
    )


def roles_of(user: User, today: date) -> list[str]:
    """The names of the roles a user holds on a day, sorted."""
    return sorted(set(grants_on(today).filter(user=user).values_list("role", flat=True)))


def role_words(roles: Sequence[str]) -> str:
    """Roles as a person reads them: "Biller, Front desk"."""
    return ", ".join(role_names()[role] for role in roles)


def chiefs(today: date, role: str) -> QuerySet[User]:
    """Who holds owner or administrator today and has not ended."""
    held = grants_on(today).filter(role=role).values("user")
    return User.objects.filter(pk__in=held, is_active=True, ended_at=None)


@dataclass(frozen=True, slots=True)
class OpenLink:
    """A link that would sign in now, and as what."""

    row: SignInLink
    user: User
    fully: bool


def token_hash(token: str) -> str:
    """What is kept of a link's token (256 random bits need no salt)."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_link(token: str, *, now: datetime, loopback: bool, lock: bool = False) -> OpenLink:
    """The link of a token. Refuses ``link_gone`` for one unknown, used, past its time, or whose person has ended.

    A link that counts as fully signed in works only in a demo folder and only from this machine.
    """
    rows = SignInLink.objects.select_for_update(of=("self",)) if lock else SignInLink.objects
    row = rows.select_related("user").filter(token_sha256=token_hash(token)).first()
    gone = row is None or row.expires_at <= now or (row.used_at is not None and not row.reusable)
    if row is None or gone or not row.user.is_active or (row.user.ended_at is not None and row.user.ended_at <= now):
        raise refuse(
            "link_gone", _("This link has been used or has expired."), _("Ask the administrator for a new one.")
        )
    if row.fully and not (settings.DEMO and loopback):
        raise refuse(
            "link_gone",
            _("Demo links work only in a demo folder, on the machine itself."),
            _("Open it on that machine."),
        )
    return OpenLink(row, row.user, row.fully)
