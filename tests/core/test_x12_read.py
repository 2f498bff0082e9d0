"""The envelope: what is tolerated, what is refused, and where the refusal points."""

from __future__ import annotations

import pytest

from steward.billing.logic.remittance import parse
from steward.billing.logic.remittance_writer import write
from steward.core.x12.read import X12Error, looks_like_x12, read
from tests.billing.samples import ENVELOPE, cas, claim, remittance, service_line

ONE = write([remittance(claim("C1", service_line(10_000, cas("CO", "45", 2_000))))], ENVELOPE)


def test_plain_file() -> None:
    (interchange,) = read(ONE)
    (tx,) = interchange.transactions
    assert (tx.kind, tx.control, tx.version, tx.first_segment) == ("835", "0001", "005010X221A1", 3)
    assert tx.segments[0].startswith("BPR*I*80.00*C*ACH")
    assert tx.interchange_control == "000000017"


@pytest.mark.parametrize("change", [
    lambda raw: b"\xef\xbb\xbf" + raw,
    lambda raw: b"\r\n \n" + raw + b"\r\n\x1a",
    lambda raw: raw.replace(b"~", b"~\n"),
    lambda raw: raw.replace(b"~", b"~\r\n"),
    lambda raw: b"\n".join(raw[i:i + 80] for i in range(0, len(raw), 80)),
    lambda raw: raw.replace(b"~", b"\n"),
    lambda raw: raw.replace(b"~", b"\r\n"),
    lambda raw: raw.replace(b"~", b"\x1d"),
    lambda raw: raw.replace(b"*", b"|").replace(b":", b">"),
    lambda raw: raw.rstrip(b"~"),
])  # fmt: skip
def test_forms_that_mean_the_same(change) -> None:
    (plain,), (other,) = parse(ONE), parse(change(ONE))
    assert other == plain


def test_two_interchanges_with_their_own_delimiters() -> None:
    second = ONE.replace(b"*", b"|").replace(b"~", b"'").replace(b"C1", b"C2")
    found = parse(ONE + b"\r\n" + second)
    assert [r.claims[0].number for r in found] == ["C1", "C2"]
    assert found[1].segment == len(ONE.rstrip(b"~").split(b"~")) + 3


def test_many_transactions_in_one_file() -> None:
    many = [remittance(claim(f"C{n}", service_line(5_000)), trace=f"T{n}") for n in range(5)]
    assert [r.trace for r in parse(write(many, ENVELOPE))] == [f"T{n}" for n in range(5)]


@pytest.mark.parametrize(("change", "code"), [
    (lambda raw: b"", "empty"),
    (lambda raw: b" \r\n", "empty"),
    (lambda raw: b"%PDF-1.7 something", "not_x12"),
    (lambda raw: "ISA*00*".encode("utf-16"), "not_x12"),
    (lambda raw: raw[:60], "truncated"),
    (lambda raw: raw[: len(raw) // 2], "truncated"),
    (lambda raw: raw.replace(b"IEA*1*000000017~", b""), "truncated"),
    (lambda raw: raw.replace(b"GE*1*17~", b""), "truncated"),
    (lambda raw: raw.replace(b"*00*          *00*", b"*00**00*"), "delimiters"),
    (lambda raw: raw.replace(b"SE*", b"SE*9"), "count"),
    (lambda raw: raw.replace(b"GE*1*", b"GE*2*"), "count"),
    (lambda raw: raw.replace(b"IEA*1*", b"IEA*2*"), "count"),
    (lambda raw: raw.replace(b"DTM*472*20261102~", b""), "count"),
    (lambda raw: raw.replace(b"ST*835*0001", b"ST*835*0002"), "control_number"),
    (lambda raw: raw.replace(b"GE*1*17", b"GE*1*18"), "control_number"),
    (lambda raw: raw.replace(b"IEA*1*000000017", b"IEA*1*000000018"), "control_number"),
    (lambda raw: raw + b"hello", "after_iea"),
    (lambda raw: raw.replace(b"ANN", b"A\0N"), "characters"),
])  # fmt: skip
def test_refused_with_place_and_mend(change, code: str) -> None:
    with pytest.raises(X12Error) as caught:
        read(change(ONE))
    assert caught.value.code == code
    assert caught.value.fix and caught.value.message
    assert caught.value.segment or code in ("empty", "not_x12", "characters")


def test_the_place_is_the_segment() -> None:
    with pytest.raises(X12Error) as caught:
        parse(ONE.replace(b"CAS*CO*45*20.00", b"CAS*CO*45*20.005"))
    segments = ONE.split(b"~")
    assert segments[caught.value.segment - 1].startswith(b"CAS")
    assert caught.value.loop == "2110" and "two decimals" in caught.value.message


def test_recognition() -> None:
    assert looks_like_x12(ONE) and looks_like_x12(b"\xef\xbb\xbf  " + ONE)
    assert not looks_like_x12(b"ISAAC,NEWTON") and not looks_like_x12(b"ISA") and not looks_like_x12(b"")
