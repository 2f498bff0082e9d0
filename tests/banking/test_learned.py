"""Rules learned of the bank's lines: proposed by one, signed by another, applied where exactly one fits; the workbench's sums."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from steward.banking import services
from steward.banking.models import BankAccount, BankLine, LearnedRule, Match
from steward.banking.selectors.learned import often
from steward.core.approvals import deciders
from steward.core.approvals import selectors as asked
from steward.core.refusals import Refused
from steward.ledger.selectors import account_balance
from tests.banking.test_day_of_money import bank
from tests.banking.test_imports import run
from tests.support import Office, signed_in

__all__ = ["bank"]
pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
ROWS = (("11/03", "ACH RIDGE PROPERTIES RENT 0311", -240_000), ("11/10", "ACH RIDGE PROPERTIES RENT 0410", -241_000),
        ("11/17", "ACH RIDGE PROPERTIES RENT 1711", -242_000), ("11/18", "ACH RIDGE PROPERTIES RENT 1811", -900_000),
        ("11/19", "ACH RIDGE PROPERTIES RENT REFUND", 5_000))  # fmt: skip


def bring(office: Office) -> None:
    left, lines = 1_000_000, ["Date,Description,Amount,Balance"]
    for day, text, cents in ROWS:
        left += cents
        lines.append(f'{day}/2026,{text},"{cents / 100:,.2f}","{left / 100:,.2f}"')
    run(office, ("\n".join(lines) + "\n").encode(), account="1050")


def line(cents: int) -> BankLine:
    return BankLine.objects.select_related("bank_account__account").get(cents=cents)


def explain(office: Office, *sums: int) -> None:
    for cents in sums:
        services.explain_line(office.call("bookkeeper"), line=line(cents), account="6000")


def rule(office: Office, *, sign: bool = True, **more: Any) -> LearnedRule:
    values = {"line": line(-242_000), "account": "6000", "least_cents": 200_000, "most_cents": 300_000, "memo": "Rent", **more}
    row = services.learn_rule(office.call("bookkeeper"), **values)
    return services.sign_rule(office.call("administrator"), uid=row.uid, approve=True) if sign else row


def code_of(act: Any, *args: Any, **values: Any) -> str:
    with pytest.raises(Refused) as found:
        act(*args, **values)
    assert all(r.message and r.fix for r in found.value.refusals)
    return found.value.code


def test_what_was_explained_twice_is_proposed(office: Office, bank: BankAccount) -> None:
    bring(office)
    explain(office, -240_000)
    assert often(line(-242_000)) is None
    explain(office, -241_000)
    assert often(line(-242_000)) == ("6000", 240_000, 241_000, 2)
    assert often(line(5_000)) is None  # money in is another thing


def test_signed_by_another_it_books_by_itself_and_only_what_fits(office: Office, bank: BankAccount) -> None:
    bring(office)
    row = rule(office, sign=False)
    assert services.reconcile(office.call("bookkeeper"), account=bank)["auto"] == []
    assert code_of(services.sign_rule, office.call("bookkeeper"), uid=row.uid, approve=True)
    waiting = asked.latest(row.uid, "bank_rule")
    assert waiting is not None
    deciders.decide(office.call("administrator"), request=waiting, approve=True)
    answer = services.reconcile(office.call("bookkeeper"), account=bank)
    assert sorted(one["rule"] for one in answer["auto"]) == ["learned"] * 3 and len(answer["open_bank"]) == 2
    assert account_balance(TODAY, code="6000") == 723_000
    assert services.reconcile(office.call("bookkeeper"), account=bank)["auto"] == []
    match = Match.objects.filter(learned=row)[0]
    services.unmatch(office.call("bookkeeper"), match=match, reason="another tenant")
    services.end_rule(office.call("bookkeeper"), uid=row.uid, reason="moved out")
    assert services.reconcile(office.call("bookkeeper"), account=bank)["auto"] == []


def test_two_rules_that_fit_book_nothing(office: Office, bank: BankAccount) -> None:
    bring(office)
    rule(office)
    assert code_of(rule, office) == "known"
    row = LearnedRule.objects.get()
    LearnedRule.objects.create(
        bank_account=bank, text=row.text, inward=False, least_cents=241_500, most_cents=400_000, account=row.account, state="active",
        made_at=office.now,
    )  # fmt: skip
    answer = services.reconcile(office.call("bookkeeper"), account=bank)
    assert len(answer["auto"]) == 2 and str(line(-242_000).uid) in answer["open_bank"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"least_cents": 300_000}, "range"), ({"most_cents": 100}, "range"), ({"account": "9x"}, "unknown_account"),
        ({"account": "1050"}, "unknown_account"),
    ],
)  # fmt: skip
def test_what_is_no_rule(office: Office, bank: BankAccount, change: dict[str, Any], code: str) -> None:
    bring(office)
    assert code_of(rule, office, **change) == code


def test_a_no_a_withdrawal_and_the_guards(office: Office, bank: BankAccount) -> None:
    bring(office)
    row = rule(office, sign=False)
    request = asked.latest(row.uid, "bank_rule")
    assert request is not None
    deciders.withdraw(office.call("bookkeeper"), request=request)
    row.refresh_from_db()
    assert row.state == "rejected" and code_of(services.end_rule, office.call("bookkeeper"), uid=row.uid, reason="x") == "no_rule"
    for attack in ("UPDATE banking_learnedrule SET most_cents = 9000000", "UPDATE banking_learnedrule SET state = 'active'",
                   "DELETE FROM banking_learnedrule"):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attack)


def test_the_screens(office: Office, bank: BankAccount) -> None:
    bring(office)
    explain(office, -240_000, -241_000)
    keeper = signed_in("bookkeeper")
    page = keeper.get(reverse("banking:line", args=[line(-242_000).uid])).content.decode()
    assert "explained 2 times" in page
    url = reverse("banking:learn", args=[line(-242_000).uid])
    assert "2,400.00" in keeper.get(url).content.decode()
    sent = keeper.post(url, {"account": "6000", "least_cents": "2400.00", "most_cents": "2500.00", "memo": "Rent"})
    assert sent.status_code == 303
    row = LearnedRule.objects.get()
    here = reverse("banking:rule", args=[row.uid])
    boss = signed_in("administrator")
    assert "Your signature" in boss.get(here).content.decode() and boss.post(here, {"answer": "yes", "comment": ""}).status_code == 303
    services.reconcile(office.call("bookkeeper"), account=bank)
    assert "Booked by it" in keeper.get(here).content.decode()
    assert "ridge properties rent" in keeper.get(reverse("banking:rules")).content.decode()
    assert keeper.post(reverse("banking:rule_end", args=[row.uid]), {"reason": "moved"}).status_code == 303
    assert signed_in("frontdesk").get(reverse("banking:rules")).status_code == 403


def test_the_workbench_reckons_what_is_ticked(office: Office, bank: BankAccount) -> None:
    bring(office)
    call = office.call("administrator")
    parts = [
        services.expect(call, expected=services.Expected("other", "", cents, TODAY, "eft_in_transit", f"x:{cents}", bank.entity_id, "Transfer"))
        for cents in (2_000, 3_000)
    ]
    keeper = signed_in("bookkeeper")
    url = reverse("banking:match", args=[bank.uid])
    page = keeper.get(f"{url}?line={line(5_000).uid}&settlement={parts[0].uid}").content.decode()
    assert "They differ" in page and "30.00" in page
    sums = reverse("banking:match_sums", args=[bank.uid])
    ticked = {"lines": [str(line(5_000).uid)], "settlements": [str(one.uid) for one in parts]}
    assert "They agree" in keeper.post(sums, ticked).content.decode()
    assert "Tick both sides" in keeper.post(sums, {}).content.decode()
    wrong = keeper.post(url, {**ticked, "settlements": ticked["settlements"][:1]})
    assert (wrong.status_code == 422 and "difference of 20.00" in wrong.content.decode().replace("−", "-")) or wrong.status_code == 422
    assert keeper.post(url, ticked).status_code == 303
    assert Match.objects.get(rule="hand").parts.count() == 3
