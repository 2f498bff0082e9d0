"""The room on a database: a run finds what was planted, a cure ends it, what was called right keeps quiet; pages and command line."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from steward.cli.main import main
from steward.core.access.models import Office as OfficeRow
from steward.core.findings import Evidence, Finding, Proposal, ProposalLine, Severity
from steward.core.refusals import Refused
from steward.findings import rooms, selectors, services
from steward.findings.models import Found
from steward.findings.rooms import Room
from steward.ledger.services import post, sign_journal
from tests.ledger.support import entry, line
from tests.support import Office, open_office, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    """An office whose drawer paid out more than lay in it."""
    office = open_office()
    post(office.system(), draft=entry(line("drawer", -7_500), line("wages", 7_500), day=date(2026, 11, 20)))
    return office


def the(check: str) -> Found:
    return Found.objects.get(check_name=check)


def test_found_once_cured_and_back_again(office: Office) -> None:
    system = office.system
    run = services.run_checks(system())
    row = the("negative_cash")
    assert (run.found, run.told, row.status, row.cents, run.broken) == (
        Found.objects.count(),
        run.found,
        "open",
        7_500,
        [],
    )
    assert services.run_checks(system()).told == 0 and the("negative_cash").times == 1
    post(system(), draft=entry(line("drawer", 7_500), line("patient_prepaid", -7_500), day=date(2026, 11, 19)))
    assert services.run_checks(system()).gone == 2  # the drawer stands on its side again, too
    row = the("negative_cash")
    assert row.status == "cured" and row.ended_at is not None
    post(system(), draft=entry(line("drawer", -100), line("wages", 100), day=date(2026, 11, 20)))
    services.run_checks(system())
    assert (the("negative_cash").status, the("negative_cash").times, the("negative_cash").cents) == ("open", 2, 100)


def test_reviewed_ok_holds_until_the_amount_changes(office: Office) -> None:
    services.run_checks(office.system())
    row = the("negative_cash")
    with pytest.raises(Refused, match="why it is right"):
        services.accept(office.call("bookkeeper"), row=row, reason=" ")
    services.accept(office.call("bookkeeper"), row=row, reason="The float came in a day late")
    assert selectors.open_high() == 0 and services.run_checks(office.system()).told == 0
    with pytest.raises(Refused, match="not open"):
        services.accept(office.call("bookkeeper"), row=row, reason="again")
    post(office.system(), draft=entry(line("drawer", -1), line("wages", 1), day=date(2026, 11, 20)))
    services.run_checks(office.system())
    assert the("negative_cash").status == "open" and the("negative_cash").reason == ""
    assert services.accept_many(office.call("bookkeeper"), uids=[row.uid], reason="Both late") == 1
    services.reopen(office.call("bookkeeper"), row=row)
    assert the("negative_cash").status == "open"


def test_who_may_not(office: Office) -> None:
    services.run_checks(office.system())
    with pytest.raises(Refused):
        services.accept(office.call("auditor"), row=the("negative_cash"), reason="I say so")
    with pytest.raises(Refused):
        services.run_checks(office.call("frontdesk"))


def planted() -> Finding:
    lines = (ProposalLine("supplies_expense", 4_200), ProposalLine("ap", -4_200))
    return Finding("omitted_item", Severity.MEDIUM, "A bill of 42.00 was left out", (Evidence("bill", "B-1", 4_200),),
                   Proposal(date(2026, 11, 18), lines))  # fmt: skip


def test_the_cure_is_drafted_signed_by_another_and_posted(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    here = [planted()]
    look = selectors.look
    monkeypatch.setattr(selectors, "look", lambda clock: look(clock, (Room("ledger", lambda _clock: here),)))
    monkeypatch.setattr(rooms, "catalogue", lambda: (rooms.Check("omitted_item", "t", 4, "ledger"),))
    monkeypatch.setattr(selectors, "catalogue", rooms.catalogue)
    services.run_checks(office.system())
    row = the("omitted_item")
    drafted = services.propose(office.call("bookkeeper"), row=row)
    assert drafted.state == "waiting" and the("omitted_item").voucher == drafted.uid
    with pytest.raises(Refused, match="drafted already"):
        services.propose(office.call("bookkeeper"), row=row)
    with pytest.raises(Refused):
        sign_journal(office.call("bookkeeper"), uid=drafted.uid, approve=True)
    signed = sign_journal(office.call("owner"), uid=drafted.uid, approve=True)
    assert signed.state == "posted" and signed.number
    here.clear()
    services.run_checks(office.system())
    assert the("omitted_item").status == "cured" and the("omitted_item").decided_by == office.user("bookkeeper")


def test_a_room_that_fails_is_named_and_cures_nothing(office: Office) -> None:
    services.run_checks(office.system())

    def broken(_clock: Any) -> list[Finding]:
        raise ZeroDivisionError

    looked = selectors.look(office.clock, (Room("ledger", broken), Room("banking", lambda _clock: [])))
    assert looked.broken == ("ledger",) and "negative_cash" not in looked.ran and "slide" in looked.ran


def test_nothing_found_is_ever_forgotten(office: Office) -> None:
    services.run_checks(office.system())
    for act in ("DELETE FROM findings_found", "UPDATE findings_found SET key = 'x'", "DELETE FROM findings_run",
                "UPDATE findings_run SET found = 0", "UPDATE findings_found SET status = 'cured'"):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(act)


def test_pages(office: Office, django_assert_max_num_queries: Any) -> None:
    services.run_checks(office.system())
    row = the("negative_cash")
    client = signed_in("bookkeeper")
    with django_assert_max_num_queries(14):
        board = client.get(reverse("findings:board"))
    assert board.status_code == 200 and row.title in board.content.decode()
    page = client.get(reverse("findings:finding", args=[row.uid]))
    assert page.status_code == 200 and "-75.00" in page.content.decode().replace("−", "-")
    assert "are live" in client.get(reverse("findings:checks")).content.decode()
    sent = client.post(reverse("findings:accept", args=[row.uid]), {"reason": "Float of the new site"})
    assert sent.status_code == 303 and the("negative_cash").status == "accepted"
    assert signed_in("frontdesk").get(reverse("findings:board")).status_code == 403


def test_the_command_tells_what_stands(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    OfficeRow.objects.update_or_create(pk=1, defaults={"name": "Cedar Hill", "opened_on": date(2025, 1, 1)})
    OfficeRow.objects.update(administrator=office.user("administrator"))
    assert main(["findings", "--check", "negative_cash", "--json"]) == 0
    (one,) = json.loads(capsys.readouterr().out)
    assert one["check"] == "negative_cash" and one["status"] == "open" and one["severity"] == "high"
    assert {"id", "title", "evidence", "proposal"} <= set(one) and one["evidence"][0]["amount_cents"] == -7_500
    assert not Found.objects.exists()  # looking writes nothing down
    assert main(["findings", "--check", "no_such", "--json"]) != 0
    assert "negative_cash" in capsys.readouterr().out
