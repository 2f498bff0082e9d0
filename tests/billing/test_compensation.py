"""Provider statements add to the practice's result to the cent; shares lose nothing; pay by contract; terms that stand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from steward.billing.logic.compensation import BASES, Statement, Terms, added, earned, shares
from steward.billing.models import ProviderContract
from steward.billing.selectors import compensation as ask
from steward.billing.services import compensation as services
from steward.core.refusals import Refused
from steward.ledger import services as ledger
from tests.billing.visits import Clinic, entry, open_clinic
from tests.ledger.support import entry as draft
from tests.ledger.support import line
from tests.support import signed_in

NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))
cents = st.integers(0, 10**9)


@given(cents, st.sampled_from(BASES), st.lists(st.tuples(st.text(max_size=3), st.integers(-5, 10**6)), max_size=6, unique_by=lambda p: p[0]))
def test_shares_lose_no_cent(total: int, basis: str, given_figures: list[tuple[str, int]]) -> None:
    who, figures = [key for key, _n in given_figures], dict(given_figures)
    got = shares(total, basis, who, figures)
    assert sum(got.values()) == (total if who else 0) and list(got) == who and all(part >= 0 for part in got.values())
    if basis != "equal" and sum(max(0, n) for n in figures.values()):
        assert all(got[key] == 0 for key in who if figures[key] <= 0)


def test_a_way_that_is_not_known() -> None:
    with pytest.raises(ValueError, match="luck"):
        shares(1, "luck", ["a"], {})


def test_pay_by_guarantee_share_and_units() -> None:
    assert earned(Terms(month_cents=1_000_000), 3, 99, 99) == 3_000_000
    assert earned(Terms(share_ppm=400_000), 1, 1_000_001, 0) == 400_000
    assert earned(Terms(share_ppm=500_000, threshold_cents=100_000), 2, 250_000, 0) == 25_000
    assert earned(Terms(share_ppm=500_000, threshold_cents=100_000), 2, -5, 0) == 0
    assert earned(Terms(point_cents=5_250), 1, 0, 1_234) == 64_785  # 12.34 units at 52.50


def test_the_sum_of_statements() -> None:
    one, two = Statement("a", "A", {"4000": 5}, {"5000": 2}, 1), Statement("b", "B", {"4000": 7}, {}, 3)
    assert added([one, two], "Sum").contribution_cents == one.contribution_cents + two.contribution_cents == 6


@pytest.fixture
def clinic(db: Any) -> Clinic:
    """Two providers' visits in November, own costs of one, overhead, interest nobody brought, and a draw."""
    clinic = open_clinic()
    for n, day in ((0, 12), (0, 13), (1, 16)):
        clinic.charge(clinic.visit(day=date(2026, 11, day), n=n), entry.Typed("G0439"))
    party = clinic.providers[0].party_id
    ledger.post_many(clinic.office.system(), drafts=[
        draft(line("6200", 30_001, provider=party), line("2000", -30_001), day=date(2026, 11, 3), journal="bank"),
        draft(line("6000", 100_001), line("2000", -100_001), day=date(2026, 11, 5), journal="bank"),
        draft(line("1190", 777), line("interest_income", -777), day=date(2026, 11, 9), journal="bank"),
        draft(line("3100", 5_000, provider=party), line("2000", -5_000), day=date(2026, 11, 20), journal="bank"),
    ])  # fmt: skip
    return clinic


def row(whole: ask.Whole, name: str) -> Statement:
    return next(one for one in whole.rows if name in one.name)


def test_without_a_rule_overhead_stays_with_the_practice(clinic: Clinic) -> None:
    whole = ask.whole(*NOVEMBER)
    charged = sum(one.revenue_cents for one in whole.rows)
    assert whole.practice.overhead_cents == 100_001 and whole.practice.revenue_cents == 777
    assert row(whole, "Stone").direct_cents == 30_001 and row(whole, "Stone").paid_cents == 5_000
    assert whole.result_cents == charged + 777 - 130_002 and whole.difference_cents == 0


@pytest.mark.parametrize("basis", [one for one in BASES if one != "fixed"])
def test_they_add_to_the_result_whatever_the_way(clinic: Clinic, basis: str) -> None:
    services.put_overhead(clinic.office.call("owner"), starts_on=date(2026, 9, 1), basis=basis)
    whole = ask.whole(*NOVEMBER)
    assert whole.difference_cents == 0 and whole.practice.overhead_cents == 0
    assert sum(one.overhead_cents for one in whole.rows) == 100_001 and whole.basis == basis
    if basis in ("revenue", "visits"):
        assert row(whole, "Stone").overhead_cents == 66_667 and row(whole, "Wells").overhead_cents == 33_334


def test_agreed_shares_and_a_rule_of_a_later_month(clinic: Clinic) -> None:
    owner = clinic.office.call("owner")
    first, second = (str(one.uid) for one in clinic.providers)
    services.put_overhead(owner, starts_on=date(2026, 11, 1), basis="fixed", weights={first: 1, second: 3})
    services.put_overhead(owner, starts_on=date(2026, 12, 1), basis="equal")
    whole = ask.whole(*NOVEMBER)
    assert (row(whole, "Stone").overhead_cents, row(whole, "Wells").overhead_cents) == (25_000, 75_001)
    with pytest.raises(Refused):
        services.put_overhead(owner, starts_on=date(2026, 12, 1), basis="visits")
    for wrong in ({"starts_on": date(2027, 1, 2), "basis": "equal"}, {"starts_on": date(2027, 1, 1), "basis": "luck"},
                  {"starts_on": date(2027, 1, 1), "basis": "fixed"}):  # fmt: skip
        with pytest.raises(Refused):
            services.put_overhead(owner, **wrong)


def test_terms_and_their_end(clinic: Clinic) -> None:
    owner, stone = clinic.office.call("owner"), clinic.providers[0]
    made = services.make_contract(owner, provider=stone, starts_on=date(2026, 9, 1), month_cents=900_000)
    with pytest.raises(Refused, match="holds then"):
        services.make_contract(owner, provider=stone, starts_on=date(2026, 12, 1), month_cents=1)
    for wrong in ({"starts_on": date(2026, 12, 2), "month_cents": 1}, {"starts_on": date(2026, 12, 1)},
                  {"starts_on": date(2026, 12, 1), "share_ppm": 1_000_001}):  # fmt: skip
        with pytest.raises(Refused):
            services.make_contract(owner, provider=clinic.providers[1], **wrong)
    with pytest.raises(Refused):
        services.end_contract(owner, uid=made.uid, ends_on=date(2026, 10, 30))
    services.end_contract(owner, uid=made.uid, ends_on=date(2026, 10, 31))
    services.make_contract(owner, provider=stone, starts_on=date(2026, 11, 1), month_cents=100, share_ppm=500_000)
    whole = ask.whole(date(2026, 10, 1), NOVEMBER[1])
    assert row(whole, "Stone").earned_cents == 900_100 and row(whole, "Stone").balance_cents == 895_100
    with pytest.raises(Refused):
        services.end_contract(owner, uid=made.uid, ends_on=date(2026, 12, 31))
    for attack in ("UPDATE billing_providercontract SET month_cents = 5", "DELETE FROM billing_providercontract",
                   "UPDATE billing_providercontract SET ends_on = NULL"):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attack)


def test_the_screens(clinic: Clinic, django_assert_max_num_queries: Any) -> None:
    boss = signed_in("owner")
    sent = boss.post(
        reverse("billing:contract_new"),
        {"provider": clinic.providers[0].pk, "starts_on": "2026-09-01", "share": "45", "month_cents": "", "threshold_cents": "", "point_cents": ""},
    )
    assert sent.status_code == 303
    made = ProviderContract.objects.get()
    assert made.share_ppm == 450_000 and "45 %" in boss.get(reverse("billing:contract", args=[made.uid])).content.decode()
    overhead = reverse("billing:overhead")
    assert boss.post(overhead, {"starts_on": "2026-09-01", "basis": "visits"}).status_code == 303
    assert "By visits" in boss.get(overhead).content.decode()
    url = reverse("billing:provider_statements") + "?from=2026-11&to=2026-11"
    with django_assert_max_num_queries(24):
        page = boss.get(url).content.decode()
    assert "add to the practice" in page and "Stone" in page and "1,000.01" in page
    for kind in ("csv", "xlsx", "pdf"):
        assert boss.get(f"{url}&export={kind}").status_code == 200
    one = reverse("billing:provider_statement", args=[clinic.providers[0].uid]) + "?from=2026-11&to=2026-11"
    assert "300.01" in boss.get(one).content.decode() and boss.get(one + "&export=pdf").content.startswith(b"%PDF")
    assert boss.get(reverse("billing:contracts")).status_code == 200
    for wrong in ("?from=x", "?from=2026-10&to=2026-09", "?from=2020-01&to=2026-09"):
        assert boss.get(reverse("billing:provider_statements") + wrong).status_code == 400
    assert boss.post(reverse("billing:contract", args=[made.uid]), {"ends_on": "2026-11-30"}).status_code == 303
    assert signed_in("clinician").get(url).status_code == 403 and signed_in("frontdesk").get(url).status_code == 403
