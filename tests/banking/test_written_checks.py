"""The practice's own checks: written, signed, numbered, printed, voided, stopped, spoiled; told to the bank; matched by number."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from steward.banking import services
from steward.banking.logic import positive_pay
from steward.banking.logic.check_words import ONES, TENS, amount_in_words, number_in_words
from steward.banking.logic.positive_pay import Layout, LayoutError, Told
from steward.banking.models import BankAccount, CheckSetting, PositivePay, WrittenCheck
from steward.banking.selectors.cash import cash
from steward.banking.selectors.findings import findings
from steward.banking.selectors.written import to_tell
from steward.core.approvals import deciders
from steward.core.approvals import selectors as asked
from steward.core.refusals import Refused
from steward.ledger.selectors import account_balance, verify
from tests.banking.test_day_of_money import bank
from tests.banking.test_imports import run
from tests.support import Office, signed_in

__all__ = ["bank"]
TODAY = date(2026, 11, 23)
RENT = [("6000", 240_000, "November")]


# ---- pure ----
def told(words: str) -> int:
    """The number an independent reader makes of English words."""
    small = {**{word: n for n, word in enumerate(ONES)}, **{word: 10 * n for n, word in enumerate(TENS) if word}}
    total = part = 0
    for word in words.replace("-", " ").split():
        if word == "hundred":
            part *= 100
        elif word in ("thousand", "million"):
            total, part = total + part * {"thousand": 1_000, "million": 1_000_000}[word], 0
        else:
            part += small[word]
    return total + part


@given(st.integers(0, 999_999_999))
def test_words_read_back(n: int) -> None:
    assert told(number_in_words(n)) == n


def test_the_amount_as_checks_say_it() -> None:
    assert amount_in_words(123_456) == "One thousand two hundred thirty-four and 56/100"
    assert amount_in_words(5) == "Zero and 05/100" and amount_in_words(2_000_000_00) == "Two million and 00/100"
    for wrong in (0, -1, 100_000_000_000):
        with pytest.raises(ValueError, match="no amount"):
            amount_in_words(wrong)


ROWS = [Told(1001, date(2026, 11, 20), 123_456, "Ridge, Properties"), Told(1002, date(2026, 11, 21), 5, "O'Neil & Co", void=True)]


def test_the_banks_file_with_commas_and_in_columns() -> None:
    plain = positive_pay.write(ROWS, positive_pay.COMMON, account="123456", routing="021000021").decode()
    assert plain == '123456,1001,11202026,1234.56,"Ridge, Properties",I\r\n123456,1002,11212026,0.05,O\'Neil & Co,V\r\n'
    columns = positive_pay.read_columns("account 10, number 8, date 8, amount 10, flag 1, payee 6", fixed=True)
    fixed = positive_pay.write(ROWS, Layout(columns, fixed=True, day="YYYYMMDD", amount="cents"), account="123456").decode()
    assert fixed.splitlines() == ["00001234560000100120261120" + "0000123456" + "IRidge,", "00001234560000100220261121" + "0000000005" + "VO'Neil"]
    assert positive_pay.layout_of(Layout(columns, fixed=True).as_json()) == Layout(columns, fixed=True)
    assert positive_pay.layout_of({}) == positive_pay.COMMON


@pytest.mark.parametrize(
    ("columns", "fixed"),
    [("number", False), ("number, amount, color", False), ("number x, amount", True), ("number, amount 9", True)],
)
def test_a_layout_that_cannot_be(columns: str, fixed: bool) -> None:
    with pytest.raises(LayoutError):
        positive_pay.read_columns(columns, fixed=fixed)


def test_no_figure_is_ever_cut() -> None:
    layout = Layout((("number", 3), ("amount", 9)), fixed=True)
    with pytest.raises(LayoutError, match="1001"):
        positive_pay.write(ROWS, layout, account="1")


# ---- the room ----
def write(
    office: Office, bank: BankAccount, *, lines: Any = RENT, sign: bool = True, payee: str = "Ridge Properties", day: date = TODAY
) -> WrittenCheck:
    row = services.write_check(office.call("bookkeeper"), uid=uuid4(), bank_account=bank, day=day, payee=payee, lines=lines)
    return services.sign_check(office.call("administrator"), uid=row.uid, approve=True) if sign else row


def code_of(act: Any, *args: Any, **values: Any) -> str:
    with pytest.raises(Refused) as found:
        act(*args, **values)
    assert all(r.message and r.fix for r in found.value.refusals)
    return found.value.code


@pytest.mark.django_db
def test_written_by_one_signed_by_another_then_in_the_books(office: Office, bank: BankAccount) -> None:
    row = write(office, bank, sign=False)
    assert (row.state, row.number, row.entry) == ("waiting", None, None) and account_balance(TODAY, code="6000") == 0
    assert code_of(services.sign_check, office.call("bookkeeper"), uid=row.uid, approve=True)
    waiting = asked.latest(row.uid, "payment")
    assert waiting is not None
    deciders.decide(office.call("administrator"), request=waiting, approve=True)
    row.refresh_from_db()
    assert (row.state, row.number) == ("issued", 1001) and row.settlement is not None and row.settlement.cents == -240_000
    assert account_balance(TODAY, code="6000") == 240_000 and account_balance(TODAY, role="eft_in_transit") == -240_000
    position = cash(TODAY)
    assert (position.outstanding_cents, position.in_transit_cents) == (240_000, 0)
    assert write(office, bank).number == 1002 and verify().ok


@pytest.mark.django_db
def test_a_no_and_a_withdrawal_leave_no_number(office: Office, bank: BankAccount) -> None:
    first, second = write(office, bank, sign=False), write(office, bank, sign=False, payee="Other")
    assert services.sign_check(office.call("administrator"), uid=first.uid, approve=False, comment="not ours").state == "rejected"
    request = asked.latest(second.uid, "payment")
    assert request is not None
    deciders.withdraw(office.call("bookkeeper"), request=request)
    assert set(WrittenCheck.objects.values_list("state", "number")) == {("rejected", None)}
    assert code_of(services.withdraw_check, office.call("bookkeeper"), uid=second.uid) == "no_check"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "code"),
    [({"payee": " "}, "no_payee"), ({"lines": []}, "amount"), ({"lines": [("6000", 0, "")]}, "amount"),
     ({"lines": [("9x", 5, "")]}, "unknown_account"), ({"lines": [("6000", -5, "")]}, "amount"), ({"day": date(2026, 12, 24)}, "day")],
)  # fmt: skip
def test_what_is_no_check(office: Office, bank: BankAccount, change: dict[str, Any], code: str) -> None:
    values = {"uid": uuid4(), "bank_account": bank, "day": TODAY, "payee": "Ridge", "lines": RENT, **change}
    assert code_of(services.write_check, office.call("bookkeeper"), **values) == code


@pytest.mark.django_db
def test_void_and_stop_reverse_and_keep_the_number(office: Office, bank: BankAccount) -> None:
    call = office.call("bookkeeper")
    first, second = write(office, bank), write(office, bank, payee="Other")
    assert code_of(services.void_check, call, uid=first.uid, reason=" ") == "no_reason"
    assert services.void_check(call, uid=first.uid, reason="misprinted").state == "voided"
    assert services.stop_check(call, uid=second.uid, reason="lost in the mail").state == "stopped"
    assert code_of(services.void_check, call, uid=first.uid, reason="again") == "state"
    assert account_balance(TODAY, code="6000") == 0 and cash(TODAY).outstanding_cents == 0
    assert code_of(services.spoil_check, call, bank_account=bank, number=1001, reason="torn") == "number"
    assert services.spoil_check(call, bank_account=bank, number=1003, reason="torn").state == "spoiled"
    assert write(office, bank, payee="Third").number == 1004


@pytest.mark.django_db
def test_the_bank_is_told_of_each_check_once(office: Office, bank: BankAccount) -> None:
    call = office.call("bookkeeper")
    assert code_of(services.make_positive_pay, call, bank_account=bank) == "nothing"
    first, second = write(office, bank), write(office, bank, payee="Other")
    services.void_check(call, uid=second.uid, reason="misprinted")
    made = services.make_positive_pay(call, bank_account=bank)
    assert (made.checks, made.cents) == (2, 240_000) and to_tell(bank) == []
    assert code_of(services.make_positive_pay, call, bank_account=bank) == "nothing"
    services.stop_check(call, uid=first.uid, reason="lost")
    assert [(row.number, void) for row, void in to_tell(bank)] == [(1001, True)]
    assert services.make_positive_pay(call, bank_account=bank).cents == 0
    admin = office.call("administrator")
    narrow = Layout((("number", 3), ("amount", 9)), fixed=True)
    assert code_of(services.save_check_setting, admin, bank_account=bank, next_number=1002) == "number"
    services.save_check_setting(admin, bank_account=bank, next_number=5001, right_mm=3, layout=narrow)
    assert write(office, bank, payee="Third").number == 5001
    assert code_of(services.make_positive_pay, call, bank_account=bank) == "layout"


CSV = b"Date,Description,Amount,Balance\n11/20/2026,CHECK 1001,\"-2,400.00\",\"7,600.00\"\n11/21/2026,FEE,-5.00,\"7,595.00\"\n"


@pytest.mark.django_db
def test_the_bank_pays_it_and_the_number_matches(office: Office, bank: BankAccount) -> None:
    row = write(office, bank, day=date(2026, 11, 19))
    run(office, CSV, account="1050")
    services.reconcile(office.call("bookkeeper"), account=bank)
    assert row.settlement is not None and row.settlement.parts.filter(live=True).exists()
    assert account_balance(TODAY, role="eft_in_transit") == 0 and cash(TODAY).outstanding_cents == 0
    assert code_of(services.void_check, office.call("bookkeeper"), uid=row.uid, reason="too late") == "matched"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE banking_writtencheck SET payee = 'Me'", "UPDATE banking_writtencheck SET cents = 1", "UPDATE banking_writtencheck SET number = 7",
        "UPDATE banking_writtencheck SET state = 'waiting'", "DELETE FROM banking_writtencheckline", "UPDATE banking_writtencheckline SET cents = 1",
        "DELETE FROM banking_positivepayline", "UPDATE banking_positivepay SET cents = 1",
    ],
)  # fmt: skip
def test_the_database_keeps_what_was_signed_and_told(office: Office, bank: BankAccount, attack: str) -> None:
    write(office, bank)
    services.make_positive_pay(office.call("bookkeeper"), bank_account=bank)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(attack)


@pytest.mark.django_db
def test_the_screens(office: Office, bank: BankAccount, django_assert_max_num_queries: Any) -> None:
    keeper = signed_in("bookkeeper")
    typed = {
        "uid": str(uuid4()), "bank_account": bank.pk, "day": "2026-11-23", "payee": "Ridge Properties", "account_1": "6000", "cents_1": "2400.00",
        "words_1": "November", "account_2": "6010",
    }  # fmt: skip
    wrong = keeper.post(reverse("banking:check_new"), typed)
    assert wrong.status_code == 422 and "A line has an account and an amount" in wrong.content.decode()
    assert keeper.post(reverse("banking:check_new"), {**typed, "account_2": ""}).status_code == 303
    row = WrittenCheck.objects.get()
    page = reverse("banking:check", args=[row.uid])
    assert "waits for somebody else" in keeper.get(page).content.decode()
    boss = signed_in("administrator")
    assert "Your signature" in boss.get(page).content.decode()
    assert boss.post(page, {"answer": "yes", "comment": ""}).status_code == 303
    assert "November" in keeper.get(page).content.decode()
    for payee in ("A", "B", "C"):
        write(office, bank, payee=payee)
    with django_assert_max_num_queries(14):
        listed = keeper.get(reverse("banking:checks")).content.decode()
    assert "1001" in listed and "Ridge Properties" in listed
    paper = keeper.post(reverse("banking:checks_print"), {"uid": [str(one.uid) for one in WrittenCheck.objects.all()]})
    assert paper["Content-Type"] == "application/pdf" and paper.content.startswith(b"%PDF")
    row.refresh_from_db()
    assert row.prints == 1 and keeper.post(reverse("banking:check_print", args=[row.uid])).status_code == 200
    told_page = reverse("banking:positive_pay", args=[bank.uid])
    assert "To tell the bank" in keeper.get(told_page).content.decode() and keeper.post(told_page).status_code == 303
    made = PositivePay.objects.get()
    sent = keeper.get(reverse("files:raw", args=[made.file.uid]) + "?download")
    body = b"".join(sent.streaming_content) if sent.streaming else sent.content  # type: ignore[attr-defined]
    assert b"0000123456,1001,11232026,2400.00,Ridge Properties,I" in body
    setting = reverse("banking:check_setting", args=[bank.uid])
    assert boss.get(setting).status_code == 200
    form = {
        "next_number": 2001, "right_mm": 2, "down_mm": -1, "columns": "number, amount, colour", "day": "MMDDYYYY", "amount": "cents",
        "issue": "I", "void": "V",
    }  # fmt: skip
    assert boss.post(setting, form).status_code == 422
    assert boss.post(setting, {**form, "columns": "number, amount"}).status_code == 303
    assert CheckSetting.objects.get().positive_pay["columns"] == [["number", 0], ["amount", 0]]
    for name in ("check_void", "check_stop"):
        assert keeper.get(reverse(f"banking:{name}", args=[row.uid])).status_code == 200
    assert keeper.post(reverse("banking:check_void", args=[row.uid]), {"reason": "misprinted"}).status_code == 303
    assert keeper.post(reverse("banking:check_spoil"), {"bank_account": bank.pk, "number": 3000, "reason": "torn"}).status_code == 303
    assert signed_in("frontdesk").get(reverse("banking:checks")).status_code == 403


@pytest.mark.django_db
def test_a_gap_and_a_twin_that_is_spoiled(office: Office, bank: BankAccount) -> None:
    write(office, bank)
    services.save_check_setting(office.call("administrator"), bank_account=bank, next_number=1003)
    write(office, bank, payee="Other", lines=[("6010", 99, "")])
    (gap,) = [one for one in findings(TODAY) if one.check == "missing_check_number"]
    assert "1002" in gap.title
    services.spoil_check(office.call("bookkeeper"), bank_account=bank, number=1002, reason="torn")
    assert [one for one in findings(TODAY) if one.check == "missing_check_number"] == []
