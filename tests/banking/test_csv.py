"""A bank's CSV by its profile: looked at, corrected, saved with the account, and imported like every other file."""

from __future__ import annotations

from base64 import b64encode
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from steward.banking.models import BankAccount, BankLine, CsvProfile, StatementImport
from tests.banking.logic.test_bank_csv import NO_NAMES, TWO_COLUMNS
from tests.banking.test_day_of_money import bank
from tests.banking.test_imports import codes, run
from tests.support import signed_in

__all__ = ["bank"]

GOOD = b"Date,Description,Amount,Balance\n11/20/2026,COUNTER CREDIT,500.00,\"10,500.00\"\n11/21/2026,FEE,-5.00,\"10,495.00\"\n"


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEWARD_NOW", "2026-11-23T12:00:00-05:00")


def send(client: Any, account: BankAccount, upload: bytes | None = None, **data: Any) -> Any:
    if upload is not None:
        data["file"] = SimpleUploadedFile("november.csv", upload)
    return client.post(reverse("banking:csv", args=[account.uid]), {"_key": str(uuid4()), **data})


def chosen(content: bytes, **more: Any) -> dict[str, Any]:
    return {"content": b64encode(content).decode(), "name": "november.csv", "date": "0", "date_order": "mdy", "sign": "plus_in",
            "text": ["1"], **more}  # fmt: skip


def test_a_file_whose_balances_prove_the_guess_needs_nobody(office: Any, bank: BankAccount) -> None:
    assert codes(run(office, GOOD)) == [["unknown_account"]]
    found = run(office, GOOD, account="1050")
    assert (found.kind, found.status, BankLine.objects.count()) == ("bank-csv", "posted", 2), found
    assert run(office, GOOD, account="1050").status == "duplicate"
    assert StatementImport.objects.get().closing_cents == 1_049_500


def test_one_without_balances_waits_for_a_person(office: Any, bank: BankAccount) -> None:
    plain = GOOD.replace(b",Balance", b"").replace(b',"10,500.00"', b"").replace(b',"10,495.00"', b"")
    assert codes(run(office, plain, account="1050")) == [["no_profile"]]


def test_gap_and_broken_chain_are_told_apart(office: Any, bank: BankAccount) -> None:
    run(office, GOOD, account="1050")
    later = GOOD.replace(b"11/2", b"12/2").replace(b"10,5", b"10,7").replace(b"10,4", b"10,6")
    assert codes(run(office, later, account="1050")) == [["gap"]]
    broken = GOOD.replace(b"10,495.00", b"10,494.00")
    assert codes(run(office, broken, account="1050")) == [["no_profile"]], "nothing proves the guess"
    assert BankLine.objects.count() == 2


def test_the_wizard_shows_corrects_saves_and_imports(office: Any, bank: BankAccount) -> None:
    books = signed_in("bookkeeper")
    assert books.get(reverse("banking:csv", args=[bank.uid])).status_code == 200
    shown = send(books, bank, GOOD)
    assert shown.status_code == 200 and b"COUNTER CREDIT" in shown.content and b"The balances prove it" in shown.content
    wrong = send(books, bank, **chosen(GOOD, step="look", amount="3", balance="2"))
    assert wrong.status_code == 200 and b"the balance says" in wrong.content
    done = send(books, bank, **chosen(GOOD, step="save", amount="2", balance="3"))
    assert done.status_code == 303 and BankLine.objects.count() == 2
    assert CsvProfile.objects.get().body["header"] == ["Date", "Description", "Amount", "Balance"]
    again = GOOD.replace(b"11/2", b"11/3").replace(b"11/31", b"12/01").replace(b"10,500.00", b"10,995.00").replace(b"10,495.00", b"10,990.00")
    assert run(office, again).status == "posted", "the saved profile names the account"


def test_a_closing_balance_may_be_typed(office: Any, bank: BankAccount) -> None:
    data = b"Date,Description,Amount\n11/20/2026,COUNTER CREDIT,500.00\n"
    books = signed_in("bookkeeper")
    refused = send(books, bank, **chosen(data, step="save", amount="2"))
    assert refused.status_code == 422 and b"closing balance" in refused.content
    wrong = send(books, bank, **chosen(data, step="save", amount="2", closing_cents="10501.00"))
    assert wrong.status_code == 422 and BankLine.objects.count() == 0
    assert send(books, bank, **chosen(data, step="save", amount="2", closing_cents="10500.00")).status_code == 303
    assert CsvProfile.objects.count() == 1


def test_what_is_no_table_is_said_beside_the_file(office: Any, bank: BankAccount) -> None:
    books = signed_in("bookkeeper")
    for content in (b"hello", b"\0\0", b"a,b\n1,2\n", None):
        assert send(books, bank, content).status_code == 422
    assert send(books, bank, content="%%%", step="save").status_code == 422


def test_columns_that_say_two_things_are_refused(office: Any, bank: BankAccount) -> None:
    books = signed_in("bookkeeper")
    for content, more in ((TWO_COLUMNS, {"amount": "2", "debit": "3"}), (NO_NAMES, {"amount": "0"}), (GOOD, {"amount": "9"})):
        assert send(books, bank, **chosen(content, step="save", **more)).status_code == 422
    assert not CsvProfile.objects.exists()
