"""Screens of contracts, their carve-outs and fee schedules; a box that tries a code against a contract."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.listing import Choice, Column, Empty, Listing, ScopedList, Sort, Text, link_to
from steward.core.web.forms import Done, handle, press
from steward.insurance import selectors, services
from steward.insurance.forms import (
    CarveOutForm,
    ContractForm,
    EditionForm,
    RuleForm,
    ScheduleForm,
    TryForm,
    modifiers_text,
)
from steward.insurance.models import CarveOut, Contract, FeeSchedule
from steward.insurance.states import ScheduleKind
from steward.insurance.views.payers import the_payer
from steward.registry.forms import EndForm

SCHEDULES = Listing(
    name="insurance.schedules",
    title=__("Fee schedules"),
    columns=(
        Column("name", __("Name"), link=link_to("insurance:schedule")),
        Column("kind", __("Holds"), value=lambda row: row.get_kind_display()),
        Column("payer", __("Payer"), value=lambda row: row.payer.name if row.payer else __("every payer")),
    ),
    filters=(Text("q", __("Name"), "name", contains=True), Choice("kind", __("Holds"), "kind", ScheduleKind.choices)),
    sorts=(Sort("name", __("Name"), "name"),),
    export="payer.read",
    object_type="insurance.feeschedule",
    empty=Empty(__("No fee schedules yet"), __("What contracts rest on: a payer's price list, or relative values."),
                "insurance:schedule_new", __("Add the first")),
)  # fmt: skip
SCHEDULE_LIST = ScopedList(SCHEDULES, "payer.read", selectors.schedules)


@screen(GET="payer.read")
def schedules(request: OfficeRequest) -> HttpResponse:
    """Fee schedules as a list."""
    subject = request.call.subject
    context = {"may_write": holds(subject, "payer.write"), "new_url": reverse("insurance:schedule_new"),
               "new_words": _("New schedule"), "other_url": reverse("insurance:payers"), "other_words": _("Payers")}  # fmt: skip
    return SCHEDULE_LIST.respond(request, template="insurance/list.html", context=context)


def _schedule(request: OfficeRequest, uid: UUID) -> FeeSchedule:
    return get_object_or_404(selectors.schedules(request.call.subject), uid=uid)


@screen(GET="payer.read")
def schedule(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One schedule: its editions, and the rows of the latest that begin with a code."""
    row = _schedule(request, uid)
    editions = list(selectors.editions(row))
    current = next((one for one in editions if one.superseded_at is None), None)
    code = request.GET.get("code", "").strip().upper()[:12]
    page = {
        "schedule": row, "editions": editions, "current": current, "code": code,
        "fees": list(selectors.fees(current, code)[:50]) if current else [], "rvu": row.kind == ScheduleKind.RVU,
        "may_write": holds(request.call.subject, "payer.write"),
    }  # fmt: skip
    return render(request, "insurance/schedule.html", page)


def _schedule_page(row: FeeSchedule) -> str:
    return reverse("insurance:schedule", args=[row.uid])


@screen(GET="payer.write", POST="payer.write")
def schedule_new(request: OfficeRequest) -> HttpResponse:
    """Add a fee schedule."""
    context = {"title": _("New fee schedule"), "submit": _("Save"), "cancel": reverse("insurance:schedules")}
    return handle(
        request, ScheduleForm, lambda call, *, data: services.create_schedule(call, **data), "insurance/form.html",
        context=context, success=lambda row: Done(_schedule_page(row), _("Schedule added; import its file")),
    )  # fmt: skip


@screen(POST="payer.write")
def standard(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Make it the list of the practice's own fees."""
    row = _schedule(request, uid)
    return press(
        request, lambda call: services.make_standard(call, schedule=row), back=_schedule_page(row),
        success=lambda done: Done(_schedule_page(done), _("Charges are entered at these fees now")),
    )  # fmt: skip


@screen(GET="payer.write", POST="payer.write")
def edition_new(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Import a file into a schedule."""
    row = _schedule(request, uid)
    context = {"title": _("Import into %s") % row.name, "submit": _("Import"), "cancel": _schedule_page(row)}
    return handle(
        request, EditionForm, lambda call, *, data: services.import_edition(call, schedule=row, data=data),
        "insurance/form.html", context=context, initial={"starts_on": request.call.today.replace(month=1, day=1)},
        success=lambda done: Done(_schedule_page(row), _("%s codes imported") % done.row_count), kind=row.kind,
    )  # fmt: skip


# ---- contracts ----
def _contract(request: OfficeRequest, uid: UUID) -> Contract:
    return get_object_or_404(selectors.contracts(request.call.subject), uid=uid)


def _contract_page(row: Any) -> str:
    return reverse("insurance:contract", args=[row.uid])


@screen(GET="payer.read")
def contract(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One contract, its carve-outs and white list, and the box that tries a code."""
    row = _contract(request, uid)
    subject = request.call.subject
    page: dict[str, Any] = {
        "contract": row, "carved": list(selectors.carve_outs(row)), "modifiers": modifiers_text(row.modifiers),
        "rules": list(selectors.rules(subject).filter(contract=row)), "may_write": holds(subject, "payer.write"),
    }  # fmt: skip
    return render(request, "insurance/contract.html", page | _tried(request, row))


def _tried(request: OfficeRequest, row: Contract) -> dict[str, Any]:
    """What the box shows: the form, and the answer once a code was typed."""
    today = request.call.today
    day = today if row.ends_on is None or today <= row.ends_on else row.ends_on
    if "code" not in request.GET:
        return {"form": TryForm(payer=row.payer, initial={"day": max(day, row.starts_on), "charge": 0})}
    form = TryForm(request.GET, payer=row.payer)
    if not form.is_valid():
        return {"form": form}
    said = selectors.tried(row, form.cleaned_data["data"])
    how = [_(step.words) % dict(step.values) for step in said.how]
    return {"form": form, "said": said, "how": how}


@screen(GET="payer.write", POST="payer.write")
def contract_new(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Enter a contract of a payer."""
    payer = the_payer(request, uid)
    back = f"{reverse('insurance:payer', args=[payer.uid])}?tab=contracts"
    context = {"title": _("A contract of %s") % payer.name, "submit": _("Save"), "cancel": back}
    return handle(
        request, ContractForm, services.create_contract, "insurance/form.html", context=context, payer=payer,
        success=lambda row: Done(_contract_page(row), _("Contract entered")),
    )  # fmt: skip


@screen(GET="payer.write", POST="payer.write")
def contract_edit(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Correct a contract."""
    row = _contract(request, uid)
    context = {"title": row.name, "submit": _("Save"), "cancel": _contract_page(row)}
    return handle(
        request, ContractForm, lambda call, *, data: services.update_contract(call, contract=row, data=data),
        "insurance/form.html", context=context, initial=ContractForm.initial_of(row), payer=row.payer,
        success=lambda _row: Done(_contract_page(row), _("Saved")),
    )  # fmt: skip


@screen(GET="payer.write", POST="payer.write")
def contract_end(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """The last day of a contract; what follows is a new one."""
    row = _contract(request, uid)
    context = {"title": _("End %s") % row.name, "submit": _("End it"), "cancel": _contract_page(row)}
    return handle(
        request, EndForm, lambda call, *, on: services.end_contract(call, contract=row, on=on), context=context,
        initial={"on": request.call.today}, success=lambda _row: Done(_contract_page(row), _("Ended")),
    )  # fmt: skip


@screen(GET="payer.write", POST="payer.write")
def carve_out_new(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Carve a price out of a contract."""
    row = _contract(request, uid)
    context = {"title": _("Carve-out of %s") % row.name, "submit": _("Save"), "cancel": _contract_page(row)}
    return handle(
        request, CarveOutForm, lambda call, *, data: services.add_carve_out(call, contract=row, data=data),
        "insurance/form.html", context=context, initial={"starts_on": row.starts_on},
        success=lambda _row: Done(_contract_page(row), _("Carved out")),
    )  # fmt: skip


@screen(GET="payer.write", POST="payer.write")
def carve_out_end(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """The last day of a carve-out."""
    row = get_object_or_404(CarveOut.objects.select_related("contract"), uid=uid)
    back = _contract_page(row.contract)
    context = {"title": _("End the carve-out of %s") % row, "submit": _("End it"), "cancel": back}
    return handle(
        request, EndForm, lambda call, *, on: services.end_carve_out(call, carve_out=row, on=on), context=context,
        initial={"on": request.call.today}, success=lambda _row: Done(back, _("Ended")),
    )  # fmt: skip


@screen(GET="payer.write", POST="payer.write")
def contract_rule_new(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """White-list an adjustment under one contract."""
    row = _contract(request, uid)
    context = {"title": _("Write-off under %s") % row.name, "submit": _("Save"), "cancel": _contract_page(row)}
    initial = {"starts_on": row.starts_on, "ends_on": row.ends_on, "source": row.source, "payer": row.payer_id}
    return handle(
        request, RuleForm, services.add_write_off_rule, "insurance/form.html", context=context, initial=initial,
        contract=row, success=lambda _row: Done(_contract_page(row), _("Rule added")),
    )  # fmt: skip
