"""Which claims a change of coverage touches: those billed to others than who pays on their day of service now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClaimFact:
    """A claim as its room knows it: whose it is, its day of service, and the payers it was billed to, by rank."""

    ref: Hashable
    patient: int
    day: dt.date
    payers: tuple[int, ...]
    member_id: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """A coverage that holds on a day, the first to pay first in a list."""

    coverage: int
    payer: int
    member_id: str


@dataclass(frozen=True, slots=True)
class Touched:
    """A claim that no longer agrees with coverage: ``was`` and ``now`` are payers by rank; ``member`` says that the payers
    agree and the first one's member number does not."""

    ref: Hashable
    was: tuple[int, ...]
    now: tuple[int, ...]
    member: bool = False


def touched(claims: Iterable[ClaimFact], held: Mapping[tuple[int, dt.date], Iterable[Held]]) -> list[Touched]:
    """Claims whose payers, or the first payer's member number, differ from what holds now; in the order given.

    ``held`` maps (patient, day) to the coverages that hold, first to pay first. A claim need not have reached its later
    payers yet: fewer payers than hold, in the same order, agree.
    """
    found = []
    for claim in claims:
        rows = list(held.get((claim.patient, claim.day), ()))
        now = tuple(row.payer for row in rows)
        if claim.payers != now[: len(claim.payers)] or (not claim.payers and now):
            found.append(Touched(claim.ref, claim.payers, now))
        elif rows and claim.member_id and claim.member_id != rows[0].member_id:
            found.append(Touched(claim.ref, claim.payers, now, member=True))
    return found
