"""Who signs in, and what each may do. Every act here asks for a fresh proof of identity."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.core.access import services as access
from steward.core.access.models import RoleGrant, User
from steward.core.access.policy import holds, role_names
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.listing import Choice, Column, Empty, Flag, Listing, ScopedList, Sort, Text, link_to
from steward.core.web.forms import Done, handle, press
from steward.core.web.now import today
from steward.people import selectors
from steward.people.forms import GrantForm, UserForm, WhyForm


def _roles(row: User) -> str:
    return ", ".join(str(held.title) for held in selectors.roles_held(row, today()) if held.now)


USERS = Listing(
    name="people.users",
    title=__("Users and roles"),
    columns=(
        Column("name", __("Name"), link=link_to("people:user")),
        Column("username", __("Signs in as"), kind="code"),
        Column("roles", __("Roles today"), value=_roles),
        Column("created_at", __("Since"), kind="date"),
        Column("state", __("State"), badge=lambda row: ("", __("Ended")) if row.ended_at else ("", "")),
    ),
    filters=(
        Text("q", __("Name"), "name", contains=True),
        Choice("role", __("Role"), "grants__role", lambda: list(role_names().items())),
        Flag("ended", __("Ended"), Q(ended_at__isnull=False)),
    ),
    sorts=(Sort("name", __("Name"), "name"), Sort("username", __("Signs in as"), "username")),
    export="user.read",
    object_type="core.user",
    empty=Empty(
        __("Nobody signs in yet"),
        __("A login is made on an employee's page."),
        "people:staff",
        __("Choose an employee"),
    ),
)
USER_LIST = ScopedList(USERS, "user.read", selectors.users)


@screen(GET="user.read")
def users(request: OfficeRequest) -> HttpResponse:
    """Everybody with a login."""
    context = {"other_url": reverse("people:staff"), "other_words": _("Staff")}
    return USER_LIST.respond(request, template="people/list.html", context=context)


def _user(request: OfficeRequest, uid: UUID) -> User:
    found = selectors.users(request.call.subject).filter(uid=uid).first()
    if found is None:
        raise Http404
    return found


@screen(GET="user.read")
def user(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One login: the roles it holds and held, and whether it may sign in."""
    row = _user(request, uid)
    call = request.call
    page = {
        "user_row": row,
        "held": selectors.roles_held(row, call.today),
        "waiting": selectors.roles_waiting(row),
        "may_write": holds(call.subject, "user.write") and row.pk != call.user_id,
        "myself": row.pk == call.user_id,
    }
    return render(request, "people/user.html", page)


@screen(GET="user.write", POST="user.write")
def user_new(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Make a login for an employee."""
    employee = selectors.employee_by_uid(uid)
    if employee is None:
        raise Http404

    def act(call: Any, *, username: str, role: str) -> User:
        party = employee.party
        return access.add_user(call, username=username, name=party.name, roles=[role] if role else [], party=party)

    back = reverse("people:employee", args=[uid])
    typed = f"{employee.party.first_name[:1]}{employee.party.last_name}".lower()
    context = {"title": _("A login for %s") % employee.party.name, "submit": _("Make it"), "cancel": back}
    return handle(
        request, UserForm, act, context=context, initial={"username": "".join(c for c in typed if c.isalnum())},
        success=lambda row: Done(reverse("people:user", args=[row.uid]), _made(row)),
    )  # fmt: skip


def _made(row: User) -> str:
    if selectors.roles_waiting(row):
        return _("Login made; its role waits for a second signature")
    return _("Login made; it needs a sign-in link")


@screen(GET="user.write", POST="user.write")
def grant(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Give a role."""
    row = _user(request, uid)
    back = reverse("people:user", args=[uid])
    context = {"title": _("A role for %s") % row.name, "submit": _("Give it"), "cancel": back}
    return handle(
        request, GrantForm, lambda call, **data: access.grant_role(call, user=row, **data), context=context,
        success=lambda asked: Done(back, _("Role given") if asked.grant else _("Waits for a second signature")),
    )  # fmt: skip


@screen(POST="user.write")
def role_end(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Take a role back, at once."""
    held = RoleGrant.objects.filter(uid=uid).select_related("user").first()
    if held is None or not selectors.users(request.call.subject).filter(pk=held.user_id).exists():
        raise Http404
    back = reverse("people:user", args=[held.user.uid])
    return press(
        request,
        lambda call: access.end_role(call, grant=held),
        success=lambda _row: Done(back, _("Role ended")),
        back=back,
    )


@screen(POST="user.write")
def link(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Make a one-time sign-in link; it is shown this once."""
    row = _user(request, uid)
    token = access.make_link(request.call, user=row)
    address = request.build_absolute_uri(reverse("signin:link", args=[token]))
    return render(request, "people/link.html", {"user_row": row, "address": address})


@screen(POST="user.write")
def renew(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Somebody lost the phone: passphrase and second factor are taken back; a link follows."""
    row = _user(request, uid)
    back = reverse("people:user", args=[uid])
    return press(
        request, lambda call: access.renew_sign_in(call, user=row), back=back,
        success=lambda _row: Done(back, _("The old sign-in is gone; make a link")),
    )  # fmt: skip


@screen(GET="user.write", POST="user.write")
def user_end(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """End access at once."""
    row = _user(request, uid)
    back = reverse("people:user", args=[uid])
    context = {"title": _("End the access of %s") % row.name, "submit": _("End it now"), "cancel": back,
               "lead": _("Every session is dead within a minute. It cannot be taken back.")}  # fmt: skip
    return handle(
        request, WhyForm, lambda call, *, reason: access.end_user(call, user=row, reason=reason), context=context,
        success=lambda _row: Done(back, _("Access ended")),
    )  # fmt: skip
