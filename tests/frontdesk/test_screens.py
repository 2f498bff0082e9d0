"""The front desk's screens: they open for who may, book without a script, keep what was typed, note whom they showed.
"""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from steward.billing.selectors.visits import charges_of_visit
from steward.core.audit.models import AuditRow
from steward.frontdesk.models import Appointment, Patient, Visit
from steward.frontdesk.types import CoverageInput
from steward.insurance import selectors as insurance
from steward.insurance.models import Coverage
from steward.registry.models import Party
from steward.registry.services import link_user
from steward.registry.timefield import TimeField
from tests.frontdesk.conftest import TODAY, Desk, open_desk
from tests.support import open_office, signed_in


@pytest.fixture(autouse=True)
def now(monkeypatch) -> None:
    """The process's clock reads noon of the tests' Monday."""
    monkeypatch.setenv("STEWARD_NOW", "2026-11-23T12:00:00-05:00")


def url(name: str, *args, **query) -> str:
    from urllib.parse import urlencode

    return reverse(f"frontdesk:{name}", args=args) + (f"?{urlencode(query)}" if query else "")


def page(role: str, name: str, *args, **query) -> tuple[int, str]:
    answer = signed_in(role).get(url(name, *args, **query))
    return answer.status_code, answer.content.decode()


def insured(desk: Desk, copay: int = 2500) -> Patient:
    plan = insurance.standard_plan(desk.payer)
    cover = CoverageInput(plan.pk, "M1", dt.date(2026, 1, 1), copay_cents=copay)
    return desk.patient(coverages=(cover,))


def test_every_page_opens(desk: Desk) -> None:
    ana = insured(desk)
    row = desk.book(ana, 13, place=desk.rooms[0].pk)
    coverage = Coverage.objects.get()
    pages = [
        ("day",), ("schedule",), ("encounters",), ("patients",), ("patient_new",), ("patient", ana.uid), ("patient_edit", ana.uid),
        ("patient_end", ana.uid), ("coverage_new", ana.uid), ("coverage_end", coverage.uid), ("coverage_void", coverage.uid),
        ("find",), ("book",), ("appointment", row.uid), ("move", row.uid), ("cancel", row.uid), ("check_in", row.uid),
        ("room", row.uid), ("encounter", row.uid), ("check_out", row.uid),
    ]  # fmt: skip
    client = signed_in("administrator")
    for name, *args in pages:
        assert client.get(url(name, *args)).status_code == 200, name
    for by in ("list", "provider", "room", "board"):
        text = client.get(url("day", by=by)).content.decode()
        assert "Ortiz, Ana" in text, by
    for tab in ("overview", "coverage", "appointments", "history"):
        assert client.get(url("patient", ana.uid, tab=tab)).status_code == 200


@pytest.mark.parametrize(
    ("role", "name", "status"),
    [("frontdesk", "day", 200), ("biller", "day", 200), ("biller", "book", 403), ("hr", "day", 403), ("bookkeeper", "patients", 403),
     ("clinician", "patient_new", 403), ("clinician", "day", 200), ("owner", "patients", 403), ("auditor", "patients", 200)],
)  # fmt: skip
def test_who_may(desk: Desk, role: str, name: str, status: int) -> None:
    assert page(role, name)[0] == status


def test_registering_warns_of_a_duplicate_and_keeps_what_was_typed(desk: Desk) -> None:
    ana = desk.patient()
    client = signed_in("frontdesk")
    typed = {
        "last_name": "Ortis",
        "first_name": "Ana",
        "birth_date": "3/4/1980",
        "guarantor_last": "Vega",
        "guarantor_first": "Luis",
    }
    first = client.post(url("patient_new"), typed)
    assert first.status_code == 422
    text = first.content.decode()
    assert "Ortis" in text and str(ana.uid) in text and "somebody else" in text
    done = client.post(url("patient_new"), typed | {"somebody_else": "1"})
    assert done.status_code == 303
    new = Patient.objects.exclude(pk=ana.pk).get()
    assert new.guarantor.name == "Luis Vega" and done["Location"] == url("patient", new.uid)


def test_pressing_twice_registers_once(desk: Desk) -> None:
    client = signed_in("frontdesk")
    typed = {"last_name": "Quill", "first_name": "Zoe", "_key": "5e0c5b52-2d0e-4e5c-9d2d-6f8a3a1d4c11"}
    assert client.post(url("patient_new"), typed).status_code == 303
    assert client.post(url("patient_new"), typed).status_code == 303
    assert Patient.objects.count() == 1


def booking(desk: Desk, **more: str) -> dict[str, str]:
    base = {"day": "11/23/2026", "time": "1:20p", "provider": str(desk.providers[0].pk), "reason": str(desk.reason.pk),
            "site": str(desk.site.pk), "place": "", "minutes": "", "note": ""}  # fmt: skip
    return base | more


def test_a_free_time_of_the_grid_books_in_two_pages_without_a_script(desk: Desk) -> None:
    ana = desk.patient()
    client = signed_in("frontdesk")
    grid = client.get(url("day", by="provider")).content.decode()
    link = (
        f"/frontdesk/book/?provider={desk.providers[0].pk}&amp;site={desk.site.pk}&amp;day=2026-11-23&amp;time=13%3A20"
    )
    assert link in grid
    found = client.get(
        url("find", q="ortiz", provider=desk.providers[0].pk, day="2026-11-23", time="13:20")
    ).content.decode()
    assert f"patient={ana.uid}" in found and "time=13%3A20" in found
    form = client.get(
        url("book", patient=ana.uid, provider=desk.providers[0].pk, site=desk.site.pk, day="2026-11-23", time="13:20")
    )
    assert 'value="13:20"' in form.content.decode()
    done = client.post(url("book", patient=ana.uid), booking(desk))
    row = Appointment.objects.get()
    assert done.status_code == 303 and row.starts_at == desk.at(13, 20)
    text = client.get(url("day", by="provider")).content.decode()
    assert link not in text and "Ortiz, Ana" in text
    taken = client.post(url("book", patient=ana.uid), booking(desk))
    assert taken.status_code == 422 and "taken" in taken.content.decode()


def test_moving_and_cancelling(desk: Desk) -> None:
    row = desk.book(desk.patient(), 13)
    client = signed_in("frontdesk")
    assert client.post(url("move", row.uid), booking(desk, time="2:00 pm")).status_code == 303
    row.refresh_from_db()
    assert row.starts_at == desk.at(14)
    assert client.post(url("move", row.uid), booking(desk, time="7:00 pm")).status_code == 422
    assert client.post(url("cancel", row.uid), {"reason": ""}).status_code == 422
    assert client.post(url("cancel", row.uid), {"reason": "patient called"}).status_code == 303
    row.refresh_from_db()
    assert row.state == "cancelled"


def test_check_in_by_keyboard_name_enter_enter(desk: Desk) -> None:
    """g f / NAME Enter Enter: five keys beyond the name (twelve allowed); the copay's page comes by itself."""
    row = desk.book(insured(desk), 13)
    client = signed_in("frontdesk")
    day = client.get(url("day")).content.decode()
    assert "data-filter" in day  # "/" goes to the search of the day
    found = client.get(url("day", q="ortiz"))
    assert found.status_code == 302 and found["Location"] == url("check_in", row.uid)
    form = client.get(found["Location"]).content.decode()
    assert 'class="primary" autofocus' in form and "25.00" in form and "March 4, 1980" in form
    done = client.post(url("check_in", row.uid))
    visit = Visit.objects.get()
    assert done.status_code == 303
    wanted = (
        f"{reverse('banking:receipt_new')}?patient={row.patient.uid}&for=visit%3A{visit.uid}&cents=2500&purpose=copay"
    )
    assert done["Location"] == wanted
    again = client.post(url("check_in", row.uid))
    assert again["Location"] == url("appointment", row.uid) and Visit.objects.count() == 1


def test_a_check_in_without_copay_goes_back_to_the_day_and_can_be_undone(desk: Desk) -> None:
    row = desk.book(desk.patient(), 13)
    client = signed_in("frontdesk")
    assert client.post(url("check_in", row.uid))["Location"] == url("day")
    client.post(url("act", row.uid) + "?action=undo_check_in")
    row.refresh_from_db()
    assert row.state == "booked"


def test_the_steps_of_a_visit(desk: Desk) -> None:
    row = desk.book(desk.patient(), 13, place=desk.rooms[0].pk)
    client = signed_in("frontdesk")
    client.post(url("check_in", row.uid))
    client.post(url("room", row.uid), {"place": str(desk.rooms[1].pk)})
    client.post(url("act", row.uid), {"action": "see"})
    assert client.get(url("check_out", row.uid)).status_code == 200
    assert client.post(reverse("billing:no_charge", args=[row.visit.uid]), {"reason": "courtesy"}).status_code == 303
    assert client.post(url("check_out", row.uid)).status_code == 303
    row.refresh_from_db()
    assert (row.state, row.place, row.visit.no_charge_reason) == ("checked_out", desk.rooms[1], "courtesy")
    assert client.post(url("act", row.uid), {"action": "check_out"}).status_code == 404
    refused = client.post(url("act", row.uid), {"action": "see"}, follow=True).content.decode()
    assert "not possible" in refused


def test_coverage_is_entered_ended_and_voided(desk: Desk) -> None:
    ana = desk.patient()
    client = signed_in("frontdesk")
    typed = {
        "plan": str(insurance.standard_plan(desk.payer).pk),
        "member_id": "M1",
        "rank": "1",
        "starts_on": "1/1/2026",
        "relation": "18",
    }
    assert client.post(url("coverage_new", ana.uid), typed).status_code == 303
    again = client.post(url("coverage_new", ana.uid), typed)
    assert again.status_code == 422 and "rank" in again.content.decode()
    row = Coverage.objects.get()
    assert client.post(url("coverage_end", row.uid), {"on": "t"}).status_code == 303
    assert client.post(url("coverage_void", row.uid), {"reason": "wrong card"}).status_code == 303
    row.refresh_from_db()
    assert row.voided_on == TODAY == row.ends_on


def test_correcting_a_patient_keeps_the_guarantor(desk: Desk) -> None:
    ana = desk.patient()
    kid = desk.patient("Ortiz", "Leo", guarantor_ref=ana.chart)
    client = signed_in("frontdesk")
    typed = {"last_name": "Ortiz", "first_name": "Leo", "alert": "shy"}
    assert client.post(url("patient_edit", kid.uid), typed).status_code == 303
    kid.refresh_from_db()
    assert kid.guarantor == ana.party and kid.alert == "shy"
    client.post(url("patient_edit", kid.uid), typed | {"guarantor_ref": "-"})
    assert Patient.objects.get(pk=kid.pk).guarantor_id == kid.party_id
    assert client.post(url("patient_edit", kid.uid), typed | {"guarantor_ref": "X9"}).status_code == 422


def reads(client: Client, path: str) -> set[str]:
    before = AuditRow.objects.count()
    client.get(path)
    return {ref for row in AuditRow.objects.filter(seq__gt=before) for ref in row.refs}


def test_whoever_is_shown_is_noted(desk: Desk) -> None:
    ana, zoe = desk.patient(), desk.patient("Quill", "Zoe")
    row = desk.book(ana, 13)
    client = signed_in("frontdesk")
    both, one = {str(ana.uid), str(zoe.uid)}, {str(ana.uid)}
    assert both <= reads(client, url("patients"))
    for path in (
        url("patient", ana.uid),
        url("appointment", row.uid),
        url("day"),
        url("schedule"),
        url("find", q="ortiz"),
    ):
        assert one <= reads(client, path), path


def test_a_clinician_opens_her_own_only(desk: Desk) -> None:
    link_user(desk.call("administrator"), party=desk.providers[0].party, user=desk.office.user("clinician"))
    mine, other = desk.book(desk.patient(), 13), desk.book(desk.patient("Quill", "Zoe"), 13, n=1)
    client = signed_in("clinician")
    assert client.get(url("appointment", mine.uid)).status_code == 200
    assert client.get(url("appointment", other.uid)).status_code == 404
    assert client.get(url("patient", other.patient.uid)).status_code == 404
    text = client.get(url("day")).content.decode()
    assert "Ortiz" in text and "Quill" not in text


def test_an_auditor_sees_initials(desk: Desk) -> None:
    ana = insured(desk)
    row = desk.book(ana, 13)
    client = signed_in("auditor")
    for path in (
        url("patients"),
        url("patient", ana.uid),
        url("day"),
        url("day", by="provider"),
        url("appointment", row.uid),
        url("schedule"),
    ):
        text = client.get(path).content.decode()
        assert "A. O." in text and "Ortiz" not in text and "3/4/1980" not in text and "1980-03-04" not in text, path


def test_the_day_costs_the_same_for_any_number_of_patients(desk: Desk, django_assert_max_num_queries) -> None:
    client = signed_in("frontdesk")
    for n in range(12):
        desk.book(desk.patient("P", str(n)), 13 + n // 6, n % 6 // 2 * 20, n=n % 2)
    client.get(url("day"))
    for by in ("list", "provider", "room", "board"):
        with django_assert_max_num_queries(20):
            client.get(url("day", by=by))


@pytest.mark.parametrize(
    ("typed", "time"),
    [("9", "09:00"), ("920", "09:20"), ("9:20", "09:20"), ("9:20a", "09:20"), ("1:30", "13:30"), ("1:30 pm", "13:30"), ("13:30", "13:30"),
     ("12:00 am", "00:00"), ("12p", "12:00"), ("01:30", "01:30"), ("1330", "13:30")],
)  # fmt: skip
def test_times_as_people_type_them(typed: str, time: str) -> None:
    assert TimeField().clean(typed) == dt.time.fromisoformat(time)


@pytest.mark.parametrize("typed", ["25:00", "9:75", "noon", "13:00 pm", "-1", "9:2"])
def test_what_is_no_time_is_told(typed: str) -> None:
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError):
        TimeField().clean(typed)


def test_services_exist_for_every_action() -> None:
    from steward.frontdesk.states import Action
    from steward.frontdesk.views.visits import BUTTONS, PAGES

    assert set(BUTTONS) | set(PAGES) == set(Action)


def test_charges_entered_at_check_out_are_posted(db) -> None:
    desk = open_desk(open_office())
    row = desk.book(insured(desk), 13)
    client = signed_in("frontdesk")
    client.post(url("check_in", row.uid))
    visit = Visit.objects.get()
    charges = reverse("billing:charge_visit", args=[visit.uid]) + "?from=desk"
    typed = {"bill_to": "plan", "provider": str(visit.provider_id), "place": "11",
             "diagnoses": "Z00.00 E11.9", "code1": "g0439", "units1": "1", "cents1": "150.00", "code2": "J3420", "units2": "2",
             "cents2": "2*12.50"}  # fmt: skip
    bad = client.post(charges, typed | {"cents1": "abc"})
    assert bad.status_code == 422 and "g0439" in bad.content.decode()
    assert client.post(charges, typed)["Location"] == url("check_out", row.uid)
    found = [(c.code, c.units, c.charge_cents, c.diagnoses) for c in charges_of_visit(visit.pk)]
    assert found == [("G0439", "1", 15000, "Z00.00:E11.9"), ("J3420", "2", 2500, "Z00.00:E11.9")]
    page = client.get(url("check_out", row.uid)).content.decode()
    assert "G0439" in page and "150.00" in page and "No charge, because" not in page
    claim = charges_of_visit(visit.pk)[0].claim
    assert claim.payer == desk.payer and claim.visit == visit


def test_the_appointment_card_speaks_the_patients_language(desk: Desk) -> None:
    row = desk.book(desk.patient(), 14)
    client = signed_in("frontdesk")
    page = client.get(reverse("frontdesk:card", args=[row.uid])).content.decode()
    assert "Your appointment" in page and "Monday, Nov. 23, 2026" in page and "2:00 pm" in page
    assert row.reason.name not in page, "why she comes is nobody's who finds the card"
    Party.objects.filter(pk=row.patient.party_id).update(language="es")
    spanish = client.get(reverse("frontdesk:card", args=[row.uid])).content.decode()
    for word in ('<article class="paper" lang="es">', "Su cita", "lunes, 23 de noviembre de 2026", "tarjeta de seguro"):
        assert word in spanish, word
    assert reverse("frontdesk:card", args=[row.uid]) in client.get(
        reverse("frontdesk:appointment", args=[row.uid])
    ).content.decode()
