"""A signed refund goes back to the card it came from: once, never more than was taken, the money safe whatever is answered."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from steward.banking import cards as processors
from steward.banking.cards import Answer
from steward.banking.models import Settlement
from steward.billing.models import CardAttempt, CardRefund, Decision
from steward.billing.selectors.refunds import card_payments, refunds_to_pay
from steward.billing.services.card_refunds import ask_refund, begin_card_refund, refund_to_card
from steward.billing.services.cards import ask_processor, charge_card
from steward.billing.services.decisions import pay_refund, request_refund, sign_decision
from steward.core.refusals import Refused
from steward.frontdesk.models import Patient
from tests.support import signed_in

from .conftest import Practice
from .test_cards import desk as desk
from .test_cards import kept
from .test_giving_up import owe
from .test_other_charges import code


def paid(practice: Practice, ref: str = "S-1", token: str = "tok_good_1") -> CardAttempt:
    """A card payment of the guarantor, not yet used for anything."""
    owe(practice, ref, "10.00")
    processor = processors.processor()
    assert processor
    call = practice.office.call("biller")
    row = charge_card(call, processor, card=kept(practice, token=token), cents=5_000)
    if row.state == "asked":
        row = ask_processor(call, processor, row)
    assert row.state == "approved"
    return CardAttempt.objects.select_related("receipt").get(pk=row.pk)


def signed(practice: Practice, attempt: CardAttempt, cents: int) -> Decision:
    assert attempt.receipt
    row = request_refund(
        practice.office.call("biller"), cents=cents, reason="paid twice", receipt_item=attempt.receipt.item,
        patient=Patient.objects.get(chart="P1"),
    )  # fmt: skip
    if row.entry is None:
        row = sign_decision(practice.office.call("owner"), uid=row.uid, approve=True)
    assert row.entry
    return row


def back(practice: Practice, row: Decision, attempt: CardAttempt) -> CardRefund:
    processor = processors.processor()
    assert processor
    return refund_to_card(practice.office.call("frontdesk"), processor, uid=row.uid, attempt=attempt)


def test_it_goes_back_once_and_the_bank_is_expected_to_show_it(desk: Practice) -> None:
    attempt = paid(desk)
    row = signed(desk, attempt, 3_000)
    assert refunds_to_pay() == [row] and card_payments(row) == [(attempt, 5_000)]
    done = back(desk, row, attempt)
    assert (done.state, done.entry is not None, refunds_to_pay()) == ("approved", True, [])
    assert desk.balances().get("refunds_payable") is None and desk.balances(done.item) == {"card_clearing": -3_000}
    assert Settlement.objects.get(item=done.item).cents == -3_000
    with pytest.raises(Refused) as refused:
        back(desk, row, attempt)
    assert code(refused) == "asked"
    with pytest.raises(Refused) as refused:
        pay_refund(desk.office.call("frontdesk"), uid=row.uid)
    assert code(refused) == "card"
    assert processors._DOUBLE.refunded == {attempt.reference: 3_000}
    with pytest.raises(DatabaseError), transaction.atomic():
        CardRefund.objects.update(cents=1)
    with pytest.raises(DatabaseError), transaction.atomic():
        CardRefund.objects.all().delete()


def test_never_more_than_was_taken_less_refunds_and_only_of_the_payment_itself(desk: Practice) -> None:
    first, second = paid(desk), paid(desk, "S-2", "tok_other_2")
    row = signed(desk, first, 3_000)
    with pytest.raises(Refused) as refused:
        back(desk, row, second)
    assert code(refused) == "card"
    CardRefund.objects.create(
        decision=signed(desk, first, 1_000), attempt=first, cents=2_500, state="asked", asked_at=desk.office.now
    )
    with pytest.raises(Refused) as refused:
        back(desk, row, first)
    assert code(refused) == "amount" and card_payments(row) == [(first, 2_500)]


def test_declined_it_stands_to_be_paid_and_lost_it_is_asked_again_with_its_key(desk: Practice) -> None:
    attempt = paid(desk, token="tok_lost_1")
    row = signed(desk, attempt, 2_000)
    before = desk.balances()
    call = desk.office.call("frontdesk")
    asked = begin_card_refund(call, uid=row.uid, attempt=attempt)

    class Declines(processors.Double):
        def refund(self, *, reference: str, cents: int, key: object) -> Answer:
            return Answer("declined", "", "card closed")

    assert ask_refund(call, Declines(), asked).state == "declined"
    assert desk.balances() == before and refunds_to_pay() == [row]
    lost = back(desk, row, attempt)
    assert lost.state == "asked" and desk.balances() == before and refunds_to_pay() == [row]
    page = signed_in("frontdesk").get(reverse("billing:card_refund", args=[row.uid])).content.decode()
    assert "Ask again" in page
    assert signed_in("frontdesk").post(reverse("billing:card_refund", args=[row.uid])).status_code == 303
    lost.refresh_from_db()
    assert lost.state == "approved" and processors._DOUBLE.refunded == {attempt.reference: 2_000} and refunds_to_pay() == []


def test_screens(desk: Practice) -> None:
    attempt = paid(desk)
    row = signed(desk, attempt, 5_000)
    admin = signed_in("frontdesk")
    assert "To the card" in admin.get(reverse("banking:refunds")).content.decode()
    url = reverse("billing:card_refund", args=[row.uid])
    assert "50.00 left" in admin.get(url).content.decode()
    assert admin.post(url, {"attempt": "x"}).status_code == 422
    assert admin.post(url, {"attempt": str(attempt.uid)}).status_code == 303
    assert CardRefund.objects.get().state == "approved" and admin.get(url).status_code == 404
