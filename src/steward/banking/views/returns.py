"""What the clearing house returned: the list, each with what it means and what to do, and its closing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.banking import services
from steward.banking.forms import OutcomeForm
from steward.banking.logic.ach_codes import meaning
from steward.banking.models import AchReturn
from steward.banking.selectors import returns as ask
from steward.core.access.policy import holds
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
from steward.core.web.forms import Done, handle

RETURNS = Listing(
    name="banking.returns",
    title=__("Returned by the clearing house"),
    columns=(
        Column("code", __("Code"), kind="code", link=link_to("banking:ach_return")),
        Column("words", __("What happened"), value=lambda row: meaning(row.code).words),
        Column("trace", __("Trace"), kind="code"),
        Column("settled_on", __("Settled"), kind="date"),
        Column("due_on", __("Act by"), kind="date"),
        Column("cents", __("Amount"), kind="money"),
        Column("state", "", kind="badge", badge=lambda row: _state(row)),
    ),
    filters=(
        Choice("kind", __("Kind"), "kind", [("return", __("Returned")), ("change", __("Notice of change"))]),
        Flag("open", __("Open"), ask.OPEN),
        DateRange("due", __("Act by"), "due_on"),
        MoneyRange("cents", __("Amount"), "cents"),
        Text("q", __("Trace or code"), "trace", contains=True),
    ),
    sorts=(Sort("-due", __("Latest first"), "-due_on"), Sort("due", __("Due first"), "due_on")),
    presets=(Preset(__("All"), ""), Preset(__("Open"), "open=1")),
    money="cents",
    export="return.read",
    object_type="banking.achreturn",
    empty=Empty(
        __("Nothing came back"), __("Returns and notices of change come as a NACHA file from the bank."), "desk:import", __("Import a file")
    ),
)
RETURN_LIST = ScopedList(RETURNS, "return.read", ask.returns)


def _state(row: Any) -> tuple[str, Any]:
    if row.closed_at:
        return "good", _("Closed")
    return ("good", _("Booked")) if row.booked else ("warn", _("Open"))


@screen(GET="return.read")
def ach_returns(request: OfficeRequest) -> HttpResponse:
    """Everything that came back."""
    return RETURN_LIST.respond(request)


def _row(request: OfficeRequest, uid: UUID) -> Any:
    row = ask.returns(request.call.subject).filter(uid=uid).first()
    if row is None:
        raise Http404
    patient = getattr(row.receipt.party, "patient", None) if row.receipt and row.receipt.party else None
    request.call.read("patient", [patient.uid] if patient else [])
    return row


@screen(GET="return.read")
def ach_return(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One return or notice: what the bank says, what it means, what of ours it is."""
    row, subject = _row(request, uid), request.call.subject
    return render(request, "banking/ach_return.html", {
        "row": row, "state": _state(row), "meaning": meaning(row.code), "lines": ask.lines_of(row),
        "may_close": holds(subject, "return.close") and not row.closed_at and not row.booked,
        "may_bank": holds(subject, "bank.read"), "may_receipt": holds(subject, "receipt.read"),
        "may_return": bool(row.receipt) and not row.closed_at and not row.booked and holds(subject, "remittance.post"),
    })  # fmt: skip


@screen(GET="return.close", POST="return.close")
def ach_return_close(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Say what was done about it."""
    row, back = _row(request, uid), reverse("banking:ach_return", args=[uid])

    def act(call: Any, outcome: str) -> AchReturn:
        return services.close_return(call, row=row, outcome=outcome)

    return handle(
        request, OutcomeForm, act,
        context={"title": _("Close %s") % row.code, "lead": meaning(row.code).advice, "submit": _("Close it"), "cancel": back},
        success=lambda one: Done(back, _("Closed")),
    )  # fmt: skip
