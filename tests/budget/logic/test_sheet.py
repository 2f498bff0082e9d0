"""A budget leaves as a table and comes back the same; what is wrong is named by row and column and nothing is taken."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steward.budget.logic.drivers import BudgetLine, DriverError, Income, lines
from steward.budget.logic.sheet import SheetError, read, read_csv, table
from steward.budget.logic.whatif import beside, payer_changes, provider_leaves

MONTHS = [f"2027-{n:02}" for n in range(1, 13)]
HEAD = ["Account", "Site", "Department", *MONTHS]
CODES = (["4000", "6000"], ["MAIN"], ["MED"])
INCOME = [
    Income("4000", 10_000, 10_001, provider="Ito", payer="Aetna"), Income("4000", 5_000, 8_000, provider="Roy", payer="Aetna"),
    Income("4000", 5_000, 6_000, provider="Roy", payer="Medicare"),
]  # fmt: skip

cells = st.dictionaries(
    st.tuples(st.sampled_from(CODES[0]), st.sampled_from(["", "MAIN"]), st.sampled_from(["", "MED"]), st.integers(1, 12)),
    st.integers(-(10**12), 10**12).filter(bool), max_size=30,
)


@settings(max_examples=20, deadline=None)
@given(cells)
def test_there_and_back(amounts):
    plan = tuple(BudgetLine(*key, cents) for key, cents in sorted(amounts.items()))
    out = io.StringIO(newline="")
    csv.writer(out).writerows(table(plan, MONTHS))
    assert read(read_csv(("\ufeff" + out.getvalue()).encode()), MONTHS, *CODES) == plan


def test_each_wrong_cell_is_named_and_nothing_is_taken():
    rows = [HEAD, ["6000", "MAIN", "", "12.50", "about ten"], [], ["6000", "MAIN", "", "1"], ["9999", "", "X"], ["4000"] + [""] * 14 + ["7"]]
    with pytest.raises(SheetError) as found:
        read(rows, MONTHS, *CODES)
    assert [(one.row, one.column) for one in found.value.faults] == [
        (2, "2027-02"), (4, "Account"), (5, "Account"), (5, "Department"), (6, "after the last"),
    ]
    assert "Row 2, column 2027-02: “about ten” is no amount" in str(found.value)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b'"open'])
def test_what_is_no_table(content):
    with pytest.raises(SheetError, match="CSV"):
        read_csv(content)


@pytest.mark.parametrize("rows", [[], [["Account"]], [HEAD] + [[]] * 5_001])
def test_heading_and_size(rows):
    with pytest.raises(SheetError):
        read(rows, MONTHS, *CODES)


def test_what_if_stands_beside_the_plan():
    plan = lines(INCOME, [], [], [20] * 12)
    gone = lines(provider_leaves(INCOME, "Roy", 6), [], [], [20] * 12)
    cut = lines(payer_changes(INCOME, "Aetna", -50_000), [], [], [20] * 12)
    roy = 5 * 20 * (8_000 + 6_000)
    assert beside(plan, gone) == {"4000": (24_002_400 + 12 * roy, 24_002_400 + 6 * roy)}
    assert beside(plan, cut)["4000"][1] == 2_400 * 9_501 + 1_200 * (7_600 + 6_000)
    assert lines(provider_leaves(INCOME, "Roy", 0), [], [], [20] * 12) == lines(INCOME[:1], [], [], [20] * 12)


def test_what_if_of_nobody():
    for wrong in (lambda: provider_leaves(INCOME, "Xu", 6), lambda: payer_changes(INCOME, "Cigna", 0), lambda: provider_leaves(INCOME, "Roy", 13)):
        with pytest.raises(DriverError):
            wrong()
