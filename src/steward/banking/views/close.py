"""The day's close: the questions, both signatures, the sheet, the mail."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from steward.banking.forms import CloseForm, MailForm
from steward.banking.models import DayClose
from steward.banking.papers import day_sheet as sheet_pdf
from steward.banking.selectors.sheet import close_of, day_checks, day_sheet
from steward.banking.services import closing
from steward.banking.states import CloseState, SessionState
from steward.billing.selectors.visits import day_facts
from steward.core.access.decide import Subject
from steward.core.access.models import Office
from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.audit.selectors import ends
from steward.core.clock import Clock
from steward.core.web.forms import Done, handle, press

LINKS = {
    "day_open": ("frontdesk:day", "appointment.read"),
    "patients": ("frontdesk:day", "appointment.read"),
    "drawers": ("banking:drawers", "deposit.read"),
    "batches": ("banking:batch_new", "deposit.make"),
    "mail": ("banking:mail_new", "deposit.make"),
    "visits": ("frontdesk:day", "appointment.read"),
}
"""Question -> where it is answered, and the right that opens the door."""


def _door(subject: Subject, question: str) -> str:
    address, right = LINKS.get(question, ("", ""))
    return address if right and holds(subject, right) else ""


@screen(GET="deposit.read", POST="day.prepare")
def close_today(request: OfficeRequest) -> HttpResponse:
    """The close of today."""
    return close_day(request, request.call.today.isoformat())


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Http404 from None


@screen(GET="deposit.read", POST="day.prepare")
def close_day(request: OfficeRequest, day: str) -> HttpResponse:
    """What the lock asks, each with where to do it; reasons for what may stand; the first signature."""
    on = _day(day)
    call = request.call
    facts = day_facts(on, call.clock)
    found = close_of(on)
    items = day_checks(on, facts, found.reasons if found else {})
    waivable = [(one.id, one.words.partition(":")[0]) for one in items if one.waivable and not one.ok]

    def act(call: Any, **reasons: str) -> DayClose:
        given = {name: words for name, words in reasons.items() if words}
        return closing.prepare_day_close(call, day=on, facts=facts, reasons=given)

    return handle(
        request, CloseForm, act, "banking/close.html", waivable=waivable, initial=found.reasons if found else None,
        context={
            "day": on, "close": found, "items": [(one, _door(call.subject, one.id)) for one in items], "facts": facts,
            "open": found is None or found.state == CloseState.PREPARED,
            "may_prepare": holds(call.subject, "day.prepare"),
            "may_sign": found is not None and found.state == CloseState.PREPARED and found.prepared_by_id != call.user_id
            and holds(call.subject, "day.sign"),
        },
        success=lambda one: Done(reverse("banking:close_day", args=[on]), _("Signed; a second person signs next")),
    )  # fmt: skip


@screen(POST="day.sign")
def sign(request: OfficeRequest, day: str) -> HttpResponse:
    """The second signature."""
    on = _day(day)
    back = reverse("banking:close_day", args=[on])
    return press(
        request, lambda call: closing.sign_day_close(call, day=on, facts=day_facts(on, call.clock)),
        success=lambda one: Done(back, _("The day is closed")), back=back,
    )  # fmt: skip


def _figures(on: date, close: DayClose | None, clock: Clock) -> dict[str, Any]:
    """The signed sheet, or the figures as they stand. While a drawer is open, what was taken is left out: the count is
    blind.
    """
    if close is not None:
        return dict(close.sheet)
    found = day_sheet(on, day_facts(on, clock))
    if any(one["state"] == SessionState.OPEN for one in found["drawers"]):
        hidden = dict.fromkeys(found["receipts"])
        return {**found, "payments": {}, "payments_total_cents": None, "receipts": hidden, "blind": True}
    return found


@screen(GET="deposit.read")
def sheet(request: OfficeRequest, day: str) -> HttpResponse:
    """The day sheet as PDF: as signed, or as it stands now."""
    on = _day(day)
    found = close_of(on)
    figures = _figures(on, found, request.call.clock)
    signatures = []
    if found:
        signatures.append((_("Prepared by"), f"{found.prepared_by.name}, {found.prepared_at:%Y-%m-%d %H:%M} UTC"))
        if found.signed_by and found.signed_at:
            signatures.append((_("Signed by"), f"{found.signed_by.name}, {found.signed_at:%Y-%m-%d %H:%M} UTC"))
    signatures += [_end_of_log(*end) for end in ends()]
    practice = Office.objects.values_list("name", flat=True).first() or ""
    response = HttpResponse(sheet_pdf(figures, practice, signatures), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="day-sheet-{on}.pdf"'
    return response


def _end_of_log(day: str, row: int, digest: str) -> tuple[str, str]:
    """A line of the paper that proves later that the audit log's tail was not cut (docs/security.md)."""
    as_what = _("Audit log signed %s") % day if day else _("Audit log when printed")
    return as_what, _("row %(row)s, %(hash)s") % {"row": row, "hash": digest[:48]}


@screen(GET="deposit.read")
def sheet_page(request: OfficeRequest, day: str) -> HttpResponse:
    """The day sheet on the screen."""
    on = _day(day)
    found = close_of(on)
    figures = _figures(on, found, request.call.clock)
    return render(request, "banking/sheet.html", {"day": on, "close": found, "sheet": figures})


@screen(GET="deposit.make", POST="deposit.make")
def mail_new(request: OfficeRequest) -> HttpResponse:
    """Log the mail that two people opened."""
    return handle(
        request, MailForm, closing.log_mail, me=request.call.user_id,
        context={"title": _("Log the mail"), "submit": _("Log it"), "cancel": reverse("banking:close"),
                 "lead": _("You opened it; a colleague watched.")},
        success=lambda one: Done(reverse("banking:close"), _("The mail is logged")),
    )  # fmt: skip
