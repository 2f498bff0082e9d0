"""Claims on the pre-printed form: every value read back from the PDF where its box is, nothing else on the page, no cent lost."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace
from itertools import pairwise

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from steward.billing.cms1500 import alignment_page, draw
from steward.billing.logic.cms1500 import DoesNotFit, Mark, pages
from steward.billing.logic.outgoing.model import (
    Accident,
    Address,
    BillingProvider,
    Clinician,
    Drug,
    Human,
    OutgoingClaim,
    PayerName,
    Policy,
    PriorPayer,
    ServiceLine,
)
from steward.billing.models import Attachment, Batch, Claim, Submission
from steward.billing.selectors.claims import claim_status
from steward.billing.selectors.submissions import undelivered, unmailed
from steward.billing.selectors.unanswered import unanswered
from steward.billing.services.paper_claims import (
    add_attachment,
    align_form,
    end_attachment,
    note_for_payer,
    print_claims,
)
from steward.billing.services.submissions import write_claims
from steward.core.files.selectors import content
from steward.core.refusals import Refused
from tests.support import signed_in

from .conftest import Practice
from .test_sending import CLEAN, accepted, ready

__all__ = ["ready"]
DAY = dt.date(2026, 11, 20)
HOME = Address("12 Main St.", "", "Springfield", "IL", "62701-1234")
ANA = Human("Doe", "Jane", "Q", dt.date(1980, 2, 3), None, "F", HOME)
JOHN = Human("Doe", "John", "", dt.date(1979, 7, 9), None, "M", HOME)
BLUE = PayerName("Blue Harbor", "60054", "CI", code="BLUE")
CLAIM = OutgoingClaim(
    ref="C-100", form="P", charge_cents=25_050,
    billing=BillingProvider("Maple Clinic", "1234567893", "12-3456789", "207Q00000X", HOME, "(217) 555-0142"),
    policy=Policy(BLUE, "M12345", 1, "01", JOHN, "G77"), patient=ANA, place="11", diagnoses=("E11.9", "I10"),
    lines=(ServiceLine("1", "G0438", 15_000, DAY, ("25",), "1", (1, 2)),
           ServiceLine("2", "J1100", 10_050, DAY, (), "10", (2,), drug=Drug("00641-0367-21", "10", "ML"))),
    rendering=Clinician("1234567893", "Stone", "Ida"), referring=Clinician("1987654329", "Hall", "Max"),
    authorisation="A-77 1", accident=Accident("AA", DAY, "IL"), onset=dt.date(2026, 11, 1), note="Second visit",
    others=(PriorPayer(Policy(PayerName("State Medicaid", "MC1", "MC"), "S9", 2, "18", ANA), 2_000),),
)  # fmt: skip
MAIL = Address("PO Box 1", "", "Dayton", "OH", "45401")

#: Where each value stands, by the form: box -> (line, column, text). Written from the form, not from the program.
GOLDEN = [
    ("carrier", 2, 41, "BLUE HARBOR"), ("carrier", 3, 41, "PO BOX 1"), ("carrier", 4, 41, "DAYTON OH 45401"),
    ("1", 8, 31, "X"), ("1a", 8, 50, "M12345"), ("2", 10, 1, "DOE, JANE, Q"), ("3", 10, 31, "02"), ("3", 10, 34, "03"),
    ("3", 10, 37, "1980"), ("3", 10, 47, "X"), ("4", 10, 50, "DOE, JOHN"), ("5", 12, 1, "12 MAIN ST."), ("6", 12, 38, "X"),
    ("5", 14, 1, "SPRINGFIELD"), ("5", 14, 26, "IL"), ("5", 16, 1, "627011234"), ("7", 12, 50, "12 MAIN ST."),
    ("7", 14, 50, "SPRINGFIELD"), ("7", 14, 74, "IL"), ("7", 16, 50, "627011234"), ("9", 18, 1, "DOE, JANE, Q"), ("9a", 20, 1, "S9"),
    ("9d", 26, 1, "STATE MEDICAID"), ("10a", 20, 41, "X"), ("10b", 22, 35, "X"), ("10b", 22, 45, "IL"), ("10c", 24, 41, "X"),
    ("11", 18, 50, "G77"), ("11a", 20, 53, "07"), ("11a", 20, 56, "09"), ("11a", 20, 59, "1979"), ("11a", 20, 68, "X"),
    ("11c", 24, 50, "BLUE HARBOR"), ("11d", 26, 52, "X"), ("12", 29, 7, "SIGNATURE ON FILE"), ("13", 29, 57, "SIGNATURE ON FILE"),
    ("14", 31, 2, "11"), ("14", 31, 5, "01"), ("14", 31, 8, "26"), ("14", 31, 17, "431"), ("15", 31, 31, "439"),
    ("15", 31, 37, "11"), ("15", 31, 40, "20"), ("15", 31, 43, "26"), ("17", 33, 1, "DN"), ("17", 33, 4, "MAX HALL"),
    ("17b", 33, 33, "1987654329"), ("19", 35, 1, "SECOND VISIT"), ("20", 35, 57, "X"), ("21", 36, 42, "0"), ("21", 37, 3, "E119"),
    ("21", 37, 16, "I10"), ("23", 39, 50, "A771"),
    ("24A", 44, 1, "11"), ("24A", 44, 4, "20"), ("24A", 44, 7, "26"), ("24A", 44, 10, "11"), ("24A", 44, 13, "20"),
    ("24A", 44, 16, "26"), ("24B", 44, 19, "11"), ("24D", 44, 25, "G0438"), ("24D", 44, 33, "25"), ("24E", 44, 45, "AB"),
    ("24F", 44, 53, "150 00"), ("24G", 44, 62, "1"), ("24J", 44, 68, "1234567893"),
    ("24", 45, 1, "N400641036721 ML10"), ("24A", 46, 1, "11"), ("24A", 46, 4, "20"), ("24A", 46, 7, "26"), ("24A", 46, 10, "11"),
    ("24A", 46, 13, "20"), ("24A", 46, 16, "26"), ("24B", 46, 19, "11"), ("24D", 46, 25, "J1100"), ("24E", 46, 45, "B"),
    ("24F", 46, 53, "100 50"), ("24G", 46, 61, "10"), ("24J", 46, 68, "1234567893"),
    ("25", 56, 1, "123456789"), ("25", 56, 19, "X"), ("26", 56, 23, "C-100"), ("27", 56, 38, "X"), ("28", 56, 54, "250 50"),
    ("29", 56, 65, "20 00"), ("31", 59, 1, "IDA STONE"), ("31", 61, 13, "11"), ("31", 61, 16, "20"), ("31", 61, 19, "26"),
    ("33", 57, 66, "217"), ("33", 57, 70, "5550142"), ("33", 58, 50, "MAPLE CLINIC"), ("33", 59, 50, "12 MAIN ST."),
    ("33", 60, 50, "SPRINGFIELD IL 62701-1234"), ("33a", 62, 51, "1234567893"), ("33b", 62, 63, "ZZ207Q00000X"),
]  # fmt: skip


def read(pdf: bytes) -> list[list[tuple[float, float, str]]]:
    """Every text of every page with its place in inches from the upper left corner, by a foreign reader."""
    found: list[list[tuple[float, float, str]]] = []
    for page in PdfReader(io.BytesIO(pdf)).pages:
        own: list[tuple[float, float, str]] = []

        def visit(text: str, _cm: object, tm: list[float], _font: object, _size: float, own: list = own) -> None:
            if text.strip():
                own.append((round(tm[4] / 72, 2), round(11 - tm[5] / 72, 2), text.strip()))

        page.extract_text(visitor_text=visit)
        found.append(own)
    return found


def inches(line: int, column: int) -> tuple[float, float]:
    """By the manual: 10 characters and 6 lines an inch, line 8 begins 1.33 inches down, column 1 0.3 inches in; the
    baseline lies 9.5 of the line's 12 points lower."""
    return round(0.3 + (column - 1) / 10, 2), round(1.33 + (line - 8) / 6 + 9.5 / 72, 2)


def test_every_value_stands_in_its_box_and_nothing_else_is_on_the_page() -> None:
    (page,) = pages(CLAIM, MAIL, DAY)
    assert sorted((m.box, m.line, m.column, m.text) for m in page) == sorted(GOLDEN)
    (texts,) = read(draw([page]))
    assert sorted(texts) == sorted((*inches(line, column), text) for _box, line, column, text in GOLDEN)
    raw = PdfReader(io.BytesIO(draw([page]))).pages[0].get_contents().get_data().split()
    assert not {b"re", b"l", b"S", b"f", b"Do"} & set(raw), "no line, no picture: the form is never drawn"


def test_the_printer_is_moved_by_hundredths_of_an_inch() -> None:
    (page,) = pages(CLAIM, MAIL, DAY)
    ((right, down, _t), *_rest), ((x, y, _u), *_more) = read(draw([page], 7, -12))[0], read(draw([page]))[0]
    assert (round(right - x, 2), round(down - y, 2)) == (0.07, -0.12)
    test = read(alignment_page(7, -12))[0]
    assert sum(text == "X" for _x, _y, text in test) == 11 and any("RIGHT +7 DOWN -12" in text for *_at, text in test)


@given(st.lists(st.integers(0, 99_999_999), min_size=1, max_size=20))
def test_six_services_a_form_and_the_totals_are_the_claim(cents: list[int]) -> None:
    lines = tuple(replace(CLAIM.lines[0], ref=str(n), charge_cents=each) for n, each in enumerate(cents))
    try:
        forms = pages(replace(CLAIM, lines=lines), MAIL, DAY)
    except DoesNotFit as fault:
        assert {one.box for one in fault.found} == {"28"} and max(sum(cents[n : n + 6]) for n in range(0, len(cents), 6)) > 99_999_999
        return
    assert len(forms) == -(-len(cents) // 6)
    assert sum(_cents(m) for form in forms for m in form if m.box == "28") == sum(cents)
    assert [_cents(m) for form in forms for m in form if m.box == "24F"] == cents
    assert sum(m.box == "29" for form in forms for m in form) == 1, "what others paid is said once"


def _cents(mark: Mark) -> int:
    dollars, rest = mark.text.split()
    return int(dollars) * 100 + int(rest)


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_mark_runs_into_the_next(name: str, street: str) -> None:
    who = replace(ANA, last=name, address=replace(HOME, street=street, city=name, state="IL"))
    (page,) = pages(replace(CLAIM, patient=who, note=street), Address(street, name, name, "IL", "1"), DAY)
    for line in {mark.line for mark in page}:
        row = sorted((mark.column, mark.column + len(mark.text)) for mark in page if mark.line == line)
        assert all(left[1] <= right[0] for left, right in pairwise(row)) and row[-1][1] <= 80
    draw([page])


@pytest.mark.parametrize(
    ("change", "box"),
    [({"diagnoses": tuple(f"A{n:02d}" for n in range(13))}, "21"), ({"form": "I"}, "1500"), ({"control": "X" * 18, "frequency": "7"}, "22"),
     ({"policy": replace(CLAIM.policy, member_id="9" * 30)}, "1a"), ({"ref": "C" * 15}, "26"), ({"authorisation": "9" * 30}, "23"),
     ({"lines": (replace(CLAIM.lines[0], units="10000"),)}, "24G"), ({"lines": (replace(CLAIM.lines[0], charge_cents=-1),)}, "24F"),
     ({"lines": (replace(CLAIM.lines[0], modifiers=("25", "59", "GA", "GY", "XU")),)}, "24D"),
     ({"lines": (replace(CLAIM.lines[0], charge_cents=10**18),)}, "24F")],
)  # fmt: skip
def test_what_has_no_room_is_refused_and_never_cut(change: dict, box: str) -> None:
    with pytest.raises(DoesNotFit) as fault:
        pages(replace(CLAIM, **change), MAIL, DAY)
    assert box in {one.box for one in fault.value.found}


# ---- with the books ----
@pytest.mark.django_db
def test_printed_claims_are_out_and_wait_for_an_answer(ready: Practice) -> None:
    ready.claims(*[{**CLEAN, "claim_ref": f"C-{n}", "patient_ref": f"P-{n}", "line_ref": f"C-{n}-1"} for n in (1, 2, 3)])
    call = ready.office.call("biller")
    (batch,) = print_claims(call).batches
    assert (batch.form, batch.claim_count, batch.charge_cents) == ("C", 3, 45_000) and batch.name.endswith(".pdf")
    texts = read(content(batch.file))
    assert len(texts) == 3 and {t for page in texts for _x, _y, t in page} >= {"C-1", "C-2", "C-3", "1234567893"}
    assert claim_status(call.subject, "C-1")["state"] == "SENT" and not write_claims(call).batches, "not sent twice"
    assert list(unmailed()) == [batch] and not undelivered().exists(), "paper goes through no door"
    for days, late in ((3, 0), (46, 3)):
        assert unanswered(call.subject, ready.office.now + dt.timedelta(days=days)).count() == late
    with pytest.raises(Refused) as refused:
        print_claims(call)
    assert refused.value.code == "nothing"


@pytest.mark.django_db
def test_what_the_scrub_or_the_form_holds_stays(ready: Practice) -> None:
    ready.claims({**CLEAN, "claim_ref": "C-1", "units": "10000"})
    ready.claims({**CLEAN, "claim_ref": "C-123456789012345", "patient_ref": "P-2", "line_ref": "L-2"})
    done = print_claims(ready.office.call("biller"))
    assert not done.batches and not Submission.objects.exists()
    assert {held.ref: held.problems[-1].code for held in done.held}["C-123456789012345"] == "paper_room"


@pytest.mark.django_db
def test_attachments_and_a_note_reach_the_file(ready: Practice, tmp_path) -> None:
    ready.claims(CLEAN)
    call, row = ready.office.call("biller"), Claim.objects.get()
    first = add_attachment(call, claim=row, kind="M1", by="FX", data=b"%PDF-1.4 record", name="record.pdf")
    second = add_attachment(call, claim=row, kind="LA", by="BM", number="lab-7")
    gone = add_attachment(call, claim=row, kind="OZ", by="AA")
    end_attachment(call, attachment=gone)
    note_for_payer(call, claim=row, text="  See   the record ")
    assert (first.number, second.number) == (f"{row.ref}-A", "LAB-7") and content(first.file) == b"%PDF-1.4 record"
    for fault, code in (({"kind": "ZZ"}, "kind"), ({"number": "LAB-7"}, "number"), ({"number": "a*b"}, "number")):
        with pytest.raises(Refused) as refused:
            add_attachment(call, claim=row, **{"kind": "M1", "by": "FX", **fault})
        assert refused.value.code == code
    with pytest.raises(Refused):
        note_for_payer(call, claim=row, text="x" * 81)
    (batch,) = write_claims(call).batches
    text = content(batch.file)
    assert text.count(b"PWK*") == 2 and f"PWK*M1*FX***AC*{row.ref}-A".encode() in text
    assert b"NTE*ADD*SEE THE RECORD" in text.upper()
    assert accepted(text, tmp_path)


@pytest.mark.django_db
def test_the_screens(ready: Practice) -> None:
    ready.claims(CLEAN)
    client, row = signed_in("biller"), Claim.objects.get()
    typed = {"kind": "M1", "by": "FX", "number": ""}
    assert client.post(reverse("billing:attach", args=[row.uid]), typed).status_code == 303
    assert client.post(reverse("billing:payer_note", args=[row.uid]), {"text": "Please look"}).status_code == 303
    page = client.get(reverse("billing:claim", args=[row.uid])).content.decode()
    assert f"{row.ref}-A" in page and "Please look" in page
    assert client.post(reverse("billing:attachment_end", args=[Attachment.objects.get().uid])).status_code == 303
    assert client.post(reverse("billing:alignment"), {"right_e2": 7, "down_e2": -3}).status_code == 303
    assert client.post(reverse("billing:alignment"), {"right_e2": 70, "down_e2": 0}).status_code == 422
    test = client.get(reverse("billing:alignment_test"))
    assert test["Content-Type"] == "application/pdf" and any("RIGHT +7" in t for *_at, t in read(test.content)[0])
    assert client.post(reverse("billing:print_one", args=[row.uid])).status_code == 303
    assert "mail" in client.get(reverse("billing:sending")).content.decode() and Batch.objects.get().form == "C"
    assert signed_in("frontdesk").get(reverse("billing:attach", args=[row.uid])).status_code == 403
    with pytest.raises(Refused):
        align_form(ready.office.call("biller"), right_e2=51, down_e2=0)
