"""Every error of the catalogue that is live, planted by seed: found with right evidence and right entry; its twin stays quiet."""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random

import pytest
from django.db import connection

from steward.core import guards
from steward.core.findings import Finding
from steward.findings import services
from steward.findings.models import Found
from steward.findings.rooms import catalogue
from steward.findings.selectors import look
from steward.ledger.models import Entry
from steward.ledger.services import sign_journal
from tests.proofs.counts import count, seed
from tests.support import Office, make_user, open_office

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
import plant_errors as tool
from planted import raw
from planted.world import Planted, World

pytestmark = pytest.mark.django_db


def people(name: str):
    """One person a role; who enters round sums is another of the bookkeepers."""
    return make_user("bookkeeper", "second-keeper") if name == "biller_lead" else make_user(name)


def world(number: int) -> tuple[Office, World]:
    office = open_office()
    return office, World(office.now, office.clock.zone, Random(number), people)


def told(one: Finding) -> Planted:
    """A finding as the planter says it."""
    lines = one.proposal.lines if one.proposal else ()
    return Planted(
        one.check, frozenset((e.kind, e.ref) for e in one.evidence), tuple(sorted((line.account, line.cents) for line in lines))
    )


def test_every_live_check_of_the_catalogue_has_its_planter() -> None:
    live = {one.id for one in catalogue() if one.live and one.number}
    assert live <= set(tool.plants()) | set(tool.raw_plants())


def test_healthy_books_are_quiet() -> None:
    office, _world = world(1)
    looked = look(office.clock)
    assert looked.broken == () and looked.findings == []


@pytest.mark.parametrize("n", range(count("planted")))
def test_what_is_planted_is_found_and_its_twin_is_not(n: int) -> None:
    number = seed(100) + n
    office, here = world(number)
    names = set(tool.plants()) - (set() if n % 5 == 0 else tool.SLOW)
    expected = tool.plant(here, names)
    looked = look(office.clock)
    assert looked.broken == ()
    found = {told(one): one.title for one in looked.findings}
    assert {one for one in expected if one not in found} == set(), f"seed {number}: not found"
    assert {title for one, title in found.items() if one not in expected} == set(), f"seed {number}: of a twin"


def test_the_proposed_entries_cure() -> None:
    """Every entry that is proposed, drafted from the finding and signed by another, ends its finding at the next run."""
    office, here = world(200)
    expected = [one for one in tool.plant(here, set(tool.plants()) - tool.SLOW) if one.entry]
    services.run_checks(office.system())
    for row in Found.objects.exclude(proposal=None):
        drafted = services.propose(office.call("bookkeeper"), row=row)
        sign_journal(office.call("owner"), uid=drafted.uid, approve=True)
    services.run_checks(office.system())
    left = set(Found.objects.exclude(proposal=None).filter(status="open").values_list("check_name", flat=True))
    assert len(expected) == 21 and left == set()


@pytest.mark.parametrize("name", sorted(tool.raw_plants()))
def test_what_raw_sql_did_is_found(office: Office, name: str) -> None:
    def away() -> None:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA defer_foreign_keys = 1" if connection.vendor == "sqlite" else "SET CONSTRAINTS ALL IMMEDIATE")
        guards.drop(connection)

    expected = raw.plant(World(office.now, office.clock.zone, Random(7), people), away, name)
    proved = [told(one) for one in look(office.clock).findings]
    assert set(expected) <= set(proved)
    earlier = {("entry", str(n)) for n in range(1, Entry.objects.order_by("-number")[0].number or 0)}
    assert not [one for one in proved if one.evidence & earlier and one not in expected]
