"""The screens: every page answers, forms do what they say, refusals come back with 422, the count stays blind."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from steward.banking import papers
from steward.banking.logic.statement import BankLine as Line
from steward.banking.models import BankAccount, BankLine, DayClose, Deposit, Drawer, DrawerSession, Receipt
from steward.banking.services import accounts, deposits, drawers, receipts
from steward.banking.views import close
from steward.core.audit.models import SignedHead
from steward.core.audit.selectors import ends, last_row
from steward.core.audit.services import sign_head
from steward.registry.models import Party
from tests.banking.test_day_of_money import TODAY, ana, bank, bring, closed_day, drawer, session, statement, take
from tests.support import signed_in

__all__ = ["ana", "bank", "drawer", "session"]


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEWARD_NOW", "2026-11-23T12:00:00-05:00")


def post(client: Any, name: str, *args: Any, **data: Any) -> Any:
    return client.post(reverse(f"banking:{name}", args=args), {"_key": str(uuid4()), **data})


def get(client: Any, name: str, *args: Any) -> Any:
    return client.get(reverse(f"banking:{name}", args=args))


def test_every_page_answers(office: Any, session: DrawerSession, ana: Party, bank: BankAccount) -> None:
    one = take(office, "cash", 100, ana)
    desk, boss, books = signed_in("frontdesk"), signed_in("administrator"), signed_in("bookkeeper")
    assert get(desk, "count", session.uid).status_code == 200
    deposit, _batch = closed_day(office, session, ana, bank)
    bring(office, statement([Line(TODAY, 14000, "COUNTER CREDIT"), Line(TODAY, -5, "FEE", kind="fee")]))
    line = BankLine.objects.first()
    pages = [
        (desk, "drawers"), (desk, "drawer", session.uid), (desk, "receipts"), (desk, "receipt_new"),
        (desk, "receipt", one.uid), (boss, "home"), (boss, "cash"), (boss, "deposits"), (boss, "deposit_new"),
        (boss, "deposit", deposit.uid), (boss, "batches"), (boss, "batch_new"), (boss, "account", bank.uid),
        (boss, "account_new"), (boss, "account_change", bank.uid), (boss, "lines"), (boss, "line", line.uid),
        (books, "explain", line.uid), (books, "match", bank.uid), (boss, "close"), (boss, "close_day", TODAY),
        (boss, "sheet", TODAY), (boss, "mail_new"), (boss, "drawer_new"),
    ]  # fmt: skip
    for client, name, *args in pages:
        response = get(client, name, *args)
        assert response.status_code == 200, (name, response.status_code, response.content[:400])


def test_the_front_desk_sees_its_own_deposits_and_no_bank_lines(
    office: Any, session: DrawerSession, ana: Party, bank: BankAccount
) -> None:
    deposit, _batch = closed_day(office, session, ana, bank)  # the administrator prepared it
    bring(office, statement([Line(TODAY, 14000, "COUNTER CREDIT")]))
    line = BankLine.objects.get()
    desk = signed_in("frontdesk")
    assert get(desk, "lines").status_code == get(desk, "account", bank.uid).status_code == 403
    assert get(desk, "line", line.uid).status_code == 403
    assert get(desk, "deposit", deposit.uid).status_code == get(desk, "slip", deposit.uid).status_code == 404
    page = get(desk, "home").content.decode()
    assert "COUNTER CREDIT" not in page and "10,140.00" not in page and str(bank) not in page
    accounts_of = accounts.make_drawer(office.call("administrator"), name="Front 9", site=office.site)
    other = drawers.open_drawer(office.call("biller"), drawer=accounts_of, float_cents=0)
    receipts.take_receipt(office.call("biller"), tender="check", cents=700, party=ana, check_no="9", session=other)
    own = deposits.make_deposit(office.call("frontdesk"), bank_account=bank)
    assert get(desk, "deposit", own.uid).status_code == get(desk, "slip", own.uid).status_code == 200
    listed = get(desk, "deposits").content.decode()
    assert str(own.uid) in listed and str(deposit.uid) not in listed
    assert get(signed_in("administrator"), "lines").status_code == 200


def test_papers_are_pdf(office: Any, session: DrawerSession, ana: Party, bank: BankAccount) -> None:
    deposit, _batch = closed_day(office, session, ana, bank)
    boss = signed_in("administrator")
    for response in (get(boss, "slip", deposit.uid), get(boss, "sheet_pdf", TODAY)):
        assert response["Content-Type"] == "application/pdf"
        assert response.content.startswith(b"%PDF")


def test_the_sheet_carries_the_audit_logs_end(office: Any, session: DrawerSession) -> None:
    sign_head(office.system())
    signed = SignedHead.objects.get()
    take(office, "cash", 100, office.entity.party)
    rows = dict(close._end_of_log(*one) for one in ends())
    assert rows[f"Audit log signed {signed.day}"] == f"row {signed.seq}, {signed.hash[:48]}"
    assert rows["Audit log when printed"].startswith(f"row {last_row()}, ") and last_row() > signed.seq
    assert get(signed_in("administrator"), "sheet_pdf", TODAY).content.startswith(b"%PDF")


def test_ten_columns_of_drawers_stand_on_the_page() -> None:
    cents = ("float", "cash_receipts", "cash_refunds", "paid_out", "safe_drop", "handover", "expected", "counted", "over_short")
    row = {f"{name}_cents": 123456 for name in cents} | {"drawer": "Front desk 1", "cashier": "Nina A Zamora", "reason": ""}
    wide, _high = papers._drawers({"drawers": [row]})[1].wrap(504, 700)
    assert wide <= 504, "letter paper less two margins of three quarters of an inch"


def test_open_count_and_what_stays_hidden(office: Any, drawer: Drawer, ana: Party) -> None:
    desk = signed_in("frontdesk")
    response = post(desk, "drawer_open", drawer=drawer.pk, float_cents="200.00")
    assert response.status_code == 303, response.content[:600]
    opened = DrawerSession.objects.get()
    take(office, "cash", 12345, ana)
    page = get(desk, "count", opened.uid).content.decode()
    assert "323.45" not in page and "123.45" not in page, "the count is blind"
    assert "323.45" not in get(desk, "drawer", opened.uid).content.decode()
    assert "123.45" not in get(signed_in("administrator"), "sheet", TODAY).content.decode()
    wrong = post(desk, "count", opened.uid, cents="300.00")
    assert wrong.status_code == 422
    assert "23.45" not in wrong.content.decode()
    done = post(desk, "count", opened.uid, cents="", reason="a roll lay beneath the tray", n10000="3", n2000="1", n100="3", n25="1", n10="2")
    assert done.status_code == 303, done.content[:900]
    opened.refresh_from_db()
    assert (opened.counted_cents, opened.over_short_cents) == (32345, 0)


def test_refusals_come_back_beside_their_field(office: Any, session: DrawerSession) -> None:
    response = post(signed_in("frontdesk"), "drop", session.uid, cents="-999.00", memo="evening")
    assert response.status_code == 422
    assert "999.00" in response.content.decode()


def test_the_same_form_twice_does_it_once(office: Any, session: DrawerSession) -> None:
    desk, key = signed_in("frontdesk"), str(uuid4())
    for _ in range(2):
        desk.post(reverse("banking:drop", args=[session.uid]), {"_key": key, "cents": "10.00", "memo": ""})
    assert drawers.cash_in(session) == 19000


def test_deposit_reconcile_and_close_through_the_screens(
    office: Any, session: DrawerSession, ana: Party, bank: BankAccount
) -> None:
    take(office, "check", 4000, ana, check_no="88")
    drawers.count_drawer(office.call("frontdesk"), session=session, cents=20000)
    boss, books = signed_in("administrator"), signed_in("bookkeeper")
    items = [f"receipt:{Receipt.objects.get().uid}"]
    response = post(boss, "deposit_new", bank_account=bank.pk, items=items, coin_cents="", bag="A1")
    assert response.status_code == 303, response.content[:900]
    bring(office, statement([Line(TODAY, 4000, "DEPOSIT", kind="deposit", check_no=str(Deposit.objects.get().number))]))
    assert post(books, "reconcile", bank.uid).status_code == 303
    assert BankLine.objects.get().parts.filter(live=True).exists()
    assert post(boss, "close_day", TODAY).status_code == 422
    assert post(signed_in("biller"), "close_day", TODAY, mail="none came").status_code == 303
    assert post(signed_in("owner"), "close_sign", TODAY).status_code == 303
    assert DayClose.objects.get().state == "signed"


def test_roles_that_may_not_are_turned_away(office: Any, session: DrawerSession, bank: BankAccount) -> None:
    for role, name, args in (
        ("clinician", "home", []), ("frontdesk", "cash", []), ("frontdesk", "explain", [uuid4()]), ("patient", "drawers", []),
        ("frontdesk", "account_new", []),
    ):  # fmt: skip
        assert get(signed_in(role), name, *args).status_code == 403, (role, name)
