"""Screens of code sets: what is imported and as of when, the import, and the search for people."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.billing.selectors import codes as selectors
from steward.billing.services import codes as services
from steward.billing.states import ListKind
from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.jobs.models import Job
from steward.core.listing import Choice, Column, DateRange, Empty, Listing, Preset, ScopedList, Sort, Text
from steward.core.web.forms import DateField, Done, Form, handle, press

SHOWN_IMPORTS = 5
#: The days the edition within simple-icd-10-cm 1.5 speaks of: CMS's update of 1 April 2026, until the next of 1 October.
PACKAGE_DAYS = (date(2026, 4, 1), date(2026, 9, 30))


class CodeImportForm(Form):
    """A file of codes."""

    lead = __("Files as CMS publishes them, or your own list. They are read beside the day's work; the page shows how far.")
    kind = forms.ChoiceField(label=__("What it is"), choices=ListKind.choices)
    file = forms.FileField(
        label=__("File"), help_text=__("Unpacked text or CSV; save a workbook as CSV first. Your own list: code, label, valid_from, valid_to.")
    )
    starts_on = DateField(label=__("Holds from"), help_text=__("The first day of the edition or the quarter."))
    ends_on = DateField(
        label=__("Speaks until"), required=False, help_text=__("Empty: until the next list. After it nothing is held by it.")
    )
    licence = forms.CharField(
        label=__("Licence"), max_length=200, required=False,
        help_text=__("For CPT, NUCC and X12 lists: under which licence your practice uses these codes and words."),
    )  # fmt: skip


class LoadForm(Form):
    """The days of the edition that comes along."""

    lead = __("The edition that comes with Steward: codes and words of CMS and NCHS, public domain. It takes some seconds.")
    starts_on = DateField(label=__("Holds from"))
    ends_on = DateField(
        label=__("Speaks until"), required=False,
        help_text=__("After it a diagnosis that is not in it is only asked about; import the next edition from CMS."),
    )  # fmt: skip


CODE_IMPORTS = Listing(
    name="billing.code_imports",
    title=__("Code lists that came in"),
    columns=(
        Column("imported_at", __("Came in"), kind="moment"),
        Column("kind", __("List"), value=lambda row: row.get_kind_display()),
        Column("name", __("File"), kind="code"),
        Column("starts_on", __("Holds from"), kind="date"),
        Column("ends_on", __("Speaks until"), kind="date"),
        Column("row_count", __("Rows"), kind="number"),
        Column("new_count", __("New"), kind="number"),
        Column("ended_count", __("Ended"), kind="number"),
        Column("licence", __("Licence")),
        Column("by", __("By"), value=lambda row: row.imported_by.name if row.imported_by else "Steward"),
        Column("sha256", __("SHA-256"), kind="code", value=lambda row: row.sha256[:12]),
    ),
    filters=(
        Text("name", __("File"), "name", contains=True),
        Choice("kind", __("List"), "kind", ListKind.choices),
        DateRange("from", __("Holds from"), "starts_on"),
    ),
    sorts=(Sort("-came", __("Latest first"), "-imported_at"), Sort("-starts", __("Latest edition first"), "-starts_on")),
    presets=(Preset(__("All"), ""),),
    export="payer.read",
    object_type="billing.codeimport",
    empty=Empty(__("No list came in yet"), __("Load ICD-10-CM first: it comes with Steward. NCCI pairs and unit limits are "
                "published by CMS every quarter."), "billing:code_load", __("Load ICD-10-CM")),
)  # fmt: skip
CODE_IMPORT_LIST = ScopedList(CODE_IMPORTS, "payer.read", selectors.imports)


@screen(GET="payer.read")
def code_imports(request: OfficeRequest) -> HttpResponse:
    """Every edition of every list that came in."""
    return CODE_IMPORT_LIST.respond(request)


@screen(GET="payer.read")
def code_sets(request: OfficeRequest) -> HttpResponse:
    """Every list with its latest edition, the search, and what came in."""
    latest, today = selectors.latest(), request.call.today
    sets = [(kind, kind.label, latest.get(kind)) for kind in ListKind]
    kind, text, day = _asked(request)
    page: dict[str, Any] = {
        "sets": sets, "today": today, "kind": kind, "text": text, "day": day, "kinds": _searched(),
        "found": selectors.search(kind, text, day) if text else None,
        "imports": list(selectors.imports(request.call.subject).order_by("-imported_at", "-id")[:SHOWN_IMPORTS]),
        "held": list(selectors.held()[:40]),
        "may_write": holds(request.call.subject, "payer.write"), "may_screen": holds(request.call.subject, "provider.read"),
    }  # fmt: skip
    return render(request, "billing/codes.html", page)


def _searched() -> list[tuple[str, str]]:
    return [("diagnosis", _("Diagnoses")), ("service", _("Services")), ("modifier", _("Modifiers")),
            ("reason", _("Reason and remark codes")), ("taxonomy", _("Taxonomies"))]  # fmt: skip


def _asked(request: OfficeRequest) -> tuple[str, str, date]:
    """(kind, text, day) of the address; what makes no sense is today's diagnoses."""
    day = request.call.today
    with suppress(ValueError):
        day = date.fromisoformat(request.GET.get("day", ""))
    kind = request.GET.get("kind", "diagnosis")
    return kind if kind in dict(_searched()) else "diagnosis", request.GET.get("q", "").strip()[:60], day


def _followed(job: Job) -> Done:
    return Done(reverse("jobs:job", args=[job.uid]), _("The list is being read"))


@screen(GET="payer.write", POST="payer.write")
def code_import(request: OfficeRequest) -> HttpResponse:
    """Bring in a file of codes."""
    def ask(call: Any, **data: Any) -> Job:
        file = data.pop("file")
        return services.ask_import(call, data=file.read(), name=file.name, **data)

    context = {"title": _("Import codes"), "submit": _("Import"), "cancel": reverse("billing:codes")}
    initial = {"starts_on": request.call.today.replace(day=1), "kind": request.GET.get("kind", "")}
    return handle(request, CodeImportForm, ask, "billing/code_import.html", context=context, initial=initial, success=_followed)


@screen(GET="payer.write", POST="payer.write")
def code_load(request: OfficeRequest) -> HttpResponse:
    """Load the edition of ICD-10-CM that comes along."""
    context = {"title": _("Load ICD-10-CM"), "submit": _("Load"), "cancel": reverse("billing:codes")}
    initial = dict(zip(("starts_on", "ends_on"), PACKAGE_DAYS, strict=True))
    return handle(
        request, LoadForm, services.ask_icd10, "billing/code_import.html", context=context, initial=initial, success=_followed
    )


@screen(POST="payer.write")
def code_bring(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Bring in an edition that a second person has signed."""
    return press(request, lambda call: services.bring_held(call, uid=uid), success=_followed, back=reverse("billing:codes"))
