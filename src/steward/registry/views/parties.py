"""The directory: everybody the office deals with, once, whatever they are to it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from steward.core.access.policy import holds, masks
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.listing import Choice, Column, Empty, Flag, Listing, Preset, ScopedList, Sort, Text, link_to
from steward.core.refusals import Denied, Refusal
from steward.core.web.forms import Done, handle, press
from steward.registry import selectors, services
from steward.registry.forms import EndForm, MergeForm, OrganisationForm, PersonForm, contact_initial, person_initial
from steward.registry.logic.names import file_name, initials, name_key
from steward.registry.models import Party
from steward.registry.states import PartyKind
from steward.registry.types import OrganisationData, PersonData


def _filed(row: Party) -> str:
    if row.kind == PartyKind.ORGANISATION:
        return row.name
    return file_name(row.first_name, row.middle_name, row.last_name, row.suffix)


PARTIES = Listing(
    name="registry.parties",
    title=_("Directory"),
    columns=(
        Column("name", _("Name"), value=_filed, link=link_to("registry:party")),
        Column("kind", _("Kind"), value=lambda row: row.get_kind_display()),
        Column("birth_date", _("Born"), kind="date"),
        Column("reach", _("Reached at"), value=lambda row: ", ".join(c.text for c in row.current_contacts)),
        Column("state", _("State"), badge=lambda row: ("", _("Ended")) if row.ended_on else ("", "")),
    ),
    filters=(
        Text("q", _("Name"), ("last_key", "first_key"), fold=name_key),
        Choice("kind", _("Kind"), "kind", PartyKind.choices),
        Flag("ended", _("Ended"), Q(ended_on__isnull=False)),
    ),
    presets=(Preset(_("All")), Preset(_("People"), "kind=person"), Preset(_("Organisations"), "kind=organisation")),
    sorts=(Sort("name", _("Name"), ("last_key", "first_key")),),
    export="export.phi",
    object_type="registry.party",
    patient=lambda row: _patient_uid(row),
    noun=_("entries"),
    empty=Empty(
        _("Nobody yet"),
        _("People and organisations the office deals with."),
        "registry:organisation_new",
        _("Add the first"),
    ),
)

# Who may only see masked values reads initials, years and whether a record stands; never a way to reach somebody.
MASKED = replace(
    PARTIES,
    columns=(
        Column("name", _("Name"), value=lambda row: masked_name(row), link=PARTIES.columns[0].link),
        PARTIES.columns[1],
        Column("born", _("Born"), value=lambda row: str(row.birth_date.year) if row.birth_date else ""),
        PARTIES.columns[4],
    ),
    filters=PARTIES.filters[1:],
    masked=True,
)


PARTY_LIST = ScopedList(
    PARTIES,
    "party.read",
    lambda subject: selectors.with_contacts(selectors.parties(subject), subject).select_related("patient"),
    MASKED,
)


def masked_name(row: Party) -> str:
    """An organisation's name, a person's initials."""
    return row.name if row.kind == PartyKind.ORGANISATION else initials(row.first_name, row.last_name)


@screen(GET="party.read")
def parties(request: OfficeRequest) -> HttpResponse:
    """The directory as a list."""
    subject = request.call.subject
    context = {"may_write": holds(subject, "party.write")}
    return PARTY_LIST.respond(request, template="registry/parties.html", context=context)


def _party(request: OfficeRequest, uid: UUID) -> Party:
    found = selectors.party_by_uid(request.call.subject, uid)
    if found is None:
        raise Http404
    if found.kind == PartyKind.PERSON:
        request.tab_title = _("Directory")  # tabs and browser histories name nobody
        if patient := _patient_uid(found):
            request.call.read("patient", [patient])
    return found


def _patient_uid(row: Party) -> UUID | None:
    """The patient this person is, for the audit of what was shown."""
    patient = getattr(row, "patient", None)
    return patient.uid if patient else None


@screen(GET="party.read")
def party(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One person or organisation: contacts, what it is to the office, who may be the same."""
    row = _party(request, uid)
    hidden = masks(request.call.subject, "party.read")
    twins = (
        [] if hidden else [each for each in selectors.twins_of(selectors.data_of(row), ref=row.pk) if each.twin.strong]
    )
    private = hidden or (not services.may_correct(request.call.subject, row) and bool(services.guarded_roles(row)))
    page = {
        "party": row,
        "filed": masked_name(row) if hidden else _filed(row),
        "masked": hidden,
        "roles": services.roles_of(row),
        "twins": twins,
        "tax_tail": "" if private else row.tax_id[-4:],
        "may_write": holds(request.call.subject, "party.write"),
        "may_correct": services.may_correct(request.call.subject, row),
    }
    return render(request, "registry/party.html", page)


def _entered(request: OfficeRequest, form: Any, title: str) -> HttpResponse:
    """A form that enters a party; likely twins are shown before it is saved, once."""
    seen: list[selectors.PartyTwin] = []

    def act(call: Any, *, data: Any) -> Party:
        if request.POST.get("somebody_else") != "1":
            seen.extend(each for each in selectors.twins_of(data) if each.twin.strong)
            if seen:
                services.stand([_twin_refusal()])
        return services.create_party(call, data=data)

    context = {"title": title, "submit": _("Save"), "cancel": reverse("registry:parties"), "twins": seen}
    return handle(
        request, form, act, "registry/form.html", context=context,
        success=lambda row: Done(reverse("registry:party", args=[row.uid]), _("%s entered") % row.name),
    )  # fmt: skip


def _twin_refusal() -> Refusal:
    return Refusal(
        "duplicate", _("Somebody very like this is already here."), _("Open the record, or say it is another.")
    )


@screen(GET="party.write", POST="party.write")
def person_new(request: OfficeRequest) -> HttpResponse:
    """Enter a person."""
    return _entered(request, PersonForm, _("New person"))


@screen(GET="party.write", POST="party.write")
def organisation_new(request: OfficeRequest) -> HttpResponse:
    """Enter an organisation."""
    return _entered(request, OrganisationForm, _("New organisation"))


@screen(GET="party.write", POST="party.write")
def party_edit(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Correct a party."""
    row = _party(request, uid)
    if not services.may_correct(request.call.subject, row):
        said = _("%s is kept by the administrator.") % row.name
        raise Denied(Refusal("denied", said, _("Tell the administrator what has changed.")))
    known = selectors.data_of(row)
    form: type[PersonForm] | type[OrganisationForm]
    if isinstance(known, PersonData):
        form, initial = PersonForm, person_initial(known)
    else:
        form, initial = OrganisationForm, _organisation_initial(known)
    context = {"title": row.name, "submit": _("Save"), "cancel": reverse("registry:party", args=[uid])}
    return handle(
        request, form, lambda call, *, data: services.update_party(call, party=row, data=data), "registry/form.html",
        context=context, initial=initial, known=known,
        success=lambda _row: Done(reverse("registry:party", args=[uid]), _("Saved")),
    )  # fmt: skip


def _organisation_initial(known: OrganisationData) -> dict[str, Any]:
    return {"name": known.name} | contact_initial(known.contacts, known.addresses)


@screen(GET="party.write", POST="party.write")
def party_end(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """End a party that plays no role any more."""
    row = _party(request, uid)
    back = reverse("registry:party", args=[uid])
    return handle(
        request, EndForm, lambda call, *, on: services.end_party(call, party=row, on=on), "registry/form.html",
        context={"title": _("End %s") % row.name, "submit": _("End it"), "cancel": back},
        initial={"on": request.call.today}, success=lambda _row: Done(back, _("Ended")),
    )  # fmt: skip


@screen(POST="party.write")
def party_reopen(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Take back an end."""
    row, back = _party(request, uid), reverse("registry:party", args=[uid])
    return press(
        request,
        lambda call: services.reopen_party(call, party=row),
        success=lambda _row: Done(back, _("Open again")),
        back=back,
    )


@screen(GET="party.write", POST="party.write")
def party_merge(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """End this record as a duplicate of another (`?keep=UID`)."""
    duplicate = _party(request, uid)
    try:
        wanted = UUID(request.POST.get("keep") or request.GET.get("keep", ""))
    except ValueError as error:
        raise Http404 from error
    keep = _party(request, wanted)

    def act(call: Any, *, keep: UUID, reason: str) -> Any:
        return services.merge_parties(call, keep=_party(request, keep), duplicate=duplicate, reason=reason)

    context = {"title": _("%(a)s is %(b)s") % {"a": duplicate.name, "b": keep.name}, "submit": _("Merge"),
               "lead": _("This record ends; what it alone knows goes to the other."),
               "cancel": reverse("registry:party", args=[uid])}  # fmt: skip
    return handle(
        request, MergeForm, act, "registry/form.html", context=context, initial={"keep": keep.uid},
        success=lambda done: Done(reverse("registry:party", args=[done.keep]), _("Merged")),
    )  # fmt: skip
