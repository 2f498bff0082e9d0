"""Helpers every room's tests share: an open office, calls as a role, a signed-in browser client."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.test import Client

from steward.core.access.decide import Context
from steward.core.access.models import Office as OfficeRow
from steward.core.access.models import RoleGrant, User
from steward.core.access.policy import role_names
from steward.core.access.subjects import subject_of
from steward.core.clock import FixedClock, system_clock
from steward.core.service import Call, system_call

NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)  # a Monday, noon in New York
ZONE = ZoneInfo("America/New_York")


def make_user(role: str | None = None, username: str = "", *, site: int | None = None) -> User:
    """A user holding ``role`` since long ago (``username`` defaults to the role's name)."""
    username = username or role or f"user-{uuid4().hex[:8]}"
    user = User.objects.filter(username=username).first()
    if user is None:
        user = User.objects.create(username=username, name=username.title(), created_at=NOON)
    if role and not RoleGrant.objects.filter(user=user, role=role).exists():
        RoleGrant.objects.create(user=user, role=role, site_id=site, starts_on=date(2020, 1, 1))
    return user


@dataclass
class Office:
    """An office under test. ``call("biller")`` is a call by the person of that role, at ``now``."""

    now: datetime = NOON
    users: dict[str, User] = field(default_factory=dict)

    @property
    def clock(self) -> FixedClock:
        return FixedClock(self.now, ZONE)

    @property
    def today(self) -> date:
        return self.clock.today()

    def user(self, role: str) -> User:
        if role not in self.users:
            self.users[role] = make_user(role)
        return self.users[role]

    def call(self, role: str, *, key: UUID | None = None, stepped_up: bool = True) -> Call:
        clock = self.clock
        subject = subject_of(self.user(role), clock.today(), clock.now())
        context = Context(second_factor=True, stepped_up_at=self.now if stepped_up else None, now=self.now)
        return Call(subject=subject, clock=clock, key=key, channel="test", context=context)

    def system(self, *, key: UUID | None = None) -> Call:
        return replace(system_call("test", now=self.clock), key=key)

    @cached_property
    def entity(self) -> Any:
        from steward.registry.models import Entity

        return Entity.objects.filter(is_practice=True).first()

    @cached_property
    def site(self) -> Any:
        from steward.registry.models import Site

        return Site.objects.order_by("id").first()


def open_office(*, small: bool = False) -> Office:
    """Office row, one user a role, and the books opened through the rooms' own services (chart, periods, entity, site)."""
    office = Office()
    if not OfficeRow.objects.exists():
        OfficeRow.objects.create(name="Cedar Hill Family Practice", opened_on=date(2025, 1, 1), small_office=small)
    for role in role_names():
        office.user(role)
    _open_rooms(office)
    return office


def _open_rooms(office: Office) -> None:
    from steward.desk.opening import open_practice

    open_practice(office.system(), opened_on=date(2025, 1, 1))


def signed_in(role: str, client: Client | None = None) -> Client:
    """A test client signed in as the person of that role, second factor given, identity freshly confirmed."""
    client = client or Client()
    user = make_user(role)
    client.force_login(user)
    session = client.session
    now = system_clock().now().isoformat()
    session["second_factor"] = True
    session["stepped_up_at"] = now
    session["started_at"] = session["seen_at"] = now
    session.save()
    return client
