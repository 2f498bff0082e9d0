"""Staff: hired, corrected, left."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.core.access.policy import holds, masks
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.listing import Column, Empty, Flag, Listing, ScopedList, Sort, Text, link_to
from steward.core.web.forms import Done, handle
from steward.people import selectors, services
from steward.people.forms import EmployeeForm, JobForm, LeaveForm
from steward.people.models import Employee
from steward.registry.logic.names import file_name, initials, name_key


def _filed(row: Employee) -> str:
    party = row.party
    return file_name(party.first_name, party.middle_name, party.last_name, party.suffix)


def _initials(row: Employee) -> str:
    return initials(row.party.first_name, row.party.last_name)


STAFF = Listing(
    name="people.staff",
    title=__("Staff"),
    columns=(
        Column("name", __("Name"), value=_filed, link=link_to("people:employee")),
        Column("job", __("Job")),
        Column("site", __("Site"), value=lambda row: row.site.name if row.site else __("any")),
        Column("department", __("Department"), value=lambda row: row.department.name if row.department else ""),
        Column("started_on", __("Since"), kind="date"),
        Column("login", __("Signs in as"), value=lambda row: row.party.user.username if row.party.user else ""),
        Column("state", __("State"), badge=lambda row: ("", __("Left")) if row.ended_on else ("", "")),
    ),
    filters=(
        Text("q", __("Name"), "party__last_key", fold=name_key),
        Flag("ended", __("Left"), Q(ended_on__isnull=False)),
    ),
    sorts=(
        Sort("name", __("Name"), ("party__last_key", "party__first_key")),
        Sort("started_on", __("Since"), "started_on"),
    ),
    export="staff.read",
    object_type="people.employee",
    empty=Empty(
        __("No staff yet"), __("Everybody who works here, and since when."), "people:employee_new", __("Add the first")
    ),
)
MASKED = replace(
    STAFF,
    columns=(
        Column("name", __("Name"), value=_initials, link=STAFF.columns[0].link),
        *STAFF.columns[1:5],
        STAFF.columns[6],
    ),
    filters=STAFF.filters[1:],
    masked=True,
)
STAFF_LIST = ScopedList(STAFF, "staff.read", selectors.staff, MASKED)


@screen(GET="staff.read")
def staff(request: OfficeRequest) -> HttpResponse:
    """Staff as a list."""
    subject = request.call.subject
    context = {"new_url": reverse("people:employee_new"), "new_words": _("New employee"), "may_new": holds(subject, "staff.write"),
               "other_url": reverse("people:users") if holds(subject, "user.read") else "", "other_words": _("Users and roles")}  # fmt: skip
    return STAFF_LIST.respond(request, template="people/list.html", context=context)


def _employee(request: OfficeRequest, uid: UUID) -> Employee:
    found = selectors.staff(request.call.subject).filter(uid=uid).first()
    if found is None:
        raise Http404
    return found


@screen(GET="staff.read")
def employee(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One employee: the job, the person, the login."""
    row = _employee(request, uid)
    subject = request.call.subject
    hidden = masks(subject, "staff.read")
    page = {
        "employee": row,
        "name": _initials(row) if hidden else _filed(row),
        "masked": hidden,
        "may_write": holds(subject, "staff.write"),
        "may_person": holds(subject, "party.write"),
        "may_user": holds(subject, "user.write"),
    }
    return render(request, "people/employee.html", page)


@screen(GET="staff.write", POST="staff.write")
def employee_new(request: OfficeRequest) -> HttpResponse:
    """Hire somebody."""
    context = {"title": _("New employee"), "submit": _("Save"), "cancel": reverse("people:staff")}
    return handle(
        request, EmployeeForm, services.create_employee, "registry/form.html", context=context,
        initial={"started_on": request.call.today},
        success=lambda row: Done(reverse("people:employee", args=[row.uid]), _("Employee added")),
    )  # fmt: skip


@screen(GET="staff.write", POST="staff.write")
def employee_edit(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Correct a job."""
    row = _employee(request, uid)
    back = reverse("people:employee", args=[uid])
    initial = {"job": row.job, "entity": row.entity_id, "site": row.site_id, "department": row.department_id,
               "started_on": row.started_on}  # fmt: skip
    return handle(
        request, JobForm, lambda call, *, data: services.update_employee(call, employee=row, data=data), "registry/form.html",
        context={"title": _filed(row), "submit": _("Save"), "cancel": back}, initial=initial,
        success=lambda _row: Done(back, _("Saved")),
    )  # fmt: skip


@screen(GET="staff.write", POST="staff.write")
def employee_end(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """The last day of an employment; the login ends with it."""
    row = _employee(request, uid)
    back = reverse("people:employee", args=[uid])
    context = {"title": _("%s leaves") % _filed(row), "submit": _("End the employment"), "cancel": back,
               "lead": _("The login ends with it: every session is dead within a minute.")}  # fmt: skip
    return handle(
        request, LeaveForm, lambda call, *, on, reason: services.end_employee(call, employee=row, on=on, reason=reason),
        context=context, initial={"on": request.call.today},
        success=lambda _row: Done(back, _("Ended")),
    )  # fmt: skip
