"""Screens of payers and their plans."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.listing import Choice, Column, Empty, Flag, Listing, ScopedList, Sort, Text, link_to
from steward.core.web.forms import Done, handle
from steward.insurance import selectors, services
from steward.insurance.forms import NumberForm, PayerForm, PlanForm
from steward.insurance.models import Payer, PayerNumber, Plan
from steward.insurance.states import Filing
from steward.registry.forms import EndForm

PAYERS = Listing(
    name="insurance.payers",
    title=__("Payers"),
    columns=(
        Column("name", __("Name"), link=link_to("insurance:payer")),
        Column("code", __("Payer id"), kind="code"),
        Column("edi_id", __("Clearinghouse id"), kind="code"),
        Column("filing", __("Files as"), value=lambda row: row.get_filing_display()),
        Column("filing_limit_days", __("Days to file"), kind="number"),
        Column("state", __("State"), badge=lambda row: ("", __("Ended")) if row.ended_on else ("", "")),
    ),
    filters=(
        Text("q", __("Name"), "name", contains=True),
        Choice("filing", __("Files as"), "filing", Filing.choices),
        Flag("ended", __("Ended"), Q(ended_on__isnull=False)),
    ),
    sorts=(Sort("name", __("Name"), "name"), Sort("code", __("Payer id"), "code")),
    export="payer.read",
    object_type="insurance.payer",
    empty=Empty(__("No payers yet"), __("Payers are who you bill."), "insurance:payer_new", __("Add the first")),
)
PAYER_LIST = ScopedList(PAYERS, "payer.read", selectors.payers)


@screen(GET="payer.read")
def payers(request: OfficeRequest) -> HttpResponse:
    """Payers as a list."""
    subject = request.call.subject
    context = {"may_write": holds(subject, "payer.write"), "new_url": reverse("insurance:payer_new"), "new_words": _("New payer"),
               "others": [(reverse("insurance:schedules"), _("Fee schedules")), (reverse("insurance:rules"), _("Write-off rules"))]}  # fmt: skip
    return PAYER_LIST.respond(request, template="insurance/list.html", context=context)


def the_payer(request: OfficeRequest, uid: UUID) -> Payer:
    """The payer of an address, or 404."""
    return get_object_or_404(selectors.payers(request.call.subject), uid=uid)


TABS = (("plans", __("Plans")), ("contracts", __("Contracts")), ("schedules", __("Fee schedules")),
        ("rules", __("Write-off rules")), ("numbers", __("Numbers")))  # fmt: skip


@screen(GET="payer.read")
def payer(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One payer: its plans, contracts, fee schedules, own white list and numbers, each behind its tab."""
    row = the_payer(request, uid)
    subject = request.call.subject
    asked = request.GET.get("tab", "plans")
    tab = asked if asked in dict(TABS) else "plans"
    rows: dict[str, Callable[[], Iterable[Any]]] = {
        "plans": lambda: selectors.plans(row),
        "contracts": lambda: selectors.contracts(subject, row),
        "schedules": lambda: selectors.standing_schedules(row),
        "rules": lambda: selectors.rules(subject).filter(payer=row),
        "numbers": lambda: selectors.numbers(row),
    }
    here = reverse("insurance:payer", args=[row.uid])
    page = {
        "payer": row, "tab": tab, "tab_template": f"insurance/tabs/{tab}.html", "today": request.call.today,
        "rows": list(rows[tab]()), "may_write": holds(subject, "payer.write"),
        "tabs": [(words, f"{here}?tab={name}", name == tab) for name, words in TABS],
    }  # fmt: skip
    return render(request, "insurance/payer.html", page)


def _payer_page(row: Any) -> str:
    return reverse("insurance:payer", args=[row.uid])


@screen(GET="payer.write", POST="payer.write")
def payer_new(request: OfficeRequest) -> HttpResponse:
    """Add a payer."""
    context = {"title": _("New payer"), "submit": _("Save"), "cancel": reverse("insurance:payers")}
    return handle(
        request, PayerForm, services.create_payer, "registry/form.html", context=context,
        success=lambda row: Done(_payer_page(row), _("Payer added")),
    )  # fmt: skip


@screen(GET="payer.write", POST="payer.write")
def payer_edit(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Correct a payer."""
    row = the_payer(request, uid)
    names = ("name", "code", "edi_id", "ref2u", "ein", "filing", "filing_limit_days", "assignment", "institutional")
    return handle(
        request, PayerForm, lambda call, *, data: services.update_payer(call, payer=row, data=data), "registry/form.html",
        context={"title": row.name, "submit": _("Save"), "cancel": _payer_page(row)},
        initial={name: getattr(row, name) for name in names}, success=lambda _row: Done(_payer_page(row), _("Saved")),
    )  # fmt: skip


@screen(GET="payer.write", POST="payer.write")
def payer_end(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """End a payer: no new coverage with it; open claims go on."""
    row = the_payer(request, uid)
    context = {"title": _("End %s") % row.name, "submit": _("End it"), "cancel": _payer_page(row),
               "lead": _("No new coverage can be entered with it. Open claims go on.")}  # fmt: skip
    return handle(
        request, EndForm, lambda call, *, on: services.end_payer(call, payer=row, on=on), context=context,
        initial={"on": request.call.today}, success=lambda _row: Done(_payer_page(row), _("Ended")),
    )  # fmt: skip


@screen(GET="payer.write", POST="payer.write")
def plan_new(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Add a plan of a payer."""
    row = the_payer(request, uid)
    context = {"title": _("A plan of %s") % row.name, "submit": _("Save"), "cancel": _payer_page(row)}
    return handle(
        request, PlanForm, lambda call, *, data: services.create_plan(call, payer=row, data=data), "registry/form.html",
        context=context, success=lambda _row: Done(_payer_page(row), _("Plan added")),
    )  # fmt: skip


@screen(GET="payer.write", POST="payer.write")
def plan_edit(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Correct a plan."""
    row = get_object_or_404(Plan.objects.select_related("payer"), uid=uid)
    context = {"title": str(row), "submit": _("Save"), "cancel": _payer_page(row.payer)}
    initial = {"name": row.name, "copay_cents": row.copay_cents, "capitation": row.capitation, "referral": row.referral}
    return handle(
        request, PlanForm, lambda call, *, data: services.update_plan(call, plan=row, data=data), "registry/form.html",
        context=context, initial=initial, success=lambda _row: Done(_payer_page(row.payer), _("Saved")),
    )  # fmt: skip


def _numbers(row: Payer) -> str:
    return f"{_payer_page(row)}?tab=numbers"


@screen(GET="payer.write", POST="payer.write")
def number_new(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Say another number files know a payer by."""
    row = the_payer(request, uid)
    context = {"title": _("A number of %s") % row.name, "submit": _("Save"), "cancel": _numbers(row)}
    return handle(
        request, NumberForm, lambda call, *, data: services.add_number(call, payer=row, data=data), "insurance/form.html",
        context=context, success=lambda _row: Done(_numbers(row), _("Number added")),
    )  # fmt: skip


@screen(GET="payer.write", POST="payer.write")
def number_end(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """A number no longer names its payer."""
    row = get_object_or_404(PayerNumber.objects.select_related("payer"), uid=uid)
    context = {"title": _("End %s") % row, "submit": _("End it"), "cancel": _numbers(row.payer)}
    return handle(
        request, EndForm, lambda call, *, on: services.end_number(call, number=row, on=on), context=context,
        initial={"on": request.call.today}, success=lambda _row: Done(_numbers(row.payer), _("Ended")),
    )  # fmt: skip
