"""What each event posts, as a table: every set of lines sums to zero and leaves nothing behind in clearing."""

from __future__ import annotations

from collections import Counter

import pytest

from steward.banking import postings
from steward.banking.postings import Where
from steward.ledger.types import LineDraft

WHERE = Where(entity=1, site=2)
PREPAID = LineDraft(role="patient_prepaid", party=9, party_role="patient", item="receipt:r")


def told(lines: tuple[LineDraft, ...]) -> list[tuple[str, int, str]]:
    assert sum(line.cents for line in lines) == 0
    assert all(line.cents for line in lines)
    return [(line.role or line.account or "", line.cents, line.item) for line in lines]


@pytest.mark.parametrize(
    ("tender", "role", "item"),
    [("cash", "drawer", "drawer:s"), ("check", "undeposited", "receipt:r"), ("card", "card_clearing", "receipt:r")],
)
def test_receipt(tender: str, role: str, item: str) -> None:
    lines = postings.receipt(tender, 2500, "receipt:r", WHERE, PREPAID, holder="drawer:s")
    assert told(lines) == [(role, 2500, item), ("patient_prepaid", -2500, "receipt:r")]
    assert (lines[0].entity, lines[0].site, lines[1].party) == (1, 2, 9)


def test_over_and_short() -> None:
    assert told(postings.over_short(-300, "drawer:s", WHERE)) == [
        ("drawer", -300, "drawer:s"),
        ("cash_over_short", 300, "drawer:s"),
    ]
    assert postings.over_short(0, "drawer:s", WHERE) == ()


def test_deposit_then_bank_line() -> None:
    parts = [("drawer", "drawer:s", 12000), ("undeposited", "receipt:r", 3000)]
    assert told(postings.deposit(parts, "deposit:d", WHERE)) == [
        ("eft_in_transit", 15000, "deposit:d"),
        ("drawer", -12000, "drawer:s"),
        ("undeposited", -3000, "receipt:r"),
    ]
    assert told(postings.settled([("bank:b", 15000)], [("eft_in_transit", "deposit:d", 15000)], "1050", WHERE)) == [
        ("1050", 15000, "bank:b"),
        ("eft_in_transit", -15000, "deposit:d"),
    ]


def test_card_batch_gross_fee_net() -> None:
    closed = postings.card_batch_closed([("receipt:a", 6000), ("receipt:b", 4000)], "batch:x", WHERE)
    settled = postings.settled([("bank:b", 9710)], [("card_clearing", "batch:x", 10000)], "1050", WHERE)
    assert told(settled) == [
        ("1050", 9710, "bank:b"),
        ("card_fees", 290, "batch:x"),
        ("card_clearing", -10000, "batch:x"),
    ]
    left: Counter[str] = Counter()
    for role, cents, item in [*told(closed), *told(settled)]:
        if role == "card_clearing":
            left[item] += cents
    assert left["batch:x"] == 0
    assert (left["receipt:a"], left["receipt:b"]) == (-6000, -4000)


def test_bank_charge_interest_and_other() -> None:
    assert told(postings.bank_charge(1500, "bank:b", "1050", WHERE)) == [
        ("bank_fees", 1500, "bank:b"),
        ("1050", -1500, "bank:b"),
    ]
    assert told(postings.interest(7, "bank:b", "1050", WHERE)) == [
        ("1050", 7, "bank:b"),
        ("interest_income", -7, "bank:b"),
    ]
    assert told(postings.interest(-7, "bank:b", "1050", WHERE))[1][0] == "interest_expense"
    other = postings.other_bank_line(-900, "bank:b", "1050", WHERE, LineDraft(role="suspense", item="bank:b"))
    assert told(other) == [("1050", -900, "bank:b"), ("suspense", 900, "bank:b")]


@pytest.mark.parametrize(
    "event",
    [
        lambda: postings.receipt("cash", 0, "i", WHERE, PREPAID),
        lambda: postings.deposit([], "i", WHERE),
        lambda: postings.settled([("b", 5)], [("eft_in_transit", "i", 4)], "1050", WHERE),
        lambda: postings.settled([("b", 4)], [("eft_in_transit", "i", 5)], "1050", WHERE),
        lambda: postings.settled([], [("card_clearing", "i", 5)], "1050", WHERE),
        lambda: postings.bank_charge(-1, "b", "1050", WHERE),
        lambda: postings.interest(0, "b", "1050", WHERE),
        lambda: postings.paid_out(0, "i", WHERE, PREPAID),
        lambda: postings.moved(-1, "a", "b", WHERE, source="drawer", target="petty_cash"),
    ],
)
def test_amounts_that_cannot_be(event: object) -> None:
    with pytest.raises(ValueError, match=r"must|cannot"):
        event()  # type: ignore[operator]


def test_cash_refund() -> None:
    owed = LineDraft(role="refunds_payable", party=9, party_role="patient", item="receipt:r")
    lines = postings.cash_refund(2500, "drawer:s", WHERE, owed)
    assert told(lines) == [("refunds_payable", 2500, "receipt:r"), ("drawer", -2500, "drawer:s")]
    with pytest.raises(ValueError, match="refund"):
        postings.cash_refund(0, "drawer:s", WHERE, owed)
