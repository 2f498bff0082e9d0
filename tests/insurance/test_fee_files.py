"""Price lists and relative value files: what is read, and every fault with its row."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.insurance.logic.allowed import Fee
from steward.insurance.logic.fee_files import FeeFileError, factor_e4, parse_list, parse_rvu


def rvu_row(code: str, mod: str = "", *, work="0.33", pe_n="0.15", na_n="", pe_f="0.14", na_f="", mp="0.02",
            total_n="0.50", total_f="0.49", mult="0", factor="33.4009", glob="XXX") -> str:  # fmt: skip
    cells = [code, mod, "x", "A", "", work, pe_n, na_n, pe_f, na_f, mp, total_n, total_f, "0", glob, "0", "0", "0", mult,
             "0", "0", "0", "0", "", factor]  # fmt: skip
    return ",".join(cells)


HEAD = "2026 relative values\n,,,STATUS\nHCPCS,MOD,DESCRIPTION,CODE\n"


def codes(call) -> set[str]:
    with pytest.raises(FeeFileError) as error:
        call()
    assert all(one.message and one.fix for one in error.value.faults)
    return {one.code for one in error.value.faults}


def test_a_price_list() -> None:
    said = b"\xef\xbb\xbfCode,Modifier,Place,Amount,Multiple\r\ng0438,,facility,100.00,\r\nG0438,,N,150.5,\r\nQ0091,26,,33.33,y\r\n\r\n"
    assert parse_list(said).fees == {
        ("G0438", ""): Fee(10_000, 15_050),
        ("Q0091", "26"): Fee(3_333, 3_333, multiple=True),
    }


def test_columns_in_any_order_and_others_ignored() -> None:
    assert parse_list(b"amount,note,code\n1.00,hello,G0101\n").fees == {("G0101", ""): Fee(100, 100)}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"", "columns"),
        (b"code,price\nG0101,1\n", "columns"),
        (b"code,amount\n", "empty"),
        (b"code,amount\nG-01,1\n", "code"),
        (b"code,amount,modifier\nG0101,1,XXX\n", "modifier"),
        (b"code,amount\nG0101,1.234\n", "amount"),
        (b"code,amount\nG0101,-1\n", "amount"),
        (b"code,amount\nG0101,99999999999999\n", "amount"),
        (b"code,amount,place\nG0101,1,roof\n", "place"),
        (b"code,amount,multiple\nG0101,1,maybe\n", "multiple"),
        (b"code,amount\nG0101,1\nG0101,2\n", "twice"),
        (b"code,amount\n\0", "not_text"),
    ],
)
def test_faults_of_a_price_list(text: bytes, code: str) -> None:
    assert codes(lambda: parse_list(text)) == {code}


def test_all_faults_come_at_once_with_their_rows() -> None:
    with pytest.raises(FeeFileError) as error:
        parse_list(b"code,amount\n!,1\nG0101,x\nG0101,2\n")
    assert [(one.row, one.code) for one in error.value.faults] == [(2, "code"), (3, "amount")]


def test_relative_values() -> None:
    text = HEAD + "\n".join([
        rvu_row("G2211"),
        rvu_row("G0101", mult="2", na_f="NA", glob="010"),
        rvu_row("G9999", work="0.00", pe_n="0.00", pe_f="0.00", mp="0.00", total_n="0.00", total_f="0.00"),
        rvu_row("G0102", "26", na_n="NA", total_n="0.35", glob="0"),
    ])  # fmt: skip
    file = parse_rvu(text.encode())
    assert file.conversion_e4 == 334_009
    assert file.fees == {
        ("G2211", ""): Fee(work_e2=33, pe_facility_e2=14, pe_nonfacility_e2=15, mp_e2=2),
        ("G0101", ""): Fee(work_e2=33, pe_facility_e2=None, pe_nonfacility_e2=15, mp_e2=2, multiple=True, global_days=10),
        ("G0102", "26"): Fee(work_e2=33, pe_facility_e2=14, pe_nonfacility_e2=None, mp_e2=2, global_days=0),
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("G2211,,x\n", "heading"),
        (HEAD + "G2211,,x,A\n", "columns"),
        (HEAD + rvu_row("G2211", work="0.34"), "sum"),
        (HEAD + rvu_row("G2211", work="a"), "number"),
        (HEAD + rvu_row("G2211") + "\n" + rvu_row("G2211"), "twice"),
        (HEAD, "empty"),
    ],
)
def test_faults_of_relative_values(text: str, code: str) -> None:
    assert codes(lambda: parse_rvu(text.encode())) == {code}


def test_two_factors_in_a_file_name_none() -> None:
    text = HEAD + rvu_row("G2211") + "\n" + rvu_row("G0101", factor="20.0000")
    assert parse_rvu(text.encode()).conversion_e4 is None


@pytest.mark.parametrize(
    ("text", "value"), [("33.4009", 334_009), ("33", 330_000), ("", None), ("x", None), ("1.23456", None)]
)
def test_factors(text: str, value: int | None) -> None:
    assert factor_e4(text) == value


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: ("code,amount\n" + text).encode()))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for parse in (parse_list, parse_rvu):
        try:
            assert parse(content).fees
        except FeeFileError as error:
            assert error.faults
