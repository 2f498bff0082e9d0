"""The screens of insurance: payers, plans, the white list."""

from __future__ import annotations

import pytest
from django.urls import reverse

from steward.insurance import selectors, services
from steward.insurance.models import Payer, Plan, WriteOffRule
from steward.insurance.types import PayerData
from tests.support import Office, signed_in

pytestmark = pytest.mark.django_db


def url(name: str, *args) -> str:
    return reverse(f"insurance:{name}", args=args)


@pytest.fixture
def payer() -> Payer:
    system = Office().system()
    services.load_default_rules(system)
    return services.create_payer(system, data=PayerData("BLUE", "Blue Harbor Health", "BH001"))


def test_every_page_opens(payer: Payer) -> None:
    client = signed_in("biller")
    rule = WriteOffRule.objects.all()[0]
    plan = selectors.standard_plan(payer)
    pages = [("payers",), ("payer_new",), ("payer", payer.uid), ("payer_edit", payer.uid), ("payer_end", payer.uid),
             ("plan_new", payer.uid), ("plan", plan.uid), ("rules",), ("rule_new",), ("rule_end", rule.uid)]  # fmt: skip
    for name, *args in pages:
        assert client.get(url(name, *args)).status_code == 200, name
    assert "CO-45" in client.get(url("rules")).content.decode()


@pytest.mark.parametrize(
    ("role", "name", "status"),
    [
        ("frontdesk", "payers", 200),
        ("frontdesk", "payer_new", 403),
        ("clinician", "payers", 403),
        ("bookkeeper", "rules", 200),
    ],
)
def test_who_may(role: str, name: str, status: int, payer: Payer) -> None:
    assert signed_in(role).get(url(name)).status_code == status


def test_a_payer_and_a_plan_are_added_and_corrected(payer: Payer) -> None:
    client = signed_in("biller")
    typed = {"name": "Green Plan", "code": "BLUE", "filing": "CI"}
    again = client.post(url("payer_new"), typed)
    assert again.status_code == 422 and "already here" in again.content.decode()
    assert client.post(url("payer_new"), typed | {"code": "GREEN"}).status_code == 303
    assert client.post(url("plan_new", payer.uid), {"name": "Gold", "copay_cents": "25"}).status_code == 303
    plan = Plan.objects.get(name="Gold")
    assert plan.copay_cents == 2500
    assert client.post(url("plan", plan.uid), {"name": "Gold", "copay_cents": "30.00"}).status_code == 303
    plan.refresh_from_db()
    assert plan.copay_cents == 3000
    assert client.post(url("payer_end", payer.uid), {"on": "t"}).status_code == 303


def test_a_rule_is_added_and_ended(payer: Payer) -> None:
    client = signed_in("biller")
    typed = {
        "group": "CO",
        "carc": "97",
        "role": "contractual",
        "payer": payer.pk,
        "starts_on": "1/1/2026",
        "source": "",
    }
    assert client.post(url("rule_new"), typed).status_code == 422
    assert client.post(url("rule_new"), typed | {"source": "Contract, section 4"}).status_code == 303
    rule = WriteOffRule.objects.get(carc="97")
    assert client.post(url("rule_end", rule.uid), {"on": "t"}).status_code == 303
    rule.refresh_from_db()
    assert rule.ends_on is not None
    assert client.post(url("rule_new"), typed | {"group": "PR", "source": "x"}).status_code == 422
