"""A person reverses what the books themselves hold, under a second pair of eyes; the rest is undone where it was made."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from django.urls import reverse

from steward.core.approvals import deciders
from steward.core.approvals import selectors as asked
from steward.core.approvals.services import decide
from steward.core.refusals import Refused
from steward.desk.closing import month_results
from steward.ledger import importers, selectors, services
from steward.ledger.models import Entry
from tests.desk.world import build
from tests.ledger.support import entry
from tests.support import signed_in

pytestmark = pytest.mark.django_db
FILE = json.dumps([
    {"key": "k1", "date": "2026-11-20", "memo": "Rent", "lines": [{"account": "6000", "cents": 500}, {"account": "1050", "cents": -500}]}
]).encode()  # fmt: skip


@pytest.fixture
def file(call):
    importers.post_file(call, content=FILE, name="rent.json")
    return Entry.objects.get()


def undone(call, number, **more):
    return services.reverse_entry(call, number=number, date=call.today, reason="entered twice", **more)


@pytest.mark.parametrize(
    ("source", "journal", "says"),
    [
        ("billing.remittance", "remittance", "Take the remittance back"),
        ("billing.charge", "charges", "Void the charge"),
        ("billing.claim", "charges", "Void the charge"),
        ("billing.decision", "charges", "second person"),
        ("banking.receipt", "receipts", "Void the receipt"),
        ("banking.deposit", "receipts", "Take the deposit back"),
        ("banking.bankaccount", "opening", "by hand"),
        ("payroll.run", "payroll", "where it was made"),
    ],
)
def test_what_belongs_to_another_room_is_undone_there(call, source, journal, says):
    posted = services.post(call, draft=entry(source_type=source, journal=journal))
    with pytest.raises(Refused) as found:
        undone(call, posted.number)
    assert found.value.code == "belongs_to" and says in found.value.refusals[0].fix
    assert Entry.objects.count() == 1


def test_an_opening_balance_is_never_undone_by_hand(call):
    paper = services.store_document(call, content=b"v", name="v.txt")
    posted = services.post(
        call, draft=entry(source_type="document", source_ref="v", journal="opening", document=paper.pk)
    )
    with pytest.raises(Refused) as found:
        undone(call, posted.number)
    assert found.value.code == "belongs_to"


def test_an_entry_of_a_posted_file_is_reversed_and_a_second_person_reads_it(office, call, file):
    posted = undone(call, file.number)
    assert Entry.objects.get(pk=posted.id).reverses_id == file.pk
    review = asked.latest(posted.key, "journal")
    assert review is not None and review.waiting and review.requester_id == call.user_id
    with pytest.raises(Refused):
        decide(call, request=review, approve=True)
    assert [c.ok for c in month_results("2026-11") if c.id == "reversals"] == [False]
    answered = deciders.decide(office.call("owner"), request=review, approve=True)
    assert answered.approved and selectors.verify().ok
    assert [c.ok for c in month_results("2026-11") if c.id == "reversals"] == [True]


def test_whoever_reversed_does_not_take_the_review_back(office, call, file):
    review = asked.latest(undone(call, file.number).key, "journal")
    with pytest.raises(Refused) as found:
        deciders.withdraw(call, request=review)
    assert found.value.code == "stands" and [c.ok for c in month_results("2026-11") if c.id == "reversals"] == [False]


def test_a_reversal_is_not_reversed_by_hand(call, file):
    posted = undone(call, file.number)
    with pytest.raises(Refused) as found:
        undone(call, posted.number)
    assert found.value.code == "reversal" and "anew" in found.value.refusals[0].fix


def test_a_receipt_keeps_its_entry_on_the_screen_too(db):
    world = build()
    taken = Entry.objects.get(number=world.receipts[0].entry)
    boss = signed_in("administrator")
    where = reverse("ledger:reverse", args=[taken.uid])
    answer = boss.post(where, {"_key": str(uuid4()), "date": "11/23/2026", "reason": "mine"})
    assert answer.status_code == 422 and "Void the receipt" in answer.content.decode()
    assert not Entry.objects.filter(reverses=taken).exists()
    assert where not in boss.get(reverse("ledger:entry", args=[taken.uid])).content.decode()


def test_the_page_of_a_reversal_says_that_it_waits_and_takes_the_answer(office, call, file):
    posted = undone(call, file.number)
    owner = signed_in("owner")
    here = reverse("ledger:entry", args=[posted.key])
    assert "Waits for the second person" in owner.get(here).content.decode()
    assert owner.post(here, {"_key": str(uuid4()), "answer": "yes", "comment": ""}).status_code == 303
    assert "Reviewed" in owner.get(here).content.decode()
