"""Who a command acts as: ``--as USER``, else the office administrator of the data folder."""

from __future__ import annotations

from uuid import UUID

from steward.cli.answer import Usage
from steward.core import clock
from steward.core.access.decide import Context
from steward.core.access.models import Office, User
from steward.core.access.subjects import subject_of
from steward.core.service import Call


def call_as(username: str | None, *, key: UUID | None = None) -> Call:
    """A call by a named user. Whoever can read the data folder's keys has shown who they are: no second factor is asked."""
    now = clock.system_clock()
    user = _user(username)
    context = Context(second_factor=True, stepped_up_at=now.now(), now=now.now())
    return Call(subject_of(user, now.today(), now.now()), now, key=key, channel="cli", context=context)


def _user(username: str | None) -> User:
    if username:
        user = User.objects.filter(username=username).first()
        if user is None:
            known = ", ".join(User.objects.order_by("username").values_list("username", flat=True)[:20])
            raise Usage(f"there is no user {username!r}; known: {known}")
        return user
    office = Office.objects.select_related("administrator").first()
    if office is None or office.administrator is None:
        raise Usage("this data folder holds no practice yet; make one: steward init")
    return office.administrator
