"""The statements as arithmetic: they tie whatever the lines are, and every account stands in exactly one place."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from steward.ledger.logic.statements import (
    balance_sheet,
    cash_flow,
    change_tenths,
    profit_and_loss,
    section,
    share_tenths,
)
from tests.ledger.cash_support import ACCOUNTS, ID

PLACES = {a.code: section(a) for a in ACCOUNTS}


def balanced(cents: dict[int, int]) -> dict[int, int]:
    """The same sums with suspense taking what is left, as entries always balance."""
    found = dict(cents)
    suspense = ID["suspense"]
    found[suspense] = found.get(suspense, 0) - sum(cents.values())
    return found


SUMS = st.dictionaries(st.sampled_from([a.id for a in ACCOUNTS]), st.integers(-(10**9), 10**9), max_size=25).map(
    balanced
)


def plus(one: dict[int, int], other: dict[int, int]) -> dict[int, int]:
    return {pk: one.get(pk, 0) + other.get(pk, 0) for pk in {*one, *other}}


def test_every_account_of_the_chart_has_its_place():
    assert PLACES["4000"] == "income" and PLACES["4500"] == "adjustments" and PLACES["4900"] == "other_income"
    assert PLACES["5100"] == "pay" and PLACES["6000"] == "overhead" and PLACES["6700"] == "other_expense"
    assert PLACES["1050"] == "cash" and PLACES["1110"] == "receivables" and PLACES["1300"] == "current_assets"
    assert PLACES["1590"] == "fixed" and PLACES["2600"] == "borrowed" and PLACES["3000"] == "owners"


@given(SUMS, SUMS, SUMS)
def test_the_three_statements_tie_and_tell_the_same_result(before, early, late):
    """Before the year, in its first part, in the span."""
    old = plus(before, early)
    now = plus(old, late)
    loss = profit_and_loss(ACCOUNTS, [late])
    sheet = balance_sheet(ACCOUNTS, [old, now], [early, plus(early, late)])
    flow = cash_flow(ACCOUNTS, [old], [late])
    assert loss.off == (0,) and sheet.off == (0, 0) and flow.off == (0,)
    kinds = {a.id: a.kind for a in ACCOUNTS}
    earned = -sum(cents for pk, cents in late.items() if kinds[pk] in ("revenue", "expense"))
    assert loss.sum("result") == flow.sum("result") == (earned,)
    assert (
        sum(row.cents[0] for row in loss.rows if row.kind == "account" and row.account.kind == "revenue")
        - sum(row.cents[0] for row in loss.rows if row.kind == "account" and row.account.kind == "expense")
        == earned
    )
    money = [pk for pk in now if PLACES[next(a.code for a in ACCOUNTS if a.id == pk)] == "cash"]
    assert flow.sum("cash_after") == (sum(now.get(pk, 0) for pk in money),)


@given(SUMS, SUMS)
def test_columns_are_what_each_would_be_alone(one, other):
    both = profit_and_loss(ACCOUNTS, [one, other])
    alone = profit_and_loss(ACCOUNTS, [one]), profit_and_loss(ACCOUNTS, [other])
    for name in ("net_revenue", "running_result", "result"):
        assert both.sum(name) == (*alone[0].sum(name), *alone[1].sum(name))


def test_equipment_bought_written_down_and_sold_is_what_was_paid_and_got():
    bought = {ID["fixed_assets"]: 100_000, ID["bank_operating"]: -100_000}
    worn = {ID["depreciation"]: 40_000, ID["accumulated_depreciation"]: -40_000}
    sold = {
        ID["fixed_assets"]: -100_000, ID["accumulated_depreciation"]: 40_000, ID["bank_operating"]: 70_000,
        ID["disposal_gain"]: -10_000,
    }  # fmt: skip
    flow = cash_flow(ACCOUNTS, [{}, bought, bought], [bought, worn, sold])
    assert [row.cents for row in flow.rows if (row.kind, row.name) == ("sum", "investing")] == [(-100_000, 0, 70_000)]
    assert flow.sum("running") == (0, 0, 0)


def test_a_loan_and_a_draw_are_no_result():
    moved = {ID["bank_operating"]: 45_000, ID["2600"]: -50_000, ID["3100"]: 5_000}
    assert cash_flow(ACCOUNTS, [{}], [moved]).sum("financing") == (45_000,)
    assert profit_and_loss(ACCOUNTS, [moved]).sum("result") == (0,)


def test_shares_and_changes_are_rounded_once_and_silent_where_nothing_measures():
    assert share_tenths(1, 3) == 333 and share_tenths(-1, 8) == -125 and share_tenths(5, 0) is None
    assert share_tenths(5, -10) is None
    assert change_tenths(110, 100) == 100 and change_tenths(-50, -100) == 500 and change_tenths(1, 0) is None
