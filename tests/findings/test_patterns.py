"""Digits beside the law, people beside their peers, both halves in one hand; and the page that shows them."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from steward.core.access.models import DutyDone
from steward.core.ids import new_uid
from steward.findings import patterns
from steward.ledger.services import post
from tests.ledger.support import entry, line
from tests.support import Office, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def books(office: Office) -> Office:
    """A hundred and fifty amounts that all begin with 49, and as many that grow by themselves."""
    rnd = random.Random(3)
    for code, draw in (("5320", lambda: 49_000 + rnd.randrange(1_000)), ("5330", lambda: int(10 ** rnd.uniform(3, 6)))):
        lines = [line(code, draw()) for _ in range(150)]
        whole = line("3000", -sum(one.cents for one in lines))
        post(office.system(), draft=entry(*lines, whole, day=date(2026, 10, 5), journal="stock"))
    return office


def test_digits_beside_the_law(books: Office) -> None:
    typed, grown = patterns.digits("5320", books.today), patterns.digits("5330", books.today)
    assert typed is not None and grown is not None and typed.amounts == grown.amounts == 150
    assert [one.pair for one in typed.rows if one.outside and one.seen_ppm] == [49] and len(typed.rows) == 90
    assert sum(one.seen_ppm for one in grown.rows) in range(999_900, 1_000_101) and sum(one.outside for one in grown.rows) < 12
    assert typed.off is None and not typed.suspicious  # too few, and all of one size
    assert patterns.digits("9x", books.today) is None and patterns.accounts_with_amounts(books.today)[0][2] == 150


def test_both_halves_are_counted_told_or_not(office: Office) -> None:
    uid = new_uid()
    for duty in ("take_cash", "prepare_deposit"):
        DutyDone.objects.create(duty=duty, person=office.user("frontdesk"), object_type="banking.deposit", object_uid=uid, at=office.now)
    (one,) = patterns.hands(office.today, office.clock.zone)
    assert (one.told, one.untold) == (0, 1) and one.why


def test_the_page(books: Office, django_assert_max_num_queries: Any) -> None:
    keeper = signed_in("bookkeeper")
    with django_assert_max_num_queries(20):
        page = keeper.get(reverse("findings:patterns") + "?account=5320").content.decode()
    assert "First two digits" in page and "<svg" in page and "Furthest above the band" in page
    assert keeper.get(reverse("findings:patterns") + "?account=9x").status_code == 404
    assert signed_in("frontdesk").get(reverse("findings:patterns")).status_code == 403
