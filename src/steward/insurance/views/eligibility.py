"""Screens of eligibility: the visits that want somebody before their day begins, and what payers said of a patient."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.clock import ClockError, parse_date, system_clock
from steward.core.files.selectors import links_of
from steward.core.files.services import store
from steward.core.refusals import Refused
from steward.core.service import Call
from steward.core.web.forms import Done, handle, press
from steward.frontdesk import selectors as frontdesk
from steward.frontdesk.models import Appointment, Patient
from steward.frontdesk.states import EXPECTED, KEPT
from steward.insurance import selectors, services, tasks
from steward.insurance.forms import AnswerForm, CardForm
from steward.insurance.logic.exceptions import SEVERITY, Alarm, Trouble
from steward.insurance.models import Coverage, EligibilityBatch
from steward.insurance.selectors import VisitFact
from steward.insurance.types import Asking
from steward.registry.logic.names import initials

DAYS = 8
TROUBLES = {
    Trouble.INACTIVE: ("bad", __("Not active")),
    Trouble.FAILED: ("bad", __("The payer would not say")),
    Trouble.UNKNOWN: ("warn", __("Not known")),
    Trouble.NO_COVERAGE: ("warn", __("No coverage on file")),
    Trouble.UNANSWERED: ("warn", __("No answer yet")),
    Trouble.NEVER_ASKED: ("accent", __("Not asked yet")),
}


def _visits(request: OfficeRequest) -> dict[str, Appointment]:
    """The visits still to come, today and the week after, and those kept today. One query a day."""
    call = request.call
    found = {}
    for ahead in range(DAYS):
        rows = frontdesk.appointments_on(call.subject, call.today + timedelta(days=ahead), call.clock.zone)
        found.update({str(row.uid): row for row in rows if row.state in EXPECTED | KEPT})
    return found


def _facts(request: OfficeRequest, visits: dict[str, Appointment]) -> list[VisitFact]:
    zone = request.call.clock.zone
    return [VisitFact(uid, row.patient.party_id, row.starts_at.astimezone(zone).date()) for uid, row in visits.items()]


@screen(GET="coverage.read", POST="coverage.write")
def eligibility(request: OfficeRequest) -> HttpResponse:
    """Visits whose coverage wants somebody, the nearest day first; asking all that were not asked."""
    visits = _visits(request)
    coming = {uid: row for uid, row in visits.items() if row.state in EXPECTED}
    call = request.call
    if request.method == "POST":
        facts = _facts(request, coming)
        asked = [Asking(row.pk, visit.day, visit.ref) for visit, row in selectors.to_ask(facts, call.today)]
        return press(
            request, lambda made: _ask(made, asked), back=request.path,
            success=lambda batches: Done(request.path, _("%s files written") % len(batches)),
        )  # fmt: skip
    facts = _facts(request, visits)
    known = selectors.eligibility_of(facts, call.today)
    # who has come is asked about no more; what is known to be wrong stays until it is mended
    wrong = [one for one in known.alarms if one.visit in coming or one.trouble is not Trouble.NEVER_ASKED]
    told = selectors.estimated([fact.patient for fact in facts], call.today, call.today + timedelta(days=DAYS))
    unasked = request.GET.get("show") == "unasked"
    alarms = [one for one in wrong if (one.trouble is Trouble.NEVER_ASKED) == unasked]
    alarms.sort(key=lambda one: (one.day, SEVERITY[one.trouble], visits[one.visit].starts_at))
    masked = not holds(call.subject, "coverage.write")
    call.read("patient", [visits[alarm.visit].patient.uid for alarm in alarms])
    batches = [] if masked else selectors.unplaced(call.now - timedelta(days=tasks.KEEP_DAYS))
    page = {
        "rows": [_row(alarm, visits[alarm.visit], known, masked, told) for alarm in alarms], "visits": len(coming),
        "may_write": not masked, "files": [link for batch in batches for link in links_of(call.subject, batch)],
        "today": call.today, **_chips(request.path, wrong, unasked),
    }  # fmt: skip
    return render(request, "insurance/eligibility.html", page)


def _chips(here: str, alarms: list[Alarm], unasked: bool) -> dict[str, Any]:
    """The two halves of the list, with how many are in each."""
    never = sum(one.trouble is Trouble.NEVER_ASKED for one in alarms)
    chips = [(_("Wants somebody"), here, not unasked), (_("Not asked yet"), f"{here}?show=unasked", unasked)]
    return {"chips": chips, "unasked": never, "wanting": len(alarms) - never}


def _ask(call: Call, asked: list[Asking]) -> list[EligibilityBatch]:
    """Write the questions, and put them where the clearinghouse collects them, if there is such a folder."""
    written = services.ask_eligibility(call, asked=asked)
    with suppress(Refused):  # they are kept; the doors' next run lays them there, and says what is wrong with the door
        tasks.put(call.with_key(None))
    return written


def _row(
    alarm: Alarm, visit: Appointment, known: selectors.Standings, masked: bool, told: set[tuple[int, date]]
) -> dict[str, Any]:
    tone, words = TROUBLES[alarm.trouble]
    name = visit.patient.party.name
    check = known.checks.get(alarm.check or 0)
    scheduled = visit.booked_at.astimezone(system_clock().zone).date()
    owed = alarm.trouble is Trouble.NO_COVERAGE and (visit.patient.party_id, alarm.day) not in told
    return {
        "due": selectors.good_faith_due(alarm.day, scheduled) if owed else None, "scheduled": scheduled,
        "visit": visit, "day": alarm.day, "name": initials(name) if masked else name, "tone": tone, "words": words,
        "coverage": known.coverages.get(alarm.coverage or 0), "why": check.failure if check else "",
    }  # fmt: skip


def _patient(request: OfficeRequest, uid: UUID) -> Patient:
    found = frontdesk.patient_by_uid(request.call.subject, uid)
    if found is None:
        raise Http404
    request.call.read("patient", [found.uid])
    request.tab_title = _("Chart %s") % found.chart
    return found


def _page(patient: Patient) -> str:
    return reverse("insurance:patient", args=[patient.uid])


@screen(GET="coverage.read")
def patient(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Who pays for a patient on a day, in which order, what payers said, and what was granted in advance."""
    row = _patient(request, uid)
    call = request.call
    day, said = call.today, request.GET.get("day", "").strip()
    try:
        day = parse_date(said, call.today) if said else day
    except ClockError:
        said = ""
    order = selectors.covering(row.party_id, day)
    page = {
        "patient": row, "day": day, "order": order, "checks": list(selectors.checks(call.subject, row.party_id)[:20]),
        "grants": selectors.grants_of([row.party_id], day)[row.party_id], "may_write": holds(call.subject, "coverage.write"),
        "cards": [(one, links_of(call.subject, one)) for one in order],
    }  # fmt: skip
    return render(request, "insurance/patient.html", page)


def _coverage(request: OfficeRequest, uid: UUID) -> tuple[Coverage, Patient]:
    found = selectors.coverage_by_uid(uid)
    patient = frontdesk.patients(request.call.subject).filter(party=found.patient_id).first() if found else None
    if found is None or patient is None:
        raise Http404
    request.call.read("patient", [patient.uid])
    return found, patient


@screen(GET="coverage.write", POST="coverage.write")
def answer_new(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Record what a payer said by telephone or on its website."""
    row, patient = _coverage(request, uid)
    context = {"title": _("What %s said") % row.plan.payer.name, "submit": _("Save"), "cancel": _page(patient)}
    day = request.GET.get("day") or request.call.today
    return handle(
        request, AnswerForm, lambda call, *, data: services.record_answer(call, coverage=row, data=data),
        "insurance/form.html", context=context, initial={"service_day": day},
        success=lambda _row: Done(_page(patient), _("Recorded")),
    )  # fmt: skip


@screen(GET="coverage.write", POST="coverage.write")
def card_new(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Keep a picture of the card with the coverage."""
    row, patient = _coverage(request, uid)
    context = {"title": _("Card of %s") % row.plan, "submit": _("Keep it"), "cancel": _page(patient)}

    def act(call: Any, *, data: dict[str, Any]) -> Any:
        file = data["file"]
        return store(
            call, data=file.read(), name=file.name, capability="coverage.read", link_to=row, label=data["side"]
        )

    return handle(
        request, CardForm, act, "insurance/form.html", context=context,
        success=lambda _row: Done(_page(patient), _("Kept")),
    )  # fmt: skip


@screen(GET="coverage.read")
def check(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One question and its answer, as a person reads it."""
    row = selectors.check_by_uid(request.call.subject, uid)
    patient = get_object_or_404(frontdesk.patients(request.call.subject), party=row.patient_id if row else 0)
    if row is None:
        raise Http404
    request.call.read("patient", [patient.uid])
    return render(request, "insurance/check.html", {"check": row, "patient": patient})
