"""What the clearing house returned: kept once, tied to the check it came of, on Today until somebody has acted."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from steward.banking.models import AchReturn, BankAccount, DrawerSession
from steward.core.access.decide import Subject
from steward.desk.rooms import waiting
from steward.registry.models import Party
from tests.banking.logic.test_nacha import GOOD, made
from tests.banking.test_day_of_money import TODAY, ana, bank, drawer, session, take
from tests.banking.test_imports import codes, run
from tests.support import signed_in

__all__ = ["ana", "bank", "drawer", "session"]


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEWARD_NOW", "2026-11-23T12:00:00-05:00")


def tasks(office: Any) -> list[Any]:
    subject: Subject = office.call("bookkeeper").subject
    return [one for one in waiting(subject, TODAY) if "clearing house" in one.what]


def test_a_return_is_kept_once_and_waits_on_today(office: Any, bank: BankAccount) -> None:
    found = run(office, GOOD.encode())
    assert (found.kind, found.status, [part.ref for part in found.parts]) == ("nacha-return", "posted", ["R01 091400600000001"])
    assert run(office, GOOD.encode()).status == "duplicate"
    assert run(office, GOOD.replace("\n", "\r\n").encode()).status == "duplicate", "the same in another file"
    row = AchReturn.objects.get()
    assert (row.cents, row.receipt, str(row.due_on)) == (-4500, None, "2026-11-24")
    assert [one.due for one in tasks(office)] == [row.due_on]


def test_a_notice_is_due_in_six_bank_days_and_its_numbers_are_sealed(office: Any, bank: BankAccount) -> None:
    run(office, made(0, code="21", addenda="98C01").encode())
    row = AchReturn.objects.get()
    assert (row.kind, str(row.due_on), row.corrected) == ("change", "2026-12-02", "1918171614")  # Thanksgiving between
    with connection.cursor() as cursor:
        cursor.execute("SELECT corrected, account_last4 FROM banking_achreturn")
        sealed, last4 = cursor.fetchone()
    assert "1918171614" not in str(sealed) and last4 == "6789"


def test_a_converted_check_finds_its_receipt_unless_two_could_be_it(office: Any, session: DrawerSession, ana: Party) -> None:
    one = take(office, "check", 4500, ana, check_no="101")
    run(office, GOOD.encode())
    assert AchReturn.objects.get().receipt == one
    take(office, "check", 4500, ana, check_no="101")
    run(office, made(day="261121").encode())
    assert AchReturn.objects.order_by("-id")[0].receipt is None


def test_what_does_not_add_up_leaves_nothing(office: Any, bank: BankAccount) -> None:
    assert codes(run(office, GOOD.replace("0000004500", "0000004501", 1).encode())) == [["control"]]
    assert codes(run(office, GOOD.replace("799R01", "705R01").encode())) == [["no_returns"]]
    assert not AchReturn.objects.exists()


def test_pages_lead_to_the_returned_payment_and_close_it(office: Any, session: DrawerSession, ana: Party) -> None:
    one = take(office, "check", 4500, ana, check_no="101")
    run(office, GOOD.encode())
    row = AchReturn.objects.get()
    books, boss = signed_in("bookkeeper"), signed_in("biller")
    page = reverse("banking:ach_return", args=[row.uid])
    assert b"too little money" in books.get(page).content
    assert reverse("billing:returned_new", args=[one.uid]).encode() not in books.get(page).content, "hers are the books"
    assert b"R01" in books.get(reverse("banking:ach_returns")).content
    assert reverse("billing:returned_new", args=[one.uid]).encode() in boss.get(page).content, "the biller reopens what it paid"
    assert signed_in("frontdesk").get(page).status_code == 403
    close = reverse("banking:ach_return_close", args=[row.uid])
    assert books.post(close, {"_key": str(uuid4()), "outcome": " "}).status_code == 422
    assert books.post(close, {"_key": str(uuid4()), "outcome": "asked for another check"}).status_code == 303
    assert books.post(close, {"_key": str(uuid4()), "outcome": "again"}).status_code == 422
    assert tasks(office) == []


def test_the_database_keeps_it(office: Any, bank: BankAccount) -> None:
    run(office, GOOD.encode())
    for sql in ("UPDATE banking_achreturn SET cents = 1", "DELETE FROM banking_achreturn", "UPDATE banking_achreturn SET outcome = 'x'"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
