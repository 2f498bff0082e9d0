"""The levels of an appeal, what may be done with one in each state, and when the next must be in. Pure; levels are data."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

DRAFT, SENT, UPHELD, OVERTURNED, PARTLY, WITHDRAWN = "draft", "sent", "upheld", "overturned", "partly", "withdrawn"
OUTCOMES = (UPHELD, OVERTURNED, PARTLY, WITHDRAWN)

#: State -> act -> the state it leads to. The services refuse everything else.
TRANSITIONS: dict[str, dict[str, str]] = {
    DRAFT: {"send": SENT, "withdraw": WITHDRAWN},
    SENT: {"uphold": UPHELD, "overturn": OVERTURNED, "part": PARTLY, "withdraw": WITHDRAWN},
    UPHELD: {},
    OVERTURNED: {},
    PARTLY: {},
    WITHDRAWN: {},
}
#: After these the next level is open; after a withdrawal the same level may be tried again.
GOES_ON = frozenset({UPHELD, PARTLY})
ACT_OF = {UPHELD: "uphold", OVERTURNED: "overturn", PARTLY: "part", WITHDRAWN: "withdraw"}


@dataclass(frozen=True, slots=True)
class Level:
    """One step of a payer's ladder. ``days`` from the answer appealed against; None: as the contract says."""

    id: str
    title: str
    to: str
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Ladder:
    """The levels of some payers, lowest first; chosen by payer code or claim filing indicator, else for everybody."""

    name: str
    payers: frozenset[str]
    filing: frozenset[str]
    levels: tuple[Level, ...]

    def holds(self, payer: str, filing: str) -> bool:
        return payer in self.payers or filing in self.filing or not (self.payers or self.filing)

    def level(self, id_: str) -> Level | None:
        return next((one for one in self.levels if one.id == id_), None)


@dataclass(frozen=True, slots=True)
class Step:
    """An appeal as it stands: its level, its state, and the day its outcome was told."""

    level: str
    state: str
    outcome_on: date | None = None


def read_ladders(text: str) -> tuple[Ladder, ...]:
    """The ladders of a TOML text. Raises KeyError or ValueError: a field is missing, a ladder is empty or names a level twice."""
    found = []
    for row in tomllib.loads(text)["set"]:
        levels = tuple(Level(one["id"], one["title"], one["to"], one.get("days")) for one in row["level"])
        if not levels or len({one.id for one in levels}) != len(levels):
            raise ValueError(f"the set {row['name']} has no level, or one twice")
        found.append(Ladder(row["name"], frozenset(row["payers"]), frozenset(row["filing"]), levels))
    return tuple(found)


def ladder_of(ladders: Iterable[Ladder], payer: str, filing: str) -> Ladder | None:
    """The first ladder that holds for a payer."""
    return next((one for one in ladders if one.holds(payer, filing)), None)


def next_level(ladder: Ladder, done: Sequence[Step]) -> Level | None:
    """The level a new appeal would be at; None while one is open, after one was won, and when the ladder ends."""
    steps = [one for one in done if one.state != WITHDRAWN]
    if not steps:
        return ladder.levels[0]
    last = steps[-1]
    if last.state not in GOES_ON:
        return None
    at = next((n for n, one in enumerate(ladder.levels) if one.id == last.level), len(ladder.levels))
    return ladder.levels[at + 1] if at + 1 < len(ladder.levels) else None


def deadline(level: Level, answered_on: date, done: Sequence[Step], contract_days: int | None) -> date | None:
    """The last day for an appeal at this level: from the last outcome, else from the payer's answer; None: nobody said."""
    told = [one.outcome_on for one in done if one.state in GOES_ON and one.outcome_on]
    days = level.days if level.days is not None else contract_days
    return (told[-1] if told else answered_on) + timedelta(days=days) if days is not None else None
