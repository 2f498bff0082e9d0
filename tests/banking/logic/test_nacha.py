"""NACHA returns and notices: read to the column, their control totals proved, every fault told by its place."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest

from steward.banking.logic.ach_codes import CODES, meaning
from steward.banking.logic.nacha import NachaError, looks_like_nacha, parse_nacha_returns


def record(*parts: tuple[int, str]) -> str:
    """A record of 94 columns from (first column, text)."""
    line = [" "] * 94
    for first, text in parts:
        line[first - 1 : first - 1 + len(text)] = text
    return "".join(line)


def made(cents: int = 4500, *, code: str = "26", addenda: str = "99R01", day: str = "261120", ident: str = "101", sec: str = "ARC") -> str:
    debit, credit = (0, cents) if code[-1] in "1234" else (cents, 0)
    totals = [(5, "000002"), (11, "0009140060"), (21, f"{debit:012}"), (33, f"{credit:012}")]
    lines = [
        record((1, "101 091400606 6910001342611201306A094101"), (41, "FIRST BANK"), (64, "CEDAR HILL")),
        record((1, "5200CEDAR HILL"), (41, "1123456789"), (51, sec), (54, "PAYMENT"), (70, day), (79, "1"), (80, "091000010000001")),
        record((1, f"6{code}091400606123456789"), (30, f"{cents:010}"), (40, ident), (55, "ANA ROJAS"), (79, "1"), (80, "091000017611242")),
        record((1, f"7{addenda}091400600000001"), (28, "09100001"), (36, "1918171614"), (80, "091000017611242")),
        record((1, "8200"), *totals, (80, "091000010000001")),
        record((1, "9000001000001"), (14, "00000002"), (22, "0009140060"), (32, f"{debit:012}"), (44, f"{credit:012}")),
        *["9" * 94] * 4,
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


GOOD = made()


def test_a_returned_debit_takes_money_out_again() -> None:
    assert looks_like_nacha(GOOD.encode())
    (one,) = parse_nacha_returns(GOOD.encode()).returns
    assert (one.kind, one.code, one.cents, one.trace, one.return_trace) == ("return", "R01", -4500, "091400600000001", "091000017611242")
    assert (one.sec, one.ident, one.name, one.account_last4) == ("ARC", "101", "ANA ROJAS", "6789")
    assert (one.settled_on, one.company, one.corrected) == (dt.date(2026, 11, 20), "CEDAR HILL", "")


def test_a_returned_credit_brings_it_in_and_a_notice_moves_nothing() -> None:
    assert parse_nacha_returns(made(code="21").encode()).returns[0].cents == 4500
    (notice,) = parse_nacha_returns(made(0, code="21", addenda="98C01").encode()).returns
    assert (notice.kind, notice.code, notice.cents, notice.corrected) == ("change", "C01", 0, "1918171614")


@pytest.mark.parametrize("change", [lambda text: text.replace("\n", ""), lambda text: text.replace("\n", "\r\n"),
                         lambda text: "\n".join(line.rstrip() for line in text.split("\n")),
                         lambda text: "\n".join(line + "   " for line in text.split("\n"))])  # fmt: skip
def test_line_ends_and_blanks_do_not_matter(change) -> None:
    assert parse_nacha_returns(change(GOOD).encode()).returns[0].cents == -4500


@pytest.mark.parametrize(
    ("data", "code", "place"),
    [
        (b"\n", "empty", "file"),
        (GOOD.encode()[95:], "torn", "line 1, record 5"),
        ("\n".join(GOOD.split("\n")[:5]).encode(), "torn", "end of file"),
        (GOOD.replace("0000004500", "0000004501", 1).encode(), "control", "line 5, record 8"),
        (GOOD.replace("8200000002", "8200000003").encode(), "control", "line 5, record 8"),
        (GOOD.replace("9000001000001", "9000002000001").encode(), "control", "line 6, record 9"),
        (GOOD.replace("626091400606", "626091400016").encode(), "control", "line 5, record 8"),
        (GOOD.replace("\n799", "\n6  \n799").encode(), "amount", "line 4, record 6"),
        (GOOD.replace("9000001000001", "5000001000001").encode(), "torn", "end of file"),
        (GOOD.replace("0000004500", "00000O4500", 1).encode(), "amount", "line 3, record 6"),
        (GOOD.replace("799R01", "799X01").encode(), "code", "line 4, record 7"),
        (made(day="260230").encode(), "date", "line 2, record 5"),
        (GOOD.replace("\n", "X\n").encode(), "length", "line 1"),
        (GOOD.replace("799R01", "705R01").encode(), "no_returns", "file"),
    ],
)
def test_broken_files_name_place_and_mend(data: bytes, code: str, place: str) -> None:
    with pytest.raises(NachaError) as caught:
        parse_nacha_returns(data)
    assert (caught.value.code, caught.value.place, caught.value.fix[-1]) == (code, place, ".")


def test_codes_have_words_of_our_own_and_unknown_ones_go_to_a_person() -> None:
    assert all(one.words.endswith(".") and one.advice.endswith(".") for one in CODES.values())
    assert "R97" in meaning("R97").words and "no list" in meaning("R97").words


#: every public sample: the codes read and cents, or the refusal
SAMPLES = {
    "contested-return.ach": [("R71", 100_000_000)],
    "test_testdata_return-WEB.ach": [("R01", -12354), ("R03", 4565)],
    "test_ach-cor-read_cor-read.ach": [("C01", 0)],
    "test_testdata_return-PPD-custom-reason-code.ach": [("R97", 106161)],
    "test_testdata_return-no-batch-controls.ach": "torn",
    "test_testdata_nonascii-utf8.ach": "control",  # its file control counts 1 record, there are 13
}


def test_public_samples(samples: Path) -> None:
    """Returns and notices are read, whatever else is an ACH file returns nothing and says so."""
    files = sorted((samples / "nacha").glob("*.ach"))
    assert len(files) >= 18
    for path in files:
        wanted = SAMPLES.get(path.name, "no_returns")
        try:
            found = [(one.code, one.cents) for one in parse_nacha_returns(path.read_bytes()).returns]
        except NachaError as fault:
            assert fault.code == wanted, (path.name, str(fault))
        else:
            assert found == wanted, path.name


def test_the_manifest_of_the_bank_samples(samples: Path) -> None:
    """Its two NACHA rows: amounts and codes, as an independent reader counted them."""
    with (samples / "bank" / "MANIFEST.tsv").open() as source:
        rows = {row["file"]: row["sum"] for row in csv.DictReader(source, delimiter="\t") if row["file"].startswith("../nacha/")}
    assert len(rows) == 2
    (one,) = parse_nacha_returns((samples / "nacha" / "contested-return.ach").read_bytes()).returns
    assert rows["../nacha/contested-return.ach"] == f"amounts d=0 c={one.cents} cents; codes {','.join(one.codes)}"
