"""Coverage by the day of service; adjustments by the white list and nothing else."""

from __future__ import annotations

import datetime as dt
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.insurance.logic.coverage import Cover, coverage_on, next_after, overlap
from steward.insurance.logic.writeoffs import Rule, rule_for
from steward.insurance.services import DEFAULT_RULES

DAY = dt.date(2026, 6, 15)
SHIPPED = [
    Rule(r["group"], r["carc"], r["role"], r["starts_on"], capitation_only=r.get("capitation_only", False),
         negative_only=r.get("negative_only", False), source=r["source"])
    for r in tomllib.loads(DEFAULT_RULES.read_text())["rule"]
]  # fmt: skip

dates = st.dates(dt.date(2026, 1, 1), dt.date(2026, 3, 1))


@st.composite
def covers(draw: st.DrawFn) -> list[Cover]:
    found = []
    for ref in range(1, draw(st.integers(0, 6)) + 1):
        starts, ends = draw(dates), draw(st.none() | dates)
        if ends is None or ends >= starts:
            found.append(Cover(ref, draw(st.integers(1, 3)), starts, ends, draw(st.booleans())))
    return found


@given(covers(), dates)
def test_every_day_of_a_coverage_is_covered_and_no_other(rows: list[Cover], day: dt.date) -> None:
    found = coverage_on(rows, day)
    assert [c.rank for c in found] == sorted(c.rank for c in found)
    for cover in rows:
        inside = cover.starts_on <= day <= (cover.ends_on or dt.date.max)
        assert (cover in found) == (inside and not cover.voided)


@given(covers(), st.builds(Cover, st.just(99), st.integers(1, 3), dates))
def test_overlap_means_two_of_a_rank_on_one_day(rows: list[Cover], new: Cover) -> None:
    clash = overlap(new, rows)
    days = [dt.date(2026, 1, 1) + dt.timedelta(n) for n in range(70)]
    twice = any(c.holds_on(d) and new.holds_on(d) for c in rows if c.rank == new.rank for d in days)
    assert (clash is not None) == twice


def test_both_days_are_included_and_the_day_after_is_not() -> None:
    cover = Cover(1, 1, DAY, DAY)
    assert (
        cover.holds_on(DAY) and not cover.holds_on(DAY + dt.timedelta(1)) and not cover.holds_on(DAY - dt.timedelta(1))
    )
    assert overlap(Cover(2, 1, DAY + dt.timedelta(1)), [cover]) is None


def test_who_pays_next() -> None:
    first, third = Cover(1, 1, DAY), Cover(2, 3, DAY)
    assert next_after([first, third], DAY, 1) == third
    assert next_after([first, third], DAY, 3) is None


@pytest.mark.parametrize(
    ("group", "carc", "cents", "capitation", "role"),
    [
        ("CO", "45", 1000, False, "contractual"),
        ("CO", "131", 1000, False, "contractual"),
        ("CO", "253", 200, False, "sequestration"),
        ("CO", "24", 1000, False, None),
        ("CO", "24", 1000, True, "capitation_contra"),
        ("CO", "104", 100, False, "withhold_receivable"),
        ("CO", "144", -100, False, "incentive_revenue"),
        ("CO", "144", 100, False, None),
        ("CO", "161", -100, False, "incentive_revenue"),
        ("PR", "45", 1000, False, None),
        ("OA", "45", 1000, False, None),
        ("PI", "45", 1000, False, None),
        *[("CO", carc, 1000, False, None) for carc in ("16", "29", "50", "97", "197", "4", "45A", "")],
    ],
)
def test_shipped_white_list(group: str, carc: str, cents: int, capitation: bool, role: str | None) -> None:
    rule = rule_for(SHIPPED, payer=7, group=group, carc=carc, day=DAY, cents=cents, capitation=capitation)
    assert (rule.role if rule else None) == role


def test_a_rule_does_not_reach_before_its_first_day() -> None:
    day = dt.date(2013, 3, 31)
    assert rule_for(SHIPPED, payer=None, group="CO", carc="253", day=day, cents=1) is None


def test_a_payers_own_rule_speaks_before_the_general_one() -> None:
    general = Rule("CO", "45", "contractual", dt.date(2000, 1, 1))
    own = Rule("CO", "45", "withhold_receivable", dt.date(2026, 1, 1), payer=7)
    narrow = Rule("CO", "45", "incentive_revenue", dt.date(2026, 1, 1), payer=8, negative_only=True)
    rules = [general, own, narrow]

    def role(payer: int, day: dt.date = DAY) -> str | None:
        found = rule_for(rules, payer=payer, group="CO", carc="45", day=day, cents=5)
        return found.role if found else None

    assert role(7) == "withhold_receivable"
    assert role(7, dt.date(2025, 1, 1)) == "contractual"
    assert role(8) is None
    assert role(9) == "contractual"


def test_the_latest_start_wins() -> None:
    old = Rule("CO", "45", "contractual", dt.date(2000, 1, 1))
    new = Rule("CO", "45", "withhold_receivable", dt.date(2026, 1, 1))
    assert rule_for([new, old], payer=None, group="CO", carc="45", day=DAY, cents=1) == new
