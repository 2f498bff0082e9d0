"""What guessing and flooding meet: counters, addresses, and what is not kept."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from steward.core.access.models import User
from steward.core.audit.models import AuditRow
from tests.core.signin.hands import acts, arm, code, sign_in

pytestmark = pytest.mark.django_db


def test_wrong_passphrases_are_bounded_and_audited(ana: User) -> None:
    for n in range(8):
        Client(REMOTE_ADDR=f"10.0.0.{n}").post(
            "/sign-in/login/", {"login": "ana", "password": f"wrong wrong wrong {n}"}
        )
    assert acts("signin.sign_in", "deny") == 5  # then the counter refuses without asking
    client = Client(REMOTE_ADDR="10.9.9.9")
    assert sign_in(client).status_code == 200
    assert "_auth_user_id" not in client.session


def test_several_host_names_share_one_counter(ana: User) -> None:
    for host in ("localhost", "127.0.0.1", "testserver") * 3:
        Client(HTTP_HOST=host, REMOTE_ADDR="10.1.1.1").post(
            "/sign-in/login/", {"login": "ana", "password": "wrong wrong wrong"}
        )
    assert acts("signin.sign_in", "deny") == 5


def test_what_was_typed_is_not_kept(ana: User) -> None:
    Client().post("/sign-in/login/", {"login": "my secret phrase typed here", "password": "x" * 20})
    row = AuditRow.objects.get(action="signin.sign_in")
    assert "secret phrase" not in str(row.__dict__)


def test_a_flood_of_unknown_names_fills_nothing(settings: Any) -> None:
    from django.core.cache import caches

    store = caches["default"]
    store._max_entries = 200
    try:
        for n in range(1000):
            store.set(f"allauth:rl:{n}", [float(n)], 300)
        assert len(store) <= 200
    finally:
        store._max_entries = 10_000


def test_confirming_is_bounded(client: Client, ana: User) -> None:
    secret = arm(ana)
    sign_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code(secret)})
    answers = [client.post(reverse("signin:step_up"), {"proof": f"wrong wrong {n}"}).status_code for n in range(12)]
    assert answers[-1] == 429


@pytest.mark.parametrize(
    ("proxied", "forwarded", "address"),
    [
        (False, "1.2.3.4", "127.0.0.1"),
        (False, "", "127.0.0.1"),
        (True, "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        (True, "", ""),
    ],
)
def test_nobody_chooses_his_own_address(settings: Any, proxied: bool, forwarded: str, address: str) -> None:
    from django.test import RequestFactory

    from steward.core.access.address import address_of, from_this_machine

    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if proxied else None
    request = RequestFactory().get("/", HTTP_X_FORWARDED_FOR=forwarded)
    assert address_of(request) == address
    assert from_this_machine(request) is (address == "127.0.0.1")


def test_counters_are_one_for_all_processes_and_forget_in_time(tmp_path: Any) -> None:
    from steward.core.signin.counters import Counters

    here, there = (Counters(str(tmp_path / "c.sqlite3"), {"OPTIONS": {"MAX_ENTRIES": 5}}) for _ in range(2))
    assert here.add("code", "y", 30) and not there.add("code", "y", 30)
    assert (
        there.get("code") == "y"
        and there.touch("code", 60)
        and there.delete("code")
        and here.get("code", "gone") == "gone"
    )
    here.set("short", [1.5], 0)
    assert there.get("short") is None and there.add("short", [2.5], None) and here.get("short") == [2.5]
    for n in range(30):
        here.set(f"k{n}", n, 60)
    assert len(there) <= 5 and there.get("k29") == 29
    assert (tmp_path / "c.sqlite3").stat().st_mode & 0o077 == 0
    assert b"k29" not in (tmp_path / "c.sqlite3").read_bytes()
    here.clear()
    assert len(there) == 0
