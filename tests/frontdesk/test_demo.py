"""The demo is the same for the same seed, and every row of it is one the services allow."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from random import Random

import pytest

from steward.frontdesk import demo
from steward.frontdesk.models import Appointment, AppointmentSlot, Patient, Visit
from steward.frontdesk.states import KEPT, LIVE
from steward.insurance.demo import build_payers
from steward.insurance.models import Coverage
from steward.insurance.types import PayerData
from steward.people.demo import build_providers, build_staff
from steward.people.models import Employee, Provider
from steward.registry.demo import build_places
from steward.registry.services import create_entity
from steward.registry.types import EntityData
from tests.frontdesk.conftest import TODAY
from tests.support import NOON, ZONE, Office

pytestmark = pytest.mark.django_db


def build(seed: int, patients: int = 120, days_back: int = 40) -> list[tuple]:
    rng, call = Random(seed), Office().system()
    entity = create_entity(call, data=EntityData("P", "Cedar Hill"), is_practice=True)
    places = build_places(call, entity)
    start = TODAY - dt.timedelta(400)
    providers = build_providers(call, rng, entity, places, start)
    build_staff(call, rng, entity, places, start)
    plans = build_payers(call, [(PayerData(f"PAY{n}", f"Payer {n}"), 2500 * n) for n in range(3)])
    payers = demo.DemoPayers(plans, (5, 3, 2, 1), medicare=2)
    rows = demo.build_patients(call, rng, payers, providers, places, TODAY, patients)
    told: list[tuple[int, int]] = []
    demo.build_year(call, rng, rows, TODAY, NOON, ZONE, days_back=days_back, tell=lambda n, of: told.append((n, of)))
    assert told[-1][0] == told[-1][1]
    shape = Appointment.objects.order_by("id").values_list(
        "starts_at", "state", "patient__chart", "patient__party__name"
    )
    return list(shape)


def test_same_seed_same_practice(django_db_blocker) -> None:
    from django.db import transaction

    found = []
    for _ in range(2):
        with transaction.atomic():
            found.append(build(7))
            transaction.set_rollback(True)
    assert found[0] == found[1] and len(found[0]) > 500
    with transaction.atomic():
        assert build(8) != found[0]
        transaction.set_rollback(True)


def test_the_demo_looks_like_a_practice() -> None:
    build(7)
    assert Provider.objects.count() == 4 and Employee.objects.count() == 18
    states = Counter(
        Appointment.objects.filter(starts_at__lt=NOON - dt.timedelta(days=1)).values_list("state", flat=True)
    )
    assert set(states) == {"checked_out", "cancelled", "no_show"}
    assert 0.78 < states["checked_out"] / states.total() < 0.93
    assert Visit.objects.count() == Appointment.objects.filter(state__in=list(KEPT)).count()
    live = set(Appointment.objects.filter(state__in=list(LIVE)).values_list("pk", flat=True))
    assert set(AppointmentSlot.objects.values_list("appointment", flat=True)) == live
    minors = Patient.objects.filter(party__birth_date__gt=TODAY.replace(year=TODAY.year - 17))
    assert minors.exists() and all(kid.guarantor_id != kid.party_id for kid in minors)
    assert Coverage.objects.exclude(relation="18").exists() and Coverage.objects.filter(rank=2).exists()


def test_a_whole_year_has_six_thousand_visits_and_is_quick() -> None:
    import time

    began = time.perf_counter()
    build(1, patients=1500, days_back=365)
    assert Visit.objects.count() >= 6000
    assert time.perf_counter() - began < 60
