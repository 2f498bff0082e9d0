"""What the front desk tells Today: the day in a sentence, its strips, who waits, what keeps the day open, whom search
finds.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from steward.core.access.decide import Subject
from steward.core.access.policy import holds, masks
from steward.core.clock import Clock, day_bounds, local_day, minutes_between, system_clock
from steward.core.today import Action, Hit, Step, Task, once
from steward.core.web.charts import Slot, Strip, day_strip
from steward.core.web.days import say_time
from steward.frontdesk import selectors
from steward.frontdesk.models import Appointment
from steward.frontdesk.states import EXPECTED, HERE, LIVE, State
from steward.insurance.selectors import covered

OPENS, CLOSES = time(8), time(17)  # what a strip shows at least
LONG_WAIT = 20  # minutes in the waiting room; the median is 16 (MGMA 2021)

ACTIONS = (
    Action(_("Register a patient"), "frontdesk:patient_new", "patient.write"),
    Action(_("Book an appointment"), "frontdesk:book", "appointment.write"),
    Action(_("Check in"), "frontdesk:day", "appointment.read"),
    Action(_("Print the day's schedule"), "frontdesk:schedule", "appointment.read"),
)


@once
def _open_rows(subject: Subject, day: date) -> list[Appointment]:
    """The day's appointments, and those of days before of which nobody said how they ended. One query for all of Today."""
    begin, end = day_bounds(day, system_clock().zone)
    wanted = Q(starts_at__gte=begin) | Q(state__in=[*EXPECTED, *HERE])
    rows = selectors.appointments(subject).filter(wanted, starts_at__lt=end)
    return list(rows.annotate(covered=covered("patient__party", day)))


def day_rows(subject: Subject, day: date) -> list[Appointment]:
    """The day's appointments this person may see."""
    begin = day_bounds(day, system_clock().zone)[0]
    return [row for row in _open_rows(subject, day) if row.starts_at >= begin]


def sentence(subject: Subject, day: date) -> str:
    """How the day stands, in one sentence. One query."""
    if not holds(subject, "appointment.read"):
        return ""
    states = Counter(row.state for row in day_rows(subject, day))
    booked = sum(states.values()) - states[State.CANCELLED]
    if not booked:
        return _("No appointments today.")
    parts = [ngettext("%d appointment", "%d appointments", booked) % booked]
    for state, words in ((State.CHECKED_OUT, _("%d checked out")), (State.NO_SHOW, _("%d did not come"))):
        if states[state]:
            parts.append(words % states[state])
    here = sum(states[state] for state in HERE)
    if here:
        parts.append(_("%d here now") % here)
    return ", ".join(parts) + "."


_LOOK = {
    State.CHECKED_OUT: "done",
    State.SEEN: "done",
    State.ROOMED: "done",
    State.ARRIVED: "late",
    State.NO_SHOW: "missed",
}


def strips(subject: Subject, day: date, clock: Clock) -> SafeString | str:
    """One strip a provider: what is done, who waits, who did not come, what is still to come. Two queries."""
    if not holds(subject, "appointment.read"):
        return ""
    rows = [a for a in day_rows(subject, day) if a.state != State.CANCELLED]
    by_provider: dict[int, list[Appointment]] = {}
    for row in rows:
        by_provider.setdefault(row.provider_id, []).append(row)
    if not rows:
        return ""
    opens = min([OPENS, *(_local(a.starts_at, clock) for a in rows)])
    closes = max([CLOSES, *(_local(a.ends_at, clock) for a in rows)])
    now = _local(clock.now(), clock) if local_day(clock.now(), clock.zone) == day else None
    drawn = [day_strip(_strip(own, clock), opens, closes, now) for own in by_provider.values()]
    return format_html_join("", "{}", ((each,) for each in drawn))


def _local(moment: datetime, clock: Clock) -> time:
    return moment.astimezone(clock.zone).time()


def _strip(own: list[Appointment], clock: Clock) -> Strip:
    left = sum(row.state in EXPECTED for row in own)
    slots = [
        Slot(
            _local(row.starts_at, clock),
            _local(row.ends_at, clock),
            _look(row, clock),
            f"{say_time(row.starts_at.astimezone(clock.zone))} {State(row.state).label}",
            reverse("frontdesk:appointment", args=[row.uid]),
        )
        for row in own
    ]
    return Strip(str(own[0].provider), _("%(left)d of %(all)d to come") % {"left": left, "all": len(own)}, slots)


def _look(row: Appointment, clock: Clock) -> str:
    if row.state in EXPECTED and clock.now() > row.starts_at + timedelta(minutes=10):
        return "late"
    return _LOOK.get(State(row.state), "free")


def waiting(subject: Subject, today: date) -> list[Task]:
    """Patients who wait long, and appointments of past days of which nobody said how they ended. One query."""
    bare = _bare(subject, today) if holds(subject, "coverage.write") and holds(subject, "appointment.read") else []
    if not holds(subject, "appointment.write"):
        return bare
    clock = system_clock()
    begin = day_bounds(today, clock.zone)[0]
    rows = [row for row in _open_rows(subject, today) if row.starts_at < clock.now() and row.state in EXPECTED | HERE]
    stale = [row for row in rows if row.starts_at < begin]
    tasks = bare + ([_stale(stale, clock)] if stale else [])
    for row in rows:
        if row.state != State.ARRIVED or row.starts_at < begin or row.arrived_at is None:
            continue
        waits = minutes_between(max(row.arrived_at, row.starts_at), clock.now())
        if waits >= LONG_WAIT:
            tasks.append(_waits(row, waits))
    return tasks


def _bare(subject: Subject, today: date) -> list[Task]:
    """Visits of today, kept or still to come, whose patient has no coverage in force. No query of its own."""
    count = sum(row.state in LIVE and not row.covered for row in day_rows(subject, today))  # type: ignore[attr-defined]
    if not count:
        return []
    what = ngettext("%d visit of today has no coverage", "%d visits of today have no coverage", count) % count
    why = _("Ask for the card and enter it, or tell the patient what it will cost")
    return [Task("today", what, why, reverse("insurance:eligibility"), _("Look"), order=17)]


def _stale(stale: list[Appointment], clock: Clock) -> Task:
    first = local_day(stale[0].starts_at, clock.zone)
    what = ngettext("%d appointment is still open", "%d appointments are still open", len(stale)) % len(stale)
    why = _("Neither kept nor marked, the first on %s") % first
    url = f"{reverse('frontdesk:day')}?date={first.isoformat()}"
    return Task("overdue", what, why, url, _("Look"), due=first, order=30)


def _waits(row: Appointment, waits: int) -> Task:
    what = _("%(who)s has waited %(n)d min") % {"who": row.patient.party.name, "n": waits}
    url = reverse("frontdesk:appointment", args=[row.uid])
    return Task("today", what, str(row.provider), url, _("Take to room"), order=5)


def closing(subject: Subject, today: date) -> list[Step]:
    """Everybody of the day is checked out, cancelled or marked. One query."""
    if not holds(subject, "appointment.read"):
        return []
    left = sum(row.state in EXPECTED or row.state in HERE for row in day_rows(subject, today))
    value = "" if not left else ngettext("%d open", "%d open", left) % left
    return [Step(_("Everybody checked out or marked"), not left, value, reverse("frontdesk:day"), _("Look"), order=10)]


def search(subject: Subject, text: str) -> list[Hit]:
    """Patients whose name, birth date, phone or chart the text means; nobody for who sees them only masked. One
    query.
    """
    if not holds(subject, "patient.read") or masks(subject, "patient.read"):
        return []
    return [
        Hit(
            _("Patient"),
            row.party.name,
            " · ".join(
                filter(None, (row.chart, date_format(row.party.birth_date, "M j, Y") if row.party.birth_date else ""))
            ),
            reverse("frontdesk:patient", args=[row.uid]),
        )
        for row in selectors.search_patients(subject, text, limit=8)
    ]
