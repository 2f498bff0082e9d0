"""TA1 and 999: what became of the interchange, the group and each transaction, and where the faults stand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from steward.billing.logic.acknowledgement import (
    ElementFault,
    SegmentFault,
    TransactionAnswer,
    claim_at,
    claims_at,
    fault_words,
    note_words,
    read_999,
    read_ta1,
)
from steward.billing.logic.acknowledgement.words import ELEMENTS, NOTES, SEGMENTS
from steward.billing.logic.acknowledgement.writer import write_999, write_ta1
from steward.billing.logic.outgoing import institutional
from steward.core.x12.read import X12Error
from tests.billing.test_institutional import CLINIC, HOSPITAL
from tests.billing.validators import golden, pyx12_findings

from .samples import OURS, SYNTAX, TA1, THEIRS

SENT = institutional.write([CLINIC, HOSPITAL], OURS, "B0001")


def position(segment: str, nth: int = 1) -> int:
    """Where a segment stands in what we sent, ST being 1."""
    lines = SENT.replace("~", "").splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("ST*"))
    return [n for n, line in enumerate(lines) if line.startswith(segment)][nth - 1] - start + 1


def test_an_interchange_taken_or_not() -> None:
    answers = [replace(TA1, outcome=outcome, note=note) for outcome, note in (("accepted", "000"), ("rejected", "025"))]
    assert read_ta1(write_ta1([TA1, *answers], THEIRS).encode()) == (TA1, *answers)
    assert read_ta1(write_999([SYNTAX], THEIRS).encode()) == ()


def test_an_interchange_alone_may_count_itself_as_a_group() -> None:
    text = write_ta1([TA1], THEIRS)
    assert "IEA*0*" in text and read_ta1(text.replace("IEA*0*", "IEA*1*").encode()) == (TA1,)
    for wrong in ("2", "", "x"):
        with pytest.raises(X12Error):
            read_ta1(text.replace("IEA*0*", f"IEA*{wrong}*").encode())
    with pytest.raises(X12Error):
        read_ta1(write_999([SYNTAX], THEIRS).replace("IEA*1*", "IEA*0*").encode())


def test_an_interchange_outcome_nobody_knows_is_refused() -> None:
    with pytest.raises(X12Error) as caught:
        read_ta1(write_ta1([TA1], THEIRS).replace("*E*022", "*Q*022").encode())
    assert caught.value.code == "outcome" and "Q" in caught.value.message


def test_group_transactions_and_faults(tmp_path) -> None:
    text = write_999([SYNTAX], THEIRS)
    assert read_999(text.encode()) == (SYNTAX,)
    assert pyx12_findings(text, tmp_path) == []
    golden("answer.999", text)
    first, second = SYNTAX.transactions
    assert SYNTAX.of("0001") is first and SYNTAX.of("0002") is second and SYNTAX.of("0003") is None


def test_every_outcome() -> None:
    for letter, outcome in {
        "A": "accepted",
        "E": "accepted_with_errors",
        "R": "rejected",
        "M": "rejected",
        "X": "rejected",
    }.items():
        text = write_999([SYNTAX], THEIRS).replace("IK5*R*5", f"IK5*{letter}*5")
        (answer,) = read_999(text.encode())
        assert answer.transactions[1].outcome == outcome and answer.outcome == "partial"


@pytest.mark.parametrize(("old", "new", "code"), [
    ("IK5*R*5", "IK5*Z", "outcome"),
    ("AK9*P*2*2*1", "AK9**2*2*1", "outcome"),
    ("AK2*837*0001*005010X222A1~\n", "CTX*X~\n", "structure"),
    ("IK5*A~\n", "AK9*A*1*1*1~\n", "structure"),
    ("AK1*HC*7*005010X222A1~\n", "AK3*NM1~\n", "structure"),
    ("IK3*SV1*31*2400*8", "IK4*1*1*1", "structure"),
])  # fmt: skip
def test_an_answer_out_of_shape_is_refused_with_its_place(old: str, new: str, code: str) -> None:
    text = write_999([SYNTAX], THEIRS)
    assert old in text
    with pytest.raises(X12Error) as caught:
        read_999(text.replace(old, new, 1).encode())
    assert caught.value.code == code and caught.value.segment and caught.value.fix


def test_a_place_finds_its_claim() -> None:
    assert claim_at(SENT, "0001", position("CLM*C-1")) == "C-1"
    assert claim_at(SENT, "0001", position("SV2*", 2)) == "C-1"
    assert claim_at(SENT, "0001", position("SV2*", 3)) == "C-2"
    assert claim_at(SENT, "0001", position("SE*") - 1) == "C-2"
    assert claim_at(SENT.encode(), "0001", position("SBR*P*18")) == "C-1", "the subscriber's segments are their claim's"
    assert claim_at(SENT, "0001", position("PAT*19")) == "C-2"


def test_a_place_of_several_claims_or_of_none() -> None:
    assert (
        claims_at(SENT, "0001", position("NM1*85")) == ("C-1", "C-2")
        and claim_at(SENT, "0001", position("NM1*85")) is None
    )
    assert claims_at(SENT, "0001", position("BHT*")) == ("C-1", "C-2")
    assert claims_at(SENT, "0001", position("SE*")) == ("C-1", "C-2")
    assert claims_at(SENT, "0001", 0) == () and claims_at(SENT, "0001", position("SE*") + 1) == ()
    assert claims_at(SENT, "0009", 5) == () and claims_at(SENT, "0001", 5, group="8") == ()
    assert claims_at(SENT, "0001", 5, group="007") == ("C-1", "C-2")


def test_faults_are_placed_in_what_was_sent() -> None:
    unnamed = replace(SYNTAX.transactions[1].faults[0], claim="", position=position("SV2*", 3))
    named = replace(unnamed, claim="NAMED")
    sent = replace(SYNTAX.transactions[1], control="0001", faults=(unnamed, named))
    placed = replace(SYNTAX, transactions=(sent,)).placed(SENT)
    assert [fault.claim for fault in placed.transactions[0].faults] == ["C-2", "NAMED"]


def verdicts(outcome: str, *transactions: TransactionAnswer) -> list[tuple[str, str, int]]:
    answer = replace(SYNTAX, outcome=outcome, transactions=transactions)
    return [(one.ref, one.outcome, len(one.faults)) for one in answer.claims(SENT)]


def test_what_it_means_for_each_claim() -> None:
    fault = replace(SYNTAX.transactions[1].faults[0], claim="", position=position("SV2*", 3))
    named = replace(SYNTAX.transactions[1], control="0001", faults=(fault,))
    assert verdicts("rejected", named) == [("C-1", "rejected", 0), ("C-2", "rejected", 1)]
    with_errors = replace(named, outcome="accepted_with_errors")
    assert verdicts("accepted_with_errors", with_errors) == [("C-1", "accepted", 0), ("C-2", "accepted_with_errors", 1)]
    assert verdicts("accepted") == [("C-1", "accepted", 0), ("C-2", "accepted", 0)]
    assert verdicts("rejected") == [("C-1", "rejected", 0), ("C-2", "rejected", 0)]
    assert verdicts("partial") == [] and verdicts("partial", replace(named, control="0009")) == []


def test_words_for_every_code() -> None:
    for what, fix in [note_words(note) for note in (*NOTES, "999")][1:]:
        assert what.endswith(".") and fix.endswith(".")
    what, fix = fault_words(SYNTAX.transactions[1].faults[0])
    assert (
        what
        == "Segment 31 (SV1, loop 2400): element 1, part 2 has a code that does not exist (ZZZZZ); element 2 is missing."
    )
    assert fix == "Mend the claim's data and send it again."
    for code in (*SEGMENTS, "ZZ", ""):
        what, fix = fault_words(SegmentFault("NM1", 5, "", code))
        assert what.startswith("Segment 5 (NM1): ") and what.endswith(".") and fix
    for code in (*ELEMENTS, "ZZ"):
        assert fault_words(SegmentFault("NM1", 5, "", "8", (ElementFault(9, 0, 0, "", code, ""),)))[0].startswith(
            "Segment 5 (NM1): element 9 "
        )


def test_another_kind_of_file_is_named() -> None:
    with pytest.raises(X12Error) as caught:
        read_999(SENT.encode())
    assert caught.value.code == "kind" and "837" in caught.value.message
    with pytest.raises(X12Error):
        read_999(write_ta1([TA1], THEIRS).encode())
