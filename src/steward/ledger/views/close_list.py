"""The lines of a month's close: ticked and signed, given to somebody, waived, explained; and the reports frozen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from steward.core.access.models import User
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.money import format_cents
from steward.core.web.forms import Done, handle
from steward.desk.closing import month_results
from steward.ledger import services
from steward.ledger.forms_close import FluxForm, FreezeForm, OwnerForm, SignLinesForm, WaiveForm
from steward.ledger.logic.close_list import Moved
from steward.ledger.logic.periods import LOCKED, Month
from steward.ledger.models import Period
from steward.ledger.selectors import close_checks, registers
from steward.ledger.selectors.closing import explained, moved
from steward.ledger.views.statement_files import packet_pdf
from steward.ledger.views.statements import packet_tables

PAGE = "ledger/close_form.html"


def shown_period(request: OfficeRequest, uid: UUID) -> Period:
    """The month, or 404."""
    found = registers.periods(request.call.subject).filter(uid=uid).first()
    if found is None:
        raise Http404
    return found


def _step(
    request: OfficeRequest, uid: UUID, form: Any, title: str, lead: str, submit: str, said: str,
    act: Callable[..., Any], context: dict[str, Any] | None = None, **more: Any,
) -> HttpResponse:  # fmt: skip
    """One form of the close; back to the month afterwards."""
    here = reverse("ledger:period", args=[uid])
    words = {"title": title, "lead": lead, "submit": submit, "period": shown_period(request, uid), **(context or {})}
    return handle(request, form, act, PAGE, context=words, success=lambda _done: Done(here, said), **more)


@screen(GET="period.soft_close", POST="period.soft_close")
def sign(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Sign the ticked lines."""
    name = str(shown_period(request, uid))

    def act(call: Any, **data: Any) -> None:
        services.sign_close(call, period=name, results=month_results(name), **data)

    return _step(
        request, uid, SignLinesForm, _("Sign lines"), _("You looked at what each of them shows."), _("Sign"), _("Signed."), act,
        initial={"checks": request.GET.getlist("checks")},
    )  # fmt: skip


@screen(GET="period.soft_close", POST="period.soft_close")
def owner(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Give lines to somebody."""
    name = str(shown_period(request, uid))
    users = User.objects.filter(is_active=True, ended_at=None).order_by("name")

    def act(call: Any, **data: Any) -> None:
        services.assign_close(call, period=name, **data)

    return _step(
        request, uid, OwnerForm, _("Who looks after what"), _("The month's close waits for each of them."), _("Give"),
        _("They look after it."), act, initial={"checks": request.GET.getlist("checks")}, users=users,
    )  # fmt: skip


@screen(GET="period.close", POST="period.close")
def waive(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Let one check stand, with a reason; somebody else locks."""
    period = shown_period(request, uid)
    results = month_results(str(period))
    asked = [] if period.state == LOCKED else [*close_checks(Month(period.year, period.month), thorough=False), *results]
    failing = [one for one in asked if not one.ok and one.waivable]

    def act(call: Any, **data: Any) -> None:
        services.waive_check(call, period=str(period), results=results, **data)

    return _step(
        request, uid, WaiveForm, _("Let a check stand"), _("Your reason stays with the month. Whoever waives does not lock."),
        _("Let it stand"), _("It may stand."), act, failing=failing,
    )  # fmt: skip


@screen(GET="period.soft_close", POST="period.soft_close")
def flux(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Say why accounts moved."""
    period = shown_period(request, uid)
    month = Month(period.year, period.month)
    found = moved(month)

    def act(call: Any, **data: Any) -> None:
        services.explain_flux(call, period=str(period), **data)

    return _step(
        request, uid, FluxForm, _("What moved, and why"), _("Against the month before: more than 10 % and more than 1,000.00."),
        _("Keep"), _("Explained."), act, {"moved": [_told(one) for one in found], "month": month}, moved=found, told=explained(month),
    )  # fmt: skip


def _told(one: Moved) -> tuple[Moved, str]:
    return one, format_cents(one.change_cents)


@screen(GET="period.soft_close", POST="period.soft_close")
def freeze(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Make the packet of the month and keep it as it was sent."""
    period = shown_period(request, uid)
    month = Month(period.year, period.month)

    def act(call: Any, *, remarks: str) -> None:
        body = packet_pdf(request, packet_tables(month.first, month.last, "accrual"), remarks)
        call = call.with_key(None)
        paper = services.store_document(call, content=body, name=f"packet-{month}.pdf", media_type="application/pdf")
        services.freeze_reports(call, period=str(period), document=paper)

    return _step(
        request, uid, FreezeForm, _("Freeze the reports"), _("Profit and loss, balance sheet and cash flow, kept as they are now."),
        _("Make and keep the packet"), _("Kept: send it, then sign line 20."), act,
    )  # fmt: skip
