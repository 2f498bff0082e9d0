"""Signing in as people do it: passphrase, codes, links, confirming."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from steward.core.access import services
from steward.core.access.models import SignInLink, User
from steward.core.audit.models import AuditRow
from steward.core.clock import system_clock
from steward.core.service import system_call
from steward.core.signin import proofs
from tests.core.signin.hands import PHRASE, acts, age, arm, code, sign_in
from tests.support import Office, signed_in

pytestmark = pytest.mark.django_db


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


def test_an_ended_person_cannot_sign_in_with_the_right_passphrase(client: Client, ana: User) -> None:
    User.objects.filter(pk=ana.pk).update(ended_at=system_clock().now() - timedelta(days=1))
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
    SignInLink.objects.update(expires_at=system_clock().now() - timedelta(seconds=1))
    assert Client().post(reverse("signin:link", args=[token])).status_code == 410


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
