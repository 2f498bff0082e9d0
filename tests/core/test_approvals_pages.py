"""The pages of approvals, as the people who use them see them."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.urls import reverse

from steward.core.access.models import Office as OfficeRow
from steward.core.access.models import User
from steward.core.approvals import desk, selectors, services
from steward.core.clock import system_clock
from tests.support import Office, make_user, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked():
    """A refund of 600.00 asked for by the biller: the administrator, then the owner, or the owner alone, must sign."""
    OfficeRow.objects.get_or_create(pk=1, defaults={"name": "Cedar Hill", "opened_on": "2025-01-01"})
    clock = system_clock()
    office = Office(now=clock.now())
    for role in ("owner", "administrator", "biller", "bookkeeper", "frontdesk"):
        office.user(role)
    call = office.call("biller")
    subject = services.subject(call, "refund", {"patient": 1}, amount_cents=60_000, attributes={"tender": "check"})
    return services.request(call, about=make_user(None, "thing"), subject=subject, title="Refund 17")


def page(asked) -> str:
    return reverse("approvals:request", args=[asked.uid])


def test_the_list_shows_what_is_mine(asked) -> None:
    shown = signed_in("administrator").get(reverse("approvals:waiting")).content.decode()
    assert "Refund 17" in shown and "1 waits for your signature" in shown and "600.00" in shown
    shown = signed_in("biller").get(reverse("approvals:waiting")).content.decode()
    assert "0 wait for your signature" in shown and "Refund 17" in shown
    assert "Refund 17" not in signed_in("frontdesk").get(reverse("approvals:waiting")).content.decode()


def test_the_page_says_the_rule_and_who_else_may(asked) -> None:
    shown = signed_in("administrator").get(page(asked)).content.decode()
    assert "Refund large" in shown and "Owner" in shown and "Administrator" in shown
    assert 'value="yes"' in shown and "Nobody has answered yet" in shown and "Check" not in shown and "check" in shown
    assert 'value="yes"' not in signed_in("biller").get(page(asked)).content.decode()
    assert signed_in("frontdesk").get(page(asked)).status_code == 404
    assert signed_in("owner").get(reverse("approvals:request", args=[uuid4()])).status_code == 404


def test_two_people_sign_it(asked) -> None:
    done = signed_in("administrator").post(page(asked), {"answer": "yes", "comment": "", "_key": str(uuid4())})
    assert done.status_code == 303
    shown = signed_in("owner").get(page(asked)).content.decode()
    assert "Administrator" in shown and 'value="yes"' in shown
    assert (
        signed_in("owner").post(page(asked), {"answer": "yes", "comment": "ok", "_key": str(uuid4())}).status_code
        == 303
    )
    asked.refresh_from_db()
    assert asked.approved
    assert "ok" in signed_in("biller").get(page(asked)).content.decode()


def test_a_no_without_a_reason_stays_on_the_page(asked) -> None:
    said = signed_in("owner").post(page(asked), {"answer": "no", "comment": "", "_key": str(uuid4())})
    assert said.status_code == 422 and "reason" in said.content.decode()
    said = signed_in("owner").post(page(asked), {"answer": "no", "comment": "paid already", "_key": str(uuid4())})
    asked.refresh_from_db()
    assert said.status_code == 303 and asked.outcome == "rejected"


def test_who_is_not_asked_is_refused(asked) -> None:
    said = signed_in("bookkeeper").post(page(asked), {"answer": "yes", "comment": "", "_key": str(uuid4())})
    asked.refresh_from_db()
    assert said.status_code == 422 and asked.waiting and "do not ask you" in said.content.decode()


def test_withdrawing_is_for_whoever_asked(asked) -> None:
    url = reverse("approvals:withdraw", args=[asked.uid])
    signed_in("owner").post(url, {"_key": str(uuid4())})
    asked.refresh_from_db()
    assert asked.waiting
    signed_in("biller").post(url, {"_key": str(uuid4())})
    asked.refresh_from_db()
    assert asked.outcome == "withdrawn"


def test_all_requests_as_a_list(asked) -> None:
    url = reverse("approvals:requests")
    assert "Refund 17" in signed_in("auditor").get(url).content.decode()
    assert "Refund 17" in signed_in("biller").get(url).content.decode()
    assert "Refund 17" not in signed_in("frontdesk").get(url).content.decode()


def test_lending_and_ending(asked) -> None:
    owner = signed_in("owner")
    taker = User.objects.get(username="bookkeeper")
    said = owner.post(
        reverse("approvals:delegate"),
        {
            "taker": taker.pk,
            "kinds": ["refund"],
            "starts_on": "t",
            "ends_on": "+3",
            "ceiling_cents": "1,000",
            "reason": "away",
            "_key": str(uuid4()),
        },
    )
    assert said.status_code == 303, said.content.decode()
    assert 'value="yes"' in signed_in("bookkeeper").get(page(asked)).content.decode()
    shown = owner.get(reverse("approvals:waiting")).content.decode()
    assert "Bookkeeper" in shown and "1,000.00" in shown
    [row] = selectors.lent_by(taker.pk, system_clock().now())
    assert owner.post(reverse("approvals:end_delegation", args=[row.uid]), {"_key": str(uuid4())}).status_code == 303
    assert not selectors.lent_by(taker.pk, system_clock().now()).exists()


def test_asking_for_a_standing_approval(asked) -> None:
    holder = make_user("assistant")
    said = signed_in("assistant").post(
        reverse("approvals:envelope"),
        {
            "kind": "purchase",
            "holder": holder.pk,
            "per_order_cents": "200",
            "period_cents": "500",
            "starts_on": "t",
            "ends_on": "+60",
            "reason": "office supplies",
            "_key": str(uuid4()),
        },
    )
    assert said.status_code == 303
    [waits] = [
        w
        for w in selectors.waiting_for(User.objects.get(username="owner").pk, system_clock().now())
        if w.request.kind == "envelope"
    ]
    assert signed_in("owner").post(page(waits.request), {"answer": "yes", "comment": ""}).status_code == 303
    shown = signed_in("owner").get(reverse("approvals:waiting")).content.decode()
    assert "office supplies" in shown and "500.00" in shown
    [row] = selectors.standing(system_clock().today())
    assert signed_in("owner").post(reverse("approvals:end_envelope", args=[row.uid]), {}).status_code == 303
    assert not selectors.standing(system_clock().today()).exists()


def test_the_owner_reads_what_was_done_alone(asked) -> None:
    from steward.core.approvals.models import OwnerReview

    OwnerReview.objects.create(
        first_duty="approver",
        second_duty="requester",
        object_type="core.user",
        object_uid=uuid4(),
        title="Journal 12",
        person=make_user("administrator"),
        on=system_clock().today(),
        at=system_clock().now(),
    )
    url = reverse("approvals:reviews")
    shown = signed_in("owner").get(url).content.decode()
    assert "Journal 12" in shown and "Approver · Requester" in shown
    assert signed_in("administrator").get(url).status_code == 403
    assert signed_in("owner").post(url, {"comment": "seen", "_key": str(uuid4())}).status_code == 303
    assert "Nothing to read" in signed_in("owner").get(url).content.decode()


def test_today_names_what_waits(asked) -> None:
    office = Office(now=system_clock().now())
    [task] = desk.waiting(office.call("owner").subject, office.today)
    assert (task.what, task.cents, task.url) == ("Refund 17", 60_000, page(asked))
    assert desk.waiting(office.call("biller").subject, office.today) == []
