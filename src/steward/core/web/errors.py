"""Error pages in our words: what happened, that nothing was half done, how to mend it, and a number to quote."""

from __future__ import annotations

import logging
import sys
from dataclasses import dataclass, field
from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from steward.core.access.policy import matrix, role_names
from steward.core.refusals import Denied, Refusal, Refused
from steward.core.web import machines
from steward.core.web.machines import reference

log = logging.getLogger("steward.web")


@dataclass(frozen=True, slots=True)
class Trouble:
    """What an error page says."""

    status: int
    title: str
    lead: str
    fixes: list[str] = field(default_factory=list)
    reference: str = ""
    refusals: tuple[Refusal, ...] = ()

    def told(self) -> tuple[Refusal, ...]:
        """As refusals, for programs."""
        return self.refusals or (Refusal(machines.CODES[self.status], self.lead, " ".join(self.fixes)),)


def page(request: HttpRequest, trouble: Trouble, **context: Any) -> HttpResponse:
    """The page of a trouble (JSON for programs); without the shell for people who are not signed in."""
    if machines.speaks_json(request):
        return machines.error(request, trouble.status, *trouble.told(), number=trouble.reference)
    call = getattr(request, "call", None)
    template = "core/errors/page.html" if getattr(call, "user_id", None) is not None else "core/errors/alone.html"
    return render(request, template, {"trouble": trouble, **context}, status=trouble.status)


def bad_request(request: HttpRequest, exception: BaseException | None = None) -> HttpResponse:
    """400: the address or the form cannot be read."""
    said = str(exception) if exception is not None and exception.args else ""
    fixes = [_("Go back and start again from the list or the page you came from.")]
    return page(
        request,
        Trouble(400, _("This cannot be read"), said or _("The address or the form is not one Steward wrote."), fixes),
    )


def denied(request: HttpRequest, exception: BaseException | None = None) -> HttpResponse:
    """403: not allowed, and who can."""
    lead = _("Your roles do not allow this. Nothing was changed.")
    if isinstance(exception, Denied):
        lead = exception.refusals[0].message
    refusals = exception.refusals if isinstance(exception, Denied) else ()
    return page(request, Trouble(403, _("Not open to you"), lead, refusals=refusals), who_can=who_can(request))


def who_can(request: HttpRequest) -> list[str]:
    """The roles that hold what this address asks for, in words."""
    view = getattr(getattr(request, "resolver_match", None), "func", None)
    wanted = getattr(view, "capabilities", {}).get(request.method or "GET", "")
    capability = matrix().get(wanted)
    return [role_names()[role] for role, mode in capability.modes.items() if mode != "deny"] if capability else []


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 from the cross-site check: usually a form that was open too long, or cookies that are off."""
    fixes = [
        _("Go back, reload the page, and send it again; what you typed is still in the form."),
        _("Allow cookies for this address."),
    ]
    return page(
        request,
        Trouble(403, _("This form is too old"), _("For safety a form must come from a page you opened."), fixes),
    )


def not_found(request: HttpRequest, exception: BaseException | None = None) -> HttpResponse:
    """404: no such page or record."""
    fixes = [
        _("Search for the name or the number."),
        _("If a link on one of our pages led here, tell the administrator."),
    ]
    return page(request, Trouble(404, _("Nothing is here"), _("There is no page or record at this address."), fixes))


def conflict(request: HttpRequest, exception: BaseException | None = None) -> HttpResponse:
    """409: somebody else was faster."""
    said = (
        str(exception) if exception is not None and exception.args else _("Someone changed this while you had it open.")
    )
    return page(
        request, Trouble(409, _("Changed meanwhile"), said, [_("Open it again and look at what is there now.")])
    )


def refused(request: HttpRequest, exception: Refused) -> HttpResponse:
    """422: a service refused; each message with its fix. Programs are told more finely (``machines.status_of``)."""
    if machines.speaks_json(request):
        return machines.error(request, machines.status_of(exception.refusals), *exception.refusals)
    said = " ".join(refusal.message for refusal in exception.refusals)
    fixes = [refusal.fix for refusal in exception.refusals if refusal.fix]
    return page(request, Trouble(422, _("Not done"), said, fixes))


def broken(request: HttpRequest, exception: BaseException | None = None) -> HttpResponse:
    """500: our fault; logged under the number shown."""
    number = reference()
    log.error("unexpected error", exc_info=exception, extra={"reference": number})
    trouble = Trouble(
        500, _("Something broke"), _("This is our fault, not yours. Nothing was half done: what was not confirmed was taken back."),
        [_("Try once more."), _("If it breaks again, give this number to the administrator.")], number,
    )  # fmt: skip
    try:
        return page(request, trouble)
    except Exception:  # the shell itself may be what broke (no database): say it with nothing but words
        return HttpResponse(
            f"{trouble.title}. {trouble.lead} {number}", status=500, content_type="text/plain; charset=utf-8"
        )


def unavailable(request: HttpRequest, exception: BaseException | None = None) -> HttpResponse:
    """503: the database or the disk does not answer now."""
    number = reference()
    log.error("unavailable", exc_info=exception, extra={"reference": number})
    lead = _(
        "The database cannot take work at the moment (busy, out of reach, or the disk is full). Nothing was half done."
    )
    trouble = Trouble(503, _("Not at the moment"), lead, [_("Wait a minute and repeat."), _("The administrator finds more in: steward doctor.")],
                      number)  # fmt: skip
    try:
        return page(request, trouble)
    except Exception:
        words = f"{trouble.title}. {lead} {trouble.fixes[0]} {number}"
        return HttpResponse(words, status=503, content_type="text/plain; charset=utf-8")


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500: what broke outside the views (reading the session, keeping it). A lost or busy database is
    told as such here too; Django calls this while the fault is being handled.
    """
    fault = sys.exc_info()[1]
    return unavailable(request, fault) if isinstance(fault, OperationalError) else broken(request, fault)
