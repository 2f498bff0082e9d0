"""What the desk should know of insurance when it books a patient for a day: said in a line, with its tone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from steward.core.access.decide import Subject
from steward.core.access.policy import holds, masks
from steward.insurance.logic import exceptions as logic
from steward.insurance.logic.grants import USABLE, GrantState, state_on
from steward.insurance.models import Coverage, EligibilityCheck, Grant
from steward.insurance.selectors.coverage import covering
from steward.insurance.selectors.eligibility import _asked, _of_coverages
from steward.insurance.selectors.grants import grant_terms


@dataclass(frozen=True)
class DayNote:
    """One line; ``tone`` good, warn or bad."""

    tone: str
    words: str


def day_notes(subject: Subject, patient: int, day: date) -> list[DayNote]:
    """For a patient (a party's key) and a day of service: no coverage, a coverage payers do not find active, referrals and
    authorisations that hold, run out before, or are not granted yet. Nothing for who may not read coverage in full.
    Three queries."""
    if not holds(subject, "coverage.read") or masks(subject, "coverage.read"):
        return []
    covers = covering(patient, day)
    notes = [] if covers else [_note("warn", _("No coverage holds on that day: self-pay, with a good-faith estimate."))]
    rows = {row.pk: row for row in _of_coverages([row.pk for row in covers], day, day)} if covers else {}
    notes += [note for cover in covers if (note := _of_cover(cover, rows, day))]
    asked = Grant.objects.filter(patient=patient, withdrawn_on=None).select_related("payer")
    asked = asked.order_by(F("ends_on").asc(nulls_last=True), "id")
    payers = {cover.plan.payer_id for cover in covers}
    return notes + [note for row in asked if row.payer_id in payers and (note := _of_grant(row, day))]


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


def _of_grant(row: Grant, day: date) -> DayNote | None:
    state, what = state_on(grant_terms(row), day), row.get_kind_display()
    if state in USABLE:
        until = row.ends_on.isoformat() if row.ends_on else _("without end")
        return _note("good", _("%(what)s %(number)s holds, until %(day)s."), what=what, number=row.number, day=until)
    if state is GrantState.EXPIRED:
        if row.ends_on is None or (day - row.ends_on).days > 90:
            return None
        return _note("bad", _("%(what)s %(number)s ends before that day."), what=what, number=row.number)
    if state is GrantState.NOT_YET:
        return _note("warn", _("%(what)s %(number)s begins after that day."), what=what, number=row.number)
    if state is GrantState.DENIED:
        return _note("bad", _("%(what)s was denied."), what=what)
    return _note("warn", _("%(what)s was asked for and is not granted yet."), what=what)
