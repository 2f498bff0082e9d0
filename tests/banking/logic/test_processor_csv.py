"""A card processor's report: read, proved, and every fault told apart with its row and column."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.banking import postings
from steward.banking.logic.card_fees import card_fee
from steward.banking.logic.processor_csv import SIGNS, ProcessorCsvError, looks_like_processor_csv, parse_processor_csv
from steward.banking.postings import Where

HEAD = "payout,payout_on,kind,reference,amount,fee,receipt,day,text\n"
GOOD = (
    HEAD + "PO-1,2026-10-05,batch,B-17,600.00,15.90,,2026-10-03,\nPO-1,2026-10-05,fee,,9.95,,,,monthly\n"
    "PO-1,2026-10-05,chargeback,C-4,60.00,,31,2026-09-20,\nPO-1,2026-10-05,fee,C-4,15.00,,,,chargeback fee\n"
    "PO-1,2026-10-05,reserve_held,,30.00,,,,\nPO-1,2026-10-05,adjustment,,-0.05,,,,\nPO-1,2026-10-05,paid,,469.10,,,,\n"
    'PO-2,2026-10-06,chargeback_reversal,C-4,"$1,060.00",,,,\nPO-2,2026-10-06,reserve_released,,30,,,,\nPO-2,2026-10-06,paid,,1090.00,,,,\n'
)


def test_payouts_are_read_and_proved() -> None:
    one, two = parse_processor_csv(GOOD.encode())
    assert (one.ref, one.on, one.cents, two.cents) == ("PO-1", dt.date(2026, 10, 5), 46_910, 109_000)
    assert [(m.kind, m.cents, m.fee_cents) for m in one.movements] == [
        ("batch", 60_000, 1_590), ("fee", -995, 0), ("chargeback", -6_000, 0), ("fee", -1_500, 0), ("reserve_held", -3_000, 0),
        ("adjustment", -5, 0),
    ]  # fmt: skip
    assert (one.movements[2].receipt, one.movements[2].day) == ("31", dt.date(2026, 9, 20))
    assert looks_like_processor_csv(GOOD.encode()) and looks_like_processor_csv(b"\xef\xbb\xbf" + GOOD.encode())
    assert not looks_like_processor_csv(b"date,amount,text\n")


PAID = "PO-1,2026-10-05,paid,,100.00,,,,\n"
BATCH = "PO-1,2026-10-05,batch,B-1,100.00,,,,\n"


@pytest.mark.parametrize(
    ("body", "code", "place"),
    [
        ("", "empty", "file"),
        (BATCH, "paid", "payout PO-1"),
        (BATCH + PAID + PAID, "paid", "payout PO-1"),
        (BATCH + PAID.replace("100.00", "99.99"), "not_proved", "row 3, amount"),
        (BATCH.replace("100.00", "one hundred") + PAID, "amount", "row 2, amount"),
        (BATCH.replace("100.00", "") + PAID, "amount", "row 2, amount"),
        (BATCH.replace("100.00", "-100.00") + PAID, "amount", "row 2, amount"),
        (BATCH.replace("2026-10-05", "2026-02-30") + PAID, "date", "row 2, payout_on, date"),
        (BATCH.replace("2026-10-05", "2026-10-06") + PAID, "payout_on", "row 3, payout_on"),
        (BATCH.replace("batch", "gift") + PAID, "kind", "row 2, kind"),
        (BATCH.replace("B-1", "") + PAID, "reference", "row 2, reference"),
        (BATCH.replace("PO-1", "") + PAID, "payout", "row 2, payout"),
        (BATCH.replace("100.00,,", "100.00,-1,") + PAID, "fee", "row 2, fee"),
        (BATCH + "PO-1,2026-10-05,fee,,1.00,1.00,,,\n" + PAID, "fee", "row 3, fee"),
        (BATCH.replace("100.00", "50.00") * 2 + PAID, "twice", "row 3"),
    ],
)
def test_each_fault_is_named_with_its_row_and_column(body: str, code: str, place: str) -> None:
    with pytest.raises(ProcessorCsvError) as fault:
        parse_processor_csv((HEAD + body).encode())
    assert (fault.value.code, fault.value.place) == (code, place)
    assert fault.value.message and fault.value.fix and "profile" not in fault.value.fix


def test_columns_and_currency() -> None:
    for head, code in (("payout,payout_on,kind\n", "columns"), (HEAD.strip() + ",amount\n", "columns"), ("", "empty")):
        with pytest.raises(ProcessorCsvError) as fault:
            parse_processor_csv((head + BATCH if head else "").encode())
        assert fault.value.code == code
    text = "payout,payout_on,kind,amount,currency\nPO-1,2026-10-05,paid,1.00,CAD\n"
    with pytest.raises(ProcessorCsvError) as fault:
        parse_processor_csv(text.encode())
    assert (fault.value.code, fault.value.place) == ("currency", "row 2, currency")


_MOVES = st.lists(st.tuples(st.sampled_from(sorted(SIGNS)), st.integers(1, 10**9), st.integers(0, 10**6)), min_size=1, max_size=12)


@given(_MOVES)
def test_what_is_written_is_read_and_its_entry_balances(moves: list[tuple[str, int, int]]) -> None:
    """Any movements: read back to the cent, and what they post sums to zero with the payout's sum on the clearing account."""
    rows, total = [], 0
    for n, (kind, cents, fee) in enumerate(moves):
        own = fee if kind == "batch" else 0
        rows.append(f"P,2026-10-05,{kind},R{n},{cents / 100:.2f},{own / 100:.2f},,,")
        total += SIGNS[kind] * cents - own
    (read,) = parse_processor_csv((HEAD + "\n".join([*rows, f"P,2026-10-05,paid,,{total / 100:.2f},,,,"])).encode())
    assert read.cents == total
    parts = [(m.kind, f"i:{m.row}", m.cents) for m in read.movements]
    lines = postings.payout(parts, sum(m.fee_cents for m in read.movements), total, "payout:P", Where(entity=1), reserve="1190")
    assert sum(line.cents for line in lines) == 0 and all(line.cents for line in lines)
    assert sum(line.cents for line in lines if line.item == "payout:P" and line.role == "card_clearing") == total
    held = sum(m.cents for m in read.movements if m.kind in ("reserve_held", "reserve_released"))
    assert sum(line.cents for line in lines if line.account == "1190") == -held


def test_a_payout_that_does_not_add_up_posts_nothing() -> None:
    with pytest.raises(ValueError, match="add up"):
        postings.payout([("batch", "batch:1", 100)], 3, 98, "payout:1", Where(), reserve="1190")


class Terms:
    def __init__(self, rate_ppm: int, item_cents: int, each: bool) -> None:
        self.rate_ppm, self.item_cents, self.each = rate_ppm, item_cents, each


def test_the_fee_by_the_terms_is_rounded_once() -> None:
    """2.6 % + 10 cents: 10.25 and 20.25 are 26.65 and 52.65 cents each, 79.3 together."""
    paid = [1_025, 2_025]
    assert card_fee(Terms(26_000, 10, True), paid) == 27 + 53 + 20
    assert card_fee(Terms(26_000, 10, False), paid) == 79 + 20
    assert card_fee(None, paid) == 0


@given(st.lists(st.integers(1, 10**7), max_size=30), st.integers(0, 200_000), st.integers(0, 500))
def test_the_two_ways_to_round_differ_by_half_a_cent_a_payment(paid: list[int], rate: int, item: int) -> None:
    exact = sum(paid) * rate
    for each, most in ((True, len(paid)), (False, 1)):
        fee = card_fee(Terms(rate, item, each), paid) - item * len(paid)
        assert abs(fee * 1_000_000 - exact) * 2 <= 1_000_000 * most
