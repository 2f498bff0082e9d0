"""What the insurance tests share: a payer, people, and a coverage to be had with one call."""

from __future__ import annotations

import datetime as dt

import pytest

from steward.insurance import selectors, services
from steward.insurance.models import Coverage, Payer
from steward.insurance.types import CoverageData, PayerData
from steward.registry.models import Party
from steward.registry.services import create_party
from steward.registry.types import PersonData
from tests.support import Office

YEAR = dt.date(2026, 1, 1)


@pytest.fixture
def payer(office: Office) -> Payer:
    data = PayerData("BLUE", "Blue Harbor Health", "BH001", "REF9", "1512345678", "BL")
    return services.create_payer(office.call("administrator"), data=data)


@pytest.fixture
def ana(office: Office) -> Party:
    data = PersonData("Ortiz", "Ana", birth_date=dt.date(1980, 11, 23), sex="F")
    return create_party(office.call("frontdesk"), data=data)


@pytest.fixture
def covered(office: Office, payer: Payer, ana: Party) -> Coverage:
    """Ana's coverage with the payer since the year began."""
    plan = selectors.standard_plan(payer).pk
    data = CoverageData(ana.pk, plan, ana.pk, "M1", YEAR, group_number="G7", copay_cents=2_000)
    return services.add_coverage(office.call("frontdesk"), data=data)
