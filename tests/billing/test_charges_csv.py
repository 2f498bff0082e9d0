"""The charge file of the contract: read whole or refused whole, every fault with row, column and mend."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest

from steward.billing.logic import charges_csv
from steward.billing.logic.charges_csv import OPTIONAL, REQUIRED, ChargesError, looks_like_charges, parse

ROW = {"claim_ref": "C-1", "patient_ref": "P1", "last_name": "Doe", "first_name": "Ann", "birth_date": "1980-02-29",
       "sex": "F", "payer_id": "BLUE", "member_id": "M1", "street": "1 Main", "city": "Springfield", "state": "il",
       "zip": "62701", "service_date": "2026-11-02", "place": "11", "provider_npi": "1234567893", "code": "G0438",
       "units": "1", "charge": "150.00", "dx1": "Z00.00", "line_ref": "L1"}  # fmt: skip


def file_of(*rows: dict, columns=(*REQUIRED, *OPTIONAL), delimiter: str = ",", end: str = "\n") -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", delimiter=delimiter, lineterminator=end)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def test_a_claim_of_two_lines() -> None:
    second = {**ROW, "line_ref": "L2", "code": "J3420", "modifiers": "25:59", "charge": "18.5", "dx2": "E11.9",
              "dx_pointers": "1:2", "copay_collected": "25"}  # fmt: skip
    found = parse(file_of(ROW, second))
    (claim,) = found.claims
    assert claim.total_cents == 16_850 and claim.copay_cents == 2_500
    assert claim.patient.birth_date == date(1980, 2, 29) and claim.address.state == "IL"
    assert (claim.relation, claim.subscriber) == ("18", None)
    assert claim.charges[1].modifiers == ("25", "59") and claim.charges[1].pointers == (1, 2)
    assert claim.charges[0].row == 2 and found.warnings == ()


def test_self_pay_and_only_required_columns() -> None:
    (claim,) = parse(file_of({**ROW, "payer_id": "", "member_id": ""}, columns=REQUIRED)).claims
    assert claim.payer_id == ""


def test_dependent_with_subscriber() -> None:
    row = {**ROW, "relation": "19", "subscriber_last_name": "Doe", "subscriber_first_name": "Bob", "payer2_id": "MC",
           "member2_id": "9"}  # fmt: skip
    (claim,) = parse(file_of(row)).claims
    assert claim.subscriber and claim.subscriber.first_name == "Bob" and claim.payer2_id == "MC"


@pytest.mark.parametrize("change", [
    lambda raw: b"\xef\xbb\xbf" + raw,
    lambda raw: raw.replace(b"\n", b"\r\n"),
    lambda raw: raw + b"\n,,\n"[:1],
    lambda raw: raw.replace(b",", b";"),
    lambda raw: raw.replace(b",", b"\t"),
    lambda raw: raw.replace(b"claim_ref", b"Claim_Ref"),
])  # fmt: skip
def test_forms_that_mean_the_same(change) -> None:
    assert parse(change(file_of(ROW))).claims == parse(file_of(ROW)).claims


@pytest.mark.parametrize(("cells", "column", "code"), [
    ({"charge": "12.345"}, "charge", "amount"),
    ({"charge": "1000000000000000000"}, "charge", "amount"),
    ({"charge": "-5"}, "charge", "amount"),
    ({"charge": "abc"}, "charge", "amount"),
    ({"charge": ""}, "charge", "missing"),
    ({"claim_ref": "lower"}, "claim_ref", "form"),
    ({"claim_ref": "A" * 21}, "claim_ref", "form"),
    ({"line_ref": "x" * 31}, "line_ref", "form"),
    ({"birth_date": "02/29/1980"}, "birth_date", "date"),
    ({"service_date": "2026-02-30"}, "service_date", "date"),
    ({"provider_npi": "123"}, "provider_npi", "form"),
    ({"sex": "X"}, "sex", "choice"),
    ({"relation": "99"}, "relation", "choice"),
    ({"relation": "19"}, "subscriber_last_name", "missing"),
    ({"member_id": ""}, "member_id", "missing"),
    ({"payer_id": "", "member_id": "", "payer2_id": "X", "member2_id": "1"}, "payer2_id", "order"),
    ({"dx_pointers": "3"}, "dx_pointers", "pointer"),
    ({"dx_pointers": "ab"}, "dx_pointers", "form"),
    ({"dx_pointers": "\u00b2:\u00df"}, "dx_pointers", "form"),
    ({"modifiers": "25:5"}, "modifiers", "form"),
    ({"units": "0"}, "units", "form"),
    ({"units": "many"}, "units", "form"),
    ({"last_name": ""}, "last_name", "missing"),
    ({"last_name": "x" * 81}, "last_name", "text"),
    ({"state": "Illinois"}, "state", "text"),
])  # fmt: skip
def test_every_fault_names_row_column_and_mend(cells, column, code) -> None:
    with pytest.raises(ChargesError) as caught:
        parse(file_of({**ROW, "claim_ref": "C-0", "patient_ref": "P0"}, {**ROW, **cells}))
    fault = next(f for f in caught.value.faults if f.column == column)
    assert (fault.row, fault.code) == (3, code) and fault.message and fault.fix


@pytest.mark.parametrize(("rows", "code"), [
    ([ROW, ROW], "twice"),
    ([ROW, {**ROW, "line_ref": "L2", "payer_id": "OTHER"}], "differs"),
    ([ROW, {**ROW, "claim_ref": "C-2", "last_name": "Roe"}], "differs"),
])  # fmt: skip
def test_rows_must_agree(rows, code) -> None:
    with pytest.raises(ChargesError) as caught:
        parse(file_of(*rows))
    assert [fault.code for fault in caught.value.faults] == [code] and caught.value.faults[0].row == 3


@pytest.mark.parametrize(("raw", "code"), [
    (b"", "empty"),
    (b"\n\n", "empty"),
    (b"\xef\xbb\xbf", "empty"),
    (b"\xef\xbb\xbf\r\n \n", "empty"),
    (file_of(), "empty"),
    (b"a,b,c\n1,2,3\n", "column_missing"),
    (file_of(ROW, columns=(*REQUIRED, "claim_ref")), "column_twice"),
    (file_of(ROW) + b"x,y\n", "columns"),
    (file_of(ROW).replace(b"Doe", b'"Doe'), "csv"),
    (file_of(ROW).replace(b"Doe", b"D\0e"), "characters"),
    (b"ISA*00*", "column_missing"),
])  # fmt: skip
def test_files_that_are_not_charges(raw, code) -> None:
    with pytest.raises(ChargesError) as caught:
        parse(raw)
    assert caught.value.faults[0].code == code and caught.value.faults[0].fix


def test_all_faults_come_at_once() -> None:
    with pytest.raises(ChargesError) as caught:
        parse(file_of({**ROW, "charge": "x", "dx1": "?"}, {**ROW, "line_ref": "L2", "place": "office"}))
    assert [(f.row, f.column) for f in caught.value.faults] == [(2, "dx1"), (2, "charge"), (3, "place")]


def test_missing_address_is_a_warning() -> None:
    (warning,) = parse(file_of({**ROW, "street": ""})).warnings
    assert warning.code == "address" and warning.row == 2


def test_recognition_and_template() -> None:
    assert looks_like_charges(file_of(ROW)) and not looks_like_charges(b"a,b\n") and not looks_like_charges(b"")
    (claim,) = parse(charges_csv.template().encode()).claims
    assert claim.claim_ref == "C-1001" and claim.payer_id == ""
