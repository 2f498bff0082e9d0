"""Write a statement as OFX 2.2 XML, as a bank's download would: for the demo practice and for round-trip tests."""

from __future__ import annotations

import datetime as dt
from xml.sax.saxutils import escape

from .statement import BankLine, Statement

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n'
    '<?OFX OFXHEADER="200" VERSION="220" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>\n'
)
_TYPES = {"deposit": "DEP", "credit": "CREDIT", "debit": "DEBIT", "check": "CHECK", "fee": "FEE", "interest": "INT"}


def write_ofx(statements: tuple[Statement, ...], made_on: dt.date) -> bytes:
    """The bytes of one OFX file. Amounts are dollars with two decimals; OFX carries no opening balance."""
    stamp = f"{made_on:%Y%m%d}120000"
    status = "<STATUS><CODE>0</CODE><SEVERITY>INFO</SEVERITY></STATUS>"
    signon = (
        f"<SIGNONMSGSRSV1><SONRS>{status}<DTSERVER>{stamp}</DTSERVER><LANGUAGE>ENG</LANGUAGE></SONRS></SIGNONMSGSRSV1>"
    )
    bodies = "".join(_statement(one, number, status) for number, one in enumerate(statements, start=1))
    return f"{_HEAD}<OFX>{signon}<BANKMSGSRSV1>{bodies}</BANKMSGSRSV1></OFX>\n".encode()


def _dollars(cents: int) -> str:
    whole, part = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole}.{part:02d}"


def _leaf(name: str, value: str) -> str:
    return f"<{name}>{escape(value)}</{name}>" if value else ""


def _statement(one: Statement, number: int, status: str) -> str:
    lines = "\n".join(_line(line) for line in one.lines)
    span = _leaf("DTSTART", _day(one.starts_on)) + _leaf("DTEND", _day(one.ends_on))
    account = (
        _leaf("BANKID", one.bank_id)
        + _leaf("ACCTID", one.account_id)
        + _leaf("ACCTTYPE", one.account_type or "CHECKING")
    )
    return (
        f"<STMTTRNRS><TRNUID>{number}</TRNUID>{status}<STMTRS><CURDEF>{one.currency}</CURDEF>"
        f"<BANKACCTFROM>{account}</BANKACCTFROM><BANKTRANLIST>{span}\n{lines}\n</BANKTRANLIST>"
        f"{_balance('LEDGERBAL', one.closing_cents, one.closing_on)}"
        f"{_balance('AVAILBAL', one.available_cents, one.closing_on)}</STMTRS></STMTTRNRS>\n"
    )


def _balance(name: str, cents: int | None, on: dt.date | None) -> str:
    if cents is None:
        return ""
    return f"<{name}><BALAMT>{_dollars(cents)}</BALAMT>{_leaf('DTASOF', _day(on))}</{name}>"


def _day(on: dt.date | None) -> str:
    return f"{on:%Y%m%d}" if on else ""


def _line(line: BankLine) -> str:
    kind = _TYPES.get(line.kind, "CREDIT" if line.cents > 0 else "DEBIT")
    return (
        f"<STMTTRN><TRNTYPE>{kind}</TRNTYPE><DTPOSTED>{_day(line.posted_on)}</DTPOSTED>"
        f"<TRNAMT>{_dollars(line.cents)}</TRNAMT>{_leaf('FITID', line.fitid)}{_leaf('CHECKNUM', line.check_no)}"
        f"{_leaf('REFNUM', line.ref)}{_leaf('NAME', line.text[:32])}{_leaf('MEMO', line.text)}</STMTTRN>"
    )
