"""From the patient's hand to the bank's statement: drawers, receipts, deposits, card batches, statement, match."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from steward.banking import importers, services
from steward.banking.logic.ofx_writer import write_ofx
from steward.banking.logic.statement import BankLine as Line
from steward.banking.logic.statement import Statement, numbered
from steward.banking.models import BankAccount, BankLine, Drawer, DrawerSession, Receipt
from steward.banking.selectors.cash import cash
from steward.banking.selectors.deposits import undeposited
from steward.banking.services import accounts, deposits, drawers, receipts
from steward.core.imports import Options
from steward.core.refusals import Refused
from steward.ledger.selectors import account_balance, item_balances, trial_balance
from steward.registry.models import Party

TODAY = dt.date(2026, 11, 23)
OPENING = 1_000_000


@pytest.fixture
def bank(office: Any) -> BankAccount:
    return accounts.change_bank_account(
        office.call("administrator"), account=BankAccount.objects.get(account__code="1050"), number="0000123456",
        opening_cents=OPENING, opening_on=dt.date(2026, 11, 1),
    )  # fmt: skip


@pytest.fixture
def drawer(office: Any) -> Drawer:
    return accounts.make_drawer(office.call("administrator"), name="Front 1", site=office.site, float_cents=20000)


@pytest.fixture
def session(office: Any, drawer: Drawer) -> DrawerSession:
    return drawers.open_drawer(office.call("frontdesk"), drawer=drawer, float_cents=20000)


@pytest.fixture
def ana(office: Any) -> Party:
    return office.entity.party


def role(name: str, day: dt.date = TODAY) -> int:
    return account_balance(day, role=name)


def take(office: Any, tender: str, cents: int, party: Party, **more: Any) -> Receipt:
    return receipts.take_receipt(office.call("frontdesk"), tender=tender, cents=cents, party=party, **more)


def refusal(act: Any) -> str:
    with pytest.raises(Refused) as caught:
        act()
    assert all(one.message and one.fix for one in caught.value.refusals)
    return caught.value.code


def statement(lines: list[Line], opening: int = OPENING) -> bytes:
    closing = opening + sum(line.cents for line in lines)
    one = Statement(
        "0000123456", numbered(lines), "021000021", closing_cents=closing, closing_on=TODAY,
        starts_on=dt.date(2026, 11, 1), ends_on=TODAY,
    )  # fmt: skip
    return write_ofx((one,), TODAY)


def bring(office: Any, content: bytes, **options: Any) -> Any:
    return importers.run(
        office.call("bookkeeper"), kind="ofx", content=content, name="november.qfx", options=Options(**options)
    )


def test_the_float_comes_from_petty_cash_and_lies_in_the_drawer(session: DrawerSession) -> None:
    assert (role("drawer"), role("petty_cash")) == (20000, -20000)
    assert item_balances([session.item]) == {session.item: {"drawer": 20000}}


def test_each_tender_lies_where_it_belongs(office: Any, session: DrawerSession, ana: Party) -> None:
    cash_one = take(office, "cash", 2500, ana)
    check = take(office, "check", 4000, ana, check_no="88")
    card = take(office, "card", 6000, ana, card_last4="4242")
    assert [one.number for one in (cash_one, check, card)] == [1, 2, 3]
    assert (role("drawer"), role("undeposited"), role("card_clearing")) == (22500, 4000, 6000)
    assert role("patient_prepaid") == -12500
    assert item_balances([check.item])[check.item] == {"undeposited": 4000, "patient_prepaid": -4000}


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"tender": "gold", "cents": 1}, "tender"),
        ({"tender": "cash", "cents": 0}, "amount"),
        ({"tender": "check", "cents": 5}, "check_no"),
        ({"tender": "card", "cents": 5, "card_last4": "4111111111111111"}, "card"),
        ({"tender": "cash", "cents": 5, "party": None}, "party"),
    ],
)
def test_what_a_receipt_refuses(
    office: Any, session: DrawerSession, ana: Party, more: dict[str, Any], code: str
) -> None:
    args = {"party": ana, **more}
    assert refusal(lambda: receipts.take_receipt(office.call("frontdesk"), **args)) == code
    assert Receipt.objects.count() == 0


def test_only_into_ones_own_open_drawer(office: Any, session: DrawerSession, ana: Party) -> None:
    assert (
        refusal(lambda: receipts.take_receipt(office.call("biller"), tender="cash", cents=5, party=ana)) == "no_drawer"
    )
    other = {"tender": "cash", "cents": 5, "party": ana, "session": session}
    assert refusal(lambda: receipts.take_receipt(office.call("biller"), **other)) == "not_your_drawer"
    assert (
        refusal(lambda: drawers.open_drawer(office.call("biller"), drawer=session.drawer, float_cents=0))
        == "drawer_open"
    )


def test_a_void_reverses_and_keeps_the_number(office: Any, session: DrawerSession, ana: Party) -> None:
    one = take(office, "cash", 2500, ana)
    receipts.void_receipt(office.call("frontdesk"), receipt=one, reason="wrong patient")
    one.refresh_from_db()
    assert (role("drawer"), role("patient_prepaid"), one.void_reason) == (20000, 0, "wrong patient")
    assert refusal(lambda: receipts.void_receipt(office.call("frontdesk"), receipt=one, reason="x")) == "voided"
    assert take(office, "cash", 100, ana).number == 2


def test_a_void_is_for_ones_own_drawer(office: Any, session: DrawerSession, ana: Party) -> None:
    one = take(office, "cash", 2500, ana)
    assert refusal(lambda: receipts.void_receipt(office.call("biller"), receipt=one, reason="x")) == "denied"


def test_blind_count_over_short_and_the_next_float(office: Any, session: DrawerSession, ana: Party) -> None:
    take(office, "cash", 10000, ana)
    desk = office.call("frontdesk")
    with pytest.raises(Refused) as caught:
        drawers.count_drawer(desk, session=session, cents=29000)
    assert caught.value.code == "reason_needed"
    assert "290" not in str(caught.value) and "1000" not in str(caught.value), "the count stays blind"
    counted = drawers.count_drawer(desk, session=session, cents=29000, reason="gave change twice")
    assert (counted.over_short_cents, counted.left_cents) == (-1000, 20000)
    assert (role("drawer"), role("undeposited"), role("cash_over_short")) == (20000, 9000, 1000)
    assert refusal(lambda: drawers.count_drawer(desk, session=counted, cents=1)) == "drawer_counted"
    again = drawers.open_drawer(desk, drawer=session.drawer, float_cents=20100)
    assert item_balances([again.item, session.item])[again.item]["drawer"] == 20100
    assert role("petty_cash") == -20000
    assert role("cash_over_short") == 900


def test_count_by_pieces(office: Any, session: DrawerSession) -> None:
    counted = drawers.count_drawer(
        office.call("frontdesk"), session=session, pieces={"2000": 10, "25": 4}, left_cents=0
    )
    assert (counted.counted_cents, counted.over_short_cents) == (20100, 100)
    assert (
        refusal(lambda: drawers.count_drawer(office.call("frontdesk"), session=counted, pieces={"3": 1}))
        == "drawer_counted"
    )


def test_safe_drop_pay_out_and_handover(office: Any, session: DrawerSession, ana: Party) -> None:
    take(office, "cash", 30000, ana)
    desk = office.call("frontdesk")
    drawers.safe_drop(desk, session=session, cents=20000)
    drawers.pay_out(desk, session=session, cents=1500, account="6850", memo="stamps")
    second = accounts.make_drawer(office.call("administrator"), name="Front 2", site=office.site)
    other = drawers.open_drawer(office.call("biller"), drawer=second, float_cents=0)
    given = drawers.hand_over(desk, session=session, to=other, cents=500)
    drawers.accept_hand_over(office.call("biller"), move=given, cents=500)
    assert item_balances([session.item, other.item]) == {
        session.item: {"drawer": 28000, "undeposited": 20000}, other.item: {"drawer": 500},
    }  # fmt: skip
    assert refusal(lambda: drawers.safe_drop(desk, session=session, cents=0)) == "amount"


def closed_day(office: Any, session: DrawerSession, ana: Party, bank: BankAccount) -> tuple[Any, Any]:
    """Cash 100.00, check 40.00, card 60.00; drawer counted, batch closed less a fee of 1.80, deposit locked."""
    take(office, "cash", 10000, ana)
    take(office, "check", 4000, ana, check_no="88")
    take(office, "card", 6000, ana)
    drawers.count_drawer(office.call("frontdesk"), session=session, cents=30000)
    batch = deposits.close_terminal_batch(office.call("administrator"), gross_cents=6000, fee_cents=180)
    deposit = deposits.make_deposit(office.call("administrator"), bank_account=bank, bag="A77")
    return deposit, batch


def test_deposit_takes_what_is_in_hand(office: Any, session: DrawerSession, ana: Party, bank: BankAccount) -> None:
    deposit, batch = closed_day(office, session, ana, bank)
    assert (deposit.number, deposit.currency_cents, deposit.checks_cents, deposit.cents) == (1, 10000, 4000, 14000)
    assert (role("undeposited"), role("eft_in_transit"), role("drawer")) == (0, 14000, 20000)
    assert undeposited() == []
    assert item_balances([batch.item]) == {batch.item: {"card_clearing": 6000}}
    assert (batch.settlement.cents, batch.settlement.gross_cents) == (5820, 6000)
    again = deposits.make_deposit
    assert refusal(lambda: again(office.call("administrator"), bank_account=bank)) == "nothing"


def test_who_took_the_cash_does_not_prepare_its_deposit(
    office: Any, session: DrawerSession, ana: Party, bank: BankAccount
) -> None:
    take(office, "check", 4000, ana, check_no="88")
    assert refusal(lambda: deposits.make_deposit(office.call("frontdesk"), bank_account=bank)) == "separation"
    assert role("undeposited") == 4000


def test_a_batch_that_differs_from_the_terminal_is_refused(office: Any, session: DrawerSession, ana: Party) -> None:
    take(office, "card", 6000, ana)
    close = deposits.close_terminal_batch
    assert refusal(lambda: close(office.call("biller"), gross_cents=6100)) == "batch_differs"
    assert refusal(lambda: close(office.call("biller"), fee_cents=6000)) == "fee"


def test_a_voided_deposit_is_in_hand_again(office: Any, session: DrawerSession, ana: Party, bank: BankAccount) -> None:
    deposit, _batch = closed_day(office, session, ana, bank)
    deposits.void_deposit(office.call("administrator"), deposit=deposit, reason="bag torn")
    assert (role("undeposited"), role("eft_in_transit")) == (14000, 0)
    assert deposits.make_deposit(office.call("administrator"), bank_account=bank).number == 2


def test_to_the_bank_and_back(office: Any, session: DrawerSession, ana: Party, bank: BankAccount) -> None:
    closed_day(office, session, ana, bank)
    position = cash(TODAY)
    assert (position.book_cents, position.bank_cents, position.in_transit_cents) == (OPENING, OPENING, 20000)
    content = statement(
        [
            Line(TODAY, 14000, "DEPOSIT", kind="deposit", check_no="1"),
            Line(TODAY, 5820, "MERCHANT BATCH 1 SETTLEMENT"),
            Line(TODAY, -1500, "MONTHLY SERVICE FEE", kind="fee"),
        ]
    )
    found = bring(office, content)
    assert (found.status, [part.status for part in found.parts]) == ("posted", ["posted"]), found
    assert cash(TODAY).available_cents == OPENING + 18320
    answer = services.reconcile(office.call("bookkeeper"), account=bank)
    assert [one["rule"] for one in answer["auto"]] == ["key", "key"]
    assert len(answer["open_bank"]) == 1
    assert (answer["suggested"], answer["ambiguous"], answer["open_book"]) == ([], [], [])
    assert (role("eft_in_transit"), role("card_clearing"), role("card_fees")) == (0, 0, 180)
    fee = BankLine.objects.get(uid=answer["open_bank"][0])
    services.explain_line(office.call("bookkeeper"), line=fee)
    assert role("bank_operating") == OPENING + 18320
    position = cash(TODAY)
    assert position.book_cents == position.bank_cents == position.available_cents
    before = trial_balance(TODAY)
    again = services.reconcile(office.call("bookkeeper"), account=bank)
    assert (again["auto"], again["open_bank"], again["open_book"]) == ([], [], [])
    assert trial_balance(TODAY) == before


def test_the_same_file_again_is_a_duplicate(office: Any, bank: BankAccount) -> None:
    content = statement([Line(TODAY, 500, "X"), Line(TODAY, 500, "X")])
    assert bring(office, content).status == "posted"
    assert bring(office, content).status == "duplicate"
    assert BankLine.objects.count() == 2


def test_a_longer_download_adds_only_what_is_new(office: Any, bank: BankAccount) -> None:
    first = [Line(TODAY, 500, "X"), Line(TODAY, 500, "X")]
    bring(office, statement(first))
    found = bring(office, statement([*first, Line(TODAY, 500, "X"), Line(TODAY, -20, "Y")]))
    assert found.status == "posted"
    assert sorted(BankLine.objects.values_list("cents", "occurrence")) == [(-20, 1), (500, 1), (500, 2), (500, 3)]


def test_a_file_that_does_not_prove_adds_nothing(office: Any, bank: BankAccount) -> None:
    found = bring(office, statement([Line(TODAY, 500, "X")], opening=OPENING + 1))
    assert (found.status, found.parts[0].problems[0].code) == ("refused", "unproved")
    assert BankLine.objects.count() == 0


def test_a_file_of_another_account_is_refused(office: Any, bank: BankAccount) -> None:
    content = statement([]).replace(b"0000123456", b"99887766")
    assert bring(office, content).parts[0].problems[0].code == "unknown_account"
    assert bring(office, content, account="1050").parts[0].problems[0].code == "wrong_account"


def test_an_account_named_by_its_code_opens_with_its_first_file(office: Any) -> None:
    content = statement([Line(TODAY, 500, "X")])
    assert bring(office, content).parts[0].problems[0].code == "unknown_account"
    assert bring(office, content, account="9999").parts[0].problems[0].code == "unknown_account"
    assert bring(office, content, account="1050").status == "posted"
    assert BankAccount.objects.get().last4 == "3456"
    assert bring(office, content).status == "duplicate"


def test_by_hand_undone_and_explained(office: Any, session: DrawerSession, ana: Party, bank: BankAccount) -> None:
    deposit, batch = closed_day(office, session, ana, bank)
    bring(office, statement([Line(TODAY, 14000, "COUNTER CREDIT"), Line(TODAY, 5700, "MERCHANT")]))
    book = office.call("bookkeeper")
    answer = services.reconcile(book, account=bank)
    assert answer["auto"] == []
    assert sorted(one["rule"] for one in answer["suggested"]) == ["amount", "card_fee"]
    lines = {one.cents: one for one in BankLine.objects.all()}
    by_hand = lambda line, settlement: services.match_by_hand(  # noqa: E731
        book, account=bank, lines=[lines[line].uid], settlements=[settlement.uid]
    )
    assert refusal(lambda: by_hand(5700, deposit.settlement)) == "differs"
    by_hand(5700, batch.settlement)
    assert (role("card_fees"), role("card_clearing")) == (300, 0)
    match = by_hand(14000, deposit.settlement)
    assert refusal(lambda: by_hand(14000, deposit.settlement)) == "not_open"
    assert (
        refusal(lambda: deposits.void_deposit(office.call("administrator"), deposit=deposit, reason="x")) == "matched"
    )
    services.unmatch(book, match=match, reason="wrong line")
    assert role("eft_in_transit") == 14000
    services.explain_line(book, line=lines[14000], account="1999", memo="to be cleared")
    assert role("suspense") == -14000
    assert refusal(lambda: services.explain_line(book, line=lines[14000])) == "not_open"
