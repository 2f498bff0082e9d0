"""Forty hostile texts in every place of an address: told as 400, never a 5xx, never a row more."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import BadRequest
from django.test import Client, RequestFactory
from django.urls import resolve

from steward.api.lists import LISTS, path_of
from steward.core.listing import Choice, DateRange, Flag, MoneyRange, ScopedList
from tests.desk.test_thief import client_for
from tests.desk.world import World

pytestmark = pytest.mark.django_db

PAYLOADS = (
    "name;DROP TABLE core_user", "-1 OR 1=1", "' OR '1'='1", '" OR ""="', "1) UNION SELECT username FROM core_user--",
    "name,(SELECT 1)", "id desc, pg_sleep(5)", "sleep(5)#", "1; SELECT pg_sleep(5)--", "party__user__password",
    "patient__party__tax_id", "user__token_sha256", "__class__", "pk__in", "-", "--", "?", "*", "(", "))",
    "../../etc/passwd", "..\\..\\boot.ini", "file:///etc/passwd", "http://169.254.169.254/", "\x00", "a\x00b", "\r\nSet-Cookie: x=1",
    "<script>alert(1)</script>", "{{7*7}}", "${7*7}", "%s%s%s%n", "%00", "%27", "\u202eabc", "\ufeff", "\ud7ff\U0010ffff",
    "9" * 400, "-9" * 200, "a" * 5000, "[]", "{}",
)  # fmt: skip


def test_there_are_forty_of_them() -> None:
    assert len(set(PAYLOADS)) >= 40


def closed_parameters(each: ScopedList) -> list[str]:
    """Parameters that take only what they know: all but free text."""
    closed = [f.params for f in each.listing.filters if isinstance(f, Choice | DateRange | Flag | MoneyRange)]
    return ["sort", "after", "limit", "before", "export", *(param for params in closed for param in params)]


def refused(answer: Any) -> bool:
    return (
        answer.status_code == 400
        and answer.json()["refused"][0]["code"] == "bad_request"
        and bool(answer.json()["reference"])
    )


@pytest.fixture
def client(world: World, settings: Any) -> Client:
    settings.STEWARD_API_PER_MINUTE = settings.STEWARD_API_PATIENT_ROWS_PER_HOUR = 1_000_000
    return client_for(world, "administrator")


def stops(world: World, path: str, parameter: str, payload: str) -> bool:
    """Whether the view itself refuses, without the way to it: the middleware makes a 400 of every BadRequest."""
    request = RequestFactory().get(path, {parameter: payload})
    request.call = world.office.call("administrator")
    try:
        resolve(path).func(request)
    except BadRequest:
        return True
    return False


def test_no_payload_passes_as_order_cursor_size_or_filter(client: Client, world: World) -> None:
    """Orders and cursors meet all of them, each other parameter a third; each parameter meets one through the whole web layer."""
    turn = 0
    for each in LISTS:
        path = f"/api/{path_of(each)}"
        for n, parameter in enumerate(closed_parameters(each)):
            turn += 1
            payload = PAYLOADS[turn % len(PAYLOADS)]
            assert refused(client.get(path, {parameter: payload})), (path, parameter, payload[:60])
            for payload in PAYLOADS if n < 2 else PAYLOADS[n % 3 :: 3]:
                assert stops(world, path, parameter, payload), (path, parameter, payload[:60])


def test_no_payload_passes_as_the_name_of_a_filter(client: Client, world: World) -> None:
    for turn, each in enumerate(LISTS):
        path = f"/api/{path_of(each)}"
        assert refused(client.get(path, {PAYLOADS[turn % len(PAYLOADS)]: "1"})), path
        for payload in PAYLOADS:
            assert stops(world, path, payload, "1"), (path, payload[:60])


def test_a_payload_as_text_finds_nothing_more(client: Client) -> None:
    """Free text is looked for as it is: what it finds is in the list without it."""
    for each in LISTS:
        path = f"/api/{path_of(each)}"
        every = {str(row) for row in client.get(path, {"limit": 200}).json()["rows"]}
        for part in each.listing.filters:
            if isinstance(part, Choice | DateRange | Flag | MoneyRange):
                continue
            for payload in PAYLOADS:
                answer = client.get(path, {part.name: payload, "limit": 200})
                assert answer.status_code == 200, (path, part.name, payload[:60])
                if each.listing.name != "core.audit":  # each look adds to it
                    assert {str(row) for row in answer.json()["rows"]} <= every, (path, payload[:60])


def test_the_other_addresses_take_no_payload(client: Client) -> None:
    for payload in PAYLOADS:
        for path in ("books/trial-balance", "bank/cash"):
            assert refused(client.get(f"/api/{path}", {"as_of": payload})), payload[:60]
            assert refused(client.get(f"/api/{path}", {payload: "x"})), payload[:60]
        basis = client.get("/api/books/trial-balance", {"basis": payload})
        assert basis.status_code == 422 and basis.json()["refused"][0]["code"] == "basis", payload[:60]
