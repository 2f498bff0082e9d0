"""The result of a year to its owners: shares that change within it, to the cent; drafted, signed, never twice; capital; payees."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from steward.banking.selectors.payees import payees, threshold_cents
from steward.core.refusals import Refused
from steward.ledger import services
from steward.ledger.logic.owners import among, weights
from steward.ledger.models import Account, Owner
from steward.ledger.selectors import account_balance
from steward.ledger.selectors.owners import capital, year
from tests.banking.test_written_checks import bank, write
from tests.ledger.support import entry, line
from tests.support import Office, signed_in

__all__ = ["bank"]
FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)
rows = st.dictionaries(st.integers(0, 730).map(lambda n: date(2024, 6, 1) + timedelta(days=n)), st.integers(0, 100), max_size=3).map(
    lambda found: list(found.items())
)


@given(st.dictionaries(st.integers(1, 3), rows, min_size=1, max_size=3), st.integers(-(10**9), 10**9))
def test_shares_by_days_against_every_day_and_no_cent_lost(shares: dict[int, list[tuple[date, int]]], result: int) -> None:
    expected = dict.fromkeys(shares, 0)
    for n in range(365):
        day = FIRST + timedelta(days=n)
        for owner, own in shares.items():
            held = [weight for starts, weight in sorted(own) if starts <= day]
            expected[owner] += held[-1] if held else 0
    assert weights(shares, FIRST, LAST) == expected
    if sum(expected.values()):
        assert sum(among(result, shares, FIRST, LAST).values()) == result
    else:
        with pytest.raises(ValueError, match="nobody"):
            among(result, shares, FIRST, LAST)


@pytest.fixture
def two(office: Office) -> tuple[Owner, Owner]:
    """Two owners, halves until July, then two thirds and one; a year that earned 1,000.01; draws of the first."""
    keeper, boss = office.call("bookkeeper"), office.call("owner")
    for code, name in (("3001", "Capital Stone"), ("3002", "Capital Wells"), ("3101", "Draws Stone")):
        services.add_account(keeper, code=code, name=name, kind="equity")
    stone = services.add_owner(boss, name="Ida Stone", capital="3001", draws="3101", starts_on=date(2024, 1, 1), weight=1)
    wells = services.add_owner(boss, name="Iris Wells", capital="3002", starts_on=date(2024, 1, 1), weight=1)
    services.put_share(boss, owner=stone, starts_on=date(2025, 7, 2), weight=2)
    services.post_many(office.system(), drafts=[
        entry(line("3001", -50_000), line("1700", 50_000), day=date(2025, 1, 1), journal="opening"),
        entry(line("1190", 150_001), line("4300", -150_001), day=date(2025, 5, 5), journal="bank"),
        entry(line("6000", 50_000), line("2000", -50_000), day=date(2025, 9, 5), journal="bank"),
        entry(line("3101", 7_000), line("2000", -7_000), day=date(2025, 10, 5), journal="bank"),
        entry(line("3002", -9_000), line("1700", 9_000), day=date(2025, 11, 5), journal="bank"),
    ])  # fmt: skip
    return stone, wells


def sign(office: Office, state: Any) -> None:
    assert state.state == "waiting"
    services.sign_journal(office.call("owner"), uid=state.uid, approve=True)


@pytest.mark.django_db
def test_the_result_goes_to_the_owners_once(office: Office, two: tuple[Owner, Owner]) -> None:
    keeper = office.call("bookkeeper")
    found = year(FIRST)
    assert (found.result_cents, found.left_cents, found.name) == (100_001, 100_001, "2025")
    halves, thirds = 182, 183  # days before and from 2 July on
    weight = (halves + 2 * thirds, halves + thirds)
    parts = among(100_001, {1: [(FIRST, weight[0])], 2: [(FIRST, weight[1])]}, FIRST, LAST)
    rows = {one.name: one for one in capital(found)}
    assert [rows[name].share_cents for name in ("Ida Stone", "Iris Wells")] == [parts[1], parts[2]]
    assert (rows["Ida Stone"].put_in_cents, rows["Ida Stone"].drawn_cents, rows["Iris Wells"].put_in_cents) == (50_000, 7_000, 9_000)
    sign(office, services.distribute_year(keeper, first_on=FIRST))
    done = year(FIRST)
    assert (done.left_cents, done.open_draws, done.rounds) == (0, {}, 1)
    today = office.today
    assert account_balance(today, code="3101") == 0 and account_balance(today, role="retained_earnings") == 100_001
    assert -account_balance(today, code="3001") == 50_000 - 7_000 + parts[1] == rows["Ida Stone"].closing_cents
    assert capital(done) == list(capital(found))
    with pytest.raises(Refused, match="whole result"):
        services.distribute_year(keeper, first_on=FIRST)
    following = {one.name: one for one in capital(year(date(2026, 1, 1)))}
    assert following["Ida Stone"].opening_cents == rows["Ida Stone"].closing_cents


@pytest.mark.django_db
def test_what_comes_late_is_distributed_beside_it(office: Office, two: tuple[Owner, Owner]) -> None:
    keeper = office.call("bookkeeper")
    waiting = services.distribute_year(keeper, first_on=FIRST)
    with pytest.raises(Refused, match="waits for a signature"):
        services.distribute_year(keeper, first_on=FIRST)
    sign(office, waiting)
    services.post(office.system(), draft=entry(line("6000", 999), line("2000", -999), day=date(2025, 12, 30), journal="bank"))
    assert year(FIRST).left_cents == -999
    sign(office, services.distribute_year(keeper, first_on=FIRST))
    assert year(FIRST).left_cents == 0 and year(FIRST).rounds == 2


@pytest.mark.django_db
def test_what_cannot_be(office: Office, two: tuple[Owner, Owner]) -> None:
    keeper, boss = office.call("bookkeeper"), office.call("owner")
    with pytest.raises(Refused, match="goes on"):
        services.distribute_year(keeper, first_on=date(2026, 1, 1))
    for wrong in ({"name": " "}, {"capital": "6000"}, {"capital": "3001"}, {"draws": "9x"}, {"weight": -1}):
        values = {"name": "X", "capital": "3000", "starts_on": FIRST, "weight": 1, **wrong}
        with pytest.raises(Refused):
            services.add_owner(boss, **values)
    with pytest.raises(Refused):
        services.put_share(boss, owner=two[0], starts_on=date(2025, 7, 2), weight=3)
    for attack in ("UPDATE ledger_ownershare SET weight = 9", "DELETE FROM ledger_ownershare", "DELETE FROM ledger_owner"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attack)


@pytest.mark.django_db
def test_payees_of_a_year(office: Office, bank: Any) -> None:
    assert (threshold_cents(2019), threshold_cents(2025), threshold_cents(2026), threshold_cents(2030)) == (60_000, 60_000, 200_000, 200_000)
    write(office, bank, payee="Dr. Locum, PC", lines=[("6310", 150_000, "")])
    write(office, bank, payee="DR LOCUM PC", lines=[("6310", 50_000, "")])
    write(office, bank, payee="Florist", lines=[("6990", 9_000, "")])
    found = payees(2026)
    assert [(one.checks, one.cents, one.over) for one in found] == [(2, 200_000, True), (1, 9_000, False)] and payees(2025) == []


@pytest.mark.django_db
def test_the_screens(office: Office, two: tuple[Owner, Owner], bank: Any) -> None:
    write(office, bank, payee="Dr. Locum", lines=[("6310", 250_000, "")])
    keeper, boss = signed_in("bookkeeper"), signed_in("owner")
    assert "Ida Stone" in keeper.get(reverse("ledger:years")).content.decode()
    page = keeper.get(reverse("ledger:year", args=[2025])).content.decode()
    assert "1,000.01" in page and "Draft the result" in page
    sent = keeper.post(reverse("ledger:distribute", args=[2025]))
    assert sent.status_code == 303
    assert "Its entry waits" in keeper.get(reverse("ledger:year", args=[2025])).content.decode()
    this = keeper.get(reverse("ledger:year", args=[2026])).content.decode()
    assert "Dr. Locum" in this and "Look" in this
    for kind in ("pdf", "csv"):
        assert keeper.get(reverse("ledger:year", args=[2026]) + f"?export={kind}").status_code == 200
    Account.objects.create(code="3003", name="Capital New", kind="equity", normal_side="credit")
    typed = {"name": "New", "capital": "3003", "draws": "", "starts_on": "2026-01-01", "weight": "1"}
    assert boss.post(reverse("ledger:owner_new"), typed).status_code == 303
    assert boss.post(reverse("ledger:owner", args=[two[0].uid]), {"starts_on": "2026-12-01", "weight": "0"}).status_code == 303
    assert keeper.get(reverse("ledger:year", args=[1])).status_code == 404
    assert signed_in("frontdesk").get(reverse("ledger:years")).status_code == 403
