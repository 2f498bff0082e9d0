"""MT940 as banks write it, and every way it can be broken."""

from __future__ import annotations

import datetime as dt

import pytest

from steward.banking.logic.mt940 import Mt940Error, looks_like_mt940, parse_mt940
from steward.banking.logic.statement import prove

GOOD = """:20:STMT1
:25:021000021/0000123456
:28C:5/1
:60F:C261119USD100,00
:61:2611201120CD12,34NTRFNONREF//B77
supplementary
:86:HCCLAIMPMT BLUE HARBOR TRN*1*1512345678*1~
:61:261120D2,NCHK88
:86:?00CHECK?20Paper com
pany
:62F:C261120USD110,34
:64:C261120USD100,34
-
"""


def file(old: str = "", new: str = "") -> bytes:
    return GOOD.replace(old, new).encode()


def test_a_statement() -> None:
    assert looks_like_mt940(file())
    (one,) = parse_mt940(file())
    assert (one.account_id, one.bank_id, one.currency) == ("0000123456", "021000021", "USD")
    assert (one.opening_cents, one.closing_cents, one.available_cents, one.float_cents) == (10000, 11034, 10034, 1000)
    assert prove(one).ok and not one.problems
    first, second = one.lines
    assert (first.cents, first.trace, first.ref, first.type_code) == (1234, "1512345678", "B77", "NTRF")
    assert (second.cents, second.check_no, second.kind, second.text) == (-200, "88", "check", "CHECK Paper company")


@pytest.mark.parametrize(("way", "cents"), [("C", 1234), ("D", -1234), ("RC", -1234), ("RD", 1234), ("DR", -1234), ("RCD", -1234)])
def test_ways(way: str, cents: int) -> None:
    assert parse_mt940(file("CD12,34", f"{way}12,34"))[0].lines[0].cents == cents


@pytest.mark.parametrize(("value", "entry", "day"), [("251231", "0102", (2026, 1, 2)), ("260102", "1231", (2025, 12, 31)),
                         ("280215", "0229", (2028, 2, 29)), ("991231", "", (1999, 12, 31))])  # fmt: skip
def test_the_year_of_an_entry_date_is_the_nearest(value: str, entry: str, day: tuple[int, int, int]) -> None:
    assert parse_mt940(file("2611201120", value + entry))[0].lines[0].posted_on == dt.date(*day)


def test_envelopes_are_passed_over_and_told() -> None:
    (one,) = parse_mt940(b"0000 01BANKUS33\n940 00\n" + file("-\n", "-}{5:{CHK:1}}\nsaid later\n"))
    assert [problem.code for problem in one.problems] == ["envelope"]
    (one,) = parse_mt940(b"{1:F01BANK}{2:O940}{4:\r\n" + file().replace(b"\n", b"\r\n"))
    assert one.closing_cents == 11034 and not one.problems


def test_pages_and_statements_stand_one_after_another() -> None:
    first = file("62F", "62M").replace(b":64:C261120USD100,34\n", b"")
    second = b":20:S\n:25:0000123456\n:60M:C261120USD110,34\n:62F:C261120USD110,34"
    one, two = parse_mt940(first + second)
    assert (one.closing_cents, two.opening_cents, two.lines, prove(two).ok) == (11034, 11034, (), True)


@pytest.mark.parametrize(
    ("data", "code", "place"),
    [
        (b" \n", "empty", "file"),
        (b"date,amount\n", "not_mt940", "file"),
        (b":25:1\n", "order", "line 1, :25:"),
        (file(":62F:C261120USD110,34\n"), "torn", "line 11, :64:"),
        (file(":25:021000021/0000123456\n"), "no_account", "line 1, :20:"),
        (file("C261119USD100,00", "C261119USD100.00"), "amount", "line 4, :60F:"),
        (file("C261119USD100,00", "C261119USD999999999999999,00"), "amount", "line 4, :60F:"),
        (file("261119", "260230"), "date", "line 4, :60F:"),
        (file("2611201120", "2611200230"), "date", "line 5, :61:"),
        (file("CD12,34", "CD12.34"), "line", "line 5, :61:"),
        (file("CD12,34", "X12,34"), "line", "line 5, :61:"),
    ],
)
def test_broken_files_name_place_and_mend(data: bytes, code: str, place: str) -> None:
    with pytest.raises(Mt940Error) as caught:
        parse_mt940(data)
    assert (caught.value.code, caught.value.place, caught.value.fix[-1]) == (code, place, ".")


def test_only_us_dollars() -> None:
    (one,) = parse_mt940(file("USD", "EUR"))
    assert [(problem.code, problem.blocks) for problem in one.problems] == [("currency", True)]
