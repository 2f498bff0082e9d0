"""What can be wrong at the front desk. Pure functions over what the selectors give; a person decides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from steward.core.findings import Evidence, Finding, Severity
from steward.frontdesk.states import EXPECTED, HERE, KEPT
from steward.insurance.logic.coverage import Cover, coverage_on
from steward.registry.logic.duplicates import Known, twins


@dataclass(frozen=True, slots=True)
class Promised:
    """An appointment as a check sees it: local day, state, patient, and its provider's first and last day."""

    ref: str
    day: date
    state: str
    patient: int
    provider: str
    provider_since: date | None = None
    provider_until: date | None = None


def never_checked_out(rows: Iterable[Promised], today: date) -> Iterator[Finding]:
    """``never_checked_out``: somebody came on a past day and nobody said that she left; her charges may be missing."""
    for one in rows:
        if one.state in HERE and one.day < today:
            title = _("A patient of %(provider)s checked in on %(day)s and never out") % {
                "provider": one.provider, "day": one.day.isoformat(),
            }  # fmt: skip
            fix = _("Check the visit out and enter its charges, or undo the check-in.")
            yield Finding("never_checked_out", Severity.HIGH, title, (Evidence("appointment", one.ref),), fix=fix)


def never_told(rows: Iterable[Promised], today: date) -> Iterator[Finding]:
    """``appointment_left_open``: a past appointment neither kept nor cancelled nor marked."""
    for one in rows:
        if one.state in EXPECTED and one.day < today:
            title = _("Nobody said how the appointment of %s ended") % one.day.isoformat()
            evidence = (Evidence("appointment", one.ref),)
            fix = _("Mark it as no-show, cancel it, or check it in.")
            yield Finding("appointment_left_open", Severity.MEDIUM, title, evidence, fix=fix)


def without_provider(rows: Iterable[Promised]) -> Iterator[Finding]:
    """``appointment_without_provider``: promised or kept with somebody who did not work here on that day."""
    for one in rows:
        gone = one.provider_until is not None and one.provider_until < one.day
        early = one.provider_since is not None and one.day < one.provider_since
        if (gone or early) and one.state in EXPECTED | KEPT:
            kept = one.state in KEPT
            words = _("%(provider)s did not work here on %(day)s, when a visit was kept") if kept else _(
                "%(provider)s will not work here on %(day)s, and a patient is booked"
            )  # fmt: skip
            title = words % {"provider": one.provider, "day": one.day.isoformat()}
            fix = _("Correct the provider's dates or the visit.") if kept else _("Move it to another provider.")
            severity = Severity.HIGH if kept else Severity.MEDIUM
            yield Finding(
                "appointment_without_provider", severity, title, (Evidence("appointment", one.ref),), fix=fix
            )


def coverage_ends_before_visit(
    rows: Iterable[Promised], covers: Mapping[int, Sequence[Cover]], today: date
) -> Iterator[Finding]:
    """``coverage_ends_before_visit``: a patient who had insurance has none on the day she is booked for.

    ``covers`` maps a patient to all coverages, the voided ones too; who never had any pays herself and is no finding.
    """
    for one in rows:
        own = [cover for cover in covers.get(one.patient, ()) if not cover.voided]
        if one.state not in EXPECTED or one.day < today or not own or coverage_on(own, one.day):
            continue
        ended = [cover.ends_on for cover in own if cover.ends_on and cover.ends_on < one.day]
        if ended:
            title = _("Coverage ended on %(end)s; the appointment is on %(day)s") % {
                "end": max(ended).isoformat(), "day": one.day.isoformat(),
            }  # fmt: skip
            fix = _("Ask the patient for the new card before the visit.")
            evidence = (Evidence("appointment", one.ref),)
            yield Finding("coverage_ends_before_visit", Severity.MEDIUM, title, evidence, fix=fix)


def charts_alike(charts: Sequence[tuple[str, Known]]) -> Iterator[Finding]:
    """``two_charts_one_person``: two standing charts that are likely one person. ``charts`` are (chart number, known).

    Only people who share a birth date, a phone, an e-mail or a tax number are compared: the others cannot be strong twins.
    """
    number = {known.ref: chart for chart, known in charts}
    told: set[tuple[int, int]] = set()
    for group in _blocks(known for _chart, known in charts):
        for n, new in enumerate(group):
            for twin in twins(new, group[n + 1 :]):
                pair = (min(new.ref or 0, twin.known.ref or 0), max(new.ref or 0, twin.known.ref or 0))
                if twin.strong and pair not in told:
                    told.add(pair)
                    yield _alike(number[new.ref], number[twin.known.ref], twin.likeness)


def _blocks(known: Iterable[Known]) -> Iterator[list[Known]]:
    blocks: dict[object, list[Known]] = defaultdict(list)
    for one in known:
        keys = {("born", one.birth_date)} if one.birth_date else set()
        keys |= {("phone", each) for each in one.phones}  # type: ignore[misc]
        keys |= {("mail", each) for each in one.emails}  # type: ignore[misc]
        keys |= {("tax", one.tax_index)} if one.tax_index else set()  # type: ignore[arg-type]
        for key in keys:
            blocks[key].append(one)
    return (group for group in blocks.values() if len(group) > 1)


def _alike(one: str, other: str, likeness: int) -> Finding:
    first, second = sorted((one, other))
    title = _("Charts %(one)s and %(other)s are likely one person") % {"one": first, "other": second}
    fix = _("Compare both; end the one that was opened twice.")
    sure = min(1_000_000, max(1, likeness * 10_000))
    return Finding(
        "two_charts_one_person", Severity.MEDIUM, title, (Evidence("chart", first), Evidence("chart", second)),
        confidence_ppm=sure, fix=fix,
    )  # fmt: skip
