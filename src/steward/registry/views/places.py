"""Sites, departments, places and legal entities: one page to see them, small forms to keep them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.listing import Choice, Column, Empty, Flag, Listing, ScopedList, Sort, Text, link_to
from steward.core.web.forms import Done, handle
from steward.registry import selectors, services
from steward.registry.forms import DepartmentForm, EndForm, EntityForm, PlaceForm, SiteForm
from steward.registry.models import Department, Entity, Place, Site
from steward.registry.states import PlaceKind


def _found(rows: Any, uid: UUID) -> Any:
    return get_object_or_404(rows, uid=uid)


def _badge(row: Any) -> tuple[str, Any]:
    return ("", _("Ended")) if row.ended_on else ("", "")


@screen(GET="registry.read")
def sites(request: OfficeRequest) -> HttpResponse:
    """Every standing site with its rooms counted, the legal entities, and the way to the departments."""
    today = request.call.today
    standing = list(selectors.sites(today))
    counts = selectors.place_counts()
    rows = [(site, counts.get(site.pk, (0, 0))) for site in standing]
    page = {
        "rows": rows,
        "entities": list(selectors.entities()),
        "departments": list(selectors.departments(today)),
        "may_write": holds(request.call.subject, "registry.write"),
    }
    return render(request, "registry/sites.html", page)


@screen(GET="registry.read")
def site_page(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One site: its address and the tree of its places."""
    site = _found(selectors.sites(), uid)
    page = {
        "site": site,
        "tree": selectors.place_tree(site),
        "may_write": holds(request.call.subject, "registry.write"),
    }
    return render(request, "registry/site.html", page)


PLACES = Listing(
    name="registry.places",
    title=_("Places"),
    columns=(
        Column("name", _("Name"), link=link_to("registry:place")),
        Column("kind", _("Kind"), value=lambda row: row.get_kind_display()),
        Column("site", _("Site"), value=lambda row: row.site.name),
        Column("parent", _("Stands in"), value=lambda row: row.parent.name if row.parent else ""),
        Column("bookable", _("Booked"), value=lambda row: _("yes") if row.bookable else ""),
        Column("state", _("State"), badge=_badge),
    ),
    filters=(
        Text("q", _("Name"), "name", contains=True),
        Choice("kind", _("Kind"), "kind", PlaceKind.choices),
        Flag("ended", _("Ended"), Q(ended_on__isnull=False)),
    ),
    sorts=(Sort("name", _("Name"), "name"), Sort("kind", _("Kind"), "kind")),
    export="registry.read",
    object_type="registry.place",
    empty=Empty(
        _("No places yet"), _("Rooms are booked, cabinets and bins hold things."), "registry:sites", _("Choose a site")
    ),
)
PLACE_LIST = ScopedList(PLACES, "registry.read", lambda _subject: selectors.places())


@screen(GET="registry.read")
def places(request: OfficeRequest) -> HttpResponse:
    """Every place of every site, as a list."""
    return PLACE_LIST.respond(request)


DEPARTMENTS = Listing(
    name="registry.departments",
    title=_("Departments"),
    columns=(
        Column("name", _("Name"), link=link_to("registry:department")),
        Column("code", _("Code"), kind="code"),
        Column("site", _("Site"), value=lambda row: row.site.name if row.site else _("every site")),
        Column("state", _("State"), badge=_badge),
    ),
    filters=(Text("q", _("Name"), "name", contains=True), Flag("ended", _("Ended"), Q(ended_on__isnull=False))),
    sorts=(Sort("name", _("Name"), "name"), Sort("code", _("Code"), "code")),
    export="registry.read",
    object_type="registry.department",
    empty=Empty(
        _("No departments yet"), _("Budgets and people belong to one."), "registry:department_new", _("Add the first")
    ),
)
DEPARTMENT_LIST = ScopedList(DEPARTMENTS, "registry.read", lambda _subject: selectors.departments())


@screen(GET="registry.read")
def departments(request: OfficeRequest) -> HttpResponse:
    """Departments, as a list."""
    may_write = holds(request.call.subject, "registry.write")
    return DEPARTMENT_LIST.respond(request, template="registry/departments.html", context={"may_write": may_write})


def _form(request: OfficeRequest, form: Any, act: Any, title: str, back: str, said: str, **more: Any) -> HttpResponse:
    """One small form with its page; `said` is what the toast says afterwards."""
    context = {"title": title, "submit": more.pop("submit", _("Save")), "cancel": back, "thing": more.pop("thing", None),
               "end_url": more.pop("end_url", "")}  # fmt: skip
    return handle(
        request, form, act, "registry/form.html", success=lambda _row: Done(back, said), context=context, **more
    )


@screen(GET="registry.write", POST="registry.write")
def entity_new(request: OfficeRequest) -> HttpResponse:
    """Add a legal entity; the first one is the practice itself."""
    first = selectors.practice() is None

    def act(call: Any, *, data: Any) -> Entity:
        return services.create_entity(call, data=data, is_practice=first)

    return _form(request, EntityForm, act, _("New legal entity"), reverse("registry:sites"), _("Legal entity added"))


@screen(GET="registry.read", POST="office.write")
def entity_edit(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """A legal entity, to read and to correct."""
    entity = _found(selectors.entities(), uid)
    initial = {name: getattr(entity, name) for name in ("code", "name", "tin", "npi", "taxonomy")}
    return _form(
        request, EntityForm, lambda call, *, data: services.update_entity(call, entity=entity, data=data), entity.name,
        reverse("registry:sites"), _("Saved"), initial=initial, thing=entity,
        end_url="" if entity.is_practice or entity.ended_on else reverse("registry:entity_end", args=[uid]),
    )  # fmt: skip


def _end(request: OfficeRequest, row: Any, end: Any, back: str, name: str) -> HttpResponse:
    title = _("End %s") % row.name
    return _form(
        request, EndForm, lambda call, *, on: end(call, on=on, **{name: row}), title, back, _("Ended"),
        initial={"on": request.call.today}, submit=_("End it"),
    )  # fmt: skip


@screen(GET="registry.write", POST="registry.write")
def entity_end(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """End a legal entity."""
    return _end(request, _found(selectors.entities(), uid), services.end_entity, reverse("registry:sites"), "entity")


@screen(GET="registry.write", POST="registry.write")
def site_new(request: OfficeRequest) -> HttpResponse:
    """Add a site."""

    def act(call: Any, *, data: Any) -> Site:
        return services.create_site(call, data=data)

    return _form(request, SiteForm, act, _("New site"), reverse("registry:sites"), _("Site added"))


@screen(GET="registry.write", POST="registry.write")
def site_edit(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Correct a site."""
    site = _found(selectors.sites(), uid)
    names = ("code", "name", "place_of_service", "phone", "street", "city", "state", "zip", "npi", "bill_type", "revenue",
             "clia", "clia_kind")
    initial = {name: getattr(site, name) for name in names} | {"entity": site.entity_id}
    return _form(
        request, SiteForm, lambda call, *, data: services.update_site(call, site=site, data=data), site.name,
        reverse("registry:site", args=[uid]), _("Saved"), initial=initial, thing=site,
        end_url="" if site.ended_on else reverse("registry:site_end", args=[uid]),
    )  # fmt: skip


@screen(GET="registry.write", POST="registry.write")
def site_end(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """End a site."""
    return _end(request, _found(selectors.sites(), uid), services.end_site, reverse("registry:sites"), "site")


@screen(GET="registry.write", POST="registry.write")
def department_new(request: OfficeRequest) -> HttpResponse:
    """Add a department."""

    def act(call: Any, *, data: Any) -> Department:
        return services.create_department(call, data=data)

    return _form(
        request, DepartmentForm, act, _("New department"), reverse("registry:departments"), _("Department added")
    )


@screen(GET="registry.read", POST="registry.write")
def department_edit(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """A department, to read and to correct."""
    row = _found(selectors.departments(), uid)
    return _form(
        request, DepartmentForm, lambda call, *, data: services.update_department(call, department=row, data=data),
        row.name, reverse("registry:departments"), _("Saved"),
        initial={"code": row.code, "name": row.name, "site": row.site_id}, thing=row,
        end_url="" if row.ended_on else reverse("registry:department_end", args=[uid]),
    )  # fmt: skip


@screen(GET="registry.write", POST="registry.write")
def department_end(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """End a department."""
    row = _found(selectors.departments(), uid)
    return _end(request, row, services.end_department, reverse("registry:departments"), "department")


@screen(GET="registry.write", POST="registry.write")
def place_new(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Add a place to a site; `?in=UID` stands it in another place."""
    site = _found(selectors.sites(), uid)
    around = (
        selectors.places(site).filter(uid=_uid(request.GET.get("in", ""))).first() if request.GET.get("in") else None
    )

    def act(call: Any, *, data: Any) -> Place:
        return services.create_place(call, data=data)

    initial = {"parent": around.pk if around else "", "kind": PlaceKind.EXAM.value, "bookable": True}
    back = reverse("registry:site", args=[uid])
    return _form(request, PlaceForm, act, _("New place"), back, _("Place added"), site=site, initial=initial)


def _uid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error


@screen(GET="registry.read", POST="registry.write")
def place_edit(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """A place, to read and to correct."""
    place = _found(selectors.places(), uid)
    initial = {"name": place.name, "kind": place.kind, "parent": place.parent_id, "bookable": place.bookable}
    return _form(
        request, PlaceForm, lambda call, *, data: services.update_place(call, place=place, data=data), place.name,
        reverse("registry:site", args=[place.site.uid]), _("Saved"), site=place.site, initial=initial, thing=place,
        end_url="" if place.ended_on else reverse("registry:place_end", args=[uid]),
    )  # fmt: skip


@screen(GET="registry.write", POST="registry.write")
def place_end(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """End a place."""
    place = _found(selectors.places(), uid)
    return _end(request, place, services.end_place, reverse("registry:site", args=[place.site.uid]), "place")
