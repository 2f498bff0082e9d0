"""Eligibility: the question as payers take it, the answer as a person reads it, and nothing a payer says is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steward.core.x12.read import X12Error
from steward.core.x12.segments import Span, Unread
from steward.core.x12.write import Envelope, Segments, interchange
from steward.insurance.logic.eligibility import (
    Answer,
    Benefit,
    Inquiry,
    Member,
    Other,
    PatientAnswer,
    Person,
    Rejection,
    Standing,
    Trace,
    costs,
    other_payers,
    patient_summary,
    primary_care,
    read_270,
    read_271,
    rejection_words,
    service_words,
    standing,
    summary,
    write_270,
    write_271,
)
from steward.insurance.logic.eligibility.words import MOST_NAMED, REASONS
from tests.billing.samples import SAMPLES
from tests.billing.validators import golden, x12sdk_findings
from tests.proofs.counts import count

AT = datetime(2026, 11, 23, 8, 0)
OURS = Envelope("CEDARHILL", "CEDAR HILL", "ANN WELLS", "6145550100", "HOUSE", "CLEARING HOUSE", AT, 7, 7)
DAY = date(2026, 12, 1)
ANN = Person("DOE", "ANN", date(1980, 1, 1), "F")
ASKED = (
    Inquiry("T1", "1123456789", "BLUE HARBOR", "60054", "CEDAR HILL", "1730400002", "M1", ANN, DAY, ("30", "98")),
    Inquiry(
        "T2", "1123456789", "BLUE HARBOR", "60054", "CEDAR HILL", "1730400002", "M1", replace(ANN, born=None, sex=""), DAY,
        ("30",), Person("DOE", "BO", date(2015, 2, 3), "M", "X"), "19", "GR-7",
    ),
    Inquiry("T3", "1123456789", "MEDICARE", "00120", "CEDAR HILL", "1730400002", "1EG4TE5MK73", Person("ROE", "SAM"), DAY),
)  # fmt: skip


def answered(*lines: str, patient: str = "NM1*IL*1*DOE*ANN****MI*M1") -> bytes:
    """A 271 of one subscriber: the payer's segments after the name."""
    head = (
        "BHT*0022*11*E1-1*20261123*0800", "HL*1**20*1", "NM1*PR*2*BLUE HARBOR*****PI*60054", "PER*IC*HELP*TE*8005550100",
        "HL*2*1*21*1", "NM1*1P*2*CEDAR HILL*****XX*1730400002", "HL*3*2*22*0", "TRN*2*T1*1123456789", patient,
    )  # fmt: skip
    return interchange(OURS, "005010X279A1", "HB", [Segments(["271", *head, *lines])]).encode()


def one(*lines: str) -> Answer:
    (answer,) = read_271(answered(*lines))
    return answer


FULL = (
    "REF*6P*GR-7", "N3*1 MAIN ST", "N4*SPRINGFIELD*IL*62701", "DMG*D8*19800101*F", "DTP*346*D8*20260101",
    "EB*1**30*HM*GOLD 123", "EB*6**88",
    "EB*B*IND*98^UC*HM**27*25*****Y", "III*ZZ*11", "EB*B*IND*98*HM**27*60*****N", "EB*A*IND*30*HM**27**.2****Y",
    "EB*C*IND*30*HM**23*500*****Y", "EB*C*IND*30*HM**29*120.5*****Y", "EB*C*FAM*30*HM**23*1000*****Y", "EB*C*FAM*30*HM**29*700*****Y",
    "EB*G*IND*30***23*3000*****W", "EB*G*IND*30***29*2800*****W",
    "EB*F*IND*PT***23***VS*30*Y*Y", "MSG*AUTHORIZATION AFTER TEN", "EB*I**35",
    "EB*R**30", "REF*1W*OTHER9", "DTP*290*D8*20260101", "LS*2120", "NM1*SEP*2*GREEN MUTUAL*****PI*77777", "PER*IC**TE*8005550199", "LE*2120",
    "EB*L", "LS*2120", "NM1*P3*1*JONES*MARCUS****SV*0202034", "LE*2120",
)  # fmt: skip


def test_the_question() -> None:
    text = write_270(ASKED, OURS, "E1")
    assert read_270(text.encode()) == ASKED
    assert x12sdk_findings(text) == []
    assert text.count("\nST*270*") == 2, "one transaction a payer"
    golden("inquiry.270", text)
    with pytest.raises(ValueError, match="nothing to ask"):
        write_270([], OURS, "E1")


def test_the_day_asked_about_is_the_day_of_the_visit() -> None:
    assert "DTP*291*D8*20261201~" in write_270(ASKED[:1], OURS, "E1")


def test_everything_a_payer_says() -> None:
    answer = one(*FULL)
    (patient,) = answer.patients
    assert (answer.payer_name, answer.payer_id, answer.payer_phone) == ("BLUE HARBOR", "60054", "8005550100")
    assert (answer.provider_name, answer.provider_id, answer.reference) == ("CEDAR HILL", "1730400002", "E1-1")
    assert (patient.trace, patient.plan, patient.group) == ("T1", "GOLD 123", "GR-7")
    assert (patient.patient.last, patient.patient.born, patient.patient.city) == (
        "DOE",
        date(1980, 1, 1),
        "SPRINGFIELD",
    )
    assert patient.dates == (("346", Span(date(2026, 1, 1), date(2026, 1, 1))),)
    found = costs(patient)
    assert (found.copay_cents, found.coinsurance_ppm) == (2_500, 200_000)
    assert (found.deductible_cents, found.deductible_left_cents) == (50_000, 12_050)
    assert (found.family_deductible_cents, found.family_deductible_left_cents) == (100_000, 70_000)
    assert (found.out_of_pocket_cents, found.out_of_pocket_left_cents, found.doubts) == (300_000, 280_000, ())
    assert (
        costs(patient, in_network=False).copay_cents == 6_000
        and costs(patient, in_network=False).deductible_cents is None
    )
    assert other_payers(patient) == (Other("SEP", "GREEN MUTUAL", "77777", "8005550199"),)
    assert primary_care(patient) == (Other("P3", "MARCUS JONES", "0202034"),)
    assert answer.unread == () and answer.rejections == ()


def test_active_for_one_thing_and_not_for_another() -> None:
    (patient,) = one(*FULL).patients
    assert standing(patient) is standing(patient, "98") is Standing.ACTIVE
    assert standing(patient, "88") is Standing.INACTIVE
    assert standing(patient, "35") is Standing.NOT_COVERED
    assert standing(patient, on=date(2025, 12, 31)) is Standing.INACTIVE, "before the plan began"
    (patient,) = one("DTP*347*D8*20261130", "EB*1**30").patients
    assert (
        standing(patient, on=date(2026, 11, 30)) is Standing.ACTIVE and standing(patient, on=DAY) is Standing.INACTIVE
    )
    (patient,) = one("DTP*291*RD8*20260101-20261130", "EB*1**30").patients
    assert (
        standing(patient, on=date(2026, 11, 30)) is Standing.ACTIVE and standing(patient, on=DAY) is Standing.INACTIVE
    )
    (patient,) = one("EB*1**30", "EB*6**30").patients
    assert standing(patient) is Standing.UNKNOWN, "a payer that says both has said nothing"
    assert standing(one("EB*C**30***23*500").patients[0]) is Standing.UNKNOWN
    assert standing(one("EB*1").patients[0]) is Standing.ACTIVE


@pytest.mark.parametrize(
    ("info", "found"), [*[(code, Standing.ACTIVE) for code in "12345"], *[(code, Standing.INACTIVE) for code in "678"]]
)
def test_every_code_of_standing(info: str, found: Standing) -> None:
    assert standing(one(f"EB*{info}**30").patients[0]) is found


def test_two_amounts_for_the_same_thing_are_a_doubt_never_a_guess() -> None:
    (patient,) = one("EB*1**30", "EB*B**98***27*20*****Y", "EB*B**98***27*40*****Y", "EB*C*IND*30***23*500").patients
    found = costs(patient)
    assert found.copay_cents is None and found.doubts == ("copay",) and found.deductible_cents == 50_000


def test_the_nearest_saying_counts() -> None:
    (patient,) = one(
        "EB*B**30***27*10*****Y", "EB*B**98***27*25*****W", "EB*B**98***27*30*****Y", "EB*B**33***27*45*****Y"
    ).patients
    assert (
        costs(patient).copay_cents == 3_000
        and costs(patient, "33").copay_cents == 4_500
        and costs(patient, "UC").copay_cents == 1_000
    )
    assert costs(patient, in_network=False).copay_cents == 2_500


def test_as_a_person_reads_it() -> None:
    lines = summary(one(*FULL), DAY)
    for line in (
        "Active on 2026-12-01: GOLD 123, HMO, group GR-7",
        "Not active for pharmacy",
        "Not covered for dental care",
        "Plan begins: 2026-01-01",
        "Copay for office visit, urgent care, individual, in network, place of service 11: $25.00 per visit",
        "Copay for office visit, individual, out of network: $60.00 per visit",
        "Coinsurance, individual, in network: 20 % per visit",
        "Deductible, individual, in network: $500.00 per calendar year",
        "Deductible left, individual, in network: $120.50",
        "Out-of-pocket limit left, individual, in and out of network: $2,800.00",
        "Limit for physical therapy, individual, in network, authorization needed: 30 visits per calendar year",
        "The payer notes: AUTHORIZATION AFTER TEN",
        "Another payer: GREEN MUTUAL (number 77777)",
        "Primary care provider: MARCUS JONES",
    ):
        assert line in lines
    assert lines[0].startswith("Active on")


@pytest.mark.parametrize(("segment", "level"), [("AAA*N**72*C", "subscriber"), ("AAA*Y**42*R", "subscriber")])
def test_a_refusal_has_words_and_a_mend_and_hides_no_policy(segment: str, level: str) -> None:
    answer = one(segment)
    (patient,) = answer.patients
    (refusal,) = patient.rejections
    assert refusal.level == level and standing(patient) is Standing.UNKNOWN
    what, fix = rejection_words(refusal.reason, refusal.follow_up)
    assert what and fix and summary(answer) == [f"{what} {fix}"]


def test_a_refusal_of_the_payer_the_provider_and_of_one_benefit() -> None:
    text = answered().decode()
    at_payer = text.replace("PER*IC*HELP*TE*8005550100~\n", "AAA*Y**42*R~\n").replace("SE*10*", "SE*10*")
    assert read_271(at_payer.encode())[0].rejections == (Rejection("42", "R", "payer"),)
    (patient,) = one("EB*1**30", "EB*V**98", "AAA*Y**55*C").patients
    assert patient.rejections == (Rejection("55", "C", "benefit"),) and standing(patient) is Standing.ACTIVE


def test_every_reason_has_words_of_our_own() -> None:
    assert len(REASONS) >= 50
    for what, fix in REASONS.values():
        assert what.endswith(".") and fix.endswith(".")
    assert rejection_words("QQ", "N") == (
        "The payer refused with reason QQ.", "Look the reason up in the payer's guide, or call. Asking again will not help.",
    )  # fmt: skip


def test_a_dependent_and_a_subscriber_with_benefits_of_their_own() -> None:
    raw = answered(
        "EB*1**30", "HL*4*3*23*0", "TRN*2*T2*1123456789", "NM1*03*1*DOE*BO", "DMG*D8*20150203*M", "INS*N*19", "EB*6**30"
    )
    subscriber, child = read_271(raw)[0].patients
    assert (subscriber.dependent, subscriber.trace, standing(subscriber)) == (None, "T1", Standing.ACTIVE)
    assert child.trace == "T2", "each patient's own question"
    assert child.patient.first == "BO" and child.patient.relation == "19" and child.subscriber.first == "ANN"
    assert standing(child) is Standing.INACTIVE and child.patient.born == date(2015, 2, 3)
    assert summary(read_271(raw)[0])[0] == "ANN DOE", "several patients are headed by their names"


def test_what_cannot_be_read_is_said_and_hides_nothing() -> None:
    answer = one("DTP*346*D8*20261399", "EB*1**30", "EB*B**98***27*2O", "EB*C**30***23*1.234", "EB*A**30***27**9999999")
    assert sorted((found.where, found.text) for found in answer.unread) == [
        ("DTP03", "20261399"), ("EB07", "1.234"), ("EB07", "2O"), ("EB08", "9999999"),
    ]  # fmt: skip
    assert standing(answer.patients[0]) is Standing.ACTIVE and costs(answer.patients[0]).copay_cents is None
    assert any("Not readable: EB07" in line and "2O" in line for line in summary(answer))
    assert all(isinstance(found, Unread) for found in answer.unread)


def test_long_lists_of_services_are_cut_to_what_the_office_does() -> None:
    assert service_words(("98",)) == "office visit" and service_words(("QZ",)) == "service QZ"
    many = ("1", "33", "35", "47", "86", "88", "98", "UC")
    assert service_words(many) == "office visit, urgent care, medical care and 5 more"
    assert service_words(many, whole=True).count(",") == len(many) - 1 and MOST_NAMED == 3


def test_another_kind_of_file_is_named_and_a_broken_tree_refused() -> None:
    with pytest.raises(X12Error) as caught:
        read_271(write_270(ASKED, OURS, "E1").encode())
    assert caught.value.code == "kind" and "270" in caught.value.message
    with pytest.raises(X12Error) as caught:
        read_271(answered().replace(b"HL*3*2*22", b"HL*3*8*22"))
    assert caught.value.code == "hierarchy"


names = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ -'", min_size=1, max_size=30).map(lambda t: " ".join(t.split()) or "X")
codes = st.text("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789-", min_size=1, max_size=30)
born = st.dates(date(1900, 1, 1), date(2026, 11, 1))
people = st.builds(
    Person,
    names,
    names,
    born,
    st.sampled_from(["", "F", "M"]),
    st.just("") | names.map(lambda t: t[:25].strip() or "X"),
)


@st.composite
def inquiries(draw: st.DrawFn) -> Inquiry:
    dependent = draw(st.none() | people)
    return Inquiry(
        draw(codes), draw(st.text("0123456789", min_size=10, max_size=10)), *draw(st.sampled_from([("BLUE", "60054"), ("MEDICARE", "00120")])),
        draw(names), draw(st.text("0123456789", min_size=10, max_size=10)), draw(codes), draw(people),
        draw(st.dates(date(2020, 1, 1), date(2030, 1, 1))),
        tuple(draw(st.lists(st.sampled_from(["30", "98", "UC", "MH", "33"]), min_size=1, max_size=5, unique=True))), dependent,
        draw(st.sampled_from(["", "01", "19", "34"])) if dependent else "", draw(st.just("") | codes),
    )  # fmt: skip


@settings(max_examples=max(20, count("R14") // 10), deadline=None)
@given(st.lists(inquiries(), min_size=1, max_size=4))
def test_what_is_asked_is_accepted(asked: list[Inquiry]) -> None:
    assert x12sdk_findings(write_270(asked, OURS, "E1")) == []


@settings(max_examples=count("R14"), deadline=None)
@given(st.lists(st.sampled_from(FULL), max_size=30))
def test_any_order_of_segments_is_read_and_summed_up(lines: list[str]) -> None:
    answer = one(*lines)
    assert summary(answer, DAY) and all(patient_summary(patient) for patient in answer.patients)
    assert sum(len(patient.benefits) for patient in answer.patients) == len(
        [line for line in lines if line.startswith("EB*")]
    )


words = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789", min_size=1, max_size=30).map(
    lambda text: " ".join(text.split()) or "X"
)
maybe = st.just("") | words
cents = st.none() | st.integers(-(10**9), 10**9)
spans = st.tuples(born, st.none() | st.integers(0, 900)).map(
    lambda pair: Span(pair[0], None if pair[1] is None else pair[0] + timedelta(days=pair[1]))
)
dated = st.lists(st.tuples(st.sampled_from(["346", "347", "291", "290"]), spans), max_size=2).map(tuple)
numbered = st.lists(st.tuples(st.sampled_from(["6P", "18", "1W"]), codes), max_size=2).map(tuple)
refusals = st.builds(
    Rejection, st.sampled_from(["42", "72", "75"]), st.sampled_from(["", "C", "R"]), st.just("subscriber")
)
benefits = st.builds(
    Benefit,
    st.sampled_from(["1", "6", "A", "B", "C", "F", "G", "I", "R", "L"]), st.sampled_from(["", "IND", "FAM"]),
    st.lists(st.sampled_from(["30", "98", "UC", "MH"]), max_size=3, unique=True).map(tuple), st.sampled_from(["", "HM", "MB"]), maybe,
    st.sampled_from(["", "23", "27", "29"]), cents, st.none() | st.integers(0, 2_000_000), st.sampled_from(["", "VS"]),
    st.sampled_from(["", "30"]), st.sampled_from(["", "Y", "N"]), st.sampled_from(["", "Y", "N", "W"]),
    st.sampled_from([(), ("HC", "G0438"), ("HC", "J3420", "JZ")]), numbered, dated, st.lists(words, max_size=2).map(tuple),
    st.sampled_from([(), ("11",), ("11", "22")]), st.sampled_from([(), (("VS", "30", "", "", "23"),)]),
    st.lists(st.builds(Other, st.sampled_from(["PR", "SEP", "P3"]), words, maybe, st.sampled_from(["", "8005550100"])), max_size=2).map(tuple),
    st.just(0),
)  # fmt: skip
middles = maybe.map(lambda text: text[:25].strip())
members = st.builds(
    Member, words, words, middles, st.just("") | codes, st.none() | born, st.sampled_from(["", "F", "M"]), maybe, maybe,
    st.sampled_from(["", "IL"]), st.sampled_from(["", "62701"]), st.sampled_from(["", "19"]),
)  # fmt: skip
traces = st.lists(st.builds(Trace, st.sampled_from(["1", "2"]), codes, st.just("1123456789")), max_size=2).map(tuple)
said_patients = st.builds(
    PatientAnswer, traces, members.map(lambda one: replace(one, relation="")), st.none() | members, numbered, dated,
    st.lists(refusals, max_size=2).map(tuple), st.lists(benefits, max_size=4).map(tuple),
)  # fmt: skip
said = st.builds(
    Answer, codes, st.just("0001"), words, codes, st.sampled_from(["", "8005550100"]), words, codes,
    st.lists(st.builds(Rejection, st.just("42"), st.just("R"), st.just("provider")), max_size=1).map(tuple),
    st.lists(said_patients, max_size=3).map(tuple),
)  # fmt: skip


def unplaced(answer: Answer) -> Answer:
    """Without the places of its benefits in the file."""
    patients = [
        replace(patient, benefits=tuple(replace(one, segment=0) for one in patient.benefits))
        for patient in answer.patients
    ]
    return replace(answer, patients=tuple(patients))


def test_an_answer_written_is_the_answer_read() -> None:
    answer = one(*FULL)
    text = write_271([answer], OURS)
    assert unplaced(read_271(text.encode())[0]) == unplaced(answer)
    golden("answer.271", text)
    refused = Answer("E1", "0001", "BLUE HARBOR", "60054", "", "", "", (Rejection("42", "R", "payer"),), ())
    assert read_271(write_271([refused], OURS).encode()) == (refused,)


#: Every eligibility sample and what becomes of it: the first line a person reads, or the code of the refusal.
REAL = {
    "linuxforhealth/270_005010X279A1/dependent-health-benefit-check.270": "asks: MARY SMITH",
    "linuxforhealth/270_005010X279A1/subscriber-health-benefit-check.270": "asks: ROBERT SMITH",
    "linuxforhealth/271_005010X279A1/dependent-health-benefit-check.271": "Active: GOLD 123 PLAN, HMO",
    "linuxforhealth/271_005010X279A1/subscriber-health-benefit-check-error.271": "refused: control_number",
    "linuxforhealth/271_005010X279A1/subscriber-health-benefit-check.271": "Active: GOLD 123 PLAN, HMO",
    "badx12/errors/unknown_segment_error.edi": "refused: count",
    "badx12/errors/segment_terminator.edi": "refused: truncated",
    "badx12/edi/X279-error-response-from-payer-to-clinic-not-eligible-for-inquiries-with-payer.edi":
        "The payer does not answer this provider. Enrol the provider for eligibility with the payer. Asking again will not help.",
    "badx12/edi/X279-generic-request-by-clinic-for-patient-_subscriber_-eligibility.edi": "asks: ROBERT SMITH",
    "badx12/edi/X279-generic-request-by-physician-for-patient-_dependent_-eligibility.edi": "asks: MARY SMITH",
    "badx12/edi/X279-response-to-generic-request-by-clinic-for-patient-_subscriber_-eligibility.edi": "Active: GOLD 123 PLAN, HMO",
    "badx12/edi/X279-response-to-generic-request-by-physician-for-patient-_dependent_-eligibility.edi": "Active: GOLD 123 PLAN, HMO",
}  # fmt: skip


@pytest.mark.skipif(not (SAMPLES / "x12").is_dir(), reason="no ../shared/samples here: real 270 and 271 files left out")
@pytest.mark.parametrize("path", REAL)
def test_real_files(path: str) -> None:
    raw = (SAMPLES / "x12" / path).read_bytes()
    assert _outcome(raw) == REAL[path]
    assert f"`{path}`" in (Path(__file__).parents[2] / "docs" / "formats.md").read_text(), (
        "its outcome is told in docs/formats.md"
    )


def _outcome(raw: bytes) -> str:
    try:
        return summary(read_271(raw)[0])[0]
    except X12Error as fault:
        if fault.code != "kind":
            return f"refused: {fault.code}"
    (asked,) = read_270(raw)
    who = asked.dependent or asked.subscriber
    return f"asks: {who.first} {who.last}"
