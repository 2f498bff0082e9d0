"""Giving a role: one person asks, a second one signs (facts: "Users, roles, keys: W, A by 2nd").

What is asked for waits as a `RoleRequest`; the `RoleGrant`, which is all that rights are read from, is made by the
signature. Where nobody could sign, a small office passes with a mark on the owner's review list, and so does the naming
of the first owner, who is the second person of everything later.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from steward.core.access import selectors
from steward.core.access.models import RoleGrant, RoleRequest, User
from steward.core.access.policy import role_names
from steward.core.access.separation import perform
from steward.core.approvals import selectors as asked
from steward.core.approvals.models import ApprovalRequest
from steward.core.approvals.services import decide, mark_for_owner, request, subject
from steward.core.service import Call, note, refuse, service

KIND = "role_grant"


@service("access.grant_role", "user.write", says="asked to give a role")
def grant_role(
    call: Call,
    *,
    user: User,
    role: str,
    site_id: int | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> RoleRequest:
    """A role from a day on (today), to a day or for good; it holds (``.grant``) once a second person has signed.

    Steward's own calls (set-up, demo) need nobody. Refuses ``role`` (unknown), ``self`` (nobody grants to himself; the
    database refuses too), ``ended``, ``held`` (already), ``waits`` (asked already), ``nobody`` (there is no second person),
    ``dates``, and ``chief``: while there is an owner, only an owner makes owners and administrators.
    """
    starts = starts_on or call.today
    if ends_on is not None and ends_on < starts:
        raise refuse("dates", _("The end lies before the start."), _("Check both days."), field="ends_on")
    _refuse_wrong(call, user, role)
    row = RoleRequest(
        user=user, role=role, site_id=site_id, starts_on=starts, ends_on=ends_on, asked_by_id=call.user_id, asked_at=call.now
    )
    _refuse_known(row)
    row.save(force_insert=True)
    note(user, fields=[f"role:{role}"])
    if call.subject.is_system:
        return _hold(row)
    perform(call, "grant_role", row)
    if role == "owner" and not selectors.chiefs(call.today, "owner").exists():
        pair, why = ("grant_role", "approve_role"), _("the first owner has no second person before him")
        mark_for_owner(call, pair=pair, object_type=row._meta.label_lower, object_uid=row.uid, title=_title(row), why=why)
        return _hold(row)
    _refuse_alone(call, user)
    return _settled(call, row, _ask(call, row))


@service("access.sign_role", "approval.decide", says="decided on a role")
def sign_role(call: Call, *, uid: UUID, approve: bool, comment: str = "") -> RoleRequest:
    """The second person's yes (from which on the role holds) or no. Refuses what ``approvals.decide`` refuses (his own
    request, his own role), and ``ended`` or ``held`` when things changed since it was asked.
    """
    row = RoleRequest.objects.select_for_update(of=("self",)).select_related("user").filter(uid=uid).first()
    waiting = asked.latest(uid, KIND) if row else None
    if row is None or waiting is None:
        raise refuse("no_request", _("Nothing waits under this name."), _("Open it from the approvals."))
    note(row.user, fields=[f"role:{row.role}"], reason=comment)
    if approve and waiting.waiting:
        _refuse_ended(row.user)
        _refuse_known(row)
    done = decide(call, request=waiting, approve=approve, comment=comment)
    return _settled(call, row, done)


def open_requests(user: User) -> QuerySet[RoleRequest]:
    """What is asked for a person and waits for its signature; what was withdrawn or refused does not."""
    waits = ApprovalRequest.objects.filter(kind=KIND, outcome="", object_uid=OuterRef("uid"))
    return RoleRequest.objects.filter(Exists(waits), user=user, grant=None).select_related("asked_by").order_by("id")


def chief_only(call: Call) -> None:
    """Raise ``chief`` unless the caller may name owners and administrators: an owner, or anybody while there is none."""
    if call.subject.is_system or "owner" in call.subject.roles or not selectors.chiefs(call.today, "owner").exists():
        return
    raise refuse(
        "chief",
        _("Owners and administrators are named by an owner."),
        _("Ask the owner to give this role."),
        field="role",
    )


def _refuse_wrong(call: Call, user: User, role: str) -> None:
    if role not in role_names():
        raise refuse("role", _("There is no role %s.") % role, _("Choose one of the list."), field="role")
    if user.pk == call.user_id:
        raise refuse("self", _("Nobody grants a role to himself."), _("Ask another administrator or the owner."))
    _refuse_ended(user)
    if role in selectors.CHIEFS:
        chief_only(call)


def _refuse_ended(user: User) -> None:
    if not user.is_active or user.ended_at is not None:
        raise refuse("ended", _("%s's access has ended.") % user.name, _("Add the person anew."))


def _refuse_known(row: RoleRequest) -> None:
    same = {"user": row.user, "role": row.role, "site_id": row.site_id}
    if RoleGrant.objects.filter(**same, starts_on__lte=row.starts_on, ends_on=None).exists():
        raise refuse("held", _("%(name)s already holds this role.") % {"name": row.user.name}, "", field="role")
    if open_requests(row.user).filter(**same).exclude(pk=row.pk).exists():
        raise refuse("waits", _("This role waits for its second signature."), _("See the approvals."), field="role")


def _refuse_alone(call: Call, user: User) -> None:
    """Outside a small office a role without a second person could never hold: say so before anything is kept."""
    others = {pk for role in selectors.CHIEFS for pk in selectors.chiefs(call.today, role).values_list("pk", flat=True)}
    if not asked.policy().small_office and not others - {call.user_id, user.pk}:
        message = _("A second person signs every role, and nobody is there to sign.")
        raise refuse("nobody", message, _("Name the owner first."), field="role")


def _title(row: RoleRequest) -> str:
    return _("Role of %(name)s: %(role)s") % {"name": row.user.name, "role": role_names()[row.role]}


def _ask(call: Call, row: RoleRequest) -> ApprovalRequest:
    days = [row.starts_on.isoformat(), row.ends_on.isoformat() if row.ends_on else None]
    fields = {"user": row.user_id, "role": row.role, "site": row.site_id, "days": days}
    what = subject(call, KIND, fields, parties=(("role_holder", row.user_id),))
    return request(call, about=row, subject=what, title=_title(row), url=_page(row.user))


def _page(user: User) -> str:
    """The login's page; empty where the rooms are not mounted."""
    try:
        return reverse("people:user", args=[user.uid])
    except NoReverseMatch:
        return ""


def _settled(call: Call, row: RoleRequest, done: ApprovalRequest) -> RoleRequest:
    if done.approved:
        return _hold(row)
    if not done.waiting:
        row.rejected_at = call.now
        row.save(update_fields=["rejected_at"])
    return row


def _hold(row: RoleRequest) -> RoleRequest:
    row.grant = RoleGrant.objects.create(
        user=row.user, role=row.role, site_id=row.site_id, starts_on=row.starts_on, ends_on=row.ends_on,
        granted_by_id=row.asked_by_id,
    )  # fmt: skip
    row.save(update_fields=["grant"])
    return row
