"""What site, payer, plan and coverage say of a claim: 837I for departments and health centres, CLIA, assignment, referrals,
days to file by contract."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from steward.billing.logic import cms1500
from steward.billing.logic.outgoing.institutional import OUTPATIENT
from steward.billing.logic.outgoing.model import Address
from steward.billing.logic.revenue import read_revenue
from steward.billing.models import Claim
from steward.billing.selectors.outgoing import Wanted, outgoing
from steward.billing.selectors.rules import revenue
from steward.billing.selectors.scrubbing import held_by
from steward.billing.services.paper_claims import print_claims
from steward.core.files.selectors import content
from steward.core.refusals import Refused
from steward.insurance.models import Contract, Coverage, Payer, Plan
from steward.insurance.selectors import coverages_of
from steward.insurance.services import update_coverage
from steward.insurance.types import CoverageData
from steward.registry.models import Site
from steward.registry.services import update_site
from steward.registry.states import BillType
from steward.registry.types import SiteData
from tests.support import signed_in

from .conftest import Practice
from .samples import cas, claim, remittance, service_line
from .test_sending import CLEAN, ready, write  # noqa: F401
from .validators import pyx12_findings

VISIT = {**CLEAN, "code": "G0467", "charge": "180.00"}
CLIA = "11D1234567"


def values(site: Site, **change) -> SiteData:
    names = ("code", "name", "place_of_service", "phone", "street", "city", "state", "zip")
    return SiteData(**{**{name: getattr(site, name) for name in names}, "entity": site.entity_id, **change})


def value_of(ref: str = "C-1", rank: int = 1):
    (found,) = outgoing([Wanted(Claim.objects.get(ref=ref).pk, rank)]).values()
    return found


@pytest.fixture
def centre(ready: Practice) -> Practice:  # noqa: F811
    """The practice's site is a community health centre; Medicaid takes its claims as 837I, Blue Harbor does not."""
    site = Site.objects.get()
    update_site(ready.office.call("administrator"), site=site, data=values(site, bill_type="77", revenue="0521"))
    Payer.objects.filter(code="MCAID").update(institutional=True)
    return ready


def test_the_registrys_kinds_are_those_that_are_written() -> None:
    assert set(BillType.values) == set(OUTPATIENT)


def test_the_first_row_that_names_a_service_gives_its_revenue_code() -> None:
    table = revenue()
    assert [table.of(code, "77", "0521") for code in ("G0467", "G0470", "Q0111", "J3420", "X1")] == [
        "0521", "0900", "0300", "0521", "0521"]  # fmt: skip
    assert table.of("J3420", "13", "0510") == "0636"
    with pytest.raises(ValueError, match="four digits"):
        read_revenue('[[row]]\ncodes = ["G0001"]\nrevenue = "52"')


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "code"),
    [({"bill_type": "11", "revenue": "0510"}, "inpatient"), ({"bill_type": "77", "revenue": "0120"}, "inpatient"),
     ({"bill_type": "99", "revenue": "0510"}, "bill_type"), ({"revenue": "0510"}, "bill_type"),
     ({"bill_type": "77", "revenue": "52"}, "revenue"), ({"clia": "11D12"}, "clia"), ({"clia_kind": "waiver"}, "clia"),
     ({"clia": CLIA}, "clia_kind"), ({"npi": "1234567890"}, "npi")],
)  # fmt: skip
def test_what_a_site_cannot_be_is_refused(ready: Practice, change: dict, code: str) -> None:  # noqa: F811
    site = Site.objects.get()
    with pytest.raises(Refused) as refused:
        update_site(ready.office.call("administrator"), site=site, data=values(site, **change))
    assert refused.value.code == code


@pytest.mark.django_db
def test_a_health_centres_claim_is_institutional_where_the_payer_takes_it_so(centre: Practice, tmp_path: Path) -> None:
    centre.claims({**VISIT, "payer_id": "MCAID", "member_id": "M7"},
                  {**VISIT, "payer_id": "MCAID", "member_id": "M7", "line_ref": "L2", "code": "Q0111", "charge": "20"},
                  {**VISIT, "claim_ref": "C-2", "patient_ref": "P2"})  # fmt: skip
    Site.objects.update(clia=CLIA, clia_kind="compliance")
    done = write(centre)
    assert done.held == ()
    by_form = {batch.form: content(batch.file).decode() for batch in done.batches}
    assert set(by_form) == {"I", "P"} and all(pyx12_findings(text, tmp_path) == [] for text in by_form.values())
    assert "005010X223A2" in by_form["I"] and "CLM*C-1*200***77:A:1" in by_form["I"]
    assert "SV2*0521*HC:G0467*180*UN*1~" in by_form["I"] and "SV2*0300*HC:Q0111*20*UN*1~" in by_form["I"]
    assert "CLM*C-2*180***11:B:1" in by_form["P"]


@pytest.mark.django_db
def test_the_second_payer_may_want_it_as_837i_and_learns_what_the_first_said(centre: Practice, tmp_path: Path) -> None:
    centre.claims({**VISIT, "payer2_id": "MCAID", "member2_id": "X9"})
    (first,) = write(centre).batches
    answer = claim("C-1", service_line(18_000, cas("CO", "45", 5_000), cas("PR", "2", 2_000), code="G0467", control="L1"))
    assert first.form == "P" and centre.remit(remittance(answer)).status == "posted"
    (second,) = write(centre).batches
    text = content(second.file).decode()
    assert (second.form, second.payer.code) == ("I", "MCAID") and pyx12_findings(text, tmp_path) == []
    assert "SVD*60054*110*HC:G0467*0521*1~" in text and "AMT*D*110~" in text


@pytest.mark.django_db
def test_an_institutional_claim_is_not_printed_on_the_professional_form(centre: Practice) -> None:
    centre.claims({**VISIT, "payer_id": "MCAID", "member_id": "M7"})
    done = print_claims(centre.office.call("biller"))
    assert done.batches == () and [one.problems[0].code for one in done.held] == ["paper_form"]


@pytest.mark.django_db
def test_the_sites_clia_number_goes_with_laboratory_work_alone(ready: Practice) -> None:  # noqa: F811
    ready.claims({**CLEAN, "code": "G0328", "modifiers": "QW"}, {**CLEAN, "claim_ref": "C-2", "patient_ref": "P2"},
                 {**CLEAN, "claim_ref": "C-3", "patient_ref": "P3", "code": "G0328"})  # fmt: skip
    today = ready.office.call("biller").today
    assert "clia-missing" in {one.rule for one in held_by(Claim.objects.get(ref="C-1"), today)}
    Site.objects.update(clia=CLIA, clia_kind="waiver")
    assert (value_of("C-1").clia, value_of("C-2").clia) == (CLIA, "")
    assert not [one for one in held_by(Claim.objects.get(ref="C-1"), today) if one.rule.startswith("clia")]
    assert "clia-qw" in {one.rule for one in held_by(Claim.objects.get(ref="C-3"), today)}, "a waiver wants QW"
    Site.objects.update(clia_kind="compliance")
    assert "clia-qw" not in {one.rule for one in held_by(Claim.objects.get(ref="C-3"), today)}


@pytest.mark.django_db
def test_who_is_paid_is_what_patient_and_practice_agreed(ready: Practice, tmp_path: Path) -> None:  # noqa: F811
    ready.claims({**CLEAN, "payer2_id": "MCAID", "member2_id": "X9"}, {**CLEAN, "claim_ref": "C-2", "patient_ref": "P2"})
    row = Coverage.objects.get(patient__patient__chart="P1", rank=1)
    data = CoverageData(row.patient_id, row.plan_id, row.subscriber_id, row.member_id, row.starts_on, assigned=False)
    update_coverage(ready.office.call("frontdesk"), coverage=row, data=data)
    Payer.objects.filter(code="BLUE").update(assignment=False)
    (batch,) = write(ready).batches
    text = content(batch.file).decode()
    assert pyx12_findings(text, tmp_path) == []
    assert "CLM*C-1*150***11:B:1*Y*C*N*Y~" in text and "CLM*C-2*150***11:B:1*Y*C*Y*Y~" in text and "OI***Y***Y~" in text
    marks = {mark.box: mark for page in cms1500.pages(value_of("C-1"), Address(), dt.date(2026, 11, 23)) for mark in page}
    assert "13" not in marks and marks["27"].column == 43
    assert "13" in {mark.box for page in cms1500.pages(value_of("C-2"), Address(), dt.date(2026, 11, 23)) for mark in page}


@pytest.mark.django_db
def test_a_plan_that_wants_a_referral_holds_a_claim_without_one(ready: Practice) -> None:  # noqa: F811
    ready.claims(CLEAN)
    row, today = Claim.objects.get(), ready.office.call("biller").today
    assert "referral-missing" not in {one.rule for one in held_by(row, today)}
    Plan.objects.filter(payer__code="BLUE").update(referral=True)
    assert "referral-missing" in {one.rule for one in held_by(row, today)}
    Claim.objects.update(details={**row.details, "referral_number": "R1"})
    assert "referral-missing" not in {one.rule for one in held_by(Claim.objects.get(), today)}


@pytest.mark.django_db
def test_days_to_file_are_the_contracts_before_the_payers(ready: Practice) -> None:  # noqa: F811
    ready.claims({**CLEAN, "service_date": "2026-09-01"})
    Payer.objects.filter(code="BLUE").update(filing_limit_days=365)
    row, today = Claim.objects.get(), ready.office.call("biller").today
    late = (today - dt.date(2026, 9, 1)).days > 60
    assert late and "timely-payer" not in {one.rule for one in held_by(row, today)}
    Contract.objects.create(payer=ready.blue, name="2026", starts_on=dt.date(2026, 1, 1), filing_limit_days=60, source="paper")
    assert "timely-payer" in {one.rule for one in held_by(row, today)}


@pytest.mark.django_db
def test_the_screens_keep_it(ready: Practice) -> None:  # noqa: F811
    ready.claims(CLEAN)
    site, client = Site.objects.get(), signed_in("administrator")
    page = f"/registry/sites/{site.uid}/"
    form = {"code": site.code, "name": site.name, "entity": site.entity_id, "place_of_service": "50", "phone": site.phone,
            "street": site.street, "city": site.city, "state": site.state, "zip": site.zip, "bill_type": "77",
            "revenue": "0521", "clia": CLIA.lower(), "clia_kind": "ppm"}  # fmt: skip
    assert client.post(f"{page}edit/", form).status_code == 303
    shown = client.get(page).content.decode()
    assert "Community health centre (77)" in shown and CLIA in shown
    assert client.get(f"{page}edit/").content.decode().count("selected") >= 2
    payer = f"/insurance/payers/{ready.blue.uid}/"
    assert "837I" not in client.get(payer).content.decode()
    told = {"code": "BLUE", "name": "Blue Harbor", "filing": "CI", "institutional": "on"}
    assert client.post(f"{payer}edit/", told).status_code == 303
    shown = client.get(payer).content.decode()
    assert "837I" in shown and "not accepted" in shown
    (cover,) = coverages_of([Claim.objects.get().patient.party_id])
    desk = signed_in("frontdesk")
    edit = f"/frontdesk/coverage/{cover.uid}/"
    assert 'name="assigned"' in desk.get(edit).content.decode()
