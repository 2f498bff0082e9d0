"""Who was paid what in a calendar year by the practice's checks: to be looked at for 1099 forms."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from steward.banking.models import WrittenCheck
from steward.banking.states import CheckState


@dataclass(frozen=True, slots=True)
class Payee:
    """A name as checks were made out to it (its commonest spelling), how many, cents, and the accounts they paid."""

    name: str
    checks: int
    cents: int
    accounts: tuple[str, ...]
    over: bool


@cache
def _thresholds() -> tuple[tuple[int, int], ...]:
    rows = tomllib.loads((Path(__file__).parents[1] / "logic" / "information_returns.toml").read_text())["from"]
    return tuple(sorted((row["year"], row["cents"]) for row in rows))


def threshold_cents(year: int) -> int:
    """From which sum of the year a payee is looked at."""
    return max((row for row in _thresholds() if row[0] <= year), default=_thresholds()[0])[1]


def payees(year: int) -> list[Payee]:
    """Everybody who was paid by check in a calendar year, the largest first; spelling in capitals or with a comma is no other payee.
    Two queries. What was paid by other ways stands in the registers of its accounts."""
    rows = WrittenCheck.objects.filter(state=CheckState.ISSUED, day__gte=date(year, 1, 1), day__lte=date(year, 12, 31))
    groups: dict[str, list[WrittenCheck]] = defaultdict(list)
    for row in rows.prefetch_related("lines__account").order_by("day", "id"):
        groups["".join(letter for letter in row.payee.lower() if letter.isalnum())].append(row)
    least = threshold_cents(year)
    found = []
    for own in groups.values():
        names = [row.payee for row in own]
        cents = sum(row.cents for row in own)
        codes = sorted({str(line.account) for row in own for line in row.lines.all()})
        found.append(Payee(max(set(names), key=names.count), len(own), cents, tuple(codes), cents >= least))
    return sorted(found, key=lambda one: (-one.cents, one.name))
