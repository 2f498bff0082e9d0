"""Costs by their words: months paid ahead, things that last, upkeep, a payee's usual account; and what entities owe each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.core.findings import Finding
from steward.ledger import checks_costs as checks
from steward.ledger import services
from steward.ledger.checks_costs import Cost
from steward.ledger.logic.costs import ahead, durable, months_paid, not_moved, payee, upkeep, usual
from steward.ledger.selectors.findings import between_entities, costs
from tests.ledger.support import entry, line

DAY = date(2026, 11, 2)
TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("Malpractice 2026-11-01 to 2027-10-31", 12), ("Policy 11/1/2026 - 10/31/2027", 12), ("Software 1/26-12/26", 12),
        ("Rent Jan-Mar 2027", 3), ("Premium Nov 2026 - Jan 2027", 3), ("Premium Dec-Feb 2027", 3), ("Licence, 18 months", 18),
        ("24-mo subscription", 24), ("two years of updates", 24), ("annual dues", 12), ("Semi-annual premium", 6),
        ("quarterly fee", 3), ("Rent November 2026", 1), ("Net 30 days", 1), ("", 1), ("99 months", 60), ("0 months", 1),
        ("13/26-14/26", 1),
    ],
)  # fmt: skip
def test_months_by_words(text: str, months: int) -> None:
    assert months_paid(text) == months


@given(st.text(max_size=60))
def test_any_words_give_some_months(text: str) -> None:
    assert 1 <= months_paid(text) <= 60 and durable(text) in ("", "1500", "1510", "1520", "1530")


def test_upkeep_wins_over_the_thing_it_keeps() -> None:
    assert durable("Ultrasound, portable") == "1500" and durable("3 laptops") == "1520" and durable("Desks") == "1510"
    assert durable("Repair of the ultrasound") == "" and upkeep("Repair of the ultrasound") == "6030"
    assert durable("Laptopper") == "" and upkeep("reparation") == ""


def test_what_may_be_paid_ahead() -> None:
    assert ahead("6200", "x") == "1300" and ahead("6990", "insurance policy") == "1300" and ahead("6100", "x") == "1310"
    assert ahead("6020", "Annual fire inspection") == ""


def test_a_payee_without_months_and_numbers() -> None:
    assert payee("ACH Ridge Properties 1123 Rent November") == payee("ACH Ridge Properties 9 RENT Dec") == "ach ridge properties rent"
    assert payee("12 Nov") == "" and payee("fee 7") == ""


def test_nine_in_ten_is_usual_and_less_is_not() -> None:
    assert usual([("a", "6000")] * 9 + [("a", "6800")])["a"].code == "6000"
    assert "a" not in usual([("a", "6000")] * 8 + [("a", "6800")]) and usual([("", "6000")] * 20) == {}


@given(st.lists(st.tuples(st.integers(1, 9), st.sampled_from("ab"), st.integers(1, 3)), max_size=6),
       st.lists(st.tuples(st.integers(1, 9), st.sampled_from("ab"), st.integers(-3, -1)), max_size=6))  # fmt: skip
def test_each_credit_cures_one(rows: list[tuple[int, str, int]], credits: list[tuple[int, str, int]]) -> None:
    left = not_moved(rows, credits)
    cured = len(rows) - len(left)
    assert cured <= len(credits) and left <= set(range(len(rows)))
    assert not_moved(rows, []) == set(range(len(rows)))
    for at in set(range(len(rows))) - left:
        assert any(code == rows[at][1] and cents == -rows[at][2] and number > rows[at][0] for number, code, cents in credits)


def cost(number: int, code: str, cents: int, text: str, *, kind: str = "expense", vendor: str = "") -> Cost:
    return Cost(number, DAY, code, f"Account {code}", kind, cents, text, vendor)


def entries(found: Any) -> list[tuple[str, list[tuple[str, int]]]]:
    rows: list[Finding] = list(found)
    return [(one.evidence[0].ref, [(ln.account, ln.cents) for ln in one.proposal.lines] if one.proposal else []) for one in rows]


def test_a_year_in_one_month_and_its_twins() -> None:
    rows = [
        cost(1, "6200", 1_200_000, "Malpractice policy 2026-11-01 to 2027-10-31"), cost(2, "6200", 1_200_000, "Malpractice November"),
        cost(3, "6200", 99_900, "Annual policy"), cost(4, "6020", 200_000, "Annual fire inspection"),
    ]  # fmt: skip
    assert entries(checks.prepaid_expensed(rows)) == [("1", [("1300", 1_100_000), ("6200", -1_100_000)])]
    cured = [*rows, cost(9, "6200", -1_100_000, "Cures")]
    assert entries(checks.prepaid_expensed(cured)) == []


def test_equipment_as_cost_and_cost_as_equipment_and_their_twins() -> None:
    rows = [
        cost(1, "6800", 480_000, "Ultrasound probe set"), cost(2, "6030", 480_000, "Repair of the ultrasound"),
        cost(3, "6800", 90_000, "Laptop"), cost(4, "1520", 90_000, "Laptop", kind="asset"),
        cost(5, "1500", 300_000, "Service contract autoclave", kind="asset"), cost(6, "1500", 300_000, "Autoclave", kind="asset"),
        cost(7, "1510", 150_000, "Desks", kind="asset"), cost(7, "1510", 150_000, "Chairs", kind="asset"),
    ]  # fmt: skip
    assert entries(checks.capex_expensed(rows)) == [("1", [("1500", 480_000), ("6800", -480_000)])]
    assert entries(checks.expense_capitalised(rows, "5310")) == [
        ("4", [("5310", 90_000), ("1520", -90_000)]), ("5", [("6030", 300_000), ("1500", -300_000)]),
    ]  # fmt: skip


def test_an_unusual_account_and_its_twins() -> None:
    rows = [cost(n, "6000", 485_000, "Ridge Properties rent") for n in range(1, 12)]
    other = [cost(n, "6000" if n % 2 else "6010", 5_000, "City works", vendor="v2") for n in range(20, 32)]
    odd = cost(50, "6600", 485_000, "Ridge Properties rent")
    assert entries(checks.misclassified([*rows, *other])) == []
    assert entries(checks.misclassified([*rows, odd, *other])) == [("50", [("6000", 485_000), ("6600", -485_000)])]
    assert entries(checks.misclassified([*rows, odd, replace(odd, number=51, cents=-485_000)])) == []


def test_entities_that_disagree_and_their_twin() -> None:
    both = [("A", "1130", DAY, 500), ("B", "2360", DAY, -500)]
    assert list(checks.intercompany_mismatch(both)) == [] == list(checks.intercompany_mismatch([]))
    later = DAY + timedelta(days=3)
    (one,) = checks.intercompany_mismatch([*both, ("A", "1130", later, 70)])
    assert [(e.kind, e.ref, e.amount_cents) for e in one.evidence] == [
        ("entity", "A", 570), ("entity", "B", -500), ("day", later.isoformat(), 70),
    ]  # fmt: skip


@pytest.mark.django_db
def test_what_the_books_give_them(office: Any, call: Any, second_entity: int) -> None:
    words = {"journal": "bank", "memo": "Ridge Properties rent"}
    services.post(call, draft=entry(line("6000", 900, memo="2026-11"), line("bank_operating", -900), **words))
    services.post(call, draft=entry(line("6000", 800), line("bank_operating", -800), **words))
    services.reverse(call, number=2, date=TODAY, reason="entered twice")
    services.post(call, draft=entry(line("6000", 700), line("bank_operating", -700), journal="payroll"))
    services.post(call, draft=entry(line("due_from", 60), line("bank_operating", -60)))
    services.post(call, draft=entry(line("bank_operating", 50, entity=second_entity), line("due_to", -50, entity=second_entity)))
    assert [(one.number, one.code, one.cents, one.text) for one in costs(TODAY)] == [(1, "6000", 900, "Ridge Properties rent 2026-11")]
    assert sorted((code, cents) for _name, code, _day, cents in between_entities(TODAY)) == [("1130", 60), ("2360", -50)]
