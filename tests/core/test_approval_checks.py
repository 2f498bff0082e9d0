"""Requests that crowd under a limit or are one thing in parts; both halves of a pair in one hand; and their innocent twins."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from steward.core.approvals.checks import Asked, TwoDuties, just_below_limit, one_person_two_duties

DAY = date(2026, 11, 12)
LIMITS = {"refund": [50_000]}


def asked(n: int, cents: int, *, by: str = "Ana", title: str = "Refund of 1.00", day: date = DAY) -> Asked:
    return Asked(f"r{n}", "refund", cents, by, day, title)


def test_a_crowd_below_the_limit_and_its_twins() -> None:
    crowd = [asked(1, 49_900), asked(2, 48_000), asked(3, 47_500)]
    (one,) = just_below_limit(crowd, LIMITS)
    assert [e.ref for e in one.evidence] == ["r1", "r2", "r3"]
    spread = [asked(n, 43_000 + 1_000 * n) for n in range(10)]
    assert list(just_below_limit(spread, LIMITS)) == [] == list(just_below_limit(crowd[:2], LIMITS))
    assert list(just_below_limit([*crowd[:2], replace(crowd[2], by="Bo")], LIMITS)) == []


def test_one_thing_in_parts_and_its_twins() -> None:
    parts = [asked(1, 30_000, title="Refund of 300.00 on claim C-7"), asked(2, 25_000, title="Refund of 250.00 on claim C-7")]
    (one,) = just_below_limit(parts, LIMITS)
    assert {e.ref for e in one.evidence} == {"r1", "r2"}
    late = replace(parts[1], day=DAY + timedelta(days=8))
    other = replace(parts[1], title="Refund of 250.00 on claim C-8")
    nameless = [replace(one, title="Refund of 300.00") for one in parts]
    for twin in ([parts[0], late], [parts[0], other], nameless, [parts[0], replace(parts[1], cents=19_999)]):
        assert list(just_below_limit(twin, LIMITS)) == []


def test_both_halves_in_one_hand() -> None:
    row = TwoDuties("Ana", "take_cash", "prepare_deposit", "banking.deposit", "u", "whoever takes the cash does not deposit it")
    (one,) = one_person_two_duties([row])
    assert [(e.kind, e.ref) for e in one.evidence] == [("deposit", "u"), ("duty", "take_cash"), ("duty", "prepare_deposit")]
