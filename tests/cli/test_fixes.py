"""What the command line refuses says what really helps."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from steward.cli import main
from steward.core.access.models import Office as OfficeRow
from steward.core.approvals import services as approvals
from steward.core.service import service
from steward.ledger import importers
from tests.support import Office

pytestmark = pytest.mark.django_db
FILE = b'[{"key": "a", "date": "2026-10-20", "memo": "", "lines": [{"account": "6000", "cents": 5}, {"account": "1050", "cents": -5}]}]'


@service("test.cli.alone", "journal.write", says="did both halves")
def _alone(call, *, about):
    return approvals.mark_for_owner(
        call, pair=("take_cash", "prepare_deposit"), object_type="core.user", object_uid=about.uid
    )


@pytest.fixture
def boss(office: Office) -> Office:
    OfficeRow.objects.update(administrator=office.user("administrator"))
    return office


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, str]]:
    capsys.readouterr()
    assert main.main([*words, "--json"]) == 1
    return json.loads(capsys.readouterr().out)["refused"]


def test_an_unknown_bank_account_is_answered_with_those_there_are(boss, capsys) -> None:
    from steward.banking.models import BankAccount
    from steward.ledger.models import Account

    account = Account.objects.get(role="bank_operating")
    if not BankAccount.objects.filter(account=account).exists():
        BankAccount.objects.create(account=account, entity=boss.entity, opened_on=boss.today)
    found = refused(capsys, "bank", "reconcile", "--account", "9999")
    assert found[0]["code"] == "no_bank_account" and account.code in found[0]["fix"]


def test_where_no_reason_helps_none_is_asked_for(boss, capsys) -> None:
    importers.post_file(boss.call("bookkeeper"), content=FILE, name="j.json")
    _alone(boss.call("bookkeeper"), about=boss.user("bookkeeper"))
    fixes = [r["fix"] for r in refused(capsys, "books", "close", "2026-11", "--lock") if "review" in r["message"]]
    assert len(fixes) == 2
    for fix in fixes:
        assert "no reason replaces it" in fix and "Approvals" in fix and "owner_review" not in fix


def test_a_backup_is_not_written_over(boss, capsys, tmp_path: Path) -> None:
    path = tmp_path / "practice.backup"
    path.write_bytes(b"the only one")
    found = refused(capsys, "backup", "create", str(path))
    assert found[0]["code"] == "exists" and "--force" in found[0]["fix"]
    assert path.read_bytes() == b"the only one"
