"""The day at the desk: who comes, who is here, by provider, by room, on a board."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from steward.core.access.policy import holds, masks
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.clock import minutes_between
from steward.frontdesk import selectors
from steward.frontdesk.logic.grid import Block, Row, Span, day_rows
from steward.frontdesk.models import Appointment
from steward.frontdesk.states import EXPECTED, HERE, LIVE, State
from steward.frontdesk.views.shared import asked_day, asked_site, shown_name
from steward.people import selectors as people
from steward.people.logic.sessions import Hours, clock_time, minutes
from steward.registry import selectors as registry

TONES = {
    State.ARRIVED: "warn",
    State.ROOMED: "accent",
    State.SEEN: "accent",
    State.CHECKED_OUT: "good",
    State.NO_SHOW: "bad",
}
VIEWS = ("list", "provider", "room", "board")
NEXT = {State.BOOKED: "check_in", State.CONFIRMED: "check_in", State.ARRIVED: "room", State.ROOMED: "appointment",
        State.SEEN: "check_out"}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One appointment of the day as a row shows it."""

    appointment: Appointment
    name: str
    tone: str
    state: Any
    next_url: str
    next_verb: Any
    waits: int | None
    late: bool


def _line(request: OfficeRequest, row: Appointment, *, may_act: bool) -> Line:
    state, now = State(row.state), request.call.now
    step = NEXT.get(state, "") if may_act else ""
    words = {
        "check_in": _("Check in"),
        "check_out": _("Check out"),
        "appointment": _("Go on"),
        "room": _("Take to room"),
    }
    waits = max(0, minutes_between(row.arrived_at, now)) if state == State.ARRIVED and row.arrived_at else None
    url = reverse(f"frontdesk:{step}", args=[row.uid]) if step else ""
    late = state in EXPECTED and now > row.starts_at + dt.timedelta(minutes=10)
    return Line(
        row, shown_name(request, row.patient), TONES.get(state, ""), state.label, url, words.get(step, ""), waits, late
    )


@screen(GET="appointment.read")
def day(request: OfficeRequest) -> HttpResponse:
    """One day of one site or of all: `?date= &site= &by=list|provider|room|board &q=`. Five queries in every view.

    A search text that means one appointment of the day opens its check-in at once: name, Enter, Enter.
    """
    call = request.call
    when = asked_day(request)
    sites = list(registry.sites(call.today))
    site = asked_site(request, sites)
    rows = selectors.appointments_on(call.subject, when, call.clock.zone, site=site.pk if site else None)
    may_act = holds(call.subject, "appointment.write")
    wanted = request.GET.get("q", "").strip()
    if wanted:
        rows = _matching(request, rows, wanted)
        alone = [row for row in rows if row.state in EXPECTED]
        if len(alone) == 1 and may_act:
            return redirect(reverse("frontdesk:check_in", args=[alone[0].uid]))
    call.read("patient", {row.patient.uid for row in rows})
    by = request.GET.get("by", "list") if request.GET.get("by") in VIEWS else "list"
    page = _page(request, when, sites, site, rows, by, may_act=may_act)
    page["q"] = wanted
    page |= _drawn(request, by, when, site, rows, page["lines"])
    return render(request, f"frontdesk/day_{'grid' if by in ('provider', 'room') else by}.html", page)


def _matching(request: OfficeRequest, rows: list[Appointment], text: str) -> list[Appointment]:
    """Those of the day whose patient the text means. One query for the patients of the day."""
    found = set(
        selectors.patients(request.call.subject)
        .filter(selectors.patient_q(text), pk__in={row.patient_id for row in rows})
        .values_list("pk", flat=True)
    )
    return [row for row in rows if row.patient_id in found]


def _page(
    request: OfficeRequest, when: dt.date, sites: list[Any], site: Any, rows: list[Appointment], by: str, *, may_act: bool
) -> dict[str, Any]:
    """What every view of the day shows: where it stands, the neighbouring days, the other views."""

    def url(**changes: Any) -> str:
        given = {"date": when.isoformat(), "site": site.code if site else "", "by": by, **changes}
        return f"{request.path}?{urlencode({k: v for k, v in given.items() if v})}"

    words = {"list": _("List"), "provider": _("By provider"), "room": _("By room"), "board": _("Board")}
    states = Counter(row.state for row in rows)
    return {
        "when": when,
        "site": site,
        "lines": [_line(request, row, may_act=may_act) for row in rows if row.state != State.CANCELLED or by == "list"],
        "views": [(words[each], url(by=each), each == by) for each in VIEWS],
        "sites": [
            (_("Every site"), url(site=""), site is None),
            *((s.name, url(site=s.code), s == site) for s in sites),
        ],
        "before": url(date=(when - dt.timedelta(days=1)).isoformat()),
        "after": url(date=(when + dt.timedelta(days=1)).isoformat()),
        "today_url": url(date=""),
        "print_url": f"{reverse('frontdesk:schedule')}?{urlencode({'date': when.isoformat(), 'site': site.code if site else ''})}",
        "book_url": f"{reverse('frontdesk:book')}?{urlencode({'day': when.isoformat(), 'site': site.code if site else ''})}",
        "expected": sum(states[s] for s in EXPECTED),
        "here": sum(states[s] for s in HERE),
        "gone": states[State.CHECKED_OUT],
        "missed": states[State.NO_SHOW],
        "may_act": may_act,
        "masked": masks(request.call.subject, "patient.read"),
    }


def _drawn(
    request: OfficeRequest, by: str, when: dt.date, site: Any, rows: list[Appointment], lines: list[Line]
) -> dict[str, Any]:
    if by == "board":
        return {"columns": _board(lines)}
    if by == "list":
        return {}
    by_pk = {line.appointment.pk: line for line in lines}
    live = [row for row in rows if row.state in LIVE]
    hours = people.hours_on(when, site=site.pk if site else None)
    draw = _by_provider if by == "provider" else _by_room
    heads, table = draw(request, when, site, live, hours)
    return {"heads": heads, "table": _links(table, heads, by_pk, when, by), "by": by}


def _span_of(request: OfficeRequest, row: Appointment, column: int) -> Block:
    zone = request.call.clock.zone
    begin = minutes(row.starts_at.astimezone(zone).time())
    return Block(row.pk, column, begin, begin + minutes_between(row.starts_at, row.ends_at))


@dataclass(frozen=True)
class Head:
    """A column: its row's key, the words over it, and what a free cell in it is booked with."""

    pk: int
    name: str
    note: str
    query: dict[str, Any]


def _by_provider(
    request: OfficeRequest, when: dt.date, site: Any, rows: list[Appointment], hours: list[Hours]
) -> tuple[list[Head], list[Row]]:
    names = {row.provider_id: row.provider for row in rows}
    missing = {h.provider for h in hours} - set(names)
    names |= {p.pk: p for p in people.standing_providers(when) if p.pk in missing}
    first = {h.provider: h for h in reversed(hours)}
    order = sorted(names.values(), key=lambda p: (p.party.last_key, p.party.first_key, p.pk))
    heads = []
    for p in order:
        own = first.get(p.pk)
        where = {"site": own.site, "place": own.place or ""} if own else {"site": site.pk if site else ""}
        heads.append(Head(p.pk, str(p), "", {"provider": p.pk, **where}))
    blocks = [_span_of(request, row, row.provider_id) for row in rows]
    spans = [Span(h.provider, minutes(h.starts), minutes(h.ends), h.slot_minutes) for h in hours]
    return heads, day_rows([head.pk for head in heads], blocks, spans)


def _by_room(
    request: OfficeRequest, when: dt.date, site: Any, rows: list[Appointment], hours: list[Hours]
) -> tuple[list[Head], list[Row]]:
    rooms = list(registry.rooms(site, when))
    open_at: dict[int, list[Hours]] = {}
    for each in hours:
        open_at.setdefault(each.site, []).append(each)
    heads = [Head(room.pk, room.name, room.site.name, {"place": room.pk, "site": room.site_id}) for room in rooms]
    spans = []
    for room in rooms:
        own = open_at.get(room.site_id, [])
        if own:
            begin, end = min(minutes(h.starts) for h in own), max(minutes(h.ends) for h in own)
            spans.append(Span(room.pk, begin, end, min(h.slot_minutes for h in own)))
    known = {room.pk for room in rooms}
    blocks = [_span_of(request, row, row.place_id) for row in rows if row.place_id in known]
    return heads, day_rows([head.pk for head in heads], blocks, spans)


def _links(table: list[Row], heads: list[Head], lines: dict[int, Line], when: dt.date, by: str) -> list[dict[str, Any]]:
    """The grid as the template writes it: appointments with their line, free times with the address that books them."""
    by_column = {head.pk: head for head in heads}
    found = []
    for row in table:
        at = clock_time(row.minute) if row.minute < 1440 else dt.time(23, 59)
        cells = []
        for cell in row.cells:
            query = by_column[cell.column].query | {
                "day": when.isoformat(),
                "time": f"{clock_time(cell.minute % 1440):%H:%M}",
            }
            book = (
                f"{reverse('frontdesk:book')}?{urlencode({k: v for k, v in query.items() if v})}" if cell.open else ""
            )
            line = lines.get(cell.ref) if cell.ref is not None else None
            cells.append({"rows": cell.rows, "line": line, "book": book, "head": by_column[cell.column].name})
        found.append({"at": at, "hour": row.minute % 60 == 0, "cells": cells})
    return found


def _board(lines: list[Line]) -> list[dict[str, Any]]:
    """The flow board: one column a stage, the longest wait first."""
    stages = ((_("Expected"), EXPECTED), (_("Waiting"), {State.ARRIVED}), (_("In room"), {State.ROOMED}),
              (_("Seen"), {State.SEEN}), (_("Checked out"), {State.CHECKED_OUT}))  # fmt: skip
    return [
        {
            "name": name,
            "lines": sorted((x for x in lines if x.appointment.state in states), key=lambda x: -(x.waits or 0)),
        }
        for name, states in stages
    ]
