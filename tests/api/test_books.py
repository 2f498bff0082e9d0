"""The three answers of the command line and the two ways in for data, through the same services."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from steward.banking.models import BankLine
from steward.core.audit.models import AuditRow
from steward.frontdesk import services as frontdesk
from steward.frontdesk.models import Patient
from steward.frontdesk.types import RegistrationData
from steward.ledger.models import Entry
from steward.registry.types import PersonData
from tests.api.conftest import files
from tests.desk.test_thief import client_for
from tests.desk.world import World
from tests.support import Office, signed_in

pytestmark = pytest.mark.django_db


def a_patient(office: Office) -> Patient:
    person = PersonData("Quackenbush", "Zebediah", birth_date=dt.date(1950, 7, 13))
    return frontdesk.register_patient(office.call("frontdesk"), data=RegistrationData(person, site=office.site.pk))


def entry(key: str, cents: int = 1250, **more: Any) -> dict[str, Any]:
    lines = [{"account": "bank_fees", "cents": cents}, {"account": "bank_operating", "cents": -cents}]
    return {"key": key, "date": "2026-11-20", "memo": "Fee", "lines": lines, **more}


def send(client: Client, *entries: Any, key: str = "", **more: Any) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return client.post("/api/books/post", json.dumps(entries), content_type="application/json", headers=headers, **more)


def codes(answer: Any) -> tuple[int, list[str]]:
    return answer.status_code, [one["code"] for one in answer.json()["refused"]]


# --- asked -----------------------------------------------------------------------------------------------------------


def test_trial_balance_and_cash_are_those_of_the_command_line(world: World, capsys: Any) -> None:
    from steward.banking.selectors.cash import cash
    from steward.ledger.selectors.balances import trial_balance

    client, day = client_for(world, "bookkeeper"), dt.date(2026, 11, 23)
    answer = client.get("/api/books/trial-balance", {"as_of": "2026-11-23"}).json()
    assert (
        answer == json.loads(json.dumps(trial_balance(day).as_json()))
        and answer["debit_cents"] == answer["credit_cents"] > 0
    )
    by_cash = client.get("/api/books/trial-balance", {"as_of": "2026-11-23", "basis": "cash"}).json()
    assert by_cash == json.loads(json.dumps(trial_balance(day, basis="cash").as_json())) and by_cash["proof"]["ok"]
    assert client.get("/api/bank/cash", {"as_of": "2026-11-23"}).json() == cash(day).as_json()
    assert client.get("/api/bank/cash", {"as_of": "2026-10-01"}).json() != cash(day).as_json()


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-11", "20261123", "2026-W48-1", "2026-13-01", "2026-11-23x", "'; --", "\x00"]
)
def test_days_are_iso(office: Office, text: str) -> None:
    for path in ("books/trial-balance", "bank/cash"):
        assert codes(signed_in("bookkeeper").get(f"/api/{path}", {"as_of": text})) == (400, ["bad_request"])


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "9999-12-31"])
def test_far_days_are_answered(office: Office, day: str) -> None:
    for path in ("books/trial-balance", "bank/cash"):
        assert signed_in("bookkeeper").get(f"/api/{path}", {"as_of": day}).status_code == 200


def test_a_claim_by_its_number_is_audited_and_scoped(world: World) -> None:
    ref = world.claims[1].ref
    biller = client_for(world, "biller")
    answer = biller.get(f"/api/billing/claims/{ref}")
    assert answer.status_code == 200 and answer.json()["ref"] == ref and answer.json()["charge_cents"] == 15000
    assert AuditRow.objects.order_by("seq").last().refs == [str(world.patients[1].uid)]  # type: ignore[union-attr]
    assert codes(client_for(world, "clinician").get(f"/api/billing/claims/{ref}")) == (404, ["not_found"])  # another's
    assert client_for(world, "clinician").get(f"/api/billing/claims/{world.claims[0].ref}").status_code == 200
    assert codes(client_for(world, "frontdesk").get(f"/api/billing/claims/{ref}")) == (403, ["denied"])
    for wrong in ("NOPE", "%00", "..", "' OR 1=1", "x" * 3000):
        assert codes(biller.get(f"/api/billing/claims/{wrong}")) == (404, ["not_found"]), wrong


def test_the_index_names_what_is_open_to_whom(world: World) -> None:
    lists = {one["list"] for one in client_for(world, "bookkeeper").get("/api/").json()["lists"]}
    assert "ledger.journal" in lists and "frontdesk.patients" not in lists
    for one in client_for(world, "bookkeeper").get("/api/").json()["lists"]:
        assert client_for(world, "bookkeeper").get(one["url"]).status_code == 200


# --- written ---------------------------------------------------------------------------------------------------------


def test_posting_as_the_command_line_does(office: Office) -> None:
    client = signed_in("bookkeeper")
    answer = send(client, entry("A"), entry("B"))
    assert answer.status_code == 200, answer.content
    assert {k: answer.json()[k] for k in ("posted", "duplicate")} == {"posted": 2, "duplicate": 0}
    assert send(client, entry("A"), entry("C")).json()["duplicate"] == 1
    row = AuditRow.objects.filter(action="ledger.post_batch").last()
    assert row is not None and row.channel == "api" and Entry.objects.filter(journal="import").count() == 3


def test_the_header_is_the_services_key(office: Office) -> None:
    client, key = signed_in("bookkeeper"), str(uuid4())
    first = send(client, entry("A"), key=key)
    assert send(client, entry("A"), key=key).json() == first.json() and first.json()["posted"] == 1
    assert codes(send(client, entry("B"), key=key)) == (409, ["key_reused"])
    assert codes(send(signed_in("administrator"), entry("A"), key=key)) == (409, ["key_reused"])
    assert codes(send(client, entry("B"), key="again")) == (400, ["key"])
    assert Entry.objects.filter(journal="import").count() == 1


def test_all_or_nothing_and_every_reason_is_told(office: Office) -> None:
    client = signed_in("bookkeeper")
    status, said = codes(send(client, entry("A"), entry("B", lines=[{"account": "bank_fees", "cents": 5}])))
    assert status == 422 and said and not Entry.objects.filter(journal="import").exists()
    assert codes(send(client, entry("A", date="1990-01-01")))[0] == 422
    send(client, entry("K"))
    assert codes(send(client, entry("K", 99))) == (409, ["key_reused"])


@pytest.mark.parametrize(
    ("body", "status"),
    [(b" ", 422), (b"{}", 422), (b"[1.5]", 422), (b"\xff", 422), (b"[" * 100_000, 422), (b"[" + b"9" * 5000 + b"]", 422),
     (b'[{"key":"A"}]', 422), (b'[{"key":"A","date":"2026-11-20","lines":[{"account":"\\u0000","cents":1}]}]', 422),
     (b"[]", 200)],
)  # fmt: skip
def test_bodies_that_are_no_journal(office: Office, body: bytes, status: int) -> None:
    answer = signed_in("bookkeeper").post("/api/books/post", body, content_type="application/json")
    assert answer.status_code == status, answer.content[:300]
    assert signed_in("bookkeeper").post("/api/books/post", body, content_type="text/csv").status_code == 415


def test_who_may_not_post_does_not(office: Office) -> None:
    for role in ("frontdesk", "biller", "auditor", "owner", "clinician"):
        assert codes(send(signed_in(role), entry("A"))) == (403, ["denied"]), role


def test_a_session_needs_the_forms_token(office: Office) -> None:
    client = signed_in("bookkeeper", Client(enforce_csrf_checks=True))
    assert send(client, entry("A")).status_code == 403 and not Entry.objects.filter(journal="import").exists()
    client.get("/ledger/journal/new/")
    token = client.get("/ledger/journal/new/").context["csrf_token"]
    answer = client.post(
        "/api/books/post",
        json.dumps([entry("A")]),
        content_type="application/json",
        headers={"X-CSRFToken": str(token)},
    )
    assert answer.status_code == 200


def upload(client: Client, content: bytes, name: str = "x", **fields: Any) -> Any:
    return client.post("/api/import", {"file": SimpleUploadedFile(name, content), **fields})


def test_a_file_comes_in_as_by_the_command_line(world: World) -> None:
    (_biller, era, name), (_role, bank, _) = files(world)
    again = upload(client_for(world, "biller"), era, name)
    assert again.status_code == 200 and again.json()["status"] == "duplicate" and again.json()["path"] == name
    before = BankLine.objects.count()
    assert upload(client_for(world, "bookkeeper"), bank, "b.bai").json()["status"] == "duplicate"
    assert BankLine.objects.count() == before


def test_a_refused_file_says_why_in_both_shapes(office: Office) -> None:
    answer = upload(signed_in("biller"), b"ISA*00*x~", "x.835")
    assert answer.status_code == 422 and answer.json()["status"] == "refused"
    assert answer.json()["refused"] == answer.json()["parts"][0]["problems"] and answer.json()["reference"]
    assert codes(upload(signed_in("biller"), b"what is this")) == (422, ["unknown_kind"])
    assert codes(upload(signed_in("biller"), b"x", kind="stock-csv")) == (422, ["not_yet"])


def test_each_kind_asks_its_own_right(world: World) -> None:
    (_biller, era, _), (_bookkeeper, bank, _) = files(world)
    for role, content in (("bookkeeper", era), ("biller", bank), ("frontdesk", bank), ("auditor", era)):
        status, said = codes(upload(client_for(world, role), content))
        assert (status, set(said)) == (403, {"denied"}), role


def test_forms_that_are_no_file(office: Office) -> None:
    client = signed_in("biller")
    one = SimpleUploadedFile("a", b"x")
    for data in ({}, {"file": "text"}, {"file": [one, SimpleUploadedFile("b", b"y")]}, {"other": one}, {"file": one, "as": "owner"},
                 {"file": one, "create_payers": "yes"}, {"file": one, "account": "\x00"}):  # fmt: skip
        assert codes(client.post("/api/import", data)) == (400, ["bad_request"]), data
        one.seek(0)
    for body, media in ((b"x", "multipart/form-data"), (b"x", "multipart/form-data; boundary=y"), (b"x", "text/plain")):
        assert client.post("/api/import", body, content_type=media).status_code == 400


# --- errors ----------------------------------------------------------------------------------------------------------


def test_errors_speak_json_with_a_number(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in("bookkeeper", Client(raise_request_exception=False))
    assert codes(client.get("/api/nothing/here")) == (404, ["not_found"])
    assert (
        codes(client.delete("/api/bank/cash")) == (405, ["method"])
        and client.delete("/api/bank/cash")["Allow"] == "GET, HEAD"
    )
    assert codes(Client().get("/api/")) == (401, ["sign_in"])
    assert codes(client.get("/api/bank/cash", {"as": "x"})) == (400, ["bad_request"])
    halfway = Client()
    halfway.force_login(office.user("biller"))
    assert codes(halfway.get("/api/")) == (403, ["second_factor"])

    def fall(*_args: Any) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("steward.api.views.cash_position", fall)
    answer = client.get("/api/bank/cash")
    assert codes(answer) == (500, ["broken"]) and "secret" not in answer.content.decode()
    assert len(answer.json()["reference"]) == 8


def test_what_is_too_large_is_not_read(office: Office, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = signed_in("bookkeeper").post("/api/books/post", b"[" + b" " * 1000, content_type="application/json")
    assert codes(answer) == (413, ["too_large"])
    assert upload(signed_in("biller"), b"x" * 1001).status_code == 413


def test_answers_are_kept_nowhere_and_polling_keeps_no_session_alive(office: Office) -> None:
    client = signed_in("bookkeeper")
    seen = client.session["seen_at"]
    session = client.session
    session["seen_at"] = (dt.datetime.fromisoformat(seen) - dt.timedelta(minutes=5)).isoformat()
    session.save()
    assert client.get("/api/bank/cash")["Cache-Control"] == "no-store"
    assert client.session["seen_at"] == session["seen_at"]


def test_a_session_that_ended_leads_back_to_a_page_and_not_to_json(office: Office) -> None:
    client = signed_in("bookkeeper")
    session = client.session
    session["seen_at"] = (dt.datetime.fromisoformat(session["seen_at"]) - dt.timedelta(hours=1)).isoformat()
    session.save()
    assert codes(client.get("/api/bank/cash")) == (401, ["sign_in"])
    assert client.session["return_to"] == "/"


def test_a_session_and_its_api_share_the_rules_of_a_stranger(world: World) -> None:
    """What a row of another person is: not in the list, not there by number."""
    clinician = client_for(world, "clinician")
    names = {row["patient"] for row in clinician.get("/api/billing/claims").json()["rows"]}
    assert names == {world.patients[0].party.name}
