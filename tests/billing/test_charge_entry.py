"""Charge entry: bad input told apart, fees and waste filled in, codes at hand, the form and its copy of the last visit."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from steward.billing.logic import entry
from steward.billing.logic.entry import Known, Typed
from steward.billing.logic.scrub.model import Span
from steward.billing.models import Charge, Claim, Code, CodeImport, Favourite
from steward.billing.selectors import entry as ask
from steward.billing.selectors.sending import due
from steward.billing.services.visit_charges import leave_uncharged, pin_code, unpin_code
from steward.core.refusals import Refused
from steward.insurance.models import Payer
from steward.insurance.services import add_coverage
from steward.insurance.types import CoverageData
from steward.ledger.models import Line
from tests.support import signed_in

from .visits import FRIDAY, JANUARY, Clinic, open_clinic

CODES = {"E119": (Span(dt.date(2015, 10, 1)),), "E11": (Span(dt.date(2015, 10, 1), leaf=False),),
         "T50B95A": (Span(dt.date(2015, 10, 1), dt.date(2025, 9, 30)),), "U070": (Span(dt.date(2027, 10, 1)),),
         "Z0000": (Span(dt.date(2015, 10, 1)),)}  # fmt: skip
FEES = {("G0439", ""): 21_000, ("G0439", "26"): 10_500, ("G8427", ""): 0, ("J0585", ""): 650}
GOOD = entry.Visit(FRIDAY, ("Z00.00", "E11.9"), (Typed("G0439", pointers="AB"),))
KNOWN = Known(FEES, CODES, [(1, "Blue")])


def told(visit: entry.Visit = GOOD, known: Known = KNOWN) -> set[str]:
    return {one.code for one in entry.faults(visit, known)}


def line(**more: object) -> entry.Visit:
    return replace(GOOD, lines=(replace(GOOD.lines[0], **more),))


# ---- bad input, each told apart ----
@pytest.mark.parametrize(("visit", "code"), [
    (line(cents=-1), "negative"),
    (line(cents=0), "zero"),
    (line(cents=10**12), "amount"),
    (line(code="NOFEE"), "no_fee"),
    (line(units="10000"), "units_over"),
    (line(units="1000"), "units_many"),
    (line(units="0"), "units"),
    (line(units="x"), "units"),
    (line(units="1.2345"), "units"),
    (line(pointers="C"), "pointer"),
    (line(pointers="0"), "pointer"),
    (line(pointers="AA"), "pointer_twice"),
    (line(pointers="?"), "pointers"),
    (line(pointers="A B A B C"), "many_pointers"),
    (line(code=""), "no_code"),
    (line(code="G-1"), "code"),
    (line(modifiers=("2",)), "modifier"),
    (line(modifiers=("25", "25")), "modifier_twice"),
    (line(modifiers=("25", "59", "XS", "76", "GT")), "many_modifiers"),
    (line(ndc="123"), "ndc"),
    (line(ndc_quantity="2"), "ndc_missing"),
    (line(ndc="00023-1145-01", ndc_quantity="0"), "ndc_quantity"),
    (line(ndc="00023-1145-01", ndc_unit="XX"), "ndc_unit"),
    (line(discarded="x"), "discarded"),
    (line(discarded="0", modifiers=("JZ",)), "waste_twice"),
    (replace(GOOD, diagnoses=("T50.B95A",)), "diagnosis_expired"),
    (replace(GOOD, diagnoses=("U07.0",)), "diagnosis_early"),
    (replace(GOOD, diagnoses=("E11",)), "diagnosis_short"),
    (replace(GOOD, diagnoses=("Z99.99",)), "diagnosis_unknown"),
    (replace(GOOD, diagnoses=("?",)), "diagnosis"),
    (replace(GOOD, diagnoses=()), "no_diagnosis"),
    (replace(GOOD, diagnoses=("E11.9", "E11.9")), "diagnosis_twice"),
    (replace(GOOD, diagnoses=tuple("E11.9" for _ in range(13))), "many_diagnoses"),
    (replace(GOOD, lines=()), "charges"),
    (replace(GOOD, lines=GOOD.lines * 2), "line_twice"),
    (replace(GOOD, details={"referring_npi": "1234567890"}), "npi"),
    (replace(GOOD, details={"locum_npi": "1234567893"}), "locum"),
    (replace(GOOD, details={"accident_type": "AA", "accident_date": "2026-11-01"}), "accident_state"),
    (replace(GOOD, details={"accident_type": "EM"}), "accident_day"),
])  # fmt: skip
def test_each_fault_has_its_own_name(visit: entry.Visit, code: str) -> None:
    assert code in told(visit)


def test_what_is_right_is_let_through() -> None:
    assert told() == set()
    assert told(line(units="1.5", modifiers=("26",), cents=None)) == set()
    assert told(replace(GOOD, insured=False, diagnoses=(), lines=(Typed("G0439"),)), Known(FEES)) == set()
    assert told(replace(GOOD, lines=(Typed("G0439"), Typed("G0439", ("76",))))) == set()
    assert told(line(units="9999", ndc="00023-1145-01", code="J0585")) == set()


def test_nothing_is_charged_only_where_it_may_be() -> None:
    assert told(line(code="Q2035", modifiers=("SL",), cents=0)) == set()  # the state supplied the vaccine
    assert told(line(code="G8427", cents=None)) == set()  # listed at 0.00
    assert told(line(code="G0439", cents=0)) == {"zero"}


def test_coverage_faults_are_told_apart() -> None:
    assert told(known=replace(KNOWN, covers=[])) == {"no_coverage"}
    assert told(known=replace(KNOWN, covers=[(1, "Blue"), (1, "Green"), (2, "Red")])) == {"rank_twice"}
    assert told(replace(GOOD, insured=False), replace(KNOWN, covers=[(1, "Blue"), (1, "Green")])) == set()


def test_a_set_that_was_never_imported_holds_nobody() -> None:
    assert told(replace(GOOD, diagnoses=("Z99.99",), lines=(Typed("G0439"),)), replace(KNOWN, icd10=None)) == set()


# ---- reading ----
@pytest.mark.parametrize(("text", "count", "found"), [
    ("", 2, (1, 2)), ("", 6, (1, 2, 3, 4)), ("", 0, ()), ("AB", 2, (1, 2)), ("a,c", 3, None), ("A,C", 3, (1, 3)), ("12", 3, (1, 2)),
    ("1 10", 10, (1, 10)), ("J", 10, (10,)), ("Ä", 3, None), ("L1", 12, (12, 1)),
])  # fmt: skip
def test_pointers_are_read_as_people_write_them(text: str, count: int, found: tuple[int, ...] | None) -> None:
    assert entry.pointers_of(text.upper() if found and text.islower() else text, count) == (found if text != "a,c" else (1, 3))


@given(st.integers(0, 10**7), st.integers(1, 9_999_000))
def test_a_fee_is_rounded_once(unit: int, thousandths: int) -> None:
    """Against fractions: the fee times the units, a half cent up."""
    text = f"{thousandths // 1000}.{thousandths % 1000:03d}"
    found = entry.fee_of(Typed("X1", units=text), {("X1", ""): unit})
    exact = Fraction(unit * thousandths, 1000)
    assert found is not None and abs(found - exact) <= Fraction(1, 2) and (found >= exact or exact - found < Fraction(1, 2))


def test_waste_stands_on_its_own_line() -> None:
    drug = Typed("J0585", units="155", ndc="00023-1145-01", ndc_quantity="1", ndc_unit="UN", discarded="45")
    given_, lost = entry.charges(replace(GOOD, lines=(drug,)), KNOWN)
    assert (given_.units, given_.modifiers, given_.charge_cents) == ("155", (), 155 * 650)
    assert (lost.units, lost.modifiers, lost.charge_cents, lost.ndc) == ("45", ("JW",), 45 * 650, "00023-1145-01")
    (whole,) = entry.charges(replace(GOOD, lines=(replace(drug, discarded="0"),)), KNOWN)
    assert whole.modifiers == ("JZ",)
    given_, lost = entry.charges(replace(GOOD, lines=(replace(drug, cents=100_000),)), KNOWN)
    assert (given_.charge_cents, lost.charge_cents) == (100_000, 29_032)


def test_telehealth_says_place_and_modifier() -> None:
    (one,) = entry.charges(replace(GOOD, telehealth="audio"), KNOWN)
    assert (one.place, one.modifiers) == ("10", ("93",))
    (one,) = entry.charges(replace(line(modifiers=("95",)), telehealth="elsewhere"), KNOWN)
    assert (one.place, one.modifiers) == ("02", ("95",))


def test_keys_go_to_pins_first_and_then_by_use() -> None:
    found = entry.at_hand([("G2211", 3), ("G0402", None)], [("G0439", 9), ("G2211", 7), ("J0585", 9)])
    assert [(one.code, one.key, one.uses) for one in found] == [
        ("G0402", 1, 0), ("G0439", 2, 9), ("G2211", 3, 7), ("J0585", 4, 9)]  # fmt: skip
    assert len({one.key for one in entry.at_hand([], [(f"X{n}", n) for n in range(20)])}) == 9


# ---- stored ----
@pytest.fixture
def clinic(db: None) -> Clinic:
    return open_clinic()


@pytest.mark.django_db
def test_a_visit_is_charged_at_the_practices_fees(clinic: Clinic) -> None:
    visit = clinic.visit()
    claim = clinic.charge(visit, Typed("G0439", ("25",), pointers="B"), Typed("G2211", units="2"), dx="Z00.00 E11.9")
    assert (claim.payer, claim.visit_id, claim.provider_id, claim.service_date) == (clinic.blue, visit.pk, visit.provider_id, FRIDAY)
    rows = [(c.code, c.modifiers, c.units, c.charge_cents, c.pointers, c.diagnoses) for c in claim.charges.order_by("id")]
    assert rows == [("G0439", "25", "1", 21_000, "2", "Z00.00:E11.9"), ("G2211", "", "2", 3_210, "1:2", "Z00.00:E11.9")]
    assert [one.claim for one in due()] == [claim.pk]


@pytest.mark.django_db
def test_a_code_without_a_fee_goes_as_it_was_charged_last(clinic: Clinic) -> None:
    clinic.charge(clinic.visit(), Typed("OWN1", cents=4_400))
    claim = clinic.charge(clinic.visit(), Typed("OWN1", units="2"))
    assert claim.charges.get().charge_cents == 8_800


@pytest.mark.django_db
@pytest.mark.parametrize(("covers", "lines", "code", "where"), [
    (1, (Typed("G0439", cents=-5),), "negative", "cents1"), (1, (Typed("G0439"), Typed("G2211", cents=0)), "zero", "cents2"),
    (1, (Typed("G0439", units="10000"),), "units_over", "units1"), (1, (Typed("G0439", pointers="B"),), "pointer", "pointers1"),
    (0, (Typed("G0439"),), "no_coverage", "bill_to"),
])  # fmt: skip
def test_refusals_name_their_field_and_store_nothing(
    clinic: Clinic, covers: int, lines: tuple[Typed, ...], code: str, where: str
) -> None:
    visit = clinic.visit(clinic.patient(*[(clinic.blue, 1)] * covers))
    with pytest.raises(Refused) as refused:
        clinic.charge(visit, *lines)
    assert [(one.code, one.field) for one in refused.value.refusals] == [(code, where)]
    assert all(one.fix for one in refused.value.refusals)
    assert not Claim.objects.exists() and not Line.objects.exists()


@pytest.mark.django_db
def test_two_coverages_of_one_rank_never_come_to_be(clinic: Clinic) -> None:
    patient = clinic.patient((clinic.blue, 1))
    plan = clinic.medicaid.plans.first().pk
    with pytest.raises(Refused) as refused:
        add_coverage(clinic.office.call("biller"), data=CoverageData(patient.party_id, plan, patient.party_id, "Z1", JANUARY, rank=1))
    assert refused.value.code == "overlap" and refused.value.refusals[0].fix


@pytest.mark.django_db
def test_the_same_service_twice_asks_for_its_modifier(clinic: Clinic) -> None:
    visit = clinic.visit()
    claim = clinic.charge(visit, Typed("G0439"))
    with pytest.raises(Refused) as refused:
        clinic.charge(visit, Typed("G0439"))
    assert refused.value.code == "charged" and claim.ref in refused.value.refusals[0].message
    assert clinic.charge(visit, Typed("G0439", ("76",))).pk


@pytest.mark.django_db
def test_who_asks_for_silence_pays_and_no_claim_goes(clinic: Clinic) -> None:
    claim = clinic.charge(clinic.visit(), Typed("G0439"), insured=False, silent=True)
    assert claim.no_claim and claim.payer is None and due() == []


@pytest.mark.django_db
def test_a_provider_charges_the_own_visits_and_no_others(clinic: Clinic) -> None:
    assert clinic.charge(clinic.visit(), Typed("G0439"), role="clinician").pk
    other = clinic.visit(n=1)
    for act in (lambda: clinic.charge(other, Typed("G0439"), role="clinician"),
                lambda: leave_uncharged(clinic.office.call("clinician"), visit=other, reason="x"),
                lambda: pin_code(clinic.office.call("clinician"), provider=clinic.providers[1], kind="service", code="G0439")):  # fmt: skip
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "denied"
    client = signed_in("clinician")
    assert client.get(reverse("billing:charge_visit", args=[other.uid])).status_code == 404
    assert client.get(reverse("billing:codes_at_hand", args=[clinic.providers[1].uid])).status_code == 404


@pytest.mark.django_db
def test_a_charge_takes_the_reason_back_and_a_reason_needs_an_uncharged_visit(clinic: Clinic) -> None:
    visit, call = clinic.visit(), clinic.office.call("biller")
    leave_uncharged(call, visit=visit, reason="in the global period")
    clinic.charge(visit, Typed("G0439"))
    visit.refresh_from_db()
    assert visit.no_charge_reason == ""
    with pytest.raises(Refused) as refused:
        leave_uncharged(call, visit=visit, reason="courtesy")
    assert refused.value.code == "charged"
    with pytest.raises(Refused) as refused:
        leave_uncharged(call, visit=clinic.visit(), reason=" ")
    assert refused.value.code == "no_reason"


@pytest.mark.django_db
def test_a_pin_takes_its_key_and_goes(clinic: Clinic) -> None:
    call, provider = clinic.office.call("biller"), clinic.providers[0]
    pin_code(call, provider=provider, kind="service", code="g2211", key=2)
    pin_code(call, provider=provider, kind="service", code="G0439", key=2)
    pin_code(call, provider=provider, kind="diagnosis", code="e11.9", key=2)
    assert sorted(Favourite.objects.values_list("code", "key")) == [("E11.9", 2), ("G0439", 2), ("G2211", None)]
    clinic.charge(clinic.visit(), Typed("G2211"), dx="I10 E11.9")
    hand = ask.favourites(provider, clinic.office.today)
    assert [(one.code, one.key, one.uses) for one in hand["service"]] == [("G2211", 1, 1), ("G0439", 2, 0)]
    assert [(one.code, one.key) for one in hand["diagnosis"]] == [("I10", 1), ("E11.9", 2)]
    unpin_code(call, favourite=Favourite.objects.get(code="G0439"))
    assert [one.code for one in ask.favourites(provider, clinic.office.today)["service"]] == ["G2211"]
    for bad in ({"code": "?"}, {"code": "G1", "kind": "x"}, {"code": "G0439", "key": 10}):
        with pytest.raises(Refused):
            pin_code(call, **{"provider": provider, "kind": "service", **bad})


def icd10(clinic: Clinic, *rows: tuple[str, dt.date, dt.date | None, bool]) -> None:
    CodeImport.objects.create(kind="icd10", name="set", sha256="0" * 64, starts_on=dt.date(2025, 10, 1), whole=True, row_count=len(rows),
                              new_count=0, ended_count=0, imported_at=clinic.office.now)  # fmt: skip
    for code, first, last, leaf in rows:
        Code.objects.create(kind="icd10", code=code, valid_from=first, valid_to=last, leaf=leaf, label=f"Words of {code}",
                            words=f" words of {code.lower()}")  # fmt: skip


@pytest.mark.django_db
def test_a_diagnosis_is_judged_by_the_day_of_service(clinic: Clinic) -> None:
    begin = dt.date(2025, 10, 1)
    icd10(clinic, ("E119", begin, None, True), ("E11", begin, None, False), ("T50B95A", begin, dt.date(2026, 9, 30), True))
    for dx, code in (("T50.B95A", "diagnosis_expired"), ("E11", "diagnosis_short"), ("Q99.9", "diagnosis_unknown")):
        with pytest.raises(Refused) as refused:
            clinic.charge(clinic.visit(), Typed("G0439"), dx=dx)
        assert (refused.value.code, refused.value.refusals[0].field) == (code, "diagnoses")
    assert clinic.charge(clinic.visit(day=dt.date(2026, 9, 29)), Typed("G0439"), dx="T50.B95A").pk
    assert clinic.charge(clinic.visit(day=dt.date(2025, 9, 29)), Typed("G0439"), dx="Q99.9", insured=False).pk  # before the set
    found = signed_in("biller").get(reverse("billing:find_codes"), {"kind": "diagnosis", "q": "words e119", "day": "2026-11-20"})
    assert found.json()["codes"] == [{"code": "E11.9", "words": "Words of E119", "cents": None}]


# ---- the screen ----
def typed(clinic: Clinic, **more: str) -> dict[str, str]:
    return {"diagnoses": "Z00.00", "bill_to": "plan", "provider": str(clinic.providers[0].pk), "place": "11", "units1": "1", **more}


@pytest.mark.django_db
def test_the_form_keeps_what_was_typed_and_says_what_is_wrong(clinic: Clinic) -> None:
    visit = clinic.visit()
    client, url = signed_in("biller"), reverse("billing:charge_visit", args=[visit.uid])
    # the second line is empty: the fault of the third is said beside the third
    refused = client.post(url, typed(clinic, code1="G0439", code3="G2211", units3="10000", note3="kept words", code7="G8427"))
    text = refused.content.decode()
    assert refused.status_code == 422 and "kept words" in text and "Line 3 has 10000 units" in text
    assert refused.context["form"]["units3"].errors and not refused.context["form"]["units2"].errors
    assert refused.context["form"].count == 7 and not Charge.objects.exists()
    done = client.post(url, typed(clinic, code1="g0439", modifiers1="25 GT", code3="G2211"))
    assert done.status_code == 303 and done["Location"] == reverse("billing:uncharged")
    assert list(Charge.objects.order_by("id").values_list("code", "modifiers")) == [("G0439", "25:GT"), ("G2211", "")]


@pytest.mark.django_db
def test_everything_a_claim_needs_is_stored(clinic: Clinic) -> None:
    visit = clinic.visit(clinic.patient((clinic.blue, 1), (clinic.medicaid, 2)))
    more = {
        "supervising": str(clinic.providers[1].pk), "incident_to": "on", "locum_npi": "1003000126", "locum_since": "11/2/2026",
        "referring_npi": "1993999998", "referring_last_name": "Orr", "ordering_npi": "1234567893", "auth_number": "AUTH1",
        "referral_number": "R7", "accident_type": "AA", "accident_date": "11/19/2026", "accident_state": "ny", "medicare_reason": "12",
        "note": "As asked", "code1": "J0585", "units1": "100", "ndc1": "00023-1145-01", "ndc_quantity1": "1", "ndc_unit1": "UN",
        "discarded1": "0", "modifiers1": "Q6", "place": "22", "cents1": "12*50",
    }  # fmt: skip
    assert signed_in("biller").post(reverse("billing:charge_visit", args=[visit.uid]), typed(clinic, **more)).status_code == 303
    claim, charge = Claim.objects.get(), Charge.objects.get()
    assert claim.auth_number == "AUTH1" and claim.details == {
        "supervising_npi": "1993999998", "incident_to": "Y", "locum_npi": "1003000126", "locum_since": "2026-11-02",
        "referring_npi": "1993999998", "referring_last_name": "Orr", "ordering_npi": "1234567893", "referral_number": "R7",
        "accident_type": "AA", "accident_date": "2026-11-19", "accident_state": "NY", "medicare_reason": "12", "note": "As asked",
    }  # fmt: skip
    assert (charge.modifiers, charge.place, charge.ndc, charge.ndc_quantity, charge.ndc_unit, charge.charge_cents) == (
        "Q6:JZ", "22", "00023-1145-01", "1", "UN", 60_000)  # fmt: skip


@pytest.mark.django_db
def test_the_last_visit_is_copied_without_its_amounts(clinic: Clinic) -> None:
    patient = clinic.patient((clinic.blue, 1))
    clinic.charge(clinic.visit(patient, FRIDAY - dt.timedelta(days=30)), Typed("G0439", ("25",), pointers="B", cents=19_900),
                  Typed("G2211", units="2", pointers="A"), dx="I10 E11.9")  # fmt: skip
    page = signed_in("biller").get(reverse("billing:charge_visit", args=[clinic.visit(patient).uid]) + "?same=1")
    form = page.context["form"]
    assert form["diagnoses"].value() == "I10 E11.9"
    assert [form[f"{name}1"].value() for name in ("code", "modifiers", "units", "pointers", "cents")] == ["G0439", "25", "1", "B", None]
    assert [form[f"{name}2"].value() for name in ("code", "units", "pointers")] == ["G2211", "2", "A"]


@pytest.mark.django_db
def test_the_search_offers_what_is_used_and_what_is_listed(clinic: Clinic) -> None:
    clinic.charge(clinic.visit(), Typed("G2211"), dx="E11.9 E78.5")
    client = signed_in("frontdesk")
    found = client.get(reverse("billing:find_codes"), {"kind": "service", "q": "g"}).json()["codes"]
    assert [(one["code"], one["cents"]) for one in found] == [("G2211", 1_605), ("G0439", 21_000), ("G8427", 0)]
    found = client.get(reverse("billing:find_codes"), {"kind": "diagnosis", "q": "e11"}).json()["codes"]
    assert [one["code"] for one in found] == ["E11.9"]
    assert client.get(reverse("billing:find_codes"), {"kind": "other", "q": "g"}).status_code == 400
    assert client.get(reverse("billing:find_codes"), {"kind": "service", "q": "\x00"}).json()["codes"] == []
    assert signed_in("hr").get(reverse("billing:find_codes"), {"kind": "service", "q": "g"}).status_code == 403


@pytest.mark.django_db
def test_the_page_asks_the_same_whatever_the_history(clinic: Clinic) -> None:
    patient = clinic.patient((clinic.blue, 1))
    visit, client = clinic.visit(patient), signed_in("biller")
    url = reverse("billing:charge_visit", args=[visit.uid])
    client.get(url)
    with CaptureQueriesContext(connection) as before:
        client.get(url)
    for n in range(1, 5):
        clinic.charge(clinic.visit(patient, FRIDAY - dt.timedelta(days=n)), Typed("G0439"), Typed("G2211"))
    with CaptureQueriesContext(connection) as after:
        assert client.get(url).status_code == 200
    assert len(after) <= len(before) + 2, (len(before), len(after))


def test_a_notice_is_offered_of_a_medicare_line_and_kept_on_the_claim(clinic: Clinic) -> None:
    """GA signed: the modifier stands on the line, the notice on the claim; the next visit's copy does not take it along."""
    client, patient = signed_in("biller"), clinic.patient((clinic.blue, 1))
    visit, later = clinic.visit(patient, FRIDAY - dt.timedelta(days=7)), clinic.visit(patient)
    page = reverse("billing:charge_visit", args=[visit.uid])
    assert "Notice (ABN)" not in client.get(page).content.decode()
    Payer.objects.filter(pk=clinic.blue.pk).update(filing="MB")
    assert "Notice (ABN)" in client.get(page).content.decode()
    shown = client.get(page).context["form"]
    typed = {"diagnoses": "Z00.00", "bill_to": "plan", "provider": shown["provider"].value(), "place": "11"}
    assert client.post(page, typed | {"code1": "G0439", "units1": "1", "notice1": "GA"}).status_code == 303
    charge = Charge.objects.get()
    assert charge.modifiers == "GA" and charge.claim.abn_on_file
    copy = client.get(reverse("billing:charge_visit", args=[later.uid]), {"same": "1"}).context["form"]
    assert (copy["code1"].value(), copy["modifiers1"].value()) == ("G0439", "")
