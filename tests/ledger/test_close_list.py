"""The twenty lines of a month's close: signed on their evidence, void when it changes, waived by somebody else, asked at the lock."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from steward.core.refusals import Refused
from steward.desk.closing import month_results
from steward.ledger import services
from steward.ledger.logic.close_list import TWENTY, Act, flux, list_result, rows, stamp
from steward.ledger.logic.periods import Month
from steward.ledger.models import CloseAct, Period, PeriodEvent
from steward.ledger.selectors.closing import close_acts, close_checks
from steward.ledger.types import CheckResult
from tests.ledger.support import entry, line
from tests.support import signed_in

NOW = datetime(2026, 12, 3, 15, tzinfo=UTC)
OCTOBER = Month(2026, 10)


def act(check, kind, **more):
    return Act(check, kind, 1, "Ana", NOW, **more)


def state(check, result, *acts):
    return next(row.state for row in rows([result], acts) if row.line.check == check)


def test_the_list_is_the_twenty_in_order():
    assert [one.number for one in TWENTY] == list(range(1, 21)) and len({one.check for one in TWENTY}) == 20


def test_a_machine_line_is_signed_only_while_it_is_green():
    good, bad = CheckResult("suspense", True, "0.00"), CheckResult("suspense", False, "5.00")
    assert state("suspense", good) == "sign" and state("suspense", bad) == "open"
    assert state("suspense", good, act("suspense", "signed", stamp="x")) == "signed"
    assert state("suspense", bad, act("suspense", "signed", stamp="x")) == "open"
    assert state("suspense", bad, act("suspense", "waived", words="the bank knows")) == "waived"


def test_a_signature_of_hand_holds_for_the_evidence_it_was_given_on():
    was = CheckResult("stock", False, "1210 5,000.00")
    signed = act("stock", "signed", stamp=stamp("1210 5,000.00"))
    assert state("stock", was, signed) == "signed"
    assert state("stock", CheckResult("stock", False, "1210 4,000.00"), signed) == "changed"


def test_the_lock_asks_for_all_lines_once_the_list_was_begun():
    results = [CheckResult(one.check, True, "") for one in TWENTY]
    assert not list_result(rows(results, []), []).blocks
    some = [act(one.check, "signed", stamp=stamp("")) for one in TWENTY[:-2]]
    told = list_result(rows(results, some), some)
    assert not told.ok and told.blocks and not told.waivable and told.evidence.endswith("19, 20")
    every = [*some, act("backup", "signed", stamp=stamp("")), act("frozen", "waived", words="sent by mail")]
    assert list_result(rows(results, every), every).ok


def test_what_moved_by_both_limits_is_asked():
    names = {"6000": "Rent"}
    assert [m.code for m in flux({"6000": 350_001}, {"6000": 250_000}, names)] == ["6000"]
    assert flux({"6000": 350_000}, {"6000": 250_000}, names) == []  # 1,000.00 is not more than 1,000.00
    assert flux({"6000": 10_900_000}, {"6000": 10_000_000}, names) == []  # nine percent
    assert [m.change_cents for m in flux({}, {"6000": 250_000}, names)] == [-250_000]


def code_of(action, *args, **values):
    with pytest.raises(Refused) as found:
        action(*args, **values)
    assert all(r.message and r.fix for r in found.value.refusals)
    return found.value.code


@pytest.fixture
def october(db, office, call):
    services.post(call, draft=entry(line("6000", 240_000), line("bank_operating", -240_000), day=date(2026, 10, 1), journal="bank"))
    return Period.objects.get(year=2026, month=10)


def close_everything(office, keeper):
    results = month_results("2026-10")
    services.explain_flux(keeper, period="2026-10", words={"6000": "the first rent"})
    paper = services.store_document(keeper, content=b"%PDF packet", name="packet-2026-10.pdf")
    services.freeze_reports(keeper, period="2026-10", document=paper)
    failing = [c.id for c in [*close_checks(OCTOBER, thorough=False), *results] if not c.ok and c.id in
               ("day_sheets", "reconciled", "unapplied", "ar_control", "ap_control", "abnormal_sides", "clearings")]  # fmt: skip
    for check in failing:
        services.waive_check(office.call("owner"), period="2026-10", check=check, reason="the account is new", results=results)
    left = [one.check for one in TWENTY if one.check not in failing]
    services.sign_close(keeper, period="2026-10", checks=left, results=results, remark="looked at")
    return failing


def test_a_month_closed_line_by_line(office, call, october):
    boss = office.call("administrator")
    services.assign_close(call, period="2026-10", checks=["stock", "payroll"], owner=office.user("assistant"))
    assert code_of(services.lock_period, boss, period="2026-10", results=month_results("2026-10")) == "not_ready"
    assert close_everything(office, call) == ["abnormal_sides", "reconciled"]  # nothing was in the bank before the rent
    assert code_of(services.lock_period, office.call("owner"), period="2026-10", results=month_results("2026-10")) == "separation"
    done = services.lock_period(boss, period="2026-10", results=month_results("2026-10"))
    told = {c.id: c for c in done.checks}
    assert told["close_list"].ok and told["reconciled"].waived == "the account is new"
    assert "the account is new" in str(PeriodEvent.objects.get().checks)
    assert code_of(services.sign_close, call, period="2026-10", checks=["stock"]) == "period_state"
    services.reopen_period(boss, period="2026-10", reason="a late bill")
    assert close_acts(OCTOBER) == []  # a month reopened is signed anew
    assert CloseAct.objects.count() > 20


def test_a_posting_after_the_freeze_shows(office, call, october):
    close_everything(office, call)
    services.close_period(call, period="2026-10")
    assert {c.id: c.ok for c in close_checks(OCTOBER, thorough=False)}["frozen"]
    services.post(call, draft=entry(line("6000", 100), line("bank_operating", -100), day=date(2026, 10, 31), journal="adjusting"))
    frozen = next(c for c in close_checks(OCTOBER, thorough=False) if c.id == "frozen")
    assert not frozen.ok and "changed" in frozen.evidence


def test_what_is_refused(office, call, october):
    owner = office.call("owner")
    assert code_of(services.sign_close, call, period="2026-10", checks=[]) == "no_line"
    assert code_of(services.sign_close, call, period="2026-10", checks=["nonsense"]) == "no_line"
    assert code_of(services.sign_close, call, period="2026-10", checks=["flux"]) == "not_green"
    assert code_of(services.waive_check, owner, period="2026-10", check="suspense", reason="x") == "no_check"
    assert code_of(services.waive_check, call, period="2026-10", check="flux", reason="x") == "denied"
    assert code_of(services.explain_flux, call, period="2026-10", words={"1050": "cash"}) == "no_account"
    assert code_of(services.sign_close, call, period="2031-10", checks=["stock"]) == "no_period"


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE ledger_closeact SET words = 'fine'",
        "DELETE FROM ledger_closeact",
        "INSERT INTO ledger_closeact (period_id, version, check_id, kind, ref, words, evidence, stamp, at)"
        " SELECT period_id, version + 1, check_id, kind, ref, words, evidence, stamp, at FROM ledger_closeact",
    ],
)
def test_the_database_keeps_who_signed(office, call, october, sql, attack):
    services.sign_close(call, period="2026-10", checks=["stock"])
    with pytest.raises(DatabaseError), transaction.atomic():
        sql(attack)


def test_the_screens(office, october):
    keeper, owner, boss = signed_in("bookkeeper"), signed_in("owner"), signed_in("administrator")
    here = reverse("ledger:period", args=[october.uid])
    page = keeper.get(here).content.decode()
    assert "0 of 20 signed" in page and "Stock was counted" in page
    sign = reverse("ledger:close_sign", args=[october.uid])
    assert keeper.get(sign, {"checks": ["stock", "payroll"]}).content.decode().count("checked") == 2
    assert keeper.post(sign, {"_key": str(uuid4()), "checks": ["stock", "payroll"], "remark": "counted"}).status_code == 303
    assert keeper.post(sign, {"_key": str(uuid4()), "checks": ["flux"], "remark": ""}).status_code == 422
    flux_url = reverse("ledger:close_flux", args=[october.uid])
    assert "6000" in keeper.get(flux_url).content.decode()
    assert keeper.post(flux_url, {"_key": str(uuid4()), "code_6000": "the first rent"}).status_code == 303
    assert keeper.post(reverse("ledger:close_freeze", args=[october.uid]), {"_key": str(uuid4()), "remarks": "quiet"}).status_code == 303
    give = reverse("ledger:close_owner", args=[october.uid])
    who = office.user("assistant")
    assert keeper.post(give, {"_key": str(uuid4()), "checks": ["stock"], "owner": who.pk}).status_code == 303
    stand = reverse("ledger:close_waive", args=[october.uid])
    assert owner.post(stand, {"_key": str(uuid4()), "check": "reconciled", "reason": "new"}).status_code == 303
    page = keeper.get(here).content.decode()
    assert "3 of 20 signed" in page and who.name in page and "counted" in page and "Reports kept" in page
    assert "stands in the way" in boss.get(reverse("ledger:lock", args=[october.uid])).content.decode()


def test_a_page_of_the_close_costs_the_same_for_many(office, call, october):
    def cost():
        with CaptureQueriesContext(connection) as seen:
            close_checks(OCTOBER, thorough=False), month_results("2026-10"), close_acts(OCTOBER)
        return len(seen)

    before = cost()
    close_everything(office, call)
    for n in range(3):
        services.post(call, draft=entry(line("6000", 100 + n), line("bank_operating", -100 - n), day=date(2026, 10, 2), journal="bank"))
    assert cost() == before
