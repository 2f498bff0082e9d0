"""Screens of the white list of adjustments."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.listing import Choice, Column, Empty, Listing, ScopedList, Sort, Text, link_to
from steward.core.web.forms import Done, handle
from steward.insurance import selectors, services
from steward.insurance.forms import RuleForm
from steward.insurance.models import WriteOffRule
from steward.insurance.states import AdjustmentGroup
from steward.registry.forms import EndForm

RULES = Listing(
    name="insurance.rules",
    title=__("Write-off rules"),
    columns=(
        Column("pair", __("Code"), value=str, kind="code"),
        Column("payer", __("Payer"), value=lambda row: row.payer.name if row.payer else __("every payer")),
        Column("role", __("Written off to"), value=lambda row: row.get_role_display()),
        Column("only", __("Only"), value=lambda row: _only(row)),
        Column("starts_on", __("From"), kind="date"),
        Column("ends_on", __("To"), kind="date"),
        Column("source", __("Source")),
        Column("end", __("Act"), value=lambda row: "" if row.ends_on else __("End"), export=False,
               link=link_to("insurance:rule_end")),
    ),
    filters=(Text("q", __("Reason code"), "carc"), Choice("group", __("Group"), "group", AdjustmentGroup.choices)),
    sorts=(Sort("pair", __("Code"), ("group", "carc")),),
    export="payer.read",
    object_type="insurance.writeoffrule",
    empty=Empty(__("No rules"), __("Without one every adjustment waits for a person."), "insurance:rule_new", __("Add one")),
)  # fmt: skip
RULE_LIST = ScopedList(RULES, "payer.read", selectors.rules)


def _only(row: WriteOffRule) -> str:
    said = [_("capitation")] if row.capitation_only else []
    return ", ".join([*said, *([_("raises the payment")] if row.negative_only else [])])


@screen(GET="payer.read")
def rules(request: OfficeRequest) -> HttpResponse:
    """What may be written off without a person: everything else waits on the work list."""
    subject = request.call.subject
    context = {"may_write": holds(subject, "payer.write"), "new_url": reverse("insurance:rule_new"), "new_words": _("New rule"),
               "other_url": reverse("insurance:payers"), "other_words": _("Payers")}  # fmt: skip
    lead = _("Only these pairs post by themselves; every other adjustment goes to the work list.")
    return RULE_LIST.respond(request, template="insurance/list.html", context=context, lead=lead)


@screen(GET="payer.write", POST="payer.write")
def rule_new(request: OfficeRequest) -> HttpResponse:
    """White-list an adjustment."""
    context = {"title": _("New rule"), "submit": _("Save"), "cancel": reverse("insurance:rules")}
    return handle(
        request, RuleForm, services.add_write_off_rule, "registry/form.html", context=context,
        initial={"starts_on": request.call.today},
        success=lambda _row: Done(reverse("insurance:rules"), _("Rule added")),
    )  # fmt: skip


@screen(GET="payer.write", POST="payer.write")
def rule_end(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """The last day of a rule."""
    row = get_object_or_404(selectors.rules(request.call.subject), uid=uid)
    back = reverse("insurance:rules")
    context = {"title": _("End %s") % row, "submit": _("End it"), "cancel": back}
    return handle(
        request, EndForm, lambda call, *, on: services.end_write_off_rule(call, rule=row, on=on), context=context,
        initial={"on": request.call.today}, success=lambda _row: Done(back, _("Ended")),
    )  # fmt: skip
