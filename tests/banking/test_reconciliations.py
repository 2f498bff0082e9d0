"""A bank account against its statement: to the cent or not finished, then immutable; ties to the books; reopening; the report."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from steward.banking import services
from steward.banking.models import BankAccount, BankLine, Match, Reconciliation
from steward.banking.selectors.reconciliations import candidates, sheet, state_at
from steward.core.refusals import Refused
from steward.desk.closing import month_results
from steward.ledger import services as ledger
from steward.ledger.selectors import verify
from tests.banking.test_csv import GOOD
from tests.banking.test_day_of_money import bank
from tests.banking.test_imports import run
from tests.ledger.support import entry, line
from tests.support import signed_in

__all__ = ["bank"]
pytestmark = pytest.mark.django_db
ON = date(2026, 11, 21)


def code_of(act: Any, *args: Any, **values: Any) -> str:
    with pytest.raises(Refused) as found:
        act(*args, **values)
    assert all(r.message and r.fix for r in found.value.refusals)
    return found.value.code


@pytest.fixture
def call(office: Any, bank: BankAccount) -> Any:
    """500.00 in and a fee of 5.00 at the bank; the deposit was booked by hand, the fee not yet."""
    run(office, GOOD, account="1050")
    keeper = office.call("bookkeeper")
    ledger.post(keeper, draft=entry(line("bank_operating", 50_000), line("patient_prepaid", -50_000), day=date(2026, 11, 19)))
    return keeper


def fee() -> BankLine:
    return BankLine.objects.get(cents=-500)


def credit() -> BankLine:
    return BankLine.objects.get(cents=50_000)


def finish(call: Any, bank: BankAccount) -> Reconciliation:
    services.tie_line(call, line=credit(), book_line=candidates(credit())[0].pk)
    services.explain_line(call, line=fee(), account="6900")
    return services.finish_reconciliation(call, account=bank, statement_on=ON)


def test_from_the_bank_to_the_books(call: Any, bank: BankAccount) -> None:
    found = sheet(bank, ON)
    assert (found.bank_cents, found.book_cents, found.outstanding_cents) == (1_049_500, 1_050_000, 50_000)
    assert [one.cents for one in found.unbooked] == [50_000, -500] and not found.ready
    assert found.difference_cents == -49_500  # what the bank shows and nothing answers


def test_a_tie_posts_nothing_and_is_exclusive(call: Any, bank: BankAccount) -> None:
    before = verify().entries
    match = services.tie_line(call, line=credit(), book_line=candidates(credit())[0].pk)
    assert verify().entries == before and match.entry == before
    assert candidates(credit()) == [] and sheet(bank, ON).outstanding == ()
    assert code_of(services.tie_line, call, line=credit(), book_line=1) == "not_open"
    assert code_of(services.tie_line, call, line=fee(), book_line=match.book_line_id) == "no_candidate"
    services.unmatch(call, match=match, reason="another deposit")
    assert verify().entries == before and len(candidates(credit())) == 1


def test_finished_to_the_cent_or_not_at_all(call: Any, bank: BankAccount) -> None:
    assert code_of(services.finish_reconciliation, call, account=bank, statement_on=date(2026, 11, 22)) == "no_statement"
    assert code_of(services.finish_reconciliation, call, account=bank, statement_on=ON) == "unbooked"
    row = finish(call, bank)
    assert (row.bank_cents, row.book_cents, row.outstanding_cents) == (1_049_500, 1_049_500, 0)
    assert services.finish_reconciliation(call, account=bank, statement_on=ON).pk == row.pk
    assert row.sheet["cleared"] == 2


def test_a_check_on_its_way_is_outstanding_and_still_to_the_cent(call: Any, bank: BankAccount) -> None:
    ledger.post(call, draft=entry(line("6000", 7_000), line("bank_operating", -7_000), day=date(2026, 11, 20), memo="check 1001"))
    row = finish(call, bank)
    assert (row.bank_cents, row.book_cents, row.outstanding_cents) == (1_049_500, 1_042_500, -7_000)
    assert [(one["memo"], one["age"]) for one in row.sheet["outstanding"]] == [("check 1001", 1)]


def test_an_entry_and_its_reversal_cancel_each_other(office: Any, call: Any, bank: BankAccount) -> None:
    wrong = ledger.post(call, draft=entry(line("6000", 7_000), line("bank_operating", -7_000), day=date(2026, 11, 20)))
    ledger.reverse(call, number=wrong.number, date=date(2026, 11, 21), reason="typed twice")
    assert finish(call, bank).outstanding_cents == 0


def test_what_is_reconciled_stands(office: Any, call: Any, bank: BankAccount) -> None:
    row = finish(call, bank)
    match = Match.objects.get(rule="explained")
    assert code_of(services.unmatch, call, match=match, reason="no fee") == "reconciled"
    for attack in (
        "UPDATE banking_match SET undone_at = '2026-11-23 12:00:00+00:00'",
        "UPDATE banking_reconciliation SET book_cents = 1, bank_cents = 1",
        "DELETE FROM banking_reconciliation",
        "UPDATE banking_reconciliation SET sheet = '{}'",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attack)
    boss = office.call("administrator")
    assert code_of(services.reopen_reconciliation, call, row=row, reason="x") == "denied"
    assert code_of(services.reopen_reconciliation, boss, row=row, reason=" ") == "no_reason"
    services.reopen_reconciliation(boss, row=row, reason="the fee was another's")
    assert code_of(services.reopen_reconciliation, boss, row=row, reason="again") == "undone"
    services.unmatch(call, match=match, reason="no fee")
    assert Reconciliation.objects.get().sheet["cleared"] == 2  # as it stood


def test_a_posting_into_a_reconciled_span_shows(office: Any, call: Any, bank: BankAccount) -> None:
    finish(call, bank)
    assert [one.changed_cents for one in state_at(date(2026, 11, 30))] == [0]
    ledger.post(call, draft=entry(line("6000", 900), line("bank_operating", -900), day=date(2026, 11, 20)))
    assert [one.changed_cents for one in state_at(date(2026, 11, 30))] == [-900]
    told = next(one for one in month_results("2026-11") if one.id == "reconciled")
    assert not told.ok and "changed since it was reconciled by −9.00" in told.evidence


def test_the_screens(office: Any, call: Any, bank: BankAccount) -> None:
    keeper, boss = signed_in("bookkeeper"), signed_in("administrator")
    page = reverse("banking:bank_sheet", args=[bank.uid])
    assert "unexplained" in keeper.get(page).content.decode()
    assert keeper.post(page).status_code == 422
    tie = reverse("banking:tie", args=[credit().uid])
    assert "a charge" in keeper.get(tie).content.decode()
    assert keeper.post(tie, {"book_line": str(candidates(credit())[0].pk)}).status_code == 303
    assert "Undo the match" in keeper.get(reverse("banking:line", args=[credit().uid])).content.decode()
    services.explain_line(call, line=fee(), account="6900")
    assert "To the cent" in keeper.get(page, {"on": "2026-11-21"}).content.decode()
    assert keeper.post(page + "?on=2026-11-21").status_code == 303
    row = Reconciliation.objects.get()
    report = reverse("banking:reconciliation", args=[row.uid])
    assert "10,495.00" in keeper.get(report).content.decode()
    assert keeper.get(report, {"export": "pdf"}).content.startswith(b"%PDF")
    assert "10495.00" in keeper.get(report, {"export": "csv"}).content.decode()
    assert keeper.get(report, {"export": "doc"}).status_code == 400
    assert "Finished" in keeper.get(reverse("banking:reconciliations")).content.decode()
    again = reverse("banking:reconciliation_reopen", args=[row.uid])
    assert boss.post(again, {"reason": "a late fee"}).status_code == 303
    assert "a late fee" in keeper.get(report).content.decode()
    assert "Against its statement" in keeper.get(reverse("banking:account", args=[bank.uid])).content.decode()
