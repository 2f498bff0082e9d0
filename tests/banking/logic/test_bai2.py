"""BAI2: continuations, default codes, funds types, trailers that disagree, and files broken in every way."""

from __future__ import annotations

import datetime as dt

import pytest

from steward.banking.logic.bai2 import Bai2Error, looks_like_bai2, parse_bai2, sign_of
from steward.banking.logic.bai2_writer import write_bai2
from steward.banking.logic.statement import BankLine, Statement, numbered, prove

GOOD = (
    "01,BANK,ME,261120,0600,1,,,2/\n"
    "02,ME,BANK,1,261119,2400,,2/\n"
    "03,42,,010,1000,,,015,3400/\n"
    "88,,,100,2500,1,,400,100,1,/\n"
    "16,301,2500,S,500,1000,1000,B1,17/\n"
    "88,DEPOSIT, WITH A COMMA\n"
    "16,698,100,V,261119,,,/\n"
    "49,9600,6/\n"
    "98,9600,1,8/\n"
    "99,9600,1,10/\n"
)


def test_a_good_file() -> None:
    (one,) = parse_bai2(GOOD.encode())
    assert (one.account_id, one.currency, one.opening_cents, one.closing_cents) == ("42", "USD", 1000, 3400)
    assert [(line.cents, line.kind, line.ref, line.text) for line in one.lines] == [
        (2500, "deposit", "17", "DEPOSIT, WITH A COMMA"),
        (-100, "fee", "", ""),
    ]
    assert prove(one).ok
    assert one.problems == ()
    assert one.closing_on == dt.date(2026, 11, 19)


@pytest.mark.parametrize(
    ("was", "now", "words"),
    [
        ("49,9600,6", "49,9601,6", "control total"),
        ("49,9600,6", "49,9600,7", "number of records"),
        ("98,9600,1,8", "98,9600,2,8", "number of accounts"),
        ("99,9600,1,10", "99,9600,1,11", "number of records"),
        ("99,9600,1,10", "99,9600,3,10", "number of groups"),
    ],
)
def test_wrong_counts_and_totals_are_reported_not_fatal(was: str, now: str, words: str) -> None:
    (one,) = parse_bai2(GOOD.replace(was, now).encode())
    assert any(words in problem.message for problem in one.problems)
    assert {problem.code for problem in one.problems} == {"control"}
    assert not one.blocked


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("", "empty"),
        ("<OFX>", "not_bai2"),
        (GOOD.split("98,")[0], "torn"),
        (GOOD.replace("49,9600,6/\n", ""), "order"),
        (GOOD + GOOD, "order"),
        (GOOD.replace("301,2500", "301,25.00"), "amount"),
        (GOOD.replace("301,2500", "301,1" + "0" * 18), "amount"),
        (GOOD.replace("301,2500", "3x1,2500"), "type_code"),
        (GOOD.replace("S,500", "Q,500"), "funds"),
        (GOOD.replace("261119,2400", "269919,2400"), "date"),
        (GOOD.replace("03,42,", "03,,"), "no_account"),
        (GOOD.replace("03,42", "hello"), "record"),
        ("01,BANK,ME,261120,0600,1,,,2/\n88,x/\n", "order"),
    ],
)
def test_broken_files_name_place_and_mend(data: str, code: str) -> None:
    with pytest.raises(Bai2Error) as caught:
        parse_bai2(data.encode())
    assert caught.value.code == code
    assert caught.value.place
    assert caught.value.fix.endswith(".")


@pytest.mark.parametrize(
    ("was", "now", "code"),
    [
        (",,2/\n03", ",CAD,2/\n03", "currency"),
        ("02,ME,BANK,1", "02,ME,BANK,4", "group_status"),
        (",,2/\n03", ",,3/\n03", "interim"),
        ("16,698", "16,721", "type_code"),
    ],
)
def test_what_forbids_an_import(was: str, now: str, code: str) -> None:
    (one,) = parse_bai2(GOOD.replace(was, now).encode())
    assert [problem.code for problem in one.blocked] == [code]


def test_signs_follow_the_type_code() -> None:
    assert [sign_of(code) for code in ("100", "399", "400", "699", "700", "890", "920", "960")] == [
        1,
        1,
        -1,
        -1,
        0,
        0,
        1,
        -1,
    ]


def test_crlf_bom_joined_records_and_a_missing_last_slash() -> None:
    data = b"\xef\xbb\xbf" + GOOD.replace("2/\n02", "2/   02").replace("10/\n", "10").replace("\n", "\r\n").encode()
    assert looks_like_bai2(data)
    (one,) = parse_bai2(data)
    assert one.total_cents == 2400
    assert [problem.code for problem in one.problems] == ["joined_records"]


def test_float_is_what_the_bank_says() -> None:
    (one,) = parse_bai2(GOOD.replace("88,,,100,", "88,,,072,300,,,074,200,,,100,").replace("9600", "10100").encode())
    assert one.float_cents == 500


def test_round_trip() -> None:
    on = dt.date(2026, 11, 19)
    lines = numbered(
        [
            BankLine(
                on,
                250000,
                "HCCLAIMPMT BLUE HARBOR HEALTH PLAN TRN*1*1512345678*1999999999 " + "X" * 90,
                kind="credit",
                type_code="165",
                trace="1512345678",
            ),
            BankLine(on, -4200, "CHECK", kind="check", type_code="475", check_no="1007", ref="1007"),
        ]
    )
    one = Statement(
        "42",
        lines,
        "021",
        opening_cents=100,
        closing_cents=245900,
        closing_on=on,
        starts_on=on,
        ends_on=on,
        available_cents=245900,
    )
    (back,) = parse_bai2(write_bai2((one,), on, sender="021", receiver="ME"))
    assert back.problems == ()
    assert (back.opening_cents, back.closing_cents, back.total_cents) == (100, 245900, 245800)
    assert [(line.cents, line.trace, line.check_no) for line in back.lines] == [
        (250000, "1512345678", ""),
        (-4200, "", "1007"),
    ]
    assert prove(back).ok
