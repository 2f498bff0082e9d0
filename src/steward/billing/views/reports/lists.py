"""The rows behind the figures, as lists: first answers of payers, what they refused, what persons gave up."""

from __future__ import annotations

from textwrap import shorten
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.billing.logic.denials import OTHER
from steward.billing.models import RemittanceClaim, WorkItem
from steward.billing.selectors.reports import given_up
from steward.billing.selectors.reports.answers import DENIED, answer_rows, denial_rows, in_category
from steward.billing.selectors.rules import categories
from steward.billing.templatetags.billing import OUTCOMES
from steward.billing.views.filters import of_payer, of_provider
from steward.core.access.models import User
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.listing import (
    Choice,
    Column,
    DateRange,
    Empty,
    Flag,
    Listing,
    MoneyRange,
    Preset,
    ScopedList,
    Sort,
    Text,
    link_to,
)
from steward.registry.logic.names import initials


def _categories() -> list[tuple[str, str]]:
    return [*((one.id, one.title) for one in categories().known), (OTHER, _("Other"))]


def _users() -> list[tuple[str, str]]:
    return [(str(uid), name) for uid, name in User.objects.order_by("name").values_list("uid", "name")]


def _state(row: Any) -> tuple[str, str]:
    if row.outcome == "denied" or row.status == "4":
        return "bad", _("Denied")
    if row.denied_cents:
        return "warn", _("Partly denied")
    return ("warn", _("Rejected before")) if row.rejected else ("good", _("Clean"))


CLEAN = Q(rejected=False, denied_cents=0) & ~DENIED
ANSWERS = Listing(
    name="billing.answers",
    title=__("First answers"),
    columns=(
        Column("paid_on", __("Answered"), kind="date", value=lambda row: row.remittance.paid_on),
        Column("claim", __("Claim"), kind="code", value=lambda row: row.claim.ref, link=link_to("billing:claim", "claim__uid")),
        Column("patient", __("Patient"), value=lambda row: row.claim.patient.party.name),
        Column("payer", __("Payer"), value=lambda row: row.claim.payer.name if row.claim.payer else _("Self-pay")),
        Column("provider", __("Provider"), value=lambda row: row.claim.provider.party.name),
        Column("charge_cents", __("Charged"), kind="money"),
        Column("paid_cents", __("Paid"), kind="money"),
        Column("denied_cents", __("Refused"), kind="money"),
        Column("outcome", __("Answer"), value=lambda row: str(OUTCOMES[row.outcome]()) if row.outcome in OUTCOMES else row.outcome),
        Column("state", __("First pass"), kind="badge", badge=_state),
    ),
    filters=(
        DateRange("paid", __("Answered"), "remittance__paid_on"), of_payer("claim__payer"), of_provider("claim__provider"),
        Flag("clean", __("Clean"), CLEAN), Flag("denied", __("Denied"), DENIED), Flag("rejected", __("Rejected before"), Q(rejected=True)),
        MoneyRange("charge", __("Charged"), "charge_cents"),
    ),
    sorts=(Sort("-paid", __("Latest first"), "-remittance__paid_on"), Sort("paid", __("Oldest first"), "remittance__paid_on"),
           Sort("-charge", __("Largest first"), "-charge_cents")),
    presets=(Preset(__("All"), ""), Preset(__("Clean"), "clean=1"), Preset(__("Denied"), "denied=1"),
             Preset(__("Rejected before"), "rejected=1")),
    money="charge_cents",
    export="billing.report",
    object_type="billing.remittanceclaim",
    patient=lambda row: row.claim.patient.uid,
    empty=Empty(__("No answers yet"), __("The first answer a payer gives to each claim appears here with the first remittance."),
                "desk:import", __("Import a file")),
)  # fmt: skip

REFUSED = Listing(
    name="billing.refused",
    title=__("First denials"),
    columns=(
        Column("paid_on", __("Answered"), kind="date", value=lambda row: row.answer.remittance.paid_on),
        Column("claim", __("Claim"), kind="code", value=lambda row: row.answer.claim.ref,
               link=link_to("billing:claim", "answer__claim__uid")),
        Column("patient", __("Patient"), value=lambda row: row.answer.claim.patient.party.name),
        Column("payer", __("Payer"), value=lambda row: row.answer.claim.payer.name if row.answer.claim.payer else _("Self-pay")),
        Column("service", __("Service"), kind="code", value=lambda row: row.charge.code if row.charge else ""),
        Column("carc", __("Code"), kind="code", value=lambda row: f"{row.group}-{row.carc}" if row.carc else ""),
        Column("carc_words", __("In words"), value=lambda row: shorten(row.carc_words or "", 90)),
        Column("why", __("Why"), value=lambda row: row.reason, link=link_to("billing:work_item")),
        Column("amount_cents", __("Refused"), kind="money"),
        Column("state", __("State"), kind="badge", badge=lambda row: ("warn", _("Open")) if row.closed_at is None else ("", _("Settled"))),
    ),
    filters=(
        DateRange("paid", __("Answered"), "answer__remittance__paid_on"), of_payer("answer__claim__payer"),
        of_provider("answer__claim__provider"),
        Choice("category", __("Category"), "category", _categories, in_category),
        Text("code", __("Service"), "charge__code"), Text("carc", __("Reason code"), "carc"), Flag("open", __("Open"), Q(closed_at=None)),
    ),
    sorts=(Sort("-paid", __("Latest first"), "-answer__remittance__paid_on"), Sort("-amount", __("Largest first"), "-amount_cents")),
    presets=(Preset(__("All"), ""), Preset(__("Still open"), "open=1")),
    money="amount_cents",
    export="billing.report",
    object_type="billing.workitem",
    patient=lambda row: row.answer.claim.patient.uid,
    empty=Empty(__("Nothing was denied"), __("What payers refuse in their first answer to a claim appears here.")),
)  # fmt: skip


KINDS = (("write_off", __("Write-off")), ("refund", __("Refund")), ("void", __("Void")))
ACTS = Listing(
    name="billing.acts",
    title=__("Write-offs, refunds and voids"),
    columns=(
        Column("date", __("Posted"), kind="date"),
        Column("kind", __("What"), value=lambda row: str(dict(KINDS)[row.kind])),
        Column("account", __("Account"), value=lambda row: given_up.account_words().get(row.account.role or "", row.account.name)),
        Column("asker", __("Asked by"), value=lambda row: row.asked_name or _("Steward")),
        Column("signed", __("Signed by"), value=lambda row: row.signed_name or ""),
        Column("claim", __("Claim"), kind="code", value=lambda row: row.claim_ref or "", link=link_to("billing:claim", "claim_uid")),
        Column("why", __("Reason")),
        Column("amount", __("Amount"), kind="money"),
    ),
    filters=(
        DateRange("day", __("Posted"), "date"), Choice("kind", __("What"), "kind", KINDS),
        Choice("account", __("Account"), "account__role", lambda: list(given_up.account_words().items())),
        Choice("asked", __("Asked by"), "asker", _users, lambda uid: Q(asker__in=User.objects.filter(uid=uid).values("pk"))),
        MoneyRange("amount", __("Amount"), "amount"), Flag("alone", __("Without a second signature"), Q(signed=None) & ~Q(kind="void")),
    ),
    sorts=(Sort("-day", __("Latest first"), "-date"), Sort("-amount", __("Largest first"), "-amount")),
    presets=(Preset(__("All"), ""), Preset(__("Voids"), "kind=void"), Preset(__("Without a second signature"), "alone=1")),
    money="amount",
    export="billing.report",
    object_type="ledger.entry",
    empty=Empty(__("Nothing was given up"), __("Write-offs, refunds and voided charges appear here when they are posted.")),
)  # fmt: skip


def _initials(party: Any) -> str:
    return initials(party.first_name, party.last_name)


def _masked_answer(row: RemittanceClaim) -> str:
    return _initials(row.claim.patient.party) if row.claim else ""


def _masked_denial(row: WorkItem) -> str:
    return _initials(row.answer.claim.patient.party) if row.answer and row.answer.claim else ""


ANSWER_LIST = ScopedList(ANSWERS, "billing.report", answer_rows, ANSWERS.hiding(patient=_masked_answer))
REFUSED_LIST = ScopedList(REFUSED, "billing.report", denial_rows, REFUSED.hiding(patient=_masked_denial))
ACT_LIST = ScopedList(ACTS, "billing.report", given_up.acts)


@screen(GET="billing.report")
def answers(request: OfficeRequest) -> HttpResponse:
    """The first answer of payers to each claim."""
    lead = _("What payers said of each claim at first: clean when nothing was rejected before and nothing refused.")
    return ANSWER_LIST.respond(request, lead=lead)


@screen(GET="billing.report")
def refused(request: OfficeRequest) -> HttpResponse:
    """What payers refused in first answers."""
    return REFUSED_LIST.respond(
        request, lead=_("What payers refused in their first answers, still open or settled since.")
    )


@screen(GET="billing.report")
def acts(request: OfficeRequest) -> HttpResponse:
    """What persons wrote off, gave back and voided."""
    return ACT_LIST.respond(
        request, lead=_("Who asked, who signed, why: every write-off, refund and void that moved money.")
    )
