"""Charges that are no claim: posted, capped by law, never asked of a Medicaid member for a missed visit, on every report."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

import steward
from steward.banking.services.accounts import make_drawer
from steward.banking.services.drawers import open_drawer
from steward.billing.logic.other_charges import RecordsCap, read_policy, records_cap, returned_cap
from steward.billing.models import AccountHolder, OtherCharge, Statement
from steward.billing.papers import statement_letter, statement_pdf
from steward.billing.selectors.accounts import account
from steward.billing.selectors.reports.ageing import ageing, behind
from steward.billing.services.others import (
    OtherData,
    apply_to_other,
    enter_other,
    open_holder,
    set_sales_tax,
    settle_others,
    void_other,
)
from steward.billing.services.statements import make_statements
from steward.core.refusals import Denied, Refused
from steward.frontdesk.models import Appointment, Patient, VisitReason
from steward.ledger.models import Line
from steward.ledger.selectors import trial_balance
from steward.registry.models import Site
from steward.registry.types import AddressData
from tests.support import signed_in

from .conftest import Practice
from .test_statements import SELF

POLICY = read_policy((Path(steward.__file__).parent / "billing/data/other_charges.toml").read_text())


def patient_of(practice: Practice, ref: str = "P1", **row: str) -> Patient:
    practice.claims({"claim_ref": f"Z-{ref}", "line_ref": f"Z{ref}", "patient_ref": ref, "charge": "0.00", **SELF, **row})
    return Patient.objects.get(chart=ref)


def missed(practice: Practice, patient: Patient, day: dt.datetime | None = None) -> Appointment:
    day = day or practice.office.now - dt.timedelta(hours=3)
    reason, _new = VisitReason.objects.get_or_create(code="FU", name="Follow-up")
    return Appointment.objects.create(
        patient=patient, provider=practice.provider, site=practice.office.site, reason=reason, state="no_show",
        starts_at=day, ends_at=day + dt.timedelta(minutes=20), booked_at=day, no_show_at=day,
    )  # fmt: skip


def code(refused: pytest.ExceptionInfo[Refused]) -> str:
    return refused.value.refusals[0].code


def fee(practice: Practice, patient: Patient, cents: int = 2_500, **more: object) -> OtherCharge:
    data = OtherData("form", patient.party, cents, "school form", patient=patient, **more)  # type: ignore[arg-type]
    return enter_other(practice.office.call("biller"), data=data)


def test_a_form_is_owed_stated_aged_and_tied_to_the_books(practice: Practice) -> None:
    patient = patient_of(practice)
    row = fee(practice, patient)
    assert practice.balances() == {"ar_patient": 2_500, None: -2_500}
    assert Line.objects.get(account__code="4300").cents == -2_500
    biller, today = practice.office.call("biller"), practice.office.today
    view = account(biller.subject, patient.guarantor, today)
    assert (view.owed_cents, view.loose_cents, [one.owed_cents for one in view.others]) == (2_500, 0, [2_500])
    report = ageing(today, "patient")
    assert (report.cents, report.off_cents) == (2_500, 0)
    assert [one.other for one in behind(today, "age", None)] == [row]
    assert make_statements(biller).cents == 2_500
    told = Statement.objects.get()
    assert told.told["earlier"] == 0 and "Form or letter" in statement_letter(told)
    told.language = "es"
    assert "Formulario" in statement_letter(told) and statement_pdf(told).startswith(b"%PDF")


def test_void_is_a_reversal_and_refused_once_paid(practice: Practice) -> None:
    patient = patient_of(practice, copay_collected="10.00")
    row = fee(practice, patient)
    call = practice.office.call
    with pytest.raises(Refused):
        void_other(call("biller"), charge=row, reason=" ")
    (item,) = (Line.objects.filter(account__role="patient_prepaid").values_list("item", flat=True)).distinct()
    with pytest.raises(Refused):
        apply_to_other(call("biller"), charge=row, receipt_item=item, cents=1_001)
    apply_to_other(call("biller"), charge=row, receipt_item=item, cents=1_000)
    assert practice.balances()["ar_patient"] == 1_500 and "patient_prepaid" not in practice.balances()
    with pytest.raises(Refused) as refused:
        void_other(call("biller"), charge=row, reason="mistake")
    assert code(refused) == "paid"
    other = fee(practice, patient, 700)
    void_other(call("biller"), charge=other, reason="mistake")
    assert practice.balances()["ar_patient"] == 1_500
    with pytest.raises(Refused):
        void_other(call("biller"), charge=other, reason="again")


def test_on_a_later_day_another_person_voids_it(practice: Practice) -> None:
    row = fee(practice, patient_of(practice))
    practice.office.now += dt.timedelta(days=1)
    with pytest.raises(Refused) as refused:
        void_other(practice.office.call("biller"), charge=row, reason="mistake")
    assert code(refused) == "separation" and practice.balances()["ar_patient"] == 2_500
    void_other(practice.office.call("frontdesk"), charge=row, reason="mistake")
    assert "ar_patient" not in practice.balances()


def test_a_missed_appointment_is_charged_once(practice: Practice) -> None:
    patient = patient_of(practice)
    seen = missed(practice, patient)
    data = OtherData("no_show", patient.party, 2_500, patient=patient, appointment=seen)
    enter_other(practice.office.call("frontdesk"), data=data)
    with pytest.raises(Refused) as refused:
        enter_other(practice.office.call("frontdesk"), data=data)
    assert code(refused) == "exists"
    void_other(practice.office.call("biller"), charge=OtherCharge.objects.get(), reason="came after all")
    enter_other(practice.office.call("frontdesk"), data=data)
    Appointment.objects.update(state="booked")
    with pytest.raises(Refused) as refused:
        enter_other(practice.office.call("frontdesk"), data=data)
    assert code(refused) == "appointment"


def test_never_of_a_medicaid_member(practice: Practice) -> None:
    patient = patient_of(practice, "M1", payer_id="MCAID", member_id="W1")
    data = OtherData("no_show", patient.party, 2_500, patient=patient, appointment=missed(practice, patient))
    with pytest.raises(Refused) as refused:
        enter_other(practice.office.call("frontdesk"), data=data)
    assert code(refused) == "medicaid" and not OtherCharge.objects.exists()
    client = signed_in("frontdesk")
    answer = client.post(reverse("billing:missed", args=[data.appointment.uid]), {"cents": "25.00"})  # type: ignore[union-attr]
    assert answer.status_code == 422 and b"Medicaid" in answer.content


def test_products_carry_their_sites_tax(practice: Practice) -> None:
    patient, site = patient_of(practice), practice.office.site
    data = OtherData("product", patient.party, 1_999, "brace", patient=patient)
    call = practice.office.call
    with pytest.raises(Refused) as refused:
        enter_other(call("biller"), data=data)
    assert code(refused) == "no_rate"
    set_sales_tax(call("biller"), site=site, rate_ppm=62_500, starts_on=dt.date(2026, 1, 1), source="county table")
    set_sales_tax(call("biller"), site=site, rate_ppm=99_999, starts_on=dt.date(2027, 1, 1), source="county table")
    with pytest.raises(Refused):
        set_sales_tax(call("biller"), site=site, rate_ppm=1, starts_on=dt.date(2027, 1, 1), source="again")
    row = enter_other(call("biller"), data=data)
    assert (row.tax_cents, row.total_cents) == (125, 2_124)
    assert practice.balances() == {"ar_patient": 2_124, "sales_tax_payable": -125, None: -1_999}
    for change in ({"kind": "form"}, {"cents": 1}, {"tax_cents": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            OtherCharge.objects.filter(pk=row.pk).update(**change)


def test_the_cash_basis_shows_no_income_before_it_is_paid(practice: Practice) -> None:
    patient = patient_of(practice, copay_collected="21.24")
    set_sales_tax(practice.office.call("biller"), site=practice.office.site, rate_ppm=62_500, starts_on=dt.date(2026, 1, 1), source="x")  # fmt: skip
    row = enter_other(practice.office.call("biller"), data=OtherData("product", patient.party, 1_999, "brace", patient=patient))
    item = Line.objects.filter(account__role="patient_prepaid").values_list("item", flat=True)[0]
    apply_to_other(practice.office.call("biller"), charge=row, receipt_item=item, cents=2_124)
    cash = {line.account.code: line for line in trial_balance(practice.office.today, basis="cash").rows}
    assert cash["4400"].balance_cents == -1_999 and cash["2400"].balance_cents == -125
    fee(practice, patient, 5_000)
    unpaid = {line.account.code: line.balance_cents for line in trial_balance(practice.office.today, basis="cash").rows}
    assert not unpaid.get("4300") and not unpaid.get("1100"), "owed is no income"


def test_copies_stay_below_the_cap(practice: Practice) -> None:
    patient = patient_of(practice)
    Site.objects.update(state="NY")
    attorney = open_holder(practice.office.call("biller"), kind="attorney", name="Keel & Sons")
    ask = practice.office.call("biller")
    enter_other(ask, data=OtherData("records", attorney.party, 3_000, quantity=40, patient=patient))
    with pytest.raises(Refused) as refused:
        enter_other(ask, data=OtherData("records", attorney.party, 3_001, quantity=40, patient=patient))
    assert code(refused) == "cap"
    with pytest.raises(Refused):
        enter_other(ask, data=OtherData("records", patient.party, 651, quantity=40, patient=patient))
    enter_other(ask, data=OtherData("records", patient.party, 650, quantity=40, patient=patient))
    Site.objects.update(state="ZZ")
    with pytest.raises(Refused) as refused:
        enter_other(ask, data=OtherData("records", attorney.party, 100, quantity=40, patient=patient))
    assert code(refused) == "no_cap"


def test_an_employer_owes_is_told_and_pays(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEWARD_NOW", "2026-11-23T12:00:00-05:00")  # the drawer is of that day
    call = practice.office.call
    home = AddressData("1 Quarry Rd", "Springfield", "IL", "62701")
    row = open_holder(call("biller"), kind="employer", name="Granite Works", address=home)
    with pytest.raises(Refused):
        open_holder(call("biller"), kind="employer", party=row.party)
    with pytest.raises(Refused) as refused:
        open_holder(call("biller"), kind="employer", party=patient_of(practice).party)
    assert code(refused) == "patient"
    for n in (12_500, 5_000):
        enter_other(call("biller"), data=OtherData("service", row.party, n, "physical"))
    assert make_statements(call("biller")).cents == 17_500
    told = Statement.objects.get()
    assert told.told["holder"] and "insurance" not in statement_letter(told)
    drawer = make_drawer(call("administrator"), name="Front", site=practice.office.site)
    open_drawer(call("frontdesk"), drawer=drawer, float_cents=0)
    desk = signed_in("frontdesk")
    typed = {"cents": "150.00", "tender": "check", "check_no": "77"}
    assert desk.post(f"{reverse('banking:receipt_new')}?account={row.party.uid}", typed).status_code == 303
    assert settle_others(call("biller"), debtor=row.party) == 15_000
    assert settle_others(call("biller"), debtor=row.party) == 0
    view = account(call("biller").subject, row.party, practice.office.today)
    assert [one.owed_cents for one in view.others] == [2_500] and view.credit_cents == 0
    assert signed_in("biller").get(reverse("billing:account", args=[row.party.uid])).status_code == 200
    with pytest.raises(Denied):
        open_holder(call("clinician"), kind="other", name="Nobody")


@pytest.mark.parametrize(("field", "value", "refusal"), [
    ("cents", 0, "amount"), ("quantity", 0, "amount"), ("what", "", "what"), ("kind", "returned", "kind"), ("kind", "x", "kind"),
    ("what", "card 4111 1111 1111 1111", "card"), ("kind", "no_show", "appointment"),
])  # fmt: skip
def test_bad_input_is_told(practice: Practice, field: str, value: object, refusal: str) -> None:
    patient = patient_of(practice)
    values = {"kind": "form", "debtor": patient.party, "cents": 100, "what": "note", "patient": patient, field: value}
    with pytest.raises(Refused) as refused:
        enter_other(practice.office.call("biller"), data=OtherData(**values))  # type: ignore[arg-type]
    assert code(refused) == refusal
    with pytest.raises(Refused):
        enter_other(practice.office.call("biller"), data=OtherData("form", practice.blue.party, 100, "note"))


def test_screens(practice: Practice) -> None:
    patient = patient_of(practice)
    biller = signed_in("biller")
    typed = {"kind": "form", "what": "letter", "quantity": "1", "cents": "20"}
    made = biller.post(reverse("billing:other_new", args=[patient.uid]), typed)
    assert made.status_code == 303
    row = OtherCharge.objects.get()
    for name, args in (("others", []), ("holders", []), ("other", [row.uid]), ("sales_tax", []), ("other_new", [patient.uid])):
        assert biller.get(reverse(f"billing:{name}", args=args)).status_code == 200
    opened = {"kind": "employer", "name": "Granite", "street": "1 Quarry", "city": "Troy", "state": "ny", "zip": "12180"}
    assert biller.post(reverse("billing:holder_new"), opened).status_code == 303
    assert AccountHolder.objects.get().party.addresses.get().state == "NY"
    tax = {"site": practice.office.site.pk, "rate_ppm": "8.125", "starts_on": "2026-01-01", "source": "county"}
    assert biller.post(reverse("billing:sales_tax"), tax).status_code == 303
    assert biller.post(reverse("billing:other_void", args=[row.uid]), {"reason": "typo"}).status_code == 303
    assert signed_in("frontdesk").get(reverse("billing:others")).status_code == 403


def test_caps_are_dated_data() -> None:
    day = dt.date(2026, 11, 23)
    assert returned_cap(POLICY.returned, "FL", 5_000, day) == 2_500
    assert returned_cap(POLICY.returned, "FL", 5_001, day) == 3_000
    assert returned_cap(POLICY.returned, "FL", 100_000, day) == 5_000
    assert returned_cap(POLICY.returned, "ZZ", 100, day) is None
    assert records_cap(POLICY.records, "FL", "third_party", 30, day) == 2_625
    assert records_cap(POLICY.records, "TX", "third_party", 30, dt.date(1999, 1, 1)) is None
    assert not POLICY.confirmed


@given(st.integers(0, 5_000), st.integers(0, 5_000))
def test_more_pages_never_cost_less(first: int, more: int) -> None:
    row = RecordsCap("NY", "third_party", 100, ((10, 75), (20, 50), (0, 25)), dt.date(2000, 1, 1))
    assert row.cents(first) <= row.cents(first + more)
    by_page = 100 + sum(75 if n < 10 else 50 if n < 30 else 25 for n in range(first))
    assert row.cents(first) == by_page
