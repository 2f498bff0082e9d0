"""The budget as a room: drafted from the books, signed, then fast; the table there and back; against the books; what is left."""

from __future__ import annotations

from argparse import Namespace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from steward.budget import selectors, services
from steward.budget.logic.drivers import BudgetLine as Planned
from steward.budget.models import Budget, BudgetLine, Commitment
from steward.cli import budget as budget_cli
from steward.core.approvals import deciders
from steward.core.approvals import selectors as asked
from steward.core.refusals import Refused
from steward.desk.closing import month_results
from steward.ledger import services as ledger
from tests.ledger.support import entry, line
from tests.support import signed_in

pytestmark = pytest.mark.django_db
YEAR = date(2026, 1, 1)


def code_of(act: Any, *args: Any, **values: Any) -> str:
    with pytest.raises(Refused) as found:
        act(*args, **values)
    assert all(r.message and r.fix for r in found.value.refusals)
    return found.value.code


@pytest.fixture
def call(office: Any) -> Any:
    return office.call("bookkeeper")


def rent(call: Any, cents: int, month: int = 10) -> None:
    ledger.post(call, draft=entry(line("6000", cents), line("bank_operating", -cents), day=date(2026, month, 5), journal="bank"))


def plan(office: Any, *, approve: bool = True, **more: Any) -> Budget:
    """2,000.00 of rent a month and 10,000.00 of charges, signed by the owner."""
    call = office.call("bookkeeper")
    row = services.draft_budget(call, **{"uid": uuid4(), "name": "Budget 2026", "first_on": YEAR, **more})
    lines = [Planned(code, "", "", month, cents) for code, cents in (("6000", 200_000), ("4000", 1_000_000)) for month in range(1, 13)]
    services.put_lines(call, uid=row.uid, lines=lines)
    if approve:
        services.submit_budget(call, uid=row.uid)
        services.sign_budget(office.call("owner"), uid=row.uid, approve=True)
    return Budget.objects.get(pk=row.pk)


def test_a_year_is_planned_from_the_books_before_it(office: Any, call: Any) -> None:
    rent(call, 200_000, 9)
    rent(call, 210_001, 10)
    row = services.draft_budget(call, uid=uuid4(), name="Budget 2027", first_on=date(2027, 1, 1), from_books=True, change_ppm=50_000)
    assert [(one.account, one.month, one.cents) for one in selectors.year_of(row)] == [("6000", 9, 210_000), ("6000", 10, 220_501)]


def test_it_stands_once_the_owner_has_signed(office: Any, call: Any) -> None:
    row = plan(office)
    assert (row.state, row.approved_by) == ("approved", office.user("owner"))
    assert code_of(services.put_lines, call, uid=row.uid, lines=[]) == "approved"
    other = plan(office, approve=False, name="Second")
    assert code_of(services.submit_budget, call, uid=other.uid) == "one_plan"


def test_a_no_makes_it_a_draft_again_and_so_does_taking_it_back(office: Any, call: Any) -> None:
    row = plan(office, approve=False)
    services.submit_budget(call, uid=row.uid)
    assert code_of(services.sign_budget, call, uid=row.uid, approve=True)
    deciders.decide(office.call("owner"), request=asked.latest(row.uid, "budget"), approve=False, comment="rent rises")
    assert Budget.objects.get().state == "draft"
    services.submit_budget(call, uid=row.uid)
    deciders.withdraw(call, request=asked.latest(row.uid, "budget"))
    assert Budget.objects.get().state == "draft"


@pytest.mark.parametrize(
    ("change", "code"), [({"name": " "}, "no_name"), ({"kind": "wish"}, "kind"), ({"first_on": date(2026, 1, 2)}, "first_on")]
)
def test_what_makes_no_budget(call: Any, change: dict[str, Any], code: str) -> None:
    assert code_of(services.draft_budget, call, **{"uid": uuid4(), "name": "x", "first_on": YEAR, **change}) == code
    assert not Budget.objects.exists()


def test_against_the_books_in_the_accounts_own_sense(office: Any, call: Any) -> None:
    row = plan(office)
    rent(call, 260_000)
    ledger.post(call, draft=entry(line("ar_patient", 900_000), line("charges", -900_000), day=date(2026, 10, 9)))
    by_code = {one.code: one for one in selectors.against(row, 10)}
    paid, income = by_code["6000"], by_code["4000"]
    assert (paid.month.budget_cents, paid.month.spent_cents, paid.beyond) == (200_000, 260_000, True)
    assert (paid.to_date.spent_cents, paid.difference_cents, paid.favourable) == (260_000, -1_740_000, "F")
    assert (income.month.spent_cents, income.beyond, income.favourable) == (900_000, True, "U")


def test_orders_bind_until_they_are_released(office: Any, call: Any) -> None:
    plan(office)
    rent(call, 200_000)
    told = services.commit(call, ref="PO-1", account="6000", cents=50_000, on=date(2026, 11, 2))
    assert services.commit(call, ref="PO-1", account="6000", cents=50_000, on=date(2026, 11, 2)).pk == told.pk
    assert code_of(services.commit, call, ref="PO-1", account="6000", cents=60_000, on=date(2026, 11, 2)) == "ref"
    assert code_of(services.commit, call, ref="PO-2", account="1050", cents=1, on=date(2026, 11, 2)) == "unknown_account"
    found = selectors.left("6000", date(2026, 11, 20))
    assert found is not None and (found.spent_cents, found.committed_cents, found.left_cents) == (200_000, 50_000, 2_150_000)
    services.release(call, ref="PO-1")
    services.release(call, ref="PO-1")
    again = selectors.left("6000", date(2026, 11, 20))
    assert again is not None and again.left_cents == 2_200_000
    assert selectors.left("6000", date(2031, 1, 1)) is None and services.release(call, ref="none") is None


def test_the_close_asks_for_comments(office: Any, call: Any) -> None:
    def told() -> Any:
        return next(one for one in month_results("2026-10") if one.id == "budget")

    assert told().ok and "no approved plan" in told().evidence
    row = plan(office)
    rent(call, 260_000)
    assert not told().ok and told().evidence == "to comment: 4000, 6000"
    services.comment(call, uid=row.uid, account="6000", month=10, words="a month paid ahead")
    services.comment(call, uid=row.uid, account="4000", month=10, words="closed for two weeks")
    assert told().ok


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE budget_budgetline SET cents = 1",
        "DELETE FROM budget_budgetline",
        "INSERT INTO budget_budgetline (budget_id, account_id, month, cents)"
        " SELECT budget_id, account_id, 1, 5 FROM budget_budgetline WHERE month = 2",
        "UPDATE budget_budget SET state = 'draft'",
        "UPDATE budget_budget SET name = 'x'",
        "DELETE FROM budget_budget",
        "INSERT INTO budget_budget (uid, name, kind, first_on, assumptions, state, made_at)"
        " SELECT '7e1f2f4c88d74f4ba0a70f2f6e1c2d3a', 'x', 'whatif', '2026-02-02', '', 'draft', made_at FROM budget_budget",
        "UPDATE budget_comment SET words = 'x'",
        "DELETE FROM budget_comment",
        "UPDATE budget_commitment SET cents = 1",
        "DELETE FROM budget_commitment",
    ],
)
def test_the_database_keeps_what_was_signed_and_said(office: Any, call: Any, attack: str) -> None:
    row = plan(office)
    services.comment(call, uid=row.uid, account="6000", month=10, words="x")
    services.commit(call, ref="PO-1", account="6000", cents=50_000, on=date(2026, 11, 2))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(attack)


def test_the_screens_and_the_table_there_and_back(office: Any) -> None:
    keeper, owner = signed_in("bookkeeper"), signed_in("owner")
    assert "No budget yet" in keeper.get(reverse("budget:home")).content.decode()
    typed = {"uid": str(uuid4()), "name": "Budget 2026", "kind": "plan", "first_on": "2026-01-01", "start": "empty", "change": "",
             "assumptions": ""}  # fmt: skip
    assert keeper.post(reverse("budget:new"), {**typed, "start": "other"}).status_code == 422
    assert keeper.post(reverse("budget:new"), typed).status_code == 303
    row = Budget.objects.get()
    here, take = reverse("budget:budget", args=[row.uid]), reverse("budget:take", args=[row.uid])
    head = keeper.get(here, {"export": "csv"}).content.decode("utf-8-sig").strip()
    good = head + "\n" + ",".join(["6000", "", "", *["2000.00"] * 12]) + "\n"
    wrong = keeper.post(take, {"file": SimpleUploadedFile("b.csv", good.replace("2000.00", "much", 1).encode())})
    assert wrong.status_code == 422 and "Row 2, column 2026-01" in wrong.content.decode() and not BudgetLine.objects.exists()
    assert keeper.post(take, {"file": SimpleUploadedFile("b.csv", good.encode())}).status_code == 303
    book = keeper.get(here, {"export": "xlsx"}).content
    before = selectors.year_of(row)
    assert keeper.post(take, {"file": SimpleUploadedFile("b.xlsx", book)}).status_code == 303
    assert selectors.year_of(row) == before and len(before) == 12
    assert keeper.post(reverse("budget:assumptions", args=[row.uid]), {"assumptions": "Rent stays."}).status_code == 303
    assert keeper.post(reverse("budget:submit", args=[row.uid])).status_code == 303
    assert owner.post(here, {"answer": "yes", "comment": ""}).status_code == 303
    page = keeper.get(here).content.decode()
    assert "Approved" in page and "Rent stays." in page and "Submit for signature" not in page
    shown = keeper.get(reverse("budget:against", args=[row.uid]), {"month": "2026-11"}).content.decode()
    assert "2,000.00" in shown and "22,000.00" in shown
    why = reverse("budget:comment", args=[row.uid, "6000", 11])
    assert keeper.post(why, {"words": "paid in December"}).status_code == 303
    assert "paid in December" in keeper.get(reverse("budget:against", args=[row.uid]), {"month": "2026-11"}).content.decode()
    assert keeper.get(reverse("budget:against", args=[row.uid]), {"month": "2030-01"}).status_code == 404
    assert keeper.get(here, {"export": "doc"}).status_code == 400


def test_against_costs_the_same_for_many(office: Any, call: Any) -> None:
    row = plan(office)

    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            selectors.against(row, 10)
        return len(seen)

    before = cost()
    for n, code in enumerate(("6000", "6010", "6020", "6100")):
        ledger.post(call, draft=entry(line(code, 100 + n), line("bank_operating", -100 - n), day=date(2026, 10, 2), journal="bank"))
        services.commit(call, ref=f"PO-{n}", account=code, cents=500, on=date(2026, 11, 2))
    assert cost() == before and Commitment.objects.count() == 4


def over(office: Any) -> list[tuple[str, tuple[Any, ...]]]:
    rows = [one for one in selectors.findings(office.call("bookkeeper").today) if one.check == "budget_overrun"]
    return [(rows[n].evidence[1].kind, (rows[n].evidence[0].ref, rows[n].evidence[0].amount_cents)) for n in range(len(rows))]


def test_what_is_over_is_found_once_with_orders_and_its_twin_keeps_quiet(office: Any, call: Any) -> None:
    assert selectors.findings(call.today) == []
    plan(office)
    rent(call, 250_000, 11)  # 500.00 over the month: the threshold itself keeps quiet
    assert over(office) == []
    services.commit(office.system(), ref="PO-1", account="6000", cents=1, on=date(2026, 11, 20))
    assert over(office) == [("month", ("6000", 50_001))]
    rent(call, 2_100_000, 10)  # now the year to date is over as well, and alone speaks
    assert over(office) == [("budget", ("6000", 150_001))]
    services.release(office.system(), ref="PO-1")
    assert over(office) == [("budget", ("6000", 150_000))]


def test_the_command_line_tells_what_is_left(office: Any, call: Any) -> None:
    asked_for = Namespace(user=office.user("bookkeeper").username, verb="left", account="6000", on=None)
    assert code_of(budget_cli.run, asked_for) == "no_plan"
    plan(office)
    rent(call, 250_000, 11)
    services.commit(office.system(), ref="PO-1", account="6000", cents=10_000, on=date(2026, 11, 20))
    told = {"budget_cents": 2_400_000, "spent_cents": 250_000, "committed_cents": 10_000, "left_cents": 2_140_000}
    assert budget_cli.run(asked_for).data == {"account": "6000", "on": call.today.isoformat(), **told}
    assert code_of(budget_cli.run, Namespace(user=asked_for.user, verb="left", account="1050", on=None)) == "unknown_account"
