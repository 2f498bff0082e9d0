"""What the roof brings to a month's close: reviews after the fact keep it from being locked, by command and by screen."""

from __future__ import annotations

import json
from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from steward.core.approvals import selectors as asked
from steward.core.approvals import services as approvals
from steward.core.refusals import Refused
from steward.core.service import service
from steward.desk.closing import month_results
from steward.ledger import importers, services
from steward.ledger.logic.periods import waive
from steward.ledger.models import Document, Period
from tests.support import Office, signed_in

pytestmark = pytest.mark.django_db
CONTENT = json.dumps([
    {"key": "a", "date": "2026-10-20", "memo": "Rent", "lines": [{"account": "6000", "cents": 500}, {"account": "1050", "cents": -500}]}
]).encode()  # fmt: skip


@service("test.closing.alone", "journal.write", says="did both halves")
def _alone(call, *, about):
    return approvals.mark_for_owner(
        call, pair=("take_cash", "prepare_deposit"), object_type="core.user", object_uid=about.uid
    )


@pytest.fixture
def posted(office: Office) -> Document:
    importers.post_file(office.call("bookkeeper"), content=CONTENT, name="j.json")
    return Document.objects.get()


def failing(period: str) -> list[str]:
    return [check.id for check in month_results(period) if not check.ok and check.blocks]


def review(office: Office, document: Document) -> None:
    waiting = asked.latest(document.uid, "journal")
    assert waiting is not None
    approvals.decide(office.call("owner"), request=waiting, approve=True)


def test_a_posted_file_blocks_the_months_it_posts_into_and_those_after_until_it_is_reviewed(office, posted):
    assert [failing(f"2026-{month}") for month in ("09", "10", "11")] == [[], ["posted_files"], ["posted_files"]]
    review(office, posted)
    assert failing("2026-10") == []


def test_a_duplicate_file_asks_for_nothing_more(office, posted):
    review(office, posted)
    importers.post_file(office.call("bookkeeper"), content=CONTENT, name="again.json")
    assert failing("2026-10") == []


def test_an_act_of_one_person_alone_blocks_its_month_until_the_owner_read_it(office):
    _alone(office.call("bookkeeper"), about=office.user("bookkeeper"))
    assert failing("2026-11") == ["owner_review"]
    assert failing("2026-10") == []
    assert approvals.review(office.call("owner"), reviews=list(asked.unreviewed()), comment="seen") == 1
    assert failing("2026-11") == []


def test_no_reason_replaces_a_review(office, posted):
    reasons = {"owner_review": "nobody minds", "posted_files": "nobody minds"}
    boss, results = office.call("administrator"), month_results("2026-10")
    assert not any(check.waived for check in waive(results, reasons))
    with pytest.raises(Refused) as found:
        services.waive_check(office.call("owner"), period="2026-10", check="posted_files", reason="nobody minds", results=results)
    assert found.value.code == "no_check"
    with pytest.raises(Refused) as found:
        services.lock_period(boss, period="2026-10", results=results)
    assert found.value.code == "not_ready"
    review(office, posted)
    assert services.lock_period(boss, period="2026-10", results=month_results("2026-10")).state == "locked"


def test_the_screen_says_so_and_asks_for_no_reason(office, posted):
    boss, month = signed_in("administrator"), Period.objects.get(year=2026, month=10)
    assert "1 files posted at once" in boss.get(reverse("ledger:period", args=[month.uid])).content.decode()
    url = reverse("ledger:lock", args=[month.uid])
    waive_url = reverse("ledger:close_waive", args=[month.uid])
    assert "posted at once" not in boss.get(waive_url).content.decode()
    assert boss.post(waive_url, {"_key": str(uuid4()), "check": "posted_files", "reason": "nobody minds"}).status_code == 422
    assert boss.post(url, {"_key": str(uuid4())}).status_code == 422
    boss.post(reverse("ledger:close", args=[month.uid]), {"_key": str(uuid4())})
    assert Period.objects.get(pk=month.pk).state == "soft"  # closing softly only shows it
    review(office, posted)
    assert boss.post(url, {"_key": str(uuid4())}).status_code == 303
    assert Period.objects.get(pk=month.pk).state == "locked"


def test_what_is_no_month_is_refused(office):
    for text in ("2026-13", "2026", "x-y", ""):
        with pytest.raises(Refused) as found:
            month_results(text)
        assert found.value.code == "period"


def test_the_reviews_of_one_day_count_for_its_month_alone(office):
    _alone(office.call("bookkeeper"), about=office.user("bookkeeper"))
    assert office.today == date(2026, 11, 23)
    assert month_results("2026-11")[0].evidence.startswith("1 ")
