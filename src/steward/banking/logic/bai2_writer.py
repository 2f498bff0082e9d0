"""Write statements as a BAI2 previous-day file with correct counts and control totals: for the demo and for tests.

Each statement becomes one group with one account. Source of the layout: BAI Cash Management Balance Reporting
Specifications, Version 2.
"""

from __future__ import annotations

import datetime as dt

from .statement import BankLine, Statement

_CODES = {"deposit": "301", "interest": "354", "check": "475", "fee": "698", "return": "555"}
_WIDTH = 70


def write_bai2(statements: tuple[Statement, ...], made_on: dt.date, *, sender: str, receiver: str) -> bytes:
    """The bytes of one file, dated `made_on`; `sender` and `receiver` are the bank's and the practice's identifiers."""
    rows = [f"01,{sender},{receiver},{made_on:%y%m%d},0600,1,,,2/"]
    control = 0
    for one in statements:
        group, total = _group(one, made_on, sender, receiver)
        rows += group
        control += total
    rows.append(f"99,{control},{len(statements)},{len(rows) + 1}/")
    return ("\n".join(rows) + "\n").encode("ascii", errors="replace")


def _group(one: Statement, made_on: dt.date, sender: str, receiver: str) -> tuple[list[str], int]:
    on = one.closing_on or one.ends_on or made_on
    account, total = _account(one)
    rows = [f"02,{receiver},{one.bank_id or sender},1,{on:%y%m%d},2400,USD,2/", *account]
    rows.append(f"98,{total},1,{len(rows) + 1}/")
    return rows, total


def _account(one: Statement) -> tuple[list[str], int]:
    """03 with balances and totals, 16s, 49; and the control total."""
    credit = [line.cents for line in one.lines if line.cents > 0]
    debit = [-line.cents for line in one.lines if line.cents < 0]
    sums: list[tuple[str, int | None, int | str]] = [("010", one.opening_cents, ""), ("015", one.closing_cents, "")]
    sums += [("045", one.available_cents, ""), ("072", one.float_cents or None, "")]
    sums += [("100", sum(credit), len(credit)), ("400", sum(debit), len(debit))]
    said = [(code, cents, count) for code, cents, count in sums if cents is not None]
    first, *more = [f"{code},{cents},{count}," for code, cents, count in said]
    rows = [f"03,{one.account_id},USD,{first}/", *(f"88,{group}/" for group in more)]
    for line in one.lines:
        rows += _detail(line)
    total = sum(cents for _, cents, _ in said) + sum(credit) + sum(debit)
    rows.append(f"49,{total},{len(rows) + 1}/")
    return rows, total


def _detail(line: BankLine) -> list[str]:
    """16 with its references; the text follows in 88 records, so that nothing in it is read as a field."""
    code = line.type_code or _CODES.get(line.kind) or ("165" if line.cents > 0 else "455")
    rows = [f"16,{code},{abs(line.cents)},Z,,{_field(line.check_no or line.ref)},/"]
    text = " ".join(line.text.replace("/", "-").split())
    while text:
        cut = len(text) if len(text) <= _WIDTH else (text.rfind(" ", 0, _WIDTH) if " " in text[:_WIDTH] else _WIDTH)
        rows.append(f"88,{text[:cut]}/")
        text = text[cut:].strip()
    return rows


def _field(value: str) -> str:
    """A reference must not hold the delimiters."""
    return value.replace(",", " ").replace("/", "-")
