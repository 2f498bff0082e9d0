"""A practice with something in every list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction

from steward.banking.logic.bai2_writer import write_bai2
from steward.banking.logic.nacha import parse_nacha_returns
from steward.banking.logic.processor_csv import parse_processor_csv
from steward.banking.logic.statement import BankLine, Statement, numbered
from steward.banking.models import BankAccount, LearnedRule, Reconciliation
from steward.banking.services import FlowData, accounts, deposits, keep_returns_many, plan_flow, receipts
from steward.banking.services.payouts import take_payout
from steward.banking.services.written import write_check
from steward.billing.logic.remittance_writer import write
from steward.billing.models import Batch, Charge, CodeImport, Dispute, Exclusion, ExclusionMatch, PaperEob, Submission
from steward.billing.models import Statement as PatientStatement
from steward.billing.services.compensation import make_contract
from steward.billing.services.decisions import write_off
from steward.billing.services.others import OtherData, enter_other, open_holder
from steward.budget.services import draft_budget
from steward.core.ids import new_uid
from steward.core.web import limits
from steward.desk.imports import import_content
from steward.findings.models import Found
from steward.frontdesk import services as frontdesk
from steward.frontdesk.models import VisitReason
from steward.frontdesk.types import BookingData
from steward.insurance.models import Estimate, FeeSchedule, Grant, Payer
from steward.insurance.services import load_default_rules
from steward.ledger.importers import post_file
from steward.ledger.services import ScheduleData, make_schedule
from steward.ledger.types import LineDraft
from steward.people.services import create_employee
from steward.people.types import EmployeeData
from steward.registry import services as registry
from steward.registry.models import Entity
from steward.registry.types import DepartmentData, PersonData, PlaceData
from tests.banking.logic.test_nacha import GOOD as RETURNED
from tests.billing.samples import ENVELOPE, cas, claim, remittance, service_line
from tests.desk.world import START, World, build

JOURNAL = b"""[{"key": "J-1", "date": "2026-11-20", "memo": "Bank fee", "lines": [
  {"account": "bank_fees", "cents": 1250}, {"account": "bank_operating", "cents": -1250}]}]"""


@pytest.fixture(autouse=True)
def fresh_counters(monkeypatch: pytest.MonkeyPatch) -> None:
    """The counters of rates are shared by all tests of a process; no window ends in the middle of a test."""
    cache.clear()
    monkeypatch.setattr(limits, "wall_seconds", lambda: 1_800_000_000.0)


@pytest.fixture
def world(db: Any) -> World:
    """Two of everybody, and besides a denial, a payment nobody can place, a deposit, bank lines, a place, an employee."""
    return whole_world()


@pytest.fixture(scope="module")
def kept(migrated: None, django_db_blocker: Any) -> Iterator[World]:
    """The same, made once for a module all of whose tests want it: each of them runs in a savepoint inside."""
    with django_db_blocker.unblock(), transaction.atomic():
        cache.clear()
        yield whole_world()
        transaction.set_rollback(True)


def whole_world() -> World:
    """The practice of ``world``, made where one stands."""
    world = build()
    office = world.office
    system = office.system()
    Entity.objects.filter(is_practice=True).update(npi="1234567893", tin="123456789")
    Payer.objects.update(ein="512345678")
    load_default_rules(system)
    FeeSchedule.objects.create(name="Blue Harbor 2026")
    Found.objects.create(
        key="0123456789abcdef", check_name="negative_cash", severity="high", rank=0, title="The drawer stood at -75.00",
        evidence=[{"kind": "account", "ref": "1010", "amount_cents": -7500}], confidence_ppm=1_000_000, cents=7500,
        fingerprint="0123456789abcdef", first_seen=office.now, last_seen=office.now,
    )  # fmt: skip
    Estimate.objects.create(
        number=1, kind="selfpay", patient=world.patients[0].party, service_day=dt.date(2026, 12, 1), total_cents=15000,
        patient_cents=15000, made_at=office.now,
    )  # fmt: skip
    PatientStatement.objects.create(
        number=1, guarantor=world.patients[0].party, cents=2000, told={"lines": [], "owed": 2000, "prepaid": 0}, cycle_days=28,
        made_on=office.today, made_at=office.now, due_on=office.today + dt.timedelta(days=21),
    )  # fmt: skip
    Grant.objects.create(
        kind="referral", patient=world.patients[0].party, payer=Payer.objects.get(), asked_on=dt.date(2026, 11, 2)
    )
    CodeImport.objects.create(
        kind="hcpcs", name="HCPC2026_OCT.txt", sha256="a" * 64, starts_on=dt.date(2026, 10, 1), whole=True, row_count=1, new_count=1,
        ended_count=0, imported_at=office.now,
    )  # fmt: skip
    holder = open_holder(system, kind="employer", name="Granite Works")
    enter_other(system, data=OtherData("service", holder.party, 12_500, "physical"))
    enter_other(system, data=OtherData("form", world.patients[0].party, 2_000, "school form", patient=world.patients[0]))
    rent = (LineDraft(role="suspense", cents=240_000), LineDraft(role="bank_operating", cents=-240_000))
    make_schedule(office.call("bookkeeper"), uid=new_uid(), data=ScheduleData("recurring", "Rent", dt.date(2026, 12, 1), rent))
    plan_flow(office.call("administrator"), data=FlowData("Payroll", "payroll", -1_200_000, dt.date(2026, 11, 27), "two_weeks"))
    Reconciliation.objects.create(
        bank_account=BankAccount.objects.earliest("pk"), statement_on=dt.date(2026, 9, 30), bank_cents=0, book_cents=0,
        outstanding_cents=0, sheet={}, finished_at=office.now,
    )  # fmt: skip
    write_check(
        office.call("bookkeeper"), uid=new_uid(), bank_account=BankAccount.objects.earliest("pk"), day=office.today, payee="Ridge Properties",
        lines=[("6000", 240_000, "Rent")],
    )  # fmt: skip
    make_contract(office.call("owner"), provider=world.providers[0], starts_on=dt.date(2026, 1, 1), share_ppm=400_000)
    draft_budget(office.call("bookkeeper"), uid=new_uid(), name="Budget 2027", first_on=dt.date(2027, 1, 1))
    _uncharged_visit(world)
    registry.create_place(system, data=PlaceData("Exam 1", office.site.pk, "exam"))
    registry.create_department(system, data=DepartmentData("MED", "Medicine"))
    create_employee(system, data=EmployeeData("Biller", office.entity.pk, START), person=PersonData("Staffer", "Sue"))
    post_file(office.call("bookkeeper"), content=JOURNAL, name="journal.json")  # queues a review by a second person
    receipts.take_receipt(
        office.call("frontdesk"), tender="check", check_no="101", cents=4000, party=world.patients[0].party
    )
    keep_returns_many(office.call("bookkeeper"), returns=parse_nacha_returns(RETURNED.encode()).returns, content=b"ACH", name="r.ach")
    bank = BankAccount.objects.get(account__role="bank_operating")
    accounts.change_bank_account(system, account=bank, number="0000123456")
    deposits.make_deposit(office.call("administrator"), bank_account=bank)
    paid = b"payout,payout_on,kind,amount\nPO-1,2026-11-20,fee,9.95\nPO-1,2026-11-20,paid,-9.95\n"
    take_payout(office.call("bookkeeper"), read=parse_processor_csv(paid)[0], content=paid, name="payouts.csv")
    late = office.now - dt.timedelta(days=60)
    Dispute.objects.create(
        number=1, payer=Payer.objects.get(), asked_cents=3000, told={}, made_at=office.now, sent_on=office.today,
        answer_by=office.today + dt.timedelta(days=45), how="fax",
    )  # fmt: skip
    excluded = Exclusion.objects.create(
        key="k", name="Ida Stone", last_key="stone", first_key="ida", organisation=False, excluded_on=dt.date(2020, 1, 1),
        listed_from=dt.date(2026, 10, 1),
    )
    ExclusionMatch.objects.create(
        exclusion=excluded, party=Entity.objects.get(is_practice=True).party, role="vendor", how="name", found_on=office.today
    )
    PaperEob.objects.create(
        payer=Payer.objects.get(), entity=Entity.objects.get(is_practice=True), method="CHK", trace="4411",
        paid_on=dt.date(2026, 11, 20), cents=9000, changed_at=office.now,
    )  # fmt: skip
    batch = Batch.objects.create(
        number=1, form="P", payer=Payer.objects.get(), file=world.file, name="1.837", claim_count=1, charge_cents=15000,
        written_at=late,
    )  # fmt: skip
    Submission.objects.create(batch=batch, claim=world.claims[1], position=1, charge_cents=15000, sent_at=late)
    posted = [import_content(office.call(role), content, name) for role, content, name in files(world)]
    LearnedRule.objects.create(
        bank_account=bank, text="monthly service charge", inward=False, least_cents=100, most_cents=5_000, account=bank.account, made_at=office.now
    )
    assert [one.status for one in posted] == ["posted", "posted"], [
        part.problems for one in posted for part in one.parts
    ]
    # a small balance of the claim nobody answered: given up without a second person
    charge = Charge.objects.get(claim=world.claims[1])
    write_off(office.call("biller"), charge=charge, role="admin_writeoff", cents=100, reason="Too small", payer=Payer.objects.get())
    return world


def _uncharged_visit(world: World) -> None:
    """A patient of the first provider who came and was not charged."""
    office = world.office
    starts = dt.datetime.combine(office.today, dt.time(14), office.clock.zone)
    data = BookingData(world.patients[0].pk, world.providers[0].pk, office.site.pk, VisitReason.objects.get().pk, starts_at=starts)
    frontdesk.check_in(office.call("frontdesk"), appointment=frontdesk.book(office.system(), data=data))


def files(world: World) -> tuple[tuple[str, bytes, str], ...]:
    """A remittance (one denial, one claim nobody knows) and a bank statement, with who brings them."""
    denied = claim(world.claims[0].ref, service_line(15000, cas("CO", "16", 15000)))
    lost = claim("NOBODYS", service_line(5000))
    sent = replace(remittance(denied, lost), payer_id="", payer_refs=())
    day = dt.date(2026, 11, 20)
    lines = numbered(BankLine(day, cents, f"LINE {cents}") for cents in (500, -200))
    statement = Statement(
        "0000123456",
        lines,
        "021000021",
        opening_cents=1000,
        closing_cents=1300,
        closing_on=day,
        starts_on=day,
        ends_on=day,
    )
    return (
        ("biller", write([sent], ENVELOPE), "era.835"),
        ("bookkeeper", write_bai2((statement,), day, sender="021000021", receiver="CEDAR"), "bank.bai"),
    )
