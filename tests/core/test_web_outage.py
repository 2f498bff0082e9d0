"""The database is gone: whatever the place in the request, the person reads 503 and what to do."""

from __future__ import annotations

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError
from django.test import Client

from tests.support import signed_in


@pytest.mark.parametrize("verb", ["load", "save"])
def test_a_database_lost_around_the_view_is_told_as_such(db, monkeypatch, verb: str) -> None:
    client = signed_in("frontdesk", Client(raise_request_exception=False))
    session = client.session
    del session["seen_at"]  # so that the request has something to save
    session.save()

    def gone(*_args: object, **_more: object) -> None:
        raise OperationalError("terminating connection due to administrator command")

    monkeypatch.setattr(SessionStore, verb, gone)
    answer = client.get("/")
    text = answer.content.decode()
    assert answer.status_code == 503 and "Nothing was half done" in text and "Wait a minute and repeat" in text


def test_what_is_no_outage_stays_our_fault(db, monkeypatch) -> None:
    client = signed_in("frontdesk", Client(raise_request_exception=False))
    monkeypatch.setattr(SessionStore, "load", lambda _store: 1 / 0)
    answer = client.get("/")
    assert answer.status_code == 500 and "This is our fault" in answer.content.decode()
