"""What was agreed with a guarantor: payment plans and hardship discounts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from steward.billing.forms import HardshipForm, PlanForm, ReasonForm
from steward.billing.logic.patient_money import PlanState
from steward.billing.models import Hardship, PaymentPlan, WriteOffLine
from steward.billing.selectors.plans import running_plans
from steward.billing.selectors.runs import hardships
from steward.billing.services.plans import agree_plan, end_plan
from steward.billing.services.runs import ask_hardship, end_hardship, grant_hardship
from steward.billing.views.accounts import guarantor_or_404
from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.web.forms import Done, handle, press
from steward.registry.models import Party


def plan_words(state: PlanState) -> tuple[str, str]:
    """Tone and word of a plan's state."""
    return {
        PlanState.CURRENT: ("good", _("Kept")),
        PlanState.LATE: ("warn", _("Late")),
        PlanState.BROKEN: ("bad", _("Broken")),
        PlanState.PAID: ("good", _("Paid")),
    }[state]


def agreed(request: OfficeRequest, guarantor: Party) -> dict[str, Any]:
    """What the account's page shows of plans and discounts."""
    call = request.call
    plan = running_plans([guarantor.pk], call.today).get(guarantor.pk)
    return {
        "plan": plan, "plan_state": plan_words(plan.standing.state) if plan else None,
        "hardships": hardships(call.subject, guarantor, call.today), "may_write_off": holds(call.subject, "writeoff.request"),
        "at_agency": WriteOffLine.objects.filter(charge__claim__patient__guarantor=guarantor, agency_file__isnull=False).exists(),
    }  # fmt: skip


def _back(guarantor: Party) -> str:
    return reverse("billing:account", args=[guarantor.uid])


@screen(GET="statement.send", POST="statement.send")
def agree(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Agree a payment plan."""
    who = guarantor_or_404(request, uid)
    return handle(
        request, PlanForm, lambda call, **data: agree_plan(call, guarantor=who, **data),
        context={"title": _("Payment plan"), "submit": _("Agree it"), "cancel": _back(who)},
        success=lambda _row: Done(_back(who), _("Agreed")),
    )  # fmt: skip


@screen(GET="statement.send", POST="statement.send")
def end(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """End a plan."""
    row = get_object_or_404(PaymentPlan.objects.select_related("guarantor"), uid=uid)
    who = guarantor_or_404(request, row.guarantor.uid)
    return handle(
        request, ReasonForm, lambda call, **data: end_plan(call, plan=row, **data),
        context={"title": _("End the payment plan"), "submit": _("End it"), "cancel": _back(who)},
        success=lambda _row: Done(_back(who), _("Ended")),
    )  # fmt: skip


@screen(GET="statement.send", POST="statement.send")
def grant(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Grant a hardship discount."""
    who = guarantor_or_404(request, uid)
    return handle(
        request, HardshipForm, lambda call, **data: grant_hardship(call, guarantor=who, **data),
        context={"title": _("Hardship discount"), "submit": _("Grant it"), "cancel": _back(who),
                 "lead": _("It takes nothing off before its write-off is asked for and signed.")},
        success=lambda _row: Done(_back(who), _("Granted")),
    )  # fmt: skip


@screen(POST="writeoff.request")
def ask_discount(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Ask to take the discount off what is open."""
    row = get_object_or_404(Hardship.objects.select_related("guarantor"), uid=uid)
    who = guarantor_or_404(request, row.guarantor.uid)
    return press(
        request, lambda call: ask_hardship(call, hardship=row), back=_back(who),
        success=lambda done: Done(_back(who), _("Taken off") if done.posted_at else _("Waits for a second person")),
    )  # fmt: skip


@screen(GET="statement.send", POST="statement.send")
def end_discount(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """End a discount."""
    row = get_object_or_404(Hardship.objects.select_related("guarantor"), uid=uid)
    who = guarantor_or_404(request, row.guarantor.uid)
    return handle(
        request, ReasonForm, lambda call, **data: end_hardship(call, hardship=row, **data),
        context={"title": _("End the discount"), "submit": _("End it"), "cancel": _back(who),
                 "lead": _("What it took off stays off.")},
        success=lambda _row: Done(_back(who), _("Ended")),
    )  # fmt: skip
