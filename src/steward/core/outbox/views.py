"""Screens of the outbox."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.outbox import selectors, services
from steward.core.outbox.models import Message
from steward.core.web.forms import press

SHOWN = 100


def _message(request: OfficeRequest, uid: UUID) -> Message:
    message = selectors.message(request.call.subject, uid)
    if message is None:
        raise Http404
    return message


@screen(GET="outbox.read")
def message_list(request: OfficeRequest) -> HttpResponse:
    """What waits, what left, what did not."""
    rows = list(selectors.messages(request.call.subject)[:SHOWN])
    table = [(row, selectors.kind_words(row), selectors.state_words(row), selectors.tone(row)) for row in rows]
    stuck = sum(row.state == "failed" for row in rows)
    return render(request, "core/outbox/list.html", {"table": table, "stuck": stuck})


@screen(GET="outbox.read")
def message_page(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One message with its text."""
    row = _message(request, uid)
    context = {
        "message": row,
        "kind": selectors.kind_words(row),
        "words": selectors.state_words(row),
        "tone": selectors.tone(row),
    }
    return render(request, "core/outbox/message.html", context)


@screen(POST="outbox.send")
def cancel(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Stop it."""
    row = _message(request, uid)
    back = reverse("outbox:message", args=[uid])
    return press(request, lambda call: services.cancel(call, message=row), success=lambda _row: back, back=back)


@screen(POST="outbox.send")
def again(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Send it once more."""
    row = _message(request, uid)
    back = reverse("outbox:message", args=[uid])
    return press(request, lambda call: services.again(call, message=row), success=lambda _row: back, back=back)
