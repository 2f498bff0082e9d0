"""Each check of the front desk finds its planted error and leaves the legitimate twin alone."""

from __future__ import annotations

import datetime as dt

import pytest

from steward.frontdesk import selectors, services
from steward.frontdesk.checks import (
    Promised,
    charts_alike,
    coverage_ends_before_visit,
    never_checked_out,
    never_told,
    without_provider,
)
from steward.frontdesk.models import Appointment
from steward.insurance.logic.coverage import Cover
from steward.people.models import Provider
from steward.registry.logic.duplicates import Known
from tests.support import ZONE, Office

from .conftest import TODAY, Desk, open_desk

YESTERDAY, NEXT = TODAY - dt.timedelta(days=1), TODAY + dt.timedelta(days=7)


@pytest.fixture
def small(office: Office) -> Desk:
    return open_desk(office)


def promised(ref: str, day: dt.date, state: str = "booked", patient: int = 1, **more: dt.date) -> Promised:
    return Promised(ref, day, state, patient, "Wells, MD", **more)


def refs(found: object) -> list[str]:
    return [one.evidence[0].ref for one in found]  # type: ignore[attr-defined]


def test_checked_in_and_never_out() -> None:
    rows = [promised("in", YESTERDAY, "roomed"), promised("today", TODAY, "roomed"), promised("out", YESTERDAY, "checked_out")]
    assert refs(never_checked_out(rows, TODAY)) == ["in"]


def test_nobody_said_how_it_ended() -> None:
    rows = [promised("open", YESTERDAY), promised("today", TODAY), promised("no", YESTERDAY, "no_show")]
    assert refs(never_told(rows, TODAY)) == ["open"]


def test_a_provider_who_is_not_there() -> None:
    rows = [
        promised("gone", NEXT, provider_until=TODAY),
        promised("last", TODAY, provider_until=TODAY),
        promised("early", YESTERDAY, "checked_out", provider_since=TODAY),
        promised("off", NEXT, "cancelled", provider_until=TODAY),
    ]
    found = list(without_provider(rows))
    assert refs(found) == ["gone", "early"]
    assert [one.severity.value for one in found] == ["medium", "high"]


def test_coverage_that_ends_before_the_visit() -> None:
    begin = dt.date(2026, 1, 1)
    rows = [promised("ends", NEXT, patient=1), promised("runs", NEXT, patient=2), promised("self", NEXT, patient=3),
            promised("renewed", NEXT, patient=4), promised("past", YESTERDAY, patient=1)]  # fmt: skip
    covers = {
        1: [Cover(1, 1, begin, TODAY)],
        2: [Cover(2, 1, begin)],
        4: [Cover(3, 1, begin, TODAY), Cover(4, 1, TODAY + dt.timedelta(days=1))],
    }
    assert refs(coverage_ends_before_visit(rows, covers, TODAY)) == ["ends"]


def test_two_charts_one_person() -> None:
    born = dt.date(1980, 3, 4)
    phone = frozenset({"8455550100"})
    charts = [
        ("P1", Known(1, "Jon Smith", born, phone)),
        ("P2", Known(2, "John Smith", born, phone)),
        ("P3", Known(3, "Mary Smith", dt.date(1982, 1, 1), phone)),  # one phone, a family
        ("P4", Known(4, "Eva Quill", born)),  # one birthday, another name
    ]
    found = list(charts_alike(charts))
    assert [[one.ref for one in each.evidence] for each in found] == [["P1", "P2"]]


def test_what_stands_in_the_database(small: Desk) -> None:
    row = small.book(small.patient(), 14)
    assert selectors.findings(TODAY, ZONE) == []
    services.check_in(small.call(), appointment=row)
    assert [one.check for one in selectors.findings(NEXT, ZONE)] == ["never_checked_out"]
    other = small.book(small.patient("Quill", "Zoe", birth_date=dt.date(1990, 1, 1)), 15, day=NEXT)
    Provider.objects.filter(pk=other.provider_id).update(ended_on=TODAY)
    assert [one.check for one in selectors.findings(TODAY, ZONE)] == ["appointment_without_provider"]
    small.patient("Ortiz", "Anna")
    assert "two_charts_one_person" in {one.check for one in selectors.findings(TODAY, ZONE)}
    assert Appointment.objects.count() == 2


def test_the_number_of_queries_does_not_grow(small: Desk, django_assert_max_num_queries) -> None:
    for n in range(4):
        small.book(small.patient(f"Reed{n}", "Ann", birth_date=dt.date(1980, 1, n + 1)), 9 + n, day=NEXT)
    with django_assert_max_num_queries(6):
        selectors.findings(TODAY, ZONE)
