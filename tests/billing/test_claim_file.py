"""837 files of our own billing provider come in as charges."""

from __future__ import annotations

import pytest

from steward.billing.logic import claim_file
from steward.billing.models import Charge, Claim
from steward.core.x12.read import X12Error

from .conftest import NPI, Practice
from .samples import SAMPLES

BODY = [
    "BHT*0019*00*1*20261102*0600*CH", "NM1*41*2*PRACTICE*****46*S1", "PER*IC*X*TE*8005550100", "NM1*40*2*PAYER*****46*R1",
    "HL*1**20*1", f"NM1*85*2*PRACTICE*****XX*{NPI}", "N3*1 MAIN ST", "N4*SPRINGFIELD*IL*627011234", "REF*EI*123456789",
    "HL*2*1*22*0", "SBR*P*18*******CI", "NM1*IL*1*DOE*ANN****MI*M77", "N3*2 OAK ST", "N4*SPRINGFIELD*IL*62701",
    "DMG*D8*19800229*F", "NM1*PR*2*BLUE HARBOR*****PI*60054",
    "CLM*X-1*170***11:B:1*Y*A*Y*Y", "HI*ABK:Z0000*ABF:E119", "LX*1", "SV1*HC:G0438:25*150*UN*1***1:2", "DTP*472*D8*20261102",
    "REF*6R*L-1", "LX*2", "SV1*HC:J3420*20*UN*1***1", "DTP*472*D8*20261103",
    "HL*3*1*22*1", "SBR*P*******CI", "NM1*IL*1*ROE*BOB****MI*M78", "NM1*PR*2*BLUE HARBOR*****PI*60054", "HL*4*3*23*0",
    "PAT*19", "NM1*QC*1*ROE*KIM", "N3*3 ELM ST", "N4*SPRINGFIELD*IL*62701", "DMG*D8*20150505*F",
    "CLM*X-2*80***11:B:1*Y*A*Y*Y", "HI*ABK:J069", "LX*1", "SV1*HC:G2211*80*UN*1***1", "DTP*472*D8*20261104",
]  # fmt: skip


def file_of(body=BODY) -> bytes:
    head = (f"ISA*00*          *00*          *ZZ*{'S1':<15}*ZZ*{'R1':<15}*261102*0600*^*00501*000000005*0*P*:~"
            "GS*HC*S1*R1*20261102*0600*5*X*005010X222A1~ST*837*0001*005010X222A1~")  # fmt: skip
    tail = f"SE*{len(body) + 2}*0001~GE*1*5~IEA*1*000000005~"
    return (head + "".join(f"{segment}~" for segment in body) + tail).encode()


def test_claims_of_subscriber_and_dependent() -> None:
    first, second = claim_file.parse(file_of()).claims
    assert (first.claim_ref, first.patient_ref, first.relation, first.payer_id, first.total_cents) == (
        "X-1", "M77", "18", "60054", 17_000)  # fmt: skip
    assert (
        first.charges[0].modifiers == ("25",)
        and first.charges[0].pointers == (1, 2)
        and first.charges[0].line_ref == "L-1"
    )
    assert first.charges[0].diagnoses == ("Z0000", "E119") and first.address.is_whole
    assert (second.relation, second.patient.first_name, second.patient_ref) == ("19", "KIM", "M78-KIM")
    assert second.subscriber and second.subscriber.last_name == "ROE"


@pytest.mark.django_db
def test_own_claims_import_as_charges_and_others_are_refused(practice: Practice) -> None:
    found = practice.run(file_of())
    assert (found.kind, found.status, [p.ref for p in found.parts]) == ("837", "posted", ["X-1", "X-2"])
    assert practice.balances() == {"ar_insurance": 25_000, "charges": -25_000}
    assert practice.run(file_of()).status == "duplicate" and Charge.objects.count() == 3
    other = practice.run(file_of([segment.replace(NPI, "1999999984").replace("X-", "Y-") for segment in BODY]))
    assert other.status == "refused" and {"entity", "provider"} & {p.code for p in other.parts[0].problems}
    assert Claim.objects.count() == 2


@pytest.mark.parametrize(("old", "new", "code"), [
    ("CLM*X-1*170", "CLM*X-1*171", "claim_sum"),
    ("CLM*X-1*170", "CLM*X-1*170.001", "amount"),
    ("DTP*472*D8*20261102", "DTP*472*D8*20261399", "missing"),
    ("NM1*IL*1*DOE*ANN****MI*M77", "NM1*IL*1*DOE*ANN", "missing"),
    ("CLM*X-2*80", "CLM*X-1*80", "twice"),
    ("005010X222A1", "004010X098A1", "version"),
])  # fmt: skip
def test_refused_with_place(old, new, code) -> None:
    with pytest.raises(X12Error) as caught:
        claim_file.parse(file_of().replace(old.encode(), new.encode()))
    assert caught.value.code == code and caught.value.fix


@pytest.mark.skipif(not (SAMPLES / "x12").is_dir(), reason="no ../shared/samples here: real 837 files left out")
def test_real_files_are_read() -> None:
    paths = [*(SAMPLES / "x12").rglob("*.837*"), *(SAMPLES / "x12").rglob("X222*.edi")]
    assert len(paths) > 20 and all(claim_file.parse(path.read_bytes()).claims for path in paths)
