"""``steward keys``: a new key, everything sealed anew, the earlier key gone; what it says on the way."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import pytest

from steward.cli import keys
from steward.core.access.models import Office as OfficeRow
from steward.core.audit.models import AuditRow
from steward.core.jobs.models import Job
from steward.core.refusals import Denied, Refused
from steward.core.vault.keyring import ring
from steward.registry.models import Party
from steward.registry.services import create_party
from steward.registry.types import PersonData
from tests.support import Office

TABLE = "registry_party"


@pytest.fixture
def practice(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setenv("STEWARD_KEYS", str(tmp_path / "keys"))
    OfficeRow.objects.update(administrator=office.user("administrator"))
    for n in range(3):
        create_party(office.call("administrator"), data=PersonData(f"Reed{n}", "Ann", tax_id=f"12345678{n}"))
    return office


def say(*words: str, user: str | None = None) -> Any:
    parser = argparse.ArgumentParser()
    keys.arguments(parser)
    args = parser.parse_args(words)
    args.user, args.json = user, True
    return keys.run(args)


def row(answer: Any) -> dict[str, Any]:
    return next(one for one in answer.data if one["table"] == TABLE)


def test_rotated_and_dropped(practice: Office) -> None:
    before = row(say("show"))
    assert (before["earlier"], before["under_earlier"]) == ("", 0)
    done = say("rotate", "--table", TABLE)
    assert done.code == 0 and (row(done)["state"], row(done)["changed"]) == ("done", 3)
    after = row(say("show"))
    assert after["key"] != before["key"] and after["earlier"] == before["key"] and after["under_earlier"] == 0
    assert say("drop", "--table", TABLE).data == [{"table": TABLE, "dropped": [before["key"]]}]
    assert ring().tables()[TABLE] == (after["key"], (after["key"],))
    assert {str(one.tax_id) for one in Party.objects.filter(last_name__startswith="Reed")} == {
        "123456780", "123456781", "123456782",
    }  # fmt: skip
    assert AuditRow.objects.filter(action="vault.renew").count() == 1


def test_later_only_queues_and_nothing_is_dropped_meanwhile(practice: Office) -> None:
    queued = say("rotate", "--table", TABLE, "--later")
    assert queued.code == 0 and row(queued)["state"] == "queued"
    assert Job.objects.get(uid=row(queued)["job"]).kind == "vault.rotate"
    assert row(say("show"))["under_earlier"] == 3
    with pytest.raises(Refused) as caught:
        say("drop", "--table", TABLE)
    assert caught.value.code == "keys_in_use"


def test_who_may_and_what_is_sealed(practice: Office) -> None:
    with pytest.raises(Denied):
        say("rotate", "--table", TABLE, user="frontdesk")
    with pytest.raises(Refused) as caught:
        say("rotate", "--table", "core_office")
    assert caught.value.code == "no_such_table"
