"""The card processor's payouts in the books: batches by name, fees, chargebacks that meet their return, reserve, and undoing."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from steward.banking import importers, services
from steward.banking.models import BankAccount, CardTerms, Payout, PayoutLine, Receipt, Settlement, TerminalBatch
from steward.banking.selectors import payouts as ask
from steward.banking.selectors import trace
from steward.banking.selectors.cash import cash
from steward.banking.selectors.deposits import batches, open_settlements, with_seen
from steward.banking.selectors.glance import glance
from steward.banking.services import deposits
from steward.core.imports import Options
from steward.ledger.selectors import account_balance, item_balances
from tests.support import signed_in

from .test_day_of_money import Line, ana, bank, bring, drawer, refusal, role, session, statement, take  # noqa: F401

TODAY = dt.date(2026, 11, 23)
HEAD = "payout,payout_on,kind,reference,amount,fee,receipt,day,text\n"
ONE = (
    "PO-77,2026-11-23,batch,B-17,60.00,1.66,,,\nPO-77,2026-11-23,batch,B-18,40.00,1.14,,,\nPO-77,2026-11-23,fee,,9.95,,,,monthly\n"
    "PO-77,2026-11-23,chargeback,C-4,25.00,,{receipt},,\nPO-77,2026-11-23,reserve_held,,10.00,,,,\nPO-77,2026-11-23,paid,,52.25,,,,\n"
)
WON = "PO-78,2026-11-23,chargeback_reversal,C-4,25.00,,,,\nPO-78,2026-11-23,reserve_released,,10.00,,,,\nPO-78,2026-11-23,paid,,35.00,,,,\n"


@pytest.fixture
def closed(office: Any, session: Any, ana: Any, bank: BankAccount) -> list[TerminalBatch]:  # noqa: F811
    """Two closed batches of 60.00 and 40.00, and an older one of 25.00 that was paid by itself before."""
    found = []
    for reference, sums in (("B-9", (2_500,)), ("B-17", (3_500, 2_500)), ("B-18", (4_000,))):
        for cents in sums:
            take(office, "card", cents, ana)
        found.append(deposits.close_terminal_batch(office.call("administrator"), reference=reference))
    return found


def report(office: Any, body: str, *, by: str = "bookkeeper", **options: Any) -> Any:
    content = (HEAD + body).encode()
    assert importers.recognise(content) == "processor-csv"
    return importers.run(office.call(by), kind="processor-csv", content=content, name="payouts.csv", options=Options(**options))


def codes(found: Any) -> list[list[str]]:
    return [[one.code for one in part.problems] for part in found.parts]


def charged_back() -> Receipt:
    return Receipt.objects.get(batch__reference="B-9")


def test_a_payout_is_one_bank_line(office: Any, closed: list[TerminalBatch]) -> None:
    found = report(office, ONE.format(receipt=charged_back().number))
    assert (found.status, found.parts[0].posted_cents) == ("posted", 5_225)
    payout = Payout.objects.get()
    assert (role("card_fees"), account_balance(TODAY, code="1190")) == (166 + 114 + 995, 1_000)
    assert item_balances([closed[1].item, closed[2].item, payout.item])[payout.item]["card_clearing"] == 5_225
    assert all("card_clearing" not in item_balances([one.item]).get(one.item, {}) for one in closed[1:])
    assert {one.kind for one in open_settlements()} == {"card_batch", "payout"}  # B-9 alone, and the payout
    assert cash(TODAY).in_transit_cents == glance(TODAY).position.in_transit_cents == 2_500 + 5_225
    content = statement([Line(TODAY, 5_225, "MERCHANT PAYOUT PO-77 SETTLEMENT", ref="PO-77")])
    assert bring(office, content).status == "posted"
    answer = services.reconcile(office.call("bookkeeper"), account=BankAccount.objects.get(account__code="1050"))
    assert [one["rule"] for one in answer["auto"]] == ["key"]
    assert payout.item not in item_balances([payout.item]) or "card_clearing" not in item_balances([payout.item])[payout.item]
    subject = office.call("administrator").subject
    assert {row.reference: row.settlement.seen for row in with_seen(batches(subject))} == {"B-9": False, "B-17": True, "B-18": True}
    chain = trace.settled([closed[1].item])
    assert {one.kind for one in chain} == {"card_batch", "payout"} and [one.proved for one in chain if one.kind == "payout"] == [True]
    assert {one.cents for one in trace.receipts_in([payout.item])} == {3_500, 2_500, 4_000}
    assert refusal(lambda: services.undo_payout(office.call("bookkeeper"), uid=payout.uid, reason="wrong")) == "matched"


def test_the_same_report_again_is_known_and_another_under_its_name_is_refused(office: Any, closed: list[TerminalBatch]) -> None:
    body = ONE.format(receipt="")
    report(office, body)
    entries = role("card_fees")
    assert report(office, body).status == "duplicate" and role("card_fees") == entries
    other = report(office, body.replace("9.95", "10.95").replace("52.25", "51.25"))
    assert (other.status, codes(other)) == ("refused", [["other_payout"]])
    assert Payout.objects.count() == 1


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("B-17", "B-99", "unknown_batch"),
        ("60.00,1.66,,,\nPO-77,2026-11-23,batch,B-18,40.00", "61.00,1.66,,,\nPO-77,2026-11-23,batch,B-18,39.00", "batch_differs"),
        ("chargeback,C-4,25.00", "chargeback_reversal,C-9,25.00", "reversal"),
    ],
)
def test_what_is_not_ours_is_refused_whole(office: Any, closed: list[TerminalBatch], old: str, new: str, code: str) -> None:
    body = ONE.format(receipt="").replace(old, new)
    if code == "reversal":
        body = body.replace("52.25", "102.25")
    found = report(office, body)
    assert (found.status, codes(found)) == ("refused", [[code]])
    assert found.parts[0].problems[0].fix
    assert (Payout.objects.count(), role("card_fees"), account_balance(TODAY, code="1190")) == (0, 0, 0)


def test_a_batch_is_paid_once(office: Any, closed: list[TerminalBatch]) -> None:
    report(office, ONE.format(receipt=""))
    again = report(office, "PO-80,2026-11-23,batch,B-17,60.00,,,,\nPO-80,2026-11-23,paid,,60.00,,,,\n")
    assert codes(again) == [["batch_paid"]]
    with pytest.raises(IntegrityError), transaction.atomic():
        PayoutLine.objects.create(
            payout=Payout.objects.get(), n=99, kind="batch", cents=1, settlement=closed[1].settlement, batch=closed[1]
        )


def test_an_undone_payout_leaves_everything_as_it_was(office: Any, closed: list[TerminalBatch]) -> None:
    before = {one.item: item_balances([one.item]) for one in closed}
    waiting = set(open_settlements().values_list("item", flat=True))
    report(office, ONE.format(receipt=""))
    uid = Payout.objects.get().uid
    assert refusal(lambda: services.undo_payout(office.call("bookkeeper"), uid=uid, reason=" ")) == "no_reason"
    services.undo_payout(office.call("bookkeeper"), uid=uid, reason="of another month")
    assert {one.item: item_balances([one.item]) for one in closed} == before
    assert set(open_settlements().values_list("item", flat=True)) == waiting
    assert (role("card_fees"), account_balance(TODAY, code="1190"), ask.open_chargebacks()) == (0, 0, 0)
    assert refusal(lambda: services.undo_payout(office.call("bookkeeper"), uid=uid, reason="again")) == "undone"
    assert report(office, ONE.format(receipt="")).status == "posted"


def test_a_chargeback_waits_until_its_payment_is_found(office: Any, closed: list[TerminalBatch]) -> None:
    report(office, ONE.format(receipt=""))
    line = PayoutLine.objects.get(kind="chargeback")
    assert (ask.open_chargebacks(), glance(TODAY).chargebacks, line.receipt) == (1, 1, None)
    wrong = Receipt.objects.filter(cents=4_000).get()
    call = office.call("bookkeeper")
    assert refusal(lambda: services.name_chargeback(call, line=line, receipt=wrong)) == "amount"
    services.name_chargeback(call, line=line, receipt=charged_back())
    assert refusal(lambda: services.name_chargeback(call, line=line, receipt=charged_back())) == "named"
    assert ask.open_chargebacks() == 1  # named, not booked
    won = report(office, WON)
    assert won.status == "posted" and ask.open_chargebacks() == 0
    assert account_balance(TODAY, code="1190") == 0 and "card_clearing" not in item_balances([line.item]).get(line.item, {})
    assert refusal(lambda: services.undo_payout(call, uid=line.payout.uid, reason="x")) == "won"


def test_terms_tell_the_net_to_the_cent(office: Any, session: Any, ana: Any) -> None:  # noqa: F811
    call, entity = office.call("bookkeeper"), office.entity
    terms = {"entity": entity, "item_cents": 10, "each": False, "source": "Agreement of 2026-01-02"}
    services.set_card_terms(call, starts_on=TODAY - dt.timedelta(days=30), rate_ppm=26_000, **terms)
    for more, code in (({"starts_on": TODAY - dt.timedelta(days=30)}, "known"), ({"rate_ppm": 300_000}, "rate"), ({"source": " "}, "source")):
        assert refusal(lambda more=more: services.set_card_terms(call, **{"starts_on": TODAY, "rate_ppm": 1, **terms, **more})) == code
    for cents in (1_025, 2_025):
        take(office, "card", cents, ana)
    batch = deposits.close_terminal_batch(office.call("administrator"), reference="B-1")
    assert (batch.fee_cents, batch.settlement.cents) == (79 + 20, 3_050 - 99)
    take(office, "card", 500, ana)
    assert deposits.close_terminal_batch(office.call("administrator"), fee_cents=0).fee_cents == 0
    assert CardTerms.objects.count() == 1


def test_what_was_taken_does_not_change(office: Any, closed: list[TerminalBatch]) -> None:
    report(office, ONE.format(receipt=""))
    services.set_card_terms(
        office.call("bookkeeper"), entity=office.entity, starts_on=TODAY, rate_ppm=1, item_cents=0, each=True, source="letter"
    )
    for edit in (
        "UPDATE banking_payout SET cents = 1", "UPDATE banking_payoutline SET cents = 1", "UPDATE banking_cardterms SET rate_ppm = 2",
        "DELETE FROM banking_payoutline", "DELETE FROM banking_payout", "DELETE FROM banking_cardterms",
        "UPDATE banking_payoutline SET settlement_id = NULL WHERE kind = 'batch'",
    ):  # fmt: skip
        with pytest.raises(IntegrityError, match=r"banking\."), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(edit)


def test_the_screens(office: Any, closed: list[TerminalBatch], django_assert_max_num_queries: Any) -> None:
    report(office, ONE.format(receipt=charged_back().number))
    services.set_card_terms(
        office.call("bookkeeper"), entity=office.entity, starts_on=TODAY, rate_ppm=26_000, item_cents=10, each=False, source="letter"
    )
    keeper, payout = signed_in("bookkeeper"), Payout.objects.get()
    page = keeper.get(reverse("banking:payouts")).content.decode()
    assert "PO-77" in page and "52.25" in page and "A chargeback waits" in page
    assert "PO-77" in keeper.get(reverse("banking:payouts"), {"waits": "1"}).content.decode()
    with django_assert_max_num_queries(25):
        page = keeper.get(reverse("banking:payout", args=[payout.uid])).content.decode()
    assert "Chargeback" in page and "Receipt" in page and "not those of the terms" in page
    assert "letter" in keeper.get(reverse("banking:card_terms")).content.decode()
    assert keeper.post(reverse("banking:card_terms_new"), {
        "entity": office.entity.pk, "starts_on": "2026-12-01", "percent": "2.55", "item_cents": "0.05", "source": "letter of December",
    }).status_code == 303  # fmt: skip
    assert CardTerms.objects.get(starts_on="2026-12-01").rate_ppm == 25_500
    assert "charged back" in keeper.get(reverse("desk:today")).content.decode()
    assert keeper.post(reverse("banking:payout_undo", args=[payout.uid]), {"reason": "of another month"}).status_code == 303
    assert Payout.objects.get().undone_at and Settlement.objects.filter(kind="payout", cancelled_at=None).count() == 0
    assert signed_in("frontdesk").get(reverse("banking:payouts")).status_code == 403
