"""The evening: counted blind, logged, reasoned, proved, signed by two, locked."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from steward.banking.models import BankAccount, DayClose, DrawerSession
from steward.banking.selectors.sheet import DayFacts, day_sheet, proofs
from steward.banking.services import closing, drawers, receipts
from steward.billing.selectors.visits import day_facts
from steward.core.clock import FixedClock
from steward.core.refusals import Refused
from steward.frontdesk.models import Appointment
from steward.frontdesk.states import State
from steward.ledger import services as ledger
from steward.ledger.types import EntryDraft, LineDraft
from steward.registry.models import Party
from tests.banking.test_day_of_money import TODAY, ana, bank, drawer, refusal, role, session, take
from tests.desk.world import build

__all__ = ["ana", "bank", "drawer", "session"]
MAIL = {"mail": "No mail came"}


def post(
    office: Any, *lines: tuple[str, int], day: dt.date = TODAY, journal: str = "charges", ar: Party | None = None
) -> int:
    drafts = tuple(
        LineDraft(role=name, cents=cents, party=ar.pk if ar and name == "ar_patient" else None,
                  party_role="patient" if ar and name == "ar_patient" else "", item="charge:x")
        for name, cents in lines
    )  # fmt: skip
    draft = EntryDraft(uuid4(), day, "test", journal, "test.day", "1", drafts)
    return ledger.post(office.system(), draft=draft).number


def a_day_of_care(office: Any, ana: Party) -> None:
    """Yesterday 100.00 of charges; today 200.00 more, an 835 that pays 120.00 and writes off 30.00, a copay applied."""
    post(office, ("ar_insurance", 10000), ("charges", -10000), day=TODAY - dt.timedelta(days=1))
    post(office, ("ar_insurance", 20000), ("charges", -20000))
    post(office, ("era_clearing", 12000), ("contractual", 3000), ("ar_insurance", -15000), journal="remittance")
    post(office, ("eft_in_transit", 12000), ("era_clearing", -12000), journal="remittance")
    post(office, ("ar_patient", 2000), ("ar_insurance", -2000), journal="remittance", ar=ana)
    post(office, ("patient_prepaid", 2000), ("ar_patient", -2000), journal="receipts", ar=ana)


def test_both_proofs_hold_over_a_day_of_care(office: Any, session: DrawerSession, ana: Party) -> None:
    take(office, "cash", 2000, ana)
    take(office, "card", 3000, ana)
    a_day_of_care(office, ana)
    receivables, receipts_proof = proofs(TODAY)
    assert receivables.ok, receivables
    assert (receivables.opening_cents, receivables.charges_cents, receivables.applied_cents) == (10000, 20000, 14000)
    assert (receivables.adjustments_cents, receivables.reversed_cents, receivables.closing_cents) == (3000, 0, 13000)
    assert receipts_proof.ok, receipts_proof
    assert (receipts_proof.receipts_cents, receipts_proof.applied_cents, receipts_proof.unapplied_cents) == (
        17000,
        14000,
        3000,
    )


def test_a_payment_taken_back_is_reversed_not_applied(office: Any, ana: Party) -> None:
    post(office, ("ar_insurance", 10000), ("charges", -10000))
    number = post(office, ("era_clearing", 4000), ("ar_insurance", -4000), journal="remittance")
    ledger.reverse(office.system(), number=number, date=TODAY, reason="payer took it back")
    receivables, _ = proofs(TODAY)
    assert (receivables.applied_cents, receivables.reversed_cents, receivables.ok) == (4000, 4000, True)


def test_a_receivable_moved_by_hand_does_not_prove(office: Any) -> None:
    post(office, ("ar_insurance", 700), ("suspense", -700), journal="general")
    receivables, _ = proofs(TODAY)
    assert receivables.difference_cents == 700
    assert refusal(lambda: closing.prepare_day_close(office.call("biller"), day=TODAY, reasons=MAIL)) == "receivables"


def counted(office: Any, session: DrawerSession) -> None:
    drawers.count_drawer(office.call("frontdesk"), session=session, cents=20000)


def test_what_stands_against_the_lock(office: Any, session: DrawerSession, ana: Party) -> None:
    take(office, "card", 3000, ana)
    facts = DayFacts(2, ("08:30 chart 17",))
    with pytest.raises(Refused) as caught:
        closing.prepare_day_close(office.call("administrator"), day=TODAY, facts=facts)
    assert [one.code for one in caught.value.refusals] == ["drawers", "batches", "mail", "visits"]
    assert "08:30" in str(caught.value)


def test_a_day_that_goes_on_is_not_closed(office: Any, session: DrawerSession) -> None:
    """No reason opens the way while patients are still to come; after the last of them a reason may stand for it."""
    counted(office, session)
    close, left = closing.prepare_day_close, ("15:00 17, Booked",)
    on, over = DayFacts(2, (), left, True), DayFacts(2, (), left, False)
    reasons = {**MAIL, "day_open": "we go home", "patients": "we go home"}
    assert refusal(lambda: close(office.call("biller"), day=TODAY, facts=on, reasons=reasons)) == "day_open"
    assert refusal(lambda: close(office.call("biller"), day=TODAY, facts=over, reasons=MAIL)) == "patients"
    assert close(office.call("biller"), day=TODAY, facts=over, reasons=reasons).state == "prepared"
    assert refusal(lambda: closing.sign_day_close(office.call("owner"), day=TODAY, facts=on)) == "changed"


def test_a_past_day_closes_by_command_whatever_was_left(office: Any, session: DrawerSession) -> None:
    later = replace(office.call("administrator"), clock=office.call("administrator").clock.later(days=1))
    facts, counts = DayFacts(1, (), ("15:00 17, Booked",), False), [{"drawer": "Front 1", "cents": 20000}]
    assert closing.close_day(later, day=TODAY, counts=counts, facts=facts)["state"] == "waiting"
    assert "patients" in DayClose.objects.get().reasons


def test_the_facts_know_who_is_still_to_come(db: None) -> None:
    """An appointment that is over asks nothing; one that is booked keeps the day open until it should have ended."""
    world = build()
    seen = world.appointments[0]
    day, clock = world.office.today, world.office.call("biller").clock
    Appointment.objects.update(state=State.NO_SHOW)
    assert (day_facts(day, clock).unfinished, day_facts(day, clock).still_on) == ((), False)
    Appointment.objects.filter(pk=seen.pk).update(state=State.BOOKED)
    early, late = (FixedClock(seen.ends_at + dt.timedelta(minutes=n), clock.zone) for n in (-1, 0))
    (words,) = day_facts(day, early).unfinished
    assert "Booked" in words and day_facts(day, early).still_on
    assert not day_facts(day, late).still_on and day_facts(day, late).unfinished == (words,)


def test_two_signatures_of_two_people_lock_the_day(office: Any, session: DrawerSession, ana: Party) -> None:
    counted(office, session)
    closing.prepare_day_close(office.call("biller"), day=TODAY, reasons=MAIL)
    sign = closing.sign_day_close
    assert refusal(lambda: sign(office.call("biller"), day=TODAY)) == "denied"
    close = sign(office.call("administrator"), day=TODAY)
    assert (close.state, close.signed_by_id) == ("signed", office.user("administrator").pk)
    assert refusal(lambda: sign(office.call("owner"), day=TODAY)) == "not_prepared"
    assert (
        refusal(lambda: drawers.open_drawer(office.call("biller"), drawer=session.drawer, float_cents=0))
        == "day_closed"
    )
    again = closing.prepare_day_close
    assert refusal(lambda: again(office.call("biller"), day=TODAY, reasons=MAIL)) == "day_closed"


def test_the_preparer_does_not_sign(office: Any, session: DrawerSession) -> None:
    counted(office, session)
    closing.prepare_day_close(office.call("administrator"), day=TODAY, reasons=MAIL)
    assert refusal(lambda: closing.sign_day_close(office.call("administrator"), day=TODAY)) == "separation"
    assert DayClose.objects.get().state == "prepared"


def test_what_was_booked_after_the_first_signature_is_seen(office: Any, session: DrawerSession) -> None:
    counted(office, session)
    closing.prepare_day_close(office.call("biller"), day=TODAY, reasons=MAIL)
    post(office, ("ar_insurance", 500), ("charges", -500))
    assert refusal(lambda: closing.sign_day_close(office.call("owner"), day=TODAY)) == "changed"
    closing.prepare_day_close(office.call("biller"), day=TODAY, reasons=MAIL)
    assert closing.sign_day_close(office.call("owner"), day=TODAY).state == "signed"


def test_mail_needs_two_people(office: Any) -> None:
    log = closing.log_mail
    me = office.user("frontdesk")
    assert refusal(lambda: log(office.call("frontdesk"), site=office.site, witness=me)) == "two_people"
    row = log(office.call("frontdesk"), site=office.site, witness=office.user("biller"), checks=2, checks_cents=4000)
    assert (row.checks, row.checks_cents) == (2, 4000)


def test_the_evening_in_one_call_and_again_by_another(
    office: Any, session: DrawerSession, ana: Party, bank: BankAccount
) -> None:
    take(office, "cash", 5000, ana)
    take(office, "card", 3000, ana)
    counts = [{"drawer": "Front 1", "cents": 24900, "reason": ""}, {"check": "mail", "reason": "none came"}]
    waiting = closing.close_day(_two_hats(office, "biller", "administrator"), day=TODAY, counts=counts)
    assert (waiting["state"], waiting["over_short_cents"]) == ("waiting", -100)
    assert waiting["deposit_slip"]["total_cents"] == 4900
    assert role("eft_in_transit") == 4900
    closed = closing.close_day(office.call("owner"), day=TODAY, counts=counts)
    assert closed["state"] == "closed"
    assert closing.close_day(office.call("owner"), day=TODAY, counts=counts) == closed
    assert DayClose.objects.count() == 1


def test_an_evening_that_is_not_finished_says_how(office: Any, session: DrawerSession) -> None:
    call = _two_hats(office, "biller", "administrator")
    facts = DayFacts(1, ("chart 17",))
    with pytest.raises(Refused) as caught:
        closing.close_day(call, day=TODAY, counts=[{"drawer": "Front 1", "cents": 20000}], facts=facts)
    (one,) = caught.value.refusals
    assert (one.code, "chart 17" in one.message, '"check": "visits"' in one.fix) == ("visits", True, True)
    counts = [{"drawer": "Front 1", "cents": 20000}, {"check": "visits", "reason": "the doctor writes it tomorrow"}]
    assert closing.close_day(call, day=TODAY, counts=counts, facts=facts)["state"] == "waiting"
    wrong = [{"drawer": "Front 9", "cents": 20000}]
    assert refusal(lambda: closing.close_day(call, day=TODAY, counts=wrong, facts=facts)) == "no_drawer"


def _two_hats(office: Any, one: str, other: str) -> Any:
    """A call by a person who holds two roles."""
    from dataclasses import replace

    call = office.call(one)
    return replace(call, subject=replace(call.subject, roles=frozenset({one, other})))


def test_the_sheet_asks_a_constant_number_of_queries(
    office: Any, session: DrawerSession, ana: Party, django_assert_max_num_queries: Any
) -> None:
    take(office, "cash", 100, ana)
    take(office, "check", 100, ana, check_no="1")
    with django_assert_max_num_queries(40) as few:
        day_sheet(TODAY, DayFacts())
    for _ in range(5):
        take(office, "check", 100, ana, check_no="1")
    with django_assert_max_num_queries(len(few)):
        sheet = day_sheet(TODAY, DayFacts())
    assert sheet["payments"]["Frontdesk"] == {"cash": 100, "check": 600, "card": 0, "total": 700}


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE banking_receipt SET cents = 1",
        "UPDATE banking_receipt SET by_id = NULL",
        "DELETE FROM banking_receipt",
        "UPDATE banking_drawersession SET counted_cents = 1",
        "DELETE FROM banking_drawersession",
        "UPDATE banking_dayclose SET sheet_sha256 = ''",
        "DELETE FROM banking_dayclose",
        "UPDATE banking_depositline SET cents = 1",
        "UPDATE banking_deposit SET currency_cents = 1",
        "DELETE FROM banking_settlement",
        "UPDATE banking_settlement SET cents = 1",
    ],
)
def test_raw_sql_against_what_is_done_is_refused(
    office: Any, session: DrawerSession, ana: Party, bank: BankAccount, sql: str
) -> None:
    take(office, "cash", 5000, ana)
    counts = [{"drawer": "Front 1", "cents": 25000}, {"check": "mail", "reason": "none"}]
    closing.close_day(_two_hats(office, "biller", "administrator"), day=TODAY, counts=counts)
    closing.close_day(office.call("owner"), day=TODAY)
    with pytest.raises(DatabaseError, match="banking"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_a_voided_receipt_does_not_come_back(office: Any, session: DrawerSession, ana: Party) -> None:
    one = take(office, "cash", 5000, ana)
    receipts.void_receipt(office.call("frontdesk"), receipt=one, reason="typo")
    with pytest.raises(DatabaseError, match="banking"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE banking_receipt SET voided_at = NULL")
