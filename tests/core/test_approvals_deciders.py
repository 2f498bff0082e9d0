"""A signature on the approvals page lets the room act at once: a journal entry posts in the same breath."""

from __future__ import annotations

from uuid import uuid4

import pytest

from steward.core.approvals import deciders, selectors
from steward.core.refusals import Refused
from steward.ledger import services as ledger
from steward.ledger.models import Entry
from steward.ledger.types import LineDraft


@pytest.fixture
def asked(office):
    """A rent entry of the bookkeeper's, waiting for the owner."""
    call, uid = office.call("bookkeeper"), uuid4()
    lines = (LineDraft(account="6000", cents=120_000), LineDraft(role="bank_operating", cents=-120_000))
    ledger.draft_journal(call, uid=uid, date=office.today, memo="Rent", lines=lines)
    ledger.submit_journal(call, uid=uid)
    return selectors.latest(uid, "journal")


def test_a_yes_posts_the_entry(office, asked) -> None:
    done = deciders.decide(office.call("owner"), request=asked, approve=True)
    entry = Entry.objects.get(uid=asked.object_uid)
    assert done.approved and entry.state == "posted" and entry.approved_by == office.user("owner")


def test_a_no_leaves_a_draft(office, asked) -> None:
    done = deciders.decide(office.call("owner"), request=asked, approve=False, comment="wrong month")
    assert done.outcome == "rejected" and Entry.objects.get(uid=asked.object_uid).state == "draft"


def test_whoever_entered_it_posts_nothing(office, asked) -> None:
    with pytest.raises(Refused) as refused:
        deciders.decide(office.call("bookkeeper"), request=asked, approve=True)
    assert refused.value.code == "separation"
    asked.refresh_from_db()
    assert asked.waiting and Entry.objects.get(uid=asked.object_uid).state == "draft"
