"""No visit without its charge: the daily list, its owners and stakes, Today and the close; the lag from service to posting."""

from __future__ import annotations

import datetime as dt
import math

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from steward.banking.services.accounts import make_drawer
from steward.banking.services.drawers import open_drawer
from steward.banking.services.receipts import take_receipt, void_receipt
from steward.billing import desk
from steward.billing.logic import kept, lag
from steward.billing.logic.entry import Typed
from steward.billing.models import VisitDuty
from steward.billing.selectors import uncharged as ask
from steward.billing.selectors.lag import charge_lag
from steward.billing.services.charges import void_charge
from steward.billing.services.visit_charges import leave_uncharged, name_owner
from steward.core.access.models import User
from steward.core.refusals import Refused
from tests.support import signed_in

from .visits import FRIDAY, Clinic, open_clinic

MONDAY = dt.date(2026, 11, 23)
days = st.integers(0, 60).map(lambda n: MONDAY + dt.timedelta(days=n))


# ---- pure ----
@pytest.mark.parametrize(("service", "today", "found"), [
    (MONDAY, MONDAY, 0), (FRIDAY, MONDAY, 1), (dt.date(2026, 11, 21), MONDAY, 0), (dt.date(2026, 11, 16), MONDAY, 5),
])  # fmt: skip
def test_age_counts_business_days(service: dt.date, today: dt.date, found: int) -> None:
    assert kept.age(service, today) == found


@given(st.lists(st.integers(0, 10**6), min_size=1))
def test_the_usual_visit_is_one_that_was(cents: list[int]) -> None:
    found = kept.median(cents)
    assert found in cents
    assert sum(one < found for one in cents) <= len(cents) / 2 and sum(one > found for one in cents) <= len(cents) / 2


def test_nobody_has_no_usual_visit() -> None:
    assert kept.usual([]) == {0: 0} and kept.usual([(1, 5), (1, 9), (2, 1)]) == {0: 5, 1: 5, 2: 1}


@given(st.lists(st.tuples(st.integers(1, 3), days, days), max_size=30))
def test_lag_against_brute_force(rows: list[tuple[int, dt.date, dt.date]]) -> None:
    """By definition: the least observed value that at least so many percent of the values do not exceed."""
    posted = [lag.Posted(*row) for row in rows]
    found = {one.provider: one for one in lag.by_provider(posted)}
    assert set(found) == ({row[0] for row in rows} | {0} if rows else set())
    for provider, one in found.items():
        waits = [max((p - s).days, 0) for who, s, p in rows if provider in (0, who)]
        for percent, value in ((50, one.median), (90, one.ninetieth)):
            assert value == min(w for w in waits if sum(v <= w for v in waits) >= math.ceil(percent * len(waits) / 100))
        prompt = sum(kept.age(s, p) <= 2 for who, s, p in rows if provider in (0, who))
        assert one.charges == len(waits) and abs(one.prompt_tenths - prompt * 1000 / len(waits)) <= 0.5


# ---- the list ----
@pytest.fixture
def clinic(db: None) -> Clinic:
    return open_clinic()


def listed(clinic: Clinic, role: str = "biller") -> list:
    return list(ask.uncharged(clinic.office.call(role).subject, clinic.office.today))


@pytest.mark.django_db
def test_a_visit_stays_on_the_list_until_it_is_charged_or_has_a_reason(clinic: Clinic) -> None:
    call = clinic.office.call("biller")
    charged, excused, left = clinic.visit(), clinic.visit(), clinic.visit()
    assert {row.pk for row in listed(clinic)} == {charged.pk, excused.pk, left.pk}
    claim = clinic.charge(charged, Typed("G0439"))
    leave_uncharged(call, visit=excused, reason="in the global period")
    assert [row.pk for row in listed(clinic)] == [left.pk]
    void_charge(call, charge=claim.charges.get(), reason="wrong patient")
    assert {row.pk for row in listed(clinic)} == {charged.pk, left.pk}, "a voided charge is none"


@pytest.mark.django_db
def test_a_visit_somebody_paid_for_is_not_called_free(clinic: Clinic) -> None:
    desk, visit = clinic.office.call("frontdesk"), clinic.visit()
    open_drawer(desk, drawer=make_drawer(clinic.office.call("administrator"), name="D", site=clinic.office.site), float_cents=0)
    who = visit.patient.party
    paid = take_receipt(desk, tender="cash", cents=2_500, party=who, for_ref=f"visit:{visit.uid}", visit_of=who)
    with pytest.raises(Refused) as refused:
        leave_uncharged(desk, visit=visit, reason="courtesy")
    assert refused.value.code == "paid"
    void_receipt(desk, receipt=paid, reason="given back at once")
    leave_uncharged(desk, visit=visit, reason="courtesy")


@pytest.mark.django_db
def test_what_is_at_stake_is_the_providers_usual_visit(clinic: Clinic) -> None:
    for units in ("1", "2", "9"):
        clinic.charge(clinic.visit(), Typed("G0439", units=units))
    clinic.visit(), clinic.visit(n=1)
    assert [(row.provider_id == clinic.providers[0].pk, row.stake_cents) for row in listed(clinic)] == [(True, 42_000), (False, 42_000)]
    clinic.charge(clinic.visit(n=1), Typed("G2211"))
    assert [row.stake_cents for row in listed(clinic)] == [42_000, 1_605]


@pytest.mark.django_db
def test_the_owner_is_the_provider_until_somebody_is_named(clinic: Clinic) -> None:
    visit, call = clinic.visit(), clinic.office.call("biller")
    (row,) = listed(clinic)
    assert (row.owner_name, row.owner_user) == (clinic.providers[0].party.name, clinic.office.user("clinician").pk)
    for owner, words in (("frontdesk", "ask the nurse"), ("biller", "")):
        assert name_owner(call, visits=[visit], owner=clinic.office.user(owner), note_text=words) == 1
        (row,) = listed(clinic)
        assert (row.owner_name, row.owner_note, row.owner_user) == (owner.title(), words, clinic.office.user(owner).pk)
    assert VisitDuty.objects.count() == 1
    User.objects.filter(pk=clinic.office.user("hr").pk).update(is_active=False)
    clinic.office.user("hr").refresh_from_db()
    with pytest.raises(Refused) as refused:
        name_owner(call, visits=[visit], owner=clinic.office.user("hr"))
    assert refused.value.code == "owner"
    with pytest.raises(Refused):
        name_owner(clinic.office.call("clinician"), visits=[visit], owner=clinic.office.user("biller"))


@pytest.mark.django_db
def test_a_provider_sees_the_own_visits(clinic: Clinic) -> None:
    own = clinic.visit()
    clinic.visit(n=1)
    assert [row.pk for row in listed(clinic, "clinician")] == [own.pk]
    text = signed_in("clinician").get(reverse("billing:uncharged")).content.decode()
    assert own.patient.party.name in text and text.count("data-row") == 1


@pytest.mark.django_db
def test_today_tells_whom_it_concerns(clinic: Clinic) -> None:
    office = clinic.office
    old, _other = clinic.visit(day=dt.date(2026, 11, 16)), clinic.visit(n=1)
    clinic.visit(day=office.today)

    def told(role: str) -> list[tuple[str, str]]:
        return [(one.state, one.what) for one in desk.waiting(office.call(role).subject, office.today) if "kept visit" in one.what]

    assert told("biller") == told("administrator") == [("overdue", "2 kept visits have no charge")]
    assert told("clinician") == [("overdue", "1 kept visit has no charge")]
    assert told("frontdesk") == []
    name_owner(office.call("biller"), visits=[old], owner=office.user("frontdesk"))
    assert told("frontdesk") == [("overdue", "1 kept visit has no charge")] and told("clinician") == []
    (step,) = desk.closing(office.call("administrator").subject, office.today)
    assert (step.done, step.value) == (False, "1 without") and desk.closing(office.call("hr").subject, office.today) == []


@pytest.mark.django_db
def test_the_page_names_owners_in_bulk_and_asks_the_same_for_any_number(clinic: Clinic) -> None:
    visits, client, url = [clinic.visit()], signed_in("biller"), reverse("billing:uncharged")
    client.get(url)
    with CaptureQueriesContext(connection) as before:
        text = client.get(url).content.decode()
    assert "1 visits" in text or "1 " in text
    visits += [clinic.visit() for _ in range(4)]
    with CaptureQueriesContext(connection) as after:
        client.get(url)
    assert len(after) == len(before)
    chosen = {"uid": [str(one.uid) for one in visits[:3]]}
    page = client.post(reverse("billing:name_owner"), chosen)
    assert page.status_code == 200 and [one.name for one in page.context["form"].fields["owner"].queryset] == [
        "Administrator", "Biller", "Frontdesk"]  # fmt: skip
    done = client.post(reverse("billing:name_owner"), {**chosen, "owner": str(clinic.office.user("frontdesk").pk), "note_text": ""})
    assert done.status_code == 303 and VisitDuty.objects.count() == 3
    assert client.get(url + "?export=csv").status_code == 200
    assert signed_in("hr").get(url).status_code == 403


@pytest.mark.django_db
def test_posting_goes_on_to_the_next_visit(clinic: Clinic) -> None:
    first, second = clinic.visit(), clinic.visit()
    typed = {"diagnoses": "Z00.00", "bill_to": "plan", "provider": str(first.provider_id), "place": "11", "units1": "1", "code1": "G0439"}
    client, here = signed_in("biller"), reverse("billing:charge_visit", args=[first.uid])
    assert client.post(here, {**typed, "next": "1"})["Location"] == reverse("billing:charge_visit", args=[second.uid])
    done = client.post(reverse("billing:charge_visit", args=[second.uid]), {**typed, "next": "1"})
    assert done["Location"] == reverse("billing:uncharged")


# ---- the lag ----
@pytest.mark.django_db
def test_lag_by_provider_and_the_rows_behind(clinic: Clinic) -> None:
    clinic.charge(clinic.visit(day=FRIDAY), Typed("G0439"))  # three days, one business day
    clinic.charge(clinic.visit(day=dt.date(2026, 11, 9)), Typed("G0439"))
    gone = clinic.charge(clinic.visit(day=dt.date(2026, 10, 1)), Typed("G0439"))
    void_charge(clinic.office.call("biller"), charge=gone.charges.get(), reason="twice")
    clinic.charge(clinic.visit(day=MONDAY, n=1), Typed("G2211"))
    rows = charge_lag(MONDAY - dt.timedelta(days=30), MONDAY)
    found = [(row.provider.party.last_name if row.provider else "", row.lag.charges, row.lag.median, row.lag.ninetieth, row.share) for row in rows]
    assert found == [("Stone", 2, 3, 14, "50.0 %"), ("Wells", 1, 0, 0, "100.0 %"), ("", 3, 3, 14, "66.7 %")]
    client = signed_in("biller")
    page = client.get(reverse("billing:lag")).content.decode()
    assert "66.7 %" in page and "Stone" in page
    behind = client.get(reverse("billing:lag_rows"), {"npi": clinic.providers[1].npi}).content.decode()
    assert behind.count("data-row") == 1
    assert b"G2211" in client.get(reverse("billing:lag_rows"), {"export": "csv"}).getvalue()
    assert client.get(reverse("billing:lag"), {"days": "7"}).status_code == 400
    assert signed_in("frontdesk").get(reverse("billing:lag")).status_code == 403
