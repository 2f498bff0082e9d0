"""Builders the ledger's tests share."""

from __future__ import annotations

import random
from datetime import date, timedelta
from uuid import UUID, uuid4

from steward.ledger.types import EntryDraft, LineDraft


def line(account: str, cents: int, **dims: object) -> LineDraft:
    """``line("charges", -100)`` by role, ``line("1000", 100)`` by code."""
    name = {"account": account} if account[0].isdigit() else {"role": account}
    return LineDraft(cents=cents, **name, **dims)  # type: ignore[arg-type]


def entry(*lines: LineDraft, day: date = date(2026, 11, 20), key: UUID | None = None, **more: object) -> EntryDraft:
    """A balanced charge unless lines are given."""
    values = {"memo": "a charge", "journal": "charges", "source_type": "billing.charge", "source_ref": "c-1", **more}
    two = lines or (line("ar_patient", 12_345), line("charges", -12_345))
    return EntryDraft(key=key or uuid4(), date=day, lines=tuple(two), **values)  # type: ignore[arg-type]


ROLES = ("ar_patient", "ar_insurance", "charges", "drawer", "undeposited", "bank_operating", "patient_prepaid", "wages")


def random_entry(rnd: random.Random, first: date = date(2026, 1, 1), days: int = 320) -> EntryDraft:
    """2 to 4 lines, balanced, any day of the year; every draw from ``rnd`` so that a seed repeats it."""
    cents = [rnd.choice([-1, 1]) * rnd.randint(1, 5_000_000) for _ in range(rnd.randint(1, 3))]
    if not sum(cents):
        cents[0] += 1
    cents.append(-sum(cents))
    lines = [
        line(
            rnd.choice(ROLES),
            c,
            item=rnd.choice(["", f"charge:{rnd.randrange(50)}"]),
            memo=rnd.choice(["", 'a; b, "c" | d']),
        )
        for c in cents
        if c
    ]
    memo = rnd.choice(["copay", 'text with "quotes" \\ and ; marks', "(brackets) * first", "", "über 5€ | x"])
    key = UUID(int=rnd.getrandbits(128), version=4)
    return entry(*lines, day=first + timedelta(days=rnd.randrange(days)), key=key, memo=memo)
