"""Referrals and authorisations at booking: a visit that rests on none is booked only by somebody who says so."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from steward.billing.selectors.grants import used_of
from steward.billing.services.charges import enter_charges
from steward.billing.types import ChargeData, ClaimData
from steward.frontdesk.models import Appointment
from steward.insurance.logic.grants import Used
from steward.insurance.selectors import day_notes, grant_gaps, standard_plan
from steward.insurance.services import add_coverage, add_grant
from steward.insurance.types import CoverageData, GrantData
from tests.frontdesk.conftest import TODAY, Desk, open_desk
from tests.support import open_office, signed_in

pytestmark = pytest.mark.django_db
TOMORROW, YEAR = TODAY + dt.timedelta(1), dt.date(2026, 1, 1)


@pytest.fixture
def desk(db) -> Desk:
    return open_desk(open_office())


def granted(desk: Desk, patient, number: str = "A-1", kind: str = "authorisation", **more):
    data = GrantData(kind, patient.party_id, desk.payer.pk, **{"number": number, "starts_on": YEAR, **more})
    return add_grant(desk.call(), data=data)


def insured(desk: Desk):
    patient = desk.patient()
    plan = standard_plan(desk.payer).pk
    add_coverage(desk.call(), data=CoverageData(patient.party_id, plan, patient.party_id, "M1", YEAR))
    return patient


def charged(desk: Desk, patient, *units: str, number: str = "", referral: str = "") -> None:
    lines = tuple(ChargeData("G0438", 1_000, units=each, diagnoses=("Z00.00",)) for each in units)
    data = ClaimData(patient.pk, desk.providers[0].pk, TODAY, lines, payer=desk.payer.pk, auth_number=number,
                     details={"referral_number": referral} if referral else {})  # fmt: skip
    enter_charges(desk.call("biller"), data=data)


def gaps(desk: Desk, patient, day: dt.date = TOMORROW) -> list[str]:
    return [note.words for note in grant_gaps(desk.call().subject, patient.party_id, day, used_of)]


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages are of the day of the desk, whatever day it is."""
    monkeypatch.setenv("STEWARD_NOW", "2026-11-23T12:00:00-05:00")


def test_units_and_visits_are_counted_from_charges(desk: Desk) -> None:
    patient = insured(desk)
    charged(desk, patient, "2", "1.5", number="A-1", referral="R-1")
    charged(desk, patient, "1", number="A-1")
    charged(desk, desk.patient("Bell", "Ben"), "9", number="A-1")
    party = patient.party_id
    assert used_of([(party, "A-1"), (party, "R-1"), (party, "NONE")]) == {(party, "A-1"): Used(5, 1), (party, "R-1"): Used(4, 1)}


def test_what_does_not_carry_the_visit(desk: Desk) -> None:
    patient = insured(desk)
    assert gaps(desk, patient) == [], "a payer that never wanted one is asked for none"
    grant = granted(desk, patient, visits_allowed=1)
    assert gaps(desk, patient) == []
    notes = day_notes(desk.call().subject, patient.party_id, TOMORROW, used_of)
    assert [note.words for note in notes][-1].endswith("1 visit left.")
    charged(desk, patient, "1", number="A-1")
    assert gaps(desk, patient) == ["Prior authorization A-1 is used up."]
    granted(desk, patient, "A-2", ends_on=TODAY)
    assert "A-2 ends before that day" in gaps(desk, patient)[0] or "used up" in gaps(desk, patient)[0]
    granted(desk, patient, "A-3")
    assert gaps(desk, patient) == [], "one that holds is enough"
    granted(desk, patient, "", "referral", starts_on=None)
    assert "not granted yet" in gaps(desk, patient)[0]
    assert grant_gaps(desk.call("clinician").subject, patient.party_id, TOMORROW, used_of) == []
    assert grant.number == "A-1"


def test_booking_asks_and_takes_a_yes(desk: Desk) -> None:
    patient, client = insured(desk), signed_in("frontdesk")
    granted(desk, patient, ends_on=TODAY)
    url = reverse("frontdesk:book") + f"?patient={patient.uid}"
    typed = {"reason": desk.reason.pk, "provider": desk.providers[0].pk, "site": desk.site.pk, "day": TOMORROW.isoformat(),
             "time": "09:00", "minutes": "", "note": ""}  # fmt: skip
    answer = client.post(url, typed)
    assert answer.status_code == 422 and "A-1 ends before that day" in answer.content.decode() and not Appointment.objects.exists()
    assert client.post(url, {**typed, "without_grant": "on"}).status_code == 303
    row = Appointment.objects.get()
    move = reverse("frontdesk:move", args=[row.uid])
    assert client.post(move, {**typed, "time": "10:00"}).status_code == 422
    assert client.post(move, {**typed, "day": TODAY.isoformat(), "time": "16:00"}).status_code == 303, "it holds today"


def test_the_list_of_what_runs_out(desk: Desk) -> None:
    patient = insured(desk)
    granted(desk, patient, "SOON-1", ends_on=TODAY + dt.timedelta(5))
    granted(desk, patient, "LATE-1", ends_on=TODAY + dt.timedelta(50))
    page = signed_in("biller").get(reverse("insurance:grants") + "?ends_from=t&ends_to=%2B13").content.decode()
    assert "SOON-1" in page and "LATE-1" not in page
