"""Today's one statement says what the slow selectors say."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

from steward.banking.selectors.cash import cash
from steward.banking.selectors.deposits import undeposited
from steward.banking.selectors.glance import glance
from steward.banking.services import make_drawer, open_drawer, take_receipt
from steward.ledger import services as ledger
from steward.ledger.types import EntryDraft, LineDraft
from steward.registry import services as registry
from steward.registry.types import PersonData
from tests.support import Office


def _funded(office: Office) -> None:
    lines = (LineDraft(role="bank_operating", cents=500_000), LineDraft(role="refunds_payable", cents=-500_000))
    ledger.post(office.call("bookkeeper"), draft=EntryDraft(uuid4(), office.today, "x", "general", "test.x", "1", lines))


def test_the_glance_agrees_with_the_selectors(office: Office) -> None:
    _funded(office)
    drawer = make_drawer(office.system(), name="Front", site=office.site, float_cents=0)
    session = open_drawer(office.call("frontdesk"), drawer=drawer, float_cents=0)
    payer = registry.create_party(office.call("frontdesk"), data=PersonData("Doe", "Jo"))
    for tender, check in (("cash", ""), ("check", "101"), ("card", "")):
        take_receipt(office.call("frontdesk"), tender=tender, cents=2500, party=payer, check_no=check, session=session)
    for day in (office.today, office.today + timedelta(days=1), date(2026, 1, 1)):
        seen = glance(day)
        assert seen.position == cash(day)
        assert seen.in_hand_cents == sum(one.cents for one in undeposited(day=day))
    seen = glance(office.today)
    assert [one.name for one in seen.drawers] == ["Front"]
    assert seen.card_cents == 2500
    assert seen.mail == 0
    assert seen.in_hand_cents == 2500
    assert glance(office.today + timedelta(days=1)).late_in_hand[0] == 2500
