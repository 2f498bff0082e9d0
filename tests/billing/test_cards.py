"""Cards: a token and four digits, never a number; charged once whatever breaks; instalments tried again; settled in batches."""

from __future__ import annotations

import datetime as dt
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from steward.banking import cards as processors
from steward.banking.cards import Answer, Double, LostAnswer, Settled
from steward.banking.logic.cards import looks_like_card, luhn
from steward.banking.models import Drawer, DrawerSession, Receipt, TerminalBatch
from steward.banking.services.accounts import make_drawer
from steward.banking.services.drawers import open_drawer
from steward.banking.services.receipts import take_receipt, void_receipt
from steward.billing.instalments import charge_instalments
from steward.billing.logic.patient_money import instalment
from steward.billing.models import CardAttempt, CardOnFile, PaymentPlan
from steward.billing.selectors.cards import due_today, given_up, unanswered
from steward.billing.services.cards import (
    begin_charge,
    charge_card,
    end_card,
    finish_charge,
    keep_card,
    pay_plan_by_card,
    settle_cards,
)
from steward.billing.services.plans import agree_plan
from steward.billing.services.statements import hold_account, lift_hold
from steward.core.jobs.models import Job
from steward.core.jobs.work import Work
from steward.core.refusals import Refused
from steward.frontdesk.models import Patient
from tests.support import signed_in

from .conftest import Practice
from .test_giving_up import owe
from .test_other_charges import code
from .test_statements import RULES, later

# test numbers every processor publishes, and one of thirteen digits
PANS = ("4111111111111111", "5555 5555 5555 4444", "3782-822463-10005", "6011.1111.1111.1117", "4222222222222", "6304 0000 0000 0000 0000 000"[:23])
CARD = {"token": "tok_good_1", "last4": "4242", "brand": "visa", "expires_on": dt.date(2028, 12, 31), "consent": "by Ann Doe: 50.00 a month"}


@pytest.fixture
def desk(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> Practice:
    practice.office.now = dt.datetime(2026, 4, 6, 17, 0, tzinfo=dt.UTC)
    make_drawer(practice.office.call("administrator"), name="Front", site=practice.office.site)
    monkeypatch.setenv(processors.SETTING, "double")
    monkeypatch.setattr(processors, "_DOUBLE", Double())
    opened(practice)
    return practice


def opened(practice: Practice) -> None:
    DrawerSession.objects.filter(state="open").update(
        state="counted", counted_at=practice.office.now, counted_cents=0, left_cents=0, expected_cents=0
    )
    open_drawer(practice.office.call("biller"), drawer=Drawer.objects.get(), float_cents=0)


def kept(practice: Practice, **change: object) -> CardOnFile:
    who = Patient.objects.get(chart="P1").guarantor
    return keep_card(practice.office.call("biller"), **{"guarantor": who, **CARD, **change})  # type: ignore[arg-type]


def run(practice: Practice) -> dict[str, int]:
    return charge_instalments(Work(Job(uid=uuid4()), practice.office.system())).data


def planned(practice: Practice, **change: object) -> PaymentPlan:
    who = owe(practice, "S-1", "150.00").guarantor
    plan = agree_plan(practice.office.call("biller"), guarantor=who, cents=5_000, day_of_month=10, first_due=dt.date(2026, 4, 10))
    pay_plan_by_card(practice.office.call("biller"), plan=plan, card=kept(practice, **change))
    return plan


@pytest.mark.parametrize("pan", PANS[:5])
def test_a_card_number_is_refused_wherever_text_is_taken(desk: Practice, pan: str) -> None:
    party = owe(desk, "S-1", "10.00").party
    for field in ("check_no", "approval", "purpose", "for_ref"):
        with pytest.raises(Refused) as refused:
            take_receipt(desk.office.call("biller"), tender="check", cents=100, party=party, **{"check_no": "1", field: f"x {pan} y"})
        assert code(refused) == "card_number"
    for field in ("token", "consent"):
        with pytest.raises(Refused) as refused:
            kept(desk, **{field: f"tok_ {pan}"})
        assert code(refused) == "card_number"
    card = kept(desk)
    attempt = begin_charge(desk.office.call("biller"), card=card, cents=100)
    finish_charge(desk.office.call("biller"), attempt=attempt, answer=Answer("declined", pan, f"card {pan} has no funds"))
    _nowhere(pan)


def _nowhere(pan: str) -> None:
    """No text column of the card path holds the number, with or without its gaps."""
    digits = "".join(char for char in pan if char.isdigit())
    for model in (CardOnFile, CardAttempt, Receipt):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {model._meta.db_table}")
            for row in cursor.fetchall():
                assert not any(digits in "".join(c for c in str(value) if c.isalnum()) for value in row if isinstance(value, str))


def test_the_database_takes_no_number(desk: Practice) -> None:
    owe(desk, "S-1", "10.00")
    card = kept(desk)
    for change in ({"token": "4111111111111111"}, {"last4": "41111"}, {"last4": "abcd"}, {"last4": ""}, {"consent": ""}):
        with pytest.raises(Exception) as fault, transaction.atomic():
            CardOnFile.objects.filter(pk=card.pk).update(**change)
        assert "constraint" in str(fault.value).lower() or "too long" in str(fault.value).lower()


def test_a_card_is_kept_charged_and_taken_off_file(desk: Practice) -> None:
    owe(desk, "S-1", "150.00")
    card = kept(desk)
    with pytest.raises(Refused):
        kept(desk)
    double = processors.processor()
    assert double is not None
    done = charge_card(desk.office.call("biller"), double, card=card, cents=4_000)
    assert done.state == "approved" and done.receipt and done.receipt.card_last4 == "4242"
    books = desk.balances()
    assert (books["card_clearing"], books["patient_prepaid"]) == (4_000, -4_000)
    with pytest.raises(Refused) as refused:  # its processor has the money: only a refund gives it back
        void_receipt(desk.office.call("biller"), receipt=done.receipt, reason="mistake")
    assert code(refused) == "charged"
    for edit in ("UPDATE billing_cardattempt SET cents = 1", "UPDATE billing_cardattempt SET state = 'asked', receipt_id = NULL",
                 "DELETE FROM billing_cardattempt"):  # fmt: skip
        with pytest.raises(IntegrityError, match=r"billing\.attempt"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(edit)
    end_card(desk.office.call("biller"), card=card, reason="moved away")
    with pytest.raises(Refused) as refused:
        charge_card(desk.office.call("biller"), double, card=card, cents=100)
    assert code(refused) == "ended"


def test_declined_posts_nothing(desk: Practice) -> None:
    owe(desk, "S-1", "150.00")
    card = kept(desk, token="tok_decline_1")
    done = charge_card(desk.office.call("biller"), Double(), card=card, cents=4_000)
    assert (done.state, done.message, done.receipt) == ("declined", "insufficient funds", None)
    assert "card_clearing" not in desk.balances()


def test_a_lost_answer_is_asked_again_with_the_same_key_and_charged_once(desk: Practice) -> None:
    planned(desk, token="tok_lost_1")
    later(desk, 4)
    opened(desk)
    assert run(desk) == {"paid": 0, "declined": 0, "waiting": 1}
    (attempt,) = unanswered()
    with pytest.raises(Refused) as refused:
        begin_charge(desk.office.call("biller"), card=attempt.card, cents=1)
    assert code(refused) == "asked"
    assert run(desk) == {"paid": 1, "declined": 0, "waiting": 0}
    double = processors.processor()
    assert isinstance(double, Double) and double.charges == 1 and Receipt.objects.count() == 1
    assert run(desk) == {"paid": 0, "declined": 0, "waiting": 0}


def test_an_answer_written_down_twice_is_one_receipt(desk: Practice) -> None:
    owe(desk, "S-1", "150.00")
    attempt = begin_charge(desk.office.call("biller"), card=kept(desk), cents=500)
    for _n in range(2):
        finish_charge(desk.office.call("biller"), attempt=attempt, answer=Answer("approved", "ch_1"))
    assert Receipt.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        CardAttempt.objects.update(receipt=None)


def test_instalments_month_by_month(desk: Practice) -> None:
    planned(desk)
    assert due_today(desk.office.today) == [] and run(desk)["paid"] == 0
    days = []
    for _n in range(100):
        later(desk, 1)
        opened(desk)
        if run(desk)["paid"]:
            days.append(desk.office.today)
    assert days == [dt.date(2026, 4, 10), dt.date(2026, 5, 10), dt.date(2026, 6, 10)], "three of fifty, then nothing is owed"
    assert desk.balances()["patient_prepaid"] == -15_000


def test_a_declined_instalment_is_tried_three_times(desk: Practice) -> None:
    planned(desk, token="tok_decline_1")
    for _n in range(20):
        later(desk, 1)
        opened(desk)
        run(desk)
    assert list(CardAttempt.objects.order_by("id").values_list("tried_on", "n")) == [
        (dt.date(2026, 4, 10), 1), (dt.date(2026, 4, 13), 2), (dt.date(2026, 4, 17), 3),
    ]  # fmt: skip
    assert given_up(desk.office.today) == 1


@pytest.mark.parametrize("kind", ["bankruptcy", "deceased", "dispute"])
def test_a_hold_stops_the_card(desk: Practice, kind: str) -> None:
    plan = planned(desk)
    later(desk, 4)
    opened(desk)
    held = hold_account(desk.office.call("biller"), guarantor=plan.guarantor, kind=kind, reason="letter")
    assert due_today(desk.office.today) == [] and run(desk)["paid"] == 0
    with pytest.raises(Refused):
        begin_charge(desk.office.call("biller"), card=CardOnFile.objects.get(), cents=100)
    lift_hold(desk.office.call("biller"), hold=held, reason="dismissed")
    plan.refresh_from_db()
    assert (plan.ended_at is None) is (kind == "dispute"), "bankruptcy and death end the plan; another is agreed afterwards"
    assert run(desk)["paid"] == (1 if kind == "dispute" else 0)


def test_without_a_drawer_nothing_is_charged(desk: Practice) -> None:
    planned(desk)
    later(desk, 4)
    assert run(desk) == {"paid": 0} and not CardAttempt.objects.exists()


def test_the_settlement_closes_a_batch_of_exactly_its_payments(desk: Practice) -> None:
    owe(desk, "S-1", "150.00")
    card, double = kept(desk), processors.processor()
    assert double is not None
    charge_card(desk.office.call("biller"), double, card=card, cents=4_000)
    desk_card = take_receipt(desk.office.call("biller"), tender="card", cents=700, party=card.guarantor)
    charge_card(desk.office.call("biller"), double, card=card, cents=6_000)
    (report,) = double.settle_report(desk.office.today)
    admin = desk.office.call("administrator")
    with pytest.raises(Refused) as refused:
        settle_cards(admin, settled=Settled("S1", desk.office.today, 9_999, 290, report.payments))
    assert code(refused) == "batch_differs"
    with pytest.raises(Refused) as refused:
        settle_cards(admin, settled=Settled("S1", desk.office.today, 10_000, 290, ("ch_nobody",)))
    assert code(refused) == "unknown_payment"
    batch = settle_cards(admin, settled=report)
    assert (batch.gross_cents, batch.fee_cents, TerminalBatch.objects.count()) == (10_000, 290, 1)
    assert Receipt.objects.get(pk=desk_card.pk).batch is None
    with pytest.raises(Refused):
        settle_cards(admin, settled=report)


def test_the_double_refunds_once_a_key(desk: Practice) -> None:
    double, key = Double(), UUID(int=7)
    taken = double.charge(token="tok_x", cents=500, key=UUID(int=1))
    assert double.refund(reference=taken.reference, cents=300, key=key) == double.refund(reference=taken.reference, cents=300, key=key)
    assert double.refund(reference=taken.reference, cents=300, key=UUID(int=8)).outcome == "declined"
    with pytest.raises(LostAnswer):
        double.charge(token="tok_lost", cents=1, key=UUID(int=9))
    assert double.charge(token="tok_lost", cents=1, key=UUID(int=9)).outcome == "approved"


@pytest.mark.parametrize(("change", "refusal"), [
    ({"token": "x"}, "token"), ({"last4": "12a4"}, "last4"), ({"last4": "１２３４"}, "last4"), ({"brand": "x"}, "brand"),
    ({"expires_on": dt.date(2026, 4, 5)}, "expired"), ({"consent": " "}, "consent"),
])  # fmt: skip
def test_bad_input_is_told(desk: Practice, change: dict, refusal: str) -> None:
    owe(desk, "S-1", "10.00")
    with pytest.raises(Refused) as refused:
        kept(desk, **change)
    assert code(refused) == refusal


def test_screens(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(processors.SETTING, "double")
    who = owe(practice, "S-1", "150.00").guarantor
    biller = signed_in("biller")
    typed = {"token": "tok_good", "last4": "4242", "brand": "visa", "month": "12", "year": "2040", "consent": "Ann Doe, by phone"}
    number = {**typed, "token": "4111 1111 1111 1111"}
    refused = biller.post(reverse("billing:card_new", args=[who.uid]), number)
    assert refused.status_code == 422
    assert biller.post(reverse("billing:card_new", args=[who.uid]), typed).status_code == 303
    card = CardOnFile.objects.get()
    page = biller.get(reverse("billing:account", args=[who.uid])).content
    assert "••4242".encode() in page and b"tok_good" not in page
    assert biller.post(reverse("billing:card_charge", args=[card.uid]), {"cents": "10"}).status_code == 422, "no drawer is open"
    assert not CardAttempt.objects.exists(), "the card was not asked either"
    assert biller.post(reverse("billing:card_end", args=[card.uid]), {"reason": "asked to"}).status_code == 303
    assert signed_in("frontdesk").get(reverse("billing:card_new", args=[who.uid])).status_code == 403


digits = st.text("0123456789", min_size=12, max_size=18)


@given(digits, st.sampled_from(["", " ", "-", "."]), st.text("abc ,", max_size=5))
def test_every_number_that_checks_is_seen(stem: str, gap: str, around: str) -> None:
    number = next(stem + last for last in "0123456789" if luhn(stem + last))
    assert looks_like_card(around + gap.join(number) + around)


@given(st.text("0123456789", max_size=12))
def test_what_is_too_short_is_none(text: str) -> None:
    assert not looks_like_card(text)


@given(st.uuids())
def test_our_own_identifiers_are_none(uid: UUID) -> None:
    assert not looks_like_card(f"card:{uid}")
    assert not looks_like_card("visit:41111111-1111-1111-4111-111111111111")


@given(st.integers(1, 10**6), st.integers(-(10**6), 10**7), st.integers(0, 10**7), st.integers(0, 5), st.integers(0, 400))
def test_an_instalment_is_never_more_than_was_agreed(cents: int, behind: int, owed: int, attempts: int, ahead: int) -> None:
    first = dt.date(2026, 4, 10)
    today = first + dt.timedelta(days=ahead)
    one = instalment(first, 10, cents, behind_cents=behind, owed_cents=owed, attempts=attempts, today=today, rules=RULES, since=first)
    if one:
        assert 0 < one.cents <= min(cents, behind, owed) and one.due_on <= today and one.n == attempts + 1 <= 3
