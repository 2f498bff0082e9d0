"""What a contract allows: cases by hand, properties, and an oracle that prices unit by unit in decimals."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal, localcontext

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from steward.insurance.logic.allowed import (
    CarveOut,
    Contract,
    Edition,
    Fee,
    Line,
    contract_on,
    expected_allowed,
    expected_together,
    place_kind,
)

YEAR, DAY, NEXT = dt.date(2026, 1, 1), dt.date(2026, 6, 1), dt.date(2027, 1, 1)
PRICES = Edition("Blue list", YEAR, {
    ("G0438", ""): Fee(10_000, 15_000),
    ("G0438", "26"): Fee(4_000, 4_000),
    ("Q0091", ""): Fee(None, 3_333, multiple=True),
    ("G0101", ""): Fee(2_000, 5_001, multiple=True),
})  # fmt: skip
RVU = Edition("Medicare", YEAR, {("G2211", ""): Fee(None, None, 33, 14, 15, 2)}, 334_009, 1_012, 998, 750)


def contract(**more) -> Contract:
    return Contract(**{"ref": 1, "name": "Blue 2026", "starts_on": YEAR, "editions": (PRICES,), **more})


def cents(line: Line, **more) -> int | None:
    return expected_allowed(line, contract(**more), DAY).cents


def test_a_price_list_by_place_and_modifier() -> None:
    assert cents(Line("G0438", 90_000)) == 15_000
    assert cents(Line("G0438", 90_000, place="F")) == 10_000
    assert cents(Line("G0438", 90_000, modifiers=("25", "26"))) == 4_000
    assert cents(Line("G0438", 90_000, units=3)) == 45_000
    assert cents(Line("Q0091", 90_000, place="F")) is None


def test_percent_of_a_base_is_rounded_once() -> None:
    assert cents(Line("Q0091", 90_000), percent_ppm=1_105_000) == 3_683  # 3,682.965
    assert cents(Line("Q0091", 90_000, units=3), percent_ppm=1_105_000) == 11_049  # not three times 3,683
    assert cents(Line("G0101", 90_000), percent_ppm=500_000) == 2_501  # 2,500.5 goes up


def test_relative_values() -> None:
    # (0.33 x 1.012 + 0.15 x 0.998 + 0.02 x 0.750) x 33.4009 = 16.6560...
    exact = (Decimal("0.33") * Decimal("1.012") + Decimal("0.15") * Decimal("0.998") + Decimal("0.015")) * Decimal(
        "33.4009"
    )
    expected = int((exact * 100).quantize(Decimal(1), ROUND_HALF_UP))
    assert cents(Line("G2211", 90_000), editions=(RVU,)) == expected == 1_666


def test_the_charge_when_it_is_less() -> None:
    said = expected_allowed(Line("G0438", 12_000), contract(), DAY)
    assert said.cents == 12_000 and "charge" in said.words
    assert cents(Line("G0438", 12_000), lesser_of_charge=False) == 15_000
    assert cents(Line("G0438", 0)) == 0


def test_carve_outs_win() -> None:
    carved = (
        CarveOut("G0438", YEAR, cents=7_000),
        CarveOut("G0438", YEAR, place="F", cents=6_000),
        CarveOut("G0438", YEAR, modifier="26", charge_ppm=250_000),
        CarveOut("J3420", YEAR, dt.date(2026, 3, 31), cents=500),
    )
    assert cents(Line("G0438", 90_000), carve_outs=carved, percent_ppm=1_200_000) == 7_000
    assert cents(Line("G0438", 90_000, place="F"), carve_outs=carved) == 6_000
    assert cents(Line("G0438", 90_001, place="F", modifiers=("26",)), carve_outs=carved) == 22_500
    assert cents(Line("J3420", 90_000), carve_outs=carved) is None
    assert "carve-out" in expected_allowed(Line("G0438", 1), contract(carve_outs=carved), DAY).source


def test_what_is_not_listed() -> None:
    assert cents(Line("J3420", 10_000)) is None
    assert cents(Line("J3420", 10_000), unlisted_ppm=605_000) == 6_050
    assert cents(Line("J3420", 10_001), scheduled=False, percent_ppm=650_000) == 6_501  # 6,500.65
    assert cents(Line("G0438", 10_000), editions=()) is None


def test_without_contract_or_with_nonsense_nothing_is_guessed() -> None:
    assert expected_allowed(Line("G0438", 1), None, DAY).cents is None
    assert cents(Line("G0438", -1)) is None and cents(Line("G0438", 1, units=0)) is None


def test_multiple_procedures_dearest_first() -> None:
    lines = [Line("Q0091", 90_000), Line("G0101", 90_000, units=2), Line("G0438", 90_000)]
    terms = contract(second_ppm=500_000, later_ppm=250_000)
    # G0101: 5,001 + half of it = 7,501.5; Q0091 is the third: a quarter of 3,333; G0438 is not of the kind
    assert [one.cents for one in expected_together(lines, terms, DAY)] == [833, 7_502, 15_000]
    assert [one.cents for one in expected_together(lines, contract(), DAY)] == [3_333, 10_002, 15_000]


def test_modifier_percents() -> None:
    terms = {"modifiers": {"50": 1_500_000, "26": 10}}
    assert cents(Line("G0438", 90_000, modifiers=("50",)), **terms) == 22_500
    assert cents(Line("G0438", 90_000, modifiers=("26", "50")), **terms) == 6_000, "its own row, then only the other"


def test_the_edition_and_contract_of_the_day() -> None:
    later = Edition("Blue list", NEXT, {("G0438", ""): Fee(1, 1)})
    terms = contract(editions=(later, PRICES))
    assert expected_allowed(Line("G0438", 90_000), terms, DAY).cents == 15_000
    assert expected_allowed(Line("G0438", 90_000), terms, NEXT).cents == 1
    whole, own = contract(ref=1), contract(ref=2, plan=7)
    assert contract_on([whole, own], 7, DAY) is own and contract_on([whole, own], 8, DAY) is whole
    assert contract_on([contract(ends_on=YEAR)], None, DAY) is None


@pytest.mark.parametrize(("place", "kind"), [("11", "N"), ("10", "N"), ("02", "F"), ("22", "F"), ("", "N")])
def test_places(place: str, kind: str) -> None:
    assert place_kind(place) == kind


# ---- properties ----
CODES = ("G0438", "Q0091", "G0101", "J3420")
MODIFIERS = ((), ("26",), ("50",), ("25", "50"))
LINES = st.lists(st.tuples(st.integers(0, 31), st.integers(0, 200_000), st.integers(1, 5)), max_size=6).map(
    lambda drawn: [Line(CODES[n % 4], cents, units, MODIFIERS[n // 4 % 4], "FN"[n // 16]) for n, cents, units in drawn]
)
TERMS = st.builds(
    contract, percent_ppm=st.integers(0, 2_000_000), second_ppm=st.integers(0, 1_000_000), later_ppm=st.integers(0, 1_000_000),
    lesser_of_charge=st.booleans(), unlisted_ppm=st.none() | st.integers(0, 1_000_000),
    modifiers=st.just({"50": 1_500_000}) | st.just({}),
)  # fmt: skip


def oracle(lines: list[Line], terms: Contract) -> list[int | None]:
    """Another way to the same: each unit is laid on a pile, the pile sorted, each paid by its place, in decimals."""
    with localcontext() as context:
        context.prec = 60
        units: list[tuple[Decimal, int]] = []
        plain: dict[int, Decimal] = {}
        for n, line in enumerate(lines):
            fee = next(
                (PRICES.fees[line.code, m] for m in (*line.modifiers, "") if (line.code, m) in PRICES.fees), None
            )
            amount = None if fee is None else fee.facility_cents if line.place == "F" else fee.nonfacility_cents
            if fee is None or amount is None:
                if terms.unlisted_ppm is not None:
                    plain[n] = Decimal(line.charge_cents) * terms.unlisted_ppm / 1_000_000
                continue
            price = Decimal(amount) * terms.percent_ppm / 1_000_000
            if "50" in line.modifiers and terms.modifiers:
                price = price * 3 / 2
            if fee.multiple:
                units += [(price, n)] * line.units
            else:
                plain[n] = price * line.units
        units.sort(key=lambda pair: (-pair[0], pair[1]))
        for place, (price, n) in enumerate(units):
            ppm = 1_000_000 if place == 0 else terms.second_ppm if place == 1 else terms.later_ppm
            plain[n] = plain.get(n, Decimal(0)) + price * ppm / 1_000_000
        found: list[int | None] = []
        for n, line in enumerate(lines):
            exact = plain.get(n)
            cents = None if exact is None else int(exact.quantize(Decimal(1), ROUND_HALF_UP))
            found.append(min(cents, line.charge_cents) if cents is not None and terms.lesser_of_charge else cents)
        return found


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(LINES, TERMS)
def test_the_oracle_agrees(lines: list[Line], terms: Contract) -> None:
    assert [one.cents for one in expected_together(lines, terms, DAY)] == oracle(lines, terms)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(LINES, TERMS)
def test_every_answer_is_said_and_never_below_zero(lines: list[Line], terms: Contract) -> None:
    for line, one in zip(lines, expected_together(lines, terms, DAY), strict=True):
        assert one.words and "%(" not in one.words
        assert one.cents is None or one.cents >= 0
        if terms.lesser_of_charge and one.cents is not None:
            assert one.cents <= line.charge_cents


@given(st.permutations(range(4)))
def test_the_order_of_lines_does_not_change_what_each_is_allowed(order: list[int]) -> None:
    lines = [Line("Q0091", 90_000), Line("G0101", 90_000), Line("G0438", 90_000), Line("J3420", 5)]
    terms = contract(second_ppm=500_000)
    straight = [one.cents for one in expected_together(lines, terms, DAY)]
    mixed = [one.cents for one in expected_together([lines[n] for n in order], terms, DAY)]
    assert mixed == [straight[n] for n in order]
