"""Today and the roof's own screens: who sees what, in how many queries."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from steward.core.access.policy import role_names
from steward.insurance.models import Coverage
from tests.desk.world import build
from tests.support import Office, signed_in

WORKFORCE = [r for r in role_names() if r not in ("patient", "vendor")]


@pytest.mark.parametrize("role", WORKFORCE)
def test_today_opens_for_everybody_who_works_here_in_at_most_twelve_queries(office: Office, role: str) -> None:
    client = signed_in(role)
    client.get("/")  # the first request of a session writes it
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = client.get("/")
    assert response.status_code == 200
    assert b"<main" in response.content
    assert len(queries) <= 12, "\n".join(q["sql"][:160] for q in queries)


@pytest.mark.parametrize("role", ["patient", "vendor"])
def test_today_is_closed_to_outsiders(office: Office, role: str) -> None:
    assert signed_in(role).get("/").status_code == 403


def test_an_unknown_trace_is_not_found(office: Office) -> None:
    client = signed_in("bookkeeper")
    for path in ("/trace/claim/NO-SUCH/", "/trace/entry/999999/", "/trace/receipt/not-a-uid/", "/trace/nonsense/1/"):
        assert client.get(path).status_code == 404


def test_the_front_desk_may_not_trace(office: Office) -> None:
    assert signed_in("frontdesk").get("/trace/").status_code == 403


def test_a_visit_of_today_without_coverage_is_said_and_listed(db: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEWARD_NOW", "2026-11-23T12:00:00-05:00")  # pages are of the day of the world that is built
    world = build()
    client = signed_in("frontdesk")
    without = client.get("/").content.decode()
    Coverage.objects.filter(patient=world.patients[0].party).update(voided_on=world.office.today, void_reason="ended")
    page = client.get("/").content.decode()
    assert "has no coverage" not in without and "1 visit of today has no coverage" in page
    assert "No coverage on file" in client.get("/insurance/eligibility/").content.decode()
