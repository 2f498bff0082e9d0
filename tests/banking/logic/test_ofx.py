"""OFX as banks really write it, and every way it can be broken."""

from __future__ import annotations

import datetime as dt

import pytest

from steward.banking.logic.ofx import OfxError, looks_like_ofx, parse_ofx
from steward.banking.logic.ofx_writer import write_ofx
from steward.banking.logic.statement import BankLine, Statement, numbered

SGML = (
    "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\nCOMPRESSION:NONE\n"
    "OLDFILEUID:NONE\nNEWFILEUID:NONE\n\n"
)
ROW = "<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20261120<TRNAMT>{amount}<FITID>7<NAME>A &amp; B<MEMO>{memo}</STMTTRN>"


def file(rows: str, *, head: str = SGML, currency: str = "USD", balance: str = "100.00") -> bytes:
    return (
        f"{head}<OFX><BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STMTRS><CURDEF>{currency}<BANKACCTFROM><BANKID>1<ACCTID>42"
        f"<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST><DTSTART>20261101<DTEND>20261130{rows}</BANKTRANLIST>"
        f"<LEDGERBAL><BALAMT>{balance}<DTASOF>20261130</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
    ).encode()


def test_sgml() -> None:
    (one,) = parse_ofx(file(ROW.format(amount="12.34", memo="x")))
    assert (one.account_id, one.closing_cents, one.closing_on) == ("42", 10000, dt.date(2026, 11, 30))
    assert [(line.cents, line.text, line.fitid) for line in one.lines] == [(1234, "A & B x", "7")]


def test_an_empty_leaf_does_not_swallow_its_neighbours() -> None:
    rows = "<STMTTRN><TRNTYPE>CREDIT<MEMO><BOGUS><DTPOSTED>20261120<TRNAMT>1.00<FITID></STMTTRN>"
    (one,) = parse_ofx(file(rows))
    assert [line.cents for line in one.lines] == [100]


def test_two_accounts_in_one_file() -> None:
    statements = tuple(Statement(number, closing_cents=5) for number in ("1", "2"))
    assert [one.account_id for one in parse_ofx(write_ofx(statements, dt.date(2026, 11, 30)))] == ["1", "2"]


@pytest.mark.parametrize(
    ("amount", "cents"),
    [("5", 500), ("+5.1", 510), ("-.50", -50), ("1234,56", 123456), ("1,234.56", 123456), ("10.", 1000), ("-0.00", 0)],
)
def test_amounts(amount: str, cents: int) -> None:
    (one,) = parse_ofx(file(ROW.format(amount=amount, memo="")))
    assert one.lines[0].cents == cents


@pytest.mark.parametrize("amount", ["1.234", "1,234", "1e5", "12.3.4", "--1", ".", "١٢", "1" * 18, "9" * 60, "12-"])
def test_amounts_that_cannot_be(amount: str) -> None:
    with pytest.raises(OfxError) as caught:
        parse_ofx(file(ROW.format(amount=amount, memo="")))
    assert caught.value.code == "amount"
    assert "TRNAMT" in caught.value.place


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n", "empty"),
        (b"date,amount\n2026-01-01,5", "not_ofx"),
        (b"hello <OFX></OFX>", "not_ofx"),
        (b"<OFX></OFX>", "no_statement"),
        (file("")[:-40], "torn"),
        (file("") + file(""), "two_files"),
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><OFX>&b;</OFX>', "doctype"),
        (b"<OFX>" + b"<A>" * 50, "too_deep"),
        (file(ROW.format(amount="1", memo="").replace("20261120", "20261320")), "date"),
        (file("<STMTTRN><TRNTYPE>CREDIT<TRNAMT>1</STMTTRN>"), "missing"),
        (file("<STMTTRN><DTPOSTED>20261120<TRNAMT>1<STMTTRN><DTPOSTED>20261120</STMTTRN>"), "torn"),
        (b"<OFX>\0</OFX>", "binary"),
    ],
)
def test_broken_files_name_place_and_mend(data: bytes, code: str) -> None:
    with pytest.raises(OfxError) as caught:
        parse_ofx(data)
    assert caught.value.code == code
    assert caught.value.place
    assert caught.value.fix.endswith(".")


def test_only_us_dollars() -> None:
    (one,) = parse_ofx(file("", currency="CAD"))
    assert [(problem.code, problem.blocks) for problem in one.problems] == [("currency", True)]


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "cp1252"])
def test_character_sets(codec: str) -> None:
    data = file(ROW.format(amount="1", memo="café")).decode().encode(codec)
    assert looks_like_ofx(data)
    (one,) = parse_ofx(data)
    assert one.lines[0].text.endswith("café")


def test_crlf_cdata_comments_and_bare_less_than() -> None:
    rows = ROW.format(amount="1", memo="<![CDATA[a <b> c]]><!-- x -->d < e")
    (one,) = parse_ofx(file(rows).replace(b"\n", b"\r\n"))
    assert one.lines[0].text == "A & B a <b> cd < e"


def test_round_trip() -> None:
    lines = numbered(
        [
            BankLine(dt.date(2026, 11, 3), -1205, "CHECK 88 & <co>", "f1", "check", "CHECK", check_no="88"),
            BankLine(dt.date(2026, 11, 4), 5, "INTEREST", "f2", "interest", "INT"),
            BankLine(dt.date(2026, 11, 4), 99, "HCCLAIMPMT TRN*1*12345*1~", "f3", "credit", "CREDIT", trace="12345"),
        ]
    )
    on = dt.date(2026, 11, 30)
    one = Statement(
        "99", lines, "021", "CHECKING", closing_cents=-17, closing_on=on, starts_on=lines[0].posted_on, ends_on=on
    )
    assert parse_ofx(write_ofx((one,), on)) == (one,)
