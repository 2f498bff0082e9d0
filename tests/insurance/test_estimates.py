"""What a patient will owe: the arithmetic, the legal clock, the paper."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from steward.core.calendar import BANK
from steward.core.refusals import Refused
from steward.frontdesk.models import Patient
from steward.insurance import desk as today_lines
from steward.insurance import selectors, services
from steward.insurance.logic import good_faith
from steward.insurance.logic.estimate import Benefits, Service, patient_owes
from steward.insurance.models import Coverage, Estimate, EstimateLine
from steward.insurance.selectors import good_faith_due, good_faith_rules, standard_plan
from steward.insurance.types import (
    ContractData,
    CoverageData,
    EditionData,
    EstimateData,
    EstimateItem,
    ManualAnswer,
)
from tests.frontdesk.conftest import TODAY, Desk, desk  # noqa: F401 - a fixture
from tests.support import signed_in

YEAR, NEXT_MONTH = dt.date(2026, 1, 1), dt.date(2026, 12, 21)


# ---- arithmetic ----
def owed(*services_: Service, **benefits) -> list[int]:
    return [share.patient_cents for share in patient_owes(services_, Benefits(**benefits)).shares]


def test_copay_deductible_coinsurance() -> None:
    visit, test = Service(20_000, 12_000, copay=True), Service(9_000, 6_001)
    full = {"copay_cents": 2_500, "coinsurance_ppm": 200_000, "deductible_left_cents": 1_000}
    assert owed(visit, test, **full) == [2_500, 1_000 + 1_000]  # 20 % of 5,001 is 1,000.2
    assert owed(visit, test, **full, out_of_pocket_left_cents=3_000) == [2_500, 500]
    assert owed(visit, test, **full, out_of_pocket_left_cents=0) == [0, 0]
    assert owed(Service(1_000, 900, copay=True), copay_cents=2_500) == [900], "never more than is allowed"
    assert owed(visit, visit, copay_cents=2_500) == [2_500, 0], "one copay a visit"
    assert owed(visit, coinsurance_ppm=200_000, deductible_left_cents=0) == [2_400], "no copay: like any service"
    assert owed(Service(9_000), coinsurance_ppm=500_000) == [4_500], "without a price the charge"


def test_what_is_not_known_is_said() -> None:
    assert patient_owes([Service(1, 1, copay=True)], Benefits(copay_cents=0)).unknown == ("out_of_pocket",)
    assert patient_owes([Service(1)], Benefits()).unknown == ("allowed", "coinsurance", "deductible", "out_of_pocket")
    assert patient_owes([Service(1, 1, copay=True)], Benefits(0, 0, 0, 0)).unknown == ()
    assert "copay" in patient_owes([Service(1, 1, copay=True)], Benefits(None, 0, 0, 0)).unknown


CENTS = st.integers(0, 500_000)
SERVICES = st.lists(st.builds(Service, CENTS, st.none() | CENTS, st.booleans()), max_size=5)
BENEFITS = st.builds(
    Benefits, st.none() | CENTS, st.none() | st.integers(0, 1_000_000), st.none() | CENTS, st.none() | CENTS
)


@settings(deadline=None)
@given(SERVICES, BENEFITS)
def test_no_share_is_below_zero_or_above_what_is_allowed_or_left(planned: list[Service], benefits: Benefits) -> None:
    found = patient_owes(planned, benefits)
    for service, share in zip(planned, found.shares, strict=True):
        assert 0 <= share.patient_cents <= service.base_cents
    if benefits.out_of_pocket_left_cents is not None:
        assert found.patient_cents <= benefits.out_of_pocket_left_cents
    taken = sum(share.deductible_cents for share in found.shares)
    assert taken <= (benefits.deductible_left_cents or 0)


@settings(deadline=None)
@given(SERVICES, BENEFITS, CENTS)
def test_a_larger_deductible_never_costs_less(planned: list[Service], benefits: Benefits, more: int) -> None:
    larger = Benefits(benefits.copay_cents, benefits.coinsurance_ppm, (benefits.deductible_left_cents or 0) + more,
                      benefits.out_of_pocket_left_cents)  # fmt: skip
    assert patient_owes(planned, larger).patient_cents >= patient_owes(planned, benefits).patient_cents - len(planned)


# ---- the clock: 45 CFR 149.610(b)(1)(vi) ----
@pytest.mark.parametrize(
    ("scheduled", "visit", "day", "rule"),
    [
        ((2026, 3, 2), (2026, 3, 16), (2026, 3, 5), "ten_or_more"),  # normal: ten business days ahead
        ((2026, 3, 2), (2026, 3, 13), (2026, 3, 3), "three_to_nine"),  # nine
        ((2026, 3, 2), (2026, 3, 5), (2026, 3, 3), "three_to_nine"),  # three
        ((2026, 3, 2), (2026, 3, 4), None, None),  # two: none is owed
        ((2028, 2, 28), (2028, 3, 31), (2028, 3, 2), "ten_or_more"),  # leap day counts
        ((2026, 4, 29), (2026, 5, 29), (2026, 5, 4), "ten_or_more"),  # month end and weekend
        ((2026, 3, 7), (2026, 3, 12), (2026, 3, 9), "three_to_nine"),  # scheduled on a Saturday
        ((2026, 12, 30), (2027, 1, 20), (2027, 1, 5), "ten_or_more"),  # year end: New Year's Day does not count
        ((2026, 11, 25), (2026, 12, 1), (2026, 11, 27), "three_to_nine"),  # Thanksgiving does not count
        ((2021, 12, 1), (2021, 12, 30), None, None),  # before the law
    ],
)
def test_the_day_an_estimate_is_owed(scheduled, visit, day, rule) -> None:
    found = good_faith_due(dt.date(*visit), dt.date(*scheduled))
    assert (found.day, found.rule) == (dt.date(*day), rule) if day else found is None


def test_asked_for_changed_and_the_earliest_of_several() -> None:
    visit = dt.date(2026, 3, 30)
    assert good_faith_due(visit, None, dt.date(2026, 3, 6)).day == dt.date(2026, 3, 11)
    assert good_faith_due(visit, changed=True).day == dt.date(2026, 3, 27)
    both = good_faith_due(visit, dt.date(2026, 3, 10), dt.date(2026, 3, 9))
    assert both.rule == "requested" and both.day == dt.date(2026, 3, 12)
    assert good_faith_due(visit) is None


def test_a_dispute() -> None:
    rules = good_faith_rules()
    assert good_faith.disputable(rules, 10_000, 50_000) and not good_faith.disputable(rules, 10_000, 49_999)
    assert good_faith.dispute_until(rules, dt.date(2026, 11, 23)) == dt.date(2027, 3, 23)
    assert rules.source.startswith("45 CFR 149.610")
    assert good_faith.due(rules, BANK, service_day=TODAY, scheduled_on=TODAY + dt.timedelta(1)) is None


# ---- with the desk ----
def insured(desk: Desk, patient: Patient) -> Coverage:  # noqa: F811
    plan = standard_plan(desk.payer).pk
    return services.add_coverage(desk.call(), data=CoverageData(patient.party_id, plan, patient.party_id, "M1", YEAR))


def agreed(desk: Desk) -> None:  # noqa: F811
    call = desk.call("biller")
    schedule = services.create_schedule(call, name="List")
    data = EditionData(YEAR, b"code,amount\nG0438,120.00\nG0101,60.00\n")
    services.import_edition(call, schedule=schedule, data=data)
    services.create_contract(call, data=ContractData(desk.payer.pk, "Blue 2026", YEAR, "Letter", schedule=schedule.pk))


@pytest.mark.django_db
def test_from_contract_and_benefits_to_the_paper(desk: Desk) -> None:  # noqa: F811
    ana = desk.patient()
    cover = insured(desk, ana)
    agreed(desk)
    said = ManualAnswer(
        "phone", TODAY, "active", {"copay_cents": 2_500, "coinsurance_ppm": 200_000, "deductible_left_cents": 1_000}
    )
    services.record_answer(desk.call(), coverage=cover, data=said)
    client = signed_in("frontdesk")
    new = reverse("insurance:estimate_new", args=[ana.uid])
    assert client.get(new).status_code == 200
    typed = {"service_day": "11/30/2026", "items": "G0438 200.00 yearly visit\n2xG0101-25 180.00 exam\n", "place": "11"}
    assert client.post(new, typed | {"items": "G0438 much"}).status_code == 422
    assert client.post(new, typed).status_code == 303
    row = Estimate.objects.get()
    assert row.kind == "insured" and row.total_cents == 38_000 and row.unknown == "out_of_pocket"
    assert row.patient_cents == 2_500 + 1_000 + 2_200  # 20 % of 120.00 - 10.00
    assert [(one.allowed_cents, one.units) for one in selectors.lines_of(row)] == [(12_000, 1), (12_000, 2)]
    here = reverse("insurance:estimate", args=[row.uid])
    assert "57.00" in client.get(here).content.decode()
    assert "Lo que su visita" in client.get(here, {"paper": "es"}).content.decode()
    assert client.post(here, {"on": "t", "how": ""}).status_code == 422
    assert client.post(here, {"on": "t", "how": "by hand"}).status_code == 303
    assert client.post(here, {"on": "t", "how": "again"}).status_code == 422
    assert "Ortiz" in client.get(reverse("insurance:estimates")).content.decode()
    assert signed_in("clinician").get(here).status_code == 403


@pytest.mark.django_db
def test_a_good_faith_estimate_and_its_clock(desk: Desk) -> None:  # noqa: F811
    ben = desk.patient("Bell", "Ben")
    desk.book(ben, 13, day=TODAY + dt.timedelta(7))
    client = signed_in("frontdesk")
    page = client.get(reverse("insurance:eligibility")).content.decode()
    assert "good-faith estimate due" in page
    data = EstimateData(ben.party_id, TODAY + dt.timedelta(7), (EstimateItem("G0438", 20_000),), scheduled_on=TODAY)
    row = services.make_estimate(desk.call(), data=data)
    assert row.kind == "selfpay" and row.patient_cents == 20_000 and row.total_cents == 20_000
    assert "good-faith estimate due" not in client.get(reverse("insurance:eligibility")).content.decode()
    (task,) = today_lines.waiting(desk.call().subject, TODAY)
    assert task.due == TODAY + dt.timedelta(1) and task.state == "today"
    (late,) = today_lines.waiting(desk.call().subject, TODAY + dt.timedelta(3))
    assert late.state == "overdue"
    page = client.get(reverse("insurance:estimate", args=[row.uid])).content.decode()
    assert "400 dollars" in page and "200.00" in page
    newer = services.make_estimate(desk.call(), data=EstimateData(
        ben.party_id, data.service_day, (EstimateItem("G0438", 25_000),), scheduled_on=TODAY, replaces=row.pk))  # fmt: skip
    with pytest.raises(Refused):
        services.make_estimate(
            desk.call(), data=EstimateData(ben.party_id, data.service_day, data.items, replaces=row.pk)
        )
    assert [one for one, _due in selectors.owed_estimates(TODAY)] == [newer]
    services.give_estimate(desk.call(), estimate=newer, on=TODAY, how="by post")
    assert selectors.owed_estimates(TODAY) == [] and newer.number == 2
    for act in (lambda: EstimateLine.objects.update(units=9), lambda: Estimate.objects.update(total_cents=1)):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ({"items": ()}, "items"),
        ({"items": (EstimateItem("G0438", -1),)}, "items"),
        ({"items": (EstimateItem("G 1", 1),)}, "items"),
        ({"scheduled_on": TODAY + dt.timedelta(9)}, "dates"),
        ({"service_day": dt.date(2025, 1, 1)}, "coverage"),
    ],
)
def test_what_is_refused(desk: Desk, more: dict, wrong: str) -> None:  # noqa: F811
    ana = desk.patient()
    cover = insured(desk, ana)
    values = {"patient": ana.party_id, "service_day": TODAY, "items": (EstimateItem("G0438", 1),), "coverage": cover.pk}
    with pytest.raises(Refused) as refused:
        services.make_estimate(desk.call(), data=EstimateData(**values | more))
    assert refused.value.code == wrong
