"""What Today, search and the close's checklist show of banking."""

from __future__ import annotations

import datetime as dt
from typing import Any

from steward.banking import desk
from steward.banking.logic.statement import BankLine as Line
from steward.banking.models import BankAccount, DrawerSession
from steward.banking.services import closing, drawers
from steward.registry.models import Party
from tests.banking.test_day_of_money import TODAY, ana, bank, bring, closed_day, drawer, session, statement, take

__all__ = ["ana", "bank", "drawer", "session"]


def whats(office: Any, role: str, day: dt.date = TODAY) -> list[tuple[str, str]]:
    return [(one.state, one.what) for one in desk.waiting(office.call(role).subject, day)]


def test_an_uncounted_drawer_and_cash_in_hand_are_overdue_the_next_bank_days(
    office: Any, session: DrawerSession, ana: Party
) -> None:
    take(office, "check", 4000, ana, check_no="88")
    assert whats(office, "frontdesk") == []
    assert whats(office, "administrator", dt.date(2026, 11, 24))[0] == ("overdue", "Front 1 was not counted")
    assert whats(office, "biller", dt.date(2026, 11, 24)) == [("today", "Cash and checks wait for a deposit")]
    assert whats(office, "frontdesk", dt.date(2026, 11, 24)) == [
        ("overdue", "Front 1 was not counted"), ("today", "Cash and checks wait for a deposit"),
    ]  # fmt: skip
    assert whats(office, "frontdesk", dt.date(2026, 11, 25))[1][0] == "overdue"
    assert whats(office, "clinician", dt.date(2026, 11, 25)) == []


def test_a_slip_the_bank_has_not_shown_and_lines_nobody_explained(
    office: Any, session: DrawerSession, ana: Party, bank: BankAccount
) -> None:
    closed_day(office, session, ana, bank)
    bring(office, statement([Line(TODAY, 7, "X")]))
    assert whats(office, "bookkeeper") == [("today", "1 bank line explains itself to nobody")]
    assert [state for state, _ in whats(office, "bookkeeper", dt.date(2026, 12, 1))] == ["overdue", "today"]


def test_the_second_signature_waits_for_another_person(office: Any, session: DrawerSession) -> None:
    drawers.count_drawer(office.call("frontdesk"), session=session, cents=20000)
    closing.prepare_day_close(office.call("administrator"), day=TODAY, reasons={"mail": "none"})
    assert whats(office, "owner") == [("today", "The close of Monday, November 23 waits for your signature")]
    assert whats(office, "administrator") == []


def test_steps_of_the_close(office: Any, session: DrawerSession, ana: Party, bank: BankAccount) -> None:
    subject = office.call("administrator").subject
    assert [one.done for one in desk.closing(subject, TODAY)] == [False, True, False, True, False, False]
    closed_day(office, session, ana, bank)
    closing.log_mail(office.call("biller"), site=office.site, witness=office.user("frontdesk"))
    closing.prepare_day_close(office.call("biller"), day=TODAY)
    closing.sign_day_close(office.call("owner"), day=TODAY)
    steps = desk.closing(subject, TODAY)
    assert all(one.done for one in steps)
    assert steps[3].value == "140.00"


def test_figures_and_search(office: Any, session: DrawerSession, ana: Party, bank: BankAccount) -> None:
    deposit, _batch = closed_day(office, session, ana, bank)
    subject = office.call("administrator").subject
    assert [one.cents for one in desk.figures(subject, TODAY)] == [1_000_000, 20_000, 0]
    assert desk.figures(office.call("frontdesk").subject, TODAY) == []
    assert [one.label for one in desk.search(subject, str(deposit.number))] == ["Receipt 1", "Deposit slip 1"]
    assert desk.search(subject, "nobody") == []
