"""CAMT.053 as banks write it in several versions, and every way it can be broken."""

from __future__ import annotations

import datetime as dt

import pytest

from steward.banking.logic.camt053 import CamtError, looks_like_camt, parse_camt053
from steward.banking.logic.statement import prove

ENTRY = (
    '<Ntry><NtryRef>{ref}</NtryRef><Amt Ccy="USD">{amount}</Amt><CdtDbtInd>{way}</CdtDbtInd><Sts>{state}</Sts>'
    "<BookgDt><Dt>{day}</Dt></BookgDt><AcctSvcrRef>S{ref}</AcctSvcrRef>{more}</Ntry>"
)


def entry(amount: str = "12.34", way: str = "CRDT", day: str = "2026-11-20", **more: str) -> str:
    return ENTRY.format(**{"ref": "1", "state": "BOOK", "more": ""} | more, amount=amount, way=way, day=day)


def balance(kind: str, amount: str, way: str = "CRDT", day: str = "2026-11-20", currency: str = "USD") -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy='{currency}'>{amount}</Amt>"
        f"<CdtDbtInd>{way}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def file(rows: str = entry(), balances: str | None = None, *, version: str = "02", head: str = "<?xml version='1.0'?>") -> bytes:
    if balances is None:
        balances = balance("OPBD", "100.00", day="2026-11-19") + balance("CLBD", "112.34")
    return (
        f'{head}<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt><GrpHdr>'
        "<MsgId>M</MsgId></GrpHdr><Stmt><Id>1</Id><FrToDt><FrDtTm>2026-11-20T00:00:00</FrDtTm><ToDtTm>2026-11-20T23:59:59"
        "-05:00</ToDtTm></FrToDt><Acct><Id><Othr><Id>0000123456</Id></Othr></Id><Ccy>USD</Ccy><Svcr><FinInstnId>"
        "<ClrSysMmbId><MmbId>021000021</MmbId></ClrSysMmbId></FinInstnId></Svcr></Acct>"
        f"{balances}\n{rows}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def test_a_statement() -> None:
    data = file()
    assert looks_like_camt(data)
    (one,) = parse_camt053(data)
    assert (one.account_id, one.bank_id, one.opening_cents, one.closing_cents) == ("0000123456", "021000021", 10000, 11234)
    assert (one.starts_on, one.ends_on, one.closing_on) == (dt.date(2026, 11, 20),) * 3
    assert [(line.cents, line.fitid, line.posted_on) for line in one.lines] == [(1234, "S1", dt.date(2026, 11, 20))]
    assert prove(one).ok and not one.problems


def test_details_make_the_line_known() -> None:
    more = (
        "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICHQ</Cd><SubFmlyCd>CCHQ</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><TxDtls>"
        "<Refs><EndToEndId>NOTPROVIDED</EndToEndId><ChqNb>000088</ChqNb></Refs><RltdPties><Cdtr><Nm>Blue Harbor</Nm></Cdtr>"
        "</RltdPties><RmtInf><Ustrd>TRN*1*1512345678*1~</Ustrd></RmtInf></TxDtls></NtryDtls>"
    )
    (line,) = parse_camt053(file(entry(more=more)))[0].lines
    assert (line.check_no, line.kind, line.trace) == ("88", "check", "1512345678")
    assert line.text == "Blue Harbor TRN*1*1512345678*1~"


def test_the_direction_is_the_indicator_whatever_the_reversal_says() -> None:
    (one,) = parse_camt053(file(entry(way="DBIT").replace("<Sts>", "<RvslInd>true</RvslInd><Sts>")))
    assert [line.cents for line in one.lines] == [-1234]
    (one,) = parse_camt053(file(balances=balance("PRCD", "5.00", "DBIT") + balance("CLBD", "7.34")))
    assert (one.opening_cents, prove(one).ok) == (-500, True)


def test_only_booked_entries_move_money_in_both_spellings() -> None:
    rows = entry() + entry(state="PDNG", ref="2") + entry(ref="3").replace("BOOK", "<Cd>INFO</Cd>")
    (one,) = parse_camt053(file(rows, version="14"))
    assert len(one.lines) == 1
    assert [(problem.code, problem.blocks) for problem in one.problems] == [("not_booked", False)] * 2


def test_what_a_bank_counts_is_compared() -> None:
    summary = "<TxsSummry><TtlNtries><NbOfNtries>7</NbOfNtries></TtlNtries></TxsSummry>"
    (one,) = parse_camt053(file(summary + entry()))
    assert [problem.code for problem in one.problems] == ["control"]


@pytest.mark.parametrize(("amount", "cents"), [("5", 500), (".5", 50), ("1.10000", 110), ("10.", None), ("-5", None),
                         ("1.005", None), ("1,00", None), ("1e5", None), ("\u0661", None), ("9" * 18, None)])  # fmt: skip
def test_amounts(amount: str, cents: int | None) -> None:
    data = file(entry(amount))
    if cents is not None:
        assert parse_camt053(data)[0].lines[0].cents == cents
        return
    with pytest.raises(CamtError) as caught:
        parse_camt053(data)
    assert (caught.value.code, caught.value.place) == ("amount", "line 2, Amt")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"<Document></Document>", "no_statement"),
        (b"date,amount", "torn"),
        (file()[:-30], "torn"),
        (file() + b"<a/>", "torn"),
        (file(head='<?xml version="1.0" encoding="nonsense"?>'), "charset"),
        (file(head='<!DOCTYPE a [<!ENTITY b "c">]>'), "doctype"),
        (file(head='<!DOCTYPE a SYSTEM "file:///etc/passwd">'), "doctype"),
        (b"<a>" * 100, "too_deep"),
        (file(entry(day="2026-02-30")), "date"),
        (file(entry(day="20.11.2026")), "date"),
        (file(entry(way="")), "direction"),
        (file(entry(state="LOST")), "state"),
        (file(entry().replace("BookgDt", "X")), "missing"),
        (file().replace(b"0000123456", b""), "no_account"),
        (file().replace(b"0000123456", b"{{account}}"), "template"),
        (file().replace(b"BkToCstmrStmt", b"BkToCstmrAcctRpt"), "interim"),
        (file().replace(b"BkToCstmrStmt", b"BkToCstmrDbtCdtNtfctn"), "notification"),
    ],
)
def test_broken_files_name_place_and_mend(data: bytes, code: str) -> None:
    with pytest.raises(CamtError) as caught:
        parse_camt053(data)
    assert (caught.value.code, bool(caught.value.place), caught.value.fix[-1]) == (code, True, ".")


def test_only_us_dollars_anywhere() -> None:
    (one,) = parse_camt053(file(entry().replace('"USD"', '"EUR"')))
    assert [(problem.code, problem.blocks) for problem in one.problems] == [("currency", True)]


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16"])
def test_character_sets(codec: str) -> None:
    data = file(entry(more="<AddtlNtryInf>café</AddtlNtryInf>"), head="").decode().encode(codec)
    assert looks_like_camt(data)
    assert parse_camt053(data)[0].lines[0].text == "café"
