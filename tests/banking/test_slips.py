"""Slips of the pen, against a brute recomputation of each kind."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from steward.banking import checks
from steward.banking.logic.slips import SIGN, SLIDE, TRANSPOSITION, slip

CENTS = st.integers(1, 10_000_000)


def swaps(cents: int) -> set[int]:
    """Every amount that two neighbouring digits changing places makes of it."""
    text = "0" + str(cents)
    return {int(text[:n] + text[n + 1] + text[n] + text[n + 2 :]) for n in range(len(text) - 1)} - {cents, 0}


@given(book=CENTS, bank=CENTS)
def test_any_two_amounts(book: int, bank: int) -> None:
    slid = {book * 10, book * 100} | {c for c in (book // 10, book // 100) if c * 10 == book or c * 100 == book}
    kind = "" if book == bank else SLIDE if bank in slid and bank else TRANSPOSITION if bank in swaps(book) or book in swaps(bank) else ""
    assert slip(book, bank) == kind and slip(-book, -bank) == kind
    assert slip(book, -bank) == (SIGN if book == bank else "")


@given(book=st.integers(100, 999_999))
def test_every_transposition_differs_by_nine(book: int) -> None:
    for bank in swaps(book):
        assert slip(book, bank) in (TRANSPOSITION, SLIDE) and (book - bank) % 9 == 0


def test_none_of_nothing() -> None:
    assert slip(0, 5) == slip(5, 0) == slip(7, 7) == ""


DAY = date(2026, 11, 20)


def expected(ref: str, cents: int, kind: str = "deposit") -> checks.Expectation:
    return checks.Expectation(ref, kind, "D-1", cents, DAY)


def seen(ref: str, cents: int, text: str = "DEPOSIT", day: date = DAY) -> checks.Seen:
    return checks.Seen(ref, "credit", text, cents, day, "1050")


def test_a_slip_is_told_where_it_is_the_only_one() -> None:
    (one,) = checks.slips([expected("s", 54_300)], [seen("b", 45_300), seen("c", 99_999)])
    assert one.check == TRANSPOSITION and {e.ref for e in one.evidence} == {"s", "b"}
    assert one.proposal is not None and [(p.account, p.cents) for p in one.proposal.lines] == [
        ("eft_in_transit", -9_000), ("cash_over_short", 9_000),
    ]  # fmt: skip
    assert list(checks.slips([expected("s", 54_300)], [seen("b", 45_300), seen("c", 53_400)])) == []  # two could be it
    (remittance,) = checks.slips([expected("s", 54_300, "eft")], [seen("b", 543_000)])
    assert remittance.check == SLIDE and remittance.proposal is None


def test_a_returned_check_by_its_number_or_the_banks_words() -> None:
    taken = [checks.Taken("r1", "7", "1041", 5_000, date(2026, 11, 2)), checks.Taken("r2", "8", "1042", 5_000, date(2026, 11, 3))]
    (named,) = checks.returned_check([seen("b", -5_000, "RETURNED ITEM 1042")], taken)
    assert named.evidence[1].ref == "r2" and named.confidence_ppm == 950_000
    (guess,) = checks.returned_check([seen("b", -5_000, "NSF RETURN")], taken)
    assert guess.confidence_ppm == 400_000  # two receipts could be meant
    assert list(checks.returned_check([seen("b", -5_000, "RENT")], taken)) == []  # the innocent twin
    assert list(checks.returned_check([seen("b", -5_000, "NSF", date(2027, 3, 1))], taken)) == []
