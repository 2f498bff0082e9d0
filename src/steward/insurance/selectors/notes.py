"""What the desk should know of insurance when it books a patient for a day: said in a line, with its tone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from steward.core.access.decide import Subject
from steward.core.access.policy import holds, masks
from steward.insurance.logic import exceptions as logic
from steward.insurance.logic.grants import (
    NOTHING,
    USABLE,
    GrantState,
    GrantTerms,
    Used,
    state_on,
    units_left,
    visits_left,
)
from steward.insurance.models import Coverage, EligibilityCheck, Grant
from steward.insurance.selectors.coverage import covering
from steward.insurance.selectors.eligibility import _asked, _of_coverages
from steward.insurance.selectors.grants import grant_terms


@dataclass(frozen=True)
class DayNote:
    """One line; ``tone`` good, warn or bad."""

    tone: str
    words: str


#: Says what charges took of grants, by (patient's party, number); billing knows it, its caller brings it.
Counting = Callable[[Iterable[tuple[int, str]]], Mapping[tuple[int, str], Used]]


def _nothing(_numbers: Iterable[tuple[int, str]]) -> Mapping[tuple[int, str], Used]:
    return {}


def day_notes(subject: Subject, patient: int, day: date, used: Counting = _nothing) -> list[DayNote]:
    """For a patient (a party's key) and a day of service: no coverage, a coverage payers do not find active, referrals and
    authorisations that hold, are used up, run out before, or are not granted yet. Nothing for who may not read coverage in
    full. Three queries, and what ``used`` asks when there are grants with a limit."""
    if not holds(subject, "coverage.read") or masks(subject, "coverage.read"):
        return []
    covers = covering(patient, day)
    notes = [] if covers else [_note("warn", _("No coverage holds on that day: self-pay, with a good-faith estimate."))]
    rows = {row.pk: row for row in _of_coverages([row.pk for row in covers], day, day)} if covers else {}
    notes += [note for cover in covers if (note := _of_cover(cover, rows, day))]
    rows_of = _grants_of(patient, {cover.plan.payer_id for cover in covers})
    taken = _taken(rows_of, used)
    return notes + [note for row in rows_of if (note := _of_grant(row, day, taken.get((patient, row.number), NOTHING)))]


def grant_gaps(subject: Subject, patient: int, day: date, used: Counting = _nothing) -> list[DayNote]:
    """Why a visit of that day would rest on no referral or authorisation although the payer works with them: for each payer
    that covers the day and each kind the patient has, nothing usable. Two queries, and what ``used`` asks."""
    if not holds(subject, "coverage.read") or masks(subject, "coverage.read"):
        return []
    rows = _grants_of(patient, {cover.plan.payer_id for cover in covering(patient, day)})
    taken = _taken(rows, used)
    kinds: dict[tuple[int, str], list[Grant]] = {}
    for row in rows:
        kinds.setdefault((row.payer_id, row.kind), []).append(row)
    found: list[DayNote] = []
    for own in kinds.values():
        states = {row.pk: state_on(grant_terms(row), day, taken.get((patient, row.number), NOTHING)) for row in own}
        if not USABLE & set(states.values()):
            found += [note for row in own if (note := _of_grant(row, day, taken.get((patient, row.number), NOTHING)))][-1:]
    return found


def _grants_of(patient: int, payers: AbstractSet[int]) -> list[Grant]:
    rows = Grant.objects.filter(patient=patient, withdrawn_on=None, payer__in=payers).select_related("payer")
    return list(rows.order_by(F("ends_on").asc(nulls_last=True), "id")) if payers else []


def _taken(rows: Iterable[Grant], used: Counting) -> Mapping[tuple[int, str], Used]:
    limited = [(row.patient_id, row.number) for row in rows if row.number and (row.units_allowed or row.visits_allowed)]
    return used(limited) if limited else {}


def _note(tone: str, words: str, **values: Any) -> DayNote:
    return DayNote(tone, words % values if values else words)


def _of_cover(cover: Coverage, rows: dict[int, EligibilityCheck], day: date) -> DayNote | None:
    found = logic.latest(map(_asked, rows.values()), cover.pk, day)
    if found is None or found.answer == "active":
        return None
    if found.answer == "inactive":
        return _note("bad", _("%(payer)s says the coverage is not active on that day."), payer=cover.plan.payer.name)
    if not found.answer:
        return _note("warn", _("%(payer)s was asked and has not answered yet."), payer=cover.plan.payer.name)
    return _note("warn", _("%(payer)s would not say whether the coverage is active."), payer=cover.plan.payer.name)


def _of_grant(row: Grant, day: date, used: Used) -> DayNote | None:
    terms, what = grant_terms(row), row.get_kind_display()
    state = state_on(terms, day, used)
    if state in USABLE:
        until = row.ends_on.isoformat() if row.ends_on else _("without end")
        words = _("%(what)s %(number)s holds, until %(day)s%(left)s.")
        return _note("good", words, what=what, number=row.number, day=until, left=_left(terms, used))
    if state is GrantState.USED_UP:
        return _note("bad", _("%(what)s %(number)s is used up."), what=what, number=row.number)
    if state is GrantState.EXPIRED:
        if row.ends_on is None or (day - row.ends_on).days > 90:
            return None
        return _note("bad", _("%(what)s %(number)s ends before that day."), what=what, number=row.number)
    if state is GrantState.NOT_YET:
        return _note("warn", _("%(what)s %(number)s begins after that day."), what=what, number=row.number)
    if state is GrantState.DENIED:
        return _note("bad", _("%(what)s was denied."), what=what)
    return _note("warn", _("%(what)s was asked for and is not granted yet."), what=what)


def _left(terms: GrantTerms, used: Used) -> str:
    found = []
    if (visits := visits_left(terms, used)) is not None:
        found.append(ngettext("%d visit left", "%d visits left", visits) % visits)
    if (units := units_left(terms, used)) is not None:
        found.append(ngettext("%d unit left", "%d units left", units) % units)
    return "".join(f", {each}" for each in found)
