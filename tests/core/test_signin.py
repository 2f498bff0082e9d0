"""Signing in as people do it: passphrase, codes, links, confirming, being locked out."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from steward.core.access import services
from steward.core.access.models import SignInLink, User
from steward.core.audit.models import AuditRow
from steward.core.service import system_call
from steward.core.signin import proofs
from tests.core.ground import bare_office
from tests.support import NOON, Office, make_user, signed_in

PHRASE = "otter lamp quilt meadow 19"
ME = "/sign-in/2fa/"  # a page that asks for nothing but a session
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_counters() -> None:
    cache.clear()


@pytest.fixture
def office(db: Any) -> Office:
    return bare_office()


@pytest.fixture
def ana() -> User:
    """A front desk person with passphrase and no second factor yet."""
    user = make_user("frontdesk", "ana")
    user.set_password(PHRASE)
    user.save()
    return user


def arm(user: User) -> str:
    """Give the user an authenticator app; its secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def code(secret: str, step: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step))


def sign_in(client: Client, name: str = "ana", phrase: str = PHRASE, **extra: Any) -> Any:
    return client.post("/sign-in/login/", {"login": name, "password": phrase, **extra})


def age(client: Client, **ages: timedelta) -> None:
    """Make stamps of the session older."""
    session = client.session
    for name, by in ages.items():
        session[name] = (datetime.now(UTC) - by).isoformat()
    session.save()


def acts(action: str, decision: str = "allow") -> int:
    return AuditRow.objects.filter(action=action, decision=decision).count()


def test_nobody_signs_up(client: Client) -> None:
    assert client.get("/sign-in/signup/").status_code in (302, 403)
    client.post("/sign-in/signup/", {"username": "eve", "password1": PHRASE, "password2": PHRASE})
    assert not User.objects.filter(username="eve").exists()


@pytest.mark.parametrize(
    "name", ["email/", "password/reset/", "confirm-email/", "password/reset/key/1-set-password/", "login/code/confirm/"]
)
def test_allauth_pages_we_do_not_use_stay_closed_even_signed_in(name: str, office: Office) -> None:
    client = signed_in("administrator")
    assert client.get(f"/sign-in/{name}").status_code == 403
    assert Client().get(f"/sign-in/{name}").status_code == 302


def test_passphrase_alone_opens_nothing_but_setting_up_a_second_factor(client: Client, ana: User) -> None:
    assert sign_in(client).status_code == 302
    assert client.session[proofs.SECOND] is False
    answer = client.get("/audit/log/")
    assert answer.status_code == 302 and answer["Location"] == reverse("signin:second_factor")
    assert client.get(reverse("signin:second_factor")).status_code == 200
    page = client.get(reverse("mfa_activate_totp"))
    assert page.status_code == 200
    secret = re.search(r"<code>([A-Z2-7]+)</code>", page.content.decode())
    assert secret
    done = client.post(reverse("mfa_activate_totp"), {"code": code(secret[1])})
    assert done.status_code == 302


def test_code_is_asked_and_a_used_code_is_refused(client: Client, ana: User) -> None:
    secret = arm(ana)
    answer = sign_in(client)
    assert answer["Location"] == reverse("mfa_authenticate")
    assert client.get("/audit/log/").status_code == 302  # not in yet
    now = code(secret)
    assert (
        client.post(reverse("mfa_authenticate"), {"code": "000000" if now != "000000" else "111111"}).status_code == 200
    )
    assert acts("signin.second_factor", "deny") == 1
    assert client.post(reverse("mfa_authenticate"), {"code": now}).status_code == 302
    assert client.session[proofs.SECOND] is True
    other = Client()
    sign_in(other)
    assert other.post(reverse("mfa_authenticate"), {"code": now}).status_code == 200
    assert "_auth_user_id" not in other.session


def test_recovery_code_works_once(client: Client, ana: User) -> None:
    arm(ana)
    recovery = Authenticator.objects.get(user=ana, type="recovery_codes").wrap().get_unused_codes()[0]
    sign_in(client)
    assert client.post(reverse("mfa_authenticate"), {"code": recovery}).status_code == 302
    other = Client()
    sign_in(other)
    assert other.post(reverse("mfa_authenticate"), {"code": recovery}).status_code == 200


def test_secrets_are_sealed_at_rest(ana: User) -> None:
    secret = arm(ana)
    for row in Authenticator.objects.filter(user=ana):
        assert secret not in str(row.data)
        assert all(str(v).startswith("v1:") for k, v in row.data.items() if k in ("secret", "seed"))


def test_an_older_session_cannot_add_a_factor_of_its_own(client: Client, ana: User) -> None:
    """Whoever knows the passphrase and waits in a half-open session is out once the person sets up a second factor."""
    thief = Client()
    sign_in(thief)
    assert thief.get(reverse("mfa_activate_totp")).status_code == 200
    arm(ana)
    answer = thief.get(reverse("mfa_add_webauthn"))
    assert answer.status_code == 302 and answer["Location"].startswith("/sign-in/login/")
    assert "_auth_user_id" not in thief.session


def test_the_last_factor_stays(client: Client, ana: User) -> None:
    secret = arm(ana)
    sign_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code(secret)})
    answer = client.post(reverse("mfa_deactivate_totp"))
    assert answer.status_code == 200
    assert Authenticator.objects.filter(user=ana, type="totp").exists()


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


@pytest.mark.parametrize(
    "target", ["https://evil.test/", "//evil.test/x", "/\\evil.test", "javascript:alert(1)", "http:evil.test"]
)
def test_sign_in_and_confirming_lead_nowhere_else(target: str, client: Client, ana: User) -> None:
    secret = arm(ana)
    sign_in(client, next=target)
    answer = client.post(reverse("mfa_authenticate"), {"code": code(secret), "next": target})
    assert answer["Location"] == "/"
    answer = client.post(reverse("signin:step_up"), {"proof": PHRASE, "next": target})
    assert answer["Location"] == "/"


def test_sign_in_returns_to_the_place_asked_for(client: Client, ana: User) -> None:
    secret = arm(ana)
    where = client.get("/audit/log/")["Location"]
    assert parse_qs(urlsplit(where).query)["next"] == ["/audit/log/"]
    client.post(where, {"login": "ana", "password": PHRASE, "next": "/audit/log/"})
    assert client.post(reverse("mfa_authenticate"), {"code": code(secret)})["Location"] == "/audit/log/"


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
    User.objects.filter(pk=user.pk).update(ended_at=datetime.now(UTC) + timedelta(seconds=30))
    assert client.get(ME).status_code == 200
    User.objects.filter(pk=user.pk).update(ended_at=datetime.now(UTC) - timedelta(seconds=1))
    assert client.get("/search").status_code == 302


def test_an_ended_person_cannot_sign_in_with_the_right_passphrase(client: Client, ana: User) -> None:
    User.objects.filter(pk=ana.pk).update(ended_at=datetime.now(UTC) - timedelta(days=1))
    answer = sign_in(client)
    assert answer["Location"] == reverse("account_inactive")
    assert "_auth_user_id" not in client.session


def test_confirming_by_passphrase_and_by_code(client: Client, ana: User) -> None:
    secret = arm(ana)
    sign_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code(secret)})
    age(client, stepped_up_at=timedelta(minutes=6), started_at=timedelta(minutes=6))
    assert client.get(reverse("mfa_add_webauthn"))["Location"].startswith(reverse("signin:step_up"))
    assert client.post(reverse("signin:step_up"), {"proof": "not this one at all"}).status_code == 422
    assert acts("signin.confirm_identity", "deny") == 1
    answer = client.post(reverse("signin:step_up"), {"proof": PHRASE, "next": "/search?q=x"})
    assert answer["Location"] == "/search?q=x"
    assert acts("signin.confirm_identity") == 1
    assert client.get(reverse("mfa_add_webauthn")).status_code == 200
    age(client, stepped_up_at=timedelta(minutes=6))
    assert client.post(reverse("signin:step_up"), {"proof": code(secret, 1)}).status_code == 302
    assert client.post(reverse("signin:step_up"), {"proof": code(secret, 1)}).status_code == 422  # used


def test_confirming_is_bounded(client: Client, ana: User) -> None:
    secret = arm(ana)
    sign_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code(secret)})
    answers = [client.post(reverse("signin:step_up"), {"proof": f"wrong wrong {n}"}).status_code for n in range(12)]
    assert answers[-1] == 429


def test_a_button_confirms_only_an_unarmed_demo_persona(
    settings: Any, client: Client, ana: User, office: Office
) -> None:
    persona = signed_in("biller")
    age(persona, stepped_up_at=timedelta(minutes=6))
    assert persona.post(reverse("signin:step_up"), {"next": "/"}).status_code == 422
    settings.DEMO = True
    assert persona.post(reverse("signin:step_up"), {"next": "/"}).status_code == 302
    settings.DEMO = True
    ana.set_password(PHRASE)
    armed = signed_in("frontdesk")
    frontdesk = office.user("frontdesk")
    frontdesk.set_password(PHRASE)
    frontdesk.save()
    armed.force_login(frontdesk)
    assert armed.post(reverse("signin:step_up"), {"next": "/"}).status_code == 422


def test_set_up_link_leads_through_passphrase_and_second_factor(client: Client, office: Office) -> None:
    user = services.add_user(system_call(), username="mona", name="Mona Reyes", roles=["administrator"])
    token = services.make_link(system_call(), user=user)
    assert token not in str(list(SignInLink.objects.values())) + str(list(AuditRow.objects.values()))
    url = reverse("signin:link", args=[token])
    assert client.get(url).status_code == 200
    assert client.get(url).status_code == 200  # looking does not use it up
    assert client.post(url)["Location"] == reverse("signin:second_factor")
    assert client.get(reverse("signin:second_factor"))["Location"] == reverse("account_set_password")
    weak = client.post(
        reverse("account_set_password"), {"password1": "password12345678", "password2": "password12345678"}
    )
    assert weak.status_code == 200
    done = client.post(reverse("account_set_password"), {"password1": PHRASE, "password2": PHRASE})
    assert done["Location"] == reverse("signin:second_factor")
    assert client.get(reverse("signin:second_factor")).status_code == 200
    assert client.get("/search")["Location"] == reverse("signin:second_factor")
    assert Client().post(url).status_code == 410
    assert Client().get(url).status_code == 410


def test_a_set_up_link_is_no_way_around_the_second_factor(client: Client, office: Office, ana: User) -> None:
    token = services.make_link(system_call(), user=ana)
    arm(ana)
    assert client.post(reverse("signin:link", args=[token]))["Location"] == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session


def test_demo_link_counts_as_fully_signed_in_here_and_in_a_demo_only(settings: Any, office: Office) -> None:
    token = services.make_link(system_call(), user=office.user("auditor"), fully=True, reusable=True)
    url = reverse("signin:link", args=[token])
    assert Client().post(url).status_code == 410
    settings.DEMO = True
    assert Client(REMOTE_ADDR="192.168.1.20").post(url).status_code == 410
    for _ in range(2):
        client = Client()
        assert client.post(url).status_code == 302
        assert client.get("/audit/chain/").status_code == 200


def test_a_link_expires(office: Office) -> None:
    token = services.make_link(system_call(), user=office.user("biller"), hours=1)
    SignInLink.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert Client().post(reverse("signin:link", args=[token])).status_code == 410


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


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("/a/b?c=d", "/a/b?c=d"),
        ("", "/"),
        (None, "/"),
        ("a/b", "/"),
        ("//evil", "/"),
        ("/\\evil", "/"),
        ("http://h/x", "/"),
        ("/a\nb", "/"),
        ("https:/x", "/"),
        ("http://[::1", "/"),
    ],
)
def test_local_path(url: str | None, path: str) -> None:
    assert proofs.local_path(url) == path


def test_local_path_of_this_very_server() -> None:
    assert proofs.local_path("http://here:8000/a?b=c", host="here:8000") == "/a?b=c"
    assert proofs.local_path("http://there/a", host="here:8000") == "/"
    assert proofs.local_path("ftp://here:8000/a", host="here:8000") == "/"


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
