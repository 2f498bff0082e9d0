"""277CA, 277 and 276: what each claim is told, and asking about the ones that were told nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from steward.billing.logic.acknowledgement import (
    MEANING,
    LevelStatus,
    Meaning,
    meaning,
    read_276,
    read_277,
    read_277ca,
    write_276,
)
from steward.billing.logic.acknowledgement.categories import GRAVEST
from steward.billing.logic.acknowledgement.writer import write_277, write_277ca
from steward.core.x12.read import X12Error
from steward.core.x12.segments import Unread
from tests.billing.validators import golden, pyx12_findings, x12sdk_findings

from .samples import ACKNOWLEDGED, ASKED, OURS, THEIRS, TOLD, claim, status, unplaced


def test_claims_accepted_and_rejected(tmp_path) -> None:
    text = write_277ca([ACKNOWLEDGED], THEIRS)
    assert pyx12_findings(text, tmp_path) == []
    golden("answer.277ca", text)
    (answer,) = read_277ca(text.encode())
    assert unplaced(answer) == ACKNOWLEDGED
    accepted, rejected, missing = answer.claims
    assert (accepted.ref, accepted.meaning, accepted.control, accepted.charge_cents) == (
        "C-1",
        "accepted",
        "ICN1",
        15_000,
    )
    assert rejected.meaning is Meaning.REJECTED and [one.category for one in rejected.statuses[0].codes] == ["A7", "A3"]
    assert rejected.lines[0].line_ref == "L2" and rejected.lines[0].meaning is Meaning.REJECTED
    assert missing.meaning is Meaning.REJECTED and text.splitlines()[missing.segment - 1] == "TRN*2*C-3~"
    assert answer.batch and answer.batch.rejected_count == 2 and answer.batch.accepted_cents == 15_000


def test_a_batch_refused_whole_and_a_provider_refused() -> None:
    batch = LevelStatus("receiver", "CEDAR HILL", "CEDARHILL", "B0001", (status("A8", "24", action="U", charge=1),))
    told = replace(ACKNOWLEDGED, levels=(batch,), claims=())
    (answer,) = read_277ca(write_277ca([told], THEIRS).encode())
    assert answer.claims == () and answer.batch == batch and batch.meaning is Meaning.REJECTED
    provider = LevelStatus("provider", "CEDAR HILL", "1730400002", "0", (status("A3", "24", action="U", charge=1),))
    (answer,) = read_277ca(write_277ca([replace(told, levels=(batch, provider))], THEIRS).encode())
    assert answer.levels == (batch, provider)


def test_what_we_asked_is_answered() -> None:
    text = write_277([TOLD], THEIRS)
    golden("answer.277", text)
    (answer,) = read_277(text.encode())
    assert unplaced(answer) == TOLD
    assert [one.meaning for one in answer.claims] == ["information", "paid", "information", "not_found"]
    assert [one.trace for one in answer.claims] == ["T1", "T2", "T3", "T4"]
    assert x12sdk_findings(text) == []


def test_the_gravest_of_several_counts() -> None:
    assert claim("C", status("A2"), status("A7")).meaning is Meaning.REJECTED
    assert claim("C", status("A0"), status("A2")).meaning is Meaning.ACCEPTED
    assert claim("C", status("A2", action="U")).meaning is Meaning.REJECTED, "accepted in words, refused in deed"
    assert claim("C", status("ZZ"), status("A2")).meaning is Meaning.UNKNOWN
    assert claim("C").meaning is Meaning.UNKNOWN
    assert set(GRAVEST) == set(Meaning)


def test_every_category_means_something_and_unknown_ones_nothing() -> None:
    assert {code for code, what in MEANING.items() if what is Meaning.REJECTED} == {"A3", "A6", "A7", "A8"}
    assert {code for code, what in MEANING.items() if what is Meaning.ACCEPTED} == {"A1", "A2", "A5"}
    assert all(what is Meaning.INFORMATION for code, what in MEANING.items() if code.startswith("R"))
    assert meaning("a7 ") is Meaning.REJECTED and meaning("F5") is meaning("") is Meaning.UNKNOWN


def test_the_question(tmp_path) -> None:
    text = write_276(ASKED, OURS, "Q1")
    assert read_276(text.encode()) == ASKED
    assert x12sdk_findings(text) == []
    golden("inquiry.276", text)
    assert text.count("\nST*276*") == 2, "one transaction a payer"
    with pytest.raises(ValueError, match="nothing to ask"):
        write_276([], OURS, "Q1")


def test_names_never_break_the_question() -> None:
    odd = replace(ASKED[0], subscriber=replace(ASKED[0].subscriber, last="O*BRIEN~ ^:MÜLLER"), ref="C:1")
    (back,) = read_276(write_276([odd], OURS, "Q*~1").encode())
    assert back.subscriber.last == "O BRIEN MULLER" and back.ref == "C 1"


def test_values_that_cannot_be_read_are_kept_and_hide_nothing() -> None:
    text = write_277ca([ACKNOWLEDGED], THEIRS)
    text = text.replace("*WQ*150~", "*WQ*1x0~", 1).replace(
        "DTP*472*D8*20261120~\nHL*5", "DTP*472*D8*20261320~\nHL*5", 1
    )
    (answer,) = read_277ca(text.encode())
    assert {(one.where, one.text) for one in answer.unread} == {("STC04", "1x0"), ("DTP03", "20261320")}
    assert all(isinstance(one, Unread) and one.segment for one in answer.unread)
    assert answer.claims[0].charge_cents is None and answer.claims[0].meaning is Meaning.ACCEPTED


@pytest.mark.parametrize(
    ("old", "new"), [("HL*3*2*19", "HL*3*9*19"), ("HL*3*2*19", "HL*2*1*19"), ("HL*3*2*19", "HL**2*19")]
)
def test_a_broken_hierarchy_is_refused(old: str, new: str) -> None:
    with pytest.raises(X12Error) as caught:
        read_277ca(write_277ca([ACKNOWLEDGED], THEIRS).replace(old, new, 1).encode())
    assert caught.value.code == "hierarchy" and caught.value.segment


def test_the_two_277_are_told_apart() -> None:
    with pytest.raises(X12Error) as caught:
        read_277(write_277ca([ACKNOWLEDGED], THEIRS).encode())
    assert caught.value.code == "kind"
    with pytest.raises(X12Error):
        read_277ca(write_277([TOLD], THEIRS).encode())
