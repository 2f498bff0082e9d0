"""Sessions: how long they last, what ends them, what they remember."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from steward.core.access import services
from steward.core.access.models import User
from steward.core.clock import system_clock
from steward.core.signin import proofs
from tests.core.signin.hands import ME, PHRASE, acts, age, arm, code, sign_in
from tests.support import NOON, Office, signed_in

pytestmark = pytest.mark.django_db


def test_idle_session_ends_and_returns_to_the_same_place_with_its_query(client: Client, ana: User) -> None:
    secret = arm(ana)
    sign_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code(secret)})
    age(client, seen_at=timedelta(minutes=10, seconds=1))
    answer = client.get("/search?q=garcia&skip_timeout_reset=1")
    assert answer["Location"] == "/sign-in/login/?locked=1"  # no name in the address
    assert "_auth_user_id" not in client.session
    sign_in(client)
    back = client.post(reverse("mfa_authenticate"), {"code": code(secret, 1)})
    assert back["Location"] == "/search?q=garcia&skip_timeout_reset=1"


@pytest.mark.parametrize("query", ["skip_timeout_reset=1", "keepalive=1", "next=/", "_=1"])
@pytest.mark.parametrize("path", ["/search", "/welcome/awake/", "/sign-in/2fa/"])
def test_nothing_revives_an_idle_session(path: str, query: str, office: Office) -> None:
    client = signed_in("frontdesk")
    age(client, seen_at=timedelta(minutes=11))
    answer = client.post(f"{path}?{query}") if "awake" in path else client.get(f"{path}?{query}")
    assert answer.status_code == 302 and answer["Location"].startswith("/sign-in/login/")
    assert "_auth_user_id" not in client.session


def test_others_have_fifteen_minutes_and_nobody_twelve_hours(office: Office) -> None:
    client = signed_in("biller")
    age(client, seen_at=timedelta(minutes=14))
    assert client.get(ME).status_code == 200
    age(client, seen_at=timedelta(minutes=16))
    assert client.get("/search").status_code == 302
    client = signed_in("biller")
    age(client, started_at=timedelta(hours=12, seconds=1))
    assert client.get("/search").status_code == 302


def test_polls_do_not_keep_a_session_alive(office: Office) -> None:
    client = signed_in("biller")
    age(client, seen_at=timedelta(minutes=5))
    before = client.session[proofs.SEEN]
    client.get("/jobs/progress/6f6b7c1e-0000-4000-8000-000000000000")
    assert client.session[proofs.SEEN] == before
    client.post("/welcome/awake/")
    assert client.session[proofs.SEEN] > before


def test_a_leaver_is_out_at_the_next_request(office: Office) -> None:
    client = signed_in("biller")
    assert client.get(ME).status_code == 200
    services.end_user(office.call("administrator"), user=office.user("biller"))
    assert client.get("/search")["Location"].startswith("/sign-in/login/")
    assert not Session.objects.filter(session_key=client.cookies["steward"].value).exists()


def test_an_end_set_for_later_takes_effect_without_anybody_doing_anything(office: Office) -> None:
    client = signed_in("biller")
    user = office.user("biller")
    User.objects.filter(pk=user.pk).update(ended_at=system_clock().now() + timedelta(seconds=30))
    assert client.get(ME).status_code == 200
    User.objects.filter(pk=user.pk).update(ended_at=system_clock().now() - timedelta(seconds=1))
    assert client.get("/search").status_code == 302


def test_lock_ends_the_session_and_returns(client: Client, ana: User) -> None:
    secret = arm(ana)
    sign_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code(secret)})
    assert client.post(reverse("signin:lock"), {"next": "/search?q=x"})["Location"] == "/sign-in/login/?locked=1"
    assert client.get("/search").status_code == 302
    sign_in(client)
    assert client.post(reverse("mfa_authenticate"), {"code": code(secret, 1)})["Location"] == "/search?q=x"


def test_anonymous_visits_make_no_sessions(client: Client, db: Any) -> None:
    for path in ("/search?q=x", "/welcome/lock/?next=/x", "/sign-in/login/", "/welcome/link/nonsense/"):
        client.get(path)
    assert Session.objects.count() == 0


def test_signing_out_leaves_nothing_in_the_browser(office: Office) -> None:
    client = signed_in("biller")
    assert client.get(ME)["Cache-Control"] == "no-store"
    answer = client.post("/sign-in/logout/")
    assert answer["Clear-Site-Data"] == '"cache"'
    assert acts("signin.sign_out") == 1


def test_changing_the_passphrase_ends_the_other_sessions(client: Client, ana: User) -> None:
    secret = arm(ana)
    sign_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code(secret)})
    other = Client()
    sign_in(other)
    other.post(reverse("mfa_authenticate"), {"code": code(secret, 1)})
    assert other.get(ME).status_code == 200
    new = "velvet crate 77 piano orchard"
    answer = client.post(
        reverse("account_change_password"), {"oldpassword": PHRASE, "password1": new, "password2": new}
    )
    assert answer.status_code == 302
    assert client.get(ME).status_code == 200
    assert other.get("/search").status_code == 302
    assert acts("signin.set_passphrase") == 1


def test_language_is_kept_for_the_person(office: Office) -> None:
    client = signed_in("biller")
    client.post(reverse("signin:language"), {"language": "es", "next": "https://evil.test/"})
    assert User.objects.get(pk=office.user("biller").pk).language == "es"
    assert client.post(reverse("signin:language"), {"language": "xx"}).status_code == 302
    assert User.objects.get(pk=office.user("biller").pk).language == "es"


def test_sessions_past_their_time_are_forgotten(office: Office) -> None:
    from steward.core.signin.tasks import forget_sessions

    old, young = signed_in("biller"), signed_in("frontdesk")
    Session.objects.filter(session_key=old.cookies["steward"].value).update(expire_date=NOON - timedelta(days=1))
    assert forget_sessions(office.system()) == 1
    assert list(Session.objects.values_list("session_key", flat=True)) == [young.cookies["steward"].value]


def test_pages_know_when_the_session_would_end(office: Office) -> None:
    def told(role: str) -> str:
        found = re.search(r'data-idle="(\d+)"', signed_in(role).get("/sign-in/2fa/").content.decode())
        return found[1] if found else ""

    assert (told("frontdesk"), told("biller")) == ("600", "900")
    assert "data-idle" not in Client().get("/sign-in/login/").content.decode()
