"""Months: opening, closing softly, locking with checks and reasons, reopening; and what each lets in."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.core.refusals import Refused
from steward.ledger import selectors, services
from steward.ledger.logic.periods import Month, PeriodError, as_of, blocking, waive
from steward.ledger.models import Period, PeriodEvent
from steward.ledger.types import CheckResult
from tests.ledger.support import entry, line


@pytest.fixture
def boss(office):
    return office.call("administrator")


def code_of(act, **values):
    with pytest.raises(Refused) as found:
        act(**values)
    assert all(r.message and r.fix for r in found.value.refusals)
    return found.value.code


@pytest.mark.django_db
def test_a_soft_close_keeps_ordinary_posting_out(call):
    done = services.close_period(call, period="2026-11")
    assert (done.period, done.state) == ("2026-11", "soft")
    assert {"balanced", "drafts", "suspense", "clearings", "abnormal_sides", "earlier_periods"} <= {
        c.id for c in done.checks
    }
    with pytest.raises(Refused) as found:
        services.post(call, draft=entry())
    assert found.value.code == "period_soft"
    services.post(call, draft=entry(journal="adjusting"))


@pytest.mark.django_db
def test_a_locked_month_takes_nothing_until_it_is_reopened(call, boss):
    services.post(call, draft=entry())
    locked = services.lock_period(boss, period="2026-11")
    assert locked.state == "locked" and next(c for c in locked.checks if c.id == "verify").ok
    for journal in ("charges", "adjusting", "manual"):
        with pytest.raises(Refused) as found:
            services.post(call, draft=entry(journal=journal))
        assert found.value.code == "period_locked"
    services.reopen_period(boss, period="2026-11", reason="a late bill")
    services.post(call, draft=entry())
    events = list(PeriodEvent.objects.order_by("id").values_list("from_state", "to_state", "reason"))
    assert events == [("open", "locked", ""), ("locked", "open", "a late bill")]
    assert selectors.verify().ok


@pytest.mark.django_db
def test_doing_it_again_is_no_fault_and_writes_nothing(call, boss):
    services.close_period(call, period="2026-11")
    services.close_period(call, period="2026-11")
    services.lock_period(boss, period="2026-11")
    services.lock_period(boss, period="2026-11")
    assert PeriodEvent.objects.count() == 2


@pytest.mark.django_db
def test_what_cannot_be_done_with_a_month(call, boss):
    assert code_of(lambda: services.close_period(call, period="2031-01")) == "no_period"
    assert code_of(lambda: services.close_period(call, period="November")) == "period"
    assert code_of(lambda: services.open_period(call, year=2026, month=13)) == "period"
    assert code_of(lambda: services.reopen_period(boss, period="2026-11", reason=" ")) == "no_reason"
    services.lock_period(boss, period="2026-11")
    assert code_of(lambda: services.close_period(call, period="2026-11")) == "period_state"


@pytest.mark.django_db
def test_only_whoever_may_locks(office):
    assert code_of(lambda: services.lock_period(office.call("bookkeeper"), period="2026-11")) == "denied"
    unproved = office.call("administrator", stepped_up=False)
    assert code_of(lambda: services.lock_period(unproved, period="2026-11")) == "step_up"


@pytest.mark.django_db
def test_a_failed_check_blocks_the_lock_unless_somebody_else_gives_a_reason(office, call, boss):
    services.post(call, draft=entry(line("suspense", 100), line("bank_operating", -100)))
    assert code_of(lambda: services.lock_period(boss, period="2026-11")) == "not_ready"
    assert Period.objects.get(year=2026, month=11).state == "open"
    stand = partial(services.waive_check, period="2026-11", check="suspense")
    assert code_of(lambda: stand(boss, reason=" ")) == "no_reason"
    stand(boss, reason="asked the bank")
    assert code_of(lambda: services.lock_period(boss, period="2026-11")) == "separation"
    done = services.lock_period(office.call("owner"), period="2026-11")
    assert next(c for c in done.checks if c.id == "suspense").waived == "asked the bank"
    assert "asked the bank" in str(PeriodEvent.objects.get().checks)


@pytest.mark.django_db
def test_the_caller_brings_facts_of_other_rooms(boss):
    bad = CheckResult("drawers", False, "one drawer is not counted")
    with pytest.raises(Refused, match="one drawer is not counted"):
        services.lock_period(boss, period="2026-11", results=[bad])
    remark = CheckResult("flux", False, "rent rose", blocks=False)
    assert remark in services.lock_period(boss, period="2026-11", results=[remark]).checks


@pytest.mark.django_db
def test_a_new_month_opens_by_itself_and_the_future_does_not(office, call):
    assert not Period.objects.filter(year=2026, month=12).exists()
    assert code_of(lambda: services.post(call, draft=entry(day=date(2026, 12, 1)))) == "no_period"
    office.now = datetime(2026, 12, 1, 17, tzinfo=UTC)
    services.post(office.call("bookkeeper"), draft=entry(day=date(2026, 12, 1)))
    assert Period.objects.filter(year=2026, month=12, state="open").exists()
    assert code_of(lambda: services.post(office.call("bookkeeper"), draft=entry(day=date(2027, 1, 1)))) == "no_period"


@pytest.mark.django_db
def test_opening_twice_opens_once(call):
    count = Period.objects.count()
    assert services.open_year(call, first_month="2026-01") == 1  # only December was missing
    assert services.open_year(call, first_month="2026-01") == 0
    assert services.open_period(call, year=2026, month=12).state == "open"
    assert Period.objects.count() == count + 1


@pytest.mark.django_db
def test_a_basis_nobody_knows_is_refused_and_not_guessed(call):
    assert code_of(lambda: selectors.trial_balance(date(2026, 11, 1), basis="tax")) == "basis"


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "26-01", "2026/01", "1899-12", "3000-01", "", "2026-1"])
def test_what_is_no_month(text):
    with pytest.raises(PeriodError):
        Month.parse(text)


@given(st.dates(date(1901, 1, 1), date(2998, 12, 31)))
def test_months_count_up_and_back(day):
    month = Month.of(day)
    assert Month.parse(str(month)) == month
    assert month.plus(13).plus(-13) == month and month.plus(1) > month
    assert month.first <= day <= month.last and month.plus(1).first.toordinal() == month.last.toordinal() + 1


@given(st.dates(date(1901, 1, 1), date(2998, 12, 31)))
def test_a_day_is_put_together_from_whole_months_and_the_shorter_rest(day):
    plan = as_of(day)
    month = Month.of(day)
    if day == month.last:
        assert plan.first is None and plan.months_through == month
        return
    assert plan.first is not None and plan.last is not None
    length = plan.last.toordinal() - plan.first.toordinal() + 1
    assert 1 <= length <= 16
    covered = month.first if plan.sign > 0 else date.fromordinal(day.toordinal() + 1)
    assert plan.first == covered and plan.last == (day if plan.sign > 0 else month.last)
    assert plan.months_through == (month.plus(-1) if plan.sign > 0 else month)


def test_a_reason_of_blanks_waives_nothing():
    results = waive(
        [CheckResult("a", False), CheckResult("b", False, blocks=False), CheckResult("c", True)], {"a": "  "}
    )
    assert [r.id for r in blocking(results)] == ["a"]
    assert not blocking(waive(results, {"a": "because"}))
