"""What is said of claims sent: tied to the claim, in any order, twice without harm, rejections to the work list."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta

import pytest

from steward.billing.logic.acknowledgement import read_276
from steward.billing.logic.acknowledgement.status import ClaimStatus, Code, LevelStatus, Status, StatusAnswer
from steward.billing.logic.acknowledgement.syntax import (
    InterchangeAnswer,
    SegmentFault,
    SyntaxAnswer,
    TransactionAnswer,
)
from steward.billing.logic.acknowledgement.writer import write_277, write_277ca, write_999, write_ta1
from steward.billing.models import Batch, SubmissionEvent, WorkItem
from steward.billing.selectors.claims import claim_status
from steward.billing.services.submissions import recall, write_claims
from steward.core.files.selectors import content
from steward.core.x12.segments import Span
from steward.core.x12.write import Envelope
from tests.support import signed_in

from .conftest import Practice
from .samples import cas, claim, remittance, service_line
from .test_sending import CLEAN, ready

__all__ = ["ready"]
pytestmark = pytest.mark.django_db
BACK = Envelope("60054", "Blue Harbor", "Desk", "8005550100", "MAPLE1", "Maple", datetime(2026, 11, 24, 8), 77, 77)
DAY = date(2026, 11, 24)


def sent(practice: Practice, *refs: str) -> Batch:
    practice.claims(*[{**CLEAN, "claim_ref": ref, "patient_ref": f"P-{ref}", "line_ref": f"{ref}-1"} for ref in refs])
    (batch,) = write_claims(practice.office.call("biller")).batches
    return batch


def ta1(batch: Batch, outcome: str = "rejected", note: str = "024") -> bytes:
    return write_ta1([InterchangeAnswer(f"{batch.number:09d}", DAY, outcome, note)], BACK).encode()


def ack(batch: Batch, outcome: str, faults: tuple[SegmentFault, ...] = ()) -> bytes:
    st = TransactionAnswer("837", "0001", "005010X222A1", outcome, (), faults)
    n = 0 if outcome == "rejected" else 1
    return write_999(
        [SyntaxAnswer("HC", str(batch.number), "005010X222A1", outcome, (), 1, 1, n, (st,), "1", "")], BACK
    ).encode()


def judged(
    ref: str, category: str, status: str = "20", control: str = "", kind: str = "277CA", batch: Batch | None = None
) -> bytes:
    said = Status((Code(category, status, "PR"),), DAY, "U" if category in ("A3", "A7") else "WQ", 15_000, None, None, None, "", "")
    one = ClaimStatus(ref, ref, control, "", "", Span(DAY, DAY), (said,), (), "Doe", "Jane", "M1", "1234567893", "Maple", 0)
    levels = (LevelStatus("receiver", "Maple", "MAPLE1", f"B{batch.number:09d}", (said,)),) if batch else ()
    answer = StatusAnswer(kind, "R1", "1", "Blue Harbor", "60054", DAY, DAY, levels, (one,))
    return (write_277ca if kind == "277CA" else write_277)([answer], BACK).encode()


def state(practice: Practice, ref: str) -> str:
    return claim_status(practice.office.call("biller").subject, ref)["state"]


def test_from_taken_to_accepted_whatever_comes_first(ready: Practice) -> None:
    for n, order in enumerate(itertools.permutations(range(2))):
        ref = f"C-{n}"
        files = [ack(sent(ready, ref), "accepted"), judged(ref, "A2", control=f"ICN{n}")]
        for which in order:
            found = ready.run(files[which])
            assert (found.status, found.parts[0].problems) == ("posted", ()), found
        assert state(ready, ref) == "ACCEPTED"
        assert SubmissionEvent.objects.filter(payer_control=f"ICN{n}").count() == 1
    assert not WorkItem.objects.exists()


def test_the_same_answer_twice_says_nothing_new(ready: Practice) -> None:
    batch = sent(ready, "C-1", "C-2")
    raw = judged("C-1", "A7", "562")
    assert [ready.run(raw).status for _ in range(3)] == ["posted", "duplicate", "duplicate"]
    assert SubmissionEvent.objects.count() == 1 and WorkItem.objects.filter(closed_at=None).count() == 1
    assert (state(ready, "C-1"), state(ready, "C-2")) == ("PAYER_REJECTED", "SENT")
    assert batch.submissions.count() == 2


@pytest.mark.parametrize("again", [False, True])
def test_what_is_said_late_or_twice_is_said_of_the_file_the_claim_was_in(ready: Practice, again: bool) -> None:
    from steward.billing.models import Claim

    old = sent(ready, "C-1")
    no = judged("C-1", "A7", "562", batch=old)
    if again:  # it is told, the claim goes out again, and then it is told once more
        assert ready.run(no).status == "posted"
    recall(ready.office.call("biller"), claim=Claim.objects.get(ref="C-1"), reason="corrected")
    (fresh,) = write_claims(ready.office.call("biller")).batches
    assert ready.run(no).status == ("duplicate" if again else "posted")
    assert state(ready, "C-1") == "SENT" and not WorkItem.objects.filter(closed_at=None).exists()
    assert ready.run(judged("C-1", "A2", control="ICN9", batch=fresh)).status == "posted"
    assert state(ready, "C-1") == "ACCEPTED"


def test_a_rejected_file_names_whose_fault_it_was(ready: Practice) -> None:
    batch = sent(ready, "C-1", "C-2")
    segments = content(batch.file).decode().replace("\n", "").split("~")
    st = next(n for n, s in enumerate(segments) if s.startswith("ST*"))
    place = next(n for n, s in enumerate(segments) if s.startswith("CLM*C-2")) - st + 1
    fault = SegmentFault("CLM", place, "2300", "8")
    assert ready.run(ack(batch, "rejected", (fault,))).status == "posted"
    words = {item.claim.ref: item.reason for item in WorkItem.objects.filter(kind="rejected_claim")}
    assert f"Segment {place}" in words["C-2"] and "another claim" in words["C-1"]
    assert state(ready, "C-1") == state(ready, "C-2") == "SYNTAX_REJECTED"


def test_a_rejected_interchange_can_be_sent_again_and_closes_its_work(ready: Practice) -> None:
    from steward.billing.models import Claim
    from steward.billing.services.submissions import recall

    batch = sent(ready, "C-1")
    assert ready.run(ta1(batch)).status == "posted"
    assert state(ready, "C-1") == "INTERCHANGE_REJECTED"
    call = ready.office.call("biller")
    recall(call, claim=Claim.objects.get(), reason="The interchange id was wrong")
    (again,) = write_claims(call).batches
    assert again.number > batch.number and state(ready, "C-1") == "SENT"
    assert not WorkItem.objects.filter(closed_at=None).exists()


def test_a_question_of_the_payer_comes_to_somebody(ready: Practice) -> None:
    sent(ready, "C-1")
    ready.run(judged("C-1", "A2"))
    assert ready.run(judged("C-1", "R4", "294", kind="277")).status == "posted"
    assert state(ready, "C-1") == "PENDED"
    assert [item.kind for item in WorkItem.objects.all()] == ["information"]


@pytest.mark.parametrize("raw", [
    lambda: judged("C-99", "A2"),
    lambda: write_ta1([InterchangeAnswer("000000999", DAY, "rejected", "024")], BACK).encode(),
])  # fmt: skip
def test_answers_about_nothing_of_ours_are_held_with_a_mend(ready: Practice, raw) -> None:
    sent(ready, "C-1")
    found = ready.run(raw())
    assert found.status == "held" and found.parts[0].problems[0].fix and not SubmissionEvent.objects.exists()


def test_a_torn_answer_is_refused_and_keeps_nothing(ready: Practice) -> None:
    batch = sent(ready, "C-1")
    found = ready.run(ack(batch, "accepted")[:-40], "999")
    assert found.status == "refused" and found.parts[0].problems[0].fix and not SubmissionEvent.objects.exists()


def test_silence_comes_to_somebody_and_can_be_asked_about(ready: Practice) -> None:
    from steward.billing.selectors.unanswered import unanswered
    from steward.billing.services.inquiries import ask_status

    sent(ready, "C-1", "C-2")
    subject = ready.office.call("biller").subject

    def late(days: int) -> list[str]:
        return [row.claim.ref for row in unanswered(subject, ready.office.now + timedelta(days=days, minutes=1))]

    assert (late(0), late(1)) == ([], ["C-1", "C-2"])
    ready.run(judged("C-1", "A2", control="ICN1"))
    assert (late(2), late(31)) == (["C-2"], ["C-1", "C-2"])
    ready.remit(remittance(claim("C-2", service_line(15_000, cas("CO", "45", 15_000), control="C-2-1"))))
    assert late(400) == ["C-1"]
    row = unanswered(subject, ready.office.now + timedelta(days=400)).get()
    (file,) = ask_status(ready.office.call("biller"), submissions=[row])
    assert b"TRN*1*C-1" in content(file) and b"REF*1K*ICN1" in content(file)
    assert [(one.ref, one.control, one.charge_cents) for one in read_276(content(file))] == [("C-1", "ICN1", 15_000)]
    page = signed_in("biller").get("/billing/sending/unanswered/")
    assert page.status_code == 200


@pytest.mark.parametrize("kind", [None, "999"])
def test_the_one_door_knows_the_kind_by_itself_or_by_name(ready: Practice, kind) -> None:
    from steward.desk.imports import import_content

    raw = ack(sent(ready, "C-1"), "accepted")
    found = import_content(ready.office.call("biller"), raw, "x.999", kind=kind)
    assert (found.kind, found.status) == ("999", "posted")
