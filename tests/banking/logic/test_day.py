"""The arithmetic of a day, as a table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.banking.logic.day import (
    CashPosition,
    CheckItem,
    CountError,
    DrawerFlow,
    ReceiptsProof,
    ReceivablesProof,
    count_cents,
    currency_and_coin,
    may_lock,
    needs_reason,
    over_short_cents,
)


def test_expected_of_a_drawer() -> None:
    flow = DrawerFlow(20000, 35500, 1500, 2000, 10000, -5000)
    assert flow.expected_cents == 37000
    assert over_short_cents(36400, flow) == -600
    assert [needs_reason(cents) for cents in (-501, -500, 0, 500, 501)] == [True, False, False, False, True]


def test_counting_pieces() -> None:
    assert count_cents({2000: 3, 25: 7, 1: 4}) == 6179
    assert currency_and_coin({2000: 3, 25: 7, 1: 4}) == (6000, 179)
    for wrong in ({300: 1}, {100: -1}):
        with pytest.raises(CountError):
            count_cents(wrong)


CENTS = st.integers(-(10**9), 10**9)


@given(CENTS, CENTS, CENTS, CENTS, CENTS, CENTS)
def test_receivables_proof_finds_exactly_what_is_missing(a: int, b: int, c: int, d: int, e: int, lost: int) -> None:
    proof = ReceivablesProof(a, b, c, d, e, a + b - c + d - e + lost)
    assert proof.difference_cents == lost
    assert proof.ok is (lost == 0)


def test_receipts_proof() -> None:
    assert ReceiptsProof(10000, 6000, 3500, 500).ok
    assert ReceiptsProof(10001, 6000, 3500, 500).difference_cents == 1


def test_available_cash_adds_neither_transit_nor_credit_line() -> None:
    cash = CashPosition(
        bank_cents=100,
        float_cents=1,
        outstanding_cents=2,
        released_ach_cents=4,
        reserved_cents=8,
        in_transit_cents=1000,
        credit_line_cents=5000,
        book_cents=77,
    )
    assert cash.available_cents == 85
    assert cash.as_json()["available_cents"] == 85


def test_what_stands_against_the_lock() -> None:
    items = [
        CheckItem("counted", True, "Drawers counted"),
        CheckItem("batches", False, "Terminal batches closed", reason="later"),
        CheckItem("visits", False, "Kept visits have a charge", waivable=True, reason="Two charts wait for the doctor"),
        CheckItem("mail", False, "Mail logged", waivable=True, reason="  "),
    ]
    assert [one.id for one in may_lock(items)] == ["batches", "mail"]
