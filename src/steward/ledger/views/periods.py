"""Months: open, closed, locked, reopened; each with the checks as they stand."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.core.access.policy import holds, role_names
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.web.forms import Done, handle, press
from steward.desk.closing import month_results
from steward.ledger import selectors, services
from steward.ledger.forms import LockForm, ReopenForm
from steward.ledger.logic.close_list import FROZEN, Row, list_result, rows, waivers
from steward.ledger.logic.periods import Month, blocking, waive
from steward.ledger.models import Period
from steward.ledger.selectors import registers
from steward.ledger.selectors.closing import close_acts
from steward.ledger.types import CheckResult


@screen(GET="books.read")
def periods(request: OfficeRequest) -> HttpResponse:
    """All months by year, latest first."""
    rows = list(registers.periods(request.call.subject))
    still = [str(p) for p in rows if p.state == "open"]
    return render(request, "ledger/periods.html", {"periods": rows, "open": len(still)})


@screen(GET="books.read")
def period(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One month: its checks now, its history, and what may be done."""
    shown = _period(request, uid)
    call = request.call
    month = Month(shown.year, shown.month)
    acts = close_acts(month)
    asked = _checks(shown, thorough=False) if shown.state != "locked" else []
    found = rows(asked, acts)
    told = {row.line.check for row in found}
    return render(request, "ledger/period.html", {
        "period": shown, "checks": [one for one in waive(asked, waivers(acts)) if one.id not in told],
        "rows": [_told(row) for row in found] if asked else [],
        "done": sum(1 for row in found if row.done), "kept": [act for act in acts if act.kind == FROZEN],
        "events": shown.events.select_related("by").order_by("-version"),
        "may_soft": shown.state == "open" and holds(call.subject, "period.soft_close"),
        "may_close": shown.state != "locked" and holds(call.subject, "period.soft_close"),
        "may_lock": shown.state != "locked" and holds(call.subject, "period.close"),
        "may_reopen": shown.state != "open" and holds(call.subject, "period.close"),
        "may_waive": shown.state != "locked" and holds(call.subject, "period.close"), "month": month,
    })  # fmt: skip


STATES = {
    "open": ("bad", __("Not in order")), "sign": ("warn", __("To sign")), "changed": ("warn", __("Changed since it was signed")),
    "signed": ("good", __("Signed")), "waived": ("accent", __("May stand")),
}  # fmt: skip


def _told(row: Row) -> tuple[Row, str, str, str, Any]:
    """The row, its title and role in words, tone and words of its state."""
    return row, _(row.line.title), role_names().get(row.line.role, row.line.role), *STATES[row.state]


def _period(request: OfficeRequest, uid: UUID) -> Period:
    found = registers.periods(request.call.subject).filter(uid=uid).first()
    if found is None:
        raise Http404
    return found


def _checks(shown: Period, *, thorough: bool) -> list[CheckResult]:
    """The ledger's own checks and what the roof brings, the same as the command line's."""
    return [*selectors.close_checks(Month(shown.year, shown.month), thorough=thorough), *month_results(str(shown))]


@screen(POST="period.soft_close")
def close(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Close to ordinary posting."""
    shown = _period(request, uid)
    here = reverse("ledger:period", args=[uid])
    done = Done(here, _("%s is closed to ordinary posting.") % shown)

    def act(call: Any) -> Any:
        return services.close_period(call, period=str(shown), results=month_results(str(shown)))

    return press(request, act, success=lambda _state: done, back=here)


@screen(GET="period.close", POST="period.close")
def lock(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Lock for good: every check green, or a reason."""
    shown = _period(request, uid)
    month = Month(shown.year, shown.month)
    acts = close_acts(month)
    asked = _checks(shown, thorough=True)
    checks = waive([*asked, list_result(rows(asked, acts), acts)], waivers(acts))

    def act(call: Any) -> Any:
        return services.lock_period(call, period=str(month), results=month_results(str(month)))

    return handle(
        request, LockForm, act, "ledger/lock.html", context={"period": shown, "checks": checks, "blocked": blocking(checks)},
        success=lambda _state: Done(reverse("ledger:period", args=[uid]), _("%s is locked.") % month),
    )  # fmt: skip


@screen(GET="period.close", POST="period.close")
def reopen(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Open a closed month again, with a reason."""
    shown = _period(request, uid)

    def act(call: Any, *, reason: str) -> Any:
        return services.reopen_period(call, period=str(shown), reason=reason)

    return handle(
        request, ReopenForm, act, "ledger/reopen.html", context={"period": shown},
        success=lambda _state: Done(reverse("ledger:period", args=[uid]), _("%s is open again.") % shown),
    )  # fmt: skip
