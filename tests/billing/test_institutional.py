"""837I: claims of outpatient departments and health centres, accepted by a foreign validator; stays refused in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steward.billing.logic.outgoing import institutional
from steward.billing.logic.outgoing.model import (
    Accident,
    Address,
    Adjusted,
    BillingProvider,
    Clinician,
    Drug,
    Human,
    OutgoingClaim,
    PayerName,
    Policy,
    PriorLine,
    PriorPayer,
    ServiceLine,
)
from steward.core.refusals import Refused
from steward.core.x12.read import read
from steward.core.x12.write import Envelope
from tests.billing.validators import golden, pyx12_findings
from tests.proofs.counts import count

ENVELOPE = Envelope(
    "CEDARHILL", "CEDAR HILL", "ANN WELLS", "6145550100", "HOUSE", "CLEARING HOUSE", datetime(2026, 11, 23, 8, 0), 7, 7
)
HOME = Address("1 MAIN ST", "", "SPRINGFIELD", "IL", "62701")
BILLING = BillingProvider("CEDAR HILL HEALTH CENTER", "1730400002", "123456789", "261QF0400X", HOME)
ANN = Human("DOE", "ANN", "", date(1980, 1, 1), None, "F", HOME)
BO = Human("DOE", "BO", "", date(2015, 1, 1), None, "M", HOME)
BLUE = PayerName("BLUE HARBOR", "60054")
POLICY = Policy(BLUE, "M1", 1, "18", ANN, "GRP")
MEDICARE = Policy(PayerName("MEDICARE", "00120", "MB"), "1EG4TE5MK73", 1, "18", ANN)
WELLS = Clinician("1234567893", "WELLS", "IDA", "207Q00000X")
KO = Clinician("1730400002", "KO", "AL")
VISIT = ServiceLine("L1", "G0467", 15_000, date(2026, 10, 1), revenue="0521")
SHOT = ServiceLine(
    "L2", "J3420", 12_550, date(2026, 10, 2), ("JZ",), "2", revenue="0636", drug=Drug("12345-6789-01", "2", "ML"), note="VIAL"
)  # fmt: skip
#: A health centre's claim with everything an original may carry.
CLINIC = OutgoingClaim(
    "C-1", "I", 27_550, BILLING, POLICY, ANN, "50", ("Z00.00", "E11.9", "W19.XXXA"), (VISIT, SHOT), rendering=WELLS, bill_type="77",
    onset=date(2026, 9, 30), accident=Accident("AA", date(2026, 9, 29), "IL"), authorisation="A1", referral="R1", note="HELLO",
    visit_reasons=("R51.9",), attachment=("OZ", "EL", "CTL1"), admitted_on=date(2026, 10, 1),
)  # fmt: skip
FIRST = PriorPayer(
    MEDICARE, 8_000, date(2026, 10, 20), "ICN", (),
    (PriorLine(8_000, "G0467", (), "1", (Adjusted("CO", "45", 5_000), Adjusted("PR", "2", 2_000))),),
)  # fmt: skip
#: A child's corrected claim to the second payer, of an outpatient department.
HOSPITAL = OutgoingClaim(
    "C-2", "I", 15_000, BILLING, Policy(BLUE, "M1", 2, "19", ANN), BO, "22", ("Z00.129",), (VISIT,), rendering=WELLS, attending=KO,
    operating=WELLS, referring=WELLS, facility=("SITE B", "1730400002", HOME), bill_type="13", others=(FIRST,), frequency="7",
    control="OLD1",
)  # fmt: skip


def segments(text: str) -> list[str]:
    return text.replace("\n", "").split("~")


def test_accepted_and_as_it_was(tmp_path) -> None:
    text = institutional.write([CLINIC, HOSPITAL], ENVELOPE, "B0001")
    assert pyx12_findings(text, tmp_path) == []
    golden("claims.837i", text)


def test_every_bill_type_and_frequency_is_accepted(tmp_path) -> None:
    kinds = [(kind, frequency) for kind in sorted(institutional.OUTPATIENT) for frequency in "178"]
    made = [
        replace(
            CLINIC, ref=f"C-{n}", bill_type=kind, frequency=frequency, control="" if frequency == "1" else f"ICN{n}"
        )
        for n, (kind, frequency) in enumerate(kinds)
    ]
    text = institutional.write(made, ENVELOPE, "B0001")
    for n, (kind, frequency) in enumerate(kinds):
        assert f"CLM*C-{n}*275.5***{kind}:A:{frequency}**A*Y*Y" in segments(text)
        assert (f"REF*F8*ICN{n}" in segments(text)) == (frequency != "1")
    assert pyx12_findings(text, tmp_path) == []


@pytest.mark.parametrize("bill_type", sorted(institutional.INPATIENT))
def test_a_stay_is_refused_in_words(bill_type: str) -> None:
    with pytest.raises(Refused) as caught:
        institutional.write([CLINIC, replace(CLINIC, ref="C-9", bill_type=bill_type)], ENVELOPE, "B0001")
    (refusal,) = caught.value.refusals
    assert refusal.code == "inpatient" and "C-9" in refusal.message and "inpatient" in refusal.message
    assert refusal.field == "bill_type" and refusal.fix


@pytest.mark.parametrize(("change", "code"), [
    ({"bill_type": ""}, "bill_type"),
    ({"bill_type": "99"}, "bill_type"),
    ({"bill_type": "131"}, "bill_type"),
    ({"lines": (replace(VISIT, revenue=""),)}, "revenue"),
    ({"lines": (replace(VISIT, revenue="521"),)}, "revenue"),
    ({"lines": (replace(VISIT, revenue="0120"),)}, "inpatient"),
    ({"lines": (replace(VISIT, revenue="٠٥٢١"),)}, "revenue"),
])  # fmt: skip
def test_what_cannot_be_written_is_refused(change: dict, code: str) -> None:
    (refusal,) = institutional.refusals(replace(CLINIC, **change))
    assert refusal.code == code and refusal.message and refusal.fix


def test_every_reason_of_every_claim_at_once() -> None:
    bad = replace(CLINIC, bill_type="11", lines=(replace(VISIT, revenue=""), replace(SHOT, revenue="")))
    with pytest.raises(Refused) as caught:
        institutional.write([bad, replace(HOSPITAL, bill_type="")], ENVELOPE, "B0001")
    assert [one.code for one in caught.value.refusals] == ["inpatient", "revenue", "revenue", "bill_type"]


def test_causes_of_injury_stand_apart_and_many_diagnoses_are_cut_in_twelves(tmp_path) -> None:
    many = ("Z00.00", *[f"E11.{n}" for n in range(10)], *[f"I10.{n}" for n in range(5)], "W19.XXXA")
    text = institutional.write(
        [replace(CLINIC, diagnoses=many, onset=None, accident=None, visit_reasons=())], ENVELOPE, "B1"
    )
    own = [one for one in segments(text) if one.startswith("HI*")]
    assert [one.count(":") for one in own] == [1, 1, 12, 3]
    assert own[0] == "HI*ABK:Z0000" and own[1] == "HI*ABN:W19XXXA"
    assert pyx12_findings(text, tmp_path) == []


money = st.integers(1, 10**7)
written = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ abc*~:^'-.éñ\n", min_size=1, max_size=40).map(lambda t: f"X{t}")


@st.composite
def claims(draw: st.DrawFn) -> OutgoingClaim:
    own = draw(st.booleans())
    patient = Human(draw(written), draw(written), "", date(2001, 2, 3), None, "F", HOME)
    lines = tuple(
        ServiceLine(
            f"L{n}", draw(st.sampled_from(["G0467", "J3420", ""])), draw(money), date(2026, 10, draw(st.integers(1, 28))),
            draw(st.sampled_from([(), ("25",), ("25", "JZ")])), draw(st.sampled_from(["1", "2.5"])), revenue=draw(st.sampled_from(["0521", "0636"])),
            drug=draw(st.sampled_from([None, Drug("12345-6789-01", "2", "ML")])), note=draw(st.just("") | written),
        )
        for n in range(1, draw(st.integers(1, 4)) + 1)
    )  # fmt: skip
    others = draw(st.sampled_from([(), (PriorPayer(MEDICARE),), (FIRST,)]))
    return OutgoingClaim(
        f"C-{draw(st.integers(1, 10**6))}", "I", sum(line.charge_cents for line in lines), BILLING,
        replace(POLICY, relation="18" if own else "19", subscriber=patient if own else ANN, rank=draw(st.sampled_from([1, 2, 3]))),
        patient, "50", draw(st.sampled_from([("Z00.00",), ("Z00.00", "E11.9", "W19.XXXA")])), lines,
        rendering=draw(st.sampled_from([WELLS, KO])), attending=draw(st.sampled_from([None, KO])),
        bill_type=draw(st.sampled_from(["13", "71", "77", "85"])),
        others=others, frequency=draw(st.sampled_from(["1", "7", "8"])), control="ICN1", note=draw(st.just("") | written),
        authorisation=draw(st.just("") | written), onset=draw(st.sampled_from([None, date(2026, 9, 30)])),
    )  # fmt: skip


@settings(max_examples=count("R14"), deadline=None)
@given(st.lists(claims(), min_size=1, max_size=3))
def test_whatever_people_type_the_file_stays_whole(made: list[OutgoingClaim]) -> None:
    text = institutional.write(made, ENVELOPE, "B0001")
    ((one,),) = [interchange.transactions for interchange in read(text.encode())]
    found = [segment.split("*") for segment in one.segments]
    assert [segment[1] for segment in found if segment[0] == "CLM"] == [claim.ref for claim in made]
    assert [segment[1] for segment in found if segment[0] == "SV2"] == [
        line.revenue for claim in made for line in claim.lines
    ]
    assert len([1 for segment in found if segment[0] == "NM1" and segment[1] == "71"]) == len(made)


@pytest.mark.either
@settings(max_examples=max(20, count("R14") // 20), deadline=None)
@given(st.lists(claims(), min_size=1, max_size=3))
def test_whatever_people_type_the_validator_accepts(tmp_path_factory, made: list[OutgoingClaim]) -> None:
    assert pyx12_findings(institutional.write(made, ENVELOPE, "B0001"), tmp_path_factory.mktemp("x12")) == []
