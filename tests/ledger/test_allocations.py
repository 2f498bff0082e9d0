"""What an account holds without a department is shared by weights: no cent lost, the account's sum stays, a second person signs."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from steward.core.refusals import Refused
from steward.ledger import services
from steward.ledger.models import Line
from steward.ledger.selectors import account_balance
from steward.ledger.selectors.allocations import unassigned, unshared
from steward.registry import services as registry
from steward.registry.types import DepartmentData
from tests.ledger.support import entry, line
from tests.support import Office, signed_in

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)


@pytest.fixture
def parts(office: Office) -> list[int]:
    """Three departments; a rent without one, a smaller bill with one."""
    named = (("A", "Medicine"), ("B", "Lab"), ("C", "X-ray"))
    rows = [registry.create_department(office.system(), data=DepartmentData(code, name)) for code, name in named]
    services.post_many(office.system(), drafts=[
        entry(line("6000", 100_000), line("2000", -100_000), day=date(2026, 10, 5), journal="bank"),
        entry(line("6000", 7_000, department=rows[0].pk), line("2000", -7_000), day=date(2026, 10, 6), journal="bank"),
    ])  # fmt: skip
    return [row.pk for row in rows]


def share(office: Office, weights: dict[int, int], **more: Any) -> Any:
    values = {"uid": uuid4(), "account": "6000", "first": FIRST, "last": LAST, "by": "department", "weights": weights, **more}
    return services.allocate_balance(office.call("bookkeeper"), **values)


def test_shared_by_weights_and_signed(office: Office, parts: list[int]) -> None:
    state = share(office, dict(zip(parts, (1, 1, 1), strict=True)))
    assert state.state == "waiting" and unassigned("6000", "department", FIRST, LAST) == 100_000
    services.sign_journal(office.call("owner"), uid=state.uid, approve=True)
    by = dict(Line.objects.filter(entry__uid=state.uid).values_list("department", "cents"))
    assert by == {None: -100_000, parts[0]: 33_334, parts[1]: 33_333, parts[2]: 33_333}
    assert unassigned("6000", "department", FIRST, LAST) == 0 and account_balance(LAST, code="6000") == 107_000
    with pytest.raises(Refused, match="nothing without"):
        share(office, {parts[0]: 1})


def test_what_cannot_be_shared(office: Office, parts: list[int]) -> None:
    for wrong in ({"by": "colour"}, {"first": date(2026, 11, 1)}, {"weights": {parts[0]: 0}}, {"weights": {parts[0]: -1}}, {"account": "6010"}):
        with pytest.raises(Refused):
            share(office, **{"weights": {parts[0]: 1}, **wrong})
    assert [(one.code, one.cents) for one in unshared("department", FIRST, LAST)] == [("6000", 100_000)]


def test_the_screens(office: Office, parts: list[int]) -> None:
    keeper = signed_in("bookkeeper")
    page = keeper.get(reverse("ledger:allocations") + "?month=2026-10&by=department").content.decode()
    assert "1,000.00" in page
    url = reverse("ledger:allocation", args=["6000"]) + "?month=2026-10&by=department"
    assert "Medicine" in keeper.get(url).content.decode()
    assert keeper.post(url, {"uid": str(uuid4())}).status_code == 422
    assert keeper.post(url, {"uid": str(uuid4()), f"weight_{parts[0]}": "60", f"weight_{parts[1]}": "40"}).status_code == 303
    assert keeper.get(reverse("ledger:allocations")).status_code == 200
    assert keeper.get(reverse("ledger:allocations") + "?month=x").status_code == 400
    assert keeper.get(reverse("ledger:allocation", args=["9x"])).status_code == 404
    assert signed_in("auditor").get(url).status_code == 403
