"""A hundred made-up particulars go through the house; none is met where none belongs: logs, addresses, titles, names of files,
the audit log, keys of retries, sessions, the outbox, jobs, and files beside the database.
"""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import reverse

from steward.core.logs import Line
from steward.frontdesk import services as frontdesk
from steward.frontdesk.models import Patient
from steward.frontdesk.types import BookingData, CoverageInput, RegistrationData
from steward.registry.types import AddressData, ContactData, PersonData
from tests.desk.world import World, build
from tests.support import signed_in

pytestmark = pytest.mark.django_db


class Heard(logging.Handler):
    """Every line the product's own formatter would write."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(Line())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def heard() -> Any:
    handler, names = Heard(), ("", "steward", "django", "django.request", "django.security", "allauth")
    for name in names:
        logging.getLogger(name).addHandler(handler)
    yield handler
    for name in names:
        logging.getLogger(name).removeHandler(handler)


def particulars(n: int) -> dict[str, str]:
    """Ten of them for one patient, each unmistakable."""
    tag = f"{n:02d}"
    return {
        "last": f"Zqlast{tag}w",
        "first": f"Zqfirst{tag}w",
        "middle": f"Zqmiddle{tag}w",
        "street": f"{n} Zqstreet{tag}w Road",
        "city": f"Zqcity{tag}w",
        "email": f"zqmail{tag}w@example.test",
        "phone": f"21255519{tag}",
        "member": f"ZQMEM{tag}W",
        "alert": f"Zqalert{tag}w",
        "note": f"Zqnote{tag}w",
    }


def register(world: World, n: int, plan: int) -> Patient:
    has = particulars(n)
    person = PersonData(
        has["last"],
        has["first"],
        has["middle"],
        birth_date=dt.date(1960, 1, 1 + n),
        tax_id=f"9007801{n:02d}",
        contacts=(ContactData("phone", has["phone"]), ContactData("email", has["email"])),
        addresses=(AddressData(has["street"], has["city"], "NY", "12345"),),
        note=has["note"],
    )
    cover = CoverageInput(plan=plan, member_id=has["member"], starts_on=dt.date(2026, 1, 1))
    data = RegistrationData(person, site=world.office.site.pk, coverages=(cover,), alert=has["alert"])
    return frontdesk.register_patient(world.office.call("frontdesk"), data=data, despite_duplicates=True)


def live(world: World) -> list[Patient]:
    """Ten patients, booked, moved and paid for."""
    from steward.banking.services.receipts import take_receipt
    from steward.insurance.models import Plan

    plan, made = Plan.objects.first(), [0]
    patients = [register(world, n, plan.pk) for n in range(10)]
    reason = world.appointments[0].reason_id
    for n, patient in enumerate(patients):
        starts = dt.datetime.combine(world.office.today, dt.time(10 + n // 3, 20 * (n % 3)), world.office.clock.zone)
        data = BookingData(
            patient.pk,
            world.providers[n % 2].pk,
            world.office.site.pk,
            reason,
            starts_at=starts,
            note=particulars(n)["note"],
        )
        row = frontdesk.book(world.office.call("frontdesk"), data=data)
        if n % 2:
            frontdesk.cancel(world.office.call("frontdesk"), appointment=row, reason="could not come")
        take_receipt(world.office.call("frontdesk"), tender="cash", cents=1000 + n, party=patient.party)
        made[0] += 1
    return patients


def words() -> set[str]:
    """The hundred."""
    return {word for n in range(10) for word in particulars(n).values()}


def met(text: str) -> set[str]:
    folded = text.casefold()
    return {word for word in words() if word.casefold() in folded}


def visit_pages(world: World, patients: list[Patient]) -> list[Any]:
    """The pages of ten patients as the front desk sees them, a search, an export, a form sent back, a page that is not there."""
    desk = signed_in("frontdesk", Client(raise_request_exception=False))
    world.office.user("frontdesk")
    answers = [
        desk.get(f"/frontdesk/patients/?q={particulars(0)['last']}"),
        desk.get("/frontdesk/"),
        desk.get("/frontdesk/schedule/"),
    ]
    for patient in patients:
        page = reverse("frontdesk:patient", args=[patient.uid])
        answers += [desk.get(page), *(desk.get(f"{page}?tab={tab}") for tab in ("coverage", "appointments", "history"))]
        answers.append(desk.get(reverse("frontdesk:patient_edit", args=[patient.uid])))
        answers.append(desk.get(f"{reverse('banking:receipt_new')}?patient={patient.uid}"))
    answers.append(
        desk.post(reverse("frontdesk:patient_new"), {"last_name": particulars(1)["last"], "birth_date": "never"})
    )
    answers.append(desk.get(f"/no/such/{particulars(2)['last']}"))
    answers.append(signed_in("administrator").get("/frontdesk/patients/?export=csv"))
    answers.append(Client().get(f"/frontdesk/patients/?q={particulars(3)['last']}"))
    answers.append(
        Client().post("/sign-in/login/", {"login": particulars(4)["last"], "password": particulars(4)["note"]})
    )
    return answers


def told(answer: Any) -> str:
    parts = answer if answer.streaming else [answer.content]
    return b"".join(part if isinstance(part, bytes) else part.encode() for part in parts).decode("utf-8", "replace")


def test_a_hundred_particulars_stay_where_they_belong(heard: Heard) -> None:
    world = build()
    patients = live(world)
    answers = visit_pages(world, patients)
    shown = {word for answer in answers if answer.status_code == 200 for word in met(told(answer))}
    assert len(words()) == 100 and len(shown) >= 80  # the canaries sing where they should
    _addresses_and_titles(answers)
    assert not met("\n".join(heard.lines))
    _tables()
    _files()


def _addresses_and_titles(answers: list[Any]) -> None:
    for answer in answers:
        asked = met(answer.request["QUERY_STRING"]) | met(
            answer.request["PATH_INFO"]
        )  # what the person typed comes back
        for header in ("Location", "Content-Disposition", "HX-Redirect", "Set-Cookie", "Refresh"):
            assert not met(answer.headers.get(header, "")) - asked, header
        if "text/html" not in answer.headers.get("Content-Type", ""):
            continue
        html = told(answer)
        for attribute in re.findall(r'(?:href|src|action|formaction|hx-get|hx-post|data-href)="([^"]*)"', html):
            assert not met(attribute) - asked, (answer.request["PATH_INFO"], attribute)
            assert not met(_unwrapped(attribute)), (answer.request["PATH_INFO"], attribute)
        for title in re.findall(r"<title>(.*?)</title>", html, re.S):
            assert not met(title) - asked, (answer.request["PATH_INFO"], title)


def _unwrapped(address: str) -> str:
    """What the values of an address's query say once base64 is taken off: signed is not sealed."""
    texts = []
    for value in re.findall(r"=([A-Za-z0-9_:.-]{16,})", address):
        for part in value.split(":"):
            with contextlib.suppress(ValueError):
                texts.append(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode("latin-1"))
    return " ".join(texts)


def _tables() -> None:
    """What is kept in the clear beside the patients' own tables; and what is sealed is nowhere in the clear."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            text = json.dumps(cursor.fetchall(), default=str)
            assert not re.search(r"9007801\d\d|900-78-01\d\d", text), f"a tax number in the clear in {table}"
            if not table.startswith(("frontdesk_", "registry_", "insurance_", "banking_", "billing_")):
                assert not met(text), (table, met(text))
    for row in Session.objects.all():
        data = json.dumps(row.get_decoded())
        assert not met(data) - {particulars(3)["last"]}, data


def _files() -> None:
    for path in Path(settings.DATA).rglob("*"):
        if path.is_file() and ".sqlite3" not in path.name:
            assert not met(path.read_bytes().decode("latin-1")), path


def test_an_error_tells_a_number_and_nothing_else(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault with a patient's name in its text: neither the page nor the log repeats it."""
    secret = particulars(7)["last"]
    world = build()

    def fall(*_args: Any, **_kwargs: Any) -> Any:
        raise ValueError(f"could not read {secret} born 1960-01-08")

    monkeypatch.setattr("steward.frontdesk.selectors.patient_page", fall)
    client = signed_in("frontdesk", Client(raise_request_exception=False))
    answer = client.get(reverse("frontdesk:patient", args=[world.patients[0].uid]))
    assert answer.status_code == 500
    text, log = answer.content.decode(), "\n".join(heard.lines)
    for leak in (secret, "1960-01-08", "ValueError", "selectors", "Traceback", "SELECT", "/work/", ".py"):
        assert leak not in text, leak
    assert secret not in log and "1960-01-08" not in log
    assert "ValueError" in log and re.search(r"[0-9A-F]{8}", text)


def test_models_named_here_exist() -> None:
    """A table that is renamed must not fall out of the search unseen: the search reads every table there is."""
    assert {m._meta.db_table for m in apps.get_models()} <= set(connection.introspection.table_names())


def test_links_to_the_next_page_carry_values_sealed() -> None:
    from steward.core.listing import Sort
    from steward.core.listing.keyset import CursorError, cursor, read_cursor

    sort, other = Sort("name", "Name", "last_key"), Sort("-name", "Name", "-last_key")
    text = cursor("t", sort, {"id": 7, "last_key": particulars(0)["last"]})
    assert not met(text) and not met(_unwrapped(f"?after={text}"))
    assert read_cursor("t", sort, text) == [particulars(0)["last"], 7]
    for listing, order, changed in (
        ("u", sort, text),
        ("t", other, text),
        ("t", sort, ("B" if text[0] == "A" else "A") + text[1:]),
        ("t", sort, text[:9]),
    ):
        with pytest.raises(CursorError):
            read_cursor(listing, order, changed)
