"""Patterns over many entries, each against a plain recomputation."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from steward.ledger import checks
from steward.ledger.logic.patterns import (
    BENFORD_LIMIT,
    Repeated,
    benford,
    by_chance,
    expected,
    first_below_zero,
    round_share,
    skipped,
)

DAYS = st.dates(date(2026, 1, 1), date(2026, 1, 20))


@given(moves=st.lists(st.tuples(DAYS, st.integers(-500, 500)), max_size=12))
def test_the_first_day_below_zero_against_every_day(moves: list[tuple[date, int]]) -> None:
    sums = {d: sum(c for day, c in moves if day <= d) for d in {day for day, _c in moves}}
    below = [(d, s) for d, s in sorted(sums.items()) if s < 0]
    assert first_below_zero(moves) == (below[0] if below else None)


def rent(month: int, memo: str = "Rent", cents: int = 250_000, number: int = 0) -> Repeated:
    return Repeated(number or month, month, 1, memo, (("6000", cents), ("1050", -cents)))


def test_a_series_that_stops_is_named_once() -> None:
    october = 2026 * 12 + 9
    series = [rent(october - n, f"Rent {['Oct', 'Sep', 'Aug', 'Jul'][n]} 2026", 250_000 + n) for n in range(1, 4)]
    (one,) = skipped(series, october)
    assert one.last.month == october - 1 and one.months == 3 and one.month == october
    assert skipped([*series, rent(october, "Rent Oct 2026")], october) == []  # the twin that came
    assert skipped(series[:2], october) == []  # two months are no series
    assert skipped([rent(october - 3), rent(october - 2)], october) == []  # it ended before


def test_benford_knows_what_grows_from_what_is_typed() -> None:
    growing = [int(1000 * 1.013**n) for n in range(1200)]
    assert (off := benford(growing)) is not None and off < 0.0022
    typed = [4_900 + n % 90 for n in range(1200)] + [10, 100_000]
    assert (off := benford(typed)) is not None and off > 0.0022
    assert benford(growing[:500]) is None and benford([5000] * 2000) is None
    assert abs(sum(expected(d) for d in range(10, 100)) - 1) < 1e-12


def test_round_hundreds() -> None:
    assert round_share([10_000, 20_000, 12_345, 1]) == 500_000 and round_share([]) == 0


def hand(number: int, cents: int, *, by: str = "Ana", late: int = 0, hour: int = 10, code: str = "6000") -> checks.ByHand:
    day = date(2026, 11, 18)
    at = datetime(2026, 11, 18, hour, tzinfo=UTC) + timedelta(days=late)
    return checks.ByHand(number, day, at, by, "m", ((code, "", "expense", cents), ("2100", "", "liability", -cents)))


def test_entries_by_hand_each_with_its_innocent_twin() -> None:
    assert [f.evidence[0].ref for f in checks.backdated([hand(1, 5, late=6), hand(2, 5, late=5)])] == ["1"]
    assert [f.evidence[0].ref for f in checks.weekend_or_night([hand(1, 5, hour=22), hand(2, 5), hand(3, 5, late=3)])] == ["1", "3"]
    cash = checks.ByHand(9, date(2026, 11, 18), datetime(2026, 11, 18, 9, tzinfo=UTC), "Ana", "m",
                         (("1050", "bank_operating", "asset", 5), ("2100", "", "liability", -5)))  # fmt: skip
    assert [f.evidence[0].ref for f in checks.manual_to_cash_or_revenue([cash, hand(2, 5)])] == ["9"]
    guessed = [hand(n, 10_000 * (n + 1)) for n in range(10)]
    honest = [hand(20 + n, 12_345 + n, by="Ben") for n in range(10)]
    (one,) = checks.round_amounts([*guessed, *honest])
    assert len(one.evidence) == 10 and "Ana" in one.title


def test_the_missing_entry_is_proposed_as_the_last_one_was() -> None:
    rows = [
        checks.ByHand(n, date(2026, m, 31 if m in (7, 8) else 30), datetime(2026, m, 28, tzinfo=UTC), "Ana", "Rent",
                      (("6000", "", "expense", 100), ("1050", "bank_operating", "asset", -100)))
        for n, m in enumerate((7, 8, 9), 1)
    ]  # fmt: skip
    (one,) = checks.missing_recurring(rows, date(2026, 11, 6))
    assert one.proposal is not None and one.proposal.date == date(2026, 10, 30)
    assert [line.cents for line in one.proposal.lines] == [100, -100]
    assert list(checks.missing_recurring(rows, date(2026, 11, 5))) == []  # five days of grace


def test_by_chance_a_thousand_amounts_are_off_by_more_than_the_limit() -> None:
    rnd = random.Random(5)
    seen = [benford([int(10 ** rnd.uniform(3, 6)) for _ in range(1_000)]) or 0 for _ in range(30)]
    assert abs(sum(seen) / 30 - by_chance(1_000)) < 0.0002 and by_chance(1_000) > BENFORD_LIMIT > by_chance(2_000)
    assert all(one - by_chance(1_000) < BENFORD_LIMIT for one in seen)
