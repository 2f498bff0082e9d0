"""Money: what people type, what files say, splits and rates; against Decimal and Fraction as oracles."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.core.money import (
    LIMIT_CENTS,
    MoneyError,
    allocate,
    apply_rate,
    format_cents,
    format_dollars_file,
    parse_cents,
    parse_decimal_dollars,
    round_half_up,
)

AMOUNTS = st.integers(-LIMIT_CENTS, LIMIT_CENTS)


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("1,234.50", 123450),
        ("(12.00)", -1200),
        ("($12.00)", -1200),
        ("$(12.00)", -1200),
        ("( 1,000 )", -100000),
        ("12*3.5", 4200),
        ("12 \u00d7 3.5", 4200),
        ("$5", 500),
        ("-$5", -500),
        ("$-5", -500),
        ("12-", -1200),
        ("12.00 -", -1200),
        ("\u221212.34", -1234),
        ("+7", 700),
        (".5", 50),
        ("5.", 500),
        ("\u00a01 ", 100),
        ("(3+4)*2.50", 1750),
        ("100/3", 3333),
        ("200/3", 6667),
        ("-200/3", -6667),
        ("0.005*1", 1),
        ("-0.005*1", -1),
        ("0.0049999*1", 0),
        ("1+2*3", 700),
        ("10-2-3", 500),
        ("8/2/2", 200),
        ("2*-3", -600),
        ("100*0.0725", 725),
        ("1,000+1,000.01", 200001),
        ("0", 0),
        ("-0", 0),
        ("$10*2", 2000),
        ("10000000000000", LIMIT_CENTS),
    ],
)
def test_what_people_type(typed: str, cents: int) -> None:
    assert parse_cents(typed) == cents


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("1.234", "decimals"),
        ("-1.2345", "decimals"),
        ("(1.234)", "decimals"),
        ("1,23", "grouping"),
        ("1234,50", "grouping"),
        ("1,2345.00", "grouping"),
        ("12,", "grouping"),
        ("1.234.5", "not_money"),
        ("12 34", "not_money"),
        ("twelve", "not_money"),
        ("12USD", "not_money"),
        ("1e5", "not_money"),
        ("0x10", "not_money"),
        ("\u0661\u0662", "not_money"),
        ("\uff11", "not_money"),
        ("12*", "unfinished"),
        ("(", "unfinished"),
        ("-", "unfinished"),
        ("$", "unfinished"),
        (".", "not_money"),
        ("(12+3", "bracket"),
        ("12)", "not_money"),
        ("1/0", "zero"),
        ("1/(2-2)", "zero"),
        ("-(12.00)", "signs"),
        ("(-12.00)", "signs"),
        ("-12-", "signs"),
        ("--12", "signs"),
        ("10000000000000.01", "too_large"),
        ("9" * 70, "too_large"),
        ("9999999999*9999999999", "too_large"),
        ("1" * 81, "too_long"),
        ("(" * 80, "unfinished"),
        ("__import__('os')", "not_money"),
        ("12**2", "not_money"),
        ("$$5", "not_money"),
    ],
)
def test_what_is_refused(typed: str, code: str) -> None:
    with pytest.raises(MoneyError) as caught:
        parse_cents(typed)
    assert caught.value.code == code
    assert caught.value.what and caught.value.mend


def test_an_error_says_where() -> None:
    with pytest.raises(MoneyError) as caught:
        parse_cents("12 + x")
    assert caught.value.position == 5
    assert "at character 6" in str(caught.value)
    assert "'12 + x'" in str(caught.value)


@given(AMOUNTS, st.booleans(), st.booleans())
def test_format_and_parse_are_inverse(cents: int, symbol: bool, true_minus: bool) -> None:
    assert parse_cents(format_cents(cents, symbol=symbol, true_minus=true_minus)) == cents


@given(AMOUNTS)
def test_the_file_form_and_its_reader_are_inverse(cents: int) -> None:
    assert parse_decimal_dollars(format_dollars_file(cents)) == cents
    assert Decimal(format_dollars_file(cents)) * 100 == cents


@given(st.text(max_size=90))
def test_any_text_is_an_amount_or_a_money_error(text: str) -> None:
    for parse in (parse_cents, parse_decimal_dollars):
        try:
            cents = parse(text)
        except MoneyError:
            continue
        assert abs(cents) <= LIMIT_CENTS


@given(st.text("0123456789.,+-*/() $", max_size=30))
def test_any_arithmetic_like_text_is_an_amount_or_a_money_error(text: str) -> None:
    try:
        assert abs(parse_cents(text)) <= LIMIT_CENTS
    except MoneyError as error:
        assert error.code


def _numbers() -> st.SearchStrategy[str]:
    return st.decimals(min_value=0, max_value=9999, places=3, allow_nan=False).map(lambda d: f"{d:f}")


EXPRESSIONS = st.recursive(
    _numbers(),
    lambda inner: st.one_of(
        st.builds("{}{}{}".format, inner, st.sampled_from([" + ", "-", "*"]), inner),
        st.builds("({}) / 7".format, inner),
        st.builds("({})*1".format, inner),
    ),
    max_leaves=5,
).filter(lambda text: any(sign in text for sign in "+-*/") and len(text) <= 80)


@given(EXPRESSIONS)
def test_arithmetic_agrees_with_exact_fractions(text: str) -> None:
    exact = _oracle(text) * 100
    if abs(exact) > LIMIT_CENTS:
        with pytest.raises(MoneyError):
            parse_cents(text)
        return
    got = Fraction(parse_cents(text))
    assert abs(got - exact) <= Fraction(1, 2)
    assert abs(got - exact) < Fraction(1, 2) or abs(got) > abs(exact)


def _oracle(text: str) -> Fraction:
    """Python's own parser over Fraction literals: another road to the same value."""
    source = re.sub(r"[0-9]+(\.[0-9]+)?", lambda m: f"Fraction('{m.group()}')", text)
    return eval(source, {"Fraction": Fraction, "__builtins__": {}})


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2, allow_nan=False))
def test_files_agree_with_decimal(amount: Decimal) -> None:
    assert parse_decimal_dollars(f"{amount:f}") == int(amount * 100)


@pytest.mark.parametrize(("text", "cents"), [("150", 15000), ("150.5", 15050), (".5", 50), ("+1.00", 100), ("7.", 700),
                                            ("-0.01", -1), (" 12.00\r\n", 1200), ("007", 700)])
def test_file_amounts(text: str, cents: int) -> None:
    assert parse_decimal_dollars(text) == cents


@pytest.mark.parametrize("text", ["", ".", "-", "1,234.00", "$5", "(5)", "5-", "1.005", "1.000", "1 2", "1e3", "NaN",
                                  "--1", "\u0661", "10000000000000.01", "9" * 1000, "0x1", "1_000"])
def test_file_amounts_refused(text: str) -> None:
    with pytest.raises(MoneyError):
        parse_decimal_dollars(text)


def test_formats() -> None:
    assert format_cents(123450) == "1,234.50"
    assert format_cents(-5, symbol=True) == "\u2212$0.05"
    assert format_cents(-5, true_minus=False) == "-0.05"
    assert format_cents(0) == "0.00"
    assert format_cents(10**15, symbol=True) == "$10,000,000,000,000.00"


@given(AMOUNTS, st.integers(-5_000_000, 5_000_000))
def test_apply_rate_agrees_with_decimal(cents: int, rate_ppm: int) -> None:
    wanted = (Decimal(cents) * rate_ppm / 1_000_000).quantize(Decimal(1), ROUND_HALF_UP)
    assert apply_rate(cents, rate_ppm) == int(wanted)


@pytest.mark.parametrize(("numerator", "denominator", "whole"), [(1, 2, 1), (-1, 2, -1), (1, -2, -1), (3, 2, 2),
                                                                (4, 3, 1), (5, 3, 2), (0, 9, 0), (-5, -3, 2)])
def test_half_goes_away_from_zero(numerator: int, denominator: int, whole: int) -> None:
    assert round_half_up(numerator, denominator) == whole


WEIGHTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=40).filter(any)


@given(AMOUNTS, WEIGHTS)
def test_allocation_sums_and_stays_within_a_cent(total: int, weights: list[int]) -> None:
    parts = allocate(total, weights)
    whole = sum(weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(Fraction(part) - Fraction(total * weight, whole)) < 1
        assert weight or part == 0


@given(AMOUNTS, WEIGHTS)
def test_the_odd_cents_go_to_the_largest_remainders(total: int, weights: list[int]) -> None:
    whole, size = sum(weights), abs(total)
    parts = allocate(total, weights)
    extra = [abs(part) - size * weight // whole for part, weight in zip(parts, weights, strict=True)]
    rank = [(size * weight % whole, -i) for i, weight in enumerate(weights)]
    got = [r for r, e in zip(rank, extra, strict=True) if e]
    left = [r for r, e in zip(rank, extra, strict=True) if not e]
    assert set(extra) <= {0, 1}
    assert not got or not left or min(got) > max(left)


@given(AMOUNTS, WEIGHTS)
def test_allocation_mirrors_its_sign(total: int, weights: list[int]) -> None:
    assert allocate(-total, weights) == [-part for part in allocate(total, weights)]


def test_allocation_edges() -> None:
    assert allocate(100, [1, 1, 1]) == [34, 33, 33]
    assert allocate(0, [0, 0]) == [0, 0]
    assert allocate(0, []) == []
    with pytest.raises(ValueError, match="nothing to allocate"):
        allocate(1, [0, 0])
    with pytest.raises(ValueError, match="negative"):
        allocate(1, [2, -1])
