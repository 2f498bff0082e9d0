"""Many people at one standing approval and one request, in real processes on one database."""

from __future__ import annotations

import subprocess
import sys

import pytest

from steward.core.access.models import Office as OfficeRow
from steward.core.approvals import services
from steward.core.approvals.models import ApprovalRequest
from tests.support import Office, make_user

DRAW = """
import sys
import django; django.setup()
from datetime import datetime
from steward.core.access.models import User
from steward.core.approvals import services
from steward.core.approvals.models import StandingApproval
from steward.core.refusals import Refused
from tests.support import Office
office = Office(now=datetime.fromisoformat(sys.argv[1]))
office.users["assistant"] = User.objects.get(username="assistant")
row = StandingApproval.objects.get()
done = 0
for thing in User.objects.filter(username__startswith="order-" + sys.argv[2]).order_by("id"):
    call = office.call("assistant")
    subject = services.subject(call, "purchase", {}, amount_cents=3_000)
    try:
        services.draw_envelope(call, standing=row, about=thing, subject=subject, group=thing.username)
        done += 1
    except Refused as refused:
        assert refused.code == "period_cap", refused
print(done)
"""


@pytest.mark.race
def test_many_orders_at_once_never_pass_the_period_cap(real_db: dict[str, str]) -> None:
    OfficeRow.objects.get_or_create(pk=1, defaults={"name": "Cedar Hill", "opened_on": "2025-01-01"})
    office = Office()
    for role in ("owner", "administrator"):
        office.user(role)
    row = services.grant_envelope(
        office.call("assistant"),
        kind="purchase",
        holder=office.user("assistant"),
        per_order_cents=20_000,
        period_cents=50_000,
        starts_on=office.today,
        ends_on=office.today,
        reason="office supplies",
    )
    services.decide(office.call("administrator"), request=row.request, approve=True)
    for n in range(4):
        for m in range(8):
            make_user(None, f"order-{n}-{m}")
    env = {**real_db, "DJANGO_SETTINGS_MODULE": "steward.settings", "PYTHONPATH": "src:."}
    crowd = [
        subprocess.Popen(
            [sys.executable, "-c", DRAW, office.now.isoformat(), str(n)], env=env, stdout=subprocess.PIPE, text=True
        )
        for n in range(4)
    ]
    done = [int(one.communicate(timeout=120)[0] or -1) for one in crowd]
    assert sum(done) == 50_000 // 3_000
    assert sum(row.draws.values_list("amount_cents", flat=True)) == 48_000


SIGN = """
import sys
import django; django.setup()
from datetime import datetime
from steward.core.access.models import User
from steward.core.approvals import services
from steward.core.approvals.models import ApprovalRequest
from steward.core.refusals import Refused
from tests.support import Office
office = Office(now=datetime.fromisoformat(sys.argv[1]))
office.users[sys.argv[2]] = User.objects.get(username=sys.argv[2])
call = office.call(sys.argv[2])
for row in ApprovalRequest.objects.filter(kind="refund").order_by("id"):
    try:
        services.decide(call, request=row, approve=sys.argv[3] == "yes", comment="at once")
        print(row.pk)
    except Refused as refused:
        assert refused.code == "decided", refused
"""


@pytest.mark.race
def test_a_request_answered_by_two_at_once_has_one_answer(real_db: dict[str, str]) -> None:
    OfficeRow.objects.get_or_create(pk=1, defaults={"name": "Cedar Hill", "opened_on": "2025-01-01"})
    office = Office()
    for role in ("owner", "administrator"):
        office.user(role)
    for n in range(12):
        call = office.call("biller")
        asked = services.subject(call, "refund", {"n": n}, amount_cents=100)
        services.request(call, about=make_user(None, f"refund-{n}"), subject=asked, title=f"Refund {n}")
    env = {**real_db, "DJANGO_SETTINGS_MODULE": "steward.settings", "PYTHONPATH": "src:."}
    crowd = [
        subprocess.Popen(
            [sys.executable, "-c", SIGN, office.now.isoformat(), role, answer],
            env=env,
            stdout=subprocess.PIPE,
            text=True,
        )
        for role, answer in (("owner", "yes"), ("administrator", "no"))
    ]
    told = [one.communicate(timeout=120)[0].split() for one in crowd]
    assert [one.returncode for one in crowd] == [0, 0]
    answered = sorted(pk for pks in told for pk in pks)
    assert len(answered) == len(set(answered)) == 12
    rows = ApprovalRequest.objects.filter(kind="refund")
    assert rows.filter(outcome="approved").count() == len(told[0])
    assert rows.filter(outcome="rejected").count() == len(told[1])
    assert all(row.decisions.count() == 1 for row in rows)
