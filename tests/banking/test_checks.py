"""Each check finds its planted error and leaves the legitimate twin alone."""

from __future__ import annotations

import datetime as dt

from steward.banking.checks import (
    Count,
    Expectation,
    Seen,
    bank_charge_not_in_books,
    bank_credit_not_in_books,
    deposit_not_in_bank,
    drawer_over_or_short,
    omitted_item,
)

TODAY = dt.date(2026, 11, 30)  # the Monday after Thanksgiving
BEFORE = dt.date(2026, 11, 23)


def seen(kind: str, cents: int, on: dt.date = BEFORE) -> Seen:
    return Seen("b", kind, "text", cents, on, "1050")


def test_a_slip_is_late_after_three_bank_days() -> None:
    late = Expectation("a", "deposit", "17", 5000, BEFORE)
    twin = Expectation("b", "deposit", "18", 5000, dt.date(2026, 11, 25))  # the 26th is no bank day
    eft = Expectation("c", "eft", "1", 5000, BEFORE)
    found = list(deposit_not_in_bank([late, twin, eft], TODAY))
    assert [one.evidence[0].ref for one in found] == ["a"]


def test_money_nobody_expected_is_proposed_as_unapplied() -> None:
    found = list(
        bank_credit_not_in_books([seen("credit", 900), seen("credit", 900, TODAY), seen("debit", -900)], TODAY)
    )
    assert len(found) == 1
    assert found[0].proposal is not None
    assert [(line.account, line.cents) for line in found[0].proposal.lines] == [("1050", 900), ("unapplied", -900)]


def test_bank_charges_and_interest_are_proposed() -> None:
    found = list(
        bank_charge_not_in_books([seen("fee", -1500), seen("interest", 7), seen("fee", 1500), seen("debit", -9)])
    )
    assert [[(line.account, line.cents) for line in one.proposal.lines] for one in found if one.proposal] == [
        [("bank_fees", 1500), ("1050", -1500)],
        [("interest_income", -7), ("1050", 7)],
    ]


def test_a_drawer_far_off_is_found_and_a_small_one_is_not() -> None:
    counts = [Count("a", "Front 1", "Ana", -2000, BEFORE), Count("b", "Front 1", "Ana", 1999, BEFORE)]
    assert [one.evidence[0].ref for one in drawer_over_or_short(counts)] == ["a"]


def test_one_payment_is_all_that_parts_books_and_bank() -> None:
    alone, twin = seen("debit", -8_300), seen("debit", -4_000)
    found = list(omitted_item([[alone], [twin, twin], [seen("fee", -8_300)], [seen("credit", 8_300)], [seen("debit", -1, TODAY)]], TODAY))
    assert [[(line.account, line.cents) for line in one.proposal.lines] for one in found if one.proposal] == [
        [("suspense", 8_300), ("1050", -8_300)],
    ]  # fmt: skip
