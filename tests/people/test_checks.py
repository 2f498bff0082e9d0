"""Each check of people finds its planted error and leaves the legitimate twin alone."""

from __future__ import annotations

import datetime as dt

from steward.core.access.models import User
from steward.people import selectors
from steward.people.checks import Login, hours_after_the_end, login_of_somebody_gone, sessions_overlap
from steward.people.logic.sessions import Hours
from steward.people.models import Employee
from steward.people.services import create_employee
from steward.people.types import EmployeeData
from steward.registry.services import link_user
from steward.registry.types import PersonData
from tests.support import Office

TODAY = dt.date(2026, 11, 23)
MORNING = Hours(1, 1, None, dt.time(8), dt.time(12), 20, weekday=0, starts_on=dt.date(2026, 1, 1))


def hours(**more: object) -> Hours:
    from dataclasses import replace

    return replace(MORNING, **more)  # type: ignore[arg-type]


def test_hours_that_overlap_are_told_once() -> None:
    rows = [
        ("a", MORNING),
        ("b", hours(starts=dt.time(11), ends=dt.time(15))),
        ("c", hours(starts=dt.time(12), ends=dt.time(15), weekday=1)),
        ("d", hours(provider=2)),
        ("e", hours(starts=dt.time(15), ends=dt.time(17))),
    ]
    found = list(sessions_overlap(rows))
    assert [[one.ref for one in each.evidence] for each in found] == [["a", "b"]]
    assert found[0].fix and "08:00" in found[0].title


def test_who_left_signs_in_no_more() -> None:
    rows = [
        Login("gone", "Ann", dt.date(2026, 11, 20), True),
        Login("last-day", "Ben", TODAY, True),
        Login("ended", "Cy", dt.date(2026, 11, 20), False),
        Login("here", "Di", None, True),
    ]
    assert [one.evidence[0].ref for one in login_of_somebody_gone(rows, TODAY)] == ["gone"]


def test_hours_after_the_providers_last_day() -> None:
    gone = dt.date(2026, 10, 31)
    rows = [
        ("runs-on", MORNING, gone),
        ("ended", hours(ends_on=gone), gone),
        ("stays", MORNING, None),
    ]
    assert [one.evidence[0].ref for one in hours_after_the_end(rows)] == ["runs-on"]


def test_what_stands_in_the_database(office: Office) -> None:
    boss = office.call("administrator")
    data = EmployeeData("Nurse", office.entity.pk, dt.date(2025, 1, 1), office.site.pk)
    row = create_employee(boss, data=data, person=PersonData("Reed", "Ann"))
    user = User.objects.create(username="ann", name="Ann Reed", created_at=office.now)
    link_user(boss, party=row.party, user=user)
    assert selectors.findings(TODAY) == []
    Employee.objects.filter(pk=row.pk).update(ended_on=dt.date(2026, 11, 1))  # an end nobody carried over to the login
    found = selectors.findings(TODAY)
    assert [(one.check, one.evidence[0].ref) for one in found] == [("login_of_ended_person", str(user.uid))]
