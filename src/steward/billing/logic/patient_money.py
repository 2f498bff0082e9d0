"""Whom to ask for money, and when: statements, plans, small balances, hardship, bad debt. Pure; the rules are data.

Bankruptcy and death stop everything (11 U.S.C. 362; the estate is asked by a person), a dispute until it is settled.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Rules:
    """The practice's choices (``data/patient_money.toml``); cents and days."""

    minimum_cents: int
    cycle_days: int
    due_days: int
    small_cents: int
    small_days: int
    grace_days: int
    broken_after: int
    statements: int
    bad_debt_days: int
    card_retry_days: tuple[int, ...] = (0, 3, 7)
    agency_account: str = "6120"
    unclaimed_years: Mapping[str, int] = field(default_factory=dict)


def read_rules(text: str) -> Rules:
    """The rules of a TOML text. Raises KeyError or ValueError for one that is missing or no whole number of at least zero."""
    data = tomllib.loads(text)
    places = (
        ("statement", "minimum_cents"), ("statement", "cycle_days"), ("statement", "due_days"),
        ("small_balance", "limit_cents"), ("small_balance", "days"), ("plan", "grace_days"), ("plan", "broken_after"),
        ("bad_debt", "statements"), ("bad_debt", "days"),
    )  # fmt: skip
    values = [data[part][name] for part, name in places]
    for (part, name), value in zip(places, values, strict=True):
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise ValueError(f"{part}.{name} is {value!r}: a whole number of at least 0 is wanted")
    # a practice's own file from before cards has no such part
    retries = data.get("card", {}).get("retry_days", [0, 3, 7])
    if not isinstance(retries, list) or not all(isinstance(one, int) and 0 <= one <= 27 for one in retries):
        raise ValueError(f"card.retry_days is {retries!r}: days from 0 to 27 are wanted")
    return replace(
        Rules(*values), card_retry_days=tuple(sorted(set(retries))),
        agency_account=str(data.get("agency", {}).get("fee_account", "6120")),
        unclaimed_years=dict(data.get("unclaimed", {}).get("years", {})),
    )  # fmt: skip


class Skip(StrEnum):
    """Why a guarantor gets no statement now, in the order they are asked."""

    HELD = "held"
    DECEASED = "deceased"
    NOTHING = "nothing"
    COVERED = "covered"
    SMALL = "small"
    RECENT = "recent"
    NO_ADDRESS = "no_address"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a guarantor: cents owed by the books, cents paid ahead, the last statement that stands."""

    owed_cents: int
    prepaid_cents: int
    last_statement: date | None = None
    held: bool = False
    deceased: bool = False
    addressed: bool = True

    @property
    def asked_cents(self) -> int:
        """What a statement asks for: nobody is asked for money that lies here already."""
        return self.owed_cents - self.prepaid_cents


def skip(one: Standing, rules: Rules, today: date) -> Skip | None:
    """Why no statement is made; None: it is."""
    if one.held:
        return Skip.HELD
    if one.deceased:
        return Skip.DECEASED
    if one.owed_cents <= 0:
        return Skip.NOTHING
    if one.asked_cents <= 0:
        return Skip.COVERED
    if one.asked_cents < rules.minimum_cents:
        return Skip.SMALL
    if one.last_statement is not None and today < one.last_statement + timedelta(days=rules.cycle_days):
        return Skip.RECENT
    return None if one.addressed else Skip.NO_ADDRESS


class PlanState(StrEnum):
    """How a payment plan stands."""

    CURRENT = "current"
    LATE = "late"
    BROKEN = "broken"
    PAID = "paid"


@dataclass(frozen=True, slots=True)
class PlanStanding:
    """``next_due`` None when all was paid; ``missed`` whole payments behind, the grace counted."""

    state: PlanState
    next_due: date | None
    missed: int
    expected_cents: int
    paid_cents: int


def due_days(first: date, day_of_month: int, until: date) -> list[date]:
    """The days payments fall due from ``first`` up to and with ``until``: the first, then that day of each later month."""
    found, year, month = [], first.year, first.month
    day = first
    while day <= until:
        found.append(day)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        day = date(year, month, day_of_month)
    return found


def plan_standing(
    cents: int, agreed_cents: int, first: date, day_of_month: int, *, paid_cents: int, owed_cents: int, rules: Rules, today: date
) -> PlanStanding:  # fmt: skip
    """Where a plan stands. ``paid_cents`` came in since it was agreed, ``owed_cents`` is what the books still ask."""
    past = due_days(first, day_of_month, today - timedelta(days=rules.grace_days + 1))
    expected = min(len(past) * cents, agreed_cents)
    behind = max(expected - paid_cents, 0)
    missed = -(-behind // cents)
    if owed_cents <= 0:
        return PlanStanding(PlanState.PAID, None, 0, expected, paid_cents)
    state = (
        PlanState.BROKEN if missed >= max(rules.broken_after, 1) else PlanState.LATE if missed else PlanState.CURRENT
    )
    covered = paid_cents // cents
    horizon = date(today.year + 40, 1, 1)
    coming = due_days(first, day_of_month, horizon)
    return PlanStanding(state, coming[min(covered, len(coming) - 1)], missed, expected, paid_cents)


@dataclass(frozen=True, slots=True)
class Instalment:
    """What a card is to be charged now: for which day, the how manieth attempt, cents."""

    due_on: date
    n: int
    cents: int


def instalment(
    first: date, day_of_month: int, cents: int, *, behind_cents: int, owed_cents: int, attempts: int, today: date, rules: Rules,
    since: date,
) -> Instalment | None:  # fmt: skip
    """The instalment to be charged today; None: nothing is behind, or its next attempt lies ahead, or all were made.

    Never more than one month's payment: that is what was consented to. ``attempts`` were made at the latest due day;
    days before ``since`` (the card was chosen) are not asked of it.
    """
    due = due_days(first, day_of_month, today)
    wanted = min(cents, behind_cents, owed_cents)
    if not due or due[-1] < since or wanted <= 0 or attempts >= len(rules.card_retry_days):
        return None
    ready = due[-1] + timedelta(days=rules.card_retry_days[attempts])
    return Instalment(due[-1], attempts + 1, wanted) if today >= ready else None


def small(owed: Sequence[tuple[int, date]], prepaid_cents: int, rules: Rules, today: date) -> bool:
    """Whether a guarantor's whole balance is small and old enough to be given up. ``owed`` are (cents, since) of each line."""
    total = sum(cents for cents, _ in owed)
    newest = max((since for _, since in owed), default=today)
    return 0 < total <= rules.small_cents and not prepaid_cents and (today - newest).days >= rules.small_days


def hardship_cents(owed_cents: int, given_cents: int, percent: int) -> int:
    """What a discount of ``percent`` still takes off a line: of what the patient owes and was already let off, less the latter.

    Rounded half up, never more than is owed; asking twice takes nothing twice.
    """
    whole = (2 * percent * (owed_cents + given_cents) + 100) // 200
    return min(max(whole - given_cents, 0), max(owed_cents, 0))


def ripe(stood_on: Sequence[date], rules: Rules, today: date) -> bool:
    """Whether a line has stood on enough statements, the last of them long enough ago, to be called bad debt."""
    enough = len(stood_on) >= max(rules.statements, 1)
    return enough and today >= max(stood_on) + timedelta(days=rules.bad_debt_days)


def stood_on(statements: Iterable[tuple[date, Mapping[str, object]]]) -> dict[str, list[date]]:
    """Item -> the days of the standing statements it was on."""
    found: dict[str, list[date]] = {}
    for day, told in statements:
        lines = told.get("lines")
        for line in lines if isinstance(lines, list) else []:
            found.setdefault(str(line["item"]), []).append(day)
    return found
