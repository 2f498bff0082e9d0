"""Synthetic patients: the project's own small folder line by line, and the public one of 27 patients where it lies here."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import zipfile
from pathlib import Path

import pytest

from steward.billing import importers
from steward.billing.logic import synthea
from steward.billing.models import Charge, Claim
from steward.billing.selectors.rules import crosswalk
from steward.cli import main
from steward.core.access.models import Office as OfficeRow
from steward.core.imports import Options
from steward.frontdesk.models import Appointment, Patient, Visit
from steward.insurance.models import Coverage, Payer
from steward.people.models import Provider

from .conftest import Practice
from .samples import SAMPLES

PUBLIC = SAMPLES / "synthea"
A, B, BLUE, NONE, DOC = "aaaaaaaa-0001", "bbbbbbbb-0002", "11111111-blue", "99999999-none", "dddddddd-0001"

FOLDER: dict[str, list[dict[str, str]]] = {
    "patients.csv": [
        {"Id": A, "BIRTHDATE": "1980-05-01", "DEATHDATE": "", "FIRST": "Ann1", "LAST": "Field2", "GENDER": "F",
         "ADDRESS": "1 Elm St", "CITY": "Boston", "STATE": "Massachusetts", "ZIP": "02115"},
        {"Id": B, "BIRTHDATE": "2019-05-01", "DEATHDATE": "", "FIRST": "Ben3", "LAST": "Field2", "GENDER": "M",
         "ADDRESS": "1 Elm St", "CITY": "Boston", "STATE": "Massachusetts", "ZIP": ""},
    ],
    "payers.csv": [{"Id": BLUE, "NAME": "Blue Cross Blue Shield"}, {"Id": NONE, "NAME": "NO_INSURANCE"}],
    "providers.csv": [{"Id": DOC, "NAME": "Ida7 Stone8"}],
    "payer_transitions.csv": [
        {"PATIENT": A, "MEMBERID": "M1", "START_YEAR": "2020-05-01T05:00:00Z", "END_YEAR": "2021-05-01T05:00:00Z", "PAYER": BLUE,
         "SECONDARY_PAYER": "", "OWNERSHIP": "Self", "OWNERNAME": "Ann1 Field2"},
        {"PATIENT": A, "MEMBERID": "M1", "START_YEAR": "2021-05-01T05:00:00Z", "END_YEAR": "2022-05-01T05:00:00Z", "PAYER": BLUE,
         "SECONDARY_PAYER": "", "OWNERSHIP": "Self", "OWNERNAME": "Ann1 Field2"},
        {"PATIENT": A, "MEMBERID": "", "START_YEAR": "2022-05-01T05:00:00Z", "END_YEAR": "2023-05-01T05:00:00Z", "PAYER": NONE,
         "SECONDARY_PAYER": "", "OWNERSHIP": "", "OWNERNAME": ""},
        {"PATIENT": B, "MEMBERID": "M9", "START_YEAR": "2020-05-01T05:00:00Z", "END_YEAR": "2030-05-01T05:00:00Z", "PAYER": BLUE,
         "SECONDARY_PAYER": "", "OWNERSHIP": "Guardian", "OWNERNAME": "Ann1 Field2"},
    ],
    "encounters.csv": [
        {"Id": "e1", "START": "2021-06-01T14:02:47Z", "STOP": "2021-06-01T14:17:47Z", "PATIENT": A, "PROVIDER": DOC,
         "ENCOUNTERCLASS": "ambulatory"},
        {"Id": "e2", "START": "2021-06-01T14:04:00Z", "STOP": "2021-06-01T14:19:00Z", "PATIENT": B, "PROVIDER": DOC,
         "ENCOUNTERCLASS": "wellness"},
        {"Id": "e3", "START": "2022-06-01T14:00:00Z", "STOP": "2022-06-02T14:00:00Z", "PATIENT": A, "PROVIDER": DOC,
         "ENCOUNTERCLASS": "inpatient"},
    ],
    "claims.csv": [
        {"Id": "c1", "PATIENTID": A, "PROVIDERID": DOC, "PRIMARYPATIENTINSURANCEID": BLUE, "SECONDARYPATIENTINSURANCEID": "0",
         "DIAGNOSIS1": "160903007", "DIAGNOSIS2": "195662009", "APPOINTMENTID": "e1", "SERVICEDATE": "2021-06-01T14:02:47Z"},
        {"Id": "c2", "PATIENTID": B, "PROVIDERID": DOC, "PRIMARYPATIENTINSURANCEID": BLUE, "SECONDARYPATIENTINSURANCEID": "0",
         "DIAGNOSIS1": "410620009", "DIAGNOSIS2": "", "APPOINTMENTID": "e2", "SERVICEDATE": "2021-06-01T14:04:00Z"},
        {"Id": "c3", "PATIENTID": A, "PROVIDERID": DOC, "PRIMARYPATIENTINSURANCEID": "0", "SECONDARYPATIENTINSURANCEID": "0",
         "DIAGNOSIS1": "12345", "DIAGNOSIS2": "", "APPOINTMENTID": "e3", "SERVICEDATE": "2022-06-01T14:00:00Z"},
    ],
    "claims_transactions.csv": [
        {"CLAIMID": "c1", "CHARGEID": "1", "TYPE": "CHARGE", "AMOUNT": "77.49", "FROMDATE": "2021-06-01T14:02:47Z",
         "PROCEDURECODE": "185345009", "DIAGNOSISREF1": "1", "DIAGNOSISREF2": "2", "UNITS": "1", "PAYMENTS": ""},
        {"CLAIMID": "c1", "CHARGEID": "2", "TYPE": "CHARGE", "AMOUNT": "10.1", "FROMDATE": "2021-06-01T14:02:47Z",
         "PROCEDURECODE": "171207006", "DIAGNOSISREF1": "2", "DIAGNOSISREF2": "", "UNITS": "1", "PAYMENTS": ""},
        {"CLAIMID": "c1", "CHARGEID": "3", "TYPE": "PAYMENT", "AMOUNT": "", "FROMDATE": "2021-06-01T14:02:47Z",
         "PROCEDURECODE": "171207006", "DIAGNOSISREF1": "2", "DIAGNOSISREF2": "", "UNITS": "1", "PAYMENTS": "87.59"},
        {"CLAIMID": "c2", "CHARGEID": "1", "TYPE": "CHARGE", "AMOUNT": "0.00", "FROMDATE": "2021-06-01T14:04:00Z",
         "PROCEDURECODE": "410620009", "DIAGNOSISREF1": "1", "DIAGNOSISREF2": "", "UNITS": "1", "PAYMENTS": ""},
        {"CLAIMID": "c3", "CHARGEID": "1", "TYPE": "CHARGE", "AMOUNT": "1000.05", "FROMDATE": "2022-06-01T14:00:00Z",
         "PROCEDURECODE": "777", "DIAGNOSISREF1": "1", "DIAGNOSISREF2": "", "UNITS": "1", "PAYMENTS": ""},
    ],
}  # fmt: skip


def folder(**changed: list[dict[str, str]]) -> dict[str, bytes]:
    """The files of the small folder; ``changed`` replaces the rows of one (without its ending)."""
    found = {}
    for name, rows in {**FOLDER, **{f"{stem}.csv": rows for stem, rows in changed.items()}}.items():
        out = io.StringIO()
        writer = csv.DictWriter(out, list(FOLDER[name][0]))
        writer.writeheader()
        writer.writerows(rows)
        found[name] = out.getvalue().encode()
    return found


def edited(name: str, at: int, **cells: str) -> dict[str, bytes]:
    rows = [dict(row) for row in FOLDER[f"{name}.csv"]]
    rows[at].update(cells)
    return folder(**{name: rows})


def bring(practice: Practice, files: dict[str, bytes]):
    content = synthea.pack(files)
    assert importers.recognise(content) == "synthea"
    return importers.run(practice.office.call("biller"), kind="synthea", content=content, name="folder", options=Options())


@pytest.mark.django_db
def test_a_folder_becomes_people_coverage_visits_and_charges(practice: Practice) -> None:
    found = bring(practice, folder())
    assert found.status == "posted", found
    assert "2 patients, 2 coverages, 2 visits, 3 claims with 4 charges of 1,087.64" in found.message
    assert "own charges add up to 1,087.64" in found.message and "payments of 87.59" in found.message
    assert practice.balances() == {"ar_insurance": 8_759, "ar_patient": 100_005, "charges": -108_764}
    ann, ben = (Patient.objects.get(chart=f"SYN-{key}") for key in ("AAAAAAAA0001", "BBBBBBBB0002"))
    assert ann.guarantor_id == ann.party_id
    assert ben.guarantor_id not in (ben.party_id, ann.party_id)  # the holder it names; nothing says that she is the patient Ann
    covers = Coverage.objects.order_by("id").values_list("member_id", "relation", "starts_on", "ends_on")
    assert list(covers) == [("M1", "18", dt.date(2020, 5, 1), dt.date(2022, 4, 30)), ("M9", "19", dt.date(2020, 5, 1), dt.date(2030, 4, 30))]
    starts = list(Appointment.objects.order_by("starts_at").values_list("starts_at", "ends_at"))
    assert starts[0][0] == dt.datetime(2021, 6, 1, 14, 0, tzinfo=dt.UTC) and starts[0][1] == starts[1][0]  # one doctor, one after another
    claims = {claim.ref: claim for claim in Claim.objects.select_related("payer", "visit")}
    assert [(claims[ref].payer and claims[ref].payer.code, claims[ref].visit is not None) for ref in ("SYNC1", "SYNC2", "SYNC3")] == [
        ("BCBS", True), ("BCBS", True), (None, False)]  # fmt: skip
    lines = Charge.objects.order_by("id").values_list("code", "diagnoses", "pointers", "place", "charge_cents")
    assert list(lines) == [("T1015", "J02.9", "1", "11", 7_749), ("G0444", "J02.9", "1", "11", 1_010),
                           ("S0302", "Z00.129", "1", "11", 0), ("X9999", "R69", "1", "21", 100_005)]  # fmt: skip


@pytest.mark.django_db
def test_a_person_sees_what_took_the_default(practice: Practice) -> None:
    found = bring(practice, folder())
    told = {(part.ref, one.code): one.message for part in found.parts for one in part.problems}
    assert told["claims_transactions.csv", "default_service"] == "claims_transactions.csv, row 6: 777 is not in the crosswalk: entered as X9999."
    assert told["claims.csv", "default_diagnosis"].startswith("claims.csv, row 4: 12345")
    assert told["patients.csv", "address"].startswith("patients.csv, row 3")
    assert "entered by its default: 2" in found.message
    assert not Provider.objects.exclude(npi="1234567893").exclude(npi__startswith="9").exists()  # no real NPI is made up


@pytest.mark.django_db
def test_the_same_folder_again_is_a_duplicate_and_a_grown_one_brings_what_is_new(practice: Practice) -> None:
    bring(practice, folder())
    books = practice.balances()
    again = bring(practice, folder())
    assert again.status == "duplicate" and practice.balances() == books and Claim.objects.count() == 3
    assert {part.status for part in again.parts} == {"duplicate"} and "known before: 1,087.64" in again.message
    grown = edited("claims", 0)
    claims = [*FOLDER["claims.csv"], {**FOLDER["claims.csv"][0], "Id": "c4"}]
    charges = [*FOLDER["claims_transactions.csv"], {**FOLDER["claims_transactions.csv"][0], "CLAIMID": "c4", "AMOUNT": "1.00"}]
    grown = folder(claims=claims, claims_transactions=charges)
    more = bring(practice, grown)
    assert more.status == "posted" and practice.balances()["charges"] == books["charges"] - 100
    new = Claim.objects.get(ref="SYNC4")
    assert new.visit == Claim.objects.get(ref="SYNC1").visit and Visit.objects.count() == 2 and Patient.objects.count() == 2
    other = bring(practice, edited("claims_transactions", 0, AMOUNT="77.50"))
    assert other.status == "refused" and other.parts[0].problems[0].code == "exists" and "row 2" in other.message


@pytest.mark.django_db
@pytest.mark.parametrize(("files", "code", "words"), [
    (edited("claims_transactions", 0, AMOUNT="77.495"), "amount", "claims_transactions.csv, row 2"),
    (edited("claims_transactions", 0, AMOUNT="-1.00"), "amount", "claims_transactions.csv, row 2"),
    (edited("claims_transactions", 0, AMOUNT="1" + "0" * 18), "amount", "claims_transactions.csv, row 2"),
    (edited("claims_transactions", 4, CLAIMID="nobody"), "charges", "claims.csv, row 4"),
    (edited("claims", 0, PATIENTID="nobody"), "unknown", "claims.csv, row 2"),
    (edited("claims", 0, SERVICEDATE="2031-06-01T14:02:47Z"), "future", "claims.csv, row 2"),
    (edited("patients", 0, BIRTHDATE="yesterday"), "date", "patients.csv, row 2"),
    (edited("patients", 0, Id=B), "id", "patients.csv, row 3"),
    (edited("payer_transitions", 0, END_YEAR="2019-05-01T05:00:00Z"), "dates", "payer_transitions.csv, row 2"),
    ({**folder(), "encounters.csv": b"Id,START\n1,2"}, "columns", "encounters.csv, row 1"),
    ({name: data for name, data in folder().items() if name != "providers.csv"}, "missing", "providers.csv"),
    ({**folder(), "claims.csv": folder()["claims.csv"][:-30]}, "cells", "claims.csv, row 4"),
    ({**folder(), "patients.csv": b"\xff\xfe\x00" * 9}, "text", "patients.csv"),
])  # fmt: skip
def test_a_faulty_folder_is_refused_whole_and_names_the_row(practice: Practice, files, code: str, words: str) -> None:
    found = bring(practice, files)
    problems = [one for part in found.parts for one in part.problems]
    assert found.status == "refused" and any(one.code == code and words in one.message and one.fix for one in problems), problems
    assert not Claim.objects.exists() and not Patient.objects.exists() and Payer.objects.count() == 2


@pytest.mark.django_db
def test_the_command_takes_the_folder_in_three_ways(practice: Practice, tmp_path: Path, capsys) -> None:
    OfficeRow.objects.update(administrator=practice.office.user("biller"))
    for name, data in folder().items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "allergies.csv").write_text("what nobody reads")
    told = []
    for words in (["synthea", str(tmp_path)], [str(tmp_path)], [str(tmp_path), "--kind", "synthea"]):
        assert main.main(["import", *words, "--json"]) == 0
        (one,) = json.loads(capsys.readouterr().out)
        told.append((one["kind"], one["status"], one["path"], one["sha256"]))
    digest = hashlib.sha256(synthea.pack(folder())).hexdigest()
    assert told == [("synthea", status, str(tmp_path), digest) for status in ("posted", "duplicate", "duplicate")]


def test_a_zip_that_is_torn_or_of_something_else() -> None:
    whole = synthea.pack(folder())
    assert synthea.pack(dict(reversed(folder().items()))) == whole
    assert synthea.unpack(whole) == folder()
    for torn in (whole[:-40], b"PK\x03\x04", b"", whole[:200]):
        with pytest.raises(synthea.FolderError):
            synthea.unpack(torn)
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as zipped:
        zipped.writestr("letter.docx", b"x")
    assert importers.recognise(other.getvalue()) is None
    by_hand = io.BytesIO()
    with zipfile.ZipFile(by_hand, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, data in folder().items():
            zipped.writestr(f"output/csv/{name}", data)
    assert importers.recognise(by_hand.getvalue()) == "synthea" and synthea.unpack(by_hand.getvalue()) == folder()


def test_the_crosswalk_names_leaves_and_no_code_of_the_ama(settings) -> None:
    turned = crosswalk()
    assert all(not code.isdigit() and not code[:-1].isdigit() for code in turned.services.values())
    with pytest.raises(ValueError, match="no service code"):
        synthea.read_crosswalk('[default]\nservice = "x"\ndiagnosis = ""\n[services]\n[diagnoses]\n[payers]\n[classes]\n[states]\n')


@pytest.mark.django_db
@pytest.mark.skipif(not PUBLIC.is_dir(), reason="left out: the public samples are not here")
def test_the_public_folder_of_27_patients(practice: Practice) -> None:
    files = {path.name: path.read_bytes() for path in PUBLIC.glob("*.csv")}
    found = bring(practice, files)
    assert found.status == "posted", found.parts[:3]
    assert "27 patients," in found.message and "1267 claims with 1545 charges of 1,092,402.73" in found.message
    assert "own charges add up to 1,092,402.73" in found.message and "payments of 1,103,503.95" in found.message
    assert -practice.balances()["charges"] == 109_240_273 == sum(Charge.objects.values_list("charge_cents", flat=True))
    assert not any(one.code.startswith("default") for part in found.parts for one in part.problems)
    assert Patient.objects.count() == 27 and Claim.objects.count() == 1_267 and Visit.objects.count() == 576
    assert bring(practice, files).status == "duplicate"
