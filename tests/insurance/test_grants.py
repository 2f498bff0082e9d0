"""Referrals and prior authorisations: where they stand on a day, how they are kept, what charges used of them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from steward.core.refusals import Denied, Refused
from steward.frontdesk.models import Patient
from steward.insurance import selectors, services
from steward.insurance.logic.grants import GrantTerms, Used, state_on, units_left, visits_left, why_not
from steward.insurance.models import Grant, Payer
from steward.insurance.types import GrantData
from steward.registry.models import Party
from tests.billing.conftest import practice  # noqa: F401 - a fixture
from tests.support import Office, signed_in

FROM, MID, LAST = dt.date(2026, 11, 1), dt.date(2026, 11, 23), dt.date(2026, 12, 31)
TERMS = GrantTerms("A1", ("G0438",), 10, 3, FROM, LAST)


@pytest.mark.parametrize(
    ("terms", "day", "used", "state"),
    [
        (TERMS, FROM, Used(), "valid"),
        (TERMS, FROM - dt.timedelta(1), Used(), "not_yet"),
        (TERMS, LAST, Used(), "expiring"),
        (TERMS, LAST - dt.timedelta(13), Used(), "expiring"),
        (TERMS, LAST - dt.timedelta(14), Used(), "valid"),
        (TERMS, LAST + dt.timedelta(1), Used(), "expired"),
        (TERMS, MID, Used(units=10), "used_up"),
        (TERMS, MID, Used(visits=4), "used_up"),
        (GrantTerms("A1", starts_on=FROM), dt.date(2040, 1, 1), Used(10**6, 10**6), "valid"),
        (GrantTerms("", granted=False), MID, Used(), "asked"),
        (GrantTerms("", granted=False, denied=True), MID, Used(), "denied"),
        (GrantTerms("A1", starts_on=FROM, withdrawn=True), MID, Used(), "withdrawn"),
    ],
)
def test_where_it_stands(terms: GrantTerms, day: dt.date, used: Used, state: str) -> None:
    assert state_on(terms, day, used) == state


def test_what_is_left_and_why_a_service_may_not_rest_on_it() -> None:
    used = Used(units=8, visits=1)
    assert units_left(TERMS, used) == 2 and visits_left(TERMS, used) == 2
    assert why_not(TERMS, MID, code="G0438", units=2, used=used) == ""
    assert why_not(TERMS, MID, code="G0438", units=3, used=used) == "units"
    assert why_not(TERMS, MID, code="G0439", units=1) == "code"
    assert why_not(TERMS, LAST + dt.timedelta(1), code="G0438") == "expired"
    assert units_left(GrantTerms("A"), used) is None and units_left(TERMS, Used(units=99)) == 0


def data(payer: Payer, ana: Party, **more) -> GrantData:
    return GrantData(**{"kind": "authorisation", "patient": ana.pk, "payer": payer.pk, "number": "A1", "starts_on": FROM,
                        "ends_on": LAST, **more})  # fmt: skip


def code(call) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code


@pytest.mark.django_db
def test_asked_for_then_granted(office: Office, payer: Payer, ana: Party) -> None:
    call = office.call("frontdesk")
    row = services.add_grant(call, data=data(payer, ana, number="", starts_on=None, ends_on=None))
    assert row.granted_on is None and selectors.grants_of([ana.pk], MID) == {ana.pk: []}
    services.deny_grant(call, grant=row, on=MID, reason="more notes wanted")
    services.update_grant(call, grant=row, data=data(payer, ana))
    row.refresh_from_db()
    assert row.granted_on == MID and row.denied_on is None and row.asked_on == MID
    assert selectors.grants_of([ana.pk], MID) == {ana.pk: [row]}
    assert selectors.grants_of([ana.pk], FROM - dt.timedelta(1)) == {ana.pk: []}
    assert code(lambda: services.deny_grant(call, grant=row, on=MID)) == "granted"
    assert code(lambda: services.add_grant(call, data=data(payer, ana))) == "exists"
    services.withdraw_grant(call, grant=row, reason="other clinic")
    assert selectors.grants_of([ana.pk], MID) == {ana.pk: []}
    assert code(lambda: services.update_grant(call, grant=row, data=data(payer, ana))) == "withdrawn"
    services.add_grant(call, data=data(payer, ana))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ({"kind": "wish"}, "kind"),
        ({"codes": ("G 1",)}, "codes"),
        ({"referred_npi": "12"}, "npi"),
        ({"ends_on": dt.date(2020, 1, 1)}, "dates"),
        ({"starts_on": None, "ends_on": None}, "starts_on"),
        ({"units_allowed": 0}, "limit"),
    ],
)
def test_faults(office: Office, payer: Payer, ana: Party, more: dict, wrong: str) -> None:
    assert code(lambda: services.add_grant(office.call("frontdesk"), data=data(payer, ana, **more))) == wrong


@pytest.mark.django_db
def test_running_out_soon_and_who_may(office: Office, payer: Payer, ana: Party) -> None:
    call = office.call("frontdesk")
    soon = services.add_grant(call, data=data(payer, ana, ends_on=MID + dt.timedelta(5)))
    services.add_grant(call, data=data(payer, ana, number="A2"))
    assert list(selectors.expiring(call.subject, MID)) == [soon]
    with CaptureQueriesContext(connection) as seen:
        selectors.grants_of(range(1, 900), MID)
    assert len(seen) == 1
    with pytest.raises(Denied):
        services.add_grant(office.call("clinician"), data=data(payer, ana))


@pytest.mark.django_db
def test_what_charges_used(practice) -> None:  # noqa: F811
    rows = [{"auth_number": "A1", "units": "3"}, {"auth_number": "A1", "line_ref": "L2", "units": "1.5", "code": "G0101"},
            {"claim_ref": "C-2", "line_ref": "L3", "service_date": "2026-11-03"}]  # fmt: skip
    assert practice.claims(*rows).status == "posted"
    patient = Patient.objects.get()
    typed = {"kind": "referral", "payer": practice.blue.pk, "number": "A1", "codes": "g0438, g0101", "units_allowed": "5",
             "visits_allowed": "4", "starts_on": "11/1/2026", "ends_on": "12/31/2026"}  # fmt: skip
    client = signed_in("biller")
    new = reverse("insurance:grant_new", args=[patient.uid])
    assert client.get(new).status_code == 200
    assert client.post(new, typed).status_code == 303
    row = Grant.objects.get()
    assert row.codes == ["G0438", "G0101"]
    page = client.get(reverse("insurance:grant", args=[row.uid])).content.decode()
    assert "5 used" in page and "1 used" in page and "Used up" in page
    assert (
        "used"
        not in signed_in("frontdesk")
        .get(reverse("insurance:grant", args=[row.uid]))
        .content.decode()
        .split("History")[0]
    )
    for name in ("grant_edit", "grant_withdraw", "grant_deny"):
        assert client.get(reverse(f"insurance:{name}", args=[row.uid])).status_code == 200
    assert "A1" in client.get(reverse("insurance:grants")).content.decode()
    assert client.post(reverse("insurance:grant_withdraw", args=[row.uid]), {"reason": "moved"}).status_code == 303
    assert "Withdrawn" in client.get(reverse("insurance:grant", args=[row.uid])).content.decode()
    assert signed_in("clinician").get(reverse("insurance:grants")).status_code == 403
