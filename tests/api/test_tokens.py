"""Tokens: made with a fresh proof, kept as a hash, bound to a person, bounded in time, dead with the person."""

from __future__ import annotations

import hashlib
import logging
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from steward.core.access import services as access
from steward.core.access.models import RoleGrant
from steward.core.audit.models import AuditRow
from steward.core.clock import FixedClock, system_clock
from steward.core.refusals import Refused
from steward.core.tokens import services
from steward.core.tokens.models import ApiToken
from tests.support import Office, make_user, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def real_time(office: Office) -> None:
    """Requests are judged by the system clock; calls of these tests as well."""
    cache.clear()
    office.now = system_clock().now()


def make(office: Office, role: str = "biller", *, read_only: bool = True, days: int = 30, name: str = "Report") -> str:
    return services.issue_api_token(office.call(role), name=name, days=days, read_only=read_only)[0]


def get(token: str, path: str = "/api/billing/claims", **headers: str) -> Any:
    return Client().get(path, headers={"Authorization": f"Bearer {token}", **headers})


def code(answer: Any) -> str:
    assert answer["Content-Type"] == "application/json" and answer.json()["reference"]
    return str(answer.json()["refused"][0]["code"])


def test_a_token_reads_as_its_person_and_no_more(office: Office) -> None:
    token = make(office)
    assert get(token).status_code == 200
    assert code(get(token, "/api/ledger/journal")) == "denied"
    RoleGrant.objects.filter(user=office.user("biller")).delete()
    assert get(token).status_code == 403  # what the person loses, the token loses


def test_only_its_hash_is_kept(office: Office) -> None:
    token = make(office)
    row = ApiToken.objects.get()
    assert row.token_sha256 == hashlib.sha256(token.encode()).hexdigest() and len(token) >= 47
    for model in apps.get_models():
        for values in model.objects.values_list():
            assert token not in str(values), model


def test_making_one_asks_for_a_fresh_proof_and_shows_it_once(office: Office) -> None:
    with pytest.raises(Refused) as caught:
        services.issue_api_token(office.call("biller", stepped_up=False), name="x", days=1)
    assert caught.value.code == "step_up"
    client = signed_in("biller")
    assert b"No tokens yet" in client.get(reverse("tokens:list")).content
    answer = client.post(reverse("tokens:new"), {"name": "Report", "days": "90", "read_only": "1"})
    assert answer.status_code == 200 and answer["Cache-Control"] == "no-store"
    token = answer.content.decode().partition('value="stw_')[2].partition('"')[0]
    assert get(f"stw_{token}").status_code == 200
    page = client.get(reverse("tokens:list")).content.decode()
    assert token not in page and "Report" in page
    session = client.session
    session["stepped_up_at"] = (system_clock().now() - timedelta(minutes=6)).isoformat()
    session.save()
    again = client.post(reverse("tokens:new"), {"name": "Other", "days": "90", "read_only": "1"})
    assert again.status_code == 302 and again["Location"].startswith("/welcome/confirm/")
    assert ApiToken.objects.count() == 1


def test_without_a_second_factor_nobody_makes_one(office: Office) -> None:
    client = Client()
    client.force_login(office.user("biller"))
    answer = client.post(reverse("tokens:new"), {"name": "x", "days": "30", "read_only": "1"})
    assert answer["Location"] == reverse("signin:second_factor") and not ApiToken.objects.exists()


@pytest.mark.parametrize(
    ("given", "refused"),
    [({"name": " "}, "name"), ({"name": "n" * 61}, "name"), ({"days": 0}, "days"), ({"days": 366}, "days")],
)
def test_names_and_days_have_bounds(office: Office, given: dict[str, Any], refused: str) -> None:
    with pytest.raises(Refused) as caught:
        services.issue_api_token(office.call("biller"), **{"name": "Report", "days": 30, **given})
    assert caught.value.code == refused


def test_twenty_that_count_are_enough_and_names_are_unique_among_them(office: Office) -> None:
    for n in range(services.MOST_TOKENS):
        make(office, name=f"T{n}")
    with pytest.raises(Refused) as many:
        make(office, name="one more")
    services.revoke_api_token(office.call("biller"), token=ApiToken.objects.get(name="T0"))
    make(office, name="T0")
    with pytest.raises(Refused) as twice:
        make(office, name="T1")
    assert (many.value.code, twice.value.code) == ("many", "name")


def test_revoked_and_expired_open_nothing(office: Office) -> None:
    token, row = services.issue_api_token(office.call("biller"), name="a", days=1)
    assert get(token).status_code == 200
    client = signed_in("biller")
    client.post(reverse("tokens:revoke", args=[row.uid]))
    assert code(get(token)) == "sign_in" and get(token)["WWW-Authenticate"] == "Bearer"
    office.now -= timedelta(days=31)
    assert code(get(make(office, name="old"))) == "sign_in"


def test_nobody_takes_back_anothers(office: Office) -> None:
    _token, row = services.issue_api_token(office.call("biller"), name="a", days=1)
    assert signed_in("administrator").post(reverse("tokens:revoke", args=[row.uid])).status_code == 404
    with pytest.raises(Refused) as caught:
        services.revoke_api_token(office.call("administrator"), token=row)
    assert caught.value.code == "denied"


def test_it_ends_with_the_person_and_with_the_sign_in_it_rested_on(office: Office) -> None:
    leaver, loser = make(office, "biller"), make(office, "bookkeeper")
    assert get(leaver).status_code == get(loser, "/api/ledger/journal").status_code == 200
    access.end_user(office.call("administrator"), user=office.user("biller"))
    access.renew_sign_in(office.call("administrator"), user=office.user("bookkeeper"))
    assert code(get(leaver)) == code(get(loser, "/api/ledger/journal")) == "sign_in"
    assert not ApiToken.objects.filter(revoked_at=None).exists()


def test_an_end_that_was_set_ahead_ends_it_at_that_moment(office: Office) -> None:
    token, user = make(office), office.user("biller")
    access.end_user(office.call("administrator"), user=user, at=office.now + timedelta(days=2))
    assert get(token).status_code == 200
    user.refresh_from_db()
    user.ended_at = system_clock().now() - timedelta(seconds=1)  # the moment has come; nothing else has run
    user.save(update_fields=["ended_at"])
    assert code(get(token)) == "sign_in"


def test_one_that_only_reads_writes_nothing(office: Office) -> None:
    reads, writes = make(office, "bookkeeper"), make(office, "bookkeeper", read_only=False, name="w")
    for token, status in ((reads, 403), (writes, 200)):
        answer = Client(enforce_csrf_checks=True).post(
            "/api/books/post", b"[]", content_type="application/json", headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.status_code == status
    assert not AuditRow.objects.filter(
        action="ledger.post_batch", session=f"token {ApiToken.objects.get(name='Report').uid.hex[:10]}"
    ).exists()


def test_it_is_read_from_the_header_alone_and_under_api_alone(office: Office) -> None:
    token = make(office)
    for parameter in ("token", "access_token", "api_key"):
        assert Client().get("/api/billing/claims", {parameter: token}).status_code == 401
    header = {"Authorization": f"Bearer {token}"}
    assert Client().get("/billing/claims/", headers=header).status_code == 302
    assert Client().get(reverse("tokens:list"), headers=header).status_code == 302
    for wrong in (
        "",
        token,
        f"Basic {token}",
        f"Bearer {token}x",
        "Bearer",
        "Bearer stw_" + "x" * 5000,
        "Bearer \u00e9",
    ):
        assert Client().get("/api/", headers={"Authorization": wrong}).status_code == 401, wrong


def test_a_session_beside_a_token_counts_for_nothing(office: Office) -> None:
    client = signed_in("administrator")
    assert client.get("/api/people/users").status_code == 200
    assert client.get("/api/people/users", headers={"Authorization": "Bearer stw_wrong"}).status_code == 401
    assert client.get("/api/people/users", headers={"Authorization": f"Bearer {make(office)}"}).status_code == 403


def test_no_act_that_asks_for_a_fresh_proof_is_open_to_it(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from steward.api import views

    monkeypatch.setattr(views.cash, "capabilities", {"GET": "user.write"})
    assert code(get(make(office, "administrator"), "/api/bank/cash")) == "step_up"


def test_use_is_noted_and_told_once_an_hour(office: Office) -> None:
    token = make(office)
    for _ in range(3):
        get(token)
    rows = AuditRow.objects.filter(action="core.use_api_token")
    row, kept = rows.get(), ApiToken.objects.get()
    assert (row.actor, row.channel, row.object_uid) == (kept.user_id, "api", kept.uid) and kept.last_used_at
    ApiToken.objects.update(last_used_at=kept.last_used_at - timedelta(minutes=61))
    get(token)
    assert rows.count() == 2


def test_a_dead_one_is_told_once_an_hour_and_knocking_is_bounded(office: Office) -> None:
    token, row = services.issue_api_token(office.call("biller"), name="a", days=1)
    services.revoke_api_token(office.call("biller"), token=row)
    said = [get(token).status_code for _ in range(32)]
    assert said == [401] * 30 + [429] * 2
    assert get(make(office, name="good")).status_code == 200  # from the same address: nobody is locked out by another's
    denied = AuditRow.objects.get(action="core.use_api_token", decision="deny")
    assert (denied.reason, denied.object_uid) == ("revoked", row.uid)


def test_reads_of_patients_by_token_are_audited(office: Office) -> None:
    from tests.api.test_books import a_patient

    patient = a_patient(office)
    get(make(office, "frontdesk"), "/api/frontdesk/patients")
    row = AuditRow.objects.get(action="read api:frontdesk.patients")
    assert row.refs == [str(patient.uid)] and row.session.startswith("token ") and row.channel == "api"


def test_no_token_reaches_a_log(office: Office, caplog: pytest.LogCaptureFixture, capsys: Any) -> None:
    from steward.core.logs import Line

    token = make(office)
    with caplog.at_level(logging.DEBUG):
        get(token)
        get(token, f"/api/billing/claims?nothing={token}")
        get(f"{token}x")
    lines = [Line().format(record) for record in caplog.records if record.name.startswith("steward")]
    assert lines and not any(token in line for line in lines)


def test_queries_by_token(office: Office, django_assert_max_num_queries: Any) -> None:
    """Token with its person, roles, party; then the list. The hour's note is written once."""
    token = make(office)
    get(token)
    with django_assert_max_num_queries(5):
        get(token)


def test_rates_are_a_persons_whatever_he_comes_with(office: Office, settings: Any) -> None:
    settings.STEWARD_API_PER_MINUTE = 4
    tokens = [make(office, name="a"), make(office, name="b")]
    said = [get(token).status_code for token in tokens * 3]
    assert said == [200] * 4 + [429] * 2
    assert int(get(tokens[0])["Retry-After"]) > 0
    assert get(make(office, "administrator")).status_code == 200


def test_an_inactive_clock_is_never_asked(office: Office) -> None:
    """The last second counts, the next does not."""
    _token, row = services.issue_api_token(office.call("biller"), name="a", days=1)
    assert row.counts_at(row.expires_at - timedelta(seconds=1)) and not row.counts_at(row.expires_at)
    assert isinstance(office.clock, FixedClock) and make_user("biller") == row.user
