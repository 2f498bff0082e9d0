"""Whose checks are run: every room by name, in one tuple, and the catalogue that says what each check tells."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from steward.banking.selectors.findings import findings as banking
from steward.billing.selectors.findings import findings as billing
from steward.budget.selectors import findings as budget
from steward.core.approvals.watch import findings as approvals
from steward.core.clock import Clock
from steward.core.findings import Finding
from steward.frontdesk.selectors import findings as frontdesk
from steward.insurance.selectors.findings import findings as insurance
from steward.ledger.selectors.findings import findings as ledger
from steward.people.selectors import findings as people

Ask = Callable[[Clock], list[Finding]]


@dataclass(frozen=True, slots=True)
class Room:
    """A room that has checks, and how it is asked for what they find today."""

    name: str
    ask: Ask


ROOMS: tuple[Room, ...] = (
    Room("approvals", lambda clock: approvals(clock.today(), clock.zone)),
    Room("ledger", lambda clock: ledger(clock.today(), clock.zone)),
    Room("banking", lambda clock: banking(clock.today())),
    Room("budget", lambda clock: budget(clock.today())),
    Room("people", lambda clock: people(clock.today())),
    Room("insurance", lambda clock: insurance(clock.today())),
    Room("frontdesk", lambda clock: frontdesk(clock.today(), clock.zone)),
    Room("billing", lambda clock: billing(clock.today())),
)


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the catalogue. ``number`` 0: a check of ours beyond it; no ``room``: it waits for the data it reads."""

    id: str
    title: str
    number: int = 0
    room: str = ""

    @property
    def live(self) -> bool:
        return bool(self.room)


@cache
def catalogue() -> tuple[Check, ...]:
    """Every check there is, by number, then our own by name."""
    rows = tomllib.loads((Path(__file__).parent / "catalogue.toml").read_text())["check"]
    return tuple(sorted((Check(**row) for row in rows), key=lambda c: (c.number == 0, c.number, c.id)))


def check_named(name: str) -> Check | None:
    """The check with this id."""
    return next((one for one in catalogue() if one.id == name), None)
