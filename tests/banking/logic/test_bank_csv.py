"""Banks' CSV: what is guessed of real layouts, what the balances prove, and every way a file can be wrong."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steward.banking.logic.bank_csv import BankCsvError, Profile, cents_of, day_of, parse_bank_csv, profile_of
from steward.banking.logic.csv_guess import guess, looks_like_bank_csv
from steward.banking.logic.statement import prove

#: layouts as US banks write them, the figures our own: newest first with a ragged end; a summary above and an opening row;
#: no names at all; two columns of amounts, a semicolon and a footer; a card's plus for money out
NEWEST_FIRST = b"""Details,Posting Date,Description,Amount,Type,Balance,Check or Slip #
CHECK,11/20/2026,"STAPLES, INC",-12.50,CHECK_PAID,987.50,0088,
CREDIT,11/19/2026,DEPOSIT,"1,000.00",DEP,"1,000.00",,
"""
SUMMARY_ABOVE = b"""Description,,Summary Amt.
Beginning balance as of 11/01/2026,,"1,000.00"
Total credits,,"500.00"

Date,Description,Amount,Running Bal.
11/01/2026,Beginning balance as of 11/01/2026,,"1,000.00"
11/02/2026,"DEPOSIT","500.00","1,500.00"
11/03/2026,"FEE","-5.00","1,495.00"
"""
NO_NAMES = b'"11/20/2026","-12.00","*","","COFFEE"\n"11/21/2026","30.00","*","","DEP"\n'
TWO_COLUMNS = b"Date;Payee;Withdrawals;Deposits;Balance\n2026-11-20;X;12.00;;88.00\n2026-11-21;Y;;2.00;90.00\nTotal;;12.00;2.00;\n"
PLUS_IS_OUT = b"Date,Description,Amount,Balance\n11/20/2026,A,5.00,95.00\n11/21/2026,B,-10.00,105.00\n"


@pytest.mark.parametrize(
    ("data", "proved", "opening", "cents", "closing"),
    [
        (NEWEST_FIRST, True, 0, [100000, -1250], 98750),
        (SUMMARY_ABOVE, True, 100000, [50000, -500], 149500),
        (NO_NAMES, False, None, [-1200, 3000], None),
        (TWO_COLUMNS, True, 10000, [-1200, 200], 9000),
        (PLUS_IS_OUT, True, 10000, [-500, 1000], 10500),
    ],
)
def test_layouts(data: bytes, proved: bool, opening: int | None, cents: list[int], closing: int | None) -> None:
    found = guess(data)
    one = parse_bank_csv(data, found.profile, "42")
    assert (found.proved, one.opening_cents, [line.cents for line in one.lines], one.closing_cents) == (proved, opening, cents, closing)
    assert looks_like_bank_csv(data) == (data != NO_NAMES), "without names a person has to say what it is"
    assert not one.blocked and prove(one).ok is proved
    assert profile_of(found.profile.as_json()) == found.profile


def test_details_of_a_line() -> None:
    one = parse_bank_csv(NEWEST_FIRST, guess(NEWEST_FIRST).profile)
    assert [(line.check_no, line.kind, line.text) for line in one.lines] == [
        ("", "credit", "DEPOSIT CREDIT"), ("88", "check", "STAPLES, INC CHECK"),
    ]  # fmt: skip
    assert (one.starts_on, one.closing_on) == (dt.date(2026, 11, 19), dt.date(2026, 11, 20))


def test_a_row_that_is_lost_is_named_by_the_row_after_it() -> None:
    torn = TWO_COLUMNS.replace(b"2026-11-21;Y;;2.00;90.00\n", b"2026-11-21;Z;;5.00;95.00\n2026-11-22;Y;;2.00;90.00\n")
    one = parse_bank_csv(torn, guess(TWO_COLUMNS).profile)
    assert [(problem.code, problem.place) for problem in one.blocked] == [("unproved", "row 3")]


def test_pending_rows_have_no_balance_and_stay_out() -> None:
    data = NEWEST_FIRST.replace(b"CHECK,11/20", b"DEBIT,11/21/2026,PENDING,-7.00,X,,,\nCHECK,11/20")
    one = parse_bank_csv(data, guess(NEWEST_FIRST).profile)
    assert ([line.cents for line in one.lines], [problem.code for problem in one.problems]) == ([100000, -1250], ["not_booked"])


def test_another_currency_blocks() -> None:
    data = b"Date,Description,Amount,Currency\n11/20/2026,A,5.00,USD\n11/21/2026,B,5.00,CAD\n"
    one = parse_bank_csv(data, guess(data).profile)
    assert [(problem.code, problem.place) for problem in one.blocked] == [("currency", "row 3")]


@pytest.mark.parametrize(
    ("data", "code", "place"),
    [
        (b"", "empty", "file"),
        (b"PK\x03\x04\0\0", "binary", "file"),
        (TWO_COLUMNS.replace(b"Payee", b"Who"), "columns", "header"),
        (TWO_COLUMNS.replace(b"2026-11-21", b"2026-02-30"), "date", "row 3, date"),
        (TWO_COLUMNS.replace(b"2026-11-21", b""), "no_lines", None),
        (TWO_COLUMNS.replace(b"12.00;;", b"12.00;1.00;"), "amount", "row 2, amount"),
        (TWO_COLUMNS.replace(b";;2.00;90.00", b";;;"), "amount", "row 3, amount"),
        (TWO_COLUMNS.replace(b";;2.00", b";;2.001"), "amount", "row 3, amount"),
        (TWO_COLUMNS.replace(b"90.00", b"ninety"), "amount", "row 3, balance"),
        (b"Date;Payee;Withdrawals;Deposits;Balance\n", "no_lines", "file"),
    ],
)
def test_broken_files_name_place_and_mend(data: bytes, code: str, place: str | None) -> None:
    profile = guess(TWO_COLUMNS).profile
    if place is None:  # the last row has become a footer, which is told
        assert [one.code for one in parse_bank_csv(data, profile).problems] == ["footer"]
        return
    with pytest.raises(BankCsvError) as caught:
        parse_bank_csv(data, profile)
    assert (caught.value.code, caught.value.place, caught.value.fix[-1]) == (code, place, ".")


def test_a_profile_that_reads_nothing_says_why() -> None:
    assert Profile((), 0).fault() and Profile((), 0, amount=1, debit=2).fault() and Profile((), 0, amount=0).fault()
    assert not Profile((), 0, amount=1).fault() and not Profile((), 0, debit=1).fault()
    with pytest.raises(BankCsvError):
        parse_bank_csv(NO_NAMES, replace(guess(NO_NAMES).profile, amount=None))


@pytest.mark.parametrize("said", ["5", "$1,234.50", "(12.00)", "-5", "5-", "12.00 DR", "\u221212.00", ".5", "USD 3"])
def test_amounts(said: str) -> None:
    known = {"5": 500, "$1,234.50": 123450, ".5": 50, "USD 3": 300, "(12.00)": -1200, "-5": -500, "5-": -500}
    assert cents_of(said, "") == known.get(said, -1200)


@pytest.mark.parametrize("said", ["", "-", "1,23", "1.234", "1e5", "1,2345.00", "five", "9" * 17, "\u0661"])
def test_amounts_that_cannot_be(said: str) -> None:
    with pytest.raises(BankCsvError):
        cents_of(said, "row 1")


@pytest.mark.parametrize(("said", "order"), [("11/20/2026", "mdy"), ("20.11.26", "dmy"), ("2026-11-20T08:00", "mdy"), ("20261120", "mdy"),
                         ("20-Nov-2026", "mdy"), ("Nov 20, 2026", "dmy"), ("20 November 2026", "mdy")])  # fmt: skip
def test_dates(said: str, order: str) -> None:
    assert day_of(said, order, "") == dt.date(2026, 11, 20)


def test_a_journal_is_no_bank_file() -> None:
    assert not looks_like_bank_csv(b"key,date,memo,account,debit,credit,balance\nA-1,2026-11-20,Rent,6000,2500.00,,\n")


@settings(max_examples=20)
@given(st.lists(st.integers(-(10**6), 10**6).filter(bool), min_size=2, max_size=12), st.integers(-(10**6), 10**6), st.booleans())
def test_what_was_written_is_read_back_whichever_way_it_runs(cents: list[int], opening: int, newest_first: bool) -> None:
    rows, balance = [], opening
    for number, one in enumerate(cents):
        balance += one
        rows.append(f"11/{number + 1:02}/2026,LINE {number},{one / 100:.2f},{balance / 100:.2f}")
    data = "\n".join(["Date,Description,Amount,Balance", *(reversed(rows) if newest_first else rows)]).encode()
    found = guess(data)
    one = parse_bank_csv(data, found.profile)
    assert found.proved and (one.opening_cents, one.closing_cents) == (opening, balance)
    assert [line.cents for line in one.lines] == cents
